//! What discovery says about authorization requests and their answers.

use serde_json::{Value, json};

use crate::protocol::rfc9126_pushed_requests::{opened, push, request_uri};
use crate::support::platform::{Answer, Platform, http, random_verifier};
use crate::support::unique;

use super::Probe::{Each, Whole};
use super::Row;
use super::bench::{Bench, CIBA};
use super::endpoints::allow;

pub const PROBES: &[Row] = &[
    ("response_types_supported", Each(|bench, value| Box::pin(response_type(bench, value)))),
    ("response_modes_supported", Each(|bench, value| Box::pin(response_mode(bench, value)))),
    ("code_challenge_methods_supported", Each(|bench, value| Box::pin(challenge_method(bench, value)))),
    ("require_pushed_authorization_requests", Whole(|bench, value| Box::pin(must_push(bench, value)))),
    ("request_parameter_supported", Whole(|bench, value| Box::pin(by_value(bench, value)))),
    ("request_uri_parameter_supported", Whole(|bench, value| Box::pin(by_reference(bench, value)))),
    ("require_request_uri_registration", Whole(|bench, value| Box::pin(only_registered(bench, value)))),
    ("request_object_signing_alg_values_supported", Each(|bench, value| Box::pin(object_signed_by(bench, value)))),
    ("authorization_response_iss_parameter_supported", Whole(|bench, value| Box::pin(iss(bench, value)))),
    ("grant_management_actions_supported", Each(|bench, value| Box::pin(action(bench, value)))),
    ("grant_management_action_required", Whole(|bench, value| Box::pin(must_manage(bench, value)))),
    ("backchannel_token_delivery_modes_supported", Each(|bench, value| Box::pin(delivery_mode(bench, value)))),
    (
        "backchannel_authentication_request_signing_alg_values_supported",
        Each(|bench, value| Box::pin(question_signed_by(bench, value))),
    ),
    ("backchannel_user_code_parameter_supported", Whole(|bench, value| Box::pin(user_code(bench, value)))),
];

/// Each word of it brings its part, and the part works.
async fn response_type(bench: &mut Bench, kind: &str) {
    let party = bench.register(&json!({})).await;
    let platform = &party.platform;
    let attempt = platform.attempt_with("openid email", &[("response_type", Some(kind))]);
    let came = bench.answer(&attempt).await;
    assert_eq!(came.by, if kind == "code" { "query" } else { "fragment" });
    for word in kind.split(' ') {
        match word {
            "id_token" => drop(platform.verify(came.field("id_token"), Some(&attempt.nonce)).await),
            "token" => assert_eq!(platform.userinfo(came.field("access_token")).await.status, 200),
            "code" => assert_eq!(platform.exchange(&attempt, came.field("code")).await.status, 200),
            other => panic!("nobody uses {other}"),
        }
    }
}

/// What the answer carries, whichever way it came: a JWT is opened with the published keys.
pub async fn opened_answer(platform: &Platform, mode: &str, came: &super::bench::Came) -> Value {
    match mode == "jwt" || mode.ends_with(".jwt") {
        true => crate::protocol::rfc7516_encryption::verified(platform, came.field("response")).await,
        false => json!(came.fields),
    }
}

async fn response_mode(bench: &mut Bench, mode: &str) {
    let party = bench.register(&json!({ "response_modes": [mode] })).await;
    let attempt = party.platform.attempt_with("openid", &[("response_mode", Some(mode))]);
    let came = bench.answer(&attempt).await;
    let carrier = if mode == "jwt" { "query" } else { mode.trim_end_matches(".jwt") };
    assert_eq!(came.by, carrier);
    let told = opened_answer(&party.platform, mode, &came).await;
    assert_eq!((&told["state"], &told["iss"]), (&json!(attempt.state), &json!(party.platform.issuer)));
    assert_eq!(party.platform.exchange(&attempt, told["code"].as_str().expect("a code")).await.status, 200);
}

/// RFC 7636 §4.6: the code goes to who knows the verifier, and to nobody else.
async fn challenge_method(bench: &mut Bench, method: &str) {
    assert_eq!(method, "S256", "the tests make no other challenges");
    let party = bench.register(&json!({})).await;
    for is_right in [false, true] {
        let mut attempt = party.platform.attempt_with("openid", &[("code_challenge_method", Some(method))]);
        let came = bench.answer(&attempt).await;
        if !is_right {
            attempt.verifier = random_verifier();
        }
        let answer = party.platform.exchange(&attempt, came.field("code")).await;
        assert_eq!(answer.status, if is_right { 200 } else { 400 }, "{}", answer.text());
    }
}

/// RFC 9126 §5.
async fn must_push(bench: &mut Bench, value: &Value) {
    let party = bench.register(&json!({})).await;
    let came = bench.answer(&party.platform.attempt("openid")).await;
    assert_eq!(value, &json!(came.error().is_some()));
    // Who says so must.
    let party = bench.register(&json!({ "require_pushed_authorization_requests": true })).await;
    let attempt = party.platform.attempt("openid");
    assert_eq!(bench.answer(&attempt).await.error(), Some("invalid_request"));
    let uri = request_uri(&push(&party.platform, &attempt, &[]).await);
    bench.answer(&opened(&party.platform, &attempt, &uri)).await.field("code");
}

async fn by_value(bench: &mut Bench, value: &Value) {
    assert_eq!(value, true);
    object_signed_by(bench, "ES256").await;
}

/// What stands in the object counts, and the code that comes of it is good.
async fn object_signed_by(bench: &mut Bench, alg: &str) {
    let party = bench.register(&json!({ "request_object_signing_alg": alg })).await;
    let attempt = party.platform.attempt("openid email");
    let object = party.object(&attempt, alg).text();
    let came = bench.answer(&party.by(&attempt, "request", &object)).await;
    assert_eq!(came.field("state"), attempt.state, "it stands in the object alone");
    let answer = party.platform.exchange(&attempt, came.field("code")).await;
    assert_eq!(answer.json()["scope"], "email openid", "{}", answer.text());
}

async fn by_reference(bench: &mut Bench, value: &Value) {
    assert_eq!(value, true);
    let path = unique("/object-");
    let uri = bench.house.site.url(&path);
    let party = bench.register(&json!({ "request_uris": [uri] })).await;
    let attempt = party.platform.attempt("openid");
    bench.house.site.says(&path, "application/oauth-authz-req+jwt", party.object(&attempt, "ES256").text());
    let came = bench.answer(&party.by(&attempt, "request_uri", &uri)).await;
    assert_eq!((came.field("state"), bench.house.site.heard(&path).len()), (attempt.state.as_str(), 1));
    assert_eq!(party.platform.exchange(&attempt, came.field("code")).await.status, 200);
}

async fn only_registered(bench: &mut Bench, value: &Value) {
    let path = unique("/object-");
    let uri = bench.house.site.url(&path);
    let party = bench.register(&json!({})).await;
    let attempt = party.platform.attempt("openid");
    bench.house.site.says(&path, "application/oauth-authz-req+jwt", party.object(&attempt, "ES256").text());
    let came = bench.answer(&party.by(&attempt, "request_uri", &uri)).await;
    assert_eq!(value, &json!(came.error() == Some("invalid_request_uri")));
    assert!(bench.house.site.heard(&path).is_empty(), "it is not even read");
}

/// RFC 9207 §2.
async fn iss(bench: &mut Bench, value: &Value) {
    let party = bench.register(&json!({})).await;
    for (changes, is_error) in [([("prompt", None)], false), ([("prompt", Some("none login"))], true)] {
        let came = bench.answer(&party.platform.attempt_with("openid", &changes)).await;
        assert_eq!(came.error().is_some(), is_error);
        assert_eq!(value, &json!(came.field("iss") == bench.house.server.issuer));
    }
}

/// Grant Management §5.2 and §6.
async fn action(bench: &mut Bench, action: &str) {
    let orbit = bench.house.orbit().await;
    let first = bench.sign_in(&orbit, "openid", &[("prompt", Some("consent"))]).await;
    let id = first.body["grant_id"].as_str().expect("a grant").to_owned();
    let url = format!("{}/{id}", orbit.endpoint("grant_management_endpoint"));
    let scopes = async || {
        let token = bench.house.own_token("grant_management_query").await;
        Answer::of(http().get(&url).bearer_auth(token)).await
    };
    match action {
        "query" => assert!(scopes().await.json()["scopes"][0]["scope"].as_str().is_some_and(|s| s.contains("openid"))),
        "revoke" => {
            let token = bench.house.own_token("grant_management_revoke").await;
            assert_eq!(Answer::of(http().delete(&url).bearer_auth(token)).await.status, 204);
            assert_eq!(scopes().await.status, 404);
        }
        "create" => {
            let changes = [("grant_management_action", Some(action))];
            assert_ne!(bench.sign_in(&orbit, "openid email", &changes).await.body["grant_id"], id.as_str());
        }
        "merge" | "replace" => {
            let changes = [("grant_management_action", Some(action)), ("grant_id", Some(id.as_str()))];
            let attempt = orbit.attempt_with("openid phone", &changes);
            let came = bench.answer(&attempt).await;
            let answer = orbit.exchange(&attempt, came.field("code")).await;
            assert_eq!(answer.json()["grant_id"], id.as_str(), "{}", answer.text());
        }
        other => panic!("nobody uses {other}"),
    }
}

async fn must_manage(bench: &mut Bench, value: &Value) {
    let party = bench.register(&json!({})).await;
    assert_eq!(value, &json!(bench.answer(&party.platform.attempt("openid")).await.error().is_some()));
}

/// CIBA §5 and §10.
async fn delivery_mode(bench: &mut Bench, mode: &str) {
    let path = unique("/ping-");
    bench.house.site.answers(&path, 204, "text/plain", "");
    let endpoint = (mode != "poll").then(|| bench.house.site.url(&path));
    let members =
        json!({ "backchannel_token_delivery_mode": mode, "backchannel_client_notification_endpoint": endpoint });
    let party = bench.register(&members).await;
    let mut question = vec![("scope", "openid"), ("login_hint", bench.person.email.as_str())];
    if mode != "poll" {
        question.push(("client_notification_token", "0123456789abcdef0123456789abcdef"));
    }
    let asked = party.platform.post("backchannel_authentication_endpoint", &question).await;
    assert_eq!(asked.status, 200, "{}", asked.text());
    let id = asked.json()["auth_req_id"].as_str().expect("an auth_req_id").to_owned();
    allow(bench, &id).await;
    match mode {
        "poll" => {}
        "ping" => assert!(bench.house.site.hears(&path, 1).await[0].body.contains(&id)),
        other => panic!("nobody uses {other}"),
    }
    let got = party.platform.token(&[("grant_type", CIBA), ("auth_req_id", &id)]).await;
    assert_eq!(got.status, 200, "{}", got.text());
}

async fn question_signed_by(bench: &mut Bench, alg: &str) {
    let party = bench.register(&json!({ "backchannel_authentication_request_signing_alg": alg })).await;
    let object = question(&party, &bench.person.email, alg).text();
    let asked = party.platform.post("backchannel_authentication_endpoint", &[("request", &object)]).await;
    assert_eq!(asked.status, 200, "{}", asked.text());
    let id = asked.json()["auth_req_id"].as_str().expect("an auth_req_id").to_owned();
    allow(bench, &id).await;
    assert_eq!(party.platform.token(&[("grant_type", CIBA), ("auth_req_id", &id)]).await.status, 200);
}

/// A signed question about a person (CIBA §7.1.1).
pub fn question(party: &super::bench::Party<'_>, email: &str, alg: &str) -> crate::support::proofs::Jws {
    let now = crate::support::platform::now();
    party
        .assertion(alg)
        .claim("sub", Value::Null)
        .claim("nbf", json!(now))
        .claim("scope", json!("openid"))
        .claim("login_hint", json!(email))
}

/// CIBA §4: without it a question needs no secret code of the person.
async fn user_code(bench: &mut Bench, value: &Value) {
    let party = bench.register(&json!({ "backchannel_user_code_parameter": true })).await;
    let question = [("scope", "openid"), ("login_hint", bench.person.email.as_str())];
    let asked = party.platform.post("backchannel_authentication_endpoint", &question).await;
    assert_eq!(value, &json!(asked.error() == "missing_user_code"), "{}", asked.text());
    assert!(asked.status == 200 && party.told.get("backchannel_user_code_parameter").is_none());
}
