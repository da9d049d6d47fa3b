//! What discovery says about documents that were checked (OpenID Identity Assurance §8).

use serde_json::{Value, json};
use social_wallet::wallet::identity::DocumentKind;

use crate::support::documents::{self, Paper};
use crate::support::platform::Platform;
use crate::support::seeded;

use super::Probe::{Each, Whole};
use super::Row;
use super::bench::{Bench, answer};

pub const PROBES: &[Row] = &[
    ("verified_claims_supported", Whole(|bench, value| Box::pin(supported(bench, value)))),
    ("trust_frameworks_supported", Each(|bench, value| Box::pin(trust_framework(bench, value)))),
    ("claims_in_verified_claims_supported", Each(|bench, value| Box::pin(claim(bench, value)))),
    ("evidence_supported", Each(|bench, value| Box::pin(evidence(bench, value)))),
    ("documents_supported", Each(|bench, value| Box::pin(document(bench, value)))),
    ("documents_check_methods_supported", Each(|bench, value| Box::pin(check_method(bench, value)))),
];

/// What the operator's client is told of somebody with this paper, under these demands.
async fn told_of(bench: &Bench, paper: &Paper, verification: &Value, claim: &str) -> Value {
    let orbit = bench.house.orbit().await;
    let mut person = seeded::signed_in(&bench.house.server).await;
    documents::check(&bench.house.server.stores, &person.email, paper).await;
    let mut demands = json!({ "trust_framework": null });
    demands.as_object_mut().expect("an object").extend(verification.as_object().expect("an object").clone());
    let asked = json!({ "userinfo": { "verified_claims": { "verification": demands, "claims": { claim: null } } } });
    let attempt = orbit.attempt_with("openid", &[("claims", Some(&asked.to_string()))]);
    let came = answer(&mut person, &attempt).await;
    let tokens = orbit.tokens(&attempt, orbit.exchange(&attempt, came.field("code")).await).await;
    orbit.userinfo(&tokens.access).await.json()["verified_claims"].clone()
}

pub async fn told(bench: &Bench, verification: &Value, claim: &str) -> Value {
    told_of(bench, &Paper::default(), verification, claim).await
}

/// The scope alone.
pub async fn scope(bench: &Bench, orbit: &Platform) {
    let mut person = documents::signed_in(&bench.house.server).await;
    let attempt = orbit.attempt("openid wallet.identity");
    let came = answer(&mut person, &attempt).await;
    let tokens = orbit.tokens(&attempt, orbit.exchange(&attempt, came.field("code")).await).await;
    let told = orbit.userinfo(&tokens.access).await.json();
    assert_eq!(told["verified_claims"]["claims"]["family_name"], documents::FAMILY_NAME, "{told}");
}

async fn supported(bench: &mut Bench, value: &Value) {
    assert_eq!(*value, !told(bench, &json!({}), "given_name").await.is_null());
}

/// It is told, and its page says what it means.
async fn trust_framework(bench: &mut Bench, framework: &str) {
    let told = told(bench, &json!({ "trust_framework": { "value": framework } }), "given_name").await;
    assert_eq!(told["verification"]["trust_framework"], framework);
    let path = framework.strip_prefix(&bench.house.server.issuer).expect("ours");
    assert_eq!(bench.person.visit(path).await.page().status, 200);
}

async fn claim(bench: &mut Bench, claim: &str) {
    let told = told(bench, &json!({}), claim).await;
    assert!(!told["claims"][claim].is_null(), "{claim}: {told}");
}

async fn evidence(bench: &mut Bench, kind: &str) {
    let told = told(bench, &json!({ "evidence": [{ "type": { "value": kind } }] }), "given_name").await;
    assert_eq!(told["verification"]["evidence"][0]["type"], kind, "{told}");
}

async fn document(bench: &mut Bench, kind: &str) {
    let known = DocumentKind::ALL.into_iter().find(|known| known.as_str() == kind);
    let paper = Paper { kind: known.unwrap_or_else(|| panic!("nobody has a {kind}")), ..Paper::default() };
    let details = json!({ "type": { "value": kind } });
    let demands = json!({ "evidence": [{ "type": { "value": "document" }, "document_details": details }] });
    let told = told_of(bench, &paper, &demands, "given_name").await;
    assert_eq!(told["verification"]["evidence"][0]["document_details"]["type"], kind, "{told}");
}

async fn check_method(bench: &mut Bench, method: &str) {
    let check = json!({ "check_method": { "value": method } });
    let demands = json!({ "evidence": [{ "type": { "value": "document" }, "check_details": [check] }] });
    let told = told(bench, &demands, "given_name").await;
    assert_eq!(told["verification"]["evidence"][0]["check_details"][0]["check_method"], method, "{told}");
}
