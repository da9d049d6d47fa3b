//! RFC 9470: a resource that needs a stronger or younger sign-in says so, and the client can do what it says.

use std::time::Duration;

use serde_json::json;

use crate::support::person::{Answers, Person};
use crate::support::platform::{Method, NewClient, Platform};
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
