//! Bundles of everything that a wallet holds, and their files.

use std::str::FromStr;

use diesel::prelude::*;

use super::schema::{export_files, exports, receipts};
use super::{Conn, Stored, on, steady, text_column};
use crate::base::id::{AccountId, ExportId, ReceiptId};
use crate::base::{Fault, Time};

/// Where a bundle is in its life (WALLET.md §16.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Queued,
    Building,
    Ready,
    /// Its bytes are gone.
    Expired,
    Failed,
}

impl State {
    pub const ALL: [Self; 5] = [Self::Queued, Self::Building, Self::Ready, Self::Expired, Self::Failed];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Building => "building",
            Self::Ready => "ready",
            Self::Expired => "expired",
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

/// A bundle.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = exports, treat_none_as_default_value = false)]
pub struct Row {
    pub id: ExportId,
    pub account_id: AccountId,
    pub state: State,
    /// Wrapped by the key of its person.
    pub content_key: Option<Vec<u8>>,
    pub total: i32,
    pub done: i32,
    pub bytes: i64,
    pub reason: Option<String>,
    pub created_at: Time,
    pub changed_at: Time,
    pub expires_at: Option<Time>,
}

/// A file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = export_files, treat_none_as_default_value = false)]
pub struct File {
    pub export_id: ExportId,
    pub number: i32,
    pub etag: String,
    pub bytes: i64,
    /// Sealed under the key of its person.
    pub details: Vec<u8>,
}

/// Adds a bundle; `false` where one is being made already.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, row: &Row) -> Result<bool, Fault> {
    let insert = diesel::insert_into(exports::table).values(row).on_conflict_do_nothing();
    Ok(on!(conn, execute, insert).stored("add a bundle")? == 1)
}

/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, id: ExportId) -> Result<Option<Row>, Fault> {
    on!(conn, get_result, exports::table.find(id)).optional().stored("find a bundle")
}

/// The bundles of a person, newest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(conn: &mut Conn<'_>, account: AccountId, most: i64) -> Result<Vec<Row>, Fault> {
    let query = exports::table.filter(exports::account_id.eq(account)).order(exports::id.desc()).limit(most);
    on!(conn, load, query).stored("list bundles")
}

/// Moves a bundle from one state to another; `false` where it is in that state no more.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn advance(
    conn: &mut Conn<'_>,
    id: ExportId,
    from: State,
    to: State,
    reason: Option<&'static str>,
    now: Time,
) -> Result<bool, Fault> {
    let change = (exports::state.eq(to), exports::reason.eq(reason), exports::changed_at.eq(now));
    let update = diesel::update(exports::table.find(id).filter(exports::state.eq(from))).set(change);
    Ok(on!(conn, execute, steady(update)).stored("move a bundle on")? == 1)
}

/// Keeps a file and counts it; `false` where another runner has kept one of its number, or nobody waits for it.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn put_file(conn: &mut Conn<'_>, file: &File, total: i32, now: Time) -> Result<bool, Fault> {
    let change = (
        exports::done.eq(exports::done + 1),
        exports::total.eq(total),
        exports::bytes.eq(exports::bytes + file.bytes),
        exports::changed_at.eq(now),
    );
    let open = exports::table.find(file.export_id).filter(exports::state.eq(State::Building));
    let counted = diesel::update(open.filter(exports::done.eq(file.number))).set(change);
    if on!(conn, execute, steady(counted)).stored("count a file of a bundle")? == 0 {
        return Ok(false);
    }
    on!(conn, execute, diesel::insert_into(export_files::table).values(file)).stored("keep a file of a bundle")?;
    Ok(true)
}

/// The files of a bundle in their order.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn files(conn: &mut Conn<'_>, id: ExportId) -> Result<Vec<File>, Fault> {
    let query = export_files::table.filter(export_files::export_id.eq(id)).order(export_files::number.asc());
    on!(conn, load, query).stored("list the files of a bundle")
}

/// Says until when a bundle can be had.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn finish(conn: &mut Conn<'_>, id: ExportId, expires_at: Time, now: Time) -> Result<bool, Fault> {
    let change =
        (exports::state.eq(State::Ready), exports::expires_at.eq(Some(expires_at)), exports::changed_at.eq(now));
    let update = diesel::update(exports::table.find(id).filter(exports::state.eq(State::Building))).set(change);
    Ok(on!(conn, execute, steady(update)).stored("finish a bundle")? == 1)
}

/// Destroys the key of a bundle and forgets its files: nobody can read its bytes any more, wherever they are.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn shred(conn: &mut Conn<'_>, id: ExportId) -> Result<(), Fault> {
    let key = diesel::update(exports::table.find(id)).set(exports::content_key.eq(None::<Vec<u8>>));
    on!(conn, execute, steady(key)).stored("destroy the key of a bundle")?;
    on!(conn, execute, diesel::delete(export_files::table.filter(export_files::export_id.eq(id))))
        .stored("forget the files of a bundle")?;
    Ok(())
}

/// Those in a state that have not moved since a time.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn left(conn: &mut Conn<'_>, state: State, before: Time, most: i64) -> Result<Vec<Row>, Fault> {
    let query = exports::table
        .filter(exports::state.eq(state).and(exports::changed_at.lt(before)))
        .order(exports::changed_at.asc())
        .limit(most);
    on!(conn, load, query).stored("find bundles that were left")
}

/// Ready ones whose time is over.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn overdue(conn: &mut Conn<'_>, now: Time, most: i64) -> Result<Vec<Row>, Fault> {
    let query = exports::table.filter(exports::state.eq(State::Ready).and(exports::expires_at.lt(now))).limit(most);
    on!(conn, load, query).stored("find bundles whose time is over")
}

/// The receipts of consent that a bundle holds: identifier and token.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn receipts(conn: &mut Conn<'_>, account: AccountId) -> Result<Vec<(ReceiptId, String)>, Fault> {
    let query = receipts::table
        .filter(receipts::account_id.eq(account))
        .order(receipts::id.asc())
        .select((receipts::id, receipts::token));
    on!(conn, load, query).stored("list receipts of consent")
}

/// Forgets a bundle.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn delete(conn: &mut Conn<'_>, id: ExportId) -> Result<(), Fault> {
    on!(conn, execute, diesel::delete(exports::table.find(id))).stored("forget a bundle")?;
    Ok(())
}
