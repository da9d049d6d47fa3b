//! Grants as their person sees them: list, show, change, withdraw.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::accounts;
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::{AccountId, ContactId, GrantId};
use crate::base::{Fault, Seconds, Time};
use crate::catalog::messages::News;
use crate::catalog::{claims, contexts};
use crate::error::{Denied, Error};
use crate::jose::SigningKey;
use crate::oauth::grant::{self, Demand, Duration, Grant, GrantState, Pick};
use crate::provider::clients::{self, Registered};
use crate::provider::consent::{self, Line, SCOPE_LINES, is_scope_line};
use crate::provider::lasting;
use crate::provider::receipts::{self, Event};
use crate::store::database::grants::KeptGrant;
use crate::store::database::{Conn, families, grants};
use crate::wallet::changes::{self, Op};
use crate::wallet::holdings::{self, Holdings};

/// Reads are counted for so long.
const MONTH: Seconds = Seconds::days(30);
/// How many grants a person's list shows.
const MOST: i64 = 200;

/// A grant with the client it was given to.
#[derive(Debug, Clone)]
pub struct Connected {
    pub grant: Grant,
    pub client: Arc<Registered>,
    pub is_live: bool,
    pub paused_at: Option<Time>,
    pub ended_at: Option<Time>,
    /// When the client last read anything.
    pub last_read: Option<Time>,
    /// How often it read in the last thirty days.
    pub reads: usize,
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
    let mut all = uncounted(app, account).await?;
    let ids: Vec<GrantId> = all.iter().map(|c| c.grant.id).collect();
    let counts = audit::activity::reads_since(app, ids.clone(), app.now() - MONTH).await?;
    let reads = audit::activity::last_read(app, ids).await?;
    for connected in &mut all {
        connected.last_read = reads.get(&connected.grant.id).copied();
        connected.reads = counts.get(&connected.grant.id).copied().unwrap_or_default();
    }
    Ok(all)
}

/// The same without a look at the trail: what was read stays uncounted.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn uncounted(app: &App, account: AccountId) -> Result<Vec<Connected>, Error> {
    let unit = app.clone();
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let kept = grants::list(conn, account, MOST).await?;
                let mut all = Vec::with_capacity(kept.len());
                for kept in kept {
                    all.extend(connected(conn, &unit, kept).await?);
                }
                all.sort_by_key(|c| !c.is_live);
                Ok::<_, Error>(all)
            })
        })
        .await
}

/// What an account shares at this moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sharing {
    /// How many clients may read something.
    pub clients: usize,
    /// How many of them may read each claim.
    pub by_claim: BTreeMap<String, usize>,
}

/// Counts who may read what of an account.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn sharing(app: &App, account: AccountId) -> Result<Sharing, Fault> {
    let kept = app.db.read::<_, Fault, _>(move |conn| Box::pin(grants::list(conn, account, MOST))).await?;
    let mut sharing = Sharing::default();
    for kept in kept.into_iter().filter(|kept| kept.grant.is_live(app.now())) {
        sharing.clients += 1;
        for claim in kept.grant.allowed.claims {
            *sharing.by_claim.entry(claim).or_default() += 1;
        }
    }
    Ok(sharing)
}

/// Which clients are told each address at this moment, by the names that people know them by.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn told_addresses(app: &App, account: AccountId) -> Result<BTreeMap<ContactId, Vec<String>>, Error> {
    let unit = app.clone();
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let holdings = holdings::current(conn, &unit, account).await?;
                let mut told: BTreeMap<ContactId, Vec<String>> = BTreeMap::new();
                for kept in grants::list(conn, account, MOST).await? {
                    let Some(one) = connected(conn, &unit, kept).await?.filter(|one| one.is_live) else { continue };
                    let allowed = &one.grant.allowed;
                    for claim in ["email", "phone_number"].into_iter().filter(|claim| allowed.claims.contains(*claim)) {
                        let pick = holdings.picked(claim, &allowed.picks).and_then(|held| held.pick);
                        if let Some(Pick::Email(id) | Pick::Phone(id)) = pick {
                            told.entry(id).or_default().push(one.client.display_name().to_owned());
                        }
                    }
                }
                Ok(told)
            })
        })
        .await
}

async fn connected(conn: &mut Conn<'_>, app: &App, kept: KeptGrant) -> Result<Option<Connected>, Fault> {
    let Some(client) = clients::find_in(conn, app, &kept.grant.client).await? else { return Ok(None) };
    let is_live = kept.grant.is_live(app.now());
    let (ended_at, paused_at) = (kept.ended_at, kept.paused_at.filter(|_| is_live));
    Ok(Some(Connected { grant: kept.grant, client, is_live, paused_at, ended_at, last_read: None, reads: 0 }))
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
                let lines = lines(&connected.grant, &holdings, &connected.client);
                Ok::<_, Error>(Detail { connected, lines })
            })
        })
        .await?;
    let counts = audit::activity::reads_since(app, vec![id], app.now() - MONTH).await?;
    detail.connected.reads = counts.get(&id).copied().unwrap_or_default();
    detail.connected.last_read = audit::activity::last_read(app, vec![id]).await?.get(&id).copied();
    Ok(detail)
}

/// The lines of all that was ever offered for a grant.
fn lines(grant: &Grant, holdings: &Holdings, client: &Registered) -> Vec<Line> {
    let offered = claims::lines().filter(|claim| grant.offered.claims.contains(claim.name)).map(|claim| claim.name);
    let scopes = SCOPE_LINES.into_iter().filter(|name| grant.offered.scope.contains(name));
    let line = |name| {
        let is_ticked = match is_scope_line(name) {
            true => grant.allowed.scope.contains(name),
            false => grant.allowed.claims.contains(name),
        };
        Line { is_ticked, ..consent::line(name, holdings, client, Some(grant)) }
    };
    offered.chain(scopes).map(line).collect()
}

async fn own(conn: &mut Conn<'_>, account: AccountId, id: GrantId) -> Result<KeptGrant, Error> {
    let kept = grants::find(conn, id).await?.filter(|kept| kept.grant.account == account);
    Ok(kept.ok_or(Denied::NotFound)?)
}

/// What a person wants of a live grant.
#[derive(Debug, Clone)]
pub struct Change {
    /// The ticked lines; every other one is unticked.
    pub lines: Vec<String>,
    /// What is picked on lines that give a choice.
    pub picks: Vec<Pick>,
    /// `None` leaves the time as it is.
    pub duration: Option<Duration>,
    /// Whether the person proved lately who they are, which giving more or for longer needs.
    pub is_fresh: bool,
}

/// Ticks and unticks the lines of a live grant, and sets how long it lasts.
///
/// What is taken away is gone from the next answer on: access tokens of the epoch before are refused, refresh tokens
/// give narrower ones.
///
/// # Errors
/// Not found where it is another's; more photos and videos than one grant shares; expired where it is not live any more;
/// step up where it gives more and the person is not fresh; conflict where it was just changed.
pub async fn change(app: &App, account: AccountId, id: GrantId, change: Change, origin: &Origin) -> Result<(), Error> {
    let receipts = lasting::signer(app).await?;
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let now = unit.now();
                let kept = own(tx, account, id).await?;
                if !kept.grant.is_live(now) {
                    return Err(Error::from(Denied::Expired));
                }
                let holdings = holdings::current(tx, &unit, account).await?;
                let client = clients::find_in(tx, &unit, &kept.grant.client).await?.ok_or(Denied::NotFound)?;
                let lines = lines(&kept.grant, &holdings, &client);
                let Some(after) = changed(&kept.grant, &lines, &change, now) else { return Ok(()) };
                if consent::has_too_many(&after.allowed.picks) {
                    return Err(Denied::field("pick", "problem-too-many-picks").into());
                }
                if is_wider(&told(&kept.grant, &lines), &after) && !change.is_fresh {
                    return Err(Denied::StepUp { acr: contexts::CONTEXTS[0].acr }.into());
                }
                if !grants::replace(tx, &kept.grant, &after, kept.client_seen).await? {
                    return Err(Denied::Conflict("grant").into());
                }
                changes::note(tx, &unit, account, &seen(&kept.grant, &after)).await?;
                let news = news(&kept.grant, &after);
                Ok(tell(tx, &unit, &receipts, (Event::Changed, news), &after, None, &origin).await?)
            })
        })
        .await
}

/// What its client sees of a changed grant: that it changed, and what was picked for it or is picked no more.
fn seen(before: &Grant, after: &Grant) -> Vec<changes::Change> {
    let (was, is) = (&before.allowed.picks, &after.allowed.picks);
    let picks = is.difference(was).map(|pick| (pick, Op::Added));
    let picks = picks.chain(was.difference(is).map(|pick| (pick, Op::Removed)));
    let of_thing = |(pick, op): (&Pick, Op)| match pick {
        Pick::Badge(id) => Some(changes::Change::badge(*id, op).only_for(after.id)),
        Pick::Media(id) => Some(changes::Change::media(*id, op).only_for(after.id)),
        Pick::Email(_) => Some(changes::Change::claim("email", Op::Changed).only_for(after.id)),
        Pick::Phone(_) => Some(changes::Change::claim("phone_number", Op::Changed).only_for(after.id)),
    };
    std::iter::once(changes::Change::grant(after.id)).chain(picks.filter_map(of_thing)).collect()
}

/// Names of what a client may see now and did not before, and the other way round.
fn news(before: &Grant, after: &Grant) -> News {
    let names = |grant: &Grant| -> BTreeSet<String> {
        let scopes = grant.allowed.scope.iter().map(str::to_owned);
        grant.allowed.claims.iter().cloned().chain(scopes).collect()
    };
    let (was, is) = (names(before), names(after));
    let added = is.difference(&was).cloned().collect();
    News { added, removed: was.difference(&is).cloned().collect(), ..News::default() }
}

/// The grant after a change; `None` where nothing changes.
fn changed(grant: &Grant, lines: &[Line], change: &Change, now: Time) -> Option<Grant> {
    let answer = answer(grant, lines, change);
    let mut after = grant.merge(&answer, now);
    if after.duration == grant.duration {
        // Ticking a line is no new yes to the time that was chosen.
        after.expires_at = grant.expires_at;
    }
    (after.allowed != grant.allowed || after.duration != grant.duration).then_some(after)
}

/// A grant with what is told where nothing was picked yet: picking that gives nothing away.
fn told(grant: &Grant, lines: &[Line]) -> Grant {
    let mut told = grant.clone();
    let ticked = lines.iter().filter(|line| line.is_ticked && line.is_for_one());
    told.allowed.picks.extend(consent::picked(ticked, &[]));
    told
}

fn is_wider(before: &Grant, after: &Grant) -> bool {
    let lasts_longer = match (before.expires_at, after.expires_at) {
        (Some(before), Some(after)) => after > before,
        (before, after) => before.is_some() && after.is_none(),
    };
    lasts_longer || !after.allowed.is_within(&before.allowed)
}

/// The answer that a form with all lines of a grant gives.
fn answer(grant: &Grant, lines: &[Line], change: &Change) -> grant::Answer {
    let ticked = |name: &str| match lines.iter().find(|line| line.name == name) {
        Some(line) => line.is_ticked_by(&change.lines, &change.picks),
        None => change.lines.iter().any(|line| line == name),
    };
    let rows = || grant.offered.claims.iter().filter_map(|name| claims::find(name));
    let allowed: BTreeSet<String> = rows().filter(|c| c.is_covered(ticked)).map(|c| c.name.to_owned()).collect();
    let is_left = |scope: &str| match scope {
        scope if is_scope_line(scope) => ticked(scope),
        "openid" => true,
        // What a client may do at another resource server has no line of its own: it stays with the grant.
        _ if claims::in_scope(scope).next().is_none() => grant.allowed.scope.contains(scope),
        _ => claims::in_scope(scope).any(|claim| allowed.contains(claim.name)),
    };
    let scope = grant.offered.scope.filter(is_left);
    let picks = consent::picked(lines.iter().filter(|line| ticked(line.name)), &change.picks);
    let mut offered = grant.offered.clone();
    offered.picks.extend(lines.iter().flat_map(Line::picks));
    let duration = change.duration.unwrap_or(grant.duration);
    grant::Answer { offered, allowed: Demand { scope, claims: allowed, picks }, duration }
}

/// Stops sharing: when this answers, no token of the grant works and no code of it can be redeemed.
///
/// Answers as well where it had ended before.
///
/// # Errors
/// Not found where it is another's.
pub async fn withdraw(app: &App, account: AccountId, id: GrantId, origin: &Origin) -> Result<(), Error> {
    let receipts = lasting::signer(app).await?;
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let kept = own(tx, account, id).await?;
                Ok(stop(tx, &unit, &receipts, &kept, &WITHDRAWN, &origin).await?)
            })
        })
        .await
}

/// Stops sharing with every client; gives how many there were.
///
/// # Errors
/// A fault when the database does not answer: what was stopped before it stays stopped.
pub async fn withdraw_all(app: &App, account: AccountId, origin: &Origin) -> Result<usize, Error> {
    let live: Vec<GrantId> = uncounted(app, account).await?.iter().filter(|c| c.is_live).map(|c| c.grant.id).collect();
    for id in &live {
        withdraw(app, account, *id, origin).await?;
    }
    Ok(live.len())
}

/// Lets nothing be read under a live grant from now on, or lets it go on.
///
/// # Errors
/// Not found where it is another's; expired where it is not live any more.
pub async fn pause(app: &App, account: AccountId, id: GrantId, is_paused: bool, origin: &Origin) -> Result<(), Error> {
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let now = unit.now();
                let kept = own(tx, account, id).await?;
                if !kept.grant.is_live(now) {
                    return Err(Error::from(Denied::Expired));
                }
                if grants::pause(tx, account, id, is_paused.then_some(now)).await? {
                    let event = if is_paused { "grant.paused" } else { "grant.resumed" };
                    audit::record(tx, &unit, &record(event, &kept.grant), &origin).await?;
                }
                Ok(())
            })
        })
        .await
}

/// How many ended grants one look finds.
const ENDED_AT_ONCE: i64 = 100;

/// Notes the end of grants whose time is over, with its receipt; gives how many.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn note_ends(app: &App) -> Result<usize, Error> {
    let receipts = lasting::signer(app).await?;
    let mut noted = 0;
    loop {
        let now = app.now();
        let ended = app.db.read::<_, Fault, _>(move |conn| Box::pin(grants::expired(conn, now, ENDED_AT_ONCE))).await?;
        let is_last = (ended.len() as i64) < ENDED_AT_ONCE;
        for kept in ended {
            let (unit, receipts) = (app.clone(), Arc::clone(&receipts));
            let is_noted = app.db.write::<_, Fault, _>(move |tx| {
                Box::pin(async move {
                    let is_first = grants::note_expiry(tx, &kept.grant).await?;
                    if is_first {
                        let house = Origin::house();
                        note(tx, &unit, &receipts, Event::Expired, &kept.grant, None, &house).await?;
                    }
                    Ok(is_first)
                })
            });
            noted += usize::from(is_noted.await?);
        }
        if is_last {
            return Ok(noted);
        }
    }
}

/// The one place where a consent, or its end, goes into the trail and on a receipt, in the caller's unit.
///
/// # Errors
/// A fault when the database does not answer.
pub(super) async fn note(
    conn: &mut Conn<'_>,
    app: &App,
    signer: &SigningKey,
    event: Event,
    grant: &Grant,
    reason: Option<&'static str>,
    origin: &Origin,
) -> Result<(), Fault> {
    let news = News { reason: Some(reason.unwrap_or(event.name()).to_owned()), ..News::default() };
    tell(conn, app, signer, (event, news), grant, reason, origin).await
}

/// As [`note`], with what the client is told of it.
async fn tell(
    conn: &mut Conn<'_>,
    app: &App,
    signer: &SigningKey,
    (event, news): (Event, News),
    grant: &Grant,
    reason: Option<&'static str>,
    origin: &Origin,
) -> Result<(), Fault> {
    let record = Record { reason, news, ..record(event.audit(), grant) };
    audit::record(conn, app, &record, origin).await?;
    // Of a client that was removed meanwhile nobody can say who it was.
    if let Some(client) = clients::find_in(conn, app, &grant.client).await? {
        receipts::keep(conn, app, signer, event, grant, &client).await?;
    }
    Ok(())
}

/// Why a grant ends, and how that is told.
struct Ending {
    state: GrantState,
    reason: &'static str,
    of_families: &'static str,
    event: Event,
    by: &'static str,
}

const WITHDRAWN: Ending = Ending {
    state: GrantState::Withdrawn,
    reason: "withdrawn",
    of_families: "grant_withdrawn",
    event: Event::Withdrawn,
    by: "person",
};
const DELETED: Ending = Ending {
    state: GrantState::Terminated,
    reason: "account_deleted",
    of_families: "account_deleted",
    event: Event::Terminated,
    by: "deletion",
};

/// Ends a grant with everything that was issued under it, and tells the client.
async fn stop(
    conn: &mut Conn<'_>,
    app: &App,
    receipts: &SigningKey,
    kept: &KeptGrant,
    why: &'static Ending,
    origin: &Origin,
) -> Result<(), Fault> {
    let (now, account, id) = (app.now(), kept.grant.account, kept.grant.id);
    let ended = grants::end(conn, account, id, why.state, why.reason, now).await?;
    families::end_by_grant(conn, id, why.of_families, now).await?;
    if ended {
        if let Some(client) = clients::find_in(conn, app, &kept.grant.client).await? {
            accounts::tell_of_stop(conn, app, account, &client).await?;
        }
        app.metrics.count("sw_revocations_total", &[why.by]);
        let told = (why.state != GrantState::Withdrawn).then_some(why.reason);
        note(conn, app, receipts, why.event, &kept.grant, told, origin).await?;
    }
    Ok(())
}

/// Ends every grant of an account that is on its way out, in the caller's unit; how many there were.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn terminate_all(
    conn: &mut Conn<'_>,
    app: &App,
    receipts: &SigningKey,
    account: AccountId,
    origin: &Origin,
) -> Result<usize, Fault> {
    let mut ended = 0;
    loop {
        let active = grants::list_active(conn, account, MOST).await?;
        for kept in &active {
            stop(conn, app, receipts, kept, &DELETED, origin).await?;
        }
        ended += active.len();
        if active.is_empty() {
            return Ok(ended);
        }
    }
}

/// A row of the trail about a grant.
fn record(event: &'static str, grant: &Grant) -> Record {
    Record {
        client: Some(grant.client.clone()),
        grant: Some(grant.id),
        requested: grant.offered.claims.iter().cloned().collect(),
        released: grant.allowed.claims.iter().cloned().collect(),
        ..Record::of(event, grant.account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::ClientId;
    use crate::base::{Random, Seconds};
    use crate::oauth::Scope;

    const NOW: Time = Time::from_unix(1_795_000_000);

    fn grant(allowed: &[&str], duration: Duration) -> Grant {
        let demand = |claims: &[&str]| Demand {
            scope: Scope::read("openid profile email").expect("a scope"),
            claims: claims.iter().map(|c| (*c).to_owned()).collect(),
            picks: BTreeSet::new(),
        };
        let answer = grant::Answer {
            offered: demand(&["name", "nickname", "email", "email_verified"]),
            allowed: demand(allowed),
            duration,
        };
        let random = Random::seeded(1);
        Grant::open(GrantId::new(NOW, &random), AccountId::new(NOW, &random), ClientId::from("c"), &answer, NOW)
    }

    fn after(before: &Grant, lines: &[&str], duration: Option<Duration>) -> Option<(Grant, bool)> {
        let lines = lines.iter().map(|l| (*l).to_owned()).collect();
        let change = Change { lines, picks: Vec::new(), duration, is_fresh: false };
        let after = changed(before, &[], &change, NOW + Seconds::days(1))?;
        let is_wider = is_wider(before, &after);
        Some((after, is_wider))
    }

    #[test]
    fn less_is_given_at_once_and_more_only_to_the_fresh() {
        let before = grant(&["name", "email", "email_verified"], Duration::Days90);
        assert!(after(&before, &["name", "email"], None).is_none(), "nothing changes");
        let (less, is_wider) = after(&before, &["name"], None).expect("a change");
        assert!(!is_wider && less.epoch == 1 && less.expires_at == before.expires_at);
        assert_eq!(less.allowed.claims, BTreeSet::from(["name".to_owned()]), "what rides on a line goes with it");
        let (_, is_wider) = after(&before, &["name", "nickname"], None).expect("a change");
        assert!(is_wider, "one line more, one line less");
        let (_, is_wider) = after(&before, &["name", "email", "address"], Some(Duration::Once)).expect("a change");
        assert!(!is_wider, "a line that was never offered counts for nothing");
        let (longer, is_wider) = after(&before, &["name", "email"], Some(Duration::UntilStopped)).expect("a change");
        assert!(is_wider && longer.expires_at.is_none());
        let endless = grant(&["name"], Duration::UntilStopped);
        let (_, is_wider) = after(&endless, &["name"], Some(Duration::Days90)).expect("a change");
        assert!(!is_wider);
    }
}
