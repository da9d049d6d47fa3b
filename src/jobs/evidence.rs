//! Looks at the pictures of a verification that was handed in.

use super::Failure;
use crate::app::App;
use crate::store::database::jobs::{Job, Row};
use crate::wallet::verification::pipeline;

/// Brings the case on.
///
/// # Errors
/// Transient where a store, the scanner or a worker is away.
pub async fn run(app: &App, _: &Row, job: Job) -> Result<(), Failure> {
    let Job::Evidence { case } = job else {
        return Err(Failure::Permanent("this is no verification".to_owned()));
    };
    pipeline::step(app, case).await.map_err(|fault| Failure::Transient(fault.attempted().to_owned()))
}
