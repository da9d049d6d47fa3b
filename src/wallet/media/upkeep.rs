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
    uploads(app, true).await?;
    trash(app, true).await?;
    for state in [State::Quarantined, State::Processing] {
        for asset in left(app, state, now - STUCK).await? {
            again(app, &asset).await?;
        }
    }
    sweep(app).await;
    Ok(())
}

/// Destroys uploads that nobody went on with, and forgets those that were refused; how many.
///
/// # Errors
/// A fault when a store does not answer.
pub async fn uploads(app: &App, is_real: bool) -> Result<usize, Fault> {
    let ends =
        [(State::Reserved, RESERVED), (State::Uploading, app.config.media.upload_time), (State::Rejected, REJECTED)];
    ended(app, &ends, is_real).await
}

/// Destroys what lay in the trash long enough; how many.
///
/// # Errors
/// A fault when a store does not answer.
pub async fn trash(app: &App, is_real: bool) -> Result<usize, Fault> {
    ended(app, &[(State::Trashed, app.config.media.trash)], is_real).await
}

async fn ended(app: &App, ends: &[(State, Seconds)], is_real: bool) -> Result<usize, Fault> {
    let mut count = 0;
    for (state, kept) in ends {
        for asset in left(app, *state, app.now() - *kept).await? {
            count += 1;
            if is_real {
                let record = Record::of("media.destroyed", asset.account_id).because("retention");
                let record = (*state == State::Trashed).then_some(record);
                destroy(app, &asset, record, &Origin::house()).await?;
            }
        }
    }
    Ok(count)
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
