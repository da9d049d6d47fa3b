//! Refusals of the data API as problems (RFC 9457): the one table from `Error` to its code.

use poem::http::header::{CONTENT_TYPE, HeaderName};
use poem::http::{HeaderValue, StatusCode};
use poem::{Body, Response};
use serde_json::{Value, json};

use crate::app::App;
use crate::base::fault::FaultKind;
use crate::error::{Denied, Error};
use crate::oauth::Code;
use crate::risk::limits;
use crate::web::visit::Visit;

/// What a problem is called, and what it says.
struct Told {
    code: &'static str,
    status: StatusCode,
    title: &'static str,
    detail: String,
}

/// Every code with its status: what clients may meet, in the order of the documentation (WALLET.md §19).
pub const CODES: &[(&str, u16)] = &[
    ("invalid_token", 401),
    ("invalid_dpop_proof", 401),
    ("use_dpop_nonce", 401),
    ("insufficient_user_authentication", 401),
    ("insufficient_scope", 403),
    ("origin_not_allowed", 403),
    ("not_found", 404),
    ("unknown_field", 400),
    ("invalid_cursor", 400),
    ("invalid_parameter", 400),
    ("cursor_expired", 410),
    ("quota-exceeded", 429),
    ("temporary-reduced-capacity", 503),
    ("server_error", 500),
];

/// The refusal with the headers of `challenged` and a problem for its body.
pub fn answer(error: &Error, visit: &Visit, mut challenged: Response) -> Response {
    let told = told(error);
    let issuer = visit.app().config.issuer();
    // Those that IANA keeps a list of are named by its addresses.
    let kind = match told.code {
        "quota-exceeded" | "temporary-reduced-capacity" => {
            format!("https://iana.org/assignments/http-problem-types#{}", told.code)
        }
        code => format!("{issuer}/problems/{code}"),
    };
    let mut body = json!({
        "type": kind,
        "title": told.title,
        "status": told.status.as_u16(),
        "detail": told.detail,
        "instance": format!("urn:request:{}", visit.reference()),
        "code": told.code,
    });
    if told.code == "quota-exceeded" {
        body["violated-policies"] = json!(["user"]);
    }
    challenged.set_status(told.status);
    challenged.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    challenged.set_body(Body::from(body.to_string()));
    if let Error::Denied(Denied::TooMany { retry_after }) = error
        && let Ok(left) = HeaderValue::from_str(&format!("\"user\";r=0;t={}", retry_after.0.max(1)))
    {
        challenged.headers_mut().insert(RATE_LIMIT, left);
    }
    tell_policy(visit.app(), &mut challenged);
    challenged
}

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// How often may be asked, as a structured field (RFC 9651, draft-ietf-httpapi-ratelimit-headers).
pub fn tell_policy(app: &App, response: &mut Response) {
    let Some(limit) = limits::LIMITS.iter().find(|limit| limit.name == "data_api") else { return };
    let rate = (limit.rate)(&app.config.limits);
    if app.config.limits.enabled
        && let Ok(policy) = HeaderValue::from_str(&format!("\"user\";q={};w={}", rate.count, rate.per.0.max(1)))
    {
        response.headers_mut().insert(RATE_LIMIT_POLICY, policy);
    }
}

fn told(error: &Error) -> Told {
    let (code, title, detail) = match error {
        Error::Protocol(error) => {
            let (code, title) = match error.code() {
                Code::InvalidToken => ("invalid_token", "The access token opens nothing"),
                Code::InvalidDpopProof => ("invalid_dpop_proof", "The DPoP proof does not fit"),
                Code::UseDpopNonce => ("use_dpop_nonce", "The DPoP proof needs our nonce"),
                Code::InsufficientUserAuthentication => {
                    ("insufficient_user_authentication", "The person has to sign in again, or more strongly")
                }
                Code::InsufficientScope => ("insufficient_scope", "The access token lacks a scope"),
                Code::TemporarilyUnavailable => ("temporary-reduced-capacity", "A part of the service is away"),
                _ => ("invalid_parameter", "The request cannot be read"),
            };
            (code, title, error.description().to_owned())
        }
        Error::Denied(Denied::NotFound) => {
            ("not_found", "It does not exist, or not for you", "there is nothing at this address for you".to_owned())
        }
        Error::Denied(Denied::TooMany { .. } | Denied::Locked { .. }) => {
            let detail = "too many requests: wait as long as Retry-After says".to_owned();
            ("quota-exceeded", "Too many requests", detail)
        }
        Error::Denied(Denied::Forbidden) => {
            let detail = "register the origin of the page with your client (cors_origins)".to_owned();
            ("origin_not_allowed", "Pages of this origin may not read this", detail)
        }
        Error::Denied(Denied::Gone(code)) => {
            (*code, "It is too old", "it was there, and is no more: begin anew".to_owned())
        }
        Error::Denied(Denied::Invalid(fields)) if fields.iter().any(|field| field.message == "invalid_cursor") => {
            let detail = "the cursor is none of this list: begin without one".to_owned();
            ("invalid_cursor", "The cursor is none of this list", detail)
        }
        Error::Denied(Denied::Invalid(fields)) if fields.iter().any(|field| field.message == "invalid_parameter") => {
            let names: Vec<&str> = fields.iter().map(|field| field.field).collect();
            let detail = format!("what {} says does not fit; see the OpenAPI document", names.join(", "));
            ("invalid_parameter", "The request cannot be read", detail)
        }
        Error::Denied(Denied::Invalid(fields)) => {
            let names: Vec<&str> = fields.iter().map(|field| field.field).collect();
            let detail = format!("what {} says is not known; the OpenAPI document lists the names", names.join(", "));
            ("unknown_field", "A field is unknown", detail)
        }
        Error::Denied(_) => ("invalid_parameter", "The request cannot be read", "see the OpenAPI document".to_owned()),
        Error::Fault(fault) if fault.kind() == FaultKind::Unavailable => {
            let detail = "a part of the service is away: try again".to_owned();
            ("temporary-reduced-capacity", "A part of the service is away", detail)
        }
        Error::Fault(_) => {
            ("server_error", "Something went wrong on our side", "tell us the instance of this problem".to_owned())
        }
    };
    let status = CODES.iter().find(|(name, _)| *name == code).map_or(500, |(_, status)| *status);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Told { code, status, title, detail }
}

/// The schema of a problem, for the document.
pub fn schema() -> Value {
    let codes: Vec<&str> = CODES.iter().map(|(code, _)| *code).collect();
    json!({
        "type": "object",
        "description": "What went wrong (RFC 9457)",
        "required": ["type", "title", "status", "detail", "instance", "code"],
        "properties": {
            "type": { "type": "string", "format": "uri" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string", "description": "For the developer, in English" },
            "instance": { "type": "string", "format": "uri", "description": "Names the request in our log" },
            "code": { "type": "string", "enum": codes },
            "violated-policies": { "type": "array", "items": { "type": "string" } },
        },
    })
}
