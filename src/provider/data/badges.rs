//! `/badges` and `/badges/{id}`: the badges that the person picked for the client (WALLET.md §14.2).

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::cursor::{BadCursor, Cursors};
use super::scene::Scene;
use super::{Content, day};
use crate::app::App;
use crate::base::id::{BadgeId, kind};
use crate::base::{Fault, Seconds};
use crate::catalog::badges as kinds;
use crate::error::{Denied, Error};
use crate::oauth;
use crate::oauth::pairwise_id::Names;
use crate::store::database::Conn;
use crate::store::database::badges::State;
use crate::store::database::profiles::Source;
use crate::wallet::projection;
use crate::wallet::standing::Standing;

/// Which badges are asked for.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Wanted {
    /// The name that the client was told: then this one alone.
    pub id: Option<String>,
    pub kind: Option<String>,
    pub status: Option<String>,
    pub cursor: Option<String>,
    pub limit: Option<u32>,
}

/// How many badges a page of the list has: unless the client says, and at most.
const PAGE: u32 = 25;
const MOST: u32 = 100;

/// The states that a client is told of. What is over for good is not there any more.
pub const STATUSES: [State; 3] = State::LIVE;

/// What is asked for, read.
pub(super) struct Page {
    kind: Option<String>,
    status: Option<State>,
    after: Option<BadgeId>,
    limit: usize,
}

fn cursors<'a>(scene: &Scene, app: &'a App, wanted: &Wanted) -> Cursors<'a> {
    let what = json!(["badges", wanted.kind, wanted.status]).to_string();
    Cursors::of(&app.keys.pepper, &scene.client.id, Some(scene.grant().id), &what)
}

/// Reads what is asked for.
///
/// # Errors
/// A status that is none, a limit out of bounds, a cursor that leads nowhere.
pub(super) fn read(scene: &Scene, app: &App, wanted: &Wanted) -> Result<Page, Error> {
    let bad = |why: &'static str| Error::from(oauth::Error::invalid_request(why));
    let status = wanted.status.as_deref().map(|text| {
        let known = STATUSES.into_iter().find(|state| state.as_str() == text);
        known.ok_or_else(|| bad("status is none of active, suspended, expired"))
    });
    let limit = wanted.limit.unwrap_or(PAGE);
    if !(1..=MOST).contains(&limit) {
        return Err(bad("limit is not between 1 and 100"));
    }
    let after = wanted.cursor.as_deref().map(|cursor| {
        let position = cursors(scene, app, wanted).read(cursor, app.now()).map_err(|why| match why {
            BadCursor::Unknown => bad("cursor is not one of this list"),
            BadCursor::Expired => bad("cursor has been kept for too long: begin again"),
        })?;
        position.try_into().map(BadgeId::from_bytes).map_err(|_| bad("cursor is not one of this list"))
    });
    Ok(Page {
        kind: wanted.kind.clone(),
        status: status.transpose()?,
        after: after.transpose()?,
        limit: usize::try_from(limit).unwrap_or(1),
    })
}

/// The badges of a page, and the cursor of the next.
pub(super) async fn list(
    scene: &Scene,
    tx: &mut Conn<'_>,
    app: &App,
    wanted: &Wanted,
    page: &Page,
) -> Result<Content, Fault> {
    let holdings = scene.holdings(tx, app).await?;
    let names = names(scene, app);
    let mut next = None;
    let projection = projection::badges(&holdings, &scene.grant().allowed, "data", |mut all| {
        all.retain(|badge| page.kind.as_ref().is_none_or(|kind| *kind == badge.kind));
        all.retain(|badge| page.status.is_none_or(|status| status == badge.state) && STATUSES.contains(&badge.state));
        all.sort_by_key(|badge| badge.id);
        all.retain(|badge| page.after.is_none_or(|after| badge.id > after));
        if all.len() > page.limit {
            all.truncate(page.limit);
            next = all.last().map(|badge| badge.id);
        }
        Some(Value::Array(all.iter().map(|badge| told(app, &names, badge)).collect()))
    });
    // Until a midnight, so that a page is the same for a day.
    let until = app.now().start_of_day() + Seconds::days(2);
    let next = next.map(|id| cursors(scene, app, wanted).write(id.as_bytes(), until));
    let mut frame = vec![
        ("sub", scene.sub(app)),
        ("next_cursor", next.map_or(Value::Null, Value::String)),
        ("meta", json!({ "limit": page.limit })),
    ];
    if projection.is_empty() {
        // Nothing is picked, or badges are not shared: these look the same.
        frame.push(("data", json!([])));
    }
    Ok(Content { projection, frame, under: None, requested: vec!["wallet_badges".to_owned()] })
}

/// One badge.
///
/// # Errors
/// Not found where there is none for this client: what is another's and what never was look the same.
pub(super) async fn one(scene: &Scene, tx: &mut Conn<'_>, app: &App, name: &str) -> Result<Content, Error> {
    let names = names(scene, app);
    let id: BadgeId = names.read::<kind::Badge>(name).map_err(|_| Denied::NotFound)?;
    let holdings = scene.holdings(tx, app).await?;
    let projection = projection::badges(&holdings, &scene.grant().allowed, "data", |all| {
        let found = all.into_iter().find(|badge| badge.id == id && STATUSES.contains(&badge.state))?;
        Some(told(app, &names, found))
    });
    if projection.is_empty() {
        return Err(Denied::NotFound.into());
    }
    let frame = vec![("sub", scene.sub(app))];
    Ok(Content { projection, frame, under: None, requested: vec!["wallet_badges".to_owned()] })
}

fn names(scene: &Scene, app: &App) -> Names {
    Names::of::<kind::Badge>(&app.keys.pepper, scene.client.sector())
}

fn told(app: &App, names: &Names, badge: &Standing) -> Value {
    let kind = kinds::find(&badge.kind);
    let source = match kind.map(|kind| kind.earned) {
        _ if badge.issuer.is_some() => Source::Client,
        Some(kinds::Earned::Contact { .. } | kinds::Earned::Link) => Source::Control,
        Some(kinds::Earned::Review) => Source::Document,
        _ => Source::System,
    };
    let has_page = kind.is_some() || badge.issuer.is_some();
    let mut issuer = Map::new();
    issuer.insert("id".to_owned(), json!(badge.issuer_name()));
    json!({
        "id": names.name(badge.id),
        "type": badge.kind,
        "level": badge.level,
        "status": badge.state.as_str(),
        "source": source.as_str(),
        "issuer": issuer,
        "verified_at": day(badge.verified_at),
        "expires_at": badge.expires_at.map(day),
        "criteria_uri": has_page.then(|| format!("{}/badge-types/{}", app.config.issuer(), badge.kind)),
    })
}
