//! Codes and refresh tokens at the token endpoint: who may spend them, when, and with what.

use std::time::Duration;

use serde_json::json;

use crate::support::platform::{Answer, jose_header};
use crate::support::proofs::ProofKey;

use crate::protocol::conformance::fapi::house::House;
use crate::protocol::conformance::fapi::suite::{Auth, Sender, Shown, Suite, refused};
use crate::protocol::conformance::fapi::tls;

/// The name of the second client, what the first one shows.
pub async fn ensure_client_id_in_token_endpoint(suite: &mut Suite) {
    let asked = suite.request();
    let code = suite.code(&asked).await;
    let (first, second) = (suite.first(), suite.second());
    let mut shown = suite.shown(first, "token_endpoint");
    if suite.variant.auth == Auth::PrivateKeyJwt {
        let theirs = second.assertion(json!(suite.issuer())).header("kid", json!(first.id)).signed_by(&first.key);
        shown.assertion = Some(theirs.text());
    }
    let mut fields = suite.redeeming(&asked, &code);
    fields.iter_mut().filter(|(name, _)| *name == "client_id").for_each(|field| field.1 = &second.id);
    refused(&suite.post("token_endpoint", &fields, shown).await, &["invalid_client", "invalid_grant"]);
}

/// The same client without proof that it holds a key.
fn without_key(suite: &Suite) -> Shown {
    let mut shown = suite.shown(suite.first(), "token_endpoint");
    match suite.variant.sender {
        Sender::Dpop => shown.proof = None,
        Sender::Mtls => shown.http = suite.first().bare.clone(),
    }
    shown
}

/// What is said to who shows no key: of a client that is known by its certificate nothing is known then.
fn errors_without_key(suite: &Suite) -> &'static [&'static str] {
    match (suite.variant.auth, suite.variant.sender) {
        (_, Sender::Dpop) => &["invalid_dpop_proof"],
        (Auth::Mtls, Sender::Mtls) => &["invalid_client"],
        (Auth::PrivateKeyJwt, Sender::Mtls) => &["invalid_request"],
    }
}

pub async fn ensure_holder_of_key_required(suite: &mut Suite) {
    let asked = suite.request();
    let code = suite.code(&asked).await;
    let answer = suite.exchange_shown(&asked, &code, without_key(suite)).await;
    refused(&answer, errors_without_key(suite));
    let answer = suite.exchange(&asked, &code).await;
    suite.tokens(&asked, &answer).await;
    tls::must_be_strict(suite).await;
}

pub use ensure_holder_of_key_required as ensure_mtls_holder_of_key_required;

pub async fn ensure_authorization_code_is_bound_to_client(suite: &mut Suite) {
    let asked = suite.request();
    let code = suite.code(&asked).await;
    let mut fields = suite.redeeming(&asked, &code);
    fields.iter_mut().filter(|(name, _)| *name == "client_id").for_each(|field| field.1 = &suite.second().id);
    let shown = suite.shown(suite.second(), "token_endpoint");
    refused(&suite.post("token_endpoint", &fields, shown).await, &["invalid_grant"]);
}

pub async fn attempt_reuse_authorization_code_after_one_second(suite: &mut Suite) {
    let asked = suite.request();
    let code = suite.code(&asked).await;
    let answer = suite.exchange(&asked, &code).await;
    let tokens = suite.tokens(&asked, &answer).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    refused(&suite.exchange(&asked, &code).await, &["invalid_grant"]);
    suite.userinfo(&tokens.access).await.must_refuse(401, "invalid_token");
    refused(&refresh(suite, &tokens.refresh, suite.shown(suite.first(), "token_endpoint")).await, &["invalid_grant"]);
}

pub use attempt_reuse_authorization_code_after_one_second as attempt_reuse_authorisation_code_after_one_second;

/// In a house whose codes live for a second; that they never live for more than a minute is the profiles' row.
pub async fn ensure_token_endpoint_fails_with_expired_auth_code(suite: &mut Suite) {
    let mut hasty = Suite::at(House::hasty().await, &suite.variant, "/204").await;
    let asked = hasty.request();
    let code = hasty.code(&asked).await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    refused(&hasty.exchange(&asked, &code).await, &["invalid_grant"]);
}

async fn refresh(suite: &Suite, token: &str, shown: Shown) -> Answer {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", suite.first().id.as_str())];
    suite.post("token_endpoint", &fields, shown).await
}

pub async fn refresh_token(suite: &mut Suite) {
    let first = suite.complete(&suite.request()).await;
    refreshes(suite, &first.refresh, &first.claims).await;
}

/// What must be so of every refresh token.
pub async fn refreshes(suite: &mut Suite, token: &str, claims: &serde_json::Value) {
    let shown = || suite.shown(suite.first(), "token_endpoint");
    let token_type = if suite.variant.sender == Sender::Dpop { "DPoP" } else { "Bearer" };
    // FAPI 2.0 SP §5.3.2.1-9: the same one as often as it is needed, so that a lost answer loses nothing.
    for _ in 0..2 {
        let answer = refresh(suite, token, shown()).await;
        crate::protocol::conformance::checks::token_response_of(&answer, token_type).must_be_none("the new tokens");
        let body = answer.json();
        assert!(body.get("refresh_token").is_none_or(|next| next == token), "not rotated");
        assert_eq!(suite.userinfo(body["access_token"].as_str().expect("checked")).await.status, 200);
        if let Some(id_token) = body["id_token"].as_str() {
            // OIDC Core §12.2.
            let renewed = suite.verify(id_token);
            assert_eq!(jose_header(id_token)["alg"], suite.variant.id_token_alg());
            for name in ["iss", "sub", "aud", "auth_time"] {
                assert_eq!(renewed.get(name), claims.get(name), "{name}");
            }
        }
    }
    let mut anonymous = shown();
    anonymous.assertion = None;
    if suite.variant.auth == Auth::Mtls {
        anonymous.http = suite.first().bare.clone();
    }
    refused(&refresh(suite, token, anonymous).await, &["invalid_client"]);
    refused(&refresh(suite, token, without_key(suite)).await, errors_without_key(suite));
    let other = suite.swapped();
    let theirs = other.shown(other.first(), "token_endpoint");
    refused(&refresh(&other, token, theirs).await, &["invalid_grant"]);
    if suite.variant.sender == Sender::Dpop {
        // RFC 9449 §5: that client proves who it is, so its key may change.
        let fresh = ProofKey::generate();
        let proof = Some(fresh.proof("POST", suite.endpoint("token_endpoint")).text());
        let answer = refresh(suite, token, Shown { proof, ..shown() }).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}
