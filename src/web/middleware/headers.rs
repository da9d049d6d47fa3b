//! The headers of every answer (OWASP ASVS V3.4): what a browser may do with it, and who may keep it.

use poem::Response;
use poem::http::HeaderValue;
use poem::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, PRAGMA, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, VARY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

use crate::web::door::Door;

/// Nothing runs, loads or frames but our own; a form goes to us alone (DESIGN.md §0.10).
const PAGE: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'; \
    require-trusted-types-for 'script'";
/// For what is no page: nothing at all.
const DATA: &str = "default-src 'none'; frame-ancestors 'none'";

/// The one page that others may frame: its own script, and nothing else.
pub const FRAMED: &str = "default-src 'none'; script-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors *; require-trusted-types-for 'script'";

/// Marks an answer that other sites' pages may frame.
#[derive(Clone, Copy)]
pub struct MayBeFramed;

/// A page with frames of these origins, and of no others (OIDC Front-Channel Logout §3).
pub fn frames_policy(origins: &[String]) -> String {
    format!("{PAGE}; frame-src {}", origins.join(" "))
}

/// A page whose one form goes to a client (OAuth 2.0 Form Post Response Mode §2). `origin` is a registered one.
pub fn form_post_policy(origin: &str) -> String {
    PAGE.replace("form-action 'self'", &format!("form-action {origin}"))
}

/// Sets what an answer does not say itself.
pub fn set(response: &mut Response, door: Door, is_https: bool) {
    let may_be_framed = response.extensions().get::<MayBeFramed>().is_some();
    let headers = response.headers_mut();
    let mut or = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    or(X_CONTENT_TYPE_OPTIONS, "nosniff");
    or(REFERRER_POLICY, "no-referrer");
    if !may_be_framed {
        or(X_FRAME_OPTIONS, "DENY");
    }
    or(CONTENT_SECURITY_POLICY, if door == Door::Page { PAGE } else { DATA });
    if is_https {
        or(STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
    match door {
        Door::Page => {
            or(CACHE_CONTROL, "no-store");
            or(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
            or(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
            or(
                HeaderName::from_static("permissions-policy"),
                "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()",
            );
        }
        Door::Protocol | Door::Bearer => {
            or(CACHE_CONTROL, "no-store");
            // RFC 6749 §5.1 still asks for it.
            or(PRAGMA, "no-cache");
        }
        // Kept by the client alone, and asked for again each time (RFC 9111 §5.2.2).
        Door::Api => {
            or(CACHE_CONTROL, "private, no-cache");
            or(VARY, "Authorization, DPoP, Accept, Origin");
        }
        Door::Link => {
            or(CACHE_CONTROL, "private, no-store");
            or(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
        }
        // Known to the world, and asked for by pages of other origins.
        Door::Document => {
            or(CACHE_CONTROL, "public, max-age=300");
            or(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
        }
    }
}
