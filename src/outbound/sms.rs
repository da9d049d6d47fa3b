//! `Sms::{Off, Folder, Http}`: sends text messages to phones, or lays them where a developer or a test finds them.

use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;
use url::Url;

use crate::base::{Clock, Fault, Secret, Time};
use crate::config::{Config, SmsGateway, folder, sms_key};
use crate::outbound::fetch::{Fetch, FetchError};
use crate::outbound::mail::folder::time;
use crate::outbound::webhook;

/// How many messages [`Sms::list`] gives.
const MOST: usize = 200;
/// The most that is looked at of what the gateway says.
const MOST_BYTES: usize = 64 * 1024;

/// How text messages leave the house. Cheap to clone.
#[derive(Clone)]
pub struct Sms {
    way: Way,
    clock: Clock,
}

#[derive(Clone)]
enum Way {
    Off,
    /// A file a message, beside the letters.
    Folder(PathBuf),
    /// The operator's gateway, which is told by signed requests (Standard Webhooks).
    Http(Arc<Gateway>),
}

struct Gateway {
    fetch: Fetch,
    url: Url,
    key: Secret<Vec<u8>>,
}

/// What the gateway said of a message that it took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// What it calls the message.
    pub message_id: Option<String>,
    /// When the SIM card of the number was changed last, where it knows.
    pub sim_changed_at: Option<Time>,
}

/// What of the gateway's answer is read; anything may stand beside it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    message_id: Option<String>,
    sim_changed_at: Option<String>,
}

/// Why a message was not sent, without the number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SmsError {
    /// Trying again later may help.
    Transient(String),
    /// It will never be taken.
    Permanent(String),
}

impl fmt::Display for SmsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transient(why) | Self::Permanent(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for SmsError {}

/// A message of the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptMessage {
    pub id: String,
    pub at: Time,
    pub to: String,
    pub text: String,
}

impl Sms {
    /// The way that the configuration says. Connects to nobody yet.
    ///
    /// # Errors
    /// A fault when the gateway has no URL, or no secret that is long enough.
    pub fn open(config: &Config, fetch: Fetch, clock: Clock) -> Result<Self, Fault> {
        let sms = &config.sms;
        let way = match sms.gateway {
            SmsGateway::Off => Way::Off,
            SmsGateway::Folder => Way::Folder(config.outbox()),
            SmsGateway::Http => {
                let url = sms.url.clone().ok_or_else(|| Fault::broken("read sms.url"))?;
                let key = sms.secret.as_ref().and_then(|secret| sms_key(secret.expose()));
                let key = Secret::new(key.ok_or_else(|| Fault::broken("read sms.secret"))?);
                Way::Http(Arc::new(Gateway { fetch, url, key }))
            }
        };
        Ok(Self { way, clock })
    }

    /// Whether messages can be sent at all.
    pub fn is_on(&self) -> bool {
        !matches!(self.way, Way::Off)
    }

    /// Whether they go to a gateway, which may be away.
    pub fn has_gateway(&self) -> bool {
        matches!(self.way, Way::Http(_))
    }

    /// `off`, `folder` or `http`, for logs and health.
    pub fn name(&self) -> &'static str {
        match self.way {
            Way::Off => "off",
            Way::Folder(_) => "folder",
            Way::Http(_) => "http",
        }
    }

    /// Sends a text to a number in E.164 form; `id` is the same at every try, so that a gateway that took it twice can
    /// tell that from two messages.
    ///
    /// # Errors
    /// Whether it is worth another try.
    pub async fn send(&self, id: &str, to: &str, text: &str) -> Result<Taken, SmsError> {
        match &self.way {
            Way::Off => Err(SmsError::Permanent("no gateway is set".to_owned())),
            Way::Folder(path) => keep(path.clone(), self.clock.now(), id, to, text).await.map(|()| Taken::default()),
            Way::Http(gateway) => gateway.send(self.clock.now(), id, to, text).await,
        }
    }

    /// Whether messages would be taken now: somebody answers at the gateway, the folder can be made.
    ///
    /// # Errors
    /// As [`Sms::send`].
    pub async fn ping(&self) -> Result<(), SmsError> {
        match &self.way {
            Way::Off => Ok(()),
            Way::Folder(path) => {
                folder::create(path).map_err(|e| away(format!("the outbox folder cannot be made: {e}")))
            }
            // It is made for POST: that it refuses to be read shows as well that it is there.
            Way::Http(gateway) => match gateway.fetch.get(&gateway.url, MOST_BYTES).await {
                Ok(_) | Err(FetchError::Status(..500)) => Ok(()),
                Err(error) => Err(judge_error(error)),
            },
        }
    }

    /// The newest messages of the folder, newest first; none where they do not go to one.
    ///
    /// # Errors
    /// A fault when the folder cannot be read.
    pub fn list(&self) -> Result<Vec<KeptMessage>, Fault> {
        let Way::Folder(path) = &self.way else { return Ok(Vec::new()) };
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(Fault::internal("list the text messages of the outbox", e)),
        };
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let mut ids: Vec<String> = names
            .filter_map(|name| name.strip_suffix(ENDING).filter(|id| time(id).is_some()).map(str::to_owned))
            .collect();
        ids.sort_unstable_by(|a, b| b.cmp(a));
        ids.truncate(MOST);
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            found.extend(self.read(&id)?);
        }
        Ok(found)
    }

    /// A message of the folder; `None` for what is no identifier of [`Sms::list`].
    ///
    /// # Errors
    /// A fault when it cannot be read.
    pub fn read(&self, id: &str) -> Result<Option<KeptMessage>, Fault> {
        let (Way::Folder(path), Some(at)) = (&self.way, time(id)) else { return Ok(None) };
        let whole = match fs::read_to_string(path.join(format!("{id}{ENDING}"))) {
            Ok(whole) => whole,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(Fault::internal("read a text message of the outbox", e)),
        };
        let (to, text) = whole.split_once('\n').unwrap_or(("", &whole));
        Ok(Some(KeptMessage { id: id.to_owned(), at, to: to.to_owned(), text: text.to_owned() }))
    }
}

const ENDING: &str = ".sms";

/// Writes a message, whole or not at all: the number, then the text. One of the same time and name is the same message.
async fn keep(path: PathBuf, at: Time, id: &str, to: &str, text: &str) -> Result<(), SmsError> {
    let file = path.join(format!("{:016}-{id}{ENDING}", at.as_micros().max(0)));
    let whole = format!("{to}\n{text}");
    let written = tokio::task::spawn_blocking(move || {
        folder::create(&path)?;
        folder::write_new(&file, whole.as_bytes())
    });
    match written.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(e)) if e.kind() == ErrorKind::AlreadyExists => Ok(()),
        Ok(Err(e)) => Err(away(format!("the message cannot be written: {e}"))),
        Err(e) => Err(away(format!("the message was not written: {e}"))),
    }
}

fn away(why: String) -> SmsError {
    SmsError::Transient(why)
}

impl Gateway {
    async fn send(&self, now: Time, id: &str, to: &str, text: &str) -> Result<Taken, SmsError> {
        let body = json!({ "id": id, "to": to, "text": text }).to_string();
        let timestamp = now.unix().to_string();
        let signature = webhook::hmac(self.key.expose(), id, &timestamp, &body);
        let headers = [(webhook::ID, id), (webhook::TIMESTAMP, &timestamp), (webhook::SIGNATURE, &signature)];
        match self.fetch.post_and_read(&self.url, "application/json", headers, body, MOST_BYTES).await {
            Ok((status, body)) => judge(status).map(|()| read(&body)),
            Err(error) => Err(judge_error(error)),
        }
    }
}

/// An answer need not say anything.
fn read(body: &[u8]) -> Taken {
    let answer: Answer = serde_json::from_slice(body).unwrap_or_default();
    Taken {
        message_id: answer.message_id,
        sim_changed_at: answer.sim_changed_at.as_deref().and_then(Time::read_rfc3339),
    }
}

/// Only a refusal of this very message is for good. A gateway that does not know our key will, once the operator has
/// mended it.
pub(super) fn judge(status: u16) -> Result<(), SmsError> {
    let why = format!("the gateway answered with status {status}");
    match status {
        200..=299 => Ok(()),
        401 | 403 | 404 | 408 | 425 | 429 | 500.. => Err(SmsError::Transient(why)),
        _ => Err(SmsError::Permanent(why)),
    }
}

pub(super) fn judge_error(error: FetchError) -> SmsError {
    match error {
        FetchError::Refused(why) => SmsError::Permanent(format!("the gateway may not be called: {why}")),
        FetchError::Status(status) => away(format!("the gateway answered with status {status}")),
        FetchError::Unanswered(why) => away(format!("the gateway did not answer: {why}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_specifications_example_is_too_short_for_us() {
        assert!(sms_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").is_none(), "24 bytes");
    }

    #[test]
    fn what_a_gateway_says_of_a_message() {
        for nothing in ["", "taken", "[]", "{}", r#"{"message_id": 7}"#] {
            assert_eq!(read(nothing.as_bytes()), Taken::default(), "{nothing}");
        }
        let taken = read(br#"{"message_id": "gw-1", "sim_changed_at": "2026-11-18T11:06:40Z", "price": "0.07"}"#);
        assert_eq!(taken.message_id.as_deref(), Some("gw-1"));
        assert_eq!(taken.sim_changed_at, Some(Time::from_unix(1_795_000_000)));
    }

    #[test]
    fn what_is_tried_again() {
        for (status, is_transient) in
            [(401, true), (403, true), (429, true), (500, true), (503, true), (400, false), (422, false), (302, false)]
        {
            assert_eq!(matches!(judge(status), Err(SmsError::Transient(_))), is_transient, "{status}");
        }
        assert_eq!((judge(200), judge(204)), (Ok(()), Ok(())));
        assert!(matches!(judge_error(FetchError::Refused("x")), SmsError::Permanent(_)));
    }

    #[tokio::test]
    async fn the_folder_keeps_messages_by_time_and_gives_no_other_file() {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.data.dir = dir.path().join("data");
        let clock = Clock::fixed(Time::from_unix(1_795_000_000));
        let sms = Sms::open(&config, Fetch::new(&[], clock.clone()).unwrap(), clock.clone()).unwrap();
        assert_eq!((sms.list().unwrap(), sms.is_on(), sms.has_gateway()), (vec![], true, false));
        for n in 0..2 {
            sms.send(&format!("job_{n}"), "+4915112345678", "123456\n\n@w.example #123456").await.unwrap();
            clock.advance(crate::base::Seconds(1));
        }
        let kept = sms.list().unwrap();
        assert_eq!((kept.len(), kept[0].to.as_str()), (2, "+4915112345678"));
        assert!(kept[0].at > kept[1].at && kept[0].text.ends_with("\n@w.example #123456"));
        assert_eq!(sms.read(&kept[1].id).unwrap().as_ref(), Some(&kept[1]));
        for bad in ["", "x", "../keys", "..", &format!("../outbox/{}", kept[0].id), &format!("{}/", kept[0].id)] {
            assert_eq!(sms.read(bad).unwrap(), None, "{bad:?}");
        }
    }
}
