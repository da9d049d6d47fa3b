//! Bundles that people bring from other wallets.

use std::str::FromStr;

use diesel::prelude::*;

use super::schema::imports;
use super::{Conn, Stored, on, steady, text_column};
use crate::base::id::{AccountId, ImportId};
use crate::base::{Fault, Time};

/// Where one is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Queued,
    Running,
    Done,
    Failed,
}

impl State {
    pub const ALL: [Self; 4] = [Self::Queued, Self::Running, Self::Done, Self::Failed];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

impl FromStr for State {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or(())
    }
}

text_column!(State);

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = imports, treat_none_as_default_value = false)]
pub struct Row {
    pub id: ImportId,
    pub account_id: AccountId,
    pub state: State,
    /// Wrapped by the key of its person.
    pub content_key: Option<Vec<u8>>,
    pub etag: String,
    pub bytes: i64,
    pub reason: Option<String>,
    /// Sealed under the key of its person.
    pub report: Vec<u8>,
    pub created_at: Time,
    pub changed_at: Time,
}

/// Adds one; `false` where another is at work.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, row: &Row) -> Result<bool, Fault> {
    let insert = diesel::insert_into(imports::table).values(row).on_conflict_do_nothing();
    Ok(on!(conn, execute, insert).stored("add a bundle from elsewhere")? == 1)
}

/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, id: ImportId) -> Result<Option<Row>, Fault> {
    on!(conn, get_result, imports::table.find(id)).optional().stored("find a bundle from elsewhere")
}

/// Those of a person, newest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(conn: &mut Conn<'_>, account: AccountId, most: i64) -> Result<Vec<Row>, Fault> {
    let query = imports::table.filter(imports::account_id.eq(account)).order(imports::id.desc()).limit(most);
    on!(conn, load, query).stored("list bundles from elsewhere")
}

/// Moves one from one state to another; `false` where it is in that state no more.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn advance(
    conn: &mut Conn<'_>,
    id: ImportId,
    from: State,
    to: State,
    reason: Option<&'static str>,
    now: Time,
) -> Result<bool, Fault> {
    let change = (imports::state.eq(to), imports::reason.eq(reason), imports::changed_at.eq(now));
    let update = diesel::update(imports::table.find(id).filter(imports::state.eq(from))).set(change);
    Ok(on!(conn, execute, steady(update)).stored("move a bundle from elsewhere on")? == 1)
}

/// Keeps how far it is.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn set_report(conn: &mut Conn<'_>, id: ImportId, report: &[u8], now: Time) -> Result<(), Fault> {
    let change = (imports::report.eq(report), imports::changed_at.eq(now));
    on!(conn, execute, steady(diesel::update(imports::table.find(id)).set(change)))
        .stored("keep how far a bundle from elsewhere is")?;
    Ok(())
}

/// Destroys the key of one: nobody can read its bytes any more.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn shred(conn: &mut Conn<'_>, id: ImportId) -> Result<(), Fault> {
    let key = diesel::update(imports::table.find(id)).set(imports::content_key.eq(None::<Vec<u8>>));
    on!(conn, execute, steady(key)).stored("destroy the key of a bundle from elsewhere")?;
    Ok(())
}

/// Those in a state that have not moved since a time.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn left(conn: &mut Conn<'_>, state: State, before: Time, most: i64) -> Result<Vec<Row>, Fault> {
    let query = imports::table
        .filter(imports::state.eq(state).and(imports::changed_at.lt(before)))
        .order(imports::changed_at.asc())
        .limit(most);
    on!(conn, load, query).stored("find bundles from elsewhere that were left")
}

/// # Errors
/// A fault when the database does not answer.
pub async fn delete(conn: &mut Conn<'_>, id: ImportId) -> Result<(), Fault> {
    on!(conn, execute, diesel::delete(imports::table.find(id))).stored("forget a bundle from elsewhere")?;
    Ok(())
}
