//! Client assertions (RFC 7523 §3): at the token endpoint and where requests are pushed.

use serde_json::{Value, json};

use crate::support::platform::now;
use crate::support::proofs::Jws;
use crate::support::random_text;

use crate::protocol::conformance::fapi::suite::{Shown, Suite, refused, request_uri};

const PAR: &str = "pushed_authorization_request_endpoint";
const INVALID: &[&str] = &["invalid_client"];
/// An assertion about another client than `client_id` is met before its signature.
const TWO_CLIENTS: &[&str] = &["invalid_request"];

fn good(suite: &Suite) -> Jws {
    suite.first().assertion(json!(suite.issuer()))
}

/// Redeems a code with this assertion, which must not be believed; nor is the code lost by it.
async fn fails(suite: &mut Suite, assertion: Option<String>) {
    fails_with(suite, assertion, INVALID).await;
}

async fn fails_with(suite: &mut Suite, assertion: Option<String>, errors: &[&str]) {
    let asked = suite.request();
    let code = suite.code(&asked).await;
    let shown = suite.shown(suite.first(), "token_endpoint");
    refused(&suite.exchange_shown(&asked, &code, Shown { assertion, ..shown }).await, errors);
    let answer = suite.exchange(&asked, &code).await;
    suite.tokens(&asked, &answer).await;
}

async fn succeeds(suite: &mut Suite, assertion: Jws) {
    let asked = suite.request();
    let code = suite.code(&asked).await;
    let shown = Shown { assertion: Some(assertion.text()), ..suite.shown(suite.first(), "token_endpoint") };
    let answer = suite.exchange_shown(&asked, &code, shown).await;
    suite.tokens(&asked, &answer).await;
}

/// Pushes with this assertion, which must not be believed.
async fn par_fails(suite: &mut Suite, assertion: Jws) {
    par_fails_with(suite, assertion, INVALID).await;
}

async fn par_fails_with(suite: &mut Suite, assertion: Jws, errors: &[&str]) {
    let shown = Shown { assertion: Some(assertion.text()), ..suite.shown(suite.first(), PAR) };
    refused(&suite.push_shown(&suite.fields(suite.first(), &suite.request()), shown).await, errors);
}

/// Pushes with this assertion, and goes on to the tokens.
async fn par_succeeds(suite: &mut Suite, assertion: Jws) {
    let asked = suite.request();
    let shown = Shown { assertion: Some(assertion.text()), ..suite.shown(suite.first(), PAR) };
    let uri = request_uri(&suite.push_shown(&suite.fields(suite.first(), &asked), shown).await);
    let url = suite.opened(suite.first(), &uri);
    let response = suite.walk(&url).await;
    let code = suite.code_of(&asked, response);
    let answer = suite.exchange(&asked, &code).await;
    suite.tokens(&asked, &answer).await;
}

pub async fn ensure_signed_client_assertion_with_rs256_fails(suite: &mut Suite) {
    let (now, id) = (now(), &suite.first().id);
    let claims =
        json!({ "iss": id, "sub": id, "aud": suite.issuer(), "jti": random_text(), "iat": now, "exp": now + 60 });
    let assertion = suite.first().sign_rs256(claims).text();
    fails(suite, Some(assertion)).await;
}

pub async fn ensure_client_assertion_in_token_endpoint(suite: &mut Suite) {
    fails(suite, None).await;
}

pub async fn ensure_client_assertion_with_exp_is_5_minutes_in_past_fails(suite: &mut Suite) {
    let assertion = good(suite).claim("iat", json!(now() - 600)).claim("exp", json!(now() - 300)).text();
    fails(suite, Some(assertion)).await;
}

pub async fn ensure_client_assertion_with_wrong_aud_fails(suite: &mut Suite) {
    let assertion = good(suite).claim("aud", json!("https://other.example/")).text();
    fails(suite, Some(assertion)).await;
}

pub async fn ensure_client_assertion_with_no_sub_fails(suite: &mut Suite) {
    let assertion = good(suite).claim("sub", Value::Null).text();
    fails(suite, Some(assertion)).await;
}

pub async fn ensure_client_assertion_with_wrong_iss_fails(suite: &mut Suite) {
    let assertion = good(suite).claim("iss", json!(suite.second().id)).text();
    fails(suite, Some(assertion)).await;
}

pub async fn ensure_client_assertion_with_wrong_sub_fails(suite: &mut Suite) {
    let assertion = good(suite).claim("sub", json!(suite.second().id)).text();
    fails_with(suite, Some(assertion), TWO_CLIENTS).await;
}

pub async fn ensure_client_assertion_with_iss_aud_succeeds(suite: &mut Suite) {
    succeeds(suite, good(suite)).await;
}

// ---- FAPI 2.0: the issuer, alone, as a string (RFC 7523bis) ---------------------------------------------------------

pub async fn par_test_array_as_audience_fails(suite: &mut Suite) {
    for list in [json!([suite.issuer()]), json!([suite.issuer(), suite.endpoint(PAR)])] {
        par_fails(suite, good(suite).claim("aud", list)).await;
    }
}

pub async fn par_test_par_endpoint_url_as_audience_fails(suite: &mut Suite) {
    par_fails(suite, good(suite).claim("aud", json!(suite.endpoint(PAR)))).await;
}

pub async fn par_test_token_endpoint_url_as_audience_fails(suite: &mut Suite) {
    par_fails(suite, good(suite).claim("aud", json!(suite.endpoint("token_endpoint")))).await;
}

pub async fn par_ensure_jwt_client_assertions_nbf_8_seconds_in_the_future_is_accepted(suite: &mut Suite) {
    let at = now() + 8;
    par_succeeds(suite, good(suite).claim("iat", json!(at)).claim("nbf", json!(at))).await;
}

pub async fn par_ensure_jwt_client_assertions_nbf_over_60_seconds_in_the_future_fails(suite: &mut Suite) {
    let at = now() + 70;
    let assertion = good(suite).claim("iat", json!(at)).claim("nbf", json!(at)).claim("exp", json!(at + 60));
    par_fails(suite, assertion).await;
}

// ---- FAPI 1.0: any name of ours, alone or in a list -----------------------------------------------------------------

pub async fn par_test_pushed_authorization_url_as_audience_for_client_jwt_assertion(suite: &mut Suite) {
    par_succeeds(suite, good(suite).claim("aud", json!(suite.endpoint(PAR)))).await;
}

pub async fn par_token_endpoint_url_as_audience_for_client_jwt_assertion(suite: &mut Suite) {
    par_succeeds(suite, good(suite).claim("aud", json!(suite.endpoint("token_endpoint")))).await;
}

pub async fn test_array_as_audience_for_client_jwt_assertion(suite: &mut Suite) {
    let list = json!([suite.issuer(), suite.endpoint("token_endpoint"), suite.endpoint(PAR)]);
    match suite.variant.is_pushed() {
        true => par_succeeds(suite, good(suite).claim("aud", list)).await,
        false => succeeds(suite, good(suite).claim("aud", list)).await,
    }
}

pub async fn par_ensure_client_assertion_with_wrong_aud_fails(suite: &mut Suite) {
    par_fails(suite, good(suite).claim("aud", json!("https://other.example/"))).await;
}

pub async fn par_ensure_client_assertion_with_wrong_iss_fails(suite: &mut Suite) {
    par_fails(suite, good(suite).claim("iss", json!(suite.second().id))).await;
}

pub async fn par_ensure_client_assertion_with_wrong_sub_fails(suite: &mut Suite) {
    par_fails_with(suite, good(suite).claim("sub", json!(suite.second().id)), TWO_CLIENTS).await;
}
