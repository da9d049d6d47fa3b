//! Who is told of what happened: messages for clients, kept in the unit of the act that they tell of.
//!
//! Two things set messages off: an event of the trail ([`of_event`], called by `audit::record` alone) and a change of
//! what a wallet holds ([`changes::note`]). Which message that is, and for whom, is a row of
//! [`crate::catalog::MESSAGES`]. What a message looks like is decided when it is sent.

pub mod changes;

use crate::app::App;
use crate::base::id::{AccountId, ClientId, GrantId, MessageId};
use crate::base::{Fault, Seconds, Time};
use crate::catalog::messages::{self, Message, News, Resource, Signal, Trigger, Whom};
use crate::store::database::changes::ClientChange;
use crate::store::database::jobs::{self, Job};
use crate::store::database::streams::{self, Delivery, Event, Status, Stream};
use crate::store::database::webhooks::{self, MessageState};
use crate::store::database::{Conn, Json, grants};

/// How long after it shared with a client a person's account still concerns it: long enough to hear that it was deleted.
pub const CONCERNS: Seconds = Seconds::days(90);

/// Something that happened, as far as it sets messages off.
#[derive(Debug, Clone)]
pub struct Happened<'a> {
    /// A name of [`crate::catalog::EVENTS`].
    pub event: &'static str,
    pub account: Option<AccountId>,
    pub client: Option<&'a ClientId>,
    pub grant: Option<GrantId>,
    pub news: News,
}

/// Keeps the messages that an event sets off.
///
/// # Errors
/// A fault when the database does not answer: then the act does not happen either.
pub async fn of_event(conn: &mut Conn<'_>, app: &App, happened: Happened<'_>) -> Result<(), Fault> {
    let Some(message) = messages::set_off_by(Trigger::Event(happened.event)) else { return Ok(()) };
    let (Some(account), now) = (happened.account, app.now()) else { return Ok(()) };
    let told_to = match (message.whom, happened.client, happened.grant) {
        (Whom::Grant, Some(client), Some(grant)) => vec![(client.clone(), Some(grant))],
        (Whom::Account, ..) => {
            let known = grants::known_to(conn, account, now - CONCERNS).await?;
            known.into_iter().map(|(client, _)| (client, None)).collect()
        }
        _ => return Ok(()),
    };
    if let (Whom::Grant, Some(client), Some(grant)) = (message.whom, happened.client, happened.grant) {
        let resources = vec![Resource::Grant.as_str().to_owned()];
        note_for_client(conn, app, client, (account, grant), resources).await?;
    }
    for (client, grant) in told_to {
        let news = News { grant, kind: message.kind.map(str::to_owned), ..happened.news.clone() };
        tell(conn, app, message, (account, &client), &news).await?;
    }
    Ok(())
}

/// Whether a client listens to what an event sets off.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn is_heard(conn: &mut Conn<'_>, app: &App, event: &'static str, client: &ClientId) -> Result<bool, Fault> {
    let Some(message) = messages::set_off_by(Trigger::Event(event)) else { return Ok(false) };
    let clients = std::slice::from_ref(client);
    if let Some(kind) = message.webhook
        && webhooks::listening(conn, clients).await?.iter().any(|endpoint| endpoint.wants(kind))
    {
        return Ok(true);
    }
    let streams = if app.config.ssf.enabled { streams::listening(conn, clients).await? } else { Vec::new() };
    let issuer = app.config.issuer();
    Ok(streams.iter().any(|stream| message.signals.iter().any(|signal| wants(stream, signal, issuer))))
}

/// Adds a grant to the list of those that its client should look at again.
async fn note_for_client(
    conn: &mut Conn<'_>,
    app: &App,
    client: &ClientId,
    (account_id, grant_id): (AccountId, GrantId),
    resources: Vec<String>,
) -> Result<(), Fault> {
    let at = app.now();
    let id = MessageId::new(at, &app.random);
    let row = ClientChange { id, client_id: client.clone(), grant_id, account_id, resources: Json(resources), at };
    crate::store::database::changes::tell_client(conn, &row).await
}

/// Keeps a message for a client, wherever it listens.
async fn tell(
    conn: &mut Conn<'_>,
    app: &App,
    message: &Message,
    (account, client): (AccountId, &ClientId),
    news: &News,
) -> Result<(), Fault> {
    let clients = std::slice::from_ref(client);
    let now = app.now();
    if let Some(kind) = message.webhook {
        for endpoint in webhooks::listening(conn, clients).await?.iter().filter(|endpoint| endpoint.wants(kind)) {
            let row = webhooks::Message {
                id: MessageId::new(now, &app.random),
                endpoint_id: endpoint.id,
                account_id: Some(account),
                kind: kind.to_owned(),
                news: Json(news.clone()),
                state: MessageState::Waiting,
                attempts: 0,
                outcome: None,
                created_at: now,
                tried_at: None,
            };
            webhooks::insert_message(conn, &row).await?;
            enqueue(conn, app, &Job::Webhook { message: row.id }, now).await?;
        }
    }
    if app.config.ssf.enabled && !message.signals.is_empty() {
        for stream in streams::listening(conn, clients).await? {
            if streams::is_removed(conn, stream.id, account).await? {
                continue;
            }
            for signal in message.signals.iter().filter(|signal| wants(&stream, signal, app.config.issuer())) {
                add(conn, app, &stream, signal, Some(account), news.clone()).await?;
            }
        }
    }
    Ok(())
}

/// Whether a stream delivers a type of event.
pub fn wants(stream: &Stream, signal: &Signal, issuer: &str) -> bool {
    let uri = signal.uri(issuer);
    stream.events_requested.as_ref().is_none_or(|asked| asked.0.contains(&uri))
}

/// Adds an event to a stream; its receiver is called where it wants to be.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn add(
    conn: &mut Conn<'_>,
    app: &App,
    stream: &Stream,
    signal: &Signal,
    account: Option<AccountId>,
    news: News,
) -> Result<(), Fault> {
    let now = app.now();
    let event = Event {
        id: MessageId::new(now, &app.random),
        stream_id: stream.id,
        account_id: account,
        kind: signal.name.to_owned(),
        news: Json(news),
        created_at: now,
    };
    streams::insert_event(conn, &event).await?;
    // What a stream says of itself is sent however it stands.
    if stream.method == Delivery::Push && (stream.status == Status::Enabled || account.is_none()) {
        enqueue(conn, app, &Job::Push { stream: stream.id }, now).await?;
    }
    Ok(())
}

async fn enqueue(conn: &mut Conn<'_>, app: &App, job: &Job, now: Time) -> Result<(), Fault> {
    jobs::enqueue(conn, job, &app.sealers.job, &app.random, now).await?;
    Ok(())
}
