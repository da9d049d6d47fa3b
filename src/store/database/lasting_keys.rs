//! Public keys that are needed for longer than their signing keys are kept.

use diesel::prelude::*;

use super::schema::lasting_keys;
use super::{Conn, Stored, on};
use crate::base::{Digest, Fault, Time};

/// Keeps a key; nothing happens when it is kept already.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn keep(conn: &mut Conn<'_>, kid: &str, jwk: &str, mac: Digest, now: Time) -> Result<(), Fault> {
    let row =
        (lasting_keys::kid.eq(kid), lasting_keys::jwk.eq(jwk), lasting_keys::mac.eq(mac), lasting_keys::since.eq(now));
    let insert = diesel::insert_into(lasting_keys::table).values(row).on_conflict_do_nothing();
    on!(conn, execute, insert).stored("keep a public key")?;
    Ok(())
}

/// Every key with its MAC, oldest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(conn: &mut Conn<'_>) -> Result<Vec<(String, Digest)>, Fault> {
    let query = lasting_keys::table.order(lasting_keys::since.asc()).select((lasting_keys::jwk, lasting_keys::mac));
    on!(conn, load, query).stored("list public keys")
}
