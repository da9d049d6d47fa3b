//! Signed requests (RFC 9101; FAPI 2.0 Message Signing §5.3, FAPI 1.0 Advanced §5.2.2).

use serde_json::{Value, json};

use crate::support::platform::now;

use crate::protocol::conformance::fapi::suite::{Asked, Suite, refused};

const INVALID: &[&str] = &["invalid_request_object"];

async fn fails(suite: &mut Suite, change: impl FnOnce(Asked) -> Asked) {
    let asked = change(suite.request());
    suite.must_refuse(&asked, INVALID).await;
}

pub async fn ensure_request_object_with_multiple_aud_succeeds(suite: &mut Suite) {
    let list = json!([suite.issuer(), "https://other.example"]);
    suite.complete(&suite.request().dated("aud", list)).await;
}

pub async fn ensure_request_object_with_nbf_8_seconds_in_the_future_is_accepted(suite: &mut Suite) {
    let at = json!(now() + 8);
    suite.complete(&suite.request().dated("nbf", at.clone()).dated("iat", at)).await;
}

pub async fn ensure_request_object_without_exp_fails(suite: &mut Suite) {
    fails(suite, |asked| asked.dated("exp", Value::Null)).await;
}

pub async fn ensure_request_object_without_nbf_fails(suite: &mut Suite) {
    fails(suite, |asked| asked.dated("nbf", Value::Null)).await;
}

pub async fn ensure_expired_request_object_fails(suite: &mut Suite) {
    fails(suite, |asked| asked.dated("exp", json!(now() - 300))).await;
}

pub async fn ensure_request_object_with_bad_aud_fails(suite: &mut Suite) {
    fails(suite, |asked| asked.dated("aud", json!("https://other.example"))).await;
}

pub async fn ensure_request_object_with_exp_over_60_fails(suite: &mut Suite) {
    fails(suite, |asked| asked.dated("exp", json!(now() + 70 * 60))).await;
}

pub async fn ensure_request_object_with_nbf_over_60_fails(suite: &mut Suite) {
    fails(suite, |asked| asked.dated("nbf", json!(now() - 70 * 60))).await;
}

pub async fn ensure_request_object_without_scope_fails(suite: &mut Suite) {
    fails(suite, |asked| asked.without("scope")).await;
}

/// The profile's demand, so told as a fault of the request.
pub async fn ensure_request_object_without_nonce_fails(suite: &mut Suite) {
    suite.must_refuse(&suite.request().without("nonce"), &["invalid_request", "invalid_request_object"]).await;
}

pub async fn par_pushed_authorization_url_as_audience_in_request_object(suite: &mut Suite) {
    let url = json!(suite.endpoint("pushed_authorization_request_endpoint"));
    fails(suite, |asked| asked.dated("aud", url)).await;
}

/// What the first client asks, in an object that came out like this.
async fn object_fails(suite: &mut Suite, object: impl FnOnce(&Suite, Value) -> String) {
    let asked = suite.request();
    let object = object(suite, asked.claims());
    suite.must_refuse_object(&asked, &object, INVALID).await;
}

pub async fn ensure_signed_request_object_with_rs256_fails(suite: &mut Suite) {
    object_fails(suite, |suite, claims| suite.first().sign_rs256(claims).text()).await;
}

pub async fn ensure_request_object_signature_algorithm_is_not_none(suite: &mut Suite) {
    object_fails(suite, |suite, claims| suite.first().sign(claims).unsigned()).await;
}

pub async fn ensure_request_object_with_invalid_signature_fails(suite: &mut Suite) {
    object_fails(suite, |suite, claims| bent(&suite.first().sign(claims).text())).await;
}

pub async fn ensure_matching_key_in_authorization_request(suite: &mut Suite) {
    object_fails(suite, |suite, claims| suite.second().sign(claims).text()).await;
    object_fails(suite, |suite, claims| suite.first().sign(claims).signed_by(&suite.second().key).text()).await;
}

pub async fn ensure_unsigned_request_at_par_endpoint_fails(suite: &mut Suite) {
    refused(&suite.push_fields(&suite.request().pairs()).await, &["invalid_request"]);
}

/// With one character of its signature changed.
pub fn bent(token: &str) -> String {
    let (rest, signature) = token.rsplit_once('.').expect("a signature");
    let first = if signature.starts_with('A') { 'B' } else { 'A' };
    format!("{rest}.{first}{}", &signature[1..])
}
