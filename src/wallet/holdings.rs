//! Everything a projection may draw on: the values of one account, loaded once and kept until they change.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;

use crate::accounts::sealing;
use crate::app::{App, Room};
use crate::base::id::AccountId;
use crate::base::{Fault, Time};
use crate::store::database::Conn;
use crate::store::database::contacts::ContactKind;
use crate::store::database::profiles::Source;
use crate::store::database::{accounts, contacts, profiles};

/// One value that the wallet holds.
#[derive(Debug, Clone)]
pub struct Held {
    /// In the form in which it is kept (see [`crate::catalog::values`]).
    pub text: String,
    pub source: Source,
    pub verified_at: Option<Time>,
}

/// The values of one account by the names of their claims, as of one revision.
#[derive(Clone, Default)]
pub struct Holdings {
    revision: i64,
    values: BTreeMap<String, Held>,
}

impl std::fmt::Debug for Holdings {
    /// Names alone: values are personal.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

impl Holdings {
    /// The value of a claim, if the wallet holds one.
    pub fn find(&self, claim: &str) -> Option<&Held> {
        self.values.get(claim).filter(|held| !held.text.is_empty())
    }

    #[cfg(test)]
    pub(crate) fn sample(values: &[(&str, &str)]) -> Self {
        let held = |text: &str| Held { text: text.to_owned(), source: Source::Person, verified_at: None };
        Self { revision: 1, values: values.iter().map(|(n, t)| ((*n).to_owned(), held(t))).collect() }
    }
}

/// Opened values, by account. Every use names the revision that the database has now, so it is never stale.
pub struct Opened {
    cache: Cache<AccountId, Arc<Holdings>>,
}

impl Room for Opened {
    fn open(_: &App) -> Self {
        // Bounds how many people's values lie open in memory, and for how long after their last use.
        let cache = Cache::builder().max_capacity(4096).time_to_idle(Duration::from_secs(300)).build();
        Self { cache }
    }
}

/// The values of an account as of `revision`, which the caller has just read in the same unit.
///
/// # Errors
/// A fault when the database does not answer or a value cannot be opened.
pub async fn load(conn: &mut Conn<'_>, app: &App, account: AccountId, revision: i64) -> Result<Arc<Holdings>, Fault> {
    let opened = app.room::<Opened>();
    if let Some(holdings) = opened.cache.get(&account).filter(|h| h.revision == revision) {
        return Ok(holdings);
    }
    let holdings = Arc::new(read(conn, app, account, revision).await?);
    opened.cache.insert(account, Arc::clone(&holdings));
    Ok(holdings)
}

async fn read(conn: &mut Conn<'_>, app: &App, account: AccountId, revision: i64) -> Result<Holdings, Fault> {
    let key = sealing::load_key(conn, app, account).await?;
    let mut values = BTreeMap::new();
    let mut changed_at: Option<Time> = None;
    for row in profiles::list(conn, account).await? {
        let text = sealing::open_value(&key, account, &row.name, &row.value)?;
        changed_at = changed_at.max(Some(row.updated_at));
        values.insert(row.name, Held { text, source: row.source, verified_at: row.verified_at });
    }
    // Primary addresses come first; the first of a kind is the one that is shared.
    for contact in contacts::list(conn, account).await? {
        let (claim, rider) = match contact.kind {
            ContactKind::Email => ("email", "email_verified"),
            ContactKind::Phone => ("phone_number", "phone_number_verified"),
        };
        if values.contains_key(claim) {
            continue;
        }
        let text = sealing::open_contact(&key, &contact)?;
        let source = if contact.verified_at.is_some() { Source::Control } else { Source::Person };
        let held = |text| Held { text, source, verified_at: contact.verified_at };
        values.insert(claim.to_owned(), held(text));
        values.insert(rider.to_owned(), held(contact.verified_at.is_some().to_string()));
    }
    if let Some(at) = changed_at {
        let held = Held { text: at.unix().to_string(), source: Source::System, verified_at: None };
        values.insert("updated_at".to_owned(), held);
    }
    Ok(Holdings { revision, values })
}

/// The current values of an account, for pages that show a person their own data.
///
/// # Errors
/// A fault when the database does not answer; broken when there is no such account.
pub async fn current(conn: &mut Conn<'_>, app: &App, account: AccountId) -> Result<Arc<Holdings>, Fault> {
    let revision = accounts::revision(conn, account).await?;
    load(conn, app, account, revision.ok_or_else(|| Fault::broken("load the values of an account"))?).await
}
