//! Grants as their person sees them: list, show, change, withdraw.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::{AccountId, GrantId};
use crate::base::{Fault, Time};
use crate::catalog::claims;
use crate::error::{Denied, Error};
use crate::oauth::grant::{self, Demand, Duration, Grant, GrantState};
use crate::provider::clients::{self, Registered};
use crate::provider::consent::{self, Line, OFFLINE};
use crate::store::database::grants::KeptGrant;
use crate::store::database::{Conn, families, grants};
use crate::wallet::holdings;

/// How many grants a person's list shows.
const MOST: i64 = 200;

/// A grant with the client it was given to.
#[derive(Debug, Clone)]
pub struct Connected {
    pub grant: Grant,
    pub client: Arc<Registered>,
    pub is_live: bool,
    pub ended_at: Option<Time>,
    /// When the client last read anything.
    pub last_read: Option<Time>,
}

/// One grant with its lines, ticked as they are now.
#[derive(Debug, Clone)]
pub struct Detail {
    pub connected: Connected,
    /// All that was ever offered for it.
    pub lines: Vec<Line>,
}

/// What an account allows, the newest first; ended grants after the live ones.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(app: &App, account: AccountId) -> Result<Vec<Connected>, Error> {
    let unit = app.clone();
    let mut all = app
        .db
        .read(move |conn| {
            Box::pin(async move {
                let kept = grants::list(conn, account, MOST).await?;
                let mut all = Vec::with_capacity(kept.len());
                for kept in kept {
                    all.extend(connected(conn, &unit, kept).await?);
                }
                Ok::<_, Error>(all)
            })
        })
        .await?;
    let ids: Vec<GrantId> = all.iter().map(|c| c.grant.id).collect();
    let reads = audit::activity::last_read(app, ids).await?;
    for connected in &mut all {
        connected.last_read = reads.get(&connected.grant.id).copied();
    }
    all.sort_by_key(|c| !c.is_live);
    Ok(all)
}

async fn connected(conn: &mut Conn<'_>, app: &App, kept: KeptGrant) -> Result<Option<Connected>, Fault> {
    let Some(client) = clients::find_in(conn, app, &kept.grant.client).await? else { return Ok(None) };
    let is_live = kept.grant.is_live(app.now());
    Ok(Some(Connected { grant: kept.grant, client, is_live, ended_at: kept.ended_at, last_read: None }))
}

/// One grant of an account.
///
/// # Errors
/// Not found where it is another's.
pub async fn show(app: &App, account: AccountId, id: GrantId) -> Result<Detail, Error> {
    let unit = app.clone();
    let mut detail = app
        .db
        .read(move |conn| {
            Box::pin(async move {
                let kept = own(conn, account, id).await?;
                let holdings = holdings::current(conn, &unit, account).await?;
                let connected = connected(conn, &unit, kept).await?.ok_or(Denied::NotFound)?;
                let grant = &connected.grant;
                let mut names: Vec<&'static str> = claims::lines()
                    .filter(|claim| grant.offered.claims.contains(claim.name))
                    .map(|claim| claim.name)
                    .collect();
                names.extend(grant.offered.scope.contains(OFFLINE).then_some(OFFLINE));
                let lines = names.into_iter().map(|name| {
                    let is_ticked = match name {
                        OFFLINE => grant.allowed.scope.contains(OFFLINE),
                        _ => grant.allowed.claims.contains(name),
                    };
                    Line { is_ticked, ..consent::line(name, &holdings, &connected.client) }
                });
                let lines = lines.collect();
                Ok::<_, Error>(Detail { connected, lines })
            })
        })
        .await?;
    detail.connected.last_read = audit::activity::last_read(app, vec![id]).await?.get(&id).copied();
    Ok(detail)
}

async fn own(conn: &mut Conn<'_>, account: AccountId, id: GrantId) -> Result<KeptGrant, Error> {
    let kept = grants::find(conn, id).await?.filter(|kept| kept.grant.account == account);
    Ok(kept.ok_or(Denied::NotFound)?)
}

/// Ticks and unticks the lines of a live grant, all of which are named, and sets how long it lasts.
///
/// What is taken away is gone from the next answer on: access tokens of the epoch before are refused, refresh tokens
/// give narrower ones.
///
/// # Errors
/// Not found where it is another's; expired where it is not live any more; conflict where it was just changed.
pub async fn change(
    app: &App,
    account: AccountId,
    id: GrantId,
    lines: &[String],
    duration: Option<Duration>,
    origin: &Origin,
) -> Result<(), Error> {
    let (unit, lines, origin) = (app.clone(), lines.to_vec(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let now = unit.now();
                let kept = own(tx, account, id).await?;
                if !kept.grant.is_live(now) {
                    return Err(Error::from(Denied::Expired));
                }
                let answer = answer(&kept.grant, &lines, duration.unwrap_or(kept.grant.duration));
                let mut after = kept.grant.merge(&answer, now);
                if duration.is_none_or(|d| d == kept.grant.duration) {
                    // Ticking a line is no new yes to the time that was chosen.
                    after.expires_at = kept.grant.expires_at;
                }
                if !grants::replace(tx, &kept.grant, &after, kept.client_seen).await? {
                    return Err(Denied::Conflict("grant").into());
                }
                let record = record("consent.changed", &after);
                audit::record(tx, &unit, &record, &origin).await?;
                Ok(())
            })
        })
        .await
}

/// The answer that a form with all lines of a grant gives.
fn answer(grant: &Grant, lines: &[String], duration: Duration) -> grant::Answer {
    let ticked = |line: &str| lines.iter().any(|l| l == line);
    let rows = || grant.offered.claims.iter().filter_map(|name| claims::find(name));
    let allowed: BTreeSet<String> = rows().filter(|c| c.is_covered(ticked)).map(|c| c.name.to_owned()).collect();
    let is_left = |scope: &str| match scope {
        OFFLINE => ticked(OFFLINE),
        "openid" => true,
        _ => claims::in_scope(scope).any(|claim| allowed.contains(claim.name)),
    };
    grant::Answer {
        offered: grant.offered.clone(),
        allowed: Demand { scope: grant.offered.scope.filter(is_left), claims: allowed },
        duration,
    }
}

/// Stops sharing: when this answers, no token of the grant works and no code of it can be redeemed.
///
/// Answers as well where it had ended before.
///
/// # Errors
/// Not found where it is another's.
pub async fn withdraw(app: &App, account: AccountId, id: GrantId, origin: &Origin) -> Result<(), Error> {
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let now = unit.now();
                let kept = own(tx, account, id).await?;
                let ended = grants::end(tx, account, id, GrantState::Withdrawn, "withdrawn", now).await?;
                families::end_by_grant(tx, id, "grant_withdrawn", now).await?;
                if ended {
                    let record = record("grant.withdrawn", &kept.grant);
                    audit::record(tx, &unit, &record, &origin).await?;
                }
                Ok(())
            })
        })
        .await
}

/// A row of the trail about a grant.
pub(super) fn record(event: &'static str, grant: &Grant) -> Record {
    Record {
        client: Some(grant.client.clone()),
        grant: Some(grant.id),
        requested: grant.offered.claims.iter().cloned().collect(),
        released: grant.allowed.claims.iter().cloned().collect(),
        ..Record::of(event, grant.account)
    }
}
