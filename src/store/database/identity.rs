//! What a document says of a person: sealed whole, found again by a keyed hash of the document.

use diesel::prelude::*;

use super::schema::identity_facts;
use super::{Conn, Stored, on};
use crate::base::id::{AccountId, CaseId};
use crate::base::{Digest, Fault, Time};

/// The facts of one person.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = identity_facts, treat_none_as_default_value = false)]
pub struct Row {
    pub account_id: AccountId,
    pub case_id: CaseId,
    /// Sealed under the person's key.
    pub facts: Vec<u8>,
    pub document_lookup: Digest,
    pub verified_at: Time,
    pub expires_at: Time,
}

/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, account: AccountId) -> Result<Option<Row>, Fault> {
    on!(conn, first, identity_facts::table.find(account)).optional().stored("find the facts of a person")
}

/// Keeps facts in the place of any other of this person.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn put(conn: &mut Conn<'_>, row: &Row) -> Result<(), Fault> {
    let change = (
        identity_facts::case_id.eq(row.case_id),
        identity_facts::facts.eq(&row.facts),
        identity_facts::document_lookup.eq(row.document_lookup),
        identity_facts::verified_at.eq(row.verified_at),
        identity_facts::expires_at.eq(row.expires_at),
    );
    let insert = diesel::insert_into(identity_facts::table)
        .values(row)
        .on_conflict(identity_facts::account_id)
        .do_update()
        .set(change);
    on!(conn, execute, insert).stored("keep the facts of a person")?;
    Ok(())
}

/// Whether there were any.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn delete(conn: &mut Conn<'_>, account: AccountId) -> Result<bool, Fault> {
    let delete = diesel::delete(identity_facts::table.find(account));
    Ok(on!(conn, execute, delete).stored("forget the facts of a person")? == 1)
}

/// The wallets whose facts come from one document.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn of_document(conn: &mut Conn<'_>, lookup: Digest) -> Result<Vec<AccountId>, Fault> {
    let query = identity_facts::table
        .filter(identity_facts::document_lookup.eq(lookup))
        .order(identity_facts::account_id.asc())
        .select(identity_facts::account_id);
    on!(conn, load, query).stored("find whose document it is")
}
