//! Refusals of the data API: problems with the challenges of its door, and how often may be asked.

use poem::Response;
use poem::http::HeaderValue;
use poem::http::header::HeaderName;
use serde_json::{Value, json};

use crate::app::App;
use crate::error::{Denied, Error};
use crate::risk::limits;
use crate::web::problem::{self, Problem, TYPES};
use crate::web::visit::Visit;

/// The refusal with the headers of `challenged` and a problem for its body.
pub fn answer(error: &Error, visit: &Visit, mut challenged: Response) -> Response {
    let problem = match error {
        Error::Denied(Denied::Forbidden) => {
            Problem::new("origin_not_allowed", "register the origin of the page with your client (cors_origins)")
        }
        Error::Denied(Denied::TooMany { .. } | Denied::Locked { .. }) => {
            Problem::from(error).beside("violated-policies", json!(["user"]))
        }
        _ => Problem::from(error),
    };
    problem::write(&problem, visit, &mut challenged);
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

/// The schema of a problem, for the document.
pub fn schema() -> Value {
    let codes: Vec<&str> = TYPES.iter().map(|kind| kind.code).collect();
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
