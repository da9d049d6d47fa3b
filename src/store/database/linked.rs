//! Accounts elsewhere that were shown to belong to people.

use diesel::prelude::*;

use super::schema::linked_accounts;
use super::{Conn, Stored, on, steady};
use crate::base::id::{AccountId, LinkId};
use crate::base::{Digest, Fault, Time};

/// A link to an account elsewhere.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = linked_accounts, treat_none_as_default_value = false)]
pub struct Row {
    pub id: LinkId,
    pub account_id: AccountId,
    pub provider: String,
    pub issuer: String,
    pub lookup: Digest,
    /// Sealed under the person's key.
    pub name: Option<Vec<u8>>,
    pub linked_at: Time,
}

/// Adds a link; `false` where the account there is linked already, or this person has one with the provider.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, row: &Row) -> Result<bool, Fault> {
    let insert = diesel::insert_into(linked_accounts::table).values(row).on_conflict_do_nothing();
    Ok(on!(conn, execute, insert).stored("link an account")? == 1)
}

/// Writes down that a link was shown anew.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn renew(conn: &mut Conn<'_>, id: LinkId, name: Option<&[u8]>, now: Time) -> Result<(), Fault> {
    let change = (linked_accounts::name.eq(name), linked_accounts::linked_at.eq(now));
    let update = diesel::update(linked_accounts::table.find(id)).set(change);
    on!(conn, execute, steady(update)).stored("renew a link")?;
    Ok(())
}

/// Who has linked an account there.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn find_by_lookup(conn: &mut Conn<'_>, lookup: Digest) -> Result<Option<Row>, Fault> {
    let query = linked_accounts::table.filter(linked_accounts::lookup.eq(lookup));
    on!(conn, first, query).optional().stored("find a link")
}

/// The links of a person, oldest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(conn: &mut Conn<'_>, account: AccountId) -> Result<Vec<Row>, Fault> {
    let query = linked_accounts::table.filter(linked_accounts::account_id.eq(account)).order(linked_accounts::id.asc());
    on!(conn, load, query).stored("list links")
}

/// Forgets a person's link with a provider; `false` where there is none.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn delete(conn: &mut Conn<'_>, account: AccountId, provider: &str) -> Result<bool, Fault> {
    let own = linked_accounts::table
        .filter(linked_accounts::account_id.eq(account))
        .filter(linked_accounts::provider.eq(provider));
    Ok(on!(conn, execute, diesel::delete(own)).stored("forget a link")? == 1)
}
