//! What a platform is told of the photos and videos that were picked for it, under names of its own.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::accounts::sealing;
use crate::app::App;
use crate::base::id::{AccountId, ClientId, MediaId, kind};
use crate::base::{Fault, Time};
use crate::oauth::Scope;
use crate::oauth::grant::{Demand, Pick};
use crate::oauth::pairwise_id::Names;
use crate::store::database::Conn;
use crate::store::database::media::{self, Body};
use crate::wallet::media::{Item, Kind, Opened, item, locks};
use crate::wallet::projection::Projection;

/// The most photos and videos that one grant shares (WALLET.md §18).
pub const MOST: usize = 200;

/// Whether an item of this kind may be looked at under a grant: its line is ticked and it is picked.
pub fn is_shared(allowed: &Demand, kind: Kind, id: MediaId) -> bool {
    allowed.claims.contains(kind.claim()) && allowed.picks.contains(&Pick::Media(id))
}

/// The kinds that a token of `scope` opens under a grant.
pub fn kinds(scope: &Scope, allowed: &Demand) -> Vec<Kind> {
    let is_open = |kind: &Kind| scope.contains(kind.scope()) && allowed.claims.contains(kind.claim());
    Kind::ALL.into_iter().filter(is_open).collect()
}

/// The items that are shared of some kinds, newest first: picked, and ready.
///
/// # Errors
/// A fault when the database does not answer or an item cannot be opened.
pub async fn items(
    conn: &mut Conn<'_>,
    app: &App,
    account: AccountId,
    allowed: &Demand,
    kinds: &[Kind],
) -> Result<Vec<Item>, Fault> {
    let picked: Vec<MediaId> = allowed.picks.iter().filter_map(|pick| pick.media()).collect();
    if picked.is_empty() || kinds.is_empty() {
        return Ok(Vec::new());
    }
    let key = sealing::load_key(conn, app, account).await?;
    let assets = media::ready_of(conn, account, &picked).await?;
    let items = assets.iter().map(|asset| item(asset, locks::open_details(&key, asset)?));
    let mut items = items.collect::<Result<Vec<_>, Fault>>()?;
    items.retain(|item| kinds.contains(&item.kind));
    Ok(items)
}

/// The name that clients of a sector have for an item, and the item of a name.
pub fn names(app: &App, sector: &str) -> Names {
    Names::of::<kind::Media>(&app.keys.pepper, sector)
}

/// Some items as a list of the data API.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(conn: &mut Conn<'_>, items: &[Item], names: &Names) -> Result<Projection, Fault> {
    let ids: Vec<MediaId> = items.iter().map(|item| item.id).collect();
    let bodies = media::bodies_of(conn, &ids).await?;
    let told = items.iter().map(|item| Value::Object(members(item, &bodies, names).into_iter().map(owned).collect()));
    let released = Kind::ALL.into_iter().filter(|kind| items.iter().any(|item| item.kind == *kind));
    Ok(Projection::of_members(released.map(Kind::claim).collect(), vec![("data", told.collect())]))
}

/// One item.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn one(conn: &mut Conn<'_>, item: &Item, names: &Names) -> Result<Projection, Fault> {
    let bodies = media::bodies_of(conn, &[item.id]).await?;
    Ok(Projection::of_members(vec![item.kind.claim()], members(item, &bodies, names)))
}

fn owned((name, value): (&'static str, Value)) -> (String, Value) {
    (name.to_owned(), value)
}

/// Digests of the bytes stay here: two platforms would only have to compare them.
fn members(item: &Item, bodies: &[Body], names: &Names) -> Vec<(&'static str, Value)> {
    let own = || bodies.iter().filter(|body| body.asset_id == item.id);
    let variants: Vec<Value> = own()
        .map(|body| {
            json!({
                "name": body.name,
                "width": body.width,
                "height": body.height,
                "mime": body.media_type,
                "bytes": body.bytes,
            })
        })
        .collect();
    let text = |text: &str| if text.is_empty() { Value::Null } else { Value::from(text) };
    let largest = own().map(|body| body.bytes).max().unwrap_or_default();
    vec![
        ("id", names.name::<kind::Media>(item.id).into()),
        ("kind", item.kind.as_str().into()),
        ("width", item.width.into()),
        ("height", item.height.into()),
        ("duration_ms", if item.kind == Kind::Video { item.duration_ms.into() } else { Value::Null }),
        ("mime", item.format.map_or(Value::Null, |format| format.mime().into())),
        ("bytes", largest.into()),
        ("alt", text(&item.details.alt)),
        ("album", text(&item.details.album)),
        ("created_at", day(item.created_at)),
        ("updated_at", day(item.updated_at)),
        ("blur", text(&item.details.placeholder)),
        ("variants", variants.into()),
    ]
}

/// The day of a time: by its seconds two platforms could tell that they know the same person.
fn day(time: Time) -> Value {
    time.start_of_day().rfc3339().into()
}

/// A body as one client gets it: its tag is another for every client, and its time is the day.
pub fn keyed(app: &App, client: &ClientId, opened: Opened) -> Opened {
    let message = [client.as_str().as_bytes(), &[0], opened.etag.as_bytes()].concat();
    let etag = URL_SAFE_NO_PAD.encode(&app.keys.pepper.mac("media-etag", &message)[..16]);
    Opened { etag, modified: opened.modified.start_of_day(), ..opened }
}
