//! Brings an upload on, one step a try.

use super::Failure;
use crate::app::App;
use crate::store::database::jobs::{Job, Row};
use crate::wallet::media::pipeline;

/// Looks at an upload, or makes of it what is kept.
///
/// # Errors
/// Transient where a store, the scanner or a worker is away.
pub async fn run(app: &App, _: &Row, job: Job) -> Result<(), Failure> {
    let Job::Media { asset } = job else {
        return Err(Failure::Permanent("this is no upload".to_owned()));
    };
    pipeline::step(app, asset).await.map_err(|fault| Failure::Transient(fault.attempted().to_owned()))
}
