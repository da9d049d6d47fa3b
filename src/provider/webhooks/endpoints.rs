//! Endpoints of clients: where they are called, of what, and by which key they know that it is us.

use serde_json::{Value, json};
use url::Url;
use zeroize::Zeroizing;

use super::reach;
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::{ClientId, EndpointId, MessageId};
use crate::base::{Fault, Seconds, Secret};
use crate::catalog::messages;
use crate::error::{Denied, Error};
use crate::outbound::webhook;
use crate::provider::clients;
use crate::store::database::Json;
use crate::store::database::jobs::{self, Job};
use crate::store::database::webhooks::{self as rows, Endpoint, EndpointState, Message, MessageState, Scheme};

/// The most endpoints of one client.
pub const MOST: usize = 5;
/// How long the older secret still signs beside the new one.
pub const OLD_SECRET_SIGNS: Seconds = Seconds::days(1);
/// How many bytes a secret has.
const SECRET_BYTES: usize = 32;
/// How many messages one call sends again, and how many a log shows.
const MOST_MESSAGES: i64 = 200;

/// A new endpoint.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub url: String,
    /// Types of messages; none for all of them.
    pub events: Vec<String>,
    pub scheme: Scheme,
}

/// What its receiver configures: the public key, or the secret that is shown this once.
#[derive(Debug)]
pub struct Credentials {
    pub id: EndpointId,
    pub scheme: Scheme,
    pub key: Secret<String>,
}

/// Adds an endpoint to a client.
///
/// # Errors
/// Not found where there is no such client; a URL that may not be called, or a type of message that there is not; conflict
/// where the client has enough.
pub async fn add(app: &App, client: &ClientId, wanted: Wanted, origin: &Origin) -> Result<Credentials, Error> {
    let url = Url::parse(&wanted.url).ok().filter(|url| app.fetch.check(url, reach(app)).is_ok());
    let url = url.ok_or_else(|| Denied::field("url", "webhook-url"))?;
    let known = messages::webhooks();
    if !wanted.events.iter().all(|event| known.contains(&event.as_str())) {
        return Err(Denied::field("event", "webhook-event").into());
    }
    clients::find(app, client).await?.ok_or(Denied::NotFound)?;
    let now = app.now();
    let id = EndpointId::new(now, &app.random);
    let key = new_key(app);
    let endpoint = Endpoint {
        id,
        client_id: client.clone(),
        url: url.into(),
        events: Json(wanted.events),
        scheme: wanted.scheme,
        secret: seal(app, id, &key),
        old_secret: None,
        old_until: None,
        state: EndpointState::Enabled,
        reason: None,
        created_at: now,
        updated_at: now,
    };
    let told = told(&endpoint, &key)?;
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if rows::list(tx, &endpoint.client_id).await?.len() >= MOST {
                    return Err(Error::from(Denied::Conflict("endpoints")));
                }
                rows::insert(tx, &endpoint).await?;
                Ok(audit::record(tx, &unit, &record("webhook.added", &endpoint), &origin).await?)
            })
        })
        .await?;
    Ok(told)
}

/// The endpoints of a client, the oldest first.
///
/// # Errors
/// Not found where there is no such client.
pub async fn list(app: &App, client: &ClientId) -> Result<Vec<Endpoint>, Error> {
    clients::find(app, client).await?.ok_or(Denied::NotFound)?;
    let client = client.clone();
    let found = app.db.read::<_, Fault, _>(move |conn| Box::pin(async move { rows::list(conn, &client).await }));
    Ok(found.await?)
}

/// What a receiver configures to know us by; a shared secret is not told again.
///
/// # Errors
/// A fault where the key cannot be opened.
pub fn public_key(app: &App, endpoint: &Endpoint) -> Result<Option<String>, Fault> {
    match endpoint.scheme {
        Scheme::V1 => Ok(None),
        Scheme::V1a => Ok(Some(webhook::public_text(&open(app, endpoint.id, &endpoint.secret)?)?)),
    }
}

/// Removes an endpoint, with its messages.
///
/// # Errors
/// Not found where there is none.
pub async fn remove(app: &App, id: EndpointId, origin: &Origin) -> Result<(), Error> {
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let endpoint = rows::find(tx, id).await?.ok_or(Error::Denied(Denied::NotFound))?;
                rows::delete(tx, id).await?;
                Ok(audit::record(tx, &unit, &record("webhook.removed", &endpoint), &origin).await?)
            })
        })
        .await
}

/// Makes a new key; both sign for [`OLD_SECRET_SIGNS`], so that the receiver can change in between.
///
/// # Errors
/// Not found where there is no such endpoint; conflict where another key was made meanwhile.
pub async fn rotate(app: &App, id: EndpointId, origin: &Origin) -> Result<Credentials, Error> {
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let now = unit.now();
                let before = rows::find(tx, id).await?.ok_or(Error::Denied(Denied::NotFound))?;
                let key = new_key(&unit);
                let after = Endpoint {
                    secret: seal(&unit, id, &key),
                    old_secret: Some(before.secret.clone()),
                    old_until: Some(now + OLD_SECRET_SIGNS),
                    updated_at: now,
                    ..before.clone()
                };
                if !rows::set_secrets(tx, &before, &after).await? {
                    return Err(Denied::Conflict("endpoint").into());
                }
                audit::record(tx, &unit, &record("webhook.changed", &after).because("rotated"), &origin).await?;
                Ok(told(&after, &key)?)
            })
        })
        .await
}

/// Lets an endpoint be called again; whether it was off.
///
/// # Errors
/// Not found where there is none.
pub async fn enable(app: &App, id: EndpointId, origin: &Origin) -> Result<bool, Error> {
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let endpoint = rows::find(tx, id).await?.ok_or(Error::Denied(Denied::NotFound))?;
                let is_done = rows::set_state(tx, id, EndpointState::Enabled, None, unit.now()).await?;
                if is_done {
                    let record = record("webhook.changed", &endpoint).because("enabled");
                    audit::record(tx, &unit, &record, &origin).await?;
                }
                Ok(is_done)
            })
        })
        .await
}

/// The newest messages to an endpoint, and how they went.
///
/// # Errors
/// Not found where there is no such endpoint.
pub async fn log(app: &App, id: EndpointId) -> Result<Vec<Message>, Error> {
    app.db
        .read(move |conn| {
            Box::pin(async move {
                rows::find(conn, id).await?.ok_or(Error::Denied(Denied::NotFound))?;
                Ok(rows::messages(conn, id, MOST_MESSAGES).await?)
            })
        })
        .await
}

/// Sends a message once more, or all that were given up; gives how many. The endpoint is called again.
///
/// # Errors
/// Not found where there is no such endpoint or message.
pub async fn replay(app: &App, id: EndpointId, message: Option<MessageId>, origin: &Origin) -> Result<usize, Error> {
    enable(app, id, origin).await?;
    let unit = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let wanted = match message {
                    None => rows::dead(tx, id, MOST_MESSAGES).await?,
                    Some(message) => {
                        let found = rows::find_message(tx, message).await?.filter(|found| found.endpoint_id == id);
                        vec![found.ok_or(Error::Denied(Denied::NotFound))?]
                    }
                };
                let mut sent = 0;
                for message in wanted {
                    if rows::revive(tx, message.id).await? {
                        let job = Job::Webhook { message: message.id };
                        jobs::enqueue(tx, &job, &unit.sealers.job, &unit.random, unit.now()).await?;
                        sent += 1;
                    }
                }
                Ok(sent)
            })
        })
        .await
}

/// Lays a message aside and switches its endpoint off; the client's contacts are told by mail.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn give_up(
    app: &App,
    message: MessageId,
    id: EndpointId,
    outcome: &str,
    reason: &'static str,
) -> Result<(), Fault> {
    app.metrics.count("sw_webhooks_total", &[MessageState::Dead.as_str()]);
    let (unit, outcome) = (app.clone(), outcome.to_owned());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let (app, now) = (&unit, unit.now());
                rows::lay_aside(tx, message).await?;
                let Some(endpoint) = rows::find(tx, id).await? else { return Ok(()) };
                if !rows::set_state(tx, id, EndpointState::Disabled, Some(reason), now).await? {
                    return Ok(());
                }
                tracing::warn!(client.id = %endpoint.client_id, endpoint.id = %id, reason, "an endpoint was switched off");
                let Some(client) = clients::find_in(tx, app, &endpoint.client_id).await? else { return Ok(()) };
                let values = [
                    ("app", client.display_name().to_owned()),
                    ("url", endpoint.url.clone()),
                    ("why", outcome),
                ];
                for address in client.contacts.iter().filter(|address| address.contains('@')) {
                    let job = Job::Mail {
                        mail: "webhook_disabled".to_owned(),
                        to: address.clone(),
                        locale: "en".to_owned(),
                        values: values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
                    };
                    jobs::enqueue(tx, &job, &app.sealers.job, &app.random, now).await?;
                }
                let record = record("webhook.disabled", &endpoint).because(reason);
                audit::record(tx, app, &record, &Origin::house()).await
            })
        })
        .await
}

/// Seals under the newest master key what an older one had sealed; how many endpoints that were.
///
/// # Errors
/// A fault when the database does not answer, or a secret cannot be opened with any master key.
pub async fn rewrap(app: &App) -> Result<usize, Fault> {
    let unit = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let (app, mut changed) = (&unit, 0);
                let is_stale = |sealed: &Vec<u8>| app.sealers.signal.is_stale(sealed);
                for before in rows::all(tx).await? {
                    if !is_stale(&before.secret) && !before.old_secret.as_ref().is_some_and(is_stale) {
                        continue;
                    }
                    let again = |sealed: &Vec<u8>| Ok::<_, Fault>(seal(app, before.id, &open(app, before.id, sealed)?));
                    let secret = again(&before.secret)?;
                    let old_secret = before.old_secret.as_ref().map(again).transpose()?;
                    let after = Endpoint { secret, old_secret, ..before.clone() };
                    changed += usize::from(rows::set_secrets(tx, &before, &after).await?);
                }
                Ok(changed)
            })
        })
        .await
}

fn new_key(app: &App) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(app.random.bytes::<SECRET_BYTES>().to_vec())
}

fn seal(app: &App, id: EndpointId, key: &[u8]) -> Vec<u8> {
    app.sealers.signal.seal(id.as_bytes(), key, &app.random)
}

pub(super) fn open(app: &App, id: EndpointId, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let key = app.sealers.signal.open(id.as_bytes(), sealed);
    Ok(Zeroizing::new(key.map_err(|e| Fault::internal("open the secret of an endpoint", e))?))
}

fn told(endpoint: &Endpoint, key: &[u8]) -> Result<Credentials, Fault> {
    let key = match endpoint.scheme {
        Scheme::V1 => webhook::secret_text(key),
        Scheme::V1a => webhook::public_text(key)?,
    };
    Ok(Credentials { id: endpoint.id, scheme: endpoint.scheme, key: Secret::new(key) })
}

fn record(event: &'static str, endpoint: &Endpoint) -> Record {
    Record { client: Some(endpoint.client_id.clone()), ..Record::new(event) }
}

/// An endpoint as operators see it.
///
/// # Errors
/// A fault where its key cannot be opened.
pub fn document(app: &App, endpoint: &Endpoint) -> Result<Value, Fault> {
    Ok(json!({
        "id": endpoint.id,
        "url": endpoint.url,
        "events": endpoint.events.0,
        "scheme": endpoint.scheme.as_str(),
        "public_key": public_key(app, endpoint)?,
        "state": endpoint.state.as_str(),
        "reason": endpoint.reason,
        "created_at": endpoint.created_at.rfc3339(),
    }))
}
