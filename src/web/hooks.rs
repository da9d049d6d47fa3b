//! Calls of outside services that work for the house, each signed.

use poem::Response;
use poem::http::StatusCode;

use crate::error::{Denied, Error};
use crate::wallet::verification::service::{self, Answer};
use crate::wallet::verification::{Failure, Refusal};
use crate::web::call::Call;
use crate::web::problem::{self, Problem};

/// `POST /hooks/verification`: the decision of the service that checks identity documents (Standard Webhooks).
pub async fn verification(mut call: Call) -> Result<Response, Error> {
    let body = call.text_body().await?;
    let header = |name: &str| call.header(name).unwrap_or_default().to_owned();
    let (id, at, signed) = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
    let tell = |problem: Problem| Ok(problem::answer(&problem, &call.visit));
    match service::is_from_it(&call.app, &id, &at, &signed, &body) {
        None => return Err(Denied::NotFound.into()),
        Some(false) => {
            return tell(Problem::new("invalid_signature", "the call is not signed by our key, or late"));
        }
        Some(true) => {}
    }
    let Ok(answer) = serde_json::from_str::<Answer>(&body) else {
        return tell(Problem::new("invalid_parameter", "the body is not the JSON of a decision"));
    };
    match service::hear(&call.app, answer).await {
        Ok(_) => Ok(Response::builder().status(StatusCode::NO_CONTENT).finish()),
        Err(Failure::Refused(Refusal::Purged)) => tell(Problem::new("verification_state_conflict", "it is purged")),
        Err(Failure::Refused(_)) => {
            tell(Problem::new("verification_state_conflict", "the case does not wait for this decision"))
        }
        Err(Failure::Error(Error::Denied(Denied::Invalid(_)))) => {
            tell(Problem::new("invalid_parameter", "outcome or reasons are not of those that there are"))
        }
        Err(Failure::Error(error)) => Err(error),
    }
}
