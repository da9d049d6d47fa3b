//! Sends what waits in a stream to its receiver (RFC 8935), the oldest first.

use super::Failure;
use crate::app::App;
use crate::base::Seconds;
use crate::provider::ssf::push::{self, Pushed};
use crate::store::database::jobs::{Job, Row};

/// How soon somebody looks again where another runner has the stream.
const SOON: Seconds = Seconds(2);

/// # Errors
/// Later where the receiver does not take it, or another runner has the stream; transient where the database does not
/// answer.
pub async fn run(app: &App, _: &Row, job: Job) -> Result<(), Failure> {
    let Job::Push { stream } = job else {
        return Err(Failure::Permanent("this is no stream".to_owned()));
    };
    match push::run(app, stream).await {
        Ok(Pushed::All) => Ok(()),
        Ok(Pushed::Taken) => Err(Failure::Later { why: "another runner has the stream".to_owned(), wait: SOON }),
        Ok(Pushed::Failed { why, wait }) => Err(Failure::Later { why, wait }),
        Err(error) => Err(Failure::Transient(format!("the events could not be sent: {}", error.outcome()))),
    }
}
