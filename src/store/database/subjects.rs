//! Whom a subject identifier means. It is a keyed digest, so that only who was told it before can be found by it.

use diesel::prelude::*;

use super::schema::subjects;
use super::{Conn, Stored, on};
use crate::base::Fault;
use crate::base::id::AccountId;

/// Remembers whom a subject identifier means; it always means the same.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn remember(conn: &mut Conn<'_>, sub: &str, account: AccountId) -> Result<(), Fault> {
    let row = (subjects::sub.eq(sub), subjects::account_id.eq(account));
    let insert = diesel::insert_into(subjects::table).values(row).on_conflict_do_nothing();
    on!(conn, execute, insert).stored("remember a subject")?;
    Ok(())
}

/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, sub: &str) -> Result<Option<AccountId>, Fault> {
    on!(conn, first, subjects::table.find(sub).select(subjects::account_id)).optional().stored("find a subject")
}
