//! Signing keys, their private halves sealed.

use diesel::prelude::*;

use super::schema::signing_keys;
use super::{Conn, Stored, on, steady};
use crate::base::{Fault, Time};

/// One key. It is published from `created_at`, signs from `active_at` until `retired_at`, and is published until
/// `removed_at`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys, treat_none_as_default_value = false)]
pub struct KeyRow {
    pub kid: String,
    pub alg: String,
    pub private: Vec<u8>,
    pub created_at: Time,
    pub active_at: Time,
    pub retired_at: Option<Time>,
    pub removed_at: Option<Time>,
}

/// All keys that are or will be published, oldest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(conn: &mut Conn<'_>, now: Time) -> Result<Vec<KeyRow>, Fault> {
    let published = signing_keys::removed_at.is_null().or(signing_keys::removed_at.gt(now));
    let query = signing_keys::table.filter(published).order((signing_keys::created_at, signing_keys::kid));
    on!(conn, load, query.select(KeyRow::as_select())).stored("load the signing keys")
}

/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, row: &KeyRow) -> Result<(), Fault> {
    on!(conn, execute, diesel::insert_into(signing_keys::table).values(row)).stored("keep a signing key")?;
    Ok(())
}

/// Says when every other key of an algorithm that is not retired yet stops signing and is taken down.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn retire_others(
    conn: &mut Conn<'_>,
    alg: &str,
    kid: &str,
    retired_at: Time,
    removed_at: Time,
) -> Result<usize, Fault> {
    let others = signing_keys::table
        .filter(signing_keys::alg.eq(alg))
        .filter(signing_keys::kid.ne(kid))
        .filter(signing_keys::retired_at.is_null().or(signing_keys::retired_at.gt(retired_at)));
    let update = diesel::update(others)
        .set((signing_keys::retired_at.eq(Some(retired_at)), signing_keys::removed_at.eq(Some(removed_at))));
    on!(conn, execute, steady(update)).stored("retire signing keys")
}

/// Puts a newly sealed private half in the place of the old text; `false` when someone else was first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn replace_private(conn: &mut Conn<'_>, kid: &str, old: &[u8], new: &[u8]) -> Result<bool, Fault> {
    let row = signing_keys::table.find(kid).filter(signing_keys::private.eq(old));
    let update = diesel::update(row).set(signing_keys::private.eq(new));
    Ok(on!(conn, execute, steady(update)).stored("seal a signing key again")? == 1)
}

/// Forgets keys that are published no more.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn sweep(conn: &mut Conn<'_>, before: Time) -> Result<usize, Fault> {
    let delete = diesel::delete(signing_keys::table.filter(signing_keys::removed_at.lt(before)));
    on!(conn, execute, delete).stored("sweep signing keys")
}
