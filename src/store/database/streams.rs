//! Streams of security events, and the events that wait for their receivers (Shared Signals Framework).

use std::str::FromStr;

use diesel::prelude::*;

use super::schema::{ssf_events, ssf_removed_subjects, ssf_streams};
use super::{Conn, Json, Stored, on, steady, text_column};
use crate::base::id::{AccountId, ClientId, MessageId, StreamId};
use crate::base::{Fault, Time};
use crate::catalog::messages::News;

/// How events reach their receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// RFC 8935.
    Push,
    /// RFC 8936.
    Poll,
}

impl Delivery {
    pub const ALL: [Self; 2] = [Self::Push, Self::Poll];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Poll => "poll",
        }
    }
}

/// How a stream stands (SSF §8.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Enabled,
    /// Events are kept, and not sent.
    Paused,
    /// Events are neither kept nor sent.
    Disabled,
}

impl Status {
    pub const ALL: [Self; 3] = [Self::Enabled, Self::Paused, Self::Disabled];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
        }
    }
}

macro_rules! read_by_name {
    ($($ty:ty),*) => {$(
        impl FromStr for $ty {
            type Err = ();
            fn from_str(text: &str) -> Result<Self, ()> {
                Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or(())
            }
        }
    )*};
}
read_by_name!(Delivery, Status);
text_column!(Delivery, Status);

/// A stream.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = ssf_streams, treat_none_as_default_value = false)]
pub struct Stream {
    pub id: StreamId,
    pub client_id: ClientId,
    pub method: Delivery,
    pub push_url: Option<String>,
    /// The `Authorization` that its receiver wants, sealed.
    pub push_authorization: Option<Vec<u8>>,
    /// URIs; `None` for all that there are.
    pub events_requested: Option<Json<Vec<String>>>,
    pub description: Option<String>,
    pub status: Status,
    pub reason: Option<String>,
    /// Whether it was stopped because nobody fetched what waits: nothing is added then.
    pub is_full: bool,
    /// When its receiver last asked for a verification.
    pub verified_at: Option<Time>,
    pub busy_until: Option<Time>,
    /// How often pushing failed in a row.
    pub failures: i32,
    pub retry_at: Option<Time>,
    pub created_at: Time,
    pub updated_at: Time,
}

/// An event that waits for its receiver.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = ssf_events, treat_none_as_default_value = false)]
pub struct Event {
    /// In the order of time.
    pub id: MessageId,
    pub stream_id: StreamId,
    /// Whom it is about; `None` where it is about the stream.
    pub account_id: Option<AccountId>,
    /// A name of `catalog::messages`.
    pub kind: String,
    pub news: Json<News>,
    pub created_at: Time,
}

/// Keeps a stream; `false` where its client has one.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, stream: &Stream) -> Result<bool, Fault> {
    let insert = diesel::insert_into(ssf_streams::table).values(stream).on_conflict_do_nothing();
    Ok(on!(conn, execute, insert).stored("keep a stream")? == 1)
}

/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, id: StreamId) -> Result<Option<Stream>, Fault> {
    on!(conn, get_result, ssf_streams::table.find(id).select(Stream::as_select())).optional().stored("find a stream")
}

/// # Errors
/// A fault when the database does not answer.
pub async fn of_client(conn: &mut Conn<'_>, client: &ClientId) -> Result<Option<Stream>, Fault> {
    let query = ssf_streams::table.filter(ssf_streams::client_id.eq(client));
    on!(conn, get_result, query.select(Stream::as_select())).optional().stored("find the stream of a client")
}

/// Those of some clients to which events are added.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn listening(conn: &mut Conn<'_>, clients: &[ClientId]) -> Result<Vec<Stream>, Fault> {
    let query = ssf_streams::table
        .filter(ssf_streams::client_id.eq_any(clients))
        .filter(ssf_streams::status.ne(Status::Disabled))
        .filter(ssf_streams::is_full.eq(false));
    on!(conn, load, query.select(Stream::as_select())).stored("find streams")
}

/// Every stream, the oldest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn all(conn: &mut Conn<'_>) -> Result<Vec<Stream>, Fault> {
    let query = ssf_streams::table.order(ssf_streams::id.asc());
    on!(conn, load, query.select(Stream::as_select())).stored("list streams")
}

/// Writes what a receiver decides of its stream; the state of pushing begins anew.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn replace(conn: &mut Conn<'_>, stream: &Stream) -> Result<bool, Fault> {
    let change = (
        ssf_streams::method.eq(stream.method),
        ssf_streams::push_url.eq(&stream.push_url),
        ssf_streams::push_authorization.eq(&stream.push_authorization),
        ssf_streams::events_requested.eq(&stream.events_requested),
        ssf_streams::description.eq(&stream.description),
        ssf_streams::failures.eq(0),
        ssf_streams::retry_at.eq(None::<Time>),
        ssf_streams::updated_at.eq(stream.updated_at),
    );
    let update = diesel::update(ssf_streams::table.find(stream.id)).set(change);
    Ok(on!(conn, execute, steady(update)).stored("change a stream")? == 1)
}

/// Puts a newly sealed `Authorization` in the place of the old text; nothing happens when another was put there.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn reseal(conn: &mut Conn<'_>, stream: &Stream, sealed: &[u8]) -> Result<bool, Fault> {
    let same = ssf_streams::table
        .find(stream.id)
        .filter(ssf_streams::push_authorization.eq(stream.push_authorization.clone()));
    let update = diesel::update(same).set(ssf_streams::push_authorization.eq(Some(sealed)));
    Ok(on!(conn, execute, steady(update)).stored("seal a stream's authorization again")? == 1)
}

/// Changes how a stream stands; whether it stood otherwise.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn set_status(
    conn: &mut Conn<'_>,
    id: StreamId,
    status: Status,
    reason: Option<&str>,
    is_full: bool,
    now: Time,
) -> Result<bool, Fault> {
    let other = ssf_streams::table.find(id).filter(ssf_streams::status.ne(status));
    let change = (
        ssf_streams::status.eq(status),
        ssf_streams::reason.eq(reason),
        ssf_streams::is_full.eq(is_full),
        ssf_streams::failures.eq(0),
        ssf_streams::retry_at.eq(None::<Time>),
        ssf_streams::updated_at.eq(now),
    );
    Ok(on!(conn, execute, steady(diesel::update(other).set(change))).stored("change how a stream stands")? == 1)
}

/// Lets nothing be added to a stream any more.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn set_full(conn: &mut Conn<'_>, id: StreamId, now: Time) -> Result<(), Fault> {
    let change = (ssf_streams::is_full.eq(true), ssf_streams::updated_at.eq(now));
    on!(conn, execute, steady(diesel::update(ssf_streams::table.find(id)).set(change))).stored("close a stream")?;
    Ok(())
}

/// Notes that a verification was asked for; `false` where one was since `after`.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn verify(conn: &mut Conn<'_>, id: StreamId, after: Time, now: Time) -> Result<bool, Fault> {
    let due = ssf_streams::verified_at.is_null().or(ssf_streams::verified_at.le(after));
    let row = ssf_streams::table.find(id).filter(due);
    let update = diesel::update(row).set(ssf_streams::verified_at.eq(Some(now)));
    Ok(on!(conn, execute, steady(update)).stored("note a verification")? == 1)
}

/// # Errors
/// A fault when the database does not answer.
pub async fn delete(conn: &mut Conn<'_>, id: StreamId) -> Result<bool, Fault> {
    Ok(on!(conn, execute, diesel::delete(ssf_streams::table.find(id))).stored("remove a stream")? == 1)
}

/// Takes the pushing of a stream until a time: given to one caller only.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn take(conn: &mut Conn<'_>, id: StreamId, now: Time, until: Time) -> Result<Option<Stream>, Fault> {
    let is_free = ssf_streams::busy_until.is_null().or(ssf_streams::busy_until.le(now));
    let row = ssf_streams::table.find(id).filter(is_free);
    let update = diesel::update(row).set(ssf_streams::busy_until.eq(Some(until)));
    on!(conn, get_result, steady(update.returning(Stream::as_select()))).optional().stored("take a stream")
}

/// Gives the pushing of a stream back, with how it went: so many failures in a row, and when to try again.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn give_back(
    conn: &mut Conn<'_>,
    stream: &Stream,
    failures: i32,
    retry_at: Option<Time>,
) -> Result<(), Fault> {
    let own = ssf_streams::table.find(stream.id).filter(ssf_streams::busy_until.eq(stream.busy_until));
    let change = (
        ssf_streams::busy_until.eq(None::<Time>),
        ssf_streams::failures.eq(failures),
        ssf_streams::retry_at.eq(retry_at),
    );
    on!(conn, execute, steady(diesel::update(own).set(change))).stored("give a stream back")?;
    Ok(())
}

/// # Errors
/// A fault when the database does not answer.
pub async fn insert_event(conn: &mut Conn<'_>, event: &Event) -> Result<(), Fault> {
    on!(conn, execute, diesel::insert_into(ssf_events::table).values(event)).stored("keep an event")?;
    Ok(())
}

/// The events that wait, the oldest first; only those of some kinds where such are named.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn waiting(
    conn: &mut Conn<'_>,
    stream: StreamId,
    kinds: Option<&[&'static str]>,
    most: i64,
) -> Result<Vec<Event>, Fault> {
    let all = ssf_events::table.filter(ssf_events::stream_id.eq(stream)).order(ssf_events::id.asc()).limit(most);
    match kinds {
        None => on!(conn, load, all.select(Event::as_select())).stored("list events"),
        Some(kinds) => {
            let some = all.filter(ssf_events::kind.eq_any(kinds));
            on!(conn, load, some.select(Event::as_select())).stored("list events")
        }
    }
}

/// How many events wait, and since when.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn backlog(conn: &mut Conn<'_>, stream: StreamId) -> Result<(i64, Option<Time>), Fault> {
    let own = ssf_events::table.filter(ssf_events::stream_id.eq(stream));
    let count = on!(conn, get_result, own.count()).stored("count events")?;
    let oldest = own.order(ssf_events::id.asc()).select(ssf_events::created_at);
    Ok((count, on!(conn, get_result, oldest).optional().stored("find the oldest event")?))
}

/// Forgets events that their receiver has taken; gives how many.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn forget(conn: &mut Conn<'_>, stream: StreamId, ids: &[MessageId]) -> Result<usize, Fault> {
    let own = ssf_events::table.filter(ssf_events::stream_id.eq(stream)).filter(ssf_events::id.eq_any(ids));
    on!(conn, execute, diesel::delete(own)).stored("forget events")
}

/// Forgets all events of a stream.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn forget_all(conn: &mut Conn<'_>, stream: StreamId) -> Result<usize, Fault> {
    let own = ssf_events::table.filter(ssf_events::stream_id.eq(stream));
    on!(conn, execute, diesel::delete(own)).stored("forget the events of a stream")
}

/// Notes that a receiver does not want to hear of a person, or wants to again.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn set_removed(
    conn: &mut Conn<'_>,
    stream: StreamId,
    account: AccountId,
    is_removed: bool,
) -> Result<(), Fault> {
    if is_removed {
        let row = (ssf_removed_subjects::stream_id.eq(stream), ssf_removed_subjects::account_id.eq(account));
        let insert = diesel::insert_into(ssf_removed_subjects::table).values(row).on_conflict_do_nothing();
        on!(conn, execute, insert).stored("remove a subject")?;
    } else {
        let row = ssf_removed_subjects::table.find((stream, account));
        on!(conn, execute, diesel::delete(row)).stored("add a subject")?;
    }
    Ok(())
}

/// # Errors
/// A fault when the database does not answer.
pub async fn is_removed(conn: &mut Conn<'_>, stream: StreamId, account: AccountId) -> Result<bool, Fault> {
    let query = ssf_removed_subjects::table.find((stream, account)).select(ssf_removed_subjects::stream_id);
    let found: Option<StreamId> = on!(conn, get_result, query).optional().stored("look for a subject")?;
    Ok(found.is_some())
}
