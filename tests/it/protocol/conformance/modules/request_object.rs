//! Unsigned request objects, which are never believed: the suite skips these modules where `none` is not offered.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::protocol::conformance::suite::{Mode, Suite, parameter};
use crate::support::platform::Attempt;

/// OIDC Core §6.1 with `alg` none: what the outside does not say is in here.
fn unsigned(attempt: &Attempt, redirect_uri: &str, client: &str) -> String {
    let claims = json!({
        "response_type": "code", "client_id": client, "scope": "openid", "redirect_uri": redirect_uri,
        "state": attempt.state, "nonce": attempt.nonce,
    });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(&json!({ "alg": "none" })), part(&claims))
}

/// The metadata says so: algorithms, and `none` is not among them.
fn must_not_promise_none(metadata: &Value) {
    let offered = metadata["request_object_signing_alg_values_supported"].as_array().expect("a list of algorithms");
    assert!(offered.contains(&"RS256".into()) && !offered.contains(&"none".into()), "{offered:?}");
}

pub async fn oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(mode: Mode) {
    let mut suite = Suite::start(mode).await;
    must_not_promise_none(&suite.platform.metadata);
    let outside = suite.request("openid", &[]);
    let object = unsigned(&outside, &outside.redirect_uri, &suite.platform.client.id);
    // The suite says state and nonce inside alone: then there is none to echo.
    let attempt = suite.request("openid", &[("state", None), ("nonce", None), ("request", Some(&object))]);
    assert!(parameter(&attempt, "state").is_none());
    suite.must_refuse(&attempt, &["invalid_request_object"]).await;
    let attempt = suite.request("openid", &[("request", Some(&object))]);
    suite.must_refuse(&attempt, &["invalid_request_object"]).await;
}

/// By reference, with the fragment that names the content.
pub async fn oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(mode: Mode) {
    let mut suite = Suite::start(mode).await;
    must_not_promise_none(&suite.platform.metadata);
    let uri = "https://orbitphotos.example/requests/1.jwt#GkurKxf5T0Y-mnPFCHqWOMiZi4VS138cQO_V7PZHAdM";
    let attempt = suite.request("openid", &[("state", None), ("nonce", None), ("request_uri", Some(uri))]);
    suite.must_refuse(&attempt, &["invalid_request_uri"]).await;
}

/// An unregistered redirect URI outside ends on a page, even to say that the object with the right one is not read.
pub async fn oidcc_ensure_request_object_with_redirect_uri(mode: Mode) {
    let mut suite = Suite::start(mode).await;
    must_not_promise_none(&suite.platform.metadata);
    let outside = suite.request("openid", &[]);
    let object = unsigned(&outside, &outside.redirect_uri, &suite.platform.client.id);
    for uri in ["https://orbitphotos.example/callback/other", "https://evil.example/"] {
        let changes = [("redirect_uri", Some(uri)), ("request", Some(object.as_str()))];
        suite.must_stay(&suite.request("openid", &changes), "invalid_request_object").await;
    }
    suite
        .must_stay(
            &suite.request("openid", &[("redirect_uri", None), ("request", Some(&object))]),
            "invalid_request_object",
        )
        .await;
}
