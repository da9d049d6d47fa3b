//! Removing what has had its time, a bounded batch at a time.

use diesel::prelude::*;

use super::deletions::State as DeletionState;
use super::jobs::JobState;
use super::schema::{
    audit_events, backchannel_requests, challenges, changes, client_changes, client_documents, clients, counters,
    deletions, grants, initial_tokens, jobs, revoked_tokens, sessions, ssf_events, text_messages, token_families,
    tombstones, used_assertions, webhook_messages,
};
use super::{Conn, Stored, on};
use crate::base::id::{AccountId, ClientId, EventId, InitialTokenId};
use crate::base::{Digest, Fault, Time};

/// The most rows that one call removes: bounds how long it holds the writer.
pub const BATCH: usize = 500;

/// Whether what has had its time goes, or is counted alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Remove,
    Count,
}

/// A function that removes at most [`BATCH`] rows; gives how many.
macro_rules! sweep {
    ($($(#[$doc:meta])* $name:ident($before:ident): $table:ident.$key:ident as $ty:ty, $old:expr;)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        /// A fault when the database does not answer.
        pub async fn $name(conn: &mut Conn<'_>, $before: Time, mode: Mode) -> Result<usize, Fault> {
            if mode == Mode::Count {
                let count: i64 = on!(conn, get_result, $table::table.filter($old).count())
                    .stored("count what has had its time")?;
                return Ok(usize::try_from(count).unwrap_or(0));
            }
            let query = $table::table.filter($old).select($table::$key).limit(BATCH as i64);
            let keys: Vec<$ty> = on!(conn, load, query).stored("find what has had its time")?;
            if keys.is_empty() {
                return Ok(0);
            }
            let delete = diesel::delete($table::table.filter($table::$key.eq_any(&keys)).filter($old));
            on!(conn, execute, delete).stored("remove what has had its time")
        }
    )*};
}

sweep! {
    /// Challenges that expired before a time.
    challenges(before): challenges.id as String, challenges::expires_at.lt(before);
    /// Counts that were last moved before a time.
    counters(before): counters.name as Digest, counters::latest.lt(before);
    /// Sessions whose absolute limit passed before a time.
    sessions(before): sessions.id as String, sessions::expires_at.lt(before);
    /// Token families whose absolute limit passed before a time.
    families(before): token_families.id as String, token_families::expires_at.lt(before);
    /// Questions of clients that were too late before a time.
    backchannel(before): backchannel_requests.id as String, backchannel_requests::expires_at.lt(before);
    /// Notes of revoked access tokens that have expired.
    revoked_tokens(before): revoked_tokens.jti as Vec<u8>, revoked_tokens::expires_at.lt(before);
    /// Notes of used assertions that have expired.
    used_assertions(before): used_assertions.digest as Digest, used_assertions::expires_at.lt(before);
    /// Initial access tokens that expired before a time.
    initial_tokens(before): initial_tokens.id as InitialTokenId, initial_tokens::expires_at.lt(before);
    /// Clients of documents that were read before a time, to whom nobody has given anything: they can be read again.
    documents(before): clients.id as ClientId,
        clients::id.eq_any(
            client_documents::table.filter(client_documents::fetched_at.lt(before)).select(client_documents::client_id)
        ).and(clients::id.ne_all(grants::table.select(grants::client_id)));
    /// Changes that are older than every cursor.
    client_changes(before): client_changes.id as String, client_changes::at.lt(before);
    /// Messages to endpoints of clients, delivered or not.
    webhook_messages(before): webhook_messages.id as String, webhook_messages::created_at.lt(before);
    /// Security events that nobody took.
    security_events(before): ssf_events.id as String, ssf_events::created_at.lt(before);
    /// Tombstones whose time is over.
    tombstones(before): tombstones.lookup as Digest, tombstones::expires_at.lt(before);
    /// Deletions that were looked at, or called off, and were asked for before a time.
    deletions(before): deletions.id as String, deletions::requested_at.lt(before).and(
        deletions::state.eq_any([DeletionState::Verified.as_str(), DeletionState::Cancelled.as_str()])
    );
    /// Jobs that are done and were made before a time.
    jobs(before): jobs.id as String, jobs::state.eq(JobState::Done).and(jobs::created_at.lt(before));
    /// Text messages that were sent before a time.
    text_messages(before): text_messages.id as String, text_messages::created_at.lt(before);
    /// Jobs that were laid aside and made before a time: nobody mended them, and they hold what they were to do.
    dead_jobs(before): jobs.id as String, jobs::state.eq(JobState::Dead).and(jobs::created_at.lt(before));
}

/// Changes that are older than every cursor; at most [`BATCH`] of them.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn changes(conn: &mut Conn<'_>, before: Time, mode: Mode) -> Result<usize, Fault> {
    let old = changes::table.filter(changes::at.lt(before));
    if mode == Mode::Count {
        let count: i64 = on!(conn, get_result, old.count()).stored("count old changes")?;
        return Ok(usize::try_from(count).unwrap_or(0));
    }
    let query = old.limit(BATCH as i64).select((changes::account_id, changes::seq, changes::n));
    let keys: Vec<(AccountId, i64, i32)> = on!(conn, load, query).stored("find old changes")?;
    for key in &keys {
        on!(conn, execute, diesel::delete(changes::table.find(*key))).stored("remove old changes")?;
    }
    Ok(keys.len())
}

/// How many rows of the audit trail tell of one of the events and are older than a time.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn count_audit(conn: &mut Conn<'_>, events: &[&'static str], before: Time) -> Result<usize, Fault> {
    let old = audit_events::id.lt(EventId::earliest(before)).and(audit_events::event.eq_any(events));
    let count: i64 = on!(conn, get_result, audit_events::table.filter(old).count()).stored("count old audit events")?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// At most [`BATCH`] rows of the audit trail that tell of one of the events and are older than a time.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn old_events(conn: &mut Conn<'_>, events: &[&'static str], before: Time) -> Result<Vec<EventId>, Fault> {
    // Identifiers are in the order of time, and they are the key: what is younger is never looked at.
    let old = audit_events::id.lt(EventId::earliest(before)).and(audit_events::event.eq_any(events));
    let query = audit_events::table.filter(old).order(audit_events::id).select(audit_events::id).limit(BATCH as i64);
    on!(conn, load, query).stored("find old audit events")
}
