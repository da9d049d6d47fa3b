//! `TASKS`: what is done by the clock, each by itself, until told to stop.

use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, join_all};
use tokio::sync::watch;

use super::{told_to_stop, upkeep};
use crate::app::App;
use crate::audit::chain::Reach;
use crate::error::Error;
use crate::privacy::erasure;

/// Something that is done now and then.
struct Task {
    name: &'static str,
    /// How long after the start it is done first: what is not urgent does not disturb the start.
    first: Duration,
    every: Duration,
    run: for<'a> fn(&'a App) -> BoxFuture<'a, Result<(), Error>>,
}

const TASKS: &[Task] = &[
    Task {
        name: "renew_keys",
        first: Duration::ZERO,
        every: Duration::from_secs(600),
        run: |app| Box::pin(upkeep::renew_keys(app)),
    },
    Task {
        name: "measure",
        first: Duration::from_secs(1),
        every: Duration::from_secs(15),
        run: |app| Box::pin(upkeep::measure(app)),
    },
    Task {
        name: "sweep",
        first: Duration::from_secs(30),
        every: Duration::from_secs(3600),
        run: |app| Box::pin(async { upkeep::sweep(app).await.map(drop) }),
    },
    Task {
        name: "deletions",
        first: Duration::from_secs(5),
        every: Duration::from_secs(300),
        run: |app| Box::pin(async { Ok(erasure::start_due(app).await.map(drop)?) }),
    },
    Task {
        name: "seal",
        first: Duration::from_millis(500),
        every: Duration::from_secs(1),
        run: |app| Box::pin(upkeep::seal(app, Reach::End)),
    },
    Task {
        name: "seal_late",
        first: Duration::from_secs(10),
        every: Duration::from_secs(300),
        run: |app| Box::pin(upkeep::seal(app, Reach::Hour)),
    },
    Task {
        name: "checkpoint",
        first: Duration::from_secs(45),
        every: Duration::from_secs(900),
        run: |app| Box::pin(upkeep::checkpoint(app)),
    },
    Task {
        name: "streams",
        first: Duration::from_secs(15),
        every: Duration::from_secs(60),
        run: |app| Box::pin(upkeep::streams(app)),
    },
    Task {
        name: "follow_up",
        first: Duration::from_secs(15),
        every: Duration::from_secs(60),
        run: |app| Box::pin(upkeep::follow_up(app)),
    },
    Task {
        name: "media",
        first: Duration::from_secs(20),
        every: Duration::from_secs(600),
        run: |app| Box::pin(upkeep::media(app)),
    },
    Task {
        name: "badges",
        first: Duration::from_secs(25),
        every: Duration::from_secs(3600),
        run: |app| Box::pin(upkeep::badges(app)),
    },
    Task {
        name: "verification",
        first: Duration::from_secs(25),
        every: Duration::from_secs(600),
        run: |app| Box::pin(upkeep::verification(app)),
    },
];

/// How long a task that failed waits before it is tried again.
const AGAIN: Duration = Duration::from_secs(10);

/// Runs every task until told to stop. One that is under way is given up: each is whole at every step.
pub(super) async fn run(app: &App, stop: watch::Receiver<bool>) {
    join_all(TASKS.iter().map(|task| keep_doing(app, task, stop.clone()))).await;
}

async fn keep_doing(app: &App, task: &Task, mut stop: watch::Receiver<bool>) {
    let rounds = async {
        tokio::time::sleep(task.first).await;
        loop {
            let begun = Instant::now();
            let outcome = (task.run)(app).await;
            let told = if outcome.is_ok() { "done" } else { "failed" };
            app.metrics.observe("sw_job_duration_seconds", &[task.name, told], begun.elapsed().as_secs_f64());
            if let Err(error) = &outcome {
                tracing::warn!(job.kind = task.name, error = ?error, "upkeep failed");
            }
            tokio::time::sleep(if outcome.is_ok() { task.every } else { AGAIN }).await;
        }
    };
    tokio::select! {
        () = told_to_stop(&mut stop) => {}
        () = rounds => {}
    }
}
