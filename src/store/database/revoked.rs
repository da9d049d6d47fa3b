//! What must not be accepted again: access tokens that were revoked by themselves, client assertions that were used.

use diesel::prelude::*;

use super::schema::{revoked_tokens, used_assertions};
use super::{Conn, Stored, on};
use crate::base::{Fault, Time};

/// Refuses an access token from now on; whether it was this call that did. The row is wanted until the token would have
/// expired.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, jti: &[u8], expires_at: Time) -> Result<bool, Fault> {
    let row = (revoked_tokens::jti.eq(jti), revoked_tokens::expires_at.eq(expires_at));
    let insert = diesel::insert_into(revoked_tokens::table).values(row).on_conflict_do_nothing();
    Ok(on!(conn, execute, insert).stored("revoke an access token")? == 1)
}

/// Whether an access token without a family was revoked.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn contains(conn: &mut Conn<'_>, jti: &[u8]) -> Result<bool, Fault> {
    let query = diesel::select(diesel::dsl::exists(revoked_tokens::table.find(jti)));
    on!(conn, get_result, query).stored("find a revoked access token")
}

/// Remembers an assertion as used; `false` when it was used before (RFC 7523 §3). One insert decides.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn use_assertion(conn: &mut Conn<'_>, digest: &[u8], expires_at: Time) -> Result<bool, Fault> {
    let row = (used_assertions::digest.eq(digest), used_assertions::expires_at.eq(expires_at));
    let insert = diesel::insert_into(used_assertions::table).values(row).on_conflict_do_nothing();
    Ok(on!(conn, execute, insert).stored("remember a client assertion")? == 1)
}
