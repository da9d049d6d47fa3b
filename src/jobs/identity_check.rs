//! Tells the outside service of a verification that waits.

use super::Failure;
use crate::app::App;
use crate::outbound::identity_check::GatewayError;
use crate::store::database::jobs::{Job, Row};
use crate::wallet::verification::service;

/// Sends the case.
///
/// # Errors
/// Permanent where the service refuses this case: then it is for the desk.
pub async fn run(app: &App, row: &Row, job: Job) -> Result<(), Failure> {
    let Job::IdentityCheck { case } = job else {
        return Err(Failure::Permanent("this is no verification".to_owned()));
    };
    service::send(app, &row.id.to_string(), case).await.map_err(|error| match error {
        GatewayError::Transient(why) => Failure::Transient(why),
        GatewayError::Permanent(why) => Failure::Permanent(why),
    })
}
