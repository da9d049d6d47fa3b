//! Personal columns: sealed under the key of their person, which a master key wraps; addresses found by blind index.

use zeroize::Zeroizing;

use crate::app::App;
use crate::base::id::{AccountId, ContactId};
use crate::base::seal::{Place, SealKey};
use crate::base::{Digest, Fault, text};
use crate::store::database::contacts::{Contact, ContactKind};
use crate::store::database::{Conn, accounts};

/// How many keys one unit of [`rewrap`] takes: bounds how long it holds the writer.
const BATCH: i64 = 200;

/// A new data key: itself, and the wrapped form that is stored.
pub(super) fn new_key(app: &App, account: AccountId) -> (SealKey, Vec<u8>) {
    let key = Zeroizing::new(app.random.bytes::<32>());
    let wrapped = app.sealers.person_key.seal(account.as_bytes(), &*key, &app.random);
    (SealKey::new(&key), wrapped)
}

/// The data key of a person.
///
/// # Errors
/// A fault when the database does not answer, when there is no such account, or when no master key of the ring wraps it.
pub async fn load_key(conn: &mut Conn<'_>, app: &App, account: AccountId) -> Result<SealKey, Fault> {
    let attempted = "load the data key of an account";
    let wrapped = accounts::find_key(conn, account).await?.ok_or_else(|| Fault::broken(attempted))?;
    let opened =
        app.sealers.person_key.open(account.as_bytes(), &wrapped).map_err(|e| Fault::internal(attempted, e))?;
    let key: Zeroizing<Vec<u8>> = Zeroizing::new(opened);
    let key: &[u8; 32] = key.as_slice().try_into().map_err(|_| Fault::broken(attempted))?;
    Ok(SealKey::new(key))
}

pub fn seal_value(app: &App, key: &SealKey, account: AccountId, name: &str, text: &str) -> Vec<u8> {
    let row = format!("{account}:{name}");
    key.seal_at(Place { table: "profile_values", column: "value", row: &row }, text.as_bytes(), &app.random)
}

/// # Errors
/// A fault when the value was altered or belongs elsewhere.
pub fn open_value(key: &SealKey, account: AccountId, name: &str, sealed: &[u8]) -> Result<String, Fault> {
    let row = format!("{account}:{name}");
    open(key, Place { table: "profile_values", column: "value", row: &row }, sealed, "open a profile value")
}

pub fn seal_contact(app: &App, key: &SealKey, contact: ContactId, address: &str) -> Vec<u8> {
    let row = contact.to_string();
    key.seal_at(Place { table: "contacts", column: "address", row: &row }, address.as_bytes(), &app.random)
}

/// # Errors
/// A fault when the address was altered or belongs elsewhere.
pub fn open_contact(key: &SealKey, contact: &Contact) -> Result<String, Fault> {
    let row = contact.id.to_string();
    open(key, Place { table: "contacts", column: "address", row: &row }, &contact.address, "open a contact")
}

/// The blind index of an address: keyed, so that the database alone cannot be asked whether it holds one.
pub fn lookup(app: &App, kind: ContactKind, address: &str) -> Digest {
    let key = match kind {
        ContactKind::Email => text::email_key(address),
        ContactKind::Phone => address.to_owned(),
    };
    let message = format!("{}\0{key}", kind.as_str());
    Digest::from_bytes(app.keys.pepper.mac("contact-lookup", message.as_bytes()))
}

fn open(key: &SealKey, place: Place<'_>, sealed: &[u8], attempted: &'static str) -> Result<String, Fault> {
    let plain = key.open_at(place, sealed).map_err(|e| Fault::internal(attempted, e))?;
    String::from_utf8(plain).map_err(|e| Fault::internal(attempted, e.utf8_error()))
}

/// How far [`rewrap`] has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rewrapped {
    /// Data keys that were looked at.
    pub seen: usize,
    /// Data keys that an older master key had wrapped.
    pub changed: usize,
}

/// Wraps every data key under the newest master key, in batches; tells `progress` after each.
///
/// May be stopped and begun again at any time, and run while the house serves.
///
/// # Errors
/// A fault when the database does not answer, or when a key cannot be opened with any master key.
pub async fn rewrap(app: &App, mut progress: impl FnMut(Rewrapped)) -> Result<Rewrapped, Fault> {
    let mut done = Rewrapped::default();
    let mut after = None;
    loop {
        let unit = app.clone();
        let (seen, changed, last) = app.db.write(move |tx| Box::pin(rewrap_batch(tx, unit, after))).await?;
        done.seen += seen;
        done.changed += changed;
        progress(done);
        if last.is_none() {
            return Ok(done);
        }
        after = last;
    }
}

async fn rewrap_batch(
    conn: &mut Conn<'_>,
    app: App,
    after: Option<AccountId>,
) -> Result<(usize, usize, Option<AccountId>), Fault> {
    let rows = accounts::keys_after(conn, after, BATCH).await?;
    let sealer = &app.sealers.person_key;
    let mut changed = 0;
    for (account, wrapped) in &rows {
        if sealer.is_stale(wrapped) {
            let plain = sealer.open(account.as_bytes(), wrapped).map_err(|e| Fault::internal("wrap a key again", e))?;
            let plain = Zeroizing::new(plain);
            let again = sealer.seal(account.as_bytes(), &plain, &app.random);
            changed += usize::from(accounts::replace_key(conn, *account, wrapped, &again).await?);
        }
    }
    Ok((rows.len(), changed, rows.last().map(|(account, _)| *account)))
}
