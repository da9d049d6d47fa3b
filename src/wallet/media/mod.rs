//! Photos and videos: taken in pieces, looked at, made anew without a word of where and when, kept sealed, shown.
//!
//! [`open`] is how bytes are read; who may read them is decided by those who ask.

pub mod bench;
mod destroy;
pub mod evidence;
#[cfg(test)]
#[path = "../../../tests/it/support/films.rs"]
mod films;
pub mod images;
pub mod kinds;
pub mod links;
mod locks;
pub mod looks;
pub mod mp4;
pub mod patch;
pub mod pipeline;
pub mod sealed;
pub mod shared;
pub mod shelf;
pub mod upkeep;
pub mod uploads;
pub mod webm;
pub mod worker;

use std::ops::Range;

use bytes::Bytes;
use futures_util::Stream;
use serde::{Deserialize, Serialize};

pub use self::destroy::destroy_all;
pub use self::kinds::{Format, Kind, Reason, Unsupported, Variant};
pub use self::locks::folder;
pub use crate::store::database::media::State;

use crate::app::{App, Room};
use crate::base::id::{AccountId, MediaId};
use crate::base::{Fault, Time};
use crate::error::{Denied, Error};
use crate::outbound::scanner;
use crate::store::database::Conn;
use crate::store::database::media::{self, Asset};
use crate::wallet::media::sealed::Sealed;

/// What is said of an item; kept sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    pub file_name: String,
    pub title: String,
    /// The description for those who do not see it.
    pub alt: String,
    pub album: String,
    /// BlurHash of a photo.
    pub placeholder: String,
    /// Of a photo: see [`looks::fingerprint`].
    pub fingerprint: u64,
    /// Of the file that was brought, in hexadecimal, where its sender said it: finds it again when it comes once more.
    pub sha256: String,
}

/// An item, opened for its person.
#[derive(Debug, Clone)]
pub struct Item {
    pub id: MediaId,
    pub kind: Kind,
    pub state: State,
    pub reason: Option<Reason>,
    pub details: Details,
    pub format: Option<Format>,
    pub bytes: u64,
    pub width: u32,
    pub height: u32,
    pub duration_ms: u64,
    pub created_at: Time,
    pub updated_at: Time,
    pub trashed_at: Option<Time>,
}

impl Item {
    /// What it is called: its title, or the name that its file had; perhaps nothing.
    pub fn name(&self) -> &str {
        let details = &self.details;
        if details.title.is_empty() { &details.file_name } else { &details.title }
    }
}

/// Why an upload is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Unsupported(Unsupported),
    /// Larger than this many bytes, or than was said before.
    TooLarge {
        most: u64,
    },
    /// The wallet holds as many of these, or as many bytes, as it may.
    NoRoom(Full),
    /// The bytes are not those that were announced.
    Checksum,
    /// The upload does not fit what was announced; why, for programs.
    Mismatch(&'static str),
}

/// Of what a wallet is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    Photos,
    Videos,
    Bytes,
}

/// Why a verb of this room did not do what was asked.
#[derive(Debug)]
pub enum Failure {
    Refused(Refusal),
    Error(Error),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Error(fault.into())
    }
}
impl From<Denied> for Failure {
    fn from(denied: Denied) -> Self {
        Self::Error(denied.into())
    }
}
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// The scanner that the settings name.
pub struct Scanner(pub scanner::Scanner);

impl Room for Scanner {
    fn open(app: &App) -> Self {
        Self(scanner::Scanner::open(&app.config.media))
    }
}

/// A body that can be read.
pub struct Opened {
    pub format: Format,
    pub length: u64,
    /// An opaque tag (RFC 9110 §8.8.3), without its quotes; it tells nothing of the bytes.
    pub etag: String,
    pub modified: Time,
    body: Sealed,
}

impl Opened {
    pub fn mime(&self) -> &'static str {
        self.format.mime()
    }

    /// The bytes of a range, some at a time. A fault in the stream: the store is away, or the bytes are not ours.
    pub fn stream(&self, range: Range<u64>) -> impl Stream<Item = Result<Bytes, Fault>> + Send + use<> {
        self.body.stream(range)
    }
}

/// A body of an item that is ready, of this person; `None` where there is none.
///
/// # Errors
/// A fault when the database does not answer or the key of the item cannot be opened.
pub async fn open(app: &App, account: AccountId, asset: MediaId, variant: Variant) -> Result<Option<Opened>, Fault> {
    open_in(app, account, asset, variant, &[State::Ready]).await
}

/// As [`open`], for the person alone: what is in the trash can still be looked at.
///
/// # Errors
/// As [`open`].
pub async fn open_own(
    app: &App,
    account: AccountId,
    asset: MediaId,
    variant: Variant,
) -> Result<Option<Opened>, Fault> {
    open_in(app, account, asset, variant, &[State::Ready, State::Trashed]).await
}

/// As [`open`], inside a unit.
///
/// # Errors
/// As [`open`].
pub async fn open_with(
    conn: &mut Conn<'_>,
    app: &App,
    account: AccountId,
    asset: MediaId,
    variant: Variant,
) -> Result<Option<Opened>, Fault> {
    find_body(conn, app, account, asset, variant, &[State::Ready]).await
}

async fn open_in(
    app: &App,
    account: AccountId,
    id: MediaId,
    variant: Variant,
    states: &'static [State],
) -> Result<Option<Opened>, Fault> {
    let unit = app.clone();
    app.db.read(move |conn| Box::pin(async move { find_body(conn, &unit, account, id, variant, states).await })).await
}

async fn find_body(
    conn: &mut Conn<'_>,
    app: &App,
    account: AccountId,
    id: MediaId,
    variant: Variant,
    states: &[State],
) -> Result<Option<Opened>, Fault> {
    let Some(asset) = media::find_own(conn, account, id).await? else { return Ok(None) };
    if !states.contains(&asset.state) {
        return Ok(None);
    }
    let Some(body) = media::find_body(conn, id, variant.as_str()).await? else { return Ok(None) };
    let key = locks::content_key(conn, app, &asset).await?;
    let blob = locks::blob(id, &body.name, &body.etag)?;
    let attempted = "read the row of a body";
    Ok(Some(Opened {
        format: body.media_type.parse().map_err(|()| Fault::broken(attempted))?,
        length: u64::try_from(body.bytes).map_err(|e| Fault::internal(attempted, e))?,
        etag: body.etag.clone(),
        modified: body.created_at,
        body: Sealed::new(app, blob, key, body.bytes.max(0).cast_unsigned()),
    }))
}

fn item(asset: &Asset, details: Details) -> Result<Item, Fault> {
    let attempted = "read the row of an item";
    let side = |side: i32| u32::try_from(side).map_err(|e| Fault::internal(attempted, e));
    Ok(Item {
        id: asset.id,
        kind: asset.kind.parse().map_err(|()| Fault::broken(attempted))?,
        state: asset.state,
        reason: asset.reason.as_deref().and_then(|reason| reason.parse().ok()),
        details,
        format: asset.media_type.as_deref().and_then(|format| format.parse().ok()),
        bytes: asset.bytes.max(0).cast_unsigned(),
        width: side(asset.width)?,
        height: side(asset.height)?,
        duration_ms: asset.duration_ms.max(0).cast_unsigned(),
        created_at: asset.created_at,
        updated_at: asset.updated_at,
        trashed_at: asset.trashed_at,
    })
}
