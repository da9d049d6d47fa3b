//! Accounts on their way out, and the keyed hashes that stay of their addresses for a while.

use std::collections::BTreeMap;
use std::str::FromStr;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::schema::{deletions, tombstones};
use super::{Conn, Json, Stored, on, steady, text_column};
use crate::base::id::{AccountId, DeletionId};
use crate::base::{Digest, Fault, Time};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Can still be called off.
    Pending,
    Running,
    Done,
    /// Somebody looked again, and nothing was left.
    Verified,
    Cancelled,
}

impl State {
    pub const ALL: [Self; 5] = [Self::Pending, Self::Running, Self::Done, Self::Verified, Self::Cancelled];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Done => "done",
            Self::Verified => "verified",
            Self::Cancelled => "cancelled",
        }
    }
}

impl FromStr for State {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or(())
    }
}

/// Who wanted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    Person,
    Staff,
    /// Nobody signed in for so long.
    Unused,
}

impl Cause {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Staff => "staff",
            Self::Unused => "unused",
        }
    }
}

impl FromStr for Cause {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Person, Self::Staff, Self::Unused].into_iter().find(|c| c.as_str() == text).ok_or(())
    }
}

text_column!(State, Cause);

/// What there was before it began: counts, and names of keys and folders; nothing of the person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Inventory {
    /// Rows by table.
    pub rows: BTreeMap<String, i64>,
    /// SHA-256 of the wrapped keys that were destroyed.
    pub keys: Vec<String>,
    /// Folders of blobs.
    pub folders: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = deletions, treat_none_as_default_value = false)]
pub struct Row {
    pub id: DeletionId,
    pub account_id: Option<AccountId>,
    pub state: State,
    pub cause: Cause,
    pub step: i32,
    /// Sealed.
    pub letter: Option<Vec<u8>>,
    pub inventory: Json<Inventory>,
    pub receipt: Option<String>,
    pub requested_at: Time,
    pub due_at: Time,
    pub done_at: Option<Time>,
    pub verified_at: Option<Time>,
}

/// Adds one; `false` where the account is on its way out already.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, row: &Row) -> Result<bool, Fault> {
    let insert = diesel::insert_into(deletions::table).values(row).on_conflict_do_nothing();
    Ok(on!(conn, execute, insert).stored("add a deletion")? == 1)
}

/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, id: DeletionId) -> Result<Option<Row>, Fault> {
    on!(conn, get_result, deletions::table.find(id)).optional().stored("find a deletion")
}

/// That of an account, pending or under way.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn open(conn: &mut Conn<'_>, account: AccountId) -> Result<Option<Row>, Fault> {
    let open = deletions::state.eq_any([State::Pending.as_str(), State::Running.as_str()]);
    let query = deletions::table.filter(deletions::account_id.eq(account).and(open));
    on!(conn, first, query).optional().stored("find the deletion of an account")
}

/// The newest ones.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(conn: &mut Conn<'_>, most: i64) -> Result<Vec<Row>, Fault> {
    on!(conn, load, deletions::table.order(deletions::id.desc()).limit(most)).stored("list deletions")
}

/// Pending ones whose time has come, and those that are under way.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn due(conn: &mut Conn<'_>, now: Time, most: i64) -> Result<Vec<Row>, Fault> {
    let due = deletions::state.eq(State::Pending).and(deletions::due_at.le(now));
    let query = deletions::table.filter(due.or(deletions::state.eq(State::Running)));
    on!(conn, load, query.order(deletions::due_at.asc()).limit(most)).stored("find deletions that are due")
}

/// Those in a state.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn count(conn: &mut Conn<'_>, state: State) -> Result<i64, Fault> {
    on!(conn, get_result, deletions::table.filter(deletions::state.eq(state)).count()).stored("count deletions")
}

/// Moves one from one state to another; `false` where it is in that state no more.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn advance(conn: &mut Conn<'_>, id: DeletionId, from: State, to: State) -> Result<bool, Fault> {
    let update = diesel::update(deletions::table.find(id).filter(deletions::state.eq(from)));
    Ok(on!(conn, execute, steady(update.set(deletions::state.eq(to)))).stored("move a deletion on")? == 1)
}

/// Brings the time of a pending one forward.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn hasten(conn: &mut Conn<'_>, id: DeletionId, due_at: Time) -> Result<bool, Fault> {
    let update = diesel::update(deletions::table.find(id).filter(deletions::state.eq(State::Pending)));
    Ok(on!(conn, execute, steady(update.set(deletions::due_at.eq(due_at)))).stored("hasten a deletion")? == 1)
}

/// Counts a step; `false` where another runner has.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn step_done(conn: &mut Conn<'_>, id: DeletionId, step: i32) -> Result<bool, Fault> {
    let own = deletions::table.find(id).filter(deletions::step.eq(step).and(deletions::state.eq(State::Running)));
    let update = diesel::update(own).set(deletions::step.eq(step + 1));
    Ok(on!(conn, execute, steady(update)).stored("count a step of a deletion")? == 1)
}

/// Keeps what there is to be destroyed, and where the receipt goes; only before the first step is counted.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn set_inventory(
    conn: &mut Conn<'_>,
    id: DeletionId,
    inventory: &Inventory,
    letter: Option<&[u8]>,
) -> Result<(), Fault> {
    let change = (deletions::inventory.eq(Json(inventory.clone())), deletions::letter.eq(letter));
    let update = diesel::update(deletions::table.find(id).filter(deletions::step.eq(0))).set(change);
    on!(conn, execute, steady(update)).stored("keep what is to be destroyed")?;
    Ok(())
}

/// Keeps the receipt, forgets where it goes; `false` where it is kept already.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn finish(conn: &mut Conn<'_>, id: DeletionId, receipt: &str, now: Time) -> Result<bool, Fault> {
    let open = deletions::table.find(id).filter(deletions::state.eq(State::Running));
    let change = (
        deletions::state.eq(State::Done),
        deletions::receipt.eq(Some(receipt)),
        deletions::letter.eq(None::<Vec<u8>>),
        deletions::done_at.eq(Some(now)),
    );
    Ok(on!(conn, execute, steady(diesel::update(open).set(change))).stored("finish a deletion")? == 1)
}

/// Notes that nothing was left, and forgets which account it was.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn verified(conn: &mut Conn<'_>, id: DeletionId, now: Time) -> Result<bool, Fault> {
    let done = deletions::table.find(id).filter(deletions::state.eq(State::Done));
    let change = (
        deletions::state.eq(State::Verified),
        deletions::account_id.eq(None::<AccountId>),
        deletions::verified_at.eq(Some(now)),
    );
    Ok(on!(conn, execute, steady(diesel::update(done).set(change))).stored("note that nothing was left")? == 1)
}

/// Remembers for a while that the account of an address was deleted.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn bury(conn: &mut Conn<'_>, lookup: Digest, now: Time, expires_at: Time) -> Result<(), Fault> {
    let row = (tombstones::lookup.eq(lookup), tombstones::deleted_at.eq(now), tombstones::expires_at.eq(expires_at));
    let change = (tombstones::deleted_at.eq(now), tombstones::expires_at.eq(expires_at));
    let insert =
        diesel::insert_into(tombstones::table).values(row).on_conflict(tombstones::lookup).do_update().set(change);
    on!(conn, execute, insert).stored("keep a tombstone")?;
    Ok(())
}

/// Whether the account of an address was deleted not long ago.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn is_buried(conn: &mut Conn<'_>, lookup: Digest, now: Time) -> Result<bool, Fault> {
    let query = tombstones::table.find(lookup).filter(tombstones::expires_at.gt(now)).select(tombstones::deleted_at);
    let found: Option<Time> = on!(conn, get_result, query).optional().stored("look for a tombstone")?;
    Ok(found.is_some())
}
