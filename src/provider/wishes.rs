//! What a person asks of a client that has their data: to delete it (WALLET.md §8.7). And what they report of it.

use std::sync::Arc;

use serde::Serialize;

use crate::accounts;
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::{AccountId, ClientId, GrantId, WishId, kind};
use crate::base::seal::Place;
use crate::base::{Fault, Seconds, Time, url};
use crate::catalog::messages::News;
use crate::catalog::scopes::ERASURE_REPORT;
use crate::error::{Denied, Error};
use crate::oauth::pairwise_id::Names;
use crate::provider::access::Access;
use crate::provider::clients::{self, Registered};
use crate::provider::tokens;
use crate::risk::limits;
use crate::signals;
use crate::store::database::wishes::{self, Report, Wish, WishState};
use crate::store::database::{Conn, grants};

/// When a client that has not ended a wish is reminded, and how often it was before.
const REMINDERS: [(i64, i32); 2] = [(14, 1), (25, 2)];
/// When it is overdue: a month (GDPR Art. 12(3)).
const OVERDUE: Seconds = Seconds::days(30);
/// So many overdue wishes within [`OVERDUE`] are told on the consent page.
const TOLD_FROM: i64 = 2;
/// How many wishes one look finds.
const AT_ONCE: i64 = 100;
/// The most open wishes and reports of one person in a list.
const MOST: i64 = 100;

/// A wish with what people call the client.
#[derive(Debug, Clone)]
pub struct Shown {
    pub wish: Wish,
    pub app: String,
}

/// Asks the client of a grant, live or ended, to delete what it has of the person.
///
/// # Errors
/// Not found where the grant is another's; conflict where such a wish is open.
pub async fn ask(app: &App, account: AccountId, grant: GrantId, origin: &Origin) -> Result<WishId, Error> {
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let now = unit.now();
                let kept = grants::find(tx, grant).await?.filter(|kept| kept.grant.account == account);
                let client_id = kept.ok_or(Denied::NotFound)?.grant.client;
                let client = clients::find_in(tx, &unit, &client_id).await?.ok_or(Denied::NotFound)?;
                let earlier = wishes::list(tx, account, Some(&client_id), MOST).await?;
                if earlier.iter().any(|wish| !wish.state.is_final()) {
                    return Err(Error::from(Denied::Conflict("erasure")));
                }
                let wish = Wish {
                    id: WishId::new(now, &unit.random),
                    account_id: account,
                    client_id,
                    grant_id: grant,
                    state: WishState::Requested,
                    status_uri: None,
                    confirmation_code: None,
                    reason: None,
                    reminders: 0,
                    created_at: now,
                    changed_at: now,
                };
                wishes::insert(tx, &wish).await?;
                let news = News { wish: Some(wish.id), ..News::default() };
                let record = Record { news, ..record("erasure.requested", &wish) };
                audit::record(tx, &unit, &record, &origin).await?;
                let is_heard = signals::is_heard(tx, &unit, "erasure.requested", &wish.client_id).await?;
                if deliver(tx, &unit, &wish, &client).await? || is_heard {
                    let told = Wish { state: WishState::Delivered, ..wish.clone() };
                    wishes::replace(tx, &wish, &told).await?;
                }
                Ok(wish.id)
            })
        })
        .await
}

/// Tells a client of a wish, in the caller's unit; `false` where there is no way to.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn deliver(conn: &mut Conn<'_>, app: &App, wish: &Wish, client: &Arc<Registered>) -> Result<bool, Fault> {
    let values = [
        ("app", client.display_name().to_owned()),
        ("request", name(app, client, wish.id)),
        ("subject", tokens::subject(app, client, wish.account_id)),
        ("at", wish.created_at.start_of_day().as_micros().to_string()),
    ];
    let mut is_told = false;
    for address in client.contacts.iter().filter(|contact| contact.contains('@')) {
        accounts::write_to(conn, app, "erasure_wanted", address, &values).await?;
        is_told = true;
    }
    Ok(is_told)
}

/// What a client calls a wish.
pub fn name(app: &App, client: &Registered, wish: WishId) -> String {
    Names::of::<kind::Wish>(&app.keys.pepper, client.sector()).name(wish)
}

fn record(event: &'static str, wish: &Wish) -> Record {
    Record { client: Some(wish.client_id.clone()), grant: Some(wish.grant_id), ..Record::of(event, wish.account_id) }
}

/// What a client answers to a wish.
#[derive(Debug, Clone)]
pub struct Answer {
    pub state: WishState,
    pub status_uri: Option<String>,
    pub confirmation_code: Option<String>,
    pub reason: Option<String>,
}

/// How a wish stands, as its client is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    pub id: String,
    pub state: &'static str,
}

/// The most characters of what a client says.
const MOST_WORDS: usize = 500;

/// Takes the answer of a client.
///
/// # Errors
/// `insufficient_scope` or `invalid_token`; not found where the wish is of another client's people; fields that do not
/// fit; conflict where the wish has had its end.
pub async fn answer(app: &App, access: Access, id: &str, answer: Answer, origin: &Origin) -> Result<Standing, Error> {
    access.require(ERASURE_REPORT)?;
    limits::check(app, "data_api", &access.counted_as()).await?;
    if !matches!(answer.state, WishState::Acknowledged | WishState::Completed | WishState::Refused) {
        return Err(Denied::field("state", "problem-state").into());
    }
    let is_short = |text: &Option<String>| text.as_ref().is_none_or(|text| text.chars().count() <= MOST_WORDS);
    if !is_short(&answer.reason) || !is_short(&answer.confirmation_code) {
        return Err(Denied::field("reason", "problem-too-long").into());
    }
    if answer.status_uri.as_deref().is_some_and(|uri| url::web(uri).is_none()) {
        return Err(Denied::field("status_uri", "problem-url").into());
    }
    let (unit, origin, id) = (app.clone(), origin.clone(), id.to_owned());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let client = access.client(tx, &unit).await?;
                let client = clients::find_in(tx, &unit, &client).await?.ok_or(Denied::NotFound)?;
                let names = Names::of::<kind::Wish>(&unit.keys.pepper, client.sector());
                let found = names.read::<kind::Wish>(&id).map_err(|_| Denied::NotFound)?;
                let wish = wishes::find(tx, found).await?.filter(|wish| wish.client_id == client.id);
                let wish = wish.ok_or(Denied::NotFound)?;
                let standing = Standing { id, state: answer.state.as_str() };
                if wish.state == answer.state && wish.state.is_final() {
                    // Said twice, since the first answer may have been lost.
                    return Ok(standing);
                }
                let is_back = wish.state == WishState::Overdue && answer.state == WishState::Acknowledged;
                let after = Wish {
                    // What is late stays late until it is done.
                    state: if is_back { WishState::Overdue } else { answer.state },
                    status_uri: answer.status_uri.or(wish.status_uri.clone()),
                    confirmation_code: answer.confirmation_code.or(wish.confirmation_code.clone()),
                    reason: answer.reason.or(wish.reason.clone()),
                    changed_at: unit.now(),
                    ..wish.clone()
                };
                if wish.state.is_final() || !wishes::replace(tx, &wish, &after).await? {
                    return Err(Error::from(Denied::Conflict("erasure")));
                }
                let reason = answer.state.as_str();
                let record = record("erasure.answered", &wish).because(reason);
                audit::record(tx, &unit, &record, &origin).await?;
                Ok(Standing { state: after.state.as_str(), ..standing })
            })
        })
        .await
}

/// What a person wished, of one client where it is named, newest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(app: &App, account: AccountId, client: Option<ClientId>) -> Result<Vec<Wish>, Fault> {
    app.db.read(move |conn| Box::pin(async move { wishes::list(conn, account, client.as_ref(), MOST).await })).await
}

/// Whether a client has left wishes without an answer lately, so that who is asked to share should know.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn is_silent(app: &App, client: &ClientId) -> Result<bool, Fault> {
    let (client, since) = (client.clone(), app.now() - OVERDUE);
    let overdue = app.db.read(move |conn| Box::pin(async move { wishes::overdue(conn, &client, since).await })).await?;
    Ok(overdue >= TOLD_FROM)
}

/// Reminds clients of wishes, and notes which are overdue; gives how many wishes moved.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn follow_up(app: &App) -> Result<usize, Error> {
    let now = app.now();
    let mut moved = overdue(app, now).await?;
    for (days, count) in REMINDERS.into_iter().rev() {
        let before = now - Seconds::days(days);
        for wish in
            app.db.read::<_, Fault, _>(move |conn| Box::pin(wishes::open_since(conn, before, count, AT_ONCE))).await?
        {
            let after = Wish { reminders: count, ..wish.clone() };
            moved += usize::from(step(app, wish, after, None).await?);
        }
    }
    Ok(moved)
}

async fn overdue(app: &App, now: Time) -> Result<usize, Error> {
    let before = now - OVERDUE;
    let mut moved = 0;
    for wish in
        app.db.read::<_, Fault, _>(move |conn| Box::pin(wishes::open_since(conn, before, i32::MAX, AT_ONCE))).await?
    {
        let after = Wish { state: WishState::Overdue, changed_at: now, ..wish.clone() };
        moved += usize::from(step(app, wish, after, Some("erasure.overdue")).await?);
    }
    Ok(moved)
}

/// One wish moves: of several nodes, one does it. Without an event its client is reminded.
async fn step(app: &App, wish: Wish, after: Wish, event: Option<&'static str>) -> Result<bool, Error> {
    let unit = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if !wishes::replace(tx, &wish, &after).await? {
                    return Ok(false);
                }
                match event {
                    Some(event) => audit::record(tx, &unit, &record(event, &wish), &Origin::house()).await?,
                    None => {
                        if let Some(client) = clients::find_in(tx, &unit, &wish.client_id).await? {
                            deliver(tx, &unit, &wish, &client).await?;
                        }
                    }
                }
                Ok::<_, Error>(true)
            })
        })
        .await
}

/// What a client may be reported for.
pub const CATEGORIES: [&str; 4] = ["asks_too_much", "phishing", "spam", "other"];
/// The most characters of a report.
pub const MOST_REPORT: usize = 2000;

const PLACE: (&str, &str) = ("app_reports", "words");

/// Keeps what a person says of the client of a grant.
///
/// # Errors
/// Not found where the grant is another's; fields that do not fit.
pub async fn report(
    app: &App,
    account: AccountId,
    grant: GrantId,
    category: &str,
    words: &str,
    origin: &Origin,
) -> Result<(), Error> {
    let category = CATEGORIES.into_iter().find(|known| *known == category);
    let category = category.ok_or(Denied::field("category", "problem-choose"))?;
    let words = words.trim().to_owned();
    if words.chars().count() > MOST_REPORT {
        return Err(Denied::field("words", "problem-too-long").into());
    }
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let kept = grants::find(tx, grant).await?.filter(|kept| kept.grant.account == account);
                let client = kept.ok_or(Denied::NotFound)?.grant.client;
                let now = unit.now();
                let id = WishId::new(now, &unit.random);
                let key = accounts::person_key(tx, &unit, account).await?;
                let row = id.to_string();
                let place = Place { table: PLACE.0, column: PLACE.1, row: &row };
                let report = Report {
                    id,
                    account_id: account,
                    client_id: client.clone(),
                    category: category.to_owned(),
                    words: key.seal_at(place, words.as_bytes(), &unit.random),
                    created_at: now,
                    closed_at: None,
                };
                wishes::insert_report(tx, &report).await?;
                let record = Record { client: Some(client), grant: Some(grant), ..Record::of("app.reported", account) };
                Ok(audit::record(tx, &unit, &record.because(category), &origin).await?)
            })
        })
        .await
}

/// A report as staff read it; who wrote it is not told.
#[derive(Debug, Clone)]
pub struct Told {
    pub id: WishId,
    pub client: ClientId,
    pub category: String,
    pub words: String,
    pub at: Time,
}

/// Reports that nobody has dealt with, oldest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn reports(app: &App) -> Result<Vec<Told>, Fault> {
    let unit = app.clone();
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let mut told = Vec::new();
                for report in wishes::open_reports(conn, MOST).await? {
                    let key = accounts::person_key(conn, &unit, report.account_id).await?;
                    let row = report.id.to_string();
                    let place = Place { table: PLACE.0, column: PLACE.1, row: &row };
                    let words = key.open_at(place, &report.words).map_err(|e| Fault::internal("open a report", e))?;
                    told.push(Told {
                        id: report.id,
                        client: report.client_id,
                        category: report.category,
                        words: String::from_utf8_lossy(&words).into_owned(),
                        at: report.created_at,
                    });
                }
                Ok(told)
            })
        })
        .await
}

/// Notes that a report was dealt with.
///
/// # Errors
/// Not found where it is not open.
pub async fn close(app: &App, id: WishId, origin: &Origin) -> Result<(), Error> {
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let closed = wishes::close_report(tx, id, unit.now()).await?.ok_or(Denied::NotFound)?;
                let record = Record { client: Some(closed.client_id), ..Record::new("app.report_closed") };
                Ok(audit::record(tx, &unit, &record, &origin).await?)
            })
        })
        .await
}
