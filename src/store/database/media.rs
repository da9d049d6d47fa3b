//! Photos and videos: the items, their bodies, and uploads that are under way.

use std::str::FromStr;

use diesel::prelude::*;

use super::schema::{media_assets, media_uploads, media_variants};
use super::{Conn, Stored, on, steady, text_column};
use crate::base::id::{AccountId, MediaId};
use crate::base::{Digest, Fault, Time};

/// Where an item is in its life (WALLET.md §13.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Announced; nothing has come of it.
    Reserved,
    Uploading,
    /// Whole; nobody has looked at it.
    Quarantined,
    /// Looked at; made into what is kept.
    Processing,
    Ready,
    /// Deleted; may be brought back.
    Trashed,
    /// Refused for good.
    Rejected,
}

impl State {
    pub const ALL: [Self; 7] = [
        Self::Reserved,
        Self::Uploading,
        Self::Quarantined,
        Self::Processing,
        Self::Ready,
        Self::Trashed,
        Self::Rejected,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Uploading => "uploading",
            Self::Quarantined => "quarantined",
            Self::Processing => "processing",
            Self::Ready => "ready",
            Self::Trashed => "trashed",
            Self::Rejected => "rejected",
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

/// An item.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = media_assets, treat_none_as_default_value = false)]
pub struct Asset {
    pub id: MediaId,
    pub account_id: AccountId,
    /// `photo` or `video`.
    pub kind: String,
    pub state: State,
    pub reason: Option<String>,
    /// Wrapped by the key of its person.
    pub content_key: Option<Vec<u8>>,
    /// Sealed under the key of its person.
    pub details: Vec<u8>,
    pub bytes: i64,
    pub media_type: Option<String>,
    pub width: i32,
    pub height: i32,
    pub duration_ms: i64,
    pub created_at: Time,
    pub updated_at: Time,
    pub trashed_at: Option<Time>,
}

/// A body of an item.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = media_variants, treat_none_as_default_value = false)]
pub struct Body {
    pub asset_id: MediaId,
    pub name: String,
    pub media_type: String,
    pub bytes: i64,
    pub width: i32,
    pub height: i32,
    pub etag: String,
    pub created_at: Time,
}

/// An upload that is under way.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = media_uploads, treat_none_as_default_value = false)]
pub struct Upload {
    pub asset_id: MediaId,
    pub size: i64,
    pub digest: Option<Digest>,
    pub expires_at: Time,
}

/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, asset: &Asset, upload: &Upload) -> Result<(), Fault> {
    on!(conn, execute, diesel::insert_into(media_assets::table).values(asset)).stored("add an item")?;
    on!(conn, execute, diesel::insert_into(media_uploads::table).values(upload)).stored("add an upload")?;
    Ok(())
}

/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, id: MediaId) -> Result<Option<Asset>, Fault> {
    on!(conn, get_result, media_assets::table.find(id)).optional().stored("find an item")
}

/// The item of an identifier, where it is this person's.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn find_own(conn: &mut Conn<'_>, account: AccountId, id: MediaId) -> Result<Option<Asset>, Fault> {
    let query = media_assets::table.find(id).filter(media_assets::account_id.eq(account));
    on!(conn, get_result, query).optional().stored("find an item")
}

/// The items of a person in some states, newest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(
    conn: &mut Conn<'_>,
    account: AccountId,
    states: &[State],
    before: Option<MediaId>,
    most: usize,
) -> Result<Vec<Asset>, Fault> {
    let states: Vec<&str> = states.iter().map(|state| state.as_str()).collect();
    let query = media_assets::table
        .filter(media_assets::account_id.eq(account))
        .filter(media_assets::state.eq_any(states))
        .order(media_assets::id.desc())
        .limit(i64::try_from(most).unwrap_or(i64::MAX));
    match before {
        Some(before) => on!(conn, load, query.filter(media_assets::id.lt(before))).stored("list items"),
        None => on!(conn, load, query).stored("list items"),
    }
}

/// What a person has of each kind: how many, and how many bytes. What was refused takes no room.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn used(conn: &mut Conn<'_>, account: AccountId) -> Result<Vec<(String, i64)>, Fault> {
    let query = media_assets::table
        .filter(media_assets::account_id.eq(account))
        .filter(media_assets::state.ne(State::Rejected))
        .select((media_assets::kind, media_assets::bytes));
    on!(conn, load, query).stored("count items")
}

/// Moves an item from one state to another; `false` where it is in that state no more.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn advance(conn: &mut Conn<'_>, id: MediaId, from: State, to: State, now: Time) -> Result<bool, Fault> {
    let trashed_at = (to == State::Trashed).then_some(now);
    let change =
        (media_assets::state.eq(to), media_assets::updated_at.eq(now), media_assets::trashed_at.eq(trashed_at));
    let update = diesel::update(media_assets::table.find(id).filter(media_assets::state.eq(from))).set(change);
    Ok(on!(conn, execute, steady(update)).stored("move an item on")? == 1)
}

/// Notes what an upload turned out to be.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn set_type(conn: &mut Conn<'_>, id: MediaId, kind: &str, media_type: &str) -> Result<(), Fault> {
    let change = (media_assets::kind.eq(kind), media_assets::media_type.eq(media_type));
    on!(conn, execute, steady(diesel::update(media_assets::table.find(id)).set(change))).stored("note a type")?;
    Ok(())
}

/// How large an upload without a known size turned out to be.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn set_size(conn: &mut Conn<'_>, id: MediaId, size: i64) -> Result<(), Fault> {
    let asset = diesel::update(media_assets::table.find(id)).set(media_assets::bytes.eq(size));
    on!(conn, execute, steady(asset)).stored("note a size")?;
    let upload = diesel::update(media_uploads::table.find(id)).set(media_uploads::size.eq(size));
    on!(conn, execute, steady(upload)).stored("note a size")?;
    Ok(())
}

/// What an item is once it is made.
pub struct Ready {
    pub details: Vec<u8>,
    pub media_type: String,
    pub bytes: i64,
    pub width: i32,
    pub height: i32,
    pub duration_ms: i64,
}

/// Keeps what was made of an upload; `false` where it is no longer awaited.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn finish(conn: &mut Conn<'_>, id: MediaId, ready: &Ready, now: Time) -> Result<bool, Fault> {
    let change = (
        media_assets::state.eq(State::Ready),
        media_assets::details.eq(&ready.details),
        media_assets::media_type.eq(&ready.media_type),
        media_assets::bytes.eq(ready.bytes),
        media_assets::width.eq(ready.width),
        media_assets::height.eq(ready.height),
        media_assets::duration_ms.eq(ready.duration_ms),
        media_assets::updated_at.eq(now),
    );
    let update = diesel::update(media_assets::table.find(id).filter(media_assets::state.eq(State::Processing)));
    Ok(on!(conn, execute, steady(update.set(change))).stored("finish an item")? == 1)
}

/// Refuses an item for good, and destroys its key; `false` where it is in that state no more.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn reject(conn: &mut Conn<'_>, id: MediaId, from: State, reason: &str, now: Time) -> Result<bool, Fault> {
    let change = (
        media_assets::state.eq(State::Rejected),
        media_assets::reason.eq(reason),
        media_assets::content_key.eq(None::<Vec<u8>>),
        media_assets::bytes.eq(0),
        media_assets::updated_at.eq(now),
    );
    let update = diesel::update(media_assets::table.find(id).filter(media_assets::state.eq(from))).set(change);
    Ok(on!(conn, execute, steady(update)).stored("refuse an item")? == 1)
}

/// # Errors
/// A fault when the database does not answer.
pub async fn set_details(conn: &mut Conn<'_>, id: MediaId, details: &[u8], now: Time) -> Result<(), Fault> {
    let change = (media_assets::details.eq(details), media_assets::updated_at.eq(now));
    on!(conn, execute, steady(diesel::update(media_assets::table.find(id)).set(change)))
        .stored("change what is said of an item")?;
    Ok(())
}

/// Destroys the key of an item: from now on nobody can read its bytes, wherever they are.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn shred(conn: &mut Conn<'_>, id: MediaId) -> Result<(), Fault> {
    let change = media_assets::content_key.eq(None::<Vec<u8>>);
    on!(conn, execute, steady(diesel::update(media_assets::table.find(id)).set(change))).stored("destroy a key")?;
    Ok(())
}

/// Forgets an item with its bodies and its upload.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn delete(conn: &mut Conn<'_>, id: MediaId) -> Result<(), Fault> {
    on!(conn, execute, diesel::delete(media_variants::table.filter(media_variants::asset_id.eq(id))))
        .stored("forget the bodies of an item")?;
    on!(conn, execute, diesel::delete(media_uploads::table.find(id))).stored("forget an upload")?;
    on!(conn, execute, diesel::delete(media_assets::table.find(id))).stored("forget an item")?;
    Ok(())
}

/// # Errors
/// A fault when the database does not answer.
pub async fn find_upload(conn: &mut Conn<'_>, id: MediaId) -> Result<Option<Upload>, Fault> {
    on!(conn, get_result, media_uploads::table.find(id)).optional().stored("find an upload")
}

/// # Errors
/// A fault when the database does not answer.
pub async fn end_upload(conn: &mut Conn<'_>, id: MediaId) -> Result<(), Fault> {
    on!(conn, execute, diesel::delete(media_uploads::table.find(id))).stored("end an upload")?;
    Ok(())
}

/// Keeps a body in the place of any other of its name.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn put_body(conn: &mut Conn<'_>, body: &Body) -> Result<(), Fault> {
    let change = (
        media_variants::media_type.eq(&body.media_type),
        media_variants::bytes.eq(body.bytes),
        media_variants::width.eq(body.width),
        media_variants::height.eq(body.height),
        media_variants::etag.eq(&body.etag),
        media_variants::created_at.eq(body.created_at),
    );
    let insert = diesel::insert_into(media_variants::table)
        .values(body)
        .on_conflict((media_variants::asset_id, media_variants::name))
        .do_update()
        .set(change);
    on!(conn, execute, insert).stored("keep a body")?;
    Ok(())
}

/// # Errors
/// A fault when the database does not answer.
pub async fn bodies(conn: &mut Conn<'_>, id: MediaId) -> Result<Vec<Body>, Fault> {
    let query = media_variants::table.filter(media_variants::asset_id.eq(id)).order(media_variants::name.asc());
    on!(conn, load, query).stored("list the bodies of an item")
}

/// The bodies of several items.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn bodies_of(conn: &mut Conn<'_>, ids: &[MediaId]) -> Result<Vec<Body>, Fault> {
    let query = media_variants::table.filter(media_variants::asset_id.eq_any(ids)).order((
        media_variants::asset_id.asc(),
        media_variants::bytes.asc(),
        media_variants::name.asc(),
    ));
    on!(conn, load, query).stored("list the bodies of items")
}

/// Those of some items that are this person's and ready, newest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn ready_of(conn: &mut Conn<'_>, account: AccountId, ids: &[MediaId]) -> Result<Vec<Asset>, Fault> {
    let query = media_assets::table
        .filter(media_assets::account_id.eq(account))
        .filter(media_assets::id.eq_any(ids))
        .filter(media_assets::state.eq(State::Ready))
        .order(media_assets::id.desc());
    on!(conn, load, query).stored("list items")
}

/// # Errors
/// A fault when the database does not answer.
pub async fn find_body(conn: &mut Conn<'_>, id: MediaId, name: &str) -> Result<Option<Body>, Fault> {
    on!(conn, get_result, media_variants::table.find((id, name))).optional().stored("find a body")
}

/// Forgets the bodies whose names begin so.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn delete_bodies(conn: &mut Conn<'_>, id: MediaId, prefix: &str) -> Result<(), Fault> {
    let pattern = format!("{}%", prefix.replace('_', "\\_"));
    let own = media_variants::asset_id.eq(id).and(media_variants::name.like(pattern).escape('\\'));
    on!(conn, execute, diesel::delete(media_variants::table.filter(own))).stored("forget bodies")?;
    Ok(())
}

/// Items in one state that have not changed since a time, oldest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn left(conn: &mut Conn<'_>, state: State, before: Time, most: i64) -> Result<Vec<Asset>, Fault> {
    let query = media_assets::table
        .filter(media_assets::state.eq(state))
        .filter(media_assets::updated_at.lt(before))
        .order(media_assets::updated_at.asc())
        .limit(most);
    on!(conn, load, query).stored("find items that were left")
}

/// Notes that an item was looked at.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn touch(conn: &mut Conn<'_>, id: MediaId, now: Time) -> Result<(), Fault> {
    let touch = diesel::update(media_assets::table.find(id)).set(media_assets::updated_at.eq(now));
    on!(conn, execute, steady(touch)).stored("note that an item was looked at")?;
    Ok(())
}
