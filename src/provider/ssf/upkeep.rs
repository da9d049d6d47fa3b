//! What time does to streams: one whose receiver takes nothing is paused, and its client is told.

use super::streams::record;
use crate::app::App;
use crate::audit::{self, Origin};
use crate::base::Fault;
use crate::base::id::StreamId;
use crate::catalog::messages::{self, News};
use crate::provider::clients;
use crate::signals;
use crate::store::database::Conn;
use crate::store::database::jobs::{self, Job};
use crate::store::database::streams::{self, Delivery, Status, Stream};

const REASON: &str = "too much waits for the receiver";

/// Looks at every stream; gives how many were stopped.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn run(app: &App) -> Result<usize, Fault> {
    if !app.config.ssf.enabled {
        return Ok(0);
    }
    let mut stopped = 0;
    for stream in app.db.read::<_, Fault, _>(|conn| Box::pin(streams::all(conn))).await? {
        let (unit, id) = (app.clone(), stream.id);
        let is_stopped =
            app.db.write::<_, Fault, _>(move |tx| Box::pin(async move { look(tx, &unit, id).await })).await?;
        stopped += usize::from(is_stopped);
    }
    Ok(stopped)
}

async fn look(tx: &mut Conn<'_>, app: &App, id: StreamId) -> Result<bool, Fault> {
    let Some(stream) = streams::find(tx, id).await? else { return Ok(false) };
    let (now, ssf) = (app.now(), &app.config.ssf);
    let (count, oldest) = streams::backlog(tx, id).await?;
    let is_too_much = count >= i64::from(ssf.pending) || oldest.is_some_and(|at| at + ssf.pending_time <= now);
    if is_too_much && !stream.is_full && stream.status != Status::Disabled {
        return stop(tx, app, &stream).await.map(|()| true);
    }
    // A push that got lost is begun again.
    let is_forgotten = stream.busy_until.is_none_or(|at| at <= now) && stream.retry_at.is_none_or(|at| at <= now);
    if count > 0 && is_forgotten && stream.method == Delivery::Push && stream.status == Status::Enabled {
        jobs::enqueue(tx, &Job::Push { stream: id }, &app.sealers.job, &app.random, now).await?;
    }
    Ok(false)
}

/// Nothing is added any more; what waits is kept.
async fn stop(tx: &mut Conn<'_>, app: &App, stream: &Stream) -> Result<(), Fault> {
    let now = app.now();
    if !streams::set_status(tx, stream.id, Status::Paused, Some(REASON), true, now).await? {
        // Its receiver had paused it before.
        return streams::set_full(tx, stream.id, now).await;
    }
    let paused = Stream { status: Status::Paused, ..stream.clone() };
    let news =
        News { state: Some(Status::Paused.as_str().to_owned()), reason: Some(REASON.to_owned()), ..News::default() };
    signals::add(tx, app, &paused, &messages::STREAM_UPDATED, None, news).await?;
    if let Some(client) = clients::find_in(tx, app, &stream.client_id).await? {
        for address in client.contacts.iter().filter(|address| address.contains('@')) {
            let values = [("app".to_owned(), client.display_name().to_owned())];
            let mail = "stream_paused".to_owned();
            let job = Job::Mail { mail, to: address.clone(), locale: "en".to_owned(), values: values.into() };
            jobs::enqueue(tx, &job, &app.sealers.job, &app.random, now).await?;
        }
    }
    tracing::warn!(client.id = %stream.client_id, stream.id = %stream.id, "a stream was paused: nobody takes its events");
    audit::record(tx, app, &record("stream.paused", stream), &Origin::house()).await
}
