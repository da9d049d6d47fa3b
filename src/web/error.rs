//! From `Error` to an answer, by the kind of door: the one table.

use poem::Response;
use poem::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use poem::http::{HeaderValue, StatusCode};
use serde_json::json;

use crate::base::Seconds;
use crate::base::fault::FaultKind;
use crate::error::{Denied, Error};
use crate::oauth::step_up::StepUp;
use crate::oauth::{self, Code};
use crate::provider::resources;
use crate::web::answer;
use crate::web::door::Door;
use crate::web::pages::public;
use crate::web::view::Problem;
use crate::web::views::public::{Developer, Trouble};
use crate::web::visit::{Arrival, Visit};

/// How soon to try again where a store is away.
const AWAY: Seconds = Seconds(1);

/// The answer that tells of an error. A fault is logged here, once, with the reference of the request.
pub fn answer(door: Door, error: Error, visit: &Visit) -> Response {
    log(&error, visit.reference());
    match door {
        Door::Page => page(&error, visit),
        Door::Protocol | Door::Document => json_answer(&error, |_| None),
        Door::Bearer => {
            let issuer = visit.app().config.issuer();
            let resource = resources::at(visit.here());
            let told_where =
                |challenge| format!("{challenge}, resource_metadata=\"{}\"", resource.metadata_url(issuer));
            // Only what the standards refuse is a challenge: what is not there is not there with another token either.
            let is_challenge = matches!(error, Error::Protocol(_));
            json_answer(&error, |told| challenge(issuer, told).filter(|_| is_challenge).map(told_where))
        }
    }
}

/// As [`answer`], before any door was reached.
pub fn protocol(error: &Error, arrival: &Arrival) -> Response {
    log(error, &arrival.origin.request_id);
    json_answer(error, |_| None)
}

fn log(error: &Error, reference: &str) {
    match error {
        Error::Fault(fault) => tracing::error!(request.id = reference, fault = %fault, "a request failed"),
        Error::Protocol(error) => {
            let detail = error.detail().unwrap_or_default();
            tracing::debug!(request.id = reference, error = error.code().name(), why = error.description(), detail);
        }
        Error::Denied(_) => {}
    }
}

/// What a program is told. A store that is away is never an `invalid_grant` (DESIGN.md §0.5).
fn to_protocol(error: &Error) -> oauth::Error {
    match error {
        Error::Protocol(error) => error.clone(),
        Error::Denied(Denied::TooMany { .. } | Denied::Locked { .. }) => {
            oauth::Error::new(Code::TemporarilyUnavailable, "too many requests: wait as long as Retry-After says")
        }
        Error::Denied(_) => oauth::Error::invalid_request("the request cannot be carried out"),
        Error::Fault(fault) if fault.kind() == FaultKind::Unavailable => {
            oauth::Error::new(Code::TemporarilyUnavailable, "a part of the service is away: try again")
        }
        Error::Fault(_) => oauth::Error::server_error("something went wrong on our side"),
    }
}

fn retry_after(error: &Error) -> Option<Seconds> {
    match error {
        Error::Denied(Denied::TooMany { retry_after }) => Some(*retry_after),
        Error::Fault(fault) if fault.kind() == FaultKind::Unavailable => Some(AWAY),
        _ => None,
    }
}

fn json_answer(error: &Error, challenge: impl FnOnce(&oauth::Error) -> Option<String>) -> Response {
    let told = to_protocol(error);
    let status = match error {
        Error::Denied(Denied::TooMany { .. } | Denied::Locked { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Error::Denied(Denied::NotFound) => StatusCode::NOT_FOUND,
        Error::Denied(Denied::Conflict(_)) => StatusCode::CONFLICT,
        _ => StatusCode::from_u16(told.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
    };
    let body = json!({ "error": told.code().name(), "error_description": told.description() });
    let mut response = Response::builder().status(status).content_type("application/json").body(body.to_string());
    // RFC 6749 §5.2: the way that was tried is named; RFC 9110 §11.6.1: a 401 names one in any case.
    let basic = || (told.wants_challenge() || status == StatusCode::UNAUTHORIZED).then(|| BASIC.to_owned());
    if let Some(challenge) = challenge(&told).or_else(basic).and_then(|text| HeaderValue::from_str(&text).ok()) {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    wait(response, retry_after(error))
}

const BASIC: &str = "Basic realm=\"Social Wallet\", charset=\"UTF-8\"";

/// RFC 6750 §3: without a token in the request the challenge carries no error.
fn challenge(issuer: &str, error: &oauth::Error) -> Option<String> {
    let (code, why) = (error.code(), error.description());
    match code {
        Code::InvalidToken if error.detail() == Some(NO_TOKEN) => Some(format!("Bearer realm=\"{issuer}\"")),
        Code::InvalidToken | Code::InsufficientScope | Code::InvalidRequest => {
            Some(format!("Bearer realm=\"{issuer}\", error=\"{code}\", error_description=\"{why}\""))
        }
        Code::InsufficientUserAuthentication => {
            let wanted = error.step_up().map(StepUp::challenge).unwrap_or_default();
            Some(format!("Bearer realm=\"{issuer}\", error=\"{code}\", error_description=\"{why}\"{wanted}"))
        }
        _ => None,
    }
}

/// Marks the refusal of a request that brought no token at all.
const NO_TOKEN: &str = "no token";

/// A request for a protected resource without a token.
pub fn no_token() -> Error {
    oauth::Error::invalid_token("an access token is needed in the Authorization header").with_detail(NO_TOKEN).into()
}

fn page(error: &Error, visit: &Visit) -> Response {
    let (status, trouble) = match error {
        Error::Protocol(_) | Error::Denied(Denied::Invalid(_)) => (400, Trouble::BadRequest),
        Error::Denied(Denied::NotFound) => return public::not_found(visit),
        Error::Denied(Denied::StepUp { .. }) => return sign_in_first(visit),
        Error::Denied(Denied::TooMany { .. } | Denied::Locked { .. }) => (429, Trouble::TooMany),
        Error::Denied(Denied::Forbidden) => (403, Trouble::Forbidden),
        Error::Denied(Denied::Expired) => (400, Trouble::Expired),
        Error::Denied(Denied::Conflict(_)) => (409, Trouble::Expired),
        Error::Fault(fault) if fault.kind() == FaultKind::Unavailable => (503, Trouble::Busy),
        Error::Fault(_) => (500, Trouble::Internal),
    };
    let developer = match error {
        Error::Protocol(error) => {
            Some(Developer { error: error.code().name().to_owned(), description: error.description().to_owned() })
        }
        _ => None,
    };
    wait(public::trouble(visit, status, trouble, developer), retry_after(error))
}

/// Back to here after signing in, where here is a page that can be opened again.
fn sign_in_first(visit: &Visit) -> Response {
    let mut target = "/signin?return_to=".to_owned();
    oauth::params::encode(visit.here(), &mut target);
    answer::see_other(&target)
}

fn wait(mut response: Response, retry_after: Option<Seconds>) -> Response {
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds.0.max(1)));
    }
    response
}

/// The fields of a form that do not fit, as a page shows them; any other error is passed on.
///
/// # Errors
/// Every error that no field can tell of.
pub fn problems(error: Error, visit_words: crate::words::Words) -> Result<Vec<Problem>, Error> {
    match error {
        Error::Denied(Denied::Invalid(fields)) => Ok(fields
            .into_iter()
            .map(|field| Problem { field: field.field, text: visit_words.t(field.message) })
            .collect()),
        Error::Denied(Denied::TooMany { .. } | Denied::Locked { .. }) => {
            Ok(vec![Problem { field: "", text: visit_words.t("problem-too-many") }])
        }
        other => Err(other),
    }
}
