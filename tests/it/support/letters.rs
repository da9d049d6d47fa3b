//! Mail as its reader sees it, from the outbox folder or from the SMTP server.

use std::fs;
use std::path::Path;

use mail_parser::MessageParser;

/// One message.
#[derive(Clone, Debug)]
pub struct Letter {
    pub from: String,
    pub to: Vec<String>,
    pub subject: String,
    /// The plain text part.
    pub text: String,
    /// The HTML part, empty where there is none.
    pub html: String,
    /// Every byte, with its headers.
    pub raw: String,
}

impl Letter {
    /// Reads a message (RFC 5322); `from` and `to` are the envelope's, or empty to take the headers'.
    pub fn read(bytes: &[u8], from: String, to: Vec<String>) -> Self {
        let message = MessageParser::default().parse(bytes).expect("a message");
        let header = |addresses: Option<&mail_parser::Address<'_>>| -> Vec<String> {
            addresses
                .iter()
                .flat_map(|list| list.iter())
                .filter_map(|one| one.address.as_deref())
                .map(Into::into)
                .collect()
        };
        Self {
            from: if from.is_empty() { header(message.from()).join(",") } else { from },
            to: if to.is_empty() { header(message.to()) } else { to },
            subject: message.subject().unwrap_or_default().to_owned(),
            text: message.body_text(0).unwrap_or_default().into_owned(),
            html: if message.html_body_count() > 0 {
                message.body_html(0).unwrap_or_default().into_owned()
            } else {
                String::new()
            },
            raw: String::from_utf8_lossy(bytes).into_owned(),
        }
    }

    /// The first run of six digits that stands alone: the code of a sign-up or sign-in message.
    pub fn code(&self) -> Option<String> {
        let digits = self.text.split(|c: char| !c.is_ascii_digit() && c != ' ' && c != '-');
        let mut runs = digits.map(|run| run.chars().filter(char::is_ascii_digit).collect::<String>());
        runs.find(|run| run.len() == 6)
    }
}

/// The `.eml` files of a folder, oldest first.
pub fn in_folder(folder: &Path) -> Vec<Letter> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .collect();
    files.sort_by_key(|path| (fs::metadata(path).and_then(|data| data.modified()).ok(), path.clone()));
    files
        .iter()
        .filter_map(|path| fs::read(path).ok())
        .map(|bytes| Letter::read(&bytes, String::new(), Vec::new()))
        .collect()
}

/// A text message to a phone.
#[derive(Clone, Debug)]
pub struct Text {
    pub to: String,
    pub text: String,
}

impl Text {
    /// The code in its last line (WICG origin-bound one-time codes).
    pub fn code(&self) -> String {
        let last = self.text.lines().last().unwrap_or_default();
        last.rsplit_once(" #").unwrap_or_else(|| panic!("no code in {last:?}")).1.to_owned()
    }
}

/// The text messages of a folder, oldest first.
pub fn texts_in_folder(folder: &Path) -> Vec<Text> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<_> = entries.filter(|path| path.extension().is_some_and(|ending| ending == "sms")).collect();
    files.sort();
    let wholes = files.iter().filter_map(|file| fs::read_to_string(file).ok());
    wholes
        .filter_map(|whole| whole.split_once('\n').map(|(to, text)| Text { to: to.to_owned(), text: text.to_owned() }))
        .collect()
}
