//! `/changes`: what changed of the things that a client sees, behind a cursor (WALLET.md §14.2).
//!
//! A change says which thing it was and on which day, never what it is now: that is read where it is. The numbers of the
//! list stay inside of cursors, which are another text for every client and grant.

use serde::Serialize;
use serde_json::{Value, json};

use super::Content;
use super::cursor::{BadCursor, Cursors};
use super::scene::Scene;
use crate::app::App;
use crate::base::id::{BadgeId, ClientId, GrantId, MediaId, kind};
use crate::base::{Fault, Seconds, Time};
use crate::catalog::messages::{Resource, Trigger, set_off_by};
use crate::error::{Denied, Error};
use crate::oauth::pairwise_id::Names;
use crate::signals::changes::sees;
use crate::store::database::Conn;
use crate::store::database::changes::{self, ChangeRow};
use crate::wallet::projection::Projection;

/// How many changes a page has, unless the client says, and at most.
const USUAL: u32 = 25;
const MOST: u32 = 100;
/// How many changes one answer looks through: most of them may be of things that the client does not see.
const LOOKED_AT: usize = 1000;
/// How long a cursor works, to the day on which it was made.
pub const CURSOR: Seconds = Seconds::days(30);
/// The name of the list in its cursors.
const LIST: &str = "changes";

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Wanted {
    pub since: Option<String>,
    pub limit: Option<u32>,
}

/// How many are wanted.
///
/// # Errors
/// A limit out of bounds.
pub(super) fn size(limit: Option<u32>) -> Result<usize, Error> {
    let limit = limit.unwrap_or(USUAL);
    match (1..=MOST).contains(&limit) {
        true => Ok(limit as usize),
        false => Err(Denied::field("limit", "invalid_parameter").into()),
    }
}

/// What a cursor says; one that is too old is gone for good.
///
/// # Errors
/// A cursor that is none of the list; one that was kept for too long.
pub(super) fn position<const N: usize>(cursors: &Cursors<'_>, cursor: &str, now: Time) -> Result<[u8; N], Error> {
    let unknown = || Error::from(Denied::field("since", "invalid_cursor"));
    match cursors.read(cursor, now) {
        Ok(position) => position.try_into().map_err(|_| unknown()),
        Err(BadCursor::Unknown) => Err(unknown()),
        Err(BadCursor::Expired) => Err(Denied::Gone("cursor_expired").into()),
    }
}

/// The cursor that goes on behind a number of a wallet's list, for one client under one grant; `at` is when that was.
pub fn cursor(app: &App, client: &ClientId, grant: GrantId, seq: i64, at: Time) -> String {
    write(&Cursors::of(&app.keys.pepper, client, Some(grant), LIST), (seq, i32::MAX), at)
}

fn write(cursors: &Cursors<'_>, (seq, n): (i64, i32), at: Time) -> String {
    let position = [&seq.to_be_bytes()[..], &n.to_be_bytes()].concat();
    // From a midnight, so that an answer is the same for a day.
    cursors.write(&position, at.start_of_day() + CURSOR)
}

fn read(position: [u8; 12]) -> (i64, i32) {
    let (seq, n) = position.split_at(8);
    let seq = seq.try_into().map(i64::from_be_bytes).unwrap_or(i64::MAX);
    (seq, n.try_into().map(i32::from_be_bytes).unwrap_or(i32::MAX))
}

/// What is asked for, read.
pub(super) struct Page {
    since: Option<(i64, i32)>,
    limit: usize,
}

/// Reads what is asked for.
///
/// # Errors
/// A limit out of bounds; a cursor that leads nowhere, or no more.
pub(super) fn page(scene: &Scene, app: &App, wanted: &Wanted) -> Result<Page, Error> {
    let limit = size(wanted.limit)?;
    let cursors = cursors(scene, app);
    let since = wanted.since.as_deref().map(|cursor| position(&cursors, cursor, app.now()).map(read)).transpose()?;
    Ok(Page { since, limit })
}

fn cursors<'a>(scene: &Scene, app: &'a App) -> Cursors<'a> {
    Cursors::of(&app.keys.pepper, &scene.client.id, Some(scene.grant().id), LIST)
}

/// What changed; without a cursor only one to begin with.
pub(super) async fn content(scene: &Scene, tx: &mut Conn<'_>, app: &App, page: &Page) -> Result<Content, Fault> {
    let cursors = cursors(scene, app);
    let live = &scene.standing.live;
    // The end of the list is what it was when the unit began: what is written meanwhile has a larger number.
    let mut next = ((live.standing.revision, i32::MAX), app.now());
    let mut told = Vec::new();
    let mut has_more = false;
    if let Some(since) = page.since {
        let rows = changes::behind(tx, live.family.account_id, since, LOOKED_AT).await?;
        let is_all = rows.len() < LOOKED_AT;
        let (names, mut last) = (Named::of(scene, app), None);
        for row in &rows {
            if told.len() == page.limit {
                has_more = true;
                break;
            }
            last = Some(((row.seq, row.n), row.at));
            if sees(scene.grant(), row) {
                told.push(names.told(row));
            }
        }
        has_more |= !is_all;
        // A cursor inside of the list grows old with the change that it points at.
        match last {
            Some(last) if has_more => next = last,
            // It was written after the number was read.
            Some((last, _)) => next.0 = next.0.max(last),
            None => {}
        }
    }
    let next = write(&cursors, next.0, next.1);
    Ok(Content {
        projection: Projection::default(),
        frame: vec![("data", Value::Array(told)), ("next_cursor", json!(next)), ("has_more", json!(has_more))],
        under: None,
        requested: vec![LIST.to_owned()],
    })
}

/// What a client calls the things that changed.
struct Named {
    badges: Names,
    media: Names,
}

impl Named {
    fn of(scene: &Scene, app: &App) -> Self {
        let (pepper, sector) = (&app.keys.pepper, scene.client.sector());
        Self { badges: Names::of::<kind::Badge>(pepper, sector), media: Names::of::<kind::Media>(pepper, sector) }
    }

    fn told(&self, row: &ChangeRow) -> Value {
        let id = match row.resource {
            Resource::Profile => Some(row.item.strip_prefix("wallet_").unwrap_or(&row.item).to_owned()),
            Resource::Badge => row.item.parse::<BadgeId>().ok().map(|id| self.badges.name(id)),
            Resource::Media => row.item.parse::<MediaId>().ok().map(|id| self.media.name(id)),
            Resource::Grant => Some(row.item.clone()),
        };
        let message = set_off_by(Trigger::Change(row.resource, row.op)).and_then(|message| message.webhook);
        let kind = message.map_or_else(|| format!("{}.changed", row.resource.as_str()), str::to_owned);
        json!({
            "type": kind,
            "resource": row.resource.as_str(),
            "id": id,
            "op": row.op.as_str(),
            "at": super::day(row.at),
        })
    }
}
