//! Bundles and deletions: each job takes what comes in one turn.

use super::Failure;
use crate::app::App;
use crate::error::Error;
use crate::privacy::{erasure, export, import};
use crate::store::database::jobs::Job;

/// Goes on with a bundle of everything.
///
/// # Errors
/// Transient where a store is away.
pub async fn export(app: &App, job: Job) -> Result<(), Failure> {
    let Job::Export { export } = job else { return Err(other()) };
    export::step(app, export).await.map_err(later)
}

/// Goes on with a bundle from elsewhere.
///
/// # Errors
/// Transient where a store is away.
pub async fn import(app: &App, job: Job) -> Result<(), Failure> {
    let Job::Import { import } = job else { return Err(other()) };
    import::step(app, import).await.map_err(later)
}

/// Goes on with a deletion.
///
/// # Errors
/// Transient where a store is away.
pub async fn erase(app: &App, job: Job) -> Result<(), Failure> {
    let Job::Erase { deletion } = job else { return Err(other()) };
    erasure::run(app, deletion).await.map_err(later)
}

/// Looks whether a deletion left nothing.
///
/// # Errors
/// Transient where a store is away, or something was left.
pub async fn erase_check(app: &App, job: Job) -> Result<(), Failure> {
    let Job::EraseCheck { deletion } = job else { return Err(other()) };
    erasure::verify(app, deletion).await.map_err(later)
}

fn other() -> Failure {
    Failure::Permanent("this is another job".to_owned())
}

fn later(error: Error) -> Failure {
    Failure::Transient(match error {
        Error::Fault(fault) => fault.attempted().to_owned(),
        error => error.outcome().to_owned(),
    })
}
