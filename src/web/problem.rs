//! Problems (RFC 9457): what a script or program is told of an error of the wallet's own doors (WALLET.md §19).

use poem::Response;
use poem::http::header::{CONTENT_TYPE, RETRY_AFTER};
use poem::http::{HeaderValue, StatusCode};
use serde_json::{Map, Value, json};

use crate::base::Seconds;
use crate::base::fault::FaultKind;
use crate::error::{Denied, Error};
use crate::wallet::media::{Failure, Full, Reason, Refusal};
use crate::web::visit::Visit;

/// The problem types that the world has agreed on.
const AGREED: &str = "https://iana.org/assignments/http-problem-types#";

/// One problem.
#[derive(Debug, Clone)]
pub struct Problem {
    pub status: u16,
    pub code: &'static str,
    pub detail: String,
    /// What it says beside that.
    pub more: Map<String, Value>,
    pub retry_after: Option<Seconds>,
}

impl Problem {
    pub fn new(status: u16, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), more: Map::new(), retry_after: None }
    }

    fn beside(mut self, name: &str, value: Value) -> Self {
        self.more.insert(name.to_owned(), value);
        self
    }

    /// An upload that was refused for good.
    pub fn rejected(reason: Option<&str>) -> Self {
        let reason = reason.unwrap_or(Reason::Decode.as_str());
        Self::new(422, "file_rejected", "the file was looked at and is not taken").beside("reason", reason.into())
    }
}

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::Unsupported(why) => Self::new(415, "unsupported_type", why.to_string()),
            Refusal::TooLarge { most } => {
                Self::new(413, "payload_too_large", format!("at most {most} bytes are taken here"))
                    .beside("most", (*most).into())
            }
            Refusal::NoRoom(full) => Self::new(
                507,
                "quota_exceeded_storage",
                match full {
                    Full::Photos => "the wallet holds as many photos as it may",
                    Full::Videos => "the wallet holds as many videos as it may",
                    Full::Bytes => "the wallet holds as many bytes as it may",
                },
            ),
            Refusal::Checksum => {
                Self::new(422, "checksum_mismatch", "the bytes are not those whose sha256 was announced")
            }
            Refusal::Mismatch(why) => Self::new(400, "invalid_parameter", *why),
        }
    }
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        match error {
            Error::Denied(Denied::NotFound) => Self::new(404, "not_found", "there is no such thing here"),
            Error::Denied(Denied::StepUp { .. }) => {
                Self::new(401, "reauthentication_required", "sign in, then try again")
            }
            Error::Denied(Denied::TooMany { retry_after }) => Self {
                retry_after: Some(*retry_after),
                ..Self::new(429, "quota-exceeded", "too many: wait as long as Retry-After says")
            },
            Error::Denied(Denied::Forbidden) => Self::new(403, "forbidden", "this is for our own pages alone"),
            Error::Denied(Denied::Expired) => Self::new(403, "forbidden", "the page is too old: load it anew"),
            Error::Denied(Denied::Conflict(why)) => Self::new(409, "conflict", *why),
            Error::Fault(fault) if fault.kind() == FaultKind::Unavailable => Self {
                retry_after: Some(Seconds(1)),
                ..Self::new(503, "temporary-reduced-capacity", "a part of the service is away: try again")
            },
            Error::Fault(_) => Self::new(500, "internal", "something went wrong on our side"),
            Error::Denied(_) | Error::Protocol(_) => {
                Self::new(400, "invalid_parameter", "the request cannot be carried out")
            }
        }
    }
}

/// The answer that tells of a failure; a fault is logged here, once.
pub fn tell(failure: &Failure, visit: &Visit) -> Response {
    let problem = match failure {
        Failure::Refused(refusal) => Problem::from(refusal),
        Failure::Error(error) => {
            if let Error::Fault(fault) = error {
                tracing::error!(request.id = visit.reference(), fault = %fault, "a request failed");
            }
            Problem::from(error)
        }
    };
    answer(&problem, visit.app().config.issuer())
}

/// The answer that tells of a problem.
pub fn answer(problem: &Problem, issuer: &str) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    // An agreed type has a name with a dash, ours have none.
    let kind = match problem.code.contains('-') {
        true => format!("{AGREED}{}", problem.code),
        false => format!("{issuer}/problems/{}", problem.code),
    };
    let title = status.canonical_reason().unwrap_or_default();
    let mut body = problem.more.clone();
    for (name, value) in [
        ("type", json!(kind)),
        ("title", json!(title)),
        ("status", json!(problem.status)),
        ("detail", json!(problem.detail)),
        ("code", json!(problem.code)),
    ] {
        body.insert(name.to_owned(), value);
    }
    let mut response = Response::builder().status(status).body(Value::Object(body).to_string());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if let Some(seconds) = problem.retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds.0.max(1)));
    }
    response
}
