//! Tells a client of a sign-out, until it has taken it.

use super::Failure;
use crate::app::App;
use crate::outbound::fetch::FetchError;
use crate::provider::backchannel_logout::{self, Untold};
use crate::store::database::jobs::{Job, Row};

/// Sends the logout token of a job.
///
/// # Errors
/// Permanent where the client refuses it, or may not be called.
pub async fn run(app: &App, row: &Row, job: Job) -> Result<(), Failure> {
    let Job::Logout { client, account, session } = job else {
        return Err(Failure::Permanent("this is no sign-out".to_owned()));
    };
    let told = backchannel_logout::tell(app, &client, account, session, &row.id.to_string()).await;
    told.map_err(|untold| match untold {
        Untold::Error(error) => Failure::Transient(format!("the logout token could not be made: {}", error.outcome())),
        Untold::Fetch(why) if helps_to_wait(why) => Failure::Transient(why.to_string()),
        Untold::Fetch(why) => Failure::Permanent(why.to_string()),
    })
}

/// Whether a client that did not take it may do so later.
fn helps_to_wait(why: FetchError) -> bool {
    match why {
        FetchError::Refused(_) => false,
        // OIDC Back-Channel Logout §2.8: 400 says that the token was wrong, or that signing out failed for good.
        FetchError::Status(status) => matches!(status, 408 | 425 | 429 | 500..),
        FetchError::Unanswered(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oidc_backchannel_s2_8_what_is_tried_again() {
        for (why, wanted) in [
            (FetchError::Status(500), true),
            (FetchError::Status(503), true),
            (FetchError::Status(429), true),
            (FetchError::Status(400), false),
            (FetchError::Status(404), false),
            (FetchError::Refused("its address is not public"), false),
            (FetchError::Unanswered("no connection"), true),
        ] {
            assert_eq!(helps_to_wait(why), wanted, "{why}");
        }
    }
}
