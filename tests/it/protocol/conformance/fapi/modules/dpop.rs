//! Proofs of possession (RFC 9449).

use serde_json::{Value, json};

use crate::support::platform::{Answer, now};
use crate::support::proofs::{Jws, ProofKey, SPOILT};

use crate::protocol::conformance::fapi::suite::{Asked, Shown, Suite, refused, request_uri};

fn proof(suite: &Suite) -> Jws {
    suite.first().dpop.proof("POST", suite.endpoint("token_endpoint"))
}

async fn exchange(suite: &Suite, asked: &Asked, code: &str, proof: &Jws) -> Answer {
    let shown = suite.shown(suite.first(), "token_endpoint");
    suite.exchange_shown(asked, code, Shown { proof: Some(proof.text()), ..shown }).await
}

/// A whole authorization whose proof at the token endpoint is this.
async fn succeeds(suite: &mut Suite, proof: Jws) {
    let asked = suite.request();
    let code = suite.code(&asked).await;
    let answer = exchange(suite, &asked, &code, &proof).await;
    suite.tokens(&asked, &answer).await;
}

pub async fn check_dpop_proof_nbf_exp(suite: &mut Suite) {
    let proof = proof(suite).claim("nbf", json!(now() - 5)).claim("exp", json!(now() + 60));
    succeeds(suite, proof).await;
}

pub async fn ensure_dpopproof_with_iat_10seconds_before_succeeds(suite: &mut Suite) {
    succeeds(suite, proof(suite).claim("iat", json!(now() - 10))).await;
}

pub async fn ensure_dpopproof_with_iat_10seconds_after_succeeds(suite: &mut Suite) {
    succeeds(suite, proof(suite).claim("iat", json!(now() + 10))).await;
}

/// Pushes a request with a proof of this key.
async fn push(suite: &Suite, asked: &Asked, key: &ProofKey) -> Answer {
    const PAR: &str = "pushed_authorization_request_endpoint";
    let shown = suite.shown(suite.first(), PAR);
    let proof = Some(key.proof("POST", suite.endpoint(PAR)).text());
    suite.push_shown(&suite.fields(suite.first(), asked), Shown { proof, ..shown }).await
}

pub async fn ensure_mismatched_dpop_jkt_fails(suite: &mut Suite) {
    let asked = suite.request().with("dpop_jkt", ProofKey::generate().thumbprint());
    refused(&push(suite, &asked, &suite.first().dpop).await, &["invalid_dpop_proof", "invalid_request"]);
}

/// The code of a request that was pushed with a proof of this key.
async fn bound_by_proof(suite: &mut Suite, key: &ProofKey) -> (Asked, String) {
    let asked = suite.request();
    let uri = request_uri(&push(suite, &asked, key).await);
    let url = suite.opened(suite.first(), &uri);
    let response = suite.walk(&url).await;
    let code = suite.code_of(&asked, response);
    (asked, code)
}

const OTHER_KEY: &[&str] = &["invalid_grant", "invalid_dpop_proof", "invalid_request"];

pub async fn ensure_token_endpoint_fails_with_mismatched_dpop_proof_jkt(suite: &mut Suite) {
    let (asked, code) = bound_by_proof(suite, &ProofKey::generate()).await;
    refused(&suite.exchange(&asked, &code).await, OTHER_KEY);
}

pub async fn ensure_token_endpoint_fails_with_mismatched_dpop_jkt(suite: &mut Suite) {
    let asked = suite.request().with("dpop_jkt", ProofKey::generate().thumbprint());
    let code = suite.code(&asked).await;
    refused(&suite.exchange(&asked, &code).await, OTHER_KEY);
}

pub async fn ensure_dpopproof_at_par_endpoint_binding_success(suite: &mut Suite) {
    let key = suite.first().dpop.clone();
    let (asked, code) = bound_by_proof(suite, &key).await;
    let answer = suite.exchange(&asked, &code).await;
    suite.tokens(&asked, &answer).await;
}

pub async fn ensure_dpop_auth_code_binding_success(suite: &mut Suite) {
    let asked = suite.request().with("dpop_jkt", suite.first().dpop.thumbprint());
    suite.complete(&asked).await;
}

/// A proof with this said of it: at the token endpoint none of them spends the code, at the resource none the token.
pub async fn dpop_negative_tests(suite: &mut Suite) {
    let (key, rsa) = (suite.first().dpop.clone(), ProofKey::of("RS256"));
    let asked = suite.request();
    let code = suite.code(&asked).await;
    let token_endpoint = suite.endpoint("token_endpoint").to_owned();
    for (what, spoil) in SPOILT {
        let text = match *what {
            "RS256" => rsa.proof("POST", &token_endpoint).text(),
            _ => spoil(proof(suite), &key),
        };
        let shown = suite.shown(suite.first(), "token_endpoint");
        let answer = suite.exchange_shown(&asked, &code, Shown { proof: Some(text), ..shown }).await;
        assert_eq!(answer.error(), "invalid_dpop_proof", "{what}: {}", answer.text());
        refused(&answer, &["invalid_dpop_proof"]);
    }
    let two = [proof(suite).text(), proof(suite).text()];
    let shown = suite.shown(suite.first(), "token_endpoint");
    let mut fields = suite.redeeming(&asked, &code);
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    if let Some(assertion) = &shown.assertion {
        fields.extend([("client_assertion_type", kind), ("client_assertion", assertion)]);
    }
    let request = shown.http.post(&token_endpoint).form(&fields);
    let request = two.iter().fold(request, |request, proof| request.header("dpop", proof));
    refused(&Answer::of(request).await, &["invalid_dpop_proof"]);
    // As the standard allows (RFC 9449 §4.3, RFC 3986 §6.2).
    let upper = token_endpoint.replacen("http", "HTTP", 1);
    let good = proof(suite).claim("htu", json!(format!("{upper}?a=b#c"))).claim("more", json!({ "x": [1] }));
    let answer = exchange(suite, &asked, &code, &good).await;
    let tokens = suite.tokens(&asked, &answer).await;

    let at = suite.endpoint("userinfo_endpoint").to_owned();
    let good = || key.proof_with("GET", &at, &tokens.access);
    let ask = async |scheme: &str, proofs: &[String]| {
        let request = suite.first().http.get(&at).header("authorization", format!("{scheme} {}", tokens.access));
        Answer::of(proofs.iter().fold(request, |request, proof| request.header("dpop", proof))).await
    };
    for (what, spoil) in SPOILT {
        let text = match *what {
            "RS256" => rsa.proof_with("GET", &at, &tokens.access).text(),
            _ => spoil(good(), &key),
        };
        let answer = ask("DPoP", &[text]).await;
        assert_eq!((answer.status, answer.error().as_str()), (401, "invalid_dpop_proof"), "{what}");
    }
    let once = good().text();
    for (what, scheme, proofs, status) in [
        ("no proof", "DPoP", vec![], 401),
        ("two proofs", "DPoP", vec![good().text(), good().text()], 401),
        ("no ath", "DPoP", vec![good().claim("ath", Value::Null).text()], 401),
        ("another ath", "DPoP", vec![key.proof_with("GET", &at, "other").text()], 401),
        ("another key", "DPoP", vec![ProofKey::generate().proof_with("GET", &at, &tokens.access).text()], 401),
        ("another scheme", "Bearer", vec![good().text()], 401),
        ("another scheme without proof", "Bearer", vec![], 401),
        ("a good one", "DPoP", vec![once.clone()], 200),
        ("the same again", "DPoP", vec![once], 401),
        ("a new one", "DPoP", vec![good().text()], 200),
    ] {
        let answer = ask(scheme, &proofs).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
    }
}
