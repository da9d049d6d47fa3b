//! Discovery, authorizations that succeed, and requests that must not.

use serde_json::{Map, Value, json};

use crate::support::person::{Answers, Landing};
use crate::support::platform::Answer;

use crate::protocol::conformance::fapi::suite::{Asked, Kind, Response, SCOPE, Sender, Suite};
use crate::protocol::conformance::fapi::tls;

pub async fn discovery_end_point_verification(suite: &mut Suite) {
    let (variant, metadata) = (suite.variant, &suite.plan.metadata);
    let has = |name: &str, value: &str| metadata[name].as_array().is_some_and(|all| all.iter().any(|one| one == value));
    let mut wanted = vec![
        ("grant_types_supported", "authorization_code"),
        ("response_types_supported", if variant.is_hybrid() { "code id_token" } else { "code" }),
        ("code_challenge_methods_supported", "S256"),
        ("claims_supported", "sub"),
        ("scopes_supported", "openid"),
    ];
    let mut signed = vec!["id_token_signing_alg_values_supported", "token_endpoint_auth_signing_alg_values_supported"];
    match variant.sender {
        Sender::Dpop => signed.push("dpop_signing_alg_values_supported"),
        Sender::Mtls => assert_eq!(metadata["tls_client_certificate_bound_access_tokens"], true),
    }
    if variant.is_signed() {
        signed.push("request_object_signing_alg_values_supported");
        assert_eq!(metadata["request_parameter_supported"], true);
    }
    if variant.is_jarm {
        signed.push("authorization_signing_alg_values_supported");
        wanted.push(("response_modes_supported", "jwt"));
    }
    signed.iter().for_each(|name| wanted.extend([(*name, "PS256"), (*name, "ES256")]));
    let methods = "token_endpoint_auth_methods_supported";
    wanted.push((methods, if variant.shows_certificates() { "tls_client_auth" } else { "private_key_jwt" }));
    for (name, value) in wanted {
        assert!(has(name, value), "{name} lacks {value}: {}", metadata[name]);
    }
    for name in &signed {
        assert!(!has(name, "none") && !has(name, "HS256") || !name.starts_with("id_token"), "{}", metadata[*name]);
    }
    assert_eq!(metadata["authorization_response_iss_parameter_supported"], true);
    // One house for all profiles cannot demand it of everybody.
    assert_eq!(metadata["require_pushed_authorization_requests"], false);
    assert!(metadata["pushed_authorization_request_endpoint"].is_string());
    tls::must_be_strict(suite).await;
}

pub async fn happy_flow(suite: &mut Suite) {
    let mut asked = suite.request();
    if suite.variant.sender == Sender::Dpop {
        asked = asked.with("dpop_jkt", suite.first().dpop.thumbprint());
    }
    let tokens = suite.complete(&asked).await;
    // RFC 6750 §2.3, FAPI 2.0 SP §5.3.4: never in the query.
    let mut url = url::Url::parse(suite.endpoint("userinfo_endpoint")).expect("a URL");
    url.query_pairs_mut().append_pair("access_token", &tokens.access);
    let answer = Answer::of(suite.first().http.get(url)).await;
    assert!(matches!(answer.status, 400 | 401), "{}", answer.status);
    // Another client cannot use the token; with its own it can.
    let scheme = if suite.variant.sender == Sender::Dpop { "DPoP" } else { "Bearer" };
    suite.userinfo_as(suite.second(), scheme, &tokens.access).await.must_refuse(401, "invalid_token");
    let mut other = suite.swapped();
    let theirs = other.complete(&other.request()).await;
    suite.userinfo_as(suite.first(), scheme, &theirs.access).await.must_refuse(401, "invalid_token");
}

pub use happy_flow as fapi1_advanced_final;

pub async fn user_rejects_authentication(suite: &mut Suite) {
    let _turn = suite.as_choosy().await;
    let asked = suite.request().with("prompt", "consent");
    let url = suite.begin(&asked).await;
    let page = suite.person.walk_to_consent(url.as_str()).await;
    let Landing::Away(url) = suite.person.decide(&page, &Answers::deny()).await else { panic!("nobody is told") };
    let Response::Sent { parameters, is_signed, .. } = suite.read(url) else { unreachable!("it was sent") };
    assert_eq!(is_signed, suite.variant.is_jarm);
    assert_eq!(parameters.get("state").map(String::as_str), asked.get("state"));
    let refused = crate::protocol::conformance::checks::refused;
    refused(&parameters, &["access_denied"], asked.get("state"), suite.issuer()).must_be_none("the refusal");
}

pub async fn ensure_authorization_request_without_state_success(suite: &mut Suite) {
    suite.complete(&suite.request().without("state")).await;
}

pub async fn ensure_authorization_request_without_nonce_success(suite: &mut Suite) {
    suite.complete(&suite.request().without("nonce")).await;
}

pub async fn ensure_authorization_request_with_64_char_nonce_success(suite: &mut Suite) {
    suite.complete(&suite.request().with("nonce", letters(64))).await;
}

pub use ensure_authorization_request_with_64_char_nonce_success as ensure_request_object_with_64_char_nonce_success;

pub async fn ensure_authorization_request_with_long_nonce(suite: &mut Suite) {
    suite.complete(&suite.request().with("nonce", letters(384))).await;
}

pub use ensure_authorization_request_with_long_nonce as ensure_request_object_with_long_nonce;

pub async fn ensure_authorization_request_with_long_state(suite: &mut Suite) {
    suite.complete(&suite.request().with("state", letters(1000))).await;
}

pub use ensure_authorization_request_with_long_state as ensure_request_object_with_long_state;

pub async fn ensure_other_scope_order_succeeds(suite: &mut Suite) {
    let reversed: Vec<&str> = SCOPE.split(' ').rev().collect();
    suite.complete(&suite.request().with("scope", reversed.join(" "))).await;
}

pub async fn ensure_valid_pkce_succeeds(suite: &mut Suite) {
    use base64::Engine as _;
    use sha2::Digest as _;
    let asked = suite.request();
    let challenge = sha2::Sha256::digest(&asked.verifier);
    let challenge = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(challenge);
    suite.complete(&asked.with("code_challenge", challenge).with("code_challenge_method", "S256")).await;
}

/// Every claim about a person that discovery names, asked for one by one.
pub async fn test_claims_parameter_identity_claims(suite: &mut Suite) {
    let _turn = suite.as_choosy().await;
    let of_tokens = ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "sid", "at_hash"];
    let all = suite.plan.metadata["claims_supported"].as_array().expect("claims_supported").clone();
    let names: Vec<&str> = all.iter().filter_map(Value::as_str).filter(|name| !of_tokens.contains(name)).collect();
    // The client is registered for the scopes of OpenID Connect alone.
    let names: Vec<&str> = names.into_iter().filter(|name| !name.starts_with("wallet_")).collect();
    // Nobody has looked at a document of this person, and a picture is one of the wallet's photos.
    let is_missing = |name: &str| name.starts_with("age_over_") || ["verified_claims", "picture"].contains(&name);
    let names: Vec<&str> = names.into_iter().filter(|name| !is_missing(name)).collect();
    assert!(names.len() >= 17, "{names:?}");
    let wanted: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
    let claims = json!({ "userinfo": wanted }).to_string();
    let asked = suite.request().with("claims", claims).with("prompt", "consent");
    let tokens = suite.complete(&asked).await;
    let told = suite.userinfo(&tokens.access).await.json();
    let missing: Vec<_> = names.iter().filter(|name| told.get(**name).is_none()).collect();
    assert!(missing.is_empty(), "{missing:?} not in {told}");
}

pub async fn access_token_type_header_case_sensitivity(suite: &mut Suite) {
    let tokens = suite.complete(&suite.request()).await;
    let schemes = match suite.variant.sender {
        Sender::Dpop => ["dPoP", "dpop", "DPOP"],
        Sender::Mtls => ["bEARER", "bearer", "BEARER"],
    };
    for scheme in schemes {
        let answer = suite.userinfo_as(suite.first(), scheme, &tokens.access).await;
        assert_eq!(answer.status, 200, "{scheme}: {}", answer.text());
    }
}

/// Sends a request with something more outside; what is inside alone may count.
async fn with_more_outside(suite: &mut Suite, asked: &Asked, name: &str) {
    let mut url = suite.begin(asked).await;
    url.query_pairs_mut().append_pair(name, "outside");
    let response = suite.walk(&url).await;
    let code = suite.code_of(asked, response);
    let answer = suite.exchange(asked, &code).await;
    suite.tokens(asked, &answer).await;
}

pub async fn ensure_different_nonce_inside_and_outside_request_object(suite: &mut Suite) {
    with_more_outside(suite, &suite.request(), "nonce").await;
}

pub async fn ensure_different_state_inside_and_outside_request_object(suite: &mut Suite) {
    with_more_outside(suite, &suite.request(), "state").await;
}

pub async fn state_only_outside_request_object_not_used(suite: &mut Suite) {
    with_more_outside(suite, &suite.request().without("state"), "state").await;
}

const NO_SUCH_TYPE: &[&str] = &["unsupported_response_type", "invalid_request", "unauthorized_client"];

pub async fn ensure_response_type_code_idtoken_fails(suite: &mut Suite) {
    suite.must_refuse(&suite.request().with("response_type", "code id_token"), NO_SUCH_TYPE).await;
}

pub async fn ensure_response_type_token_fails(suite: &mut Suite) {
    suite.must_refuse(&suite.request().with("response_type", "token"), NO_SUCH_TYPE).await;
}

/// FAPI 1.0 Advanced §5.2.2-2: a code alone only with a signed response.
pub async fn ensure_response_type_code_fails(suite: &mut Suite) {
    suite.must_refuse(&suite.request().with("response_type", "code").without("response_mode"), NO_SUCH_TYPE).await;
}

pub async fn ensure_response_mode_query(suite: &mut Suite) {
    suite.must_refuse(&suite.request().with("response_mode", "query"), &["invalid_request"]).await;
}

/// Not as the profile has it: all in the open.
async fn in_the_open(suite: &mut Suite) {
    let pairs = suite.request().pairs();
    let url = suite.authorization(&crate::protocol::conformance::fapi::suite::borrowed(&pairs));
    let response = suite.walk(&url).await;
    suite.refused_with(response, &["invalid_request"]);
}

pub async fn ensure_unsigned_authorization_request_without_using_par_fails(suite: &mut Suite) {
    assert_eq!(suite.variant.kind, Kind::Fapi2);
    in_the_open(suite).await;
}

pub async fn ensure_authorization_request_without_request_object_fails(suite: &mut Suite) {
    in_the_open(suite).await;
}

const NO_REDIRECT: &[&str] = &["invalid_request", "invalid_request_object"];

pub async fn ensure_redirect_uri_in_authorization_request(suite: &mut Suite) {
    suite.must_refuse(&suite.request().without("redirect_uri"), NO_REDIRECT).await;
}

/// It stands outside alone, where it does not count.
pub async fn ensure_request_object_without_redirect_uri_fails(suite: &mut Suite) {
    let whole = suite.request();
    let bare = whole.clone().without("redirect_uri");
    if suite.variant.is_pushed() {
        return suite.must_refuse(&bare, NO_REDIRECT).await;
    }
    let url = suite.by_value(&whole, &suite.first().sign(bare.claims()).text());
    let response = suite.walk(&url).await;
    assert!(matches!(response, Response::Page(_)), "nobody said where to: {response:?}");
    suite.refused_with(response, NO_REDIRECT);
}

/// RFC 9126 §2.4 would let a client with credentials do so; the house does not.
pub async fn ensure_registered_redirect_uri(suite: &mut Suite) {
    let elsewhere = format!("{}/elsewhere", suite.first().redirect_uri);
    let asked = suite.request().with("redirect_uri", elsewhere);
    if suite.variant.is_pushed() {
        return suite.must_refuse(&asked, NO_REDIRECT).await;
    }
    let url = suite.begin(&asked).await;
    let response = suite.walk(&url).await;
    assert!(matches!(response, Response::Page(_)), "{response:?}");
    suite.refused_with(response, NO_REDIRECT);
}

pub use ensure_registered_redirect_uri as plain_fapi_tolerate_unregistered_redirect_uri;
pub use ensure_registered_redirect_uri as par_attempt_invalid_redirect_uri;

/// Random text of this length.
fn letters(length: usize) -> String {
    (0..length).map(|_| char::from(rand::random_range(b'a'..=b'z'))).collect()
}
