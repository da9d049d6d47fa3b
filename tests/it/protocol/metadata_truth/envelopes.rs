//! What discovery says about signatures and encryption of our answers, and of request objects to us.

use reqwest::header::ACCEPT;
use serde_json::json;

use crate::protocol::rfc7516_encryption::{encrypted, verified};
use crate::support::platform::{Answer, Platform, http, jose_header};

use super::Probe::Each;
use super::Row;
use super::bench::{Bench, Party};

pub const PROBES: &[Row] = &[
    ("id_token_signing_alg_values_supported", Each(|bench, value| Box::pin(signed(bench, "id_token", value)))),
    ("userinfo_signing_alg_values_supported", Each(|bench, value| Box::pin(signed(bench, "userinfo", value)))),
    (
        "introspection_signing_alg_values_supported",
        Each(|bench, value| Box::pin(signed(bench, "introspection", value))),
    ),
    (
        "authorization_signing_alg_values_supported",
        Each(|bench, value| Box::pin(signed(bench, "authorization", value))),
    ),
    ("id_token_encryption_alg_values_supported", Each(|bench, value| Box::pin(sealed(bench, "id_token", value)))),
    ("userinfo_encryption_alg_values_supported", Each(|bench, value| Box::pin(sealed(bench, "userinfo", value)))),
    (
        "introspection_encryption_alg_values_supported",
        Each(|bench, value| Box::pin(sealed(bench, "introspection", value))),
    ),
    (
        "authorization_encryption_alg_values_supported",
        Each(|bench, value| Box::pin(sealed(bench, "authorization", value))),
    ),
    ("id_token_encryption_enc_values_supported", Each(|bench, value| Box::pin(sealed_in(bench, "id_token", value)))),
    ("userinfo_encryption_enc_values_supported", Each(|bench, value| Box::pin(sealed_in(bench, "userinfo", value)))),
    (
        "introspection_encryption_enc_values_supported",
        Each(|bench, value| Box::pin(sealed_in(bench, "introspection", value))),
    ),
    (
        "authorization_encryption_enc_values_supported",
        Each(|bench, value| Box::pin(sealed_in(bench, "authorization", value))),
    ),
    ("request_object_encryption_alg_values_supported", Each(|bench, value| Box::pin(object_by(bench, value)))),
    ("request_object_encryption_enc_values_supported", Each(|bench, value| Box::pin(object_in(bench, value)))),
];

/// One client whose registration changes, with a person who shares with it for long.
pub struct Sealed {
    party: Party<'static>,
    access: String,
    refresh: String,
}

async fn ready(bench: &mut Bench) {
    if bench.sealed.is_none() {
        let party = bench.register(&json!({})).await;
        let tokens = bench.sign_in(&party.platform, "openid email offline_access", &[]).await;
        let refresh = tokens.refresh.expect("a refresh token");
        bench.sealed = Some(Sealed { party, access: tokens.access, refresh });
    }
}

/// One answer of a kind, after the client has registered anew what it wants.
async fn fetch(bench: &mut Bench, kind: &str, chosen: &serde_json::Value) -> String {
    ready(bench).await;
    let sealed = bench.sealed.as_mut().expect("made above");
    sealed.party.change(chosen).await;
    let platform: &Platform = &sealed.party.platform;
    match kind {
        "id_token" => {
            let answer = platform.refresh(&sealed.refresh).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            let body = answer.json();
            sealed.refresh = body["refresh_token"].as_str().expect("a refresh token").to_owned();
            body["id_token"].as_str().expect("an ID Token").to_owned()
        }
        "userinfo" => {
            let answer = platform.userinfo(&sealed.access).await;
            assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/jwt")));
            answer.text()
        }
        "introspection" => {
            let kind = "application/token-introspection+jwt";
            let request = http().post(platform.endpoint("introspection_endpoint")).header(ACCEPT, kind);
            let request = request.header("authorization", platform.basic()).form(&[("token", &sealed.access)]);
            let answer = Answer::of(request).await;
            assert_eq!((answer.status, answer.header("content-type")), (200, Some(kind)));
            answer.text()
        }
        _ => {
            let changes = [("response_mode", Some("jwt")), ("prompt", Some("none"))];
            let attempt = platform.attempt_with("openid email", &changes);
            let came = super::bench::answer(&mut bench.person, &attempt).await;
            came.field("response").to_owned()
        }
    }
}

/// Whether the claims are those of an answer of this kind.
async fn must_tell(bench: &Bench, kind: &str, token: &str) {
    let party = &bench.sealed.as_ref().expect("made before").party;
    let claims = verified(&party.platform, token).await;
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(party.platform.issuer), &json!(party.id())));
    let is_there = match kind {
        "introspection" => claims["token_introspection"]["active"] == true,
        "authorization" => claims["code"].is_string(),
        _ => claims["sub"].is_string(),
    };
    assert!(is_there, "{claims}");
}

async fn signed(bench: &mut Bench, kind: &str, alg: &str) {
    let token = fetch(bench, kind, &json!({ format!("{kind}_signed_response_alg"): alg })).await;
    assert_eq!(jose_header(&token)["alg"], alg);
    must_tell(bench, kind, &token).await;
}

async fn seal(bench: &mut Bench, kind: &str, alg: &str, enc: &str) {
    let chosen = json!({
        format!("{kind}_signed_response_alg"): "ES256",
        format!("{kind}_encrypted_response_alg"): alg,
        format!("{kind}_encrypted_response_enc"): enc,
    });
    let token = fetch(bench, kind, &chosen).await;
    let inner = bench.house.recipient.open_nested(&token, alg, enc);
    must_tell(bench, kind, &inner).await;
}

/// By one way to wrap the key, in every way to encrypt the content.
async fn sealed(bench: &mut Bench, kind: &str, alg: &str) {
    for enc in bench.house.list(&format!("{kind}_encryption_enc_values_supported")) {
        seal(bench, kind, alg, enc).await;
    }
}

async fn sealed_in(bench: &mut Bench, kind: &str, enc: &str) {
    let alg = bench.house.list(&format!("{kind}_encryption_alg_values_supported"))[0];
    seal(bench, kind, alg, enc).await;
}

async fn object(bench: &mut Bench, alg: &str, enc: &str) {
    ready(bench).await;
    let party = &bench.sealed.as_ref().expect("made above").party;
    party.change(&json!({ "request_object_encryption_alg": alg, "request_object_encryption_enc": enc })).await;
    let attempt = party.platform.attempt_with("openid email", &[("prompt", Some("none"))]);
    let keys = bench.house.our_keys().await;
    let sealed = encrypted(&keys, &party.object(&attempt, "ES256").text(), alg, enc, Some("JWT"));
    let came = super::bench::answer(&mut bench.person, &party.by(&attempt, "request", &sealed)).await;
    assert_eq!(came.field("state"), attempt.state, "it stands in the object alone");
    came.field("code");
}

async fn object_by(bench: &mut Bench, alg: &str) {
    for enc in bench.house.list("request_object_encryption_enc_values_supported") {
        object(bench, alg, enc).await;
    }
}

async fn object_in(bench: &mut Bench, enc: &str) {
    object(bench, bench.house.list("request_object_encryption_alg_values_supported")[0], enc).await;
}
