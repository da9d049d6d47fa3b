//! Request objects: signed ones by reference, and unsigned ones, which are never believed: the suite skips their modules
//! where `none` is not offered.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::Digest as _;

use crate::protocol::conformance::mode::{Mode, client_key, house};
use crate::protocol::conformance::suite::{Suite, parameter};
use crate::support::platform::{Attempt, Key, now};
use crate::support::unique;

/// OIDC Core §6.1 with `alg` none: what the outside does not say is in here.
fn unsigned(mode: Mode, attempt: &Attempt, redirect_uri: &str, client: &str) -> String {
    let claims = json!({
        "response_type": mode.response_type, "client_id": client, "scope": "openid", "redirect_uri": redirect_uri,
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

pub async fn unsigned_request_object_supported_correctly_or_rejected_as_unsupported(mode: Mode) {
    let mut suite = Suite::start(mode).await;
    must_not_promise_none(&suite.platform.metadata);
    let outside = suite.request("openid", &[]);
    let object = unsigned(mode, &outside, &outside.redirect_uri, &suite.platform.client.id);
    // The suite says state and nonce inside alone: then there is none to echo.
    let attempt = suite.request("openid", &[("state", None), ("nonce", None), ("request", Some(&object))]);
    assert!(parameter(&attempt, "state").is_none());
    suite.must_refuse(&attempt, &["invalid_request_object"]).await;
    let attempt = suite.request("openid", &[("request", Some(&object))]);
    suite.must_refuse(&attempt, &["invalid_request_object"]).await;
}

/// By reference, with the fragment that names the content.
pub async fn request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(mode: Mode) {
    let mut suite = Suite::start(mode).await;
    must_not_promise_none(&suite.platform.metadata);
    let uri = "https://orbitphotos.example/requests/1.jwt#GkurKxf5T0Y-mnPFCHqWOMiZi4VS138cQO_V7PZHAdM";
    let attempt = suite.request("openid", &[("state", None), ("nonce", None), ("request_uri", Some(uri))]);
    suite.must_refuse(&attempt, &["invalid_request_uri"]).await;
}

/// An unregistered redirect URI outside ends on a page, even to say that the object with the right one is not read.
pub async fn ensure_request_object_with_redirect_uri(mode: Mode) {
    let mut suite = Suite::start(mode).await;
    must_not_promise_none(&suite.platform.metadata);
    let outside = suite.request("openid", &[]);
    let object = unsigned(mode, &outside, &outside.redirect_uri, &suite.platform.client.id);
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

/// A client with an address for request objects, and what is asked for in one.
async fn by_reference(mode: Mode) -> (Suite, Attempt, String) {
    let path = unique("/requests/");
    let uri = house().await.site.url(&path);
    let suite = Suite::registering(mode, &json!({ "request_uris": [uri] })).await;
    let inside = suite.request("openid", &[]);
    (suite, inside, path)
}

/// A request that refers to this object, of which it says nothing outside that the object alone must say.
fn refers(suite: &Suite, inside: &Attempt, path: &str, uri: &str, object: &str) -> Attempt {
    let (state, nonce) = (inside.state.clone(), inside.nonce.clone());
    let uri = format!("{uri}{path}#{}", URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(object)));
    let attempt = suite.request("openid", &[("state", None), ("nonce", None), ("request_uri", Some(&uri))]);
    Attempt { state, nonce, ..attempt }
}

/// Registered, and not signed: refused all the same.
pub async fn request_uri_unsigned(mode: Mode) {
    let site = &house().await.site;
    let (mut suite, inside, path) = by_reference(mode).await;
    must_not_promise_none(&suite.platform.metadata);
    let object = unsigned(mode, &inside, &inside.redirect_uri, &suite.platform.client.id);
    site.says(&path, "application/jwt", object.clone());
    let attempt = Attempt { state: String::new(), ..refers(&suite, &inside, &path, &site.origin, &object) };
    suite.must_refuse(&attempt, &["invalid_request_object"]).await;
}

/// `state` and `nonce` are in the object alone, and count.
pub async fn request_uri_signed_rs256(mode: Mode) {
    let site = &house().await.site;
    let (mut suite, inside, path) = by_reference(mode).await;
    assert_eq!(suite.platform.metadata["request_uri_parameter_supported"], true);
    let claims = json!({
        "iss": suite.platform.client.id, "aud": suite.platform.issuer, "exp": now() + 60,
        "response_type": mode.response_type, "client_id": suite.platform.client.id, "scope": "openid",
        "redirect_uri": inside.redirect_uri, "state": inside.state, "nonce": inside.nonce,
    });
    let object = client_key().sign(&claims);
    site.says(&path, "application/jwt", object.clone());
    let attempt = refers(&suite, &inside, &path, &site.origin, &object);
    suite.complete(&attempt).await;
    let heard = site.heard(&path);
    assert!(!heard.is_empty() && heard.iter().all(|one| one.method == "GET"), "{heard:?}");

    let foreign = Key::of("RS256").sign(&claims);
    site.says(&path, "application/jwt", foreign.clone());
    let attempt = Attempt { state: String::new(), ..refers(&suite, &inside, &path, &site.origin, &foreign) };
    suite.must_refuse(&attempt, &["invalid_request_object"]).await;
}
