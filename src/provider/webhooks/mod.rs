//! Webhooks (Standard Webhooks): what a message says to a client, and sending it.
//!
//! A message is thin: whom it is about, why, and where to read more. It is made anew at every try, always the same, and
//! under the same identifier, so that a receiver can tell that it has it already.

pub mod endpoints;
pub mod schedule;

use serde_json::{Map, Value, json};
use url::Url;

use crate::app::App;
use crate::base::id::{EndpointId, MessageId, kind};
use crate::base::{Fault, Seconds, Time};
use crate::catalog::messages::{MESSAGES, Whom};
use crate::oauth::pairwise_id::Names;
use crate::outbound::fetch::Reach;
use crate::outbound::webhook::{self, ID, SIGNATURE, TIMESTAMP};
use crate::provider::clients::{self, Registered};
use crate::provider::data;
use crate::provider::{tokens, wishes};
use crate::store::database::webhooks::{self as rows, Endpoint, EndpointState, Message, MessageState, Scheme};

/// What was to be sent, and to whom.
struct Scene {
    message: Message,
    endpoint: Endpoint,
    client: Option<std::sync::Arc<Registered>>,
}

/// A try that failed.
#[derive(Debug)]
pub struct Undelivered {
    pub endpoint: EndpointId,
    /// In words without personal data: it is kept in the log.
    pub why: String,
    /// How long the receiver wants to be left alone.
    pub retry_after: Option<Seconds>,
}

/// How a try ended.
#[derive(Debug)]
pub enum Tried {
    /// It is delivered, or nobody wants it any more.
    Over,
    Failed(Undelivered),
}

/// Which servers clients may be called at.
pub(super) fn reach(app: &App) -> Reach {
    if app.config.is_production() { Reach::Public } else { Reach::Loopback }
}

/// Sends a message; notes how that went.
///
/// # Errors
/// A fault when the database does not answer, or the message cannot be signed.
pub async fn deliver(app: &App, id: MessageId) -> Result<Tried, Fault> {
    let Some(scene) = load(app, id).await? else { return Ok(Tried::Over) };
    let Scene { message, endpoint, client } = scene;
    let client = client.filter(|client| !client.is_disabled && endpoint.state == EndpointState::Enabled);
    let Some(client) = client else {
        note(app, id, MessageState::Dropped, "the endpoint or its client is switched off").await?;
        return Ok(Tried::Over);
    };
    let url = Url::parse(&endpoint.url).map_err(|e| Fault::internal("read the URL of an endpoint", e))?;
    let name = Names::of::<kind::Message>(&app.keys.pepper, client.sector()).name(id);
    let body = body(app, &client, &message).to_string();
    let timestamp = app.now().unix().to_string();
    let signature = sign(app, &endpoint, &name, &timestamp, &body)?;
    let headers = [(ID, name.as_str()), (TIMESTAMP, timestamp.as_str()), (SIGNATURE, signature.as_str())];
    let answered = app.fetch.deliver(&url, reach(app), "application/json", headers, body).await;
    let (why, retry_after) = match answered {
        Ok(answer) if (200..300).contains(&answer.status) => {
            note(app, id, MessageState::Delivered, &format!("status {}", answer.status)).await?;
            return Ok(Tried::Over);
        }
        Ok(answer) if answer.status == 410 => {
            let why = "status 410: it is gone";
            note(app, id, MessageState::Waiting, why).await?;
            endpoints::give_up(app, id, endpoint.id, why, "gone").await?;
            return Ok(Tried::Over);
        }
        Ok(answer) if (300..400).contains(&answer.status) => {
            (format!("status {}: redirects are not followed", answer.status), None)
        }
        Ok(answer) => (format!("status {}", answer.status), answer.retry_after),
        Err(error) => (error.to_string(), None),
    };
    note(app, id, MessageState::Waiting, &why).await?;
    Ok(Tried::Failed(Undelivered { endpoint: endpoint.id, why, retry_after }))
}

/// `None` where it was sent or given up meanwhile.
async fn load(app: &App, id: MessageId) -> Result<Option<Scene>, Fault> {
    let unit = app.clone();
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let message = rows::find_message(conn, id).await?;
                let Some(message) = message.filter(|message| message.state == MessageState::Waiting) else {
                    return Ok(None);
                };
                let Some(endpoint) = rows::find(conn, message.endpoint_id).await? else { return Ok(None) };
                let client = clients::find_in(conn, &unit, &endpoint.client_id).await?;
                Ok(Some(Scene { message, endpoint, client }))
            })
        })
        .await
}

async fn note(app: &App, id: MessageId, state: MessageState, outcome: &str) -> Result<(), Fault> {
    let (now, outcome) = (app.now(), outcome.to_owned());
    app.metrics.count("sw_webhooks_total", &[state.as_str()]);
    app.db.write(move |tx| Box::pin(async move { rows::note(tx, id, state, &outcome, now).await })).await
}

/// Signs with the secret, and while it is new with the one before too.
fn sign(app: &App, endpoint: &Endpoint, id: &str, timestamp: &str, body: &str) -> Result<String, Fault> {
    let is_old_good = endpoint.old_until.is_some_and(|until| app.now() < until);
    let secrets = [Some(&endpoint.secret), endpoint.old_secret.as_ref().filter(|_| is_old_good)];
    let mut signatures = Vec::with_capacity(2);
    for sealed in secrets.into_iter().flatten() {
        let key = endpoints::open(app, endpoint.id, sealed)?;
        signatures.push(match endpoint.scheme {
            Scheme::V1 => webhook::hmac(&key, id, timestamp, body),
            Scheme::V1a => webhook::ed25519(&key, id, timestamp, body)?,
        });
    }
    Ok(signatures.join(" "))
}

/// What a message says (Standard Webhooks, "Payload structure").
fn body(app: &App, client: &Registered, message: &Message) -> Value {
    let at = told_at(&message.kind, message.created_at);
    let mut data = Map::new();
    if let Some(account) = message.account_id {
        data.insert("sub".to_owned(), json!(tokens::subject(app, client, account)));
    }
    let news = &message.news.0;
    if let Some(grant) = news.grant {
        data.insert("grant_id".to_owned(), json!(grant));
        if let Some(behind) = news.behind {
            let cursor = data::changes::cursor(app, &client.id, grant, behind, message.created_at);
            data.insert("cursor".to_owned(), json!(cursor));
        }
    }
    for (name, list) in [("added", &news.added), ("removed", &news.removed)] {
        if message.kind == "grant.changed" {
            data.insert(name.to_owned(), json!(list));
        }
    }
    for (name, text) in [("kind", &news.kind), ("reason", &news.reason)] {
        if let Some(text) = text.as_ref().filter(|_| name == "kind" || message.kind == "grant.revoked") {
            data.insert(name.to_owned(), json!(text));
        }
    }
    if let Some(wish) = news.wish {
        data.insert("request".to_owned(), json!(wishes::name(app, client, wish)));
    }
    if let Some(due) = news.due {
        data.insert("purge_at".to_owned(), json!(Time::from_micros(due).rfc3339()));
    }
    data.insert("at".to_owned(), json!(at));
    json!({ "type": message.kind, "timestamp": at, "data": data })
}

/// When it happened, as a client is told: what concerns its grant alone to the second, all else by its day, since several
/// clients hear of that and must not find out that they know the same person.
fn told_at(kind: &str, at: Time) -> String {
    let is_of_grant = MESSAGES.iter().any(|row| row.webhook == Some(kind) && row.whom == Whom::Grant);
    if is_of_grant { at.rfc3339() } else { at.start_of_day().rfc3339() }
}
