//! Signed questions (CIBA §7.1.1, FAPI-CIBA §5.2.2): all that is wrong with one is `invalid_request`.

use serde_json::{Value, json};

use crate::support::platform::now;

use crate::protocol::conformance::fapi::suite::{Asked, Suite, refused};

use super::backchannel::{ask, ask_object};
use super::request_object::bent;

const INVALID: &[&str] = &["invalid_request"];

async fn fails(suite: &Suite, asked: Asked) {
    refused(&ask(suite, &asked).await, INVALID);
}

async fn fails_with(suite: &Suite, name: &str, value: Value) {
    fails(suite, suite.question().dated(name, value)).await;
}

pub async fn ensure_request_object_missing_aud_fails(suite: &mut Suite) {
    fails_with(suite, "aud", Value::Null).await;
}

pub async fn ensure_request_object_bad_aud_fails(suite: &mut Suite) {
    fails_with(suite, "aud", json!("https://other.example")).await;
}

pub async fn ensure_request_object_missing_iss_fails(suite: &mut Suite) {
    fails_with(suite, "iss", Value::Null).await;
}

pub async fn ensure_request_object_bad_iss_fails(suite: &mut Suite) {
    fails_with(suite, "iss", json!(suite.second().id)).await;
}

pub async fn ensure_request_object_missing_exp_fails(suite: &mut Suite) {
    fails_with(suite, "exp", Value::Null).await;
}

pub async fn ensure_request_object_expired_exp_fails(suite: &mut Suite) {
    fails_with(suite, "exp", json!(now() - 300)).await;
}

pub async fn ensure_request_object_exp_is_70_minutes_in_future_fails(suite: &mut Suite) {
    fails_with(suite, "exp", json!(now() + 70 * 60)).await;
}

pub async fn ensure_request_object_missing_iat_fails(suite: &mut Suite) {
    fails_with(suite, "iat", Value::Null).await;
}

pub async fn ensure_request_object_missing_nbf_fails(suite: &mut Suite) {
    fails_with(suite, "nbf", Value::Null).await;
}

pub async fn ensure_request_object_nbf_is_10_minutes_in_future_fails(suite: &mut Suite) {
    fails(suite, suite.question().dated("nbf", json!(now() + 600)).dated("exp", json!(now() + 900))).await;
}

pub async fn ensure_request_object_nbf_is_70_minutes_in_past_fails(suite: &mut Suite) {
    fails_with(suite, "nbf", json!(now() - 70 * 60)).await;
}

pub async fn ensure_request_object_missing_jti_fails(suite: &mut Suite) {
    fails_with(suite, "jti", Value::Null).await;
}

async fn fails_as(suite: &Suite, object: &str) {
    refused(&ask_object(suite, object).await, INVALID);
}

pub async fn ensure_request_object_signature_algorithm_is_none_fails(suite: &mut Suite) {
    fails_as(suite, &suite.first().sign(suite.question().claims()).unsigned()).await;
}

pub async fn ensure_request_object_signature_algorithm_is_bad_fails(suite: &mut Suite) {
    let good = suite.first().sign(suite.question().claims());
    for alg in ["bad", "HS256", "ES256"] {
        fails_as(suite, &good.clone().header("alg", json!(alg)).text()).await;
    }
    fails_as(suite, &bent(&good.text())).await;
}

pub async fn ensure_request_object_signature_algorithm_is_rs256_fails(suite: &mut Suite) {
    fails_as(suite, &suite.first().sign_rs256(suite.question().claims()).text()).await;
}

pub async fn ensure_request_object_signed_by_other_client_fails(suite: &mut Suite) {
    fails_as(suite, &suite.second().sign(suite.question().claims()).text()).await;
    let good = suite.first().sign(suite.question().claims());
    fails_as(suite, &good.signed_by(&suite.second().key).text()).await;
}

pub async fn ensure_authorization_request_with_multiple_hints_fails(suite: &mut Suite) {
    for hint in ["id_token_hint", "login_hint_token"] {
        fails(suite, suite.question().with(hint, "x")).await;
    }
}
