//! The outbox folder: a file a letter, named so that the names sort by time.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use mail_parser::MessageParser;

use super::MailError;
use crate::base::{Fault, Time};
use crate::config::folder;

/// How many letters [`Folder::list`] gives.
const MOST: usize = 200;

/// Where letters are laid.
#[derive(Clone)]
pub struct Folder(PathBuf);

/// A letter of the folder, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub id: String,
    pub at: Time,
    pub to: String,
    pub subject: String,
}

/// A letter of the folder with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptLetter {
    pub kept: Kept,
    pub text: String,
    /// The lines of the text that are web addresses.
    pub links: Vec<String>,
}

impl Folder {
    pub(super) fn at(path: PathBuf) -> Self {
        Self(path)
    }

    pub(super) fn make(&self) -> Result<(), MailError> {
        folder::create(&self.0).map_err(|e| MailError::Transient(format!("the outbox folder cannot be made: {e}")))
    }

    /// Writes a letter, whole or not at all. One of the same time and name is the same letter.
    pub(super) async fn keep(&self, at: Time, id: &str, letter: Vec<u8>) -> Result<(), MailError> {
        let file = self.0.join(format!("{:016}-{id}.eml", at.as_micros().max(0)));
        self.make()?;
        let written = tokio::task::spawn_blocking(move || folder::write_new(&file, &letter)).await;
        match written {
            Ok(Ok(())) => Ok(()),
            Ok(Err(e)) if e.kind() == ErrorKind::AlreadyExists => Ok(()),
            Ok(Err(e)) => Err(MailError::Transient(format!("the letter cannot be written: {e}"))),
            Err(e) => Err(MailError::Transient(format!("the letter was not written: {e}"))),
        }
    }

    pub(super) fn list(&self) -> Result<Vec<Kept>, Fault> {
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(Fault::internal("list the outbox", e)),
        };
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let mut ids: Vec<String> = names
            .filter_map(|name| name.strip_suffix(".eml").filter(|id| time(id).is_some()).map(str::to_owned))
            .collect();
        ids.sort_unstable_by(|a, b| b.cmp(a));
        ids.truncate(MOST);
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            found.extend(self.read(&id)?.map(|letter| letter.kept));
        }
        Ok(found)
    }

    pub(super) fn read(&self, id: &str) -> Result<Option<KeptLetter>, Fault> {
        let attempted = "read a letter of the outbox";
        let Some(at) = time(id) else { return Ok(None) };
        let bytes = match fs::read(self.0.join(format!("{id}.eml"))) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(Fault::internal(attempted, e)),
        };
        let message = MessageParser::default().parse(&bytes).ok_or_else(|| Fault::broken(attempted))?;
        let to = message.to().and_then(|to| to.first()).and_then(|to| to.address()).unwrap_or_default().to_owned();
        let subject = message.subject().unwrap_or_default().to_owned();
        let text = message.body_text(0).unwrap_or_default().replace("\r\n", "\n");
        let is_link = |line: &&str| line.starts_with("https://") || line.starts_with("http://");
        let links = text.lines().map(str::trim).filter(is_link).map(str::to_owned).collect();
        Ok(Some(KeptLetter { kept: Kept { id: id.to_owned(), at, to, subject }, text, links }))
    }
}

/// The time in the name of a letter or message; `None` for any other name, so that no name leads out of the folder.
pub(in crate::outbound) fn time(id: &str) -> Option<Time> {
    let (micros, name) = id.split_once('-')?;
    let is_name = (1..=64).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let is_time = micros.len() == 16 && micros.bytes().all(|b| b.is_ascii_digit());
    (is_name && is_time).then(|| micros.parse().ok().map(Time::from_micros))?
}
