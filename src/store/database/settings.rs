//! Settings: small facts of the installation as a whole.

use diesel::prelude::*;

use super::schema::settings;
use super::{Conn, Stored, on};
use crate::base::Fault;

/// The value kept under a name.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, name: &str) -> Result<Option<String>, Fault> {
    let query = settings::table.find(name).select(settings::value);
    on!(conn, get_result, query).optional().stored("find a setting")
}

/// Keeps a value under a name that has none; whether it was this call that did.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, name: &str, value: &str) -> Result<bool, Fault> {
    let row = (settings::name.eq(name), settings::value.eq(value));
    let insert = diesel::insert_into(settings::table).values(row).on_conflict_do_nothing();
    Ok(on!(conn, execute, insert).stored("keep a setting")? == 1)
}

/// Keeps a value under a name in the place of any other.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn put(conn: &mut Conn<'_>, name: &str, value: &str) -> Result<(), Fault> {
    let row = (settings::name.eq(name), settings::value.eq(value));
    let insert = diesel::insert_into(settings::table)
        .values(row)
        .on_conflict(settings::name)
        .do_update()
        .set(settings::value.eq(value));
    on!(conn, execute, insert).stored("keep a setting")?;
    Ok(())
}

/// Removes the value under a name if it still is `value`; whether it was this call that did. Of several, one wins.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn take(conn: &mut Conn<'_>, name: &str, value: &str) -> Result<bool, Fault> {
    let same = settings::table.find(name).filter(settings::value.eq(value));
    Ok(on!(conn, execute, diesel::delete(same)).stored("take a setting")? == 1)
}
