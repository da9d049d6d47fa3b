//! What is done by the clock: cases that nobody goes on with, locks that are lost, evidence whose time is over.

use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::{Fault, Seconds};
use crate::store::database::cases::{self, Case, State};
use crate::store::database::jobs::{self, Job};
use crate::wallet::verification::purge;
use crate::wallet::verification::states::{self, Act};

/// How many cases one look takes.
const BATCH: i64 = 100;
/// Work that was not done in the day that its job has is begun anew.
const STUCK: Seconds = Seconds::hours(25);

/// Does it all.
///
/// # Errors
/// A fault when a store does not answer.
pub async fn run(app: &App) -> Result<(), Fault> {
    let now = app.now();
    let idle = now - app.config.verification.keep_abandoned;
    for case in left(app, &[State::Draft, State::Collecting], idle).await? {
        abandon(app, case).await?;
    }
    for case in left(app, &[State::Scanning], now - STUCK).await? {
        again(app, case).await?;
    }
    let lost = app.db.read::<_, Fault, _>(move |conn| Box::pin(cases::unlocked(conn, now, BATCH)));
    for case in lost.await? {
        unlock(app, case).await?;
    }
    loop {
        let due = app.db.read::<_, Fault, _>(move |conn| Box::pin(cases::due(conn, now, BATCH))).await?;
        let is_last = due.len() < BATCH as usize;
        for case in due {
            purge::purge(app, case.id).await?;
        }
        if is_last {
            return Ok(());
        }
    }
}

async fn left(app: &App, states: &'static [State], before: crate::base::Time) -> Result<Vec<Case>, Fault> {
    app.db.read(move |conn| Box::pin(cases::left(conn, states, before, BATCH))).await
}

async fn abandon(app: &App, case: Case) -> Result<(), Fault> {
    let unit = app.clone();
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let Some(state) = states::step(case.state, Act::Idle, false) else { return Ok(()) };
                let (now, account) = (Some(unit.now()), case.account_id);
                let case = Case { state, decided_at: now, purge_after: now, updated_at: unit.now(), ..case };
                if cases::replace(tx, &case).await? {
                    let record = Record::of("verification.abandoned", account).because("idle");
                    audit::record(tx, &unit, &record, &Origin::house()).await?;
                }
                Ok(())
            })
        })
        .await
}

async fn again(app: &App, case: Case) -> Result<(), Fault> {
    let unit = app.clone();
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let (id, now) = (case.id, unit.now());
                if cases::replace(tx, &Case { updated_at: now, ..case }).await? {
                    jobs::enqueue(tx, &Job::Evidence { case: id }, &unit.sealers.job, &unit.random, now).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Puts a case back whose reviewer, or outside service, did not decide in time.
async fn unlock(app: &App, case: Case) -> Result<(), Fault> {
    let unit = app.clone();
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let Some(state) = states::step(case.state, Act::LoseLock, false) else { return Ok(()) };
                let (reviewer_id, locked_until, updated_at) = (None, None, unit.now());
                let case = Case { state, reviewer_id, locked_until, renewals: 0, updated_at, ..case };
                cases::replace(tx, &case).await?;
                Ok(())
            })
        })
        .await
}
