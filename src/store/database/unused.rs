//! When the person of an account last signed in, and how often they were told that they did not.

use diesel::prelude::*;

use super::accounts::AccountState;
use super::schema::{account_use, accounts};
use super::{Conn, Stored, on, steady};
use crate::base::id::AccountId;
use crate::base::{Fault, Time};

/// Notes a sign-in: the count of notices begins anew.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn note(conn: &mut Conn<'_>, account: AccountId, now: Time) -> Result<(), Fault> {
    let row = (account_use::account_id.eq(account), account_use::seen_at.eq(now), account_use::notices.eq(0));
    let change = (account_use::seen_at.eq(now), account_use::notices.eq(0));
    let insert = diesel::insert_into(account_use::table)
        .values(row)
        .on_conflict(account_use::account_id)
        .do_update()
        .set(change);
    on!(conn, execute, insert).stored("note a sign-in")?;
    Ok(())
}

/// Active accounts that had so many notices, the last of them before `told_before`, and were last seen before `before`.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(
    conn: &mut Conn<'_>,
    notices: i32,
    (before, told_before): (Time, Time),
    most: i64,
) -> Result<Vec<AccountId>, Fault> {
    let is_time = account_use::told_at.is_null().or(account_use::told_at.assume_not_null().le(told_before));
    let active = accounts::table.filter(accounts::state.eq(AccountState::Active)).select(accounts::id);
    let query = account_use::table
        .filter(account_use::notices.eq(notices).and(account_use::seen_at.lt(before)))
        .filter(is_time)
        .filter(account_use::account_id.eq_any(active))
        .order(account_use::seen_at.asc())
        .select(account_use::account_id)
        .limit(most);
    on!(conn, load, query).stored("find accounts that nobody uses")
}

/// Counts a notice; `false` where it was counted already, or the person came back.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn told(conn: &mut Conn<'_>, account: AccountId, notices: i32, now: Time) -> Result<bool, Fault> {
    let row = account_use::table.find(account).filter(account_use::notices.eq(notices));
    let change = (account_use::notices.eq(notices + 1), account_use::told_at.eq(Some(now)));
    let update = diesel::update(row).set(change);
    Ok(on!(conn, execute, steady(update)).stored("count a notice")? == 1)
}
