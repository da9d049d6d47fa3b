//! `Mail::{Smtp, Folder, Memory}`: sends letters, or lays them where a developer or a test finds them.

pub(super) mod folder;
mod smtp;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};

use self::folder::Folder;
pub use self::folder::{Kept, KeptLetter};
use self::smtp::Smtp;
use crate::base::{Clock, Fault};
use crate::config::Config;

/// A letter, ready to send: the same words as text and as a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// Why a letter was not sent, without the words of the other side, which may name the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailError {
    /// Trying again later may help.
    Transient(String),
    /// It will never be taken.
    Permanent(String),
}

impl fmt::Display for MailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transient(why) | Self::Permanent(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for MailError {}

/// How letters leave the house. Cheap to clone.
#[derive(Clone)]
pub struct Mail {
    from: Mailbox,
    clock: Clock,
    way: Way,
}

/// The ways a letter can go.
#[derive(Clone)]
pub enum Way {
    /// To a mail server (RFC 5321).
    Smtp(Smtp),
    /// Into a folder, a file a letter.
    Folder(Folder),
    /// Into this process, for tests.
    Memory(Memory),
}

/// The letters that were sent in this process, oldest first: recipient and letter.
pub type Memory = Arc<Mutex<Vec<(String, Letter)>>>;

impl Mail {
    /// The way that the configuration says: its SMTP server, else the outbox folder. Connects to nobody yet.
    ///
    /// # Errors
    /// A fault when the sender's address or the server's URL cannot be read.
    pub fn open(config: &Config, clock: Clock) -> Result<Self, Fault> {
        let way = match &config.mail.smtp_url {
            Some(url) => Way::Smtp(Smtp::open(url.expose())?),
            None => Way::Folder(Folder::at(config.outbox())),
        };
        Self::by(way, config, clock)
    }

    /// Keeps letters in this process.
    ///
    /// # Errors
    /// A fault when the sender's address cannot be read.
    pub fn in_memory(config: &Config, clock: Clock) -> Result<(Self, Memory), Fault> {
        let memory = Memory::default();
        Ok((Self::by(Way::Memory(memory.clone()), config, clock)?, memory))
    }

    fn by(way: Way, config: &Config, clock: Clock) -> Result<Self, Fault> {
        let from = config.mail.from.parse().map_err(|e| Fault::internal("read mail.from", e))?;
        Ok(Self { from, clock, way })
    }

    /// Sends a letter to one address; `id` makes its Message-ID, the same at every try, so that a letter that was
    /// taken twice can be told from two letters.
    ///
    /// # Errors
    /// Whether it is worth another try.
    pub async fn send(&self, id: &str, to: &str, letter: &Letter) -> Result<(), MailError> {
        let message = self.compose(id, to, letter)?;
        match &self.way {
            Way::Smtp(smtp) => smtp.send(message).await,
            Way::Folder(folder) => folder.keep(self.clock.now(), id, message.formatted()).await,
            Way::Memory(memory) => {
                let mut sent = memory.lock().unwrap_or_else(PoisonError::into_inner);
                sent.push((to.to_owned(), letter.clone()));
                Ok(())
            }
        }
    }

    /// Whether letters would be taken now: the server greets us and knows our password, the folder can be made.
    ///
    /// # Errors
    /// As [`Mail::send`].
    pub async fn ping(&self) -> Result<(), MailError> {
        match &self.way {
            Way::Smtp(smtp) => smtp.ping().await,
            Way::Folder(folder) => folder.make(),
            Way::Memory(_) => Ok(()),
        }
    }

    /// The newest letters of the folder, newest first; none where mail does not go to one.
    ///
    /// # Errors
    /// A fault when the folder cannot be read.
    pub fn list(&self) -> Result<Vec<Kept>, Fault> {
        match &self.way {
            Way::Folder(folder) => folder.list(),
            Way::Smtp(_) | Way::Memory(_) => Ok(Vec::new()),
        }
    }

    /// A letter of the folder; `None` for what is no identifier of [`Mail::list`].
    ///
    /// # Errors
    /// A fault when it cannot be read.
    pub fn read(&self, id: &str) -> Result<Option<KeptLetter>, Fault> {
        match &self.way {
            Way::Folder(folder) => folder.read(id),
            Way::Smtp(_) | Way::Memory(_) => Ok(None),
        }
    }

    /// `smtp`, `folder` or `memory`, for logs and health.
    pub fn name(&self) -> &'static str {
        match &self.way {
            Way::Smtp(_) => "smtp",
            Way::Folder(_) => "folder",
            Way::Memory(_) => "memory",
        }
    }

    fn compose(&self, id: &str, to: &str, letter: &Letter) -> Result<Message, MailError> {
        let refuse = |what: &str| MailError::Permanent(what.to_owned());
        let to: Address = to.parse().map_err(|_| refuse("the recipient is no mail address"))?;
        // No name stands beside the address, so nothing that a person typed becomes part of a header.
        let to = Mailbox::new(None, to);
        let subject: String = letter.subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let by_itself = HeaderName::new_from_ascii_str("Auto-Submitted");
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(subject)
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            .date(UNIX_EPOCH + Duration::from_micros(u64::try_from(self.clock.now().as_micros()).unwrap_or(0)))
            // RFC 3834 §5: so that no absence note answers.
            .raw_header(HeaderValue::new(by_itself, "auto-generated".to_owned()))
            .multipart(MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone()))
            .map_err(|_| refuse("the letter cannot be written"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Time;

    fn letter(subject: &str) -> Letter {
        Letter {
            subject: subject.to_owned(),
            text: "Your code:\n\n123456\nhttps://w.example/a?b=1&c=2\n.\nسطر\n".to_owned(),
            html: "<!doctype html><p>Your code: <b>123456</b> – ünï".to_owned(),
        }
    }

    fn mail() -> (tempfile::TempDir, Mail, Clock) {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.data.dir = dir.path().join("data");
        let clock = Clock::fixed(Time::from_unix(1_795_000_000));
        (dir, Mail::open(&config, clock.clone()).unwrap(), clock)
    }

    #[tokio::test]
    async fn a_letter_is_whole_and_dated_by_the_house() {
        let (_dir, mail, _) = mail();
        let message = mail.compose("job_1", "amina@mail.example", &letter("Your code – رمز")).unwrap();
        let raw = String::from_utf8(message.formatted()).unwrap();
        for line in [
            "From: \"Social Wallet\" <wallet@localhost>",
            "To: amina@mail.example",
            "Message-ID: <job_1@localhost>",
            "Date: Wed, 18 Nov 2026 11:06:40 +0000",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
        ] {
            assert!(raw.lines().any(|l| l == line), "{line} is not in\n{raw}");
        }
        assert!(raw.contains("multipart/alternative") && raw.is_ascii());
    }

    #[tokio::test]
    async fn headers_cannot_be_injected() {
        let (_dir, mail, _) = mail();
        let raw = mail.compose("job_1", "amina@mail.example", &letter("Hi\r\nBcc: eve@mail.example\n\nx")).unwrap();
        let raw = String::from_utf8(raw.formatted()).unwrap();
        assert!(!raw.lines().any(|l| l.starts_with("Bcc")), "{raw}");
        for to in ["", "amina", "a@b.c\r\nBcc: eve@mail.example", "a@b.c, eve@mail.example", "<a@b.c>", "a b@c.d"] {
            assert!(matches!(mail.send("job_1", to, &letter("x")).await, Err(MailError::Permanent(_))), "{to:?}");
        }
    }

    #[tokio::test]
    async fn the_folder_keeps_letters_by_time() {
        let (_dir, mail, clock) = mail();
        assert_eq!(mail.list().unwrap(), []);
        mail.ping().await.unwrap();
        for n in 0..3 {
            clock.advance(crate::base::Seconds(1));
            mail.send(&format!("job_{n}"), "amina@mail.example", &letter(&format!("Letter {n} – ü"))).await.unwrap();
        }
        mail.send("job_2", "amina@mail.example", &letter("again")).await.unwrap();
        let kept = mail.list().unwrap();
        let subjects: Vec<&str> = kept.iter().map(|k| k.subject.as_str()).collect();
        assert_eq!(subjects, ["Letter 2 – ü", "Letter 1 – ü", "Letter 0 – ü"], "once each, newest first");
        assert_eq!((kept[0].at, kept[0].to.as_str()), (clock.now(), "amina@mail.example"));
        let read = mail.read(&kept[2].id).unwrap().unwrap();
        assert_eq!(read.kept, kept[2]);
        assert!(read.text.contains("\n123456\n") && read.text.contains("سطر"), "{}", read.text);
        assert_eq!(read.links, ["https://w.example/a?b=1&c=2"]);
        let id = &kept[0].id;
        for bad in ["", "x", "../keys", "..", &format!("../outbox/{id}"), &format!("{id}/"), &format!("{id}\0")] {
            assert!(mail.read(bad).unwrap().is_none(), "{bad:?}");
        }
        assert!(mail.read(&id.replace("job_2", "job_9")).unwrap().is_none());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn the_folder_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let (dir, mail, _) = mail();
        mail.send("job_1", "amina@mail.example", &letter("x")).await.unwrap();
        let outbox = dir.path().join("data/outbox");
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let files: Vec<_> = std::fs::read_dir(&outbox).unwrap().map(|e| e.unwrap().path()).collect();
        assert_eq!((mode(&outbox), files.len(), mode(&files[0])), (0o700, 1, 0o600));
    }
}
