//! Profile fields: what a person typed or proved, opened for the person alone.

use std::collections::BTreeMap;

use crate::accounts::sealing;
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::{AccountId, MediaId};
use crate::base::{Fault, Time};
use crate::catalog::badges::PHOTO;
use crate::catalog::claims::{self, ValueType};
use crate::catalog::{Claim, Problem, values};
use crate::error::{Denied, Error, FieldError};
use crate::store::database::badges as kept_badges;
use crate::store::database::contacts::{self, ContactKind};
use crate::store::database::profiles::{self, ProfileValue, Source};
use crate::store::database::{Conn, media};
use crate::wallet::badges;
use crate::wallet::changes::{Change, Op, note};
use crate::wallet::holdings::PICTURE;
use crate::wallet::media::Kind;

/// One value of a profile, in the form in which it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Value {
    pub text: String,
    pub source: Source,
    pub verified_at: Option<Time>,
    pub updated_at: Time,
}

/// The values of a profile by the names of their claims, addresses among them.
pub type Profile = BTreeMap<String, Value>;

/// A person's own profile, for the pages that show it to that person.
///
/// # Errors
/// A fault when the database does not answer or a value cannot be opened.
pub async fn load(app: &App, account: AccountId) -> Result<Profile, Fault> {
    let unit = app.clone();
    app.db.read(move |conn| Box::pin(async move { read(conn, &unit, account).await })).await
}

async fn read(conn: &mut Conn<'_>, app: &App, account: AccountId) -> Result<Profile, Fault> {
    let key = sealing::load_key(conn, app, account).await?;
    let mut profile = Profile::new();
    for row in profiles::list(conn, account).await? {
        let text = sealing::open_value(&key, account, &row.name, &row.value)?;
        let value = Value { text, source: row.source, verified_at: row.verified_at, updated_at: row.updated_at };
        profile.insert(row.name, value);
    }
    // The primary ones come first.
    for contact in contacts::list(conn, account).await? {
        let name = match contact.kind {
            ContactKind::Email => "email",
            ContactKind::Phone => "phone_number",
        };
        if !profile.contains_key(name) {
            let source = if contact.verified_at.is_some() { Source::Control } else { Source::Person };
            let text = sealing::open_contact(&key, &contact)?;
            let (verified_at, updated_at) = (contact.verified_at, contact.created_at);
            profile.insert(name.to_owned(), Value { text, source, verified_at, updated_at });
        }
    }
    Ok(profile)
}

/// Keeps what a person typed: each claim with its new text, or `None` (or nothing but white space) to remove it.
///
/// All changes are kept or none is. Addresses have a module of their own: `accounts::contacts`.
///
/// # Errors
/// Each claim whose text does not fit; a fault.
pub async fn save(
    app: &App,
    account: AccountId,
    changes: Vec<(String, Option<String>)>,
    origin: &Origin,
) -> Result<(), Error> {
    let changes = check(changes, app.now())?;
    if changes.is_empty() {
        return Ok(());
    }
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write::<_, Fault, _>(move |tx| Box::pin(async move { write(tx, &unit, account, changes, &origin).await }))
        .await?;
    Ok(())
}

/// Makes a photo of the wallet the picture of its person; `None` takes the picture away.
///
/// # Errors
/// Not found where there is no such photo that is ready; a fault.
pub async fn set_picture(app: &App, account: AccountId, photo: Option<MediaId>, origin: &Origin) -> Result<(), Error> {
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if let Some(id) = photo {
                    let found = media::find_own(tx, account, id).await?;
                    let is_photo = |asset: &media::Asset| asset.kind == Kind::Photo.as_str();
                    found
                        .filter(|asset| asset.state == media::State::Ready && is_photo(asset))
                        .ok_or(Denied::NotFound)?;
                }
                let claim = claims::find(PICTURE).ok_or(Denied::NotFound)?;
                let change = vec![(claim, photo.map(|id| id.to_string()))];
                Ok::<_, Error>(write(tx, &unit, account, change, &origin).await?)
            })
        })
        .await
}

async fn write(
    conn: &mut Conn<'_>,
    app: &App,
    account: AccountId,
    changes: Vec<(&'static Claim, Option<String>)>,
    origin: &Origin,
) -> Result<(), Fault> {
    let key = sealing::load_key(conn, app, account).await?;
    let held = read(conn, app, account).await?;
    let (mut names, mut changed) = (Vec::new(), Vec::new());
    for (claim, text) in changes {
        if held.get(claim.name).map(|v| &v.text) == text.as_ref() {
            continue;
        }
        names.push(claim.name.to_owned());
        let op = match (held.contains_key(claim.name), &text) {
            (_, None) => Op::Removed,
            (false, Some(_)) => Op::Added,
            (true, Some(_)) => Op::Changed,
        };
        changed.push(Change::claim(claim.name, op));
        if let Some(text) = text {
            let row = ProfileValue {
                account_id: account,
                name: claim.name.to_owned(),
                value: sealing::seal_value(app, &key, account, claim.name, &text),
                source: Source::Person,
                verified_at: None,
                updated_at: app.now(),
            };
            profiles::put(conn, &row).await?;
        } else {
            profiles::delete(conn, account, claim.name).await?;
        }
    }
    if names.is_empty() {
        return Ok(());
    }
    if names.iter().any(|name| name == "picture") {
        // The badge says that the photo that was there shows the person.
        for row in kept_badges::live(conn, account).await?.iter().filter(|row| row.kind == PHOTO) {
            badges::revoke(conn, app, account, row.id, "photo_changed", origin).await?;
        }
    }
    note(conn, app, account, &changed).await?;
    let record = Record { requested: names, ..Record::of("profile.changed", account) };
    audit::record(conn, app, &record, origin).await
}

fn check(changes: Vec<(String, Option<String>)>, now: Time) -> Result<Vec<(&'static Claim, Option<String>)>, Error> {
    let (mut checked, mut wrong) = (Vec::new(), Vec::new());
    for (name, typed) in changes {
        let claim = claims::find(&name).filter(|c| c.is_typed());
        let claim = claim.ok_or(Error::Denied(Denied::NotFound))?;
        let typed = typed.filter(|t| !t.trim().is_empty());
        match typed.map(|t| check_one(claim, &t, now)).transpose() {
            Ok(text) => checked.push((claim, text)),
            Err(problem) => wrong.push(FieldError { field: claim.name, message: problem.key() }),
        }
    }
    if wrong.is_empty() { Ok(checked) } else { Err(Denied::Invalid(wrong).into()) }
}

fn check_one(claim: &Claim, typed: &str, now: Time) -> Result<String, Problem> {
    let kept = values::check_value(claim, typed)?;
    // Nobody was born tomorrow. Dates of this form compare as texts; half a day for the time zones ahead of ours.
    let latest = (now + crate::base::Seconds::hours(14)).rfc3339();
    let is_future = claim.value == ValueType::Date && kept.as_str() > &latest[..kept.len().min(10)];
    if is_future { Err(Problem::NotDate) } else { Ok(kept) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_named() {
        let now = Time::from_unix(1_795_000_000);
        let change = |name: &str, text: &str| (name.to_owned(), Some(text.to_owned()));
        let good =
            check(vec![change("birthdate", "1990-04-01"), change("birthdate", "1990"), change("nickname", "  ")], now);
        assert_eq!(
            good.map(|c| c.into_iter().map(|(_, t)| t).collect::<Vec<_>>()).ok(),
            Some(vec![Some("1990-04-01".to_owned()), Some("1990".to_owned()), None,])
        );
        for (name, text) in [("birthdate", "2031-01-01"), ("website", "javascript:alert(1)")] {
            let Err(Error::Denied(Denied::Invalid(fields))) = check(vec![change(name, text)], now) else {
                panic!("{name} {text}")
            };
            assert_eq!(fields[0].field, name);
        }
        for name in ["email", "phone_number", "email_verified", "sub", "wallet_trust", "updated_at", "picture"] {
            assert!(matches!(check(vec![change(name, "x")], now), Err(Error::Denied(Denied::NotFound))), "{name}");
        }
    }
}
