//! From `Error` to an answer, by the kind of door: the one table.

use poem::Response;
use poem::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use poem::http::{HeaderValue, StatusCode};
use serde_json::json;

use crate::base::Seconds;
use crate::base::fault::FaultKind;
use crate::error::{Denied, Error};
use crate::jose::Alg;
use crate::oauth::sender::dpop;
use crate::oauth::step_up::StepUp;
use crate::oauth::{self, Code};
use crate::provider::protected;
use crate::web::answer;
use crate::web::api::problem;
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
        Door::Protocol | Door::Document => json_answer(&error),
        Door::Bearer => bearer(&error, visit),
        Door::Link => crate::web::problem::answer(&crate::web::problem::Problem::from(&error), visit),
        Door::Api => problem::answer(&error, visit, bearer(&error, visit)),
    }
}

/// As [`answer`], before any door was reached.
pub fn protocol(error: &Error, arrival: &Arrival) -> Response {
    log(error, &arrival.origin.request_id);
    json_answer(error)
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

fn json_answer(error: &Error) -> Response {
    let told = to_protocol(error);
    let mut response = json_body(error, &told);
    // RFC 6749 §5.2: the way that was tried is named; RFC 9110 §11.6.1: a 401 names one in any case.
    if told.wants_challenge() || response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(BASIC));
    }
    response
}

const BASIC: &str = "Basic realm=\"Social Wallet\", charset=\"UTF-8\"";

fn json_body(error: &Error, told: &oauth::Error) -> Response {
    let status = match error {
        Error::Denied(Denied::TooMany { .. } | Denied::Locked { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Error::Denied(Denied::NotFound) => StatusCode::NOT_FOUND,
        Error::Denied(Denied::Conflict(_)) => StatusCode::CONFLICT,
        Error::Denied(Denied::Gone(_)) => StatusCode::GONE,
        _ => StatusCode::from_u16(told.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
    };
    let body = json!({ "error": told.code().name(), "error_description": told.description() });
    let response = Response::builder().status(status).content_type("application/json").body(body.to_string());
    wait(response, retry_after(error))
}

/// A refusal at a protected resource, as challenges (RFC 6750 §3, RFC 9449 §7.1).
fn bearer(error: &Error, visit: &Visit) -> Response {
    let told = to_protocol(error);
    let mut response = json_body(error, &told);
    if matches!(told.code(), Code::InvalidDpopProof | Code::UseDpopNonce) {
        response.set_status(StatusCode::UNAUTHORIZED);
    }
    // Only what the standards refuse is a challenge: what is not there is not there with another token either.
    if !matches!(error, Error::Protocol(_)) {
        return response;
    }
    let issuer = visit.app().config.issuer();
    let metadata = protected::at(visit.here()).metadata_url(issuer);
    for challenge in challenges(issuer, &told, visit.uses_dpop(), response.status()) {
        // RFC 9728 §5.1: where it stands how to get in.
        let challenge = format!("{challenge}, resource_metadata=\"{metadata}\"");
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            response.headers_mut().append(WWW_AUTHENTICATE, challenge);
        }
    }
    response
}

/// The way that was tried tells the error, without a token in the request none does; a 401 names the other way too.
fn challenges(issuer: &str, error: &oauth::Error, uses_dpop: bool, status: StatusCode) -> Vec<String> {
    let (code, why) = (error.code(), error.description());
    let is_told = match code {
        Code::InvalidToken => error.detail() != Some(NO_TOKEN),
        Code::InsufficientScope
        | Code::InsufficientUserAuthentication
        | Code::InvalidRequest
        | Code::InvalidDpopProof
        | Code::UseDpopNonce => true,
        _ => return Vec::new(),
    };
    let wanted = error.step_up().map(StepUp::challenge).unwrap_or_default();
    let told = match is_told {
        true => format!(", error=\"{code}\", error_description=\"{why}\"{wanted}"),
        false => String::new(),
    };
    let dpop = |told: &str| {
        let algs = dpop::ALGS.map(Alg::as_str).join(" ");
        format!("DPoP realm=\"{issuer}\"{told}, algs=\"{algs}\"")
    };
    if uses_dpop {
        return vec![dpop(&told)];
    }
    let mut all = vec![format!("Bearer realm=\"{issuer}\"{told}")];
    if status == StatusCode::UNAUTHORIZED {
        all.push(dpop(""));
    }
    all
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
        Error::Denied(Denied::Gone(_)) => (410, Trouble::Expired),
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
