//! `/client/…`: what a client asks about all of its people at once, with a token of its own (RFC 6749 §4.4).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::changes::{self, Wanted};
use super::cursor::Cursors;
use super::day;
use crate::app::App;
use crate::base::id::{AccountId, ClientId, GrantId, MessageId};
use crate::base::{Seconds, Time};
use crate::catalog::scopes::{CLIENT_CHANGES, GRANT_QUERY};
use crate::error::Error;
use crate::oauth::Grant;
use crate::provider::access::Access;
use crate::provider::clients::{self, Registered};
use crate::provider::tokens;
use crate::risk::limits;
use crate::store::database::changes as rows;
use crate::store::database::{Conn, grants};

/// How old a change is when it is told: units that began before may still be under way, and what they note comes earlier
/// in the list. None takes half as long (`store::database::postgres`).
const SETTLED: Seconds = Seconds(5);

const GRANTS: &str = "client/grants";
const CHANGES: &str = "client/changes";

/// The answer, and who gets it.
pub struct Told {
    pub client: std::sync::Arc<Registered>,
    pub body: Value,
}

/// The grants that a client should look at again, behind a cursor; without one only a cursor to begin with.
///
/// # Errors
/// `insufficient_scope`, `invalid_token`; a cursor that leads nowhere or no more; too many; a fault.
pub async fn changed(app: &App, access: Access, wanted: Wanted) -> Result<Told, Error> {
    access.require(CLIENT_CHANGES)?;
    limits::check(app, "client_api", &access.counted_as()).await?;
    let limit = changes::size(wanted.limit)?;
    let unit = app.clone();
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let (app, now) = (&unit, unit.now());
                let client = own(conn, app, &access).await?;
                let cursors = Cursors::of(&app.keys.pepper, &client.id, None, CHANGES);
                let settled = now - SETTLED;
                let end = MessageId::earliest(settled);
                let mut next = (end, now);
                let (mut told, mut has_more) = (Vec::new(), false);
                if let Some(since) = &wanted.since {
                    let since = MessageId::from_bytes(changes::position(&cursors, since, now)?);
                    let found = rows::of_client(conn, &client.id, since, end, limit + 1).await?;
                    has_more = found.len() > limit;
                    for row in found.iter().take(limit) {
                        let who = named(app, &client, row.account_id, row.grant_id);
                        told.push(joined(who, json!({ "types": row.resources.0, "at": day(row.at) })));
                        if has_more {
                            next = (row.id, row.at);
                        }
                    }
                    // Going back would tell again what was told.
                    next.0 = next.0.max(since);
                }
                let next = cursors.write(next.0.as_bytes(), next.1.start_of_day() + changes::CURSOR);
                let body = json!({ "data": told, "next_cursor": next, "has_more": has_more });
                Ok(Told { client, body })
            })
        })
        .await
}

/// The grants under which a client may read something now, the oldest first, a page at a time.
///
/// # Errors
/// As [`changed`].
pub async fn list(app: &App, access: Access, wanted: Wanted) -> Result<Told, Error> {
    access.require(GRANT_QUERY)?;
    limits::check(app, "client_api", &access.counted_as()).await?;
    let limit = changes::size(wanted.limit)?;
    let unit = app.clone();
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let (app, now) = (&unit, unit.now());
                let client = own(conn, app, &access).await?;
                let cursors = Cursors::of(&app.keys.pepper, &client.id, None, GRANTS);
                let behind = match &wanted.since {
                    Some(cursor) => Some(GrantId::from_bytes(changes::position(&cursors, cursor, now)?)),
                    None => None,
                };
                let mut found = grants::of_client(conn, &client.id, behind, now, limit + 1).await?;
                let has_more = found.len() > limit;
                found.truncate(limit);
                let until = now.start_of_day() + Seconds::days(2);
                let next = found.last().filter(|_| has_more).map(|last| cursors.write(last.id.as_bytes(), until));
                let told: Vec<Value> = found.iter().map(|grant| told(app, &client, grant)).collect();
                let body = json!({ "data": told, "next_cursor": next, "has_more": has_more });
                Ok(Told { client, body })
            })
        })
        .await
}

async fn own(conn: &mut Conn<'_>, app: &App, access: &Access) -> Result<std::sync::Arc<Registered>, Error> {
    let id: ClientId = access.client(conn, app).await?;
    let found = clients::find_in(conn, app, &id).await?;
    Ok(found.ok_or(crate::error::Denied::NotFound)?)
}

fn named(app: &App, client: &Registered, account: AccountId, grant: GrantId) -> Value {
    json!({ "sub": tokens::subject(app, client, account), "grant_id": grant })
}

fn told(app: &App, client: &Registered, grant: &Grant) -> Value {
    let scopes: BTreeSet<&str> = grant.allowed.scope.iter().collect();
    let what = json!({
        "scopes": scopes,
        "claims": grant.allowed.claims,
        "confirmed_at": grant.confirmed_at.rfc3339(),
        "expires_at": grant.expires_at.map(Time::rfc3339),
    });
    joined(named(app, client, grant.account, grant.id), what)
}

fn joined(mut who: Value, what: Value) -> Value {
    if let (Some(who), Value::Object(what)) = (who.as_object_mut(), what) {
        who.extend(what);
    }
    who
}
