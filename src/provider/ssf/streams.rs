//! A receiver's stream: made, read, changed, stopped and removed by the receiver itself (SSF §8.1).

use serde_json::{Map, Value, json};
use url::Url;

use super::{Use, admit, push, receiver, token, urn};
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::{AccountId, StreamId};
use crate::base::{Fault, Seconds};
use crate::catalog::messages::{self, News};
use crate::error::{Denied, Error};
use crate::oauth;
use crate::provider::access::Access;
use crate::provider::clients::{self, Registered};
use crate::provider::tokens;
use crate::provider::webhooks::reach;
use crate::signals;
use crate::store::database::jobs::{self, Job};
use crate::store::database::streams::{self, Delivery, Status, Stream};
use crate::store::database::{Conn, Json, subjects};

/// The longest description, reason or state, and the longest `Authorization`, in bytes.
const LONGEST_TEXT: usize = 1000;
const LONGEST_AUTHORIZATION: usize = 4096;
/// The most types of events that a receiver names.
const MOST_EVENTS: usize = 100;

type Body = Map<String, Value>;

fn bad(why: &'static str) -> Error {
    oauth::Error::invalid_request(why).into()
}

/// What a receiver decides of its stream (SSF §8.1.1, "Receiver-Supplied").
#[derive(Debug, Default)]
struct Wanted {
    events_requested: Option<Vec<String>>,
    method: Option<Delivery>,
    url: Option<String>,
    authorization: Option<String>,
    description: Option<String>,
}

/// Reads what a receiver says; what it does not say is absent.
fn read(app: &App, body: &Body) -> Result<Wanted, Error> {
    let mut wanted = Wanted {
        description: text(body, "description", LONGEST_TEXT, "description is no text, or too long")?,
        ..Wanted::default()
    };
    if let Some(events) = body.get("events_requested").filter(|events| !events.is_null()) {
        let uris = events.as_array().filter(|uris| uris.len() <= MOST_EVENTS);
        let uris = uris.and_then(|uris| uris.iter().map(|uri| uri.as_str().map(str::to_owned)).collect());
        wanted.events_requested = Some(uris.ok_or_else(|| bad("events_requested is no list of URIs"))?);
    }
    let Some(delivery) = body.get("delivery").filter(|delivery| !delivery.is_null()) else { return Ok(wanted) };
    let delivery = delivery.as_object().ok_or_else(|| bad("delivery is no object"))?;
    let method = delivery.get("method").and_then(Value::as_str).and_then(token::method);
    let method = method.ok_or_else(|| bad("delivery.method is none of delivery_methods_supported"))?;
    wanted.method = Some(method);
    wanted.url = text(delivery, "endpoint_url", LONGEST_TEXT, "delivery.endpoint_url is no URL")?;
    let authorization = text(
        delivery,
        "authorization_header",
        LONGEST_AUTHORIZATION,
        "delivery.authorization_header is no text, or too long",
    )?;
    if authorization.as_ref().is_some_and(|value| !value.bytes().all(|b| matches!(b, b' '..=b'~'))) {
        return Err(bad("delivery.authorization_header is no value of a header"));
    }
    wanted.authorization = authorization;
    if method == Delivery::Push {
        let url = wanted.url.as_deref().ok_or_else(|| bad("delivery.endpoint_url is missing"))?;
        let is_good = Url::parse(url).is_ok_and(|url| app.fetch.check(&url, reach(app)).is_ok());
        if !is_good {
            return Err(bad("delivery.endpoint_url has to be https on port 443 at a public address"));
        }
    }
    Ok(wanted)
}

fn text(body: &Body, name: &str, most: usize, why: &'static str) -> Result<Option<String>, Error> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.len() <= most => Ok(Some(text.clone())),
        Some(_) => Err(bad(why)),
    }
}

/// The stream that a body or a query names.
///
/// # Errors
/// `invalid_request` where it names none; not found where it is no identifier.
pub fn named(text: Option<&str>) -> Result<StreamId, Error> {
    let text = text.ok_or_else(|| bad("stream_id is missing"))?;
    text.parse().map_err(|_| Denied::NotFound.into())
}

fn named_in(body: &Body) -> Result<StreamId, Error> {
    named(body.get("stream_id").and_then(Value::as_str))
}

/// A stream as its receiver sees it (SSF §8.1.1).
fn document(app: &App, stream: &Stream) -> Value {
    let issuer = app.config.issuer();
    let supported: Vec<String> = messages::signals().iter().map(|signal| signal.uri(issuer)).collect();
    let delivered: Vec<&String> = supported
        .iter()
        .filter(|uri| stream.events_requested.as_ref().is_none_or(|asked| asked.0.contains(uri)))
        .collect();
    let url = match stream.method {
        Delivery::Push => stream.push_url.clone().unwrap_or_default(),
        Delivery::Poll => poll_url(app, stream.id),
    };
    let mut told = json!({
        "stream_id": stream.id,
        "iss": issuer,
        "aud": stream.client_id,
        "events_supported": supported,
        "events_delivered": delivered,
        "delivery": { "method": urn(stream.method), "endpoint_url": url },
        "min_verification_interval": app.config.ssf.verify_every.0,
    });
    if let Some(asked) = &stream.events_requested {
        told["events_requested"] = json!(asked.0);
    }
    if let Some(description) = &stream.description {
        told["description"] = json!(description);
    }
    told
}

fn poll_url(app: &App, id: StreamId) -> String {
    format!("{}{}/poll/{id}", app.config.issuer(), super::BASE)
}

/// Puts what a receiver wants into its stream.
fn apply(app: &App, stream: &mut Stream, wanted: Wanted) -> Result<(), Error> {
    if let Some(method) = wanted.method {
        let own = poll_url(app, stream.id);
        if method == Delivery::Poll && wanted.url.as_ref().is_some_and(|url| *url != own) {
            return Err(bad("delivery.endpoint_url of a stream that is polled is for us to say"));
        }
        stream.method = method;
        stream.push_url = wanted.url.filter(|_| method == Delivery::Push);
        let authorization = wanted.authorization.filter(|_| method == Delivery::Push);
        stream.push_authorization = authorization.map(|value| push::seal(app, stream.id, &value));
    }
    Ok(())
}

/// Makes the one stream of a client.
///
/// # Errors
/// `invalid_request` for a malformed body; conflict where there is a stream already; what every call of the API is
/// refused for.
pub async fn create(app: &App, access: &Access, body: &Body, origin: &Origin) -> Result<Value, Error> {
    admit(app, access, Use::Manage).await?;
    let wanted = read(app, body)?;
    let (unit, access, origin) = (app.clone(), access.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let now = unit.now();
                let mut stream = Stream {
                    id: StreamId::new(now, &unit.random),
                    client_id: receiver(tx, &unit, &access).await?,
                    method: Delivery::Poll,
                    push_url: None,
                    push_authorization: None,
                    events_requested: wanted.events_requested.clone().map(Json),
                    description: wanted.description.clone(),
                    status: Status::Enabled,
                    reason: None,
                    is_full: false,
                    verified_at: None,
                    busy_until: None,
                    failures: 0,
                    retry_at: None,
                    created_at: now,
                    updated_at: now,
                };
                // One that is polled gets its address from us, whatever was said.
                let url = wanted.url.clone().filter(|_| wanted.method == Some(Delivery::Push));
                apply(&unit, &mut stream, Wanted { url, ..wanted })?;
                if !streams::insert(tx, &stream).await? {
                    return Err(Error::from(Denied::Conflict("stream")));
                }
                audit::record(tx, &unit, &record("stream.created", &stream), &origin).await?;
                Ok(document(&unit, &stream))
            })
        })
        .await
}

/// The stream of that name, or a list of all that a client has.
///
/// # Errors
/// Not found where it is none of this client's; what every call of the API is refused for.
pub async fn read_one(app: &App, access: &Access, id: Option<StreamId>) -> Result<Value, Error> {
    admit(app, access, Use::Read).await?;
    let (unit, access) = (app.clone(), access.clone());
    app.db
        .read(move |conn| {
            Box::pin(async move {
                match id {
                    Some(id) => Ok(document(&unit, &find(conn, &unit, &access, id).await?)),
                    None => {
                        let client = receiver(conn, &unit, &access).await?;
                        let found = streams::of_client(conn, &client).await?;
                        Ok(found.iter().map(|stream| document(&unit, stream)).collect())
                    }
                }
            })
        })
        .await
}

/// How much of a stream a call changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// What is said (PATCH).
    Said,
    /// All that a receiver decides; what is not said is taken back (PUT).
    Whole,
}

/// Changes a stream.
///
/// # Errors
/// `invalid_request` for a malformed body, or one that says otherwise what is ours to say; not found where it is none of
/// this client's; what every call of the API is refused for.
pub async fn change(app: &App, access: &Access, body: Body, extent: Extent, origin: &Origin) -> Result<Value, Error> {
    admit(app, access, Use::Manage).await?;
    let (id, wanted) = (named_in(&body)?, read(app, &body)?);
    let (unit, access, origin) = (app.clone(), access.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let mut stream = find(tx, &unit, &access, id).await?;
                let is_ours = ["iss", "aud", "events_supported", "min_verification_interval"];
                let told = document(&unit, &stream);
                if is_ours.iter().any(|name| body.get(*name).is_some_and(|said| *said != told[*name])) {
                    return Err(bad("what the transmitter supplies cannot be changed"));
                }
                let is_whole = extent == Extent::Whole;
                if is_whole || wanted.events_requested.is_some() {
                    stream.events_requested = wanted.events_requested.clone().map(Json);
                }
                if is_whole || wanted.description.is_some() {
                    stream.description = wanted.description.clone();
                }
                let method = wanted.method.or(is_whole.then_some(Delivery::Poll));
                apply(&unit, &mut stream, Wanted { method, ..wanted })?;
                stream.updated_at = unit.now();
                streams::replace(tx, &stream).await?;
                wake(tx, &unit, &stream).await?;
                audit::record(tx, &unit, &record("stream.changed", &stream), &origin).await?;
                Ok(document(&unit, &stream))
            })
        })
        .await
}

/// Removes a stream with all that waits in it.
///
/// # Errors
/// As [`read_one`].
pub async fn remove(app: &App, access: &Access, id: StreamId, origin: &Origin) -> Result<(), Error> {
    admit(app, access, Use::Manage).await?;
    let (unit, access, origin) = (app.clone(), access.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let stream = find(tx, &unit, &access, id).await?;
                streams::delete(tx, id).await?;
                Ok(audit::record(tx, &unit, &record("stream.removed", &stream), &origin).await?)
            })
        })
        .await
}

/// How a stream stands (SSF §8.1.2.1).
///
/// # Errors
/// As [`read_one`].
pub async fn status(app: &App, access: &Access, id: StreamId) -> Result<Value, Error> {
    admit(app, access, Use::Read).await?;
    let (unit, access) = (app.clone(), access.clone());
    let found = app.db.read(move |conn| Box::pin(async move { find(conn, &unit, &access, id).await })).await?;
    Ok(standing(found.id, found.status, found.reason.as_deref()))
}

fn standing(id: StreamId, status: Status, reason: Option<&str>) -> Value {
    let mut told = json!({ "stream_id": id, "status": status.as_str() });
    if let Some(reason) = reason {
        told["reason"] = json!(reason);
    }
    told
}

/// Pauses a stream, stops it, or lets it go on (SSF §8.1.2.2). What waits in one that is stopped is forgotten.
///
/// # Errors
/// As [`change`].
pub async fn set_status(app: &App, access: &Access, body: &Body) -> Result<Value, Error> {
    admit(app, access, Use::Manage).await?;
    let id = named_in(body)?;
    let status: Option<Status> = body.get("status").and_then(Value::as_str).and_then(|text| text.parse().ok());
    let status = status.ok_or_else(|| bad("status is none of enabled, paused and disabled"))?;
    let reason = text(body, "reason", LONGEST_TEXT, "reason is no text, or too long")?;
    let (unit, access) = (app.clone(), access.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let before = find(tx, &unit, &access, id).await?;
                // That it is full ends where its receiver wants to hear again.
                let is_full = before.is_full && status == Status::Paused;
                streams::set_status(tx, id, status, reason.as_deref(), is_full, unit.now()).await?;
                if status == Status::Disabled {
                    streams::forget_all(tx, id).await?;
                }
                wake(tx, &unit, &Stream { status, ..before }).await?;
                Ok(standing(id, status, reason.as_deref()))
            })
        })
        .await
}

/// Lets what waits in a stream be sent.
async fn wake(tx: &mut Conn<'_>, app: &App, stream: &Stream) -> Result<(), Fault> {
    if stream.method == Delivery::Push && stream.status == Status::Enabled {
        jobs::enqueue(tx, &Job::Push { stream: stream.id }, &app.sealers.job, &app.random, app.now()).await?;
    }
    Ok(())
}

/// Adds a person to what a receiver hears of, or takes one out (SSF §8.1.3). Everyone whom the client may know is there
/// from the start. Whom it does not know is passed over without a word: an answer that tells nothing of who has a wallet.
///
/// # Errors
/// `invalid_request` for a subject that is none (RFC 9493); as [`read_one`].
pub async fn set_subject(app: &App, access: &Access, body: &Body, is_removed: bool) -> Result<(), Error> {
    admit(app, access, Use::Manage).await?;
    let id = named_in(body)?;
    let subject = body.get("subject").ok_or_else(|| bad("subject is missing"))?;
    if body.get("verified").is_some_and(|verified| !verified.is_boolean()) {
        return Err(bad("verified is neither true nor false"));
    }
    check_subject(subject).map_err(bad)?;
    let issuer = app.config.issuer();
    let is_ours = subject["format"] == "iss_sub" && subject["iss"] == issuer;
    let sub = subject["sub"].as_str().filter(|_| is_ours).map(str::to_owned);
    let (unit, access) = (app.clone(), access.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let stream = find(tx, &unit, &access, id).await?;
                let client = clients::find_in(tx, &unit, &stream.client_id).await?.ok_or(Denied::NotFound)?;
                if let Some(sub) = sub
                    && let Some(account) = known(tx, &unit, &client, &sub).await?
                {
                    streams::set_removed(tx, id, account, is_removed).await?;
                }
                Ok::<_, Error>(())
            })
        })
        .await
}

async fn known(tx: &mut Conn<'_>, app: &App, client: &Registered, sub: &str) -> Result<Option<AccountId>, Fault> {
    let found = subjects::find(tx, sub).await?;
    Ok(found.filter(|account| tokens::subject(app, client, *account) == sub))
}

/// The formats of RFC 9493 §3.2 with what each must have.
const FORMATS: &[(&str, &[&str])] = &[
    ("account", &["uri"]),
    ("email", &["email"]),
    ("iss_sub", &["iss", "sub"]),
    ("opaque", &["id"]),
    ("phone_number", &["phone_number"]),
    ("did", &["url"]),
    ("uri", &["uri"]),
    ("jwt_id", &["iss", "jti"]),
    ("saml_assertion_id", &["issuer", "assertion_id"]),
];

/// Whether a subject identifier is well-formed (RFC 9493 §3, SSF §3.2 for those of several parts).
fn check_subject(subject: &Value) -> Result<(), &'static str> {
    let members = subject.as_object().ok_or("subject is no object")?;
    let format = members.get("format").and_then(Value::as_str).ok_or("subject has no format")?;
    match format {
        "aliases" => {
            let all = members.get("identifiers").and_then(Value::as_array).ok_or("subject has no identifiers")?;
            let is_good = |one: &Value| one["format"] != "aliases" && check_subject(one).is_ok();
            if all.is_empty() || !all.iter().all(is_good) { Err("an identifier of subject is none") } else { Ok(()) }
        }
        "complex" => {
            let mut parts = members.iter().filter(|(name, _)| *name != "format").map(|(_, part)| part);
            if parts.all(|part| check_subject(part).is_ok()) { Ok(()) } else { Err("a part of subject is no subject") }
        }
        _ => {
            let row = FORMATS.iter().find(|(name, _)| *name == format).ok_or("the format of subject is unknown")?;
            let is_there = |name: &&str| members.get(*name).is_some_and(Value::is_string);
            if row.1.iter().all(is_there) { Ok(()) } else { Err("subject lacks a member of its format") }
        }
    }
}

/// Sends a verification down the stream (SSF §8.1.4.2).
///
/// # Errors
/// Too many where the last one is not long enough ago; as [`change`].
pub async fn verify(app: &App, access: &Access, body: &Body) -> Result<(), Error> {
    admit(app, access, Use::Manage).await?;
    let id = named_in(body)?;
    let state = text(body, "state", LONGEST_TEXT, "state is no text, or too long")?;
    let (unit, access) = (app.clone(), access.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let (now, every) = (unit.now(), unit.config.ssf.verify_every);
                let stream = find(tx, &unit, &access, id).await?;
                if !streams::verify(tx, id, now - every, now).await? {
                    let since = stream.verified_at.map_or(Seconds(0), |at| now.since(at));
                    return Err(Denied::TooMany { retry_after: Seconds((every.0 - since.0).max(1)) }.into());
                }
                if stream.status != Status::Disabled {
                    let news = News { state, ..News::default() };
                    signals::add(tx, &unit, &stream, &messages::VERIFICATION, None, news).await?;
                }
                Ok(())
            })
        })
        .await
}

async fn find(conn: &mut Conn<'_>, app: &App, access: &Access, id: StreamId) -> Result<Stream, Error> {
    let client = receiver(conn, app, access).await?;
    let found = streams::find(conn, id).await?.filter(|stream| stream.client_id == client);
    Ok(found.ok_or(Denied::NotFound)?)
}

pub(super) fn record(event: &'static str, stream: &Stream) -> Record {
    Record { client: Some(stream.client_id.clone()), ..Record::new(event) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc9493_s3_which_subjects_are_well_formed() {
        for (subject, is_good) in [
            (json!({ "format": "email", "email": "a@mail.example" }), true),
            (json!({ "format": "iss_sub", "iss": "https://w.example", "sub": "x" }), true),
            (json!({ "format": "opaque", "id": "x" }), true),
            (json!({ "format": "aliases", "identifiers": [{ "format": "opaque", "id": "x" }] }), true),
            (json!({ "format": "complex", "user": { "format": "opaque", "id": "x" } }), true),
            (json!({ "format": "iss_sub", "iss": "https://w.example" }), false),
            (json!({ "format": "email", "email": 1 }), false),
            (json!({ "format": "aliases", "identifiers": [] }), false),
            (json!({ "format": "aliases", "identifiers": [{ "format": "aliases" }] }), false),
            (json!({ "format": "complex", "user": "x" }), false),
            (json!({ "format": "shoe_size" }), false),
            (json!({ "email": "a@mail.example" }), false),
            (json!("x"), false),
        ] {
            assert_eq!(check_subject(&subject).is_ok(), is_good, "{subject}");
        }
    }
}
