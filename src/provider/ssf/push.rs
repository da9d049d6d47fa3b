//! Push delivery (RFC 8935): one event after the other, in their order, by one runner at a time.

use std::time::{Duration, Instant};

use serde_json::Value;
use url::Url;

use super::token;
use crate::app::App;
use crate::base::id::StreamId;
use crate::base::{Fault, Seconds};
use crate::error::Error;
use crate::outbound::fetch::{ACCEPT, AUTHORIZATION};
use crate::provider::clients::{self, Registered};
use crate::provider::webhooks::{reach, schedule};
use crate::store::database::streams::{self, Delivery, Event, Status, Stream};

/// How long one runner may keep a stream: longer than it works on it.
const KEPT: Seconds = Seconds(60);
/// After this long a runner hands the stream on.
const PATIENCE: Duration = Duration::from_secs(25);
/// How many events are read at once.
const BATCH: i64 = 20;

/// How a run ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Pushed {
    /// Nothing waits that could be sent now.
    All,
    /// Another runner has the stream, or there is more than one run can do.
    Taken,
    /// Its receiver does not take it.
    Failed { why: String, wait: Seconds },
}

/// Sends what waits in a stream.
///
/// # Errors
/// A fault when the database does not answer, or a token cannot be made.
pub async fn run(app: &App, id: StreamId) -> Result<Pushed, Error> {
    let now = app.now();
    let taken = app.db.write::<_, Fault, _>(move |tx| Box::pin(streams::take(tx, id, now, now + KEPT))).await?;
    let Some(stream) = taken else {
        let found = app.db.read::<_, Fault, _>(move |conn| Box::pin(streams::find(conn, id))).await?;
        return Ok(if found.is_some() { Pushed::Taken } else { Pushed::All });
    };
    // Whoever failed last comes back by itself.
    let is_due = stream.method == Delivery::Push && stream.retry_at.is_none_or(|at| at <= now);
    let (failures, retry_at) = (stream.failures, stream.retry_at);
    if !is_due {
        give_back(app, stream, failures, retry_at).await?;
        return Ok(Pushed::All);
    }
    let outcome = send_all(app, &stream).await;
    match &outcome {
        Ok(Pushed::Failed { wait, .. }) => {
            let retry_at = app.now() + *wait;
            give_back(app, stream, failures.saturating_add(1), Some(retry_at)).await?;
        }
        Ok(_) => give_back(app, stream, 0, None).await?,
        Err(_) => give_back(app, stream, failures, retry_at).await?,
    }
    outcome
}

async fn give_back(app: &App, stream: Stream, failures: i32, retry_at: Option<crate::base::Time>) -> Result<(), Fault> {
    let done =
        app.db.write(move |tx| Box::pin(async move { streams::give_back(tx, &stream, failures, retry_at).await }));
    done.await
}

async fn send_all(app: &App, stream: &Stream) -> Result<Pushed, Error> {
    let begun = Instant::now();
    let id = stream.id;
    let only = (stream.status != Status::Enabled).then(token::of_streams);
    let client = clients::find(app, &stream.client_id).await?.filter(|client| !client.is_disabled);
    let Some(client) = client else { return Ok(Pushed::All) };
    loop {
        let waiting = app.db.read::<_, Fault, _>(move |conn| {
            Box::pin(async move { streams::waiting(conn, id, only.as_ref().map(|kinds| &kinds[..]), BATCH).await })
        });
        let waiting = waiting.await?;
        if waiting.is_empty() {
            return Ok(Pushed::All);
        }
        for event in waiting {
            if begun.elapsed() > PATIENCE {
                return Ok(Pushed::Taken);
            }
            if let Err((why, wait)) = send(app, &client, stream, &event).await? {
                app.metrics.count("sw_ssf_events_total", &["failed"]);
                return Ok(Pushed::Failed { why, wait });
            }
            let ids = [event.id];
            app.db
                .write::<_, Fault, _>(move |tx| Box::pin(async move { streams::forget(tx, id, &ids).await.map(drop) }))
                .await?;
        }
    }
}

/// Sends one event; why and for how long it is not taken.
async fn send(
    app: &App,
    client: &Registered,
    stream: &Stream,
    event: &Event,
) -> Result<Result<(), (String, Seconds)>, Error> {
    let url = stream.push_url.as_deref().unwrap_or_default();
    let url = Url::parse(url).map_err(|e| Fault::internal("read the URL of a stream", e))?;
    let token = token::make(app, client, stream, event).await?;
    let authorization = open(app, stream)?;
    let headers = [(ACCEPT, "application/json")];
    let headers = headers.into_iter().chain(authorization.as_deref().map(|value| (AUTHORIZATION, value)));
    let answered = app.fetch.deliver(&url, reach(app), token::MEDIA_TYPE, headers, token).await;
    let wait = |retry_after| {
        let last = schedule::PAUSES[schedule::PAUSES.len() - 1];
        schedule::pause(stream.failures.saturating_add(1), retry_after).unwrap_or(last)
    };
    Ok(match answered {
        Ok(answer) if (200..300).contains(&answer.status) => {
            app.metrics.count("sw_ssf_events_total", &["pushed"]);
            Ok(())
        }
        // RFC 8935 §2.3: it was read, and is refused for good. What comes behind it need not wait for that.
        Ok(answer) if answer.status == 400 => {
            let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            let err: String = said["err"].as_str().unwrap_or("none").chars().take(40).collect();
            tracing::warn!(client.id = %stream.client_id, event.kind, err, "a receiver refuses a security event");
            app.metrics.count("sw_ssf_events_total", &["refused"]);
            Ok(())
        }
        Ok(answer) => Err((format!("the receiver answered with status {}", answer.status), wait(answer.retry_after))),
        Err(error) => Err((error.to_string(), wait(None))),
    })
}

/// The `Authorization` that a receiver wants to see.
fn open(app: &App, stream: &Stream) -> Result<Option<String>, Fault> {
    let Some(sealed) = &stream.push_authorization else { return Ok(None) };
    let plain = app.sealers.signal.open(stream.id.as_bytes(), sealed);
    let plain = plain.map_err(|e| Fault::internal("open the authorization of a stream", e))?;
    Ok(Some(
        String::from_utf8(plain).map_err(|e| Fault::internal("read the authorization of a stream", e.utf8_error()))?,
    ))
}

/// Seals what [`open`] opens.
pub(super) fn seal(app: &App, stream: StreamId, authorization: &str) -> Vec<u8> {
    app.sealers.signal.seal(stream.as_bytes(), authorization.as_bytes(), &app.random)
}

/// Seals under the newest master key what an older one had sealed; how many streams that were.
///
/// # Errors
/// A fault when the database does not answer, or what is sealed cannot be opened with any master key.
pub async fn rewrap(app: &App) -> Result<usize, Fault> {
    let unit = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let mut changed = 0;
                for stream in streams::all(tx).await? {
                    let is_stale = stream.push_authorization.as_ref().is_some_and(|s| unit.sealers.signal.is_stale(s));
                    if let Some(plain) = open(&unit, &stream)?.filter(|_| is_stale) {
                        let sealed = seal(&unit, stream.id, &plain);
                        changed += usize::from(streams::reseal(tx, &stream, &sealed).await?);
                    }
                }
                Ok(changed)
            })
        })
        .await
}
