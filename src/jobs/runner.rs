//! Takes jobs that are due, a few at once, and tries each until it is done or laid aside.

use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{CALLS_OF_STRANGERS, Failure, JOBS, Kind, told_to_stop};
use crate::accounts::Wake;
use crate::app::App;
use crate::base::{Fault, Seconds};
use crate::store::database::jobs::{self, Lane, Row};

/// How many jobs one process does at once in each lane.
const LANES: [(Lane, usize); 2] = [(Lane::But(CALLS_OF_STRANGERS), 4), (Lane::Only(CALLS_OF_STRANGERS), 8)];
/// How often the queue is looked at when nobody says that there is something: another node may have added it.
const PAUSE: Duration = Duration::from_millis(200);
/// After a job was added here its transaction takes a moment to be kept: so often, and so long apart, is looked.
const LOOKS: u32 = 5;
const BLINK: Duration = Duration::from_millis(8);
/// How long to wait when the database is away.
const AWAY: Duration = Duration::from_secs(1);
/// How long a claim lasts. A runner that died gives its jobs back after it.
pub const LEASE: Seconds = Seconds(60);
/// How long a job may take: shorter than its claim, so that no two runners do it at once.
const LIMIT: Duration = Duration::from_secs(45);

/// Runs until told to stop; jobs that were begun are finished.
pub async fn run(app: &App, mut stop: watch::Receiver<bool>) {
    let wake = app.room::<Wake>();
    let mut lanes = LANES.map(|(lane, most)| (lane, most, JoinSet::new()));
    let (mut looks, mut is_away) = (0, false);
    while !*stop.borrow() {
        let begun = async {
            for (lane, most, at_work) in &mut lanes {
                begin(app, *lane, *most, at_work).await?;
            }
            Ok::<_, Fault>(())
        };
        let pause = match begun.await {
            Ok(()) if looks > 0 => {
                looks -= 1;
                BLINK
            }
            Ok(()) => PAUSE,
            Err(fault) => {
                if !is_away {
                    tracing::warn!(error = %fault, "the job queue cannot be read; trying again each second");
                }
                is_away = true;
                AWAY
            }
        };
        is_away = is_away && pause == AWAY;
        let [(_, _, own), (_, _, strangers)] = &mut lanes;
        tokio::select! {
            () = told_to_stop(&mut stop) => break,
            () = wake.next() => looks = LOOKS,
            // One that ends makes room for the next.
            Some(_) = own.join_next() => {}
            Some(_) = strangers.join_next() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    for (_, _, mut at_work) in lanes {
        while at_work.join_next().await.is_some() {}
    }
}

/// Claims what is due in a lane, as much as there is room for, and begins it.
async fn begin(app: &App, lane: Lane, at_once: usize, at_work: &mut JoinSet<()>) -> Result<(), Fault> {
    while at_work.try_join_next().is_some() {}
    let room = at_once.saturating_sub(at_work.len());
    if room == 0 {
        return Ok(());
    }
    let now = app.now();
    // Twice as many as fit: another node may take some.
    let most = 2 * room as i64;
    let due = app.db.read::<_, Fault, _>(move |conn| Box::pin(jobs::due(conn, lane, now, most))).await?;
    for id in due {
        if at_work.len() == at_once {
            break;
        }
        let claimed = app.db.write::<_, Fault, _>(move |tx| Box::pin(jobs::claim(tx, id, now, now + LEASE))).await?;
        if let Some(row) = claimed {
            let app = app.clone();
            at_work.spawn(async move { work(&app, &row).await });
        }
    }
    Ok(())
}

/// Tries a claimed job and notes how it went.
async fn work(app: &App, row: &Row) {
    let begun = Instant::now();
    let kind = JOBS.iter().find(|kind| kind.name == row.kind);
    let outcome = match kind {
        // Whoever had it before died of it, each time.
        Some(kind) if row.attempts > kind.tries => Err(Failure::Permanent("its runners ended without a word".into())),
        Some(kind) => attempt(app, row, kind).await,
        // A newer node added it; this one leaves it to that.
        None => Err(Failure::Transient("this version knows no such job".into())),
    };
    let again = match (&outcome, kind) {
        (Err(Failure::Transient(_)), Some(kind)) if row.attempts < kind.tries => {
            Some(app.now() + pause(kind, row.attempts, jitter(app)))
        }
        // A tenth more at most: whoever asked to be left alone is.
        (Err(Failure::Later { wait, .. }), Some(kind)) if row.attempts < kind.tries => {
            Some(app.now() + Seconds(wait.0 + wait.0 * jitter(app).abs() / 1000))
        }
        (Err(Failure::Transient(_)), None) => Some(app.now() + LEASE),
        _ => None,
    };
    let told = match (&outcome, again) {
        (Ok(()), _) => "done",
        (Err(_), Some(_)) => "retry",
        (Err(_), None) => "dead",
    };
    app.metrics.observe(
        "sw_job_duration_seconds",
        &[kind.map_or("other", |k| k.name), told],
        begun.elapsed().as_secs_f64(),
    );
    if let Err(failure) = &outcome {
        tracing::warn!(job.id = %row.id, job.kind = row.kind, job.attempts = row.attempts, outcome = told, error = %failure, "a job failed");
    }
    let claimed = row.clone();
    let noted = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            match &outcome {
                Ok(()) => jobs::finish(tx, &claimed).await,
                Err(failure) => jobs::fail(tx, &claimed, again, &failure.to_string()).await,
            }
        })
    });
    if let Err(fault) = noted.await {
        tracing::warn!(job.id = %row.id, error = %fault, "how a job went could not be noted; its claim will run out");
    }
}

async fn attempt(app: &App, row: &Row, kind: &Kind) -> Result<(), Failure> {
    let job = row.job(&app.sealers.job);
    let job = job.map_err(|_| Failure::Permanent("its payload cannot be opened with the keys of the house".into()))?;
    match tokio::time::timeout(LIMIT, (kind.run)(app, row, job)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Failure::Transient("it took too long".into())),
    }
}

/// How long after try number `attempts` the next one comes: doubled each time, up to a bound, and a fifth more or less,
/// so that what failed together does not come back together.
fn pause(kind: &Kind, attempts: i32, jitter: i64) -> Seconds {
    let doubled = kind.first.0.saturating_mul(1 << (attempts - 1).clamp(0, 30));
    let seconds = doubled.min(kind.longest.0);
    Seconds((seconds + seconds * jitter / 500).max(1))
}

/// Between -100 and 100.
fn jitter(app: &App) -> i64 {
    i64::from(u16::from_be_bytes(app.random.bytes())) % 201 - 100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_their_bound() {
        let kind = &JOBS[0];
        let pauses: Vec<i64> = (1..12).map(|attempts| pause(kind, attempts, 0).0).collect();
        assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600]);
        assert_eq!(
            (pause(kind, 3, -100), pause(kind, 3, 100), pause(kind, 99, 0)),
            (Seconds(16), Seconds(24), kind.longest)
        );
    }

    #[test]
    fn kinds_have_their_own_names() {
        for (at, kind) in JOBS.iter().enumerate() {
            assert!(JOBS[..at].iter().all(|other| other.name != kind.name));
            assert!(kind.tries > 1 && kind.first <= kind.longest);
        }
        assert!(LIMIT < LEASE.duration());
    }
}
