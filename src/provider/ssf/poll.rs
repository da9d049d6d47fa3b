//! Poll delivery (RFC 8936): a receiver takes what waits, and says which of it has arrived.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::{Use, admit, receiver, token};
use crate::app::App;
use crate::base::Fault;
use crate::base::id::{MessageId, StreamId};
use crate::error::{Denied, Error};
use crate::oauth;
use crate::provider::access::Access;
use crate::provider::clients;
use crate::store::database::streams::{self, Delivery, Event, Status, Stream};

/// The most events of one answer.
const MOST: usize = 100;
/// How long an answer waits for an event, and how often it looks.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(500);
/// The most events that one call acknowledges.
const MOST_ACKS: usize = 1000;

/// What a receiver asks (RFC 8936 §2.2).
#[derive(Debug, Default, PartialEq, Eq)]
struct Asked {
    most: usize,
    is_patient: bool,
    acks: Vec<String>,
    /// Names of events that it could not use, and why.
    errors: Vec<(String, String)>,
}

/// Reads what is asked.
fn read(body: &Map<String, Value>) -> Result<Asked, oauth::Error> {
    let bad = |why: &'static str| oauth::Error::invalid_request(why);
    let most = match body.get("maxEvents") {
        None => MOST,
        Some(most) => {
            let most = most.as_u64().ok_or_else(|| bad("maxEvents is no whole number"))?;
            usize::try_from(most).unwrap_or(MOST).min(MOST)
        }
    };
    let returns_at_once = match body.get("returnImmediately") {
        None => false,
        Some(value) => value.as_bool().ok_or_else(|| bad("returnImmediately is neither true nor false"))?,
    };
    let acks = match body.get("ack") {
        None => Vec::new(),
        Some(Value::Array(all)) => {
            let texts = all.iter().map(|jti| jti.as_str().map(str::to_owned));
            texts.collect::<Option<Vec<String>>>().ok_or_else(|| bad("ack is no list of jti values"))?
        }
        Some(_) => return Err(bad("ack is no list of jti values")),
    };
    let errors = match body.get("setErrs") {
        None => Vec::new(),
        Some(Value::Object(all)) => {
            let one = |(jti, error): (&String, &Value)| Some((jti.clone(), error["err"].as_str()?.to_owned()));
            all.iter().map(one).collect::<Option<Vec<_>>>().ok_or_else(|| bad("a member of setErrs has no err"))?
        }
        Some(_) => return Err(bad("setErrs is no object")),
    };
    if acks.len() + errors.len() > MOST_ACKS {
        return Err(bad("more than 1000 events are acknowledged at once"));
    }
    Ok(Asked { most, is_patient: !returns_at_once && most > 0, acks, errors })
}

/// Answers a poll: forgets what has arrived, and gives what waits; where nothing does, waits for it a while.
///
/// # Errors
/// `invalid_request` for a malformed body; not found where it is no stream of this client that is polled; what every call
/// of the API is refused for.
pub async fn answer(app: &App, access: &Access, id: StreamId, body: &Map<String, Value>) -> Result<Value, Error> {
    admit(app, access, Use::Read).await?;
    let asked = read(body)?;
    let stream = find(app, access, id).await?;
    let client = clients::find(app, &stream.client_id).await?.ok_or(Denied::NotFound)?;
    for (_, err) in &asked.errors {
        let err: String = err.chars().take(40).collect();
        tracing::warn!(client.id = %stream.client_id, err, "a receiver refuses a security event");
        app.metrics.count("sw_ssf_events_total", &["refused"]);
    }
    let names = asked.acks.iter().chain(asked.errors.iter().map(|(jti, _)| jti));
    let arrived: Vec<MessageId> = names.filter_map(|jti| token::read_jti(app, &client, jti)).collect();
    if !arrived.is_empty() {
        let forget = app
            .db
            .write::<_, Fault, _>(move |tx| Box::pin(async move { streams::forget(tx, id, &arrived).await.map(drop) }));
        forget.await?;
    }
    let begun = Instant::now();
    let mut waiting = waiting(app, &stream, asked.most).await?;
    while waiting.is_empty() && asked.is_patient && begun.elapsed() < PATIENCE {
        tokio::time::sleep(PAUSE).await;
        // Its token may be stopped, or the stream, while it waits.
        let stream = find(app, access, id).await?;
        waiting = self::waiting(app, &stream, asked.most).await?;
    }
    let has_more = waiting.len() > asked.most;
    let mut sets = Map::new();
    for event in waiting.iter().take(asked.most) {
        let set = token::make(app, &client, &stream, event).await?;
        sets.insert(token::jti(app, &client, event.id), Value::String(set));
        app.metrics.count("sw_ssf_events_total", &["polled"]);
    }
    Ok(json!({ "sets": sets, "moreAvailable": has_more }))
}

async fn find(app: &App, access: &Access, id: StreamId) -> Result<Stream, Error> {
    let (unit, access) = (app.clone(), access.clone());
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let client = receiver(conn, &unit, &access).await?;
                let found = streams::find(conn, id).await?;
                let is_polled = |stream: &Stream| stream.client_id == client && stream.method == Delivery::Poll;
                Ok(found.filter(is_polled).ok_or(Denied::NotFound)?)
            })
        })
        .await
}

/// What may be given now, and one more where there is more.
async fn waiting(app: &App, stream: &Stream, most: usize) -> Result<Vec<Event>, Fault> {
    let (id, status) = (stream.id, stream.status);
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let only = (status != Status::Enabled).then(token::of_streams);
                let most = i64::try_from(most + 1).unwrap_or(i64::MAX);
                streams::waiting(conn, id, only.as_ref().map(|kinds| &kinds[..]), most).await
            })
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(body: Value) -> Result<Asked, String> {
        read(body.as_object().unwrap()).map_err(|error| error.description().to_owned())
    }

    #[test]
    fn rfc8936_s2_2_what_a_receiver_asks() {
        assert_eq!(asked(json!({})), Ok(Asked { most: MOST, is_patient: true, ..Asked::default() }));
        let all = json!({
            "maxEvents": 5, "returnImmediately": true, "ack": ["a"], "setErrs": { "b": { "err": "jws", "description": "x" } }
        });
        let expected =
            Asked { most: 5, is_patient: false, acks: vec!["a".into()], errors: vec![("b".into(), "jws".into())] };
        assert_eq!(asked(all), Ok(expected));
        assert_eq!(asked(json!({ "maxEvents": 0 })).map(|asked| (asked.most, asked.is_patient)), Ok((0, false)));
        assert_eq!(asked(json!({ "maxEvents": 100_000 })).map(|asked| asked.most), Ok(MOST));
        for bad in [
            json!({ "maxEvents": -1 }),
            json!({ "maxEvents": "5" }),
            json!({ "returnImmediately": "yes" }),
            json!({ "ack": "a" }),
            json!({ "ack": [1] }),
            json!({ "setErrs": ["a"] }),
            json!({ "setErrs": { "a": "jws" } }),
            json!({ "ack": vec!["a"; 1001] }),
        ] {
            assert!(asked(bad.clone()).is_err(), "{bad}");
        }
    }
}
