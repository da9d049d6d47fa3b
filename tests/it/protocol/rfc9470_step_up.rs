//! RFC 9470: a resource that needs a stronger or younger sign-in says so, and the client can do what it says.

use std::time::Duration;

use serde_json::json;

use crate::support::person::{Answers, Person};
use crate::support::platform::{Answer, Method, NewClient, Platform};
use crate::support::proofs::ProofKey;
use crate::support::server::Server;

use super::oidc_core_userinfo::fill_profile;

const ACR: &str = "urn:social-wallet:acr:password";

#[tokio::test(flavor = "multi_thread")]
async fn rfc9470_s3_sensitive_claims_need_a_young_sign_in() {
    let settings = [("SW__STEP_UP__MAX_AGE", "4s"), ("SW__STEP_UP__ACR", ACR)];
    let server = Server::with(&settings).await;
    let platform = Platform::at(&server, &NewClient::new(Method::Basic)).await;
    let mut person = Person::signed_up(&server).await;
    fill_profile(&mut person).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let answers = Answers::only(&["email", "birthdate"]);
    // Whoever signed in lately enough is told all.
    let attempt = platform.attempt_with("openid email profile", &[("max_age", Some("0"))]);
    let tokens = platform.sign_in_with(&mut person, attempt, &answers).await;
    let fresh = platform.userinfo(&tokens.access).await;
    assert_eq!((fresh.status, fresh.json()["birthdate"].is_string()), (200, true), "{}", fresh.text());
    let told = platform.introspect(&tokens.access).await.json();
    assert_eq!((&told["acr"], &told["auth_time"]), (&json!(ACR), &tokens.claims["auth_time"]), "RFC 9470 §6.2");

    tokio::time::sleep(Duration::from_secs(5)).await;
    let refused = platform.userinfo(&tokens.access).await;
    refused.must_refuse(401, "insufficient_user_authentication");
    assert!(!refused.text().contains(&person.email));
    let challenge = refused.header("www-authenticate").unwrap().to_owned();
    for part in ["error=\"insufficient_user_authentication\"", "max_age=\"4\"", &format!("acr_values=\"{ACR}\"")] {
        assert!(challenge.starts_with("Bearer ") && challenge.contains(part), "{part}: {challenge}");
    }
    // What is not sensitive needs nothing of the kind, though the grant allows more.
    let plain = platform.sign_in(&mut person, "openid email").await;
    assert_eq!(platform.userinfo(&plain.access).await.status, 200);
    platform.userinfo(&tokens.access).await.must_refuse(401, "insufficient_user_authentication");

    // §4: the client asks for what the challenge named.
    let changes = [("max_age", Some("4")), ("acr_values", Some(ACR))];
    let attempt = platform.attempt_with("openid email profile", &changes);
    let page = person.visit(attempt.url.as_str()).await.page();
    assert!(page.find_form("password").is_some() || page.find_form("identifier").is_some(), "{}", page.text());
    let tokens = platform.sign_in_with(&mut person, attempt, &answers).await;
    assert_eq!(platform.userinfo(&tokens.access).await.status, 200);
    let page = person.visit("/account/activity").await.page();
    assert_eq!(page.status, 200, "the refusals are in the trail, and the page shows them");
}

/// RFC 9470 §3: DPoP tokens meet the same challenge by their own scheme; §6 and RFC 9068 §2.2.1: a token that was
/// renewed is of no younger sign-in.
#[tokio::test(flavor = "multi_thread")]
async fn rfc9470_s3_and_s6_bound_and_renewed_tokens() {
    let server = Server::with(&[("SW__STEP_UP__MAX_AGE", "4s")]).await;
    let platform = Platform::at(&server, &NewClient::new(Method::Basic)).await;
    let mut person = Person::signed_up(&server).await;
    fill_profile(&mut person).await;
    let (key, url) = (ProofKey::generate(), platform.endpoint("token_endpoint").to_owned());
    let send = async |form: &[(&str, &str)]| {
        let request = platform.http.post(&url).header("authorization", platform.basic());
        let answer = Answer::of(request.header("dpop", key.proof("POST", &url).text()).form(form)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    };
    let at = platform.endpoint("userinfo_endpoint").to_owned();
    let look = async |verb: &str, token: &str| {
        let request = platform.http.request(verb.parse().expect("a method"), &at);
        let request = request.header("authorization", format!("DPoP {token}"));
        Answer::of(request.header("dpop", key.proof_with(verb, &at, token).text())).await
    };
    let answers = Answers::only(&["birthdate", "offline_access"]).for_duration("until_stopped");
    tokio::time::sleep(Duration::from_secs(1)).await;
    let attempt = platform.attempt_with("openid profile offline_access", &[("max_age", Some("0"))]);
    let callback = person.authorize(attempt.url.as_str(), &answers).await;
    let code = platform.code(&attempt, &callback);
    let tokens = send(&[
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", &attempt.redirect_uri),
        ("code_verifier", &attempt.verifier),
    ])
    .await;
    let first = tokens["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(look("GET", &first).await.json()["birthdate"], "1990-04-01");
    let about = platform.introspect(&first).await.json();
    tokio::time::sleep(Duration::from_secs(5)).await;
    let refreshing = [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"].as_str().unwrap())];
    let second = send(&refreshing).await["access_token"].as_str().expect("a token").to_owned();
    let renewed = platform.introspect(&second).await.json();
    assert_eq!((&renewed["auth_time"], &renewed["acr"]), (&about["auth_time"], &about["acr"]));
    for (verb, token) in [("GET", &first), ("GET", &second), ("POST", &second)] {
        let answer = look(verb, token).await;
        answer.must_refuse(401, "insufficient_user_authentication");
        assert!(!answer.text().contains("1990") && answer.header("dpop-nonce").is_some(), "{}", answer.text());
        let challenge = answer.header("www-authenticate").expect("a challenge");
        assert!(challenge.starts_with("DPoP ") && challenge.contains("max_age=\"4\""), "{challenge}");
        assert!(challenge.contains("error_description=\"") && !challenge.contains("acr_values"), "{challenge}");
    }
    // §4: what was asked for without a page cannot be had so.
    let silent = platform.attempt_with("openid profile", &[("max_age", Some("4")), ("prompt", Some("none"))]);
    let came = person.authorize(silent.url.as_str(), &answers).await;
    assert_eq!(super::answers(&came)("error").as_deref(), Some("login_required"), "{came}");
}

/// RFC 9470 §5: `max_age` brings `auth_time`, `acr_values` brings `acr`, into the ID Token and to who introspects.
#[tokio::test(flavor = "multi_thread")]
async fn rfc9470_s5_what_was_asked_for_is_told() {
    let (platform, mut person) = super::pair().await;
    for (changes, error) in [
        (vec![("max_age", Some("600")), ("acr_values", Some(ACR))], None),
        (vec![("acr_values", Some("urn:other urn:social-wallet:acr:password"))], None),
        (vec![("max_age", Some("-1"))], Some("invalid_request")),
        (vec![("max_age", Some("soon"))], Some("invalid_request")),
        (vec![("max_age", Some("1.5"))], Some("invalid_request")),
    ] {
        let attempt = platform.attempt_with("openid", &changes);
        let came = person.authorize(attempt.url.as_str(), &Answers::allow()).await;
        let got = super::answers(&came)("error");
        assert_eq!(got.as_deref(), error, "{changes:?}: {came}");
        if error.is_none() {
            let answer = platform.exchange(&attempt, &platform.code(&attempt, &came)).await;
            let tokens = platform.tokens(&attempt, answer).await;
            let told = platform.introspect(&tokens.access).await.json();
            for name in ["acr", "auth_time"] {
                // When somebody signed in is told to who asked.
                let is_asked = name == "acr" || changes.iter().any(|(name, _)| *name == "max_age");
                assert_eq!(!told[name].is_null(), is_asked, "{name}: {told}");
                assert_eq!(told[name], tokens.claims[name], "{name}");
            }
            assert_eq!(told["acr"], ACR, "the one of them that can be reached");
        }
    }
}
