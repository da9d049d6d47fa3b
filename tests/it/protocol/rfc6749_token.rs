//! RFC 6749 §3.2, §4.1.3, §4.4, §5 and §6, RFC 7636 §4.6, RFC 9700 §4.14: the token endpoint.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::support::person::{Answers, Person};
use crate::support::platform::{Answer, Attempt, Method, NewClient, Platform, payload, random_verifier};
use crate::support::server::Server;

use super::conformance::checks::token_error;
use super::{pair, platform as register};

/// A code, freshly approved.
async fn code(platform: &Platform, person: &mut Person, scope: &str) -> (Attempt, String) {
    let attempt = platform.attempt(scope);
    let callback = person.authorize(attempt.url.as_str(), &Answers::allow()).await;
    let code = platform.code(&attempt, &callback);
    (attempt, code)
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc6749_s5_1_the_answer() {
    let (platform, mut person) = pair().await;
    let (attempt, code) = code(&platform, &mut person, "openid offline_access").await;
    let answer = platform.exchange(&attempt, &code).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let body = answer.json();
    assert_eq!(body["token_type"], "Bearer");
    assert!(body["expires_in"].as_i64().is_some_and(|s| (1..=600).contains(&s)));
    assert_eq!(body["scope"], "openid", "offline access was offered, and not ticked");
    for token in [body["access_token"].as_str().unwrap(), code.as_str()] {
        assert!(token.len() >= 43, "128 bits and more: {token}");
    }
    assert!(body.get("refresh_token").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc6749_s2_3_every_way_to_authenticate() {
    let server = Server::shared().await;
    let mut person = Person::signed_up(server).await;
    for method in [Method::None, Method::Basic, Method::Post, Method::PrivateKeyJwt] {
        let platform = register(&NewClient::new(method)).await;
        let tokens = platform.sign_in(&mut person, "openid").await;
        assert!(tokens.id_token.is_some(), "{method:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc6749_s5_2_refusals() {
    let (platform, mut person) = pair().await;
    let (attempt, good) = code(&platform, &mut person, "openid").await;
    let grant = "authorization_code";
    let (uri, verifier) = (attempt.redirect_uri.as_str(), attempt.verifier.as_str());
    type Pairs<'a> = Vec<(&'a str, &'a str)>;
    let cases: Vec<(&str, Pairs<'_>, &str)> = vec![
        ("§3.2 no grant_type", vec![("code", &good)], "invalid_request"),
        ("§5.2 unknown", vec![("grant_type", "password")], "unsupported_grant_type"),
        ("§5.2 implicit", vec![("grant_type", "implicit")], "unsupported_grant_type"),
        ("§5.2 not registered", vec![("grant_type", "client_credentials")], "unauthorized_client"),
        ("§4.1.3 no code", vec![("grant_type", grant), ("redirect_uri", uri)], "invalid_request"),
        ("§4.1.3 no redirect_uri", vec![("grant_type", grant), ("code", &good)], "invalid_request"),
        (
            "§5.2 nonsense for a code",
            vec![("grant_type", grant), ("code", "x"), ("redirect_uri", uri), ("code_verifier", verifier)],
            "invalid_grant",
        ),
        ("§6 no token", vec![("grant_type", "refresh_token")], "invalid_request"),
        ("§6 nonsense", vec![("grant_type", "refresh_token"), ("refresh_token", "sw_rt_x")], "invalid_grant"),
        ("§6 a code for one", vec![("grant_type", "refresh_token"), ("refresh_token", &good)], "invalid_grant"),
    ];
    for (what, parameters, error) in cases {
        let answer = platform.token(&parameters).await;
        token_error(&answer, error).must_be_none(what);
    }
    assert_eq!(platform.exchange(&attempt, &good).await.status, 200, "none of it spent the code");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc6749_s3_2_only_post_and_only_a_form() {
    let (platform, _) = pair().await;
    let got = Answer::of(platform.http.get(platform.endpoint("token_endpoint"))).await;
    assert_eq!(got.status, 405);
    assert!(got.header("allow").is_some_and(|allow| allow.contains("POST")));
    let basic = platform.basic();
    let json = platform.http.post(platform.endpoint("token_endpoint")).header("authorization", &basic);
    let json = Answer::of(json.header("content-type", "application/json").body("{}")).await;
    json.must_refuse(400, "invalid_request");
    let mut in_query = url::Url::parse(platform.endpoint("token_endpoint")).unwrap();
    in_query.set_query(Some("grant_type=client_credentials"));
    let asked = platform.http.post(in_query).header("authorization", &basic).form(&[("a", "b")]);
    Answer::of(asked).await.must_refuse(400, "invalid_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc6749_s5_2_a_401_names_the_way_that_was_tried() {
    let (platform, _) = pair().await;
    let wrong = format!("Basic {}", STANDARD.encode(format!("{}:wrong", platform.client.id)));
    let answer =
        platform.post_raw("token_endpoint", &[("authorization", &wrong)], "grant_type=client_credentials").await;
    token_error(&answer, "invalid_client").must_be_none("a wrong secret");
    assert!(answer.header("www-authenticate").is_some_and(|challenge| challenge.starts_with("Basic ")));
    let body = format!("grant_type=client_credentials&client_id={}&client_secret=no", platform.client.id);
    platform.post_raw("token_endpoint", &[], body).await.must_refuse(401, "invalid_client");
    platform
        .post_raw("token_endpoint", &[], "grant_type=client_credentials&client_id=nobody")
        .await
        .must_refuse(401, "invalid_client");
    platform.post_raw("token_endpoint", &[], "grant_type=client_credentials").await.must_refuse(401, "invalid_client");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7636_s4_6_the_verifier_must_match() {
    let (platform, mut person) = pair().await;
    let with = async |attempt: &Attempt, code: &str, verifier: Option<&str>| {
        let mut parameters =
            vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", attempt.redirect_uri.as_str())];
        parameters.extend(verifier.map(|v| ("code_verifier", v)));
        platform.token(&parameters).await
    };
    for verifier in [Some(random_verifier()), None, Some("short".to_owned())] {
        let (attempt, code) = code(&platform, &mut person, "openid").await;
        with(&attempt, &code, verifier.as_deref()).await.must_refuse(400, "invalid_grant");
    }
    // A wrong verifier ends the code: it must not be guessed at.
    let (attempt, spoilt) = code(&platform, &mut person, "openid").await;
    with(&attempt, &spoilt, Some(&random_verifier())).await.must_refuse(400, "invalid_grant");
    platform.exchange(&attempt, &spoilt).await.must_refuse(400, "invalid_grant");
    // RFC 9700 §2.1.1: a verifier without a challenge is refused too.
    let relaxed = register(&NewClient::new(Method::Basic).with("--no-pkce", "")).await;
    let bare = relaxed.attempt_with("openid", &[("code_challenge", None), ("code_challenge_method", None)]);
    let callback = person.authorize(bare.url.as_str(), &Answers::allow()).await;
    let bare_code = relaxed.code(&bare, &callback);
    relaxed.exchange(&bare, &bare_code).await.must_refuse(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc6749_s4_1_2_a_code_fits_its_client_and_its_redirect_uri() {
    let (platform, mut person) = pair().await;
    let thief = register(&NewClient::new(Method::Basic)).await;
    let (attempt, code) = code(&platform, &mut person, "openid").await;
    thief.exchange(&attempt, &code).await.must_refuse(400, "invalid_grant");
    assert_eq!(platform.exchange(&attempt, &code).await.status, 200, "who stole it harms nobody");
    let (attempt, code) = self::code(&platform, &mut person, "openid").await;
    let elsewhere = Attempt { redirect_uri: "https://orbitphotos.example/other".to_owned(), ..attempt };
    platform.exchange(&elsewhere, &code).await.must_refuse(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc6749_s4_1_2_a_replayed_code_ends_all_that_came_of_it() {
    let (platform, mut person) = pair().await;
    let attempt = platform.attempt("openid offline_access");
    let allowed = Answers::only(&["offline_access"]).for_duration("until_stopped");
    let callback = person.authorize(attempt.url.as_str(), &allowed).await;
    let code = platform.code(&attempt, &callback);
    let first = platform.exchange(&attempt, &code).await;
    let tokens = platform.tokens(&attempt, first).await;
    assert_eq!(platform.userinfo(&tokens.access).await.status, 200);
    platform.exchange(&attempt, &code).await.must_refuse(400, "invalid_grant");
    platform.userinfo(&tokens.access).await.must_refuse(401, "invalid_token");
    platform.refresh(tokens.refresh.as_deref().unwrap()).await.must_refuse(400, "invalid_grant");
    platform.exchange(&attempt, &code).await.must_refuse(400, "invalid_grant");
}

/// Tokens with a refresh token among them.
async fn offline(platform: &Platform, person: &mut Person, scope: &str) -> crate::support::platform::Tokens {
    let attempt = platform.attempt(&format!("{scope} offline_access"));
    let allowed = Answers::only(&["offline_access"]).for_duration("until_stopped");
    let tokens = platform.sign_in_with(person, attempt, &allowed).await;
    assert!(tokens.refresh.is_some(), "{}", tokens.body);
    tokens
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc6749_s6_and_oidc_core_s12_refresh() {
    let (platform, mut person) = pair().await;
    let tokens = offline(&platform, &mut person, "openid email").await;
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let answer = platform.refresh(tokens.refresh.as_deref().unwrap()).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")), "{}", answer.text());
    let body = answer.json();
    assert_eq!(body["token_type"], "Bearer");
    let fresh = platform.verify(body["id_token"].as_str().unwrap(), None).await;
    for same in ["iss", "sub", "aud", "auth_time"] {
        assert_eq!(fresh[same], tokens.claims[same], "{same}");
    }
    assert!(fresh["iat"].as_u64() > tokens.claims["iat"].as_u64() && fresh.get("nonce").is_none());
    assert_ne!(body["refresh_token"], Value::from(tokens.refresh.clone()));
    assert_eq!(platform.userinfo(body["access_token"].as_str().unwrap()).await.status, 200);
    // RFC 6749 §6: no more than was granted; less is fine.
    let refresh = body["refresh_token"].as_str().unwrap();
    let scoped = async |scope: &str| {
        platform.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh), ("scope", scope)]).await
    };
    scoped("openid address").await.must_refuse(400, "invalid_scope");
    let narrow = scoped("openid").await;
    assert_eq!(narrow.status, 200, "a refused scope spends nothing: {}", narrow.text());
    let other = register(&NewClient::new(Method::Basic)).await;
    let newest = narrow.json()["refresh_token"].as_str().unwrap().to_owned();
    other.refresh(&newest).await.must_refuse(400, "invalid_grant");
    assert_eq!(platform.refresh(&newest).await.status, 200, "who stole it harms nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9700_s4_14_rotation_with_a_grace_and_one_branch() {
    let (platform, mut person) = pair().await;
    let tokens = offline(&platform, &mut person, "openid").await;
    let first = tokens.refresh.unwrap();
    let token = |answer: Answer| answer.json()["refresh_token"].as_str().unwrap().to_owned();
    let second = token(platform.refresh(&first).await);
    // The answer was lost: the same successor again, never a second branch.
    assert_eq!(token(platform.refresh(&first).await), second);
    let third = token(platform.refresh(&second).await);
    assert_ne!(third, second);
    // One before last is a replay, however soon: the family ends.
    let replayed = platform.refresh(&first).await;
    replayed.must_refuse(400, "invalid_grant");
    platform.refresh(&third).await.must_refuse(400, "invalid_grant");
    platform.userinfo(&tokens.access).await.must_refuse(401, "invalid_token");
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_s11_no_refresh_token_without_consent_to_it() {
    let (platform, mut person) = pair().await;
    let plain = platform.sign_in(&mut person, "openid").await;
    assert!(plain.refresh.is_none());
    let refused = Answers::only(&[]);
    let attempt = platform.attempt("openid offline_access");
    let tokens = platform.sign_in_with(&mut person, attempt, &refused).await;
    assert!(tokens.refresh.is_none() && tokens.body["scope"] == "openid", "{}", tokens.body);
    let once = register(&NewClient::new(Method::Basic)).await;
    let attempt = once.attempt("openid offline_access");
    let for_once = Answers::only(&["offline_access"]).for_duration("once");
    let tokens = once.sign_in_with(&mut person, attempt, &for_once).await;
    assert!(tokens.refresh.is_none(), "WALLET §7.3: never for once");
    assert!(tokens.body["expires_in"].as_i64().is_some_and(|s| s <= 600));
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc6749_s4_4_a_token_for_the_client_itself() {
    let machine = NewClient::new(Method::Basic).with("--grant-type", "client_credentials");
    let platform = register(&machine).await;
    let answer = platform.token(&[("grant_type", "client_credentials")]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let body = answer.json();
    assert!(body.get("refresh_token").is_none() && body.get("id_token").is_none());
    let access = body["access_token"].as_str().unwrap();
    platform.userinfo(access).await.must_refuse(403, "insufficient_scope");
    let about = platform.introspect(access).await.json();
    assert_eq!((&about["active"], &about["sub"]), (&Value::Bool(true), &Value::from(platform.client.id.clone())));
    let scoped = platform.token(&[("grant_type", "client_credentials"), ("scope", "openid")]).await;
    scoped.must_refuse(400, "invalid_scope");
    platform.revoke(access).await;
    assert_eq!(platform.introspect(access).await.json()["active"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn design_s0_8_what_the_id_token_carries() {
    let server = Server::shared().await;
    let mut person = Person::signed_up(server).await;
    let granted = register(&NewClient::new(Method::Basic)).await;
    let tokens = granted.sign_in_with(&mut person, granted.attempt("openid email"), &Answers::only(&["email"])).await;
    assert_eq!(tokens.claims["email"], person.email.as_str());
    assert_eq!(tokens.claims["email_verified"], true);
    let strict = register(&NewClient::new(Method::Basic).with("--id-token-claims", "protocol")).await;
    let tokens = strict.sign_in_with(&mut person, strict.attempt("openid email"), &Answers::only(&["email"])).await;
    assert!(tokens.claims.get("email").is_none(), "conformance 2.0: {}", tokens.claims);
    let asked = strict.attempt_with("openid email", &[("claims", Some(r#"{"id_token":{"email":null}}"#))]);
    let tokens = strict.sign_in_with(&mut person, asked, &Answers::allow()).await;
    assert_eq!(tokens.claims["email"], person.email.as_str(), "OIDC Core §5.5");
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_s3_1_3_6_at_hash_binds_the_access_token() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let (platform, mut person) = pair().await;
    let tokens = platform.sign_in(&mut person, "openid").await;
    let hash = sha2::Sha256::digest(&tokens.access);
    let expected = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&hash[..16]);
    assert_eq!(payload(tokens.id_token.as_deref().unwrap())["at_hash"], expected);
}
