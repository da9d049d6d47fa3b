//! Proving an address: a code is sent, a code comes back. The same steps whether or not the address is known.

use serde::{Deserialize, Serialize};

use super::{guard, notice, sealing};
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::ChallengeId;
use crate::base::{Digest, Fault, Seconds, Time, text};
use crate::config::Rate;
use crate::error::{Denied, Error};
use crate::store::database::challenges::{self, Challenge, Keys, Purpose};
use crate::store::database::contacts::{self, ContactKind};
use crate::store::database::{Conn, counters};

/// How long a person may take for what follows the right code.
pub(super) const PROVEN_FOR: Seconds = Seconds::minutes(30);

/// To whom a code was sent, and in which language.
#[derive(Serialize, Deserialize)]
pub(super) struct Sent {
    /// A mail address, or the phone number where the purpose says so.
    #[serde(rename = "email")]
    pub to: String,
    pub locale: String,
    /// The browser that asked, as the page of the link tells it.
    #[serde(default)]
    pub device: String,
}

impl Sent {
    pub fn new(to: String, locale: String) -> Self {
        Self { to, locale, device: String::new() }
    }
}

/// What is sent: a code, and beside it a link.
pub(super) struct Made {
    pub code: String,
    pub link: String,
}

impl Made {
    pub fn new(app: &App) -> Self {
        Self { code: app.random.digits(6), link: app.random.token(32) }
    }

    /// What is kept of them.
    pub fn keys(&self, app: &App, id: ChallengeId) -> Keys {
        let now = app.now();
        Keys {
            code: digest(app, id, &self.code),
            until: now + app.config.codes.lifetime,
            link: Some(Digest::of(&self.link)),
            link_until: Some(now + app.config.codes.link_lifetime),
        }
    }
}

/// What no code and no link opens: where none goes out, none may be right.
pub(super) fn no_keys(app: &App, now: Time) -> Keys {
    let code = Digest::from_bytes(app.random.bytes());
    Keys { code, until: now + app.config.codes.lifetime, link: None, link_until: None }
}

/// Sends a code to an address; the answer tells nothing about it.
pub(super) async fn begin(
    app: &App,
    purpose: Purpose,
    email: &str,
    locale: &str,
    origin: &Origin,
) -> Result<ChallengeId, Error> {
    let email = text::email(email).ok_or_else(|| Denied::field("email", "problem-email"))?;
    let device = origin.agent.clone().unwrap_or_default();
    let sent = Sent { to: email, locale: locale.to_owned(), device };
    let (unit, origin) = (app.clone(), origin.clone());
    let begun = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let app = &unit;
            let now = app.now();
            let lookup = sealing::lookup(app, ContactKind::Email, &sent.to);
            if let Err(denied) = count_send(tx, app, purpose, lookup).await? {
                return Ok(Err(denied));
            }
            challenges::supersede(tx, purpose, lookup, now).await?;
            let id = ChallengeId::new(now, &app.random);
            let plain = serde_json::to_vec(&sent).map_err(|e| Fault::internal("write a challenge", e))?;
            let owner = contacts::find_owner(tx, ContactKind::Email, lookup).await?;
            let keys = send(tx, app, purpose, id, lookup, &sent).await?;
            let challenge = Challenge {
                id,
                purpose,
                lookup,
                account_id: owner.filter(|_| purpose == Purpose::Recover),
                address: app.sealers.challenge.seal(id.as_bytes(), &plain, &app.random),
                code: keys.code,
                attempts: 0,
                created_at: now,
                expires_at: keys.until,
                proven_at: None,
                used_at: None,
                link: keys.link,
                link_until: keys.link_until,
                undeliverable_at: None,
            };
            challenges::insert(tx, &challenge).await?;
            let record = match (purpose, owner) {
                (Purpose::Register, None) => None,
                (Purpose::Register, Some(_)) => Some(Record::new("sign_up.refused").refused("address_known")),
                (Purpose::Recover, None) => Some(Record::new("password.reset_requested").refused("address_unknown")),
                (Purpose::Recover, Some(owner)) => Some(Record::of("password.reset_requested", owner)),
                // Those have a module of their own: `accounts::contacts`.
                (Purpose::Email | Purpose::Phone, _) => return Err(Fault::broken("begin a challenge of a contact")),
            };
            if let Some(record) = record {
                audit::record(tx, app, &record, &origin).await?;
            }
            Ok(Ok(id))
        })
    });
    Ok(begun.await??)
}

/// Sends a new code in the place of the old one.
pub(super) async fn resend(app: &App, id: ChallengeId, purpose: Purpose) -> Result<(), Error> {
    let unit = app.clone();
    let resent = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let app = &unit;
            let found = challenges::find(tx, id).await?;
            let Some(challenge) =
                found.filter(|c| c.purpose == purpose && c.proven_at.is_none() && c.used_at.is_none())
            else {
                return Ok(Err(Denied::Expired));
            };
            if let Err(denied) = count_send(tx, app, purpose, challenge.lookup).await? {
                return Ok(Err(denied));
            }
            let keys = send(tx, app, purpose, id, challenge.lookup, &open(app, &challenge)?).await?;
            let is_renewed = challenges::renew(tx, id, &keys).await?;
            Ok(if is_renewed { Ok(()) } else { Err(Denied::Expired) })
        })
    });
    Ok(resent.await??)
}

/// Takes a try with a code.
pub(super) async fn prove(app: &App, id: ChallengeId, purpose: Purpose, typed: &str) -> Result<(), Error> {
    let wrong = || Denied::field("code", "problem-code");
    let code = read_code(typed).ok_or_else(wrong)?;
    let tries = i32::try_from(app.config.codes.tries).unwrap_or(5);
    let unit = app.clone();
    let proven = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let now = unit.now();
            let Some(challenge) = challenges::take_try(tx, id, purpose, tries, now).await? else {
                // Its link was confirmed before the code was typed.
                let found = challenges::find(tx, id).await?.filter(|c| c.purpose == purpose && c.used_at.is_none());
                let is_proven = found.is_some_and(|c| c.proven_at.is_some() && c.expires_at > now);
                return Ok(if is_proven { Ok(()) } else { Err(Denied::Expired) });
            };
            if challenge.code == digest(&unit, id, &code) {
                let is_first = challenges::prove(tx, id, now, now + PROVEN_FOR).await?;
                return Ok(if is_first { Ok(()) } else { Err(Denied::Expired) });
            }
            // The last try is gone: only a new code helps.
            Ok(Err(if challenge.attempts >= tries { Denied::Expired } else { wrong() }))
        })
    });
    Ok(proven.await??)
}

/// How far a challenge has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    Waits,
    /// The mail came back.
    Undeliverable,
    Proven,
}

/// How far it has come, by whichever way and in whichever browser; `Expired` once it is over.
pub(super) async fn progress(app: &App, id: ChallengeId, purpose: Purpose) -> Result<Progress, Error> {
    let now = app.now();
    let found = app.db.read::<_, Fault, _>(move |conn| Box::pin(challenges::find(conn, id))).await?;
    let found = found.filter(|c| c.purpose == purpose && c.used_at.is_none()).ok_or(Denied::Expired)?;
    match found.proven_at {
        Some(_) if found.expires_at > now => Ok(Progress::Proven),
        None if found.waits(now) && found.undeliverable_at.is_some() => Ok(Progress::Undeliverable),
        None if found.waits(now) => Ok(Progress::Waits),
        _ => Err(Denied::Expired.into()),
    }
}

/// What a proven challenge proves, without using it; `Expired` when it is not proven or too old.
pub(super) async fn peek(app: &App, id: ChallengeId, purpose: Purpose) -> Result<(Challenge, Sent), Error> {
    let now = app.now();
    let found = app.db.read::<_, Fault, _>(move |conn| Box::pin(challenges::find(conn, id))).await?;
    let proven =
        found.filter(|c| c.purpose == purpose && c.proven_at.is_some() && c.used_at.is_none() && c.expires_at > now);
    let challenge = proven.ok_or(Denied::Expired)?;
    let sent = open(app, &challenge)?;
    Ok((challenge, sent))
}

pub(super) fn open(app: &App, challenge: &Challenge) -> Result<Sent, Fault> {
    let attempted = "open a challenge";
    let plain = app.sealers.challenge.open(challenge.id.as_bytes(), &challenge.address);
    serde_json::from_slice(&plain.map_err(|e| Fault::internal(attempted, e))?)
        .map_err(|e| Fault::internal(attempted, e))
}

/// Enqueues the mail that fits; gives what is kept of the code and the link in it, or what nothing opens. Nobody hears
/// from us who has no wallet, but the work is the same.
async fn send(
    conn: &mut Conn<'_>,
    app: &App,
    purpose: Purpose,
    id: ChallengeId,
    lookup: Digest,
    sent: &Sent,
) -> Result<Keys, Fault> {
    let made = Made::new(app);
    let keys = made.keys(app, id);
    let is_known = contacts::find_owner(conn, ContactKind::Email, lookup).await?.is_some();
    // Where no code goes out, none may be right: guessing one would tell that the address is (un)known.
    let nothing = no_keys(app, app.now());
    match (purpose, is_known) {
        (Purpose::Register, false) => {
            notice::code_and_link(conn, app, "sign_up_code", sent, &made).await?;
            Ok(keys)
        }
        (Purpose::Register, true) => {
            notice::plain(conn, app, "sign_up_known", sent).await?;
            Ok(nothing)
        }
        (Purpose::Recover, true) => {
            notice::code(conn, app, "recover_code", sent, &made.code).await?;
            // A new password is chosen in the window that asked for it.
            Ok(Keys { link: None, link_until: None, ..keys })
        }
        (Purpose::Recover, false) => {
            // Worked out and thrown away, as everything here: only the time it takes is wanted.
            notice::no_code(conn, app, "recover_code", sent, &made.code).await?;
            Ok(nothing)
        }
        (Purpose::Email | Purpose::Phone, _) => Ok(nothing),
    }
}

async fn count_send(
    conn: &mut Conn<'_>,
    app: &App,
    purpose: Purpose,
    lookup: Digest,
) -> Result<Result<(), Denied>, Fault> {
    let limits = &app.config.limits;
    let Rate { count, per, .. } = match purpose {
        Purpose::Register => limits.code_send,
        Purpose::Recover => limits.recovery,
        Purpose::Email | Purpose::Phone => limits.code_send,
    };
    let now = app.now();
    let name = guard::name(app, purpose.as_str(), &format!("{:?}", lookup.as_bytes()));
    if counters::count(conn, name, i64::from(count), per, now).await?.is_some() {
        return Ok(Ok(()));
    }
    let since = counters::find(conn, name).await?.map_or(now, |c| c.since);
    Ok(Err(Denied::TooMany { retry_after: guard::left(since, per, now).unwrap_or(Seconds(1)) }))
}

pub(super) fn digest(app: &App, id: ChallengeId, code: &str) -> Digest {
    let message = [id.as_bytes(), code.as_bytes()].concat();
    Digest::from_bytes(app.keys.pepper.mac("challenge-code", &message))
}

/// The six digits of a typed code; spaces and hyphens are for the eye, and digits may be those of another script.
pub(super) fn read_code(typed: &str) -> Option<String> {
    if typed.len() > 64 {
        return None;
    }
    let mut code = String::new();
    for c in typed.chars() {
        match c {
            '0'..='9' => code.push(c),
            '\u{660}'..='\u{669}' => code.push(char::from(b'0' + (u32::from(c) - 0x660) as u8)),
            '\u{6f0}'..='\u{6f9}' => code.push(char::from(b'0' + (u32::from(c) - 0x6f0) as u8)),
            c if c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{200e}' | '\u{200f}') => {}
            _ => return None,
        }
    }
    (code.len() == 6).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        for typed in ["123456", " 123 456 ", "123-456", "123\u{2011}456", "١٢٣٤٥٦", "۱۲۳۴۵۶"] {
            assert_eq!(read_code(typed).as_deref(), Some("123456"), "{typed}");
        }
        for bad in ["", "12345", "1234567", "12345a", &"1".repeat(65), "½23456"] {
            assert_eq!(read_code(bad), None, "{bad}");
        }
    }

    #[tokio::test]
    async fn a_code_belongs_to_its_challenge() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = crate::config::Config::default();
        config.data.dir = folder.path().to_owned();
        let (clock, random) = (crate::base::Clock::System, crate::base::Random::Os);
        let app = App::start_with(config, clock, random).await.unwrap();
        let [one, other] = [(); 2].map(|()| ChallengeId::new(app.now(), &app.random));
        assert!(digest(&app, one, "123456") == digest(&app, one, "123456"));
        assert!(digest(&app, one, "123456") != digest(&app, other, "123456"), "the address is the challenge's");
        assert!(digest(&app, one, "123456") != digest(&app, one, "123457"));
    }
}
