//! Password hashes.

use diesel::prelude::*;

use super::schema::passwords;
use super::{Conn, Stored, on, steady};
use crate::base::id::AccountId;
use crate::base::{Fault, Time};

/// The hash of an account's password, as a PHC string.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, account: AccountId) -> Result<Option<String>, Fault> {
    let query = passwords::table.find(account).select(passwords::hash);
    on!(conn, get_result, query).optional().stored("find a password hash")
}

/// When the password was last changed.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn changed_at(conn: &mut Conn<'_>, account: AccountId) -> Result<Option<Time>, Fault> {
    let query = passwords::table.find(account).select(passwords::changed_at);
    on!(conn, get_result, query).optional().stored("find when a password changed")
}

/// Keeps a new password's hash in the place of any other.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn put(conn: &mut Conn<'_>, account: AccountId, hash: &str, now: Time) -> Result<(), Fault> {
    let change = (passwords::hash.eq(hash), passwords::changed_at.eq(now));
    let insert = diesel::insert_into(passwords::table)
        .values((passwords::account_id.eq(account), change))
        .on_conflict(passwords::account_id)
        .do_update()
        .set(change);
    on!(conn, execute, insert).stored("keep a password hash")?;
    Ok(())
}

/// Puts the same password's newer hash in the place of `old`; nothing happens when the password was changed meanwhile.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn rehash(conn: &mut Conn<'_>, account: AccountId, old: &str, new: &str) -> Result<bool, Fault> {
    let row = passwords::table.find(account).filter(passwords::hash.eq(old));
    Ok(on!(conn, execute, steady(diesel::update(row).set(passwords::hash.eq(new)))).stored("renew a password hash")?
        == 1)
}
