//! What the house does by itself: work that waits in the queue, and upkeep by the clock.
//!
//! Any number of nodes may run this over one database. A job is claimed by one conditional write and runs at least
//! once; upkeep that two nodes do at the same time is done once and does no harm.

pub mod deliver;
mod evidence;
mod identity_check;
pub mod letters;
pub mod logout;
mod media;
mod ping;
mod push;
mod rights;
pub mod runner;
mod schedule;
pub mod text_message;
pub mod upkeep;
pub mod webhook;

use std::fmt;

use futures_util::future::BoxFuture;
use tokio::sync::watch;
use zeroize::Zeroizing;

use crate::app::App;
use crate::base::{Fault, Seconds};
use crate::provider::webhooks::schedule::PAUSES;
use crate::store::database::jobs::{self, Job, Row};

/// A kind of job.
pub struct Kind {
    /// What [`Job::kind`] says.
    pub name: &'static str,
    /// How often it is tried before it is laid aside.
    pub tries: i32,
    /// How long after the first failure it is tried again; doubled each time …
    pub first: Seconds,
    /// … up to this.
    pub longest: Seconds,
    /// Does it. It may have been done before: the end of an earlier try may have been lost.
    pub run: for<'a> fn(&'a App, &'a Row, Job) -> BoxFuture<'a, Result<(), Failure>>,
}

/// Every kind of job.
pub const JOBS: &[Kind] = &[
    Kind {
        name: "mail",
        // Some five hours in all.
        tries: 14,
        first: Seconds(5),
        longest: Seconds::hours(1),
        run: |app, row, job| Box::pin(deliver::run(app, row, job)),
    },
    Kind {
        name: "logout",
        // Some two hours in all: later, the session at the client will have ended by itself.
        tries: 12,
        first: Seconds(2),
        longest: Seconds::hours(1),
        run: |app, row, job| Box::pin(logout::run(app, row, job)),
    },
    Kind {
        name: "ping",
        // Who was not told in a minute polls by itself.
        tries: 5,
        first: Seconds(2),
        longest: Seconds(30),
        run: |app, row, job| Box::pin(ping::run(app, row, job)),
    },
    Kind {
        name: "sms",
        // Some ten minutes in all: later, the code in it works no more.
        tries: 14,
        first: Seconds(2),
        longest: Seconds(60),
        run: |app, row, job| Box::pin(text_message::run(app, row, job)),
    },
    Kind {
        name: "media",
        // A day: so long may a scanner be away.
        tries: 32,
        first: Seconds(5),
        longest: Seconds::hours(1),
        run: |app, row, job| Box::pin(media::run(app, row, job)),
    },
    Kind {
        name: "webhook",
        // The pauses are its own; these are for a database that is away.
        tries: PAUSES.len() as i32 + 1,
        first: Seconds(5),
        longest: Seconds::hours(1),
        run: |app, row, job| Box::pin(webhook::run(app, row, job)),
    },
    Kind {
        name: "push",
        // Ten days, by pauses of its own: then the stream is paused.
        tries: 100,
        first: Seconds(5),
        longest: Seconds::hours(1),
        run: |app, row, job| Box::pin(push::run(app, row, job)),
    },
    Kind {
        name: "export",
        // A day and a half: so long may a store be away.
        tries: 40,
        first: Seconds(5),
        longest: Seconds::hours(1),
        run: |app, _, job| Box::pin(rights::export(app, job)),
    },
    Kind {
        name: "import",
        tries: 40,
        first: Seconds(5),
        longest: Seconds::hours(1),
        run: |app, _, job| Box::pin(rights::import(app, job)),
    },
    Kind {
        name: "erase",
        // A week; upkeep begins it anew after that.
        tries: 170,
        first: Seconds(5),
        longest: Seconds::hours(1),
        run: |app, _, job| Box::pin(rights::erase(app, job)),
    },
    Kind {
        name: "erase_check",
        tries: 170,
        first: Seconds(60),
        longest: Seconds::hours(1),
        run: |app, _, job| Box::pin(rights::erase_check(app, job)),
    },
    Kind {
        name: "evidence",
        // As long as an upload.
        tries: 32,
        first: Seconds(5),
        longest: Seconds::hours(1),
        run: |app, row, job| Box::pin(evidence::run(app, row, job)),
    },
    Kind {
        name: "identity_check",
        // Some five hours in all: then the desk does it.
        tries: 14,
        first: Seconds(5),
        longest: Seconds::hours(1),
        run: |app, row, job| Box::pin(identity_check::run(app, row, job)),
    },
];

/// The kinds that call servers of clients, which may take long to answer: they have a lane of their own, so that a code
/// that somebody waits for never waits behind them.
pub const CALLS_OF_STRANGERS: &[&str] = &["webhook", "push"];

/// Why a job was not done; in words without personal data, since they are kept beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Trying again may help.
    Transient(String),
    /// Trying again after this long may help.
    Later { why: String, wait: Seconds },
    /// It will never work.
    Permanent(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transient(why) | Self::Later { why, .. } | Self::Permanent(why) => f.write_str(why),
        }
    }
}

/// Runs the queue and the upkeep until `stop` says so, then finishes the jobs that were begun.
pub async fn run(app: App, stop: watch::Receiver<bool>) {
    tokio::join!(runner::run(&app, stop.clone()), schedule::run(&app, stop));
}

/// How many jobs one unit of [`rewrap`] takes: bounds how long it holds the writer.
const BATCH: i64 = 200;

/// Seals the payloads of waiting jobs under the newest master key where an older one had; how many they were.
///
/// # Errors
/// A fault when the database does not answer, or when a payload cannot be opened with any master key.
pub async fn rewrap(app: &App) -> Result<usize, Fault> {
    let (mut changed, mut after) = (0, None);
    loop {
        let unit = app.clone();
        let (batch, last) = app
            .db
            .write::<_, Fault, _>(move |tx| {
                Box::pin(async move {
                    let sealer = &unit.sealers.job;
                    let rows = jobs::held_after(tx, after, BATCH).await?;
                    let mut changed = 0;
                    for row in rows.iter().filter(|row| sealer.is_stale(&row.payload)) {
                        let plain = sealer.open(row.id.as_bytes(), &row.payload);
                        let plain = Zeroizing::new(plain.map_err(|e| Fault::internal("open a job", e))?);
                        let sealed = sealer.seal(row.id.as_bytes(), &plain, &unit.random);
                        changed += usize::from(jobs::replace_payload(tx, row, &sealed).await?);
                    }
                    Ok((changed, rows.last().map(|row| row.id)))
                })
            })
            .await?;
        changed += batch;
        if last.is_none() {
            return Ok(changed);
        }
        after = last;
    }
}

/// Ready when `stop` says so, or nobody is left to say it.
async fn told_to_stop(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|is_over| *is_over).await;
}
