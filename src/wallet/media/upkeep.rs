//! What is done by the clock: uploads that nobody goes on with, the trash, and what was left behind.

use std::time::Duration;

use crate::app::App;
use crate::audit::{Origin, Record};
use crate::base::{Fault, Seconds, Time};
use crate::store::database::jobs::{self, Job};
use crate::store::database::media::{self, Asset, State};
use crate::wallet::media::destroy::destroy;

/// How many items one look takes.
const BATCH: i64 = 100;
/// How long an announced upload may wait for its first part.
const RESERVED: Seconds = Seconds::minutes(30);
/// How long its person is told of what was refused.
const REJECTED: Seconds = Seconds::days(30);
/// Work that was not done in the day that its job has is begun anew.
const STUCK: Seconds = Seconds::hours(25);
/// How old a folder of a worker must be to belong to nobody any more.
const LEFT: Duration = Duration::from_secs(3600);

/// Does it all.
///
/// # Errors
/// A fault when a store does not answer.
pub async fn run(app: &App) -> Result<(), Fault> {
    let now = app.now();
    let media = &app.config.media;
    for (state, kept) in [
        (State::Reserved, RESERVED),
        (State::Uploading, media.upload_time),
        (State::Rejected, REJECTED),
        (State::Trashed, media.trash),
    ] {
        for asset in left(app, state, now - kept).await? {
            let record = Record::of("media.destroyed", asset.account_id).because("retention");
            let record = (state == State::Trashed).then_some(record);
            destroy(app, &asset, record, &Origin::house()).await?;
        }
    }
    for state in [State::Quarantined, State::Processing] {
        for asset in left(app, state, now - STUCK).await? {
            again(app, &asset).await?;
        }
    }
    sweep(app).await;
    Ok(())
}

async fn left(app: &App, state: State, before: Time) -> Result<Vec<Asset>, Fault> {
    app.db.read(move |conn| Box::pin(media::left(conn, state, before, BATCH))).await
}

async fn again(app: &App, asset: &Asset) -> Result<(), Fault> {
    let (unit, id) = (app.clone(), asset.id);
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let now = unit.now();
                media::touch(tx, id, now).await?;
                jobs::enqueue(tx, &Job::Media { asset: id }, &unit.sealers.job, &unit.random, now).await?;
                Ok(())
            })
        })
        .await
}

/// Removes folders whose process ended without doing so.
async fn sweep(app: &App) {
    let root = app.config.workbench();
    let work = move || {
        for entry in std::fs::read_dir(root).into_iter().flatten().flatten() {
            let age = entry.metadata().and_then(|data| data.modified()).ok().and_then(|at| at.elapsed().ok());
            if age.is_some_and(|age| age > LEFT) {
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
    };
    let _ = tokio::task::spawn_blocking(work).await;
}
