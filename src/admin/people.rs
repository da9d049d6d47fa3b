//! Accounts as operators see and keep them: find, lock, unlock, delete, give a role.

use crate::accounts::{sealing, sessions as browsers};
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::AccountId;
use crate::base::page::{LARGEST, Page};
use crate::base::{Fault, Time, text};
use crate::error::{Denied, Error};
use crate::privacy::erasure;
use crate::store::database::accounts::{self, Account, AccountState, Role};
use crate::store::database::contacts::{self, ContactKind};
use crate::store::database::{Conn, sessions};

/// An account without what its wallet holds: whom it belongs to, and how it stands.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    pub account: Account,
    /// The primary address.
    pub email: Option<String>,
    pub email_verified_at: Option<Time>,
    /// How many browsers are signed in.
    pub sessions: usize,
}

/// Accounts, newest first; `cursor` is the `next` of the page before.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(app: &App, cursor: Option<&str>, size: usize) -> Result<Page<Person>, Error> {
    let size = size.clamp(1, LARGEST);
    let before = cursor.and_then(|c| c.parse().ok());
    let unit = app.clone();
    let people = app.db.read::<_, Fault, _>(move |conn| {
        Box::pin(async move {
            let mut people = Vec::new();
            for account in accounts::list(conn, before, size + 1).await? {
                people.push(person(conn, &unit, account).await?);
            }
            Ok(people)
        })
    });
    Ok(Page::cut(people.await?, size, |person| person.account.id.to_string()))
}

/// One account.
///
/// # Errors
/// Not found where there is none; a fault.
pub async fn show(app: &App, id: AccountId) -> Result<Person, Error> {
    let unit = app.clone();
    let found = app.db.read::<_, Fault, _>(move |conn| {
        Box::pin(async move {
            match accounts::find(conn, id).await? {
                Some(account) => Ok(Some(person(conn, &unit, account).await?)),
                None => Ok(None),
            }
        })
    });
    Ok(found.await?.ok_or(Denied::NotFound)?)
}

/// Who has proven that an address is theirs.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn find_by_email(app: &App, email: &str) -> Result<Option<AccountId>, Error> {
    let Some(email) = text::email(email) else { return Ok(None) };
    let lookup = sealing::lookup(app, ContactKind::Email, &email);
    let owner =
        app.db.read::<_, Fault, _>(move |conn| Box::pin(contacts::find_owner(conn, ContactKind::Email, lookup)));
    Ok(owner.await?)
}

async fn person(conn: &mut Conn<'_>, app: &App, account: Account) -> Result<Person, Fault> {
    let contact = contacts::primary(conn, account.id, ContactKind::Email).await?;
    let mut email = None;
    if let Some(contact) = &contact {
        let key = sealing::load_key(conn, app, account.id).await?;
        email = Some(sealing::open_contact(&key, contact)?);
    }
    let sessions = sessions::list(conn, account.id, app.now()).await?.len();
    let email_verified_at = contact.and_then(|c| c.verified_at);
    Ok(Person { account, email, email_verified_at, sessions })
}

/// Closes an account: no sign-in, every browser signed out, and nothing it shared can be read until it is unlocked.
///
/// Whether it was this call that did.
///
/// # Errors
/// Not found where there is no such account; a fault.
pub async fn lock(app: &App, id: AccountId, origin: &Origin) -> Result<bool, Error> {
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                accounts::find(tx, id).await?.ok_or(Error::Denied(Denied::NotFound))?;
                let (from, to) = (AccountState::Active, AccountState::Suspended);
                let is_done = accounts::move_state(tx, id, from, to, unit.now()).await?;
                if is_done {
                    audit::record(tx, &unit, &Record::of("account.locked", id), &origin).await?;
                    browsers::end_all(tx, &unit, id, None, "account_locked", &origin).await?;
                }
                Ok(is_done)
            })
        })
        .await
}

/// Opens an account again; whether it was this call that did.
///
/// # Errors
/// As [`lock`].
pub async fn unlock(app: &App, id: AccountId, origin: &Origin) -> Result<bool, Error> {
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                accounts::find(tx, id).await?.ok_or(Error::Denied(Denied::NotFound))?;
                // What its person wants deleted is theirs alone to keep.
                let (from, to) = (AccountState::Suspended, AccountState::Active);
                let is_done = accounts::move_state(tx, id, from, to, unit.now()).await?;
                if is_done {
                    audit::record(tx, &unit, &Record::of("account.unlocked", id), &origin).await?;
                }
                Ok(is_done)
            })
        })
        .await
}

/// Gives an account another role; whether it was this call that did.
///
/// # Errors
/// As [`lock`].
pub async fn set_role(app: &App, id: AccountId, role: Role, origin: &Origin) -> Result<bool, Error> {
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                accounts::find(tx, id).await?.ok_or(Error::Denied(Denied::NotFound))?;
                let is_done = accounts::set_role(tx, id, role, unit.now()).await?;
                if is_done {
                    let record = Record::of("account.role_changed", id).because(role.as_str());
                    audit::record(tx, &unit, &record, &origin).await?;
                }
                Ok(is_done)
            })
        })
        .await
}

/// Removes an account and all that hangs on it: its data key, what its wallet holds, its sessions, grants and tokens. Its
/// person gets the receipt by mail.
///
/// # Errors
/// As [`lock`].
pub async fn delete(app: &App, id: AccountId, origin: &Origin) -> Result<String, Error> {
    erasure::at_once(app, id, origin).await
}
