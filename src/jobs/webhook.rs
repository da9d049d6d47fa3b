//! Sends a message to an endpoint of a client, until it is taken or nobody believes in it any more (Standard Webhooks).

use super::Failure;
use crate::app::App;
use crate::base::Fault;
use crate::provider::webhooks::{self, Tried, Undelivered, schedule};
use crate::store::database::jobs::{Job, Row};

/// # Errors
/// Later where it was not taken; transient where the database does not answer.
pub async fn run(app: &App, row: &Row, job: Job) -> Result<(), Failure> {
    let Job::Webhook { message } = job else {
        return Err(Failure::Permanent("this is no message".to_owned()));
    };
    let away = |fault: Fault| Failure::Transient(fault.attempted().to_owned());
    let Undelivered { endpoint, why, retry_after } = match webhooks::deliver(app, message).await.map_err(away)? {
        Tried::Over => return Ok(()),
        Tried::Failed(failed) => failed,
    };
    if let Some(wait) = schedule::pause(row.attempts, retry_after) {
        return Err(Failure::Later { why, wait });
    }
    webhooks::endpoints::give_up(app, message, endpoint, &why, "not_taken").await.map_err(away)?;
    // What is left of it is the message, which can be sent again.
    Ok(())
}
