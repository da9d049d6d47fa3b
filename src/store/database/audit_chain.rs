//! The chain of the trail: its head, its links, its checkpoints.

use diesel::prelude::*;

use super::audit::Row;
use super::schema::{audit_checkpoints, audit_events, audit_head, audit_links};
use super::{Conn, Stored, on, steady};
use crate::base::id::{AccountId, EventId};
use crate::base::{Digest, Fault, Time};

/// The one row of the head.
const ONLY: i32 = 1;

/// Where the chain stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The number of the last link; 0 before the first.
    pub seq: i64,
    pub hash: Digest,
    /// When the chain began: older rows have no MAC.
    pub began_at: Time,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = audit_links, treat_none_as_default_value = false)]
pub struct Link {
    pub seq: i64,
    pub event_id: Option<EventId>,
    pub at: Time,
    pub keyed: bool,
    pub commitment: Digest,
    pub hash: Digest,
    pub removed_by: Option<i64>,
    pub reason: Option<String>,
}

/// A signed statement about the links `first_seq..=last_seq`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = audit_checkpoints)]
pub struct Checkpoint {
    pub first_seq: i64,
    pub last_seq: i64,
    pub token: String,
    pub made_at: Time,
}

/// The head; `None` before the chain has begun.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn head(conn: &mut Conn<'_>) -> Result<Option<Head>, Fault> {
    let query = audit_head::table.find(ONLY).select((audit_head::seq, audit_head::hash, audit_head::began_at));
    let row: Option<(i64, Digest, Time)> = on!(conn, first, query).optional().stored("read the head of the chain")?;
    Ok(row.map(|(seq, hash, began_at)| Head { seq, hash, began_at }))
}

/// The head, held by this unit alone until its end: whoever else wants to append waits, and then sees what was appended.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn hold(conn: &mut Conn<'_>, now: Time) -> Result<Head, Fault> {
    let first = (
        audit_head::id.eq(ONLY),
        audit_head::seq.eq(0),
        audit_head::hash.eq(Digest::from_bytes([0; 32])),
        audit_head::began_at.eq(now),
    );
    let insert = diesel::insert_into(audit_head::table).values(first).on_conflict_do_nothing();
    on!(conn, execute, insert).stored("begin the chain")?;
    let taken = diesel::update(audit_head::table.find(ONLY)).set(audit_head::seq.eq(audit_head::seq));
    let taken = taken.returning((audit_head::seq, audit_head::hash, audit_head::began_at));
    let (seq, hash, began_at) = on!(conn, get_result, steady(taken)).stored("hold the head of the chain")?;
    Ok(Head { seq, hash, began_at })
}

/// Appends links and moves the head from `before` to the last of them; `false` where another was first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn append(conn: &mut Conn<'_>, before: &Head, links: &[Link]) -> Result<bool, Fault> {
    let Some(last) = links.last() else { return Ok(true) };
    let unmoved = audit_head::table.find(ONLY).filter(audit_head::seq.eq(before.seq));
    let moved = diesel::update(unmoved).set((audit_head::seq.eq(last.seq), audit_head::hash.eq(last.hash)));
    if on!(conn, execute, steady(moved)).stored("move the head of the chain")? != 1 {
        return Ok(false);
    }
    on!(conn, execute, diesel::insert_into(audit_links::table).values(links)).stored("append to the chain")?;
    Ok(true)
}

/// The identifiers of at most `most` rows after `after`, oldest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn ids_after(conn: &mut Conn<'_>, after: EventId, most: i64) -> Result<Vec<EventId>, Fault> {
    let query = audit_events::table.filter(audit_events::id.gt(after)).order(audit_events::id).select(audit_events::id);
    on!(conn, load, query.limit(most)).stored("list audit events")
}

/// Which of the rows are in the chain.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn linked(conn: &mut Conn<'_>, ids: &[EventId]) -> Result<Vec<EventId>, Fault> {
    let query = audit_links::table.filter(audit_links::event_id.eq_any(ids)).select(audit_links::event_id);
    let found: Vec<Option<EventId>> = on!(conn, load, query).stored("find links")?;
    Ok(found.into_iter().flatten().collect())
}

/// The rows of these identifiers, oldest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn rows(conn: &mut Conn<'_>, ids: &[EventId]) -> Result<Vec<Row>, Fault> {
    let query = audit_events::table.filter(audit_events::id.eq_any(ids)).order(audit_events::id);
    on!(conn, load, query).stored("load audit events")
}

/// The links of these rows, oldest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn links_of(conn: &mut Conn<'_>, ids: &[EventId]) -> Result<Vec<Link>, Fault> {
    let query = audit_links::table.filter(audit_links::event_id.eq_any(ids)).order(audit_links::seq);
    on!(conn, load, query).stored("load links")
}

/// At most `most` links from `first` on.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn links_from(conn: &mut Conn<'_>, first: i64, most: i64) -> Result<Vec<Link>, Fault> {
    let query = audit_links::table.filter(audit_links::seq.ge(first)).order(audit_links::seq).limit(most);
    on!(conn, load, query).stored("load links")
}

/// The links whose removal this link tells of.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn removed_by(conn: &mut Conn<'_>, marker: i64) -> Result<Vec<Link>, Fault> {
    let query = audit_links::table.filter(audit_links::removed_by.eq(marker)).order(audit_links::seq);
    on!(conn, load, query).stored("load removed links")
}

/// The first link of something that happened at `at` or later.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn first_since(conn: &mut Conn<'_>, at: Time) -> Result<Option<i64>, Fault> {
    let query = audit_links::table.filter(audit_links::at.ge(at)).select(diesel::dsl::min(audit_links::seq));
    on!(conn, get_result, query).stored("find the first link of a time")
}

/// The last link of something that happened before `at`.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn last_before(conn: &mut Conn<'_>, at: Time) -> Result<Option<i64>, Fault> {
    let query = audit_links::table.filter(audit_links::at.lt(at)).select(diesel::dsl::max(audit_links::seq));
    on!(conn, get_result, query).stored("find the last link of a time")
}

/// Removes rows that a link tells of; gives how many.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn remove(conn: &mut Conn<'_>, ids: &[EventId], marker: i64) -> Result<usize, Fault> {
    let links = audit_links::table.filter(audit_links::event_id.eq_any(ids));
    let noted = diesel::update(links).set(audit_links::removed_by.eq(Some(marker)));
    on!(conn, execute, noted).stored("note removed rows")?;
    let delete = diesel::delete(audit_events::table.filter(audit_events::id.eq_any(ids)));
    on!(conn, execute, delete).stored("remove audit events")
}

/// At most `most` rows of an account.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn ids_of(conn: &mut Conn<'_>, account: AccountId, most: i64) -> Result<Vec<EventId>, Fault> {
    let query = audit_events::table.filter(audit_events::account_id.eq(account)).order(audit_events::id);
    on!(conn, load, query.select(audit_events::id).limit(most)).stored("list audit events of an account")
}

/// The newest checkpoint.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn last_checkpoint(conn: &mut Conn<'_>) -> Result<Option<Checkpoint>, Fault> {
    let query = audit_checkpoints::table.order(audit_checkpoints::first_seq.desc());
    on!(conn, first, query).optional().stored("find the last checkpoint")
}

/// The first checkpoint that begins at `first` or later.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn checkpoint_from(conn: &mut Conn<'_>, first: i64) -> Result<Option<Checkpoint>, Fault> {
    let query = audit_checkpoints::table
        .filter(audit_checkpoints::first_seq.ge(first))
        .order(audit_checkpoints::first_seq.asc());
    on!(conn, first, query).optional().stored("find a checkpoint")
}

/// How many checkpoints there are.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn count_checkpoints(conn: &mut Conn<'_>) -> Result<i64, Fault> {
    on!(conn, get_result, audit_checkpoints::table.count()).stored("count checkpoints")
}

/// Keeps a checkpoint; `false` where another that begins with the same link was first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn keep_checkpoint(conn: &mut Conn<'_>, checkpoint: &Checkpoint) -> Result<bool, Fault> {
    let insert = diesel::insert_into(audit_checkpoints::table).values(checkpoint).on_conflict_do_nothing();
    Ok(on!(conn, execute, insert).stored("keep a checkpoint")? == 1)
}
