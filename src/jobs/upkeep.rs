//! What must be done now and then: forgetting what has had its time, renewing keys, telling how the queue stands.

use crate::admin::checkpoints;
use crate::app::App;
use crate::audit::chain::{self, Reach};
use crate::base::Fault;
use crate::error::Error;
use crate::jose::KeyState;
use crate::privacy::retention;
use crate::provider::{grants, keys, ssf, wishes};
use crate::store::database::jobs;
use crate::store::database::upkeep::Mode;
use crate::wallet::{badges, media, verification};

/// Forgets everything that has had its time, a batch at a time until nothing is left; gives how much that was.
///
/// # Errors
/// A fault when a store does not answer.
pub async fn sweep(app: &App) -> Result<usize, Error> {
    let removed: usize = retention::run(app, Mode::Remove).await?.iter().map(|row| row.count).sum();
    Ok(removed + keys::sweep(app).await?)
}

/// Sees to it that there are signing keys, and that none grows older than it should.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn renew_keys(app: &App) -> Result<(), Error> {
    keys::ensure(app).await?;
    keys::rotate_due(app).await?;
    Ok(())
}

/// Forgets uploads that nobody went on with, and what lay in the trash long enough.
///
/// # Errors
/// A fault when a store does not answer.
pub async fn media(app: &App) -> Result<(), Error> {
    Ok(media::upkeep::run(app).await?)
}

/// Looks after streams of security events.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn streams(app: &App) -> Result<(), Error> {
    ssf::upkeep::run(app).await?;
    Ok(())
}

/// Ends badges that have had their time.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn badges(app: &App) -> Result<(), Error> {
    badges::upkeep(app).await?;
    Ok(())
}

/// Ends verifications that nobody goes on with, and destroys evidence whose time is over.
///
/// # Errors
/// A fault when a store does not answer.
pub async fn verification(app: &App) -> Result<(), Error> {
    Ok(verification::upkeep::run(app).await?)
}

/// Appends to the chain of the trail what was written since.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn seal(app: &App, reach: Reach) -> Result<(), Error> {
    chain::seal(app, reach).await?;
    Ok(())
}

/// States once a day what the chain is.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn checkpoint(app: &App) -> Result<(), Error> {
    checkpoints::make_due(app).await
}

/// Notes the ends of grants whose time is over, and reminds clients of what people wish.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn follow_up(app: &App) -> Result<(), Error> {
    grants::note_ends(app).await?;
    wishes::follow_up(app).await?;
    Ok(())
}

/// Tells the metrics how the queue stands and how old the signing keys are.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn measure(app: &App) -> Result<(), Error> {
    let now = app.now();
    let ((waiting, dead), late) = app
        .db
        .read::<_, Fault, _>(move |conn| {
            Box::pin(async move { Ok((jobs::depth(conn).await?, jobs::lag(conn, now).await?)) })
        })
        .await?;
    app.metrics.gauge("sw_job_queue_depth", &["waiting"], waiting as f64);
    app.metrics.gauge("sw_job_queue_depth", &["dead"], dead as f64);
    app.metrics.gauge("sw_job_oldest_age_seconds", &[], late.0 as f64);
    for key in keys::list(app).await?.iter().filter(|key| key.state == KeyState::Active) {
        app.metrics.gauge("sw_signing_key_age_seconds", &[key.alg.as_str()], now.since(key.active_at).0 as f64);
    }
    Ok(())
}
