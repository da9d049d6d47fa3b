//! Problems (RFC 9457): what a program is told of an error of the wallet's own doors. The one table of their types
//! (WALLET.md §19).

use poem::Response;
use poem::http::header::{CONTENT_TYPE, RETRY_AFTER};
use poem::http::{HeaderValue, StatusCode};
use serde_json::{Map, Value, json};

use crate::base::Seconds;
use crate::base::fault::FaultKind;
use crate::error::{Denied, Error};
use crate::oauth::Code;
use crate::wallet::disclosure::PAUSED;
use crate::wallet::media::{Failure, Full, Reason, Refusal};
use crate::web::visit::Visit;

/// One type of problem.
#[derive(Debug)]
pub struct Type {
    pub code: &'static str,
    pub status: u16,
    pub title: &'static str,
}

const fn row(code: &'static str, status: u16, title: &'static str) -> Type {
    Type { code, status, title }
}

/// Every type, in the order of the documentation.
pub const TYPES: &[Type] = &[
    row("invalid_token", 401, "The access token opens nothing"),
    row("invalid_dpop_proof", 401, "The DPoP proof does not fit"),
    row("use_dpop_nonce", 401, "The DPoP proof needs our nonce"),
    row("insufficient_user_authentication", 401, "The person has to sign in again, or more strongly"),
    row("reauthentication_required", 401, "Sign in first"),
    row("invalid_signature", 401, "The call is not signed as it must be"),
    row("insufficient_scope", 403, "The access token lacks a scope"),
    row("origin_not_allowed", 403, "Pages of this origin may not read this"),
    row("forbidden", 403, "This is for our own pages alone"),
    row("not_found", 404, "It does not exist, or not for you"),
    row("unknown_field", 400, "A field is unknown"),
    row("invalid_cursor", 400, "The cursor is none of this list"),
    row("invalid_parameter", 400, "The request cannot be read"),
    row("grant_paused", 403, "The person has paused sharing with you"),
    row("badge_definition_unapproved", 409, "Nobody has approved this badge"),
    row("badge_definition_exists", 409, "You have another badge of this name"),
    row("too_many_badge_definitions", 409, "You have as many badges as you may"),
    row("badge_not_accepted", 409, "The person did not take this badge"),
    row("no_active_grant", 409, "The person shares nothing with you"),
    row("self_review_forbidden", 403, "Nobody reviews themselves"),
    row("verification_state_conflict", 409, "The case stands otherwise"),
    row("lock_lost", 409, "The case is with somebody else"),
    row("conflict", 409, "Someone else was first"),
    row("cursor_expired", 410, "The cursor is too old: begin anew"),
    row("link_expired", 410, "The link is too old"),
    row("link_revoked", 410, "The link works no more"),
    row("payload_too_large", 413, "Too large"),
    row("unsupported_type", 415, "Files of this type are not taken"),
    row("range_not_satisfiable", 416, "Nothing of this range is there"),
    row("checksum_mismatch", 422, "The bytes are not those that were announced"),
    row("file_rejected", 422, "The file was looked at and is not taken"),
    row("quota-exceeded", 429, "Too many requests"),
    row("server_error", 500, "Something went wrong on our side"),
    row("temporary-reduced-capacity", 503, "A part of the service is away"),
    row("quota_exceeded_storage", 507, "The wallet is full"),
];

/// What stands in the way, by the code that says so.
const CONFLICTS: &[(&str, &str)] = &[
    ("badge_definition_unapproved", "an operator looks at each definition; send it again to see how it stands"),
    ("badge_definition_exists", "what people were told of a badge stays: define one of another name"),
    ("too_many_badge_definitions", "a client defines at most 20 badges"),
    ("badge_not_accepted", "it can be offered again 30 days after they declined or let it lapse"),
    ("no_active_grant", "badges are for people who share something with your client at this moment"),
];

/// The problem types that the world has agreed on. They have names with a dash, ours have none.
const AGREED: &str = "https://iana.org/assignments/http-problem-types#";

/// One problem.
#[derive(Debug, Clone)]
pub struct Problem {
    pub kind: &'static Type,
    pub detail: String,
    /// What it says beside that.
    pub more: Map<String, Value>,
    pub retry_after: Option<Seconds>,
}

impl Problem {
    /// Of a code of [`TYPES`].
    pub fn new(code: &str, detail: impl Into<String>) -> Self {
        let is_it = |kind: &&Type| kind.code == code;
        let kind = TYPES.iter().find(is_it).or_else(|| TYPES.iter().find(|kind| kind.code == "server_error"));
        Self { kind: kind.unwrap_or(&TYPES[0]), detail: detail.into(), more: Map::new(), retry_after: None }
    }

    pub fn beside(mut self, name: &str, value: Value) -> Self {
        self.more.insert(name.to_owned(), value);
        self
    }

    fn after(self, retry_after: Seconds) -> Self {
        Self { retry_after: Some(retry_after), ..self }
    }

    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// An upload that was refused for good.
    pub fn rejected(reason: Option<&str>) -> Self {
        let reason = reason.unwrap_or(Reason::Decode.as_str());
        Self::new("file_rejected", "the file was looked at and is not taken").beside("reason", reason.into())
    }
}

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::Unsupported(why) => Self::new("unsupported_type", why.to_string()),
            Refusal::TooLarge { most } => {
                Self::new("payload_too_large", format!("at most {most} bytes are taken here"))
                    .beside("most", (*most).into())
            }
            Refusal::NoRoom(full) => Self::new(
                "quota_exceeded_storage",
                match full {
                    Full::Photos => "the wallet holds as many photos as it may",
                    Full::Videos => "the wallet holds as many videos as it may",
                    Full::Bytes => "the wallet holds as many bytes as it may",
                },
            ),
            Refusal::Checksum => Self::new("checksum_mismatch", "the bytes are not those whose sha256 was announced"),
            Refusal::Mismatch(why) => Self::new("invalid_parameter", *why),
        }
    }
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        match error {
            Error::Protocol(error) => {
                let code = match error.code() {
                    Code::InsufficientScope if error.detail() == Some(PAUSED) => "grant_paused",
                    Code::InvalidToken
                    | Code::InvalidDpopProof
                    | Code::UseDpopNonce
                    | Code::InsufficientUserAuthentication
                    | Code::InsufficientScope => error.code().name(),
                    Code::TemporarilyUnavailable => "temporary-reduced-capacity",
                    _ => "invalid_parameter",
                };
                Self::new(code, error.description())
            }
            Error::Denied(denied) => Self::from(denied),
            Error::Fault(fault) if fault.kind() == FaultKind::Unavailable => {
                Self::new("temporary-reduced-capacity", "a part of the service is away: try again").after(Seconds(1))
            }
            Error::Fault(_) => Self::new("server_error", "something went wrong on our side: tell us the instance"),
        }
    }
}

impl From<&Denied> for Problem {
    fn from(denied: &Denied) -> Self {
        match denied {
            Denied::NotFound => Self::new("not_found", "there is nothing at this address for you"),
            Denied::StepUp { .. } => Self::new("reauthentication_required", "sign in, then try again"),
            Denied::TooMany { retry_after } => {
                Self::new("quota-exceeded", "too many requests: wait as long as Retry-After says").after(*retry_after)
            }
            Denied::Locked { .. } => Self::new("quota-exceeded", "too many requests: wait"),
            Denied::Forbidden => Self::new("forbidden", "this is for our own pages alone"),
            Denied::Expired => Self::new("forbidden", "the page is too old: load it anew"),
            Denied::Conflict(why) => match CONFLICTS.iter().find(|(code, _)| code == why) {
                Some((code, detail)) => Self::new(code, *detail),
                None => Self::new("conflict", *why),
            },
            // Nothing is said of why.
            Denied::Gone("cursor_expired") => {
                Self::new("cursor_expired", "it is too old: read all anew, and begin without one")
            }
            Denied::Gone(code) => Self::new(code, "it was there, and is no more"),
            Denied::Invalid(fields) => {
                let names: Vec<&str> = fields.iter().map(|field| field.field).collect();
                let known = fields.iter().map(|field| field.message);
                let mut known = known.filter(|code| TYPES.iter().any(|kind| kind.code == *code));
                let detail = format!("what {} says does not fit; see the OpenAPI document", names.join(", "));
                Self::new(known.next().unwrap_or("invalid_parameter"), detail)
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
    answer(&problem, visit)
}

/// The answer that tells of a problem.
pub fn answer(problem: &Problem, visit: &Visit) -> Response {
    let mut response = Response::default();
    write(problem, visit, &mut response);
    response
}

/// Makes an answer that of a problem; headers that it has stay.
pub fn write(problem: &Problem, visit: &Visit, response: &mut Response) {
    let code = problem.kind.code;
    let kind = match code.contains('-') {
        true => format!("{AGREED}{code}"),
        false => format!("{}/problems/{code}", visit.app().config.issuer()),
    };
    let mut body = problem.more.clone();
    for (name, value) in [
        ("type", json!(kind)),
        ("title", json!(problem.kind.title)),
        ("status", json!(problem.kind.status)),
        ("detail", json!(problem.detail)),
        ("instance", json!(format!("urn:request:{}", visit.reference()))),
        ("code", json!(code)),
    ] {
        body.insert(name.to_owned(), value);
    }
    response.set_status(problem.status());
    response.set_body(Value::Object(body).to_string());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if let Some(seconds) = problem.retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds.0.max(1)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wallet_s19_every_type_stands_once_and_every_refusal_has_one() {
        for (at, kind) in TYPES.iter().enumerate() {
            assert!(TYPES[..at].iter().all(|other| other.code != kind.code), "{} twice", kind.code);
            assert!((400..600).contains(&kind.status) && !kind.title.is_empty(), "{kind:?}");
        }
        for (denied, code) in [
            (Denied::NotFound, "not_found"),
            (Denied::Gone("link_expired"), "link_expired"),
            (Denied::Gone("link_revoked"), "link_revoked"),
            (Denied::Gone("cursor_expired"), "cursor_expired"),
            (Denied::field("cursor", "invalid_cursor"), "invalid_cursor"),
            (Denied::field("fields", "unknown_field"), "unknown_field"),
            (Denied::field("x", "problem-line"), "invalid_parameter"),
            (Denied::Conflict("grant"), "conflict"),
        ] {
            assert_eq!(Problem::from(&denied).kind.code, code, "{denied:?}");
        }
    }
}
