//! Passwords: what is a good one, how it is hashed, how it is changed.

mod common;
mod hasher;

use std::time::Instant;

pub use self::hasher::{Hasher, Verdict};
use super::{Session, guard, notice, sessions};

use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::AccountId;
use crate::base::{Fault, Time, text};
use crate::error::{Denied, Error};
use crate::store::database::{contacts, passwords};

/// The longest password in characters.
pub const MOST_CHARACTERS: usize = 256;
/// The longest password in bytes: looked at before anything is worked out from it.
const MOST_BYTES: usize = 1024;

/// A password that the rules allow.
pub struct Allowed(String);

/// Checks a new password (NIST SP 800-63B-4): long enough, not common, not made of `own` words; nothing else.
///
/// # Errors
/// The field `password` with the reason.
pub fn check(app: &App, typed: &str, own: &[&str]) -> Result<Allowed, Denied> {
    check_rules(typed, app.config.passwords.least, own).map_err(|message| Denied::field("password", message))
}

fn check_rules(typed: &str, least: usize, own: &[&str]) -> Result<Allowed, &'static str> {
    if is_too_long(typed) {
        return Err("problem-password-long");
    }
    let password = text::password(typed);
    if password.is_empty() {
        return Err("problem-password-empty");
    }
    if password.chars().count() < least {
        return Err("problem-password-short");
    }
    if common::is_common(&password, own) {
        return Err("problem-password-common");
    }
    Ok(Allowed(password))
}

pub(super) fn is_too_long(typed: &str) -> bool {
    typed.len() > MOST_BYTES || typed.chars().count() > MOST_CHARACTERS
}

/// The hash of a new password, as a PHC string.
///
/// # Errors
/// An unavailable fault when too many wait for the hasher.
pub async fn hash(app: &App, password: &Allowed) -> Result<String, Fault> {
    let input = peppered(app, &password.0);
    timed(app, app.room::<Hasher>().hash(input)).await
}

/// Whether a typed password is the one behind `hash`. Without a hash it works as long and says no.
///
/// # Errors
/// An unavailable fault when too many wait for the hasher.
pub(super) async fn verify(app: &App, typed: &str, hash: Option<String>) -> Result<Verdict, Fault> {
    let input = peppered(app, &text::password(typed));
    timed(app, app.room::<Hasher>().verify(input, hash)).await
}

async fn timed<T>(app: &App, work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    let begun = Instant::now();
    let done = work.await;
    app.metrics.observe("sw_password_hash_seconds", &[], begun.elapsed().as_secs_f64());
    done
}

/// Without the pepper, which is kept apart from the database, the hashes cannot be guessed at.
fn peppered(app: &App, password: &str) -> [u8; 32] {
    app.keys.pepper.mac("password", password.as_bytes())
}

/// When the password of an account was last changed.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn changed_at(app: &App, account: AccountId) -> Result<Option<Time>, Fault> {
    app.db.read(move |conn| Box::pin(passwords::changed_at(conn, account))).await
}

/// Changes the password of the owner of a session, who must know the current one; every other session ends.
///
/// # Errors
/// A field that does not fit; too many, after several wrong tries; a fault.
pub async fn change(app: &App, session: &Session, current: &str, new: &str, origin: &Origin) -> Result<(), Error> {
    let (account, here) = (session.account, session.id);
    let wrong = Denied::field("current", "problem-current-password");
    if current.is_empty() || is_too_long(current) {
        return Err(wrong.into());
    }
    let unit = app.clone();
    let own =
        app.db.read::<_, Fault, _>(move |conn| Box::pin(async move { own_words(conn, &unit, account).await })).await?;
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    // Looked at first: who has to think of another password has not guessed at the current one.
    let allowed = check(app, new, &own)?;
    let name = guard::name(app, "password-change", &account.to_string());
    let unit = app.clone();
    let (taken, hash) = app
        .db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move { Ok((guard::take(tx, &unit, name).await?, passwords::find(tx, account).await?)) })
        })
        .await?;
    taken?;
    let Verdict::Right { .. } = verify(app, current, hash.clone()).await? else { return Err(wrong.into()) };
    let new_hash = self::hash(app, &allowed).await?;
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                // Someone else who changed it meanwhile wins: what was proven was the old one.
                if passwords::find(tx, account).await? != hash {
                    return Err(Error::Denied(Denied::Expired));
                }
                guard::clear(tx, name).await?;
                set(tx, &unit, account, &new_hash, "password.changed", &origin).await?;
                sessions::end_all(tx, &unit, account, Some(here), "password_changed", &origin).await?;
                Ok(())
            })
        })
        .await
}

/// Keeps a new hash, writes the event and tells the owner by mail.
pub(super) async fn set(
    conn: &mut crate::store::database::Conn<'_>,
    app: &App,
    account: AccountId,
    hash: &str,
    event: &'static str,
    origin: &Origin,
) -> Result<(), Fault> {
    passwords::put(conn, account, hash, app.now()).await?;
    audit::record(conn, app, &Record::of(event, account), origin).await?;
    notice::password_changed(conn, app, account, origin).await
}

/// Words that a person's password must not be made of: their addresses.
pub(super) async fn own_words(
    conn: &mut crate::store::database::Conn<'_>,
    app: &App,
    account: AccountId,
) -> Result<Vec<String>, Fault> {
    let key = super::sealing::load_key(conn, app, account).await?;
    let rows = contacts::list(conn, account).await?;
    rows.iter().map(|contact| super::sealing::open_contact(&key, contact)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(typed: &str) -> Result<(), &'static str> {
        check_rules(typed, 8, &["amina.yusuf@mail.example", "Amina Yusuf"]).map(|_| ())
    }

    #[test]
    fn nist_800_63b_s3_1_1_2_length_and_list_and_nothing_else() {
        for good in ["correct horse battery", "zanzibar-ferry-9", "كلمة سر طويلة", "      tea at nine", "qpwoeiru-7"]
        {
            assert_eq!(verdict(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("", "problem-password-empty"),
            ("short", "problem-password-short"),
            ("password", "problem-password-common"),
            ("P@ssw0rd123!", "problem-password-common"),
            ("aaaaaaaaaaaa", "problem-password-common"),
            ("12345678901", "problem-password-common"),
            ("abcdefghij", "problem-password-common"),
            ("SocialWallet1", "problem-password-common"),
            ("aminayusuf1", "problem-password-common"),
            ("amina.yusuf@mail.example", "problem-password-common"),
        ] {
            assert_eq!(verdict(bad), Err(why), "{bad}");
        }
        let long = |letters: &str, n: usize| letters.chars().cycle().take(n).collect::<String>();
        for letters in ["a9zb ", "🌊🐚🦀🐋🐠"] {
            assert_eq!(verdict(&long(letters, 256)), Ok(()));
            assert_eq!(verdict(&long(letters, 257)), Err("problem-password-long"));
        }
    }

    #[test]
    fn characters_are_counted_after_normalisation() {
        // Seven letters, each with a combining mark: fourteen code points typed, seven kept.
        assert_eq!(verdict(&"e\u{301}".repeat(7)), Err("problem-password-short"));
    }
}
