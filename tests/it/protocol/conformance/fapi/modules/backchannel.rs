//! Questions to people (OpenID CIBA Core 1.0, FAPI-CIBA): asked, answered, and fetched.

use std::time::Duration;

use serde_json::{Value, json};

use crate::protocol::conformance::checks;
use crate::support::platform::{Answer, now};
use crate::support::random_text;

use crate::protocol::conformance::fapi::suite::{Asked, Kind, SCOPE, Shown, Suite, Tokens, refused};
use crate::protocol::conformance::fapi::tls;

use super::token::refreshes;

pub const ENDPOINT: &str = "backchannel_authentication_endpoint";
const GRANT: &str = "urn:openid:params:grant-type:ciba";

pub async fn discovery_end_point_verification(suite: &mut Suite) {
    let metadata = &suite.plan.metadata;
    let mode = if suite.variant.kind == Kind::CibaPing { "ping" } else { "poll" };
    for (name, value) in [
        ("backchannel_token_delivery_modes_supported", mode),
        ("grant_types_supported", GRANT),
        ("backchannel_authentication_request_signing_alg_values_supported", "PS256"),
        ("backchannel_authentication_request_signing_alg_values_supported", "ES256"),
        ("token_endpoint_auth_methods_supported", "private_key_jwt"),
        ("token_endpoint_auth_methods_supported", "tls_client_auth"),
        ("token_endpoint_auth_signing_alg_values_supported", "PS256"),
        ("id_token_signing_alg_values_supported", "PS256"),
    ] {
        assert!(metadata[name].as_array().is_some_and(|all| all.contains(&json!(value))), "{name} lacks {value}");
    }
    assert!(metadata[ENDPOINT].as_str().is_some_and(|url| url.starts_with("https://")), "{}", metadata[ENDPOINT]);
    assert_eq!(metadata["tls_client_certificate_bound_access_tokens"], true);
    tls::must_be_strict(suite).await;
}

/// Puts a question, signed as it must be.
pub async fn ask(suite: &Suite, asked: &Asked) -> Answer {
    ask_object(suite, &suite.first().sign(asked.claims()).text()).await
}

pub async fn ask_object(suite: &Suite, object: &str) -> Answer {
    ask_shown(suite, &[("client_id", &suite.first().id), ("request", object)], suite.shown(suite.first(), ENDPOINT))
        .await
}

async fn ask_shown(suite: &Suite, fields: &[(&str, &str)], shown: Shown) -> Answer {
    suite.post(ENDPOINT, fields, shown).await
}

/// The name of a question that was taken in (CIBA §7.3).
pub fn taken(answer: &Answer) -> String {
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")), "{}", answer.text());
    let body = answer.json();
    let id = body["auth_req_id"].as_str().expect("an auth_req_id").to_owned();
    assert!(checks::secret("auth_req_id", &id).is_none() && id.len() >= 43, "{id}");
    assert!(id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)), "{id}");
    assert!(body["expires_in"].as_u64().is_some_and(|seconds| seconds > 0), "{body}");
    assert!(body["interval"].as_u64().is_some(), "{body}");
    id
}

pub async fn poll(suite: &Suite, id: &str) -> Answer {
    poll_shown(suite, id, suite.shown(suite.first(), "token_endpoint")).await
}

async fn poll_shown(suite: &Suite, id: &str, shown: Shown) -> Answer {
    let fields = [("grant_type", GRANT), ("auth_req_id", id), ("client_id", suite.first().id.as_str())];
    suite.post("token_endpoint", &fields, shown).await
}

/// What a conformance run does in the place of a person. Modules run side by side for one person and client: of two
/// that change their grant at one moment, the later tries again.
pub async fn decide(suite: &Suite, id: &str, action: &str) {
    let url = format!("{}/dev/ciba/{id}/{action}", suite.issuer());
    let mut answer = Answer::of(suite.first().bare.post(&url)).await;
    for _ in 0..10 {
        if answer.status != 409 {
            break;
        }
        answer = Answer::of(suite.first().bare.post(&url)).await;
    }
    assert_eq!(answer.status, 204, "{}", answer.text());
}

/// Waits until the client is told, where it is; before, there is nothing to fetch.
async fn wait(suite: &Suite, asked: &Asked, id: &str, action: &str) {
    if suite.variant.kind == Kind::CibaPoll {
        refused(&poll(suite, id).await, &["authorization_pending"]);
    }
    decide(suite, id, action).await;
    if suite.variant.kind == Kind::CibaPing {
        let told = suite.house.notified.of("/204", id, 1).await;
        let token = asked.get("client_notification_token").expect("pinged");
        super::ping::must_be_right(&told[0], id, token);
    }
}

/// From the question to the tokens.
async fn complete(suite: &Suite, asked: &Asked) -> Tokens {
    let id = taken(&ask(suite, asked).await);
    wait(suite, asked, &id, "allow").await;
    let tokens = suite.tokens_for(&poll(suite, &id).await, None).await;
    refused(&poll(suite, &id).await, &["invalid_grant"]);
    tokens
}

pub async fn fapi_ciba_id1(suite: &mut Suite) {
    let tokens = complete(suite, &suite.question()).await;
    suite.userinfo_as(suite.second(), "Bearer", &tokens.access).await.must_refuse(401, "invalid_token");
    let other = suite.swapped();
    complete(&other, &other.question()).await;
}

pub async fn user_rejects_authentication(suite: &mut Suite) {
    let asked = suite.question();
    let id = taken(&ask(suite, &asked).await);
    wait(suite, &asked, &id, "deny").await;
    refused(&poll(suite, &id).await, &["access_denied"]);
}

pub async fn multiple_call_to_token_endpoint(suite: &mut Suite) {
    let id = taken(&ask(suite, &suite.question()).await);
    let mut slowed = 0;
    for _ in 0..5 {
        let answer = poll(suite, &id).await;
        refused(&answer, &["authorization_pending", "slow_down"]);
        slowed += u32::from(answer.error() == "slow_down");
    }
    assert!(slowed >= 4, "{slowed}");
    decide(suite, &id, "allow").await;
    suite.tokens_for(&poll(suite, &id).await, None).await;
}

pub async fn auth_req_id_expired(suite: &mut Suite) {
    let id = taken(&ask(suite, &suite.question().with("requested_expiry", 1)).await);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    refused(&poll(suite, &id).await, &["expired_token"]);
}

pub async fn ensure_authorization_request_with_binding_message_succeeds(suite: &mut Suite) {
    complete(suite, &suite.question().with("binding_message", "1234")).await;
}

/// What can be shown as it is, is; the rest is refused by its name.
pub async fn ensure_authorization_request_with_potentially_bad_binding_message(suite: &mut Suite) {
    for (message, is_fine) in [
        ("1234 \u{1f44d}\u{1f3ff} 品川 مرحبا", true),
        ("1234 <b>&amp;</b> \"'", true),
        ("1234\u{202e}4321", false),
        ("1234\u{200b}", false),
    ] {
        let answer = ask(suite, &suite.question().with("binding_message", message)).await;
        match is_fine {
            true => drop(taken(&answer)),
            false => refused(&answer, &["invalid_binding_message"]),
        }
    }
}

pub async fn ensure_other_scope_order_succeeds(suite: &mut Suite) {
    let reversed: Vec<&str> = SCOPE.split(' ').rev().collect();
    complete(suite, &suite.question().with("scope", reversed.join(" "))).await;
}

pub async fn ensure_requested_expiry_as_string_succeeds(suite: &mut Suite) {
    for expiry in [json!("30"), json!(30)] {
        let asked = suite.question().with("requested_expiry", expiry);
        let answer = ask(suite, &asked).await;
        let id = taken(&answer);
        assert_eq!(answer.json()["expires_in"], 30);
        wait(suite, &asked, &id, "allow").await;
        suite.tokens_for(&poll(suite, &id).await, None).await;
    }
}

pub async fn ensure_wrong_auth_req_id_in_token_endpoint_request(suite: &mut Suite) {
    let id = taken(&ask(suite, &suite.question()).await);
    refused(&poll(suite, &format!("{id}x")).await, &["invalid_grant"]);
    let other = suite.swapped();
    refused(&poll(&other, &id).await, &["invalid_grant"]);
}

pub async fn ensure_unsigned_backchannel_authorization_request_fails(suite: &mut Suite) {
    let fields = suite.question().pairs();
    let shown = suite.shown(suite.first(), ENDPOINT);
    let fields = crate::protocol::conformance::fapi::suite::borrowed(&fields);
    refused(&ask_shown(suite, &fields, shown).await, &["invalid_request"]);
}

// ---- Who asks, and who fetches --------------------------------------------------------------------------------------

/// A question with this assertion, and a fetch with it, must be refused; nothing is lost by the latter.
async fn not_believed(suite: &Suite, at_token_endpoint: bool, assertion: impl Fn() -> Option<String>) {
    let object = suite.first().sign(suite.question().claims()).text();
    if !at_token_endpoint {
        let shown = Shown { assertion: assertion(), ..suite.shown(suite.first(), ENDPOINT) };
        let fields = [("client_id", suite.first().id.as_str()), ("request", object.as_str())];
        return refused(&ask_shown(suite, &fields, shown).await, &["invalid_client"]);
    }
    let id = taken(&ask_object(suite, &object).await);
    decide(suite, &id, "allow").await;
    let shown = Shown { assertion: assertion(), ..suite.shown(suite.first(), "token_endpoint") };
    refused(&poll_shown(suite, &id, shown).await, &["invalid_client"]);
    suite.tokens_for(&poll(suite, &id).await, None).await;
}

pub async fn ensure_without_client_assertion_in_token_endpoint_request(suite: &mut Suite) {
    not_believed(suite, true, || None).await;
}

pub async fn ensure_without_client_assertion_in_backchannel_authorization_request(suite: &mut Suite) {
    not_believed(suite, false, || None).await;
}

fn rs256(suite: &Suite) -> String {
    let (now, id) = (now(), &suite.first().id);
    let claims: Value =
        json!({ "iss": id, "sub": id, "aud": suite.issuer(), "jti": random_text(), "iat": now, "exp": now + 60 });
    suite.first().sign_rs256(claims).text()
}

pub async fn ensure_client_assertion_signature_algorithm_in_backchannel_authorization_request_is_rs256_fails(
    suite: &mut Suite,
) {
    not_believed(suite, false, || Some(rs256(suite))).await;
}

pub async fn ensure_client_assertion_signature_algorithm_in_token_endpoint_request_is_rs256_fails(suite: &mut Suite) {
    not_believed(suite, true, || Some(rs256(suite))).await;
}

/// As `shown` has it always; here the endpoint's own name too, which FAPI 1.0 lets clients say.
pub async fn ensure_client_assertion_with_iss_aud_to_token_endpoint_succeeds(suite: &mut Suite) {
    for audience in [suite.issuer(), suite.endpoint("token_endpoint")] {
        let id = taken(&ask(suite, &suite.question()).await);
        decide(suite, &id, "allow").await;
        let assertion = Some(suite.first().assertion(json!(audience)).text());
        let shown = Shown { assertion, ..suite.shown(suite.first(), "token_endpoint") };
        suite.tokens_for(&poll_shown(suite, &id, shown).await, None).await;
    }
}

pub async fn ensure_mtls_holder_of_key_required(suite: &mut Suite) {
    let id = taken(&ask(suite, &suite.question()).await);
    decide(suite, &id, "allow").await;
    let shown = Shown { http: suite.first().bare.clone(), ..suite.shown(suite.first(), "token_endpoint") };
    refused(&poll_shown(suite, &id, shown).await, &["invalid_request"]);
    suite.tokens_for(&poll(suite, &id).await, None).await;
    tls::must_be_strict(suite).await;
}

pub async fn refresh_token(suite: &mut Suite) {
    let tokens = complete(suite, &suite.question()).await;
    refreshes(suite, &tokens.refresh, &tokens.claims).await;
}
