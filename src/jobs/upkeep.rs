//! What must be done now and then: forgetting what has had its time, renewing keys, telling how the queue stands.

use crate::accounts;
use crate::admin::checkpoints;
use crate::app::App;
use crate::audit::chain::{self, Reach};
use crate::base::{Fault, Seconds, Time};
use crate::catalog::EVENTS;
use crate::error::Error;
use crate::jose::KeyState;
use crate::provider::{keys, ssf};
use crate::store::database::upkeep::{self, BATCH};
use crate::store::database::{Conn, Unit, jobs};
use crate::wallet::media;

/// A table from which old rows are removed.
pub struct Sweep {
    pub name: &'static str,
    /// How long a row is kept beyond the end that it names.
    pub kept: Seconds,
    run: for<'a, 'c> fn(&'c mut Conn<'a>, Time) -> Unit<'c, usize, Fault>,
}

/// Every table that is swept by one time. The margins let nodes whose clocks differ agree on what is over.
pub const SWEEPS: &[Sweep] = &[
    Sweep { name: "challenges", kept: Seconds::days(1), run: |c, before| Box::pin(upkeep::challenges(c, before)) },
    Sweep { name: "counters", kept: accounts::COUNTS_KEPT, run: |c, before| Box::pin(upkeep::counters(c, before)) },
    Sweep { name: "sessions", kept: Seconds::days(1), run: |c, before| Box::pin(upkeep::sessions(c, before)) },
    Sweep { name: "families", kept: Seconds::days(1), run: |c, before| Box::pin(upkeep::families(c, before)) },
    Sweep { name: "backchannel", kept: Seconds::days(1), run: |c, before| Box::pin(upkeep::backchannel(c, before)) },
    Sweep {
        name: "revoked_tokens",
        kept: Seconds::hours(1),
        run: |c, before| Box::pin(upkeep::revoked_tokens(c, before)),
    },
    Sweep {
        name: "used_assertions",
        kept: Seconds::hours(1),
        run: |c, before| Box::pin(upkeep::used_assertions(c, before)),
    },
    Sweep {
        name: "initial_tokens",
        kept: Seconds::days(30),
        run: |c, before| Box::pin(upkeep::initial_tokens(c, before)),
    },
    Sweep { name: "documents", kept: Seconds::days(7), run: |c, before| Box::pin(upkeep::documents(c, before)) },
    // A cursor works for 30 days; what it leads to is there for as long.
    Sweep { name: "changes", kept: Seconds::days(31), run: |c, before| Box::pin(upkeep::changes(c, before)) },
    Sweep {
        name: "client_changes",
        kept: Seconds::days(31),
        run: |c, before| Box::pin(upkeep::client_changes(c, before)),
    },
    Sweep {
        name: "webhook_messages",
        kept: Seconds::days(30),
        run: |c, before| Box::pin(upkeep::webhook_messages(c, before)),
    },
    Sweep { name: "jobs", kept: Seconds::days(1), run: |c, before| Box::pin(upkeep::jobs(c, before)) },
    Sweep { name: "dead_jobs", kept: Seconds::days(30), run: |c, before| Box::pin(upkeep::dead_jobs(c, before)) },
];

/// Forgets everything that has had its time, a batch at a time until nothing is left; gives how many rows that were.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn sweep(app: &App) -> Result<usize, Error> {
    let mut removed = 0;
    for sweep in SWEEPS {
        let (before, run) = (app.now() - sweep.kept, sweep.run);
        loop {
            let batch = app.db.write::<_, Fault, _>(move |tx| run(tx, before)).await?;
            removed += batch;
            if batch < BATCH {
                break;
            }
        }
    }
    removed += sweep_audit(app).await?;
    Ok(removed + keys::sweep(app).await?)
}

/// Rows of the audit trail, each by how long its event is kept.
async fn sweep_audit(app: &App) -> Result<usize, Fault> {
    let mut terms: Vec<u32> = EVENTS.iter().map(|event| event.kept_days()).collect();
    terms.sort_unstable();
    terms.dedup();
    let mut removed = 0;
    for days in terms {
        let before = app.now() - Seconds::days(i64::from(days));
        loop {
            let unit = app.clone();
            let batch = app.db.write::<_, Fault, _>(move |tx| {
                Box::pin(async move {
                    let of_term = EVENTS.iter().filter(|event| event.kept_days() == days);
                    let events: Vec<&'static str> = of_term.map(|event| event.name).collect();
                    let ids = upkeep::old_events(tx, &events, before).await?;
                    // Another node may be at it: what it takes is not there to be taken again.
                    chain::remove(tx, &unit, &ids, "retention").await?;
                    Ok(ids.len())
                })
            });
            let batch = batch.await?;
            removed += batch;
            if batch < BATCH {
                break;
            }
        }
    }
    Ok(removed)
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
