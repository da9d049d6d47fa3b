//! `/media`: the photos and videos that were picked: listed, described, their bytes, and links to them (WALLET.md §13.7,
//! §14.2).

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};

use super::cursor::{BadCursor, Cursors};
use super::scene::Scene;
use super::{CHANNEL, Content, How, Resource, enter};
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::Seconds;
use crate::base::id::{MediaId, kind};
use crate::error::{self, Denied, Error};
use crate::oauth::grant::Duration;
use crate::oauth::{self, Code};
use crate::provider::access::Access;
use crate::provider::clients::Registered;
use crate::risk::limits;
use crate::store::database::Conn;
use crate::wallet::disclosure::{Channel, Disclosure, disclose};
use crate::wallet::media::links::{self, Note};
use crate::wallet::media::{Item, Kind, Opened, Variant, open_with, shared};
use crate::wallet::projection::Projection;

/// How many items a page has where nobody says, and at most (WALLET.md §14.5).
const USUAL: usize = 25;
const MOST: usize = 100;
/// How long a cursor works at least; until the end of that day, so that a page stays the same for a day.
const CURSOR: Seconds = Seconds::days(1);

/// Which photos and videos are wanted.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Query {
    pub kind: Option<String>,
    pub album: Option<String>,
    pub cursor: Option<String>,
    pub limit: Option<u32>,
    /// The name of one.
    pub item: Option<String>,
}

/// Those that were picked, newest first, a page at a time.
pub(super) async fn list(scene: &Scene, tx: &mut Conn<'_>, app: &App, how: &How) -> Result<Content, Error> {
    let query = &how.media;
    let kinds = wanted(scene, query)?;
    let size = match query.limit {
        None => USUAL,
        Some(limit) => Some(limit as usize).filter(|limit| (1..=MOST).contains(limit)).ok_or_else(bad("limit"))?,
    };
    let what = format!("media {kinds:?} {:?}", query.album);
    let grant = scene.grant();
    let cursors = Cursors::of(&app.keys.pepper, &grant.client, Some(grant.id), &what);
    let before = query.cursor.as_deref().map(|cursor| position(&cursors, cursor, app)).transpose()?;
    let mut items = shared::items(tx, app, grant.account, &grant.allowed, &kinds).await?;
    items.retain(|item| query.album.as_ref().is_none_or(|album| item.details.album == *album));
    items.retain(|item| before.is_none_or(|before| item.id < before));
    let has_more = items.len() > size;
    items.truncate(size);
    let until = app.now().start_of_day() + CURSOR + CURSOR;
    let next = items.last().filter(|_| has_more).map(|last| cursors.write(last.id.as_bytes(), until));
    let granted: Vec<&str> =
        shared::kinds(scene.access.scope(), &grant.allowed).into_iter().map(Kind::as_str).collect();
    Ok(Content {
        projection: shared::list(tx, &items, &shared::names(app, scene.client.sector())).await?,
        frame: vec![("next_cursor", next.into()), ("meta", json!({ "granted_kinds": granted }))],
        under: None,
        requested: kinds.into_iter().map(|kind| kind.claim().to_owned()).collect(),
    })
}

/// The kinds that a query is about: those that the token opens, or the one that it names.
fn wanted(scene: &Scene, query: &Query) -> Result<Vec<Kind>, Error> {
    let mut open = shared::kinds(scene.access.scope(), &scene.grant().allowed);
    if let Some(kind) = &query.kind {
        let kind: Kind = kind.parse().map_err(|()| bad("kind")())?;
        if !scene.access.scope().contains(kind.scope()) {
            let why = "the access token has not the scope that opens this kind";
            return Err(oauth::Error::new(Code::InsufficientScope, why).into());
        }
        open.retain(|one| *one == kind);
    }
    Ok(open)
}

fn position(cursors: &Cursors<'_>, cursor: &str, app: &App) -> Result<MediaId, Error> {
    let unknown = || Error::from(Denied::field("cursor", "invalid_cursor"));
    let position = cursors.read(cursor, app.now()).map_err(|bad| match bad {
        BadCursor::Unknown => unknown(),
        BadCursor::Expired => Denied::Gone("cursor_expired").into(),
    })?;
    Ok(MediaId::from_bytes(position.try_into().map_err(|_| unknown())?))
}

fn bad(parameter: &'static str) -> impl Fn() -> Error {
    move || Denied::field(parameter, "invalid_parameter").into()
}

/// The item of a name, where this client may see it: all others are not there.
pub(super) async fn found(scene: &Scene, tx: &mut Conn<'_>, app: &App, name: &str) -> Result<Item, Error> {
    let id = shared::names(app, scene.client.sector()).read::<kind::Media>(name).map_err(|_| Denied::NotFound)?;
    let grant = scene.grant();
    let kinds = shared::kinds(scene.access.scope(), &grant.allowed);
    let mut only = grant.allowed.clone();
    only.picks.retain(|pick| pick.media() == Some(id));
    let item = shared::items(tx, app, grant.account, &only, &kinds).await?.pop();
    Ok(item.ok_or(Denied::NotFound)?)
}

/// One of them.
pub(super) async fn item(scene: &Scene, tx: &mut Conn<'_>, app: &App, how: &How) -> Result<Content, Error> {
    let item = found(scene, tx, app, how.media.item.as_deref().unwrap_or_default()).await?;
    Ok(Content {
        projection: shared::one(tx, &item, &shared::names(app, scene.client.sector())).await?,
        frame: Vec::new(),
        under: None,
        requested: vec![item.kind.claim().to_owned()],
    })
}

/// The bytes of an item.
pub struct Bytes {
    pub client: Arc<Registered>,
    pub opened: Opened,
}

/// Opens the bytes of an item; the record is kept in the same unit, one for all pieces that are read within a minute.
///
/// # Errors
/// As [`super::read`]; not found for an item that this client may not see, or that has no such variant.
pub async fn content(
    app: &App,
    access: Access,
    variant: Option<String>,
    how: How,
    origin: &Origin,
) -> Result<Bytes, Error> {
    let result = bytes(app, access, variant, how, origin).await;
    app.metrics.count("sw_data_reads_total", &[CHANNEL, error::outcome(&result)]);
    result
}

async fn bytes(app: &App, access: Access, variant: Option<String>, how: How, origin: &Origin) -> Result<Bytes, Error> {
    let variant = read_variant(variant.as_deref())?;
    Resource::MediaItem.admit(app, &access, "media_read").await?;
    let name = how.media.item.clone().unwrap_or_default();
    let family = access.counted_as();
    let note = Note::of(app, &[CHANNEL, &family, &name, variant.map_or("", Variant::as_str)], origin).await;
    let (unit, origin, is_noted) = (app.clone(), origin.clone(), note.is_there);
    let bytes = app
        .db
        .write(move |tx| {
            Box::pin(async move {
                let scene = match enter(tx, &unit, access, Resource::MediaItem, &how, &origin).await? {
                    Ok(scene) => scene,
                    Err(error) => return Ok::<_, Error>(Err(error)),
                };
                let item = found(&scene, tx, &unit, &name).await?;
                let variant = variant.unwrap_or(item.kind.usual());
                let opened = open_with(tx, &unit, scene.grant().account, item.id, variant).await?;
                let opened = opened.ok_or(Denied::NotFound)?;
                if !is_noted {
                    let claim = item.kind.claim();
                    let record = Record {
                        requested: vec![claim.to_owned()],
                        released: vec![claim.to_owned()],
                        ..scene.record("data.read", Resource::MediaItem)
                    };
                    audit::record(tx, &unit, &record, &origin).await?;
                }
                let opened = shared::keyed(&unit, &scene.client.id, opened);
                Ok(Ok(Bytes { client: scene.client, opened }))
            })
        })
        .await??;
    note.keep(app).await;
    Ok(bytes)
}

fn read_variant(name: Option<&str>) -> Result<Option<Variant>, Error> {
    name.map(|name| name.parse().map_err(|()| bad("variant")())).transpose()
}

/// Which link is wanted.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    pub variant: Option<String>,
    /// In seconds.
    pub ttl: Option<i64>,
}

/// A new link to an item, and when it ends.
#[derive(Debug)]
pub struct Linked {
    pub client: Arc<Registered>,
    pub body: Disclosure,
}

/// Makes a link to an item.
///
/// # Errors
/// As [`content`]; too many.
pub async fn link(app: &App, access: Access, wish: Wish, how: How, origin: &Origin) -> Result<Linked, Error> {
    let variant = read_variant(wish.variant.as_deref())?;
    let ttl = wish.ttl.map_or(links::USUAL, Seconds);
    if !(1..=links::LONGEST.0).contains(&ttl.0) {
        return Err(bad("ttl")());
    }
    Resource::MediaItem.admit(app, &access, "media_read").await?;
    let (unit, origin) = (app.clone(), origin.clone());
    let linked = app
        .db
        .write(move |tx| {
            Box::pin(async move {
                let scene = match enter(tx, &unit, access, Resource::MediaItem, &how, &origin).await? {
                    Ok(scene) => scene,
                    Err(error) => return Ok::<_, Error>(Err(error)),
                };
                let item = found(&scene, tx, &unit, how.media.item.as_deref().unwrap_or_default()).await?;
                let variant = variant.unwrap_or(item.kind.usual());
                let (account, permit) = (scene.grant().account, &scene.standing.permit);
                open_with(tx, &unit, account, item.id, variant).await?.ok_or(Denied::NotFound)?;
                let ttl = match scene.grant().duration {
                    Duration::Once => Seconds(ttl.0.min(links::LONGEST_ONCE.0)),
                    _ => ttl,
                };
                let (url, end) = links::to_picked(&unit, permit, scene.grant(), item.id, variant, ttl);
                let frame: [(&'static str, Value); 2] = [("url", url.into()), ("expires_at", end.rfc3339().into())];
                // What is behind it is on record when it is looked at.
                let requested = vec![item.kind.claim().to_owned()];
                let channel = Channel { name: CHANNEL, requested, frame: &frame, under: None };
                let body = disclose(tx, &unit, permit, Projection::default(), channel, &origin).await?;
                Ok(Ok(Linked { client: scene.client, body }))
            })
        })
        .await??;
    // Outside of the unit, which must not wait for what counts: a link that is one too many is never told.
    limits::check(app, "media_link", linked.client.id.as_str()).await?;
    Ok(linked)
}
