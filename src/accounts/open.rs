//! Opening an account: its key, address, password and first values in one unit.

use super::{password, sealing};
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::{AccountId, ContactId};
use crate::base::{Fault, text};
use crate::catalog::{claims, values};
use crate::error::{Denied, Error, FieldError};
use crate::store::database::accounts::{self, Account, AccountState, Role};
use crate::store::database::contacts::{self, Contact, ContactKind};
use crate::store::database::profiles::{self, ProfileValue, Source};
use crate::store::database::{Conn, deletions, passwords};

/// What a new account begins with.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Counts as proven.
    pub email: String,
    /// Without one the person sets it through recovery.
    pub password: Option<crate::base::Secret<String>>,
    pub locale: Option<String>,
    pub role: Role,
    /// Claims by name, as typed; a phone number is kept as a contact.
    pub values: Vec<(String, String)>,
}

/// Opens an account without asking for a code: for the command line, the set-up page and the demo.
///
/// # Errors
/// Fields that do not fit; a conflict where another account has proven the address; a fault.
pub async fn create(app: &App, new: NewAccount, origin: &Origin) -> Result<AccountId, Error> {
    let opening = prepare(app, new).await?;
    let (unit, origin) = (app.clone(), origin.clone());
    app.db.write(move |tx| Box::pin(async move { open(tx, &unit, opening, &origin).await })).await
}

/// An account whose parts have been checked.
pub struct Opening {
    pub(super) email: String,
    pub(super) hash: Option<String>,
    pub(super) locale: Option<String>,
    pub(super) role: Role,
    pub(super) values: Vec<(&'static str, String)>,
}

/// Checks the parts of a new account and hashes its password, before any unit of work begins.
///
/// # Errors
/// Fields that do not fit; a fault.
pub async fn prepare(app: &App, new: NewAccount) -> Result<Opening, Error> {
    let email = text::email(&new.email).ok_or_else(|| Denied::field("email", "problem-email"))?;
    let hash = match &new.password {
        Some(typed) => {
            let allowed = password::check(app, typed.expose(), &[&email])?;
            Some(password::hash(app, &allowed).await?)
        }
        None => None,
    };
    let values = check_values(new.values)?;
    Ok(Opening { email, hash, locale: new.locale, role: new.role, values })
}

/// Opens a prepared account in the caller's unit.
///
/// # Errors
/// A conflict where another account has proven the address; a fault.
pub async fn open(conn: &mut Conn<'_>, app: &App, new: Opening, origin: &Origin) -> Result<AccountId, Error> {
    let now = app.now();
    let id = AccountId::new(now, &app.random);
    let (key, wrapped) = sealing::new_key(app, id);
    let account = Account {
        id,
        state: AccountState::Active,
        role: new.role,
        locale: new.locale,
        revision: 1,
        created_at: now,
        updated_at: now,
    };
    accounts::insert(conn, &account, &wrapped).await?;
    let email = contact(app, &key, id, ContactKind::Email, &new.email, Some(now));
    let created = Record::of("account.created", id);
    // Staff see whose wallet was deleted not long ago: nothing is refused for it.
    let is_back = deletions::is_buried(conn, email.lookup, now).await?;
    let created = if is_back { created.because("deleted_before") } else { created };
    audit::record(conn, app, &created, origin).await?;
    if contacts::find_owner(conn, email.kind, email.lookup).await?.is_some() || !contacts::insert(conn, &email).await? {
        return Err(Denied::Conflict("problem-email-taken").into());
    }
    audit::record(conn, app, &Record::of("email.verified", id), origin).await?;
    if let Some(hash) = &new.hash {
        passwords::put(conn, id, hash, now).await?;
    }
    for (name, text) in &new.values {
        if *name == "phone_number" {
            contacts::insert(conn, &contact(app, &key, id, ContactKind::Phone, text, None)).await?;
        } else {
            let value = sealing::seal_value(app, &key, id, name, text);
            let row = ProfileValue {
                account_id: id,
                name: (*name).to_owned(),
                value,
                source: Source::Person,
                verified_at: None,
                updated_at: now,
            };
            profiles::put(conn, &row).await?;
        }
    }
    Ok(id)
}

/// A primary contact, sealed.
pub(super) fn contact(
    app: &App,
    key: &crate::base::seal::SealKey,
    account: AccountId,
    kind: ContactKind,
    address: &str,
    verified_at: Option<crate::base::Time>,
) -> Contact {
    let now = app.now();
    let id = ContactId::new(now, &app.random);
    Contact {
        id,
        account_id: account,
        kind,
        address: sealing::seal_contact(app, key, id, address),
        lookup: sealing::lookup(app, kind, address),
        is_primary: true,
        verified_at,
        created_at: now,
        contested_at: None,
    }
}

fn check_values(typed: Vec<(String, String)>) -> Result<Vec<(&'static str, String)>, Error> {
    let mut kept = Vec::new();
    let mut wrong = Vec::new();
    for (name, text) in &typed {
        let claim = claims::find(name).filter(|c| c.is_typed() || c.name == "phone_number");
        let claim = claim.ok_or(Fault::broken("open an account: a value that nobody types"))?;
        match values::check_value(claim, text) {
            Ok(value) => kept.push((claim.name, value)),
            Err(problem) => wrong.push(FieldError { field: claim.name, message: problem.key() }),
        }
    }
    if wrong.is_empty() { Ok(kept) } else { Err(Denied::Invalid(wrong).into()) }
}
