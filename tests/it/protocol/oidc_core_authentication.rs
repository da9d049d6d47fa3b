//! OIDC Core §3.1.2: who is asked to sign in, and what the ID Token says of it (§2).

use std::time::Duration;

use crate::support::person::{Answers, Landing, Person};
use crate::support::platform::{Method, NewClient, Tokens, now, payload};
use crate::support::server::Server;

use super::Ends::Client;
use super::{answers, must_end, pair, platform};

#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_s2_the_id_token() {
    let (platform, mut person) = pair().await;
    let tokens = platform.sign_in(&mut person, "openid").await;
    let claims = &tokens.claims;
    assert_eq!(claims["iss"], platform.issuer.as_str());
    assert_eq!(claims["aud"], platform.client.id.as_str());
    let at = |name: &str| claims[name].as_u64().unwrap_or_else(|| panic!("{name}: {claims}"));
    assert!(at("iat").abs_diff(now()) < 60 && at("exp") > at("iat") && at("exp") <= at("iat") + 600);
    assert!(claims.get("auth_time").is_none(), "only for clients that ask for it: {claims}");
    assert!(claims["sub"].as_str().is_some_and(|sub| !sub.is_empty() && sub.len() <= 255));
    assert_eq!(claims["amr"], serde_json::json!(["pwd"]));
    assert!(claims["acr"].as_str().is_some_and(|acr| acr.starts_with("urn:social-wallet:acr:")));
    assert!(claims["at_hash"].is_string());
    assert!(claims.get("sid").is_none(), "only for clients that hear of the end of sessions: {claims}");
    let timed = platform.attempt_with("openid", &[("max_age", Some("600"))]);
    let timed = platform.sign_in_with(&mut person, timed, &Answers::allow()).await.claims;
    assert!(timed["auth_time"].as_u64().is_some_and(|at| Some(at) <= timed["iat"].as_u64()), "{timed}");
    let without = platform.attempt_with("openid", &[("nonce", None)]);
    let callback = person.authorize(without.url.as_str(), &Answers::allow()).await;
    let answer = platform.exchange(&without, &platform.code(&without, &callback)).await.json();
    assert!(payload(answer["id_token"].as_str().unwrap()).get("nonce").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_s3_1_2_6_prompt_none_shows_no_page() {
    let server = Server::shared().await;
    let (platform, mut person) = pair().await;
    let silent = || platform.attempt_with("openid email", &[("prompt", Some("none")), ("max_age", Some("600"))]);
    let mut stranger = Person::new(server);
    must_end(&mut stranger, &platform, &silent(), Client("login_required"), "nobody is signed in").await;
    must_end(&mut person, &platform, &silent(), Client("consent_required"), "nothing is decided").await;
    let timed = platform.attempt_with("openid email", &[("max_age", Some("600"))]);
    let first = platform.sign_in_with(&mut person, timed, &Answers::allow()).await;
    let attempt = silent();
    let callback = person.authorize(attempt.url.as_str(), &Answers::allow()).await;
    assert_eq!(person.trail.len(), 1, "no page between");
    let answer = platform.exchange(&attempt, &platform.code(&attempt, &callback)).await;
    let second = platform.tokens(&attempt, answer).await;
    assert_eq!(first.claims["sub"], second.claims["sub"]);
    assert_eq!(auth_time(&first), auth_time(&second));
    let more = platform.attempt_with("openid email phone", &[("prompt", Some("none"))]);
    must_end(&mut person, &platform, &more, Client("consent_required"), "something new is asked for").await;
}

async fn again(
    platform: &crate::support::platform::Platform,
    person: &mut Person,
    changes: &[(&str, Option<&str>)],
) -> (Tokens, usize) {
    let attempt = platform.attempt_with("openid", changes);
    let tokens = platform.sign_in_with(person, attempt, &Answers::allow()).await;
    (tokens, person.trail.len())
}

fn auth_time(tokens: &Tokens) -> u64 {
    tokens.claims["auth_time"].as_u64().expect("auth_time")
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_s3_1_2_1_login_and_max_age_ask_again() {
    let (platform, mut person) = pair().await;
    let (first, _) = again(&platform, &mut person, &[("max_age", Some("15000"))]).await;
    let (second, steps) = again(&platform, &mut person, &[("max_age", Some("10000"))]).await;
    assert_eq!((auth_time(&first), steps), (auth_time(&second), 1), "young enough");
    tokio::time::sleep(Duration::from_millis(2100)).await;
    let (third, _) = again(&platform, &mut person, &[("max_age", Some("1"))]).await;
    assert!(auth_time(&third) > auth_time(&second), "max_age=1");
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let (fourth, _) = again(&platform, &mut person, &[("prompt", Some("login"))]).await;
    assert!(auth_time(&fourth) > auth_time(&third), "prompt=login");
    assert_eq!(fourth.claims["sub"], first.claims["sub"]);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let (fifth, _) = again(&platform, &mut person, &[("prompt", Some("select_account"))]).await;
    assert!(auth_time(&fifth) > auth_time(&fourth), "prompt=select_account");
    let (sixth, _) = again(&platform, &mut person, &[("max_age", Some("0"))]).await;
    assert!(auth_time(&sixth) >= auth_time(&fifth), "max_age=0 ends");
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_s3_1_2_1_id_token_hint_names_who_is_meant() {
    let server = Server::shared().await;
    let (platform, mut person) = pair().await;
    let tokens = platform.sign_in(&mut person, "openid").await;
    let hint = tokens.id_token.clone().unwrap();
    let hinted =
        |hint: &str| platform.attempt_with("openid", &[("id_token_hint", Some(hint)), ("prompt", Some("none"))]);
    let attempt = hinted(&hint);
    let callback = person.authorize(attempt.url.as_str(), &Answers::allow()).await;
    let answer = platform.exchange(&attempt, &platform.code(&attempt, &callback)).await;
    assert_eq!(platform.tokens(&attempt, answer).await.claims["sub"], tokens.claims["sub"]);
    let mut other = Person::signed_up(server).await;
    platform.sign_in(&mut other, "openid").await;
    must_end(&mut other, &platform, &hinted(&hint), Client("login_required"), "another person").await;
    let foreign = super::platform(&NewClient::new(Method::Basic)).await;
    let attempt = foreign.attempt_with("openid", &[("id_token_hint", Some(&hint))]);
    must_end(&mut person, &foreign, &attempt, Client("invalid_request"), "another client's token").await;
    let claimed = format!(r#"{{"id_token":{{"sub":{{"value":"{}"}}}}}}"#, tokens.claims["sub"].as_str().unwrap());
    let by_claims = platform.attempt_with("openid", &[("claims", Some(&claimed)), ("prompt", Some("none"))]);
    must_end(&mut person, &platform, &by_claims, super::Ends::Code, "OIDC Core §5.5.1 sub").await;
    must_end(&mut other, &platform, &by_claims, Client("login_required"), "OIDC Core §5.5.1 sub").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_s5_5_1_1_an_essential_acr_is_reached_or_refused() {
    let (platform, mut person) = pair().await;
    let acr = |value: &str| format!(r#"{{"id_token":{{"acr":{{"essential":true,"values":["{value}"]}}}}}}"#);
    let reached = acr("urn:social-wallet:acr:password");
    let attempt = platform.attempt_with("openid", &[("claims", Some(&reached))]);
    let tokens = platform.sign_in_with(&mut person, attempt, &Answers::allow()).await;
    assert_eq!(tokens.claims["acr"], "urn:social-wallet:acr:password");
    let unknown = acr("urn:mace:incommon:iap:silver");
    let attempt = platform.attempt_with("openid", &[("claims", Some(&unknown))]);
    must_end(&mut person, &platform, &attempt, Client("unmet_authentication_requirements"), "an acr of others").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn initiating_registration_s4_prompt_create_opens_the_sign_up_page() {
    let server = Server::shared().await;
    let platform = platform(&NewClient::new(Method::Basic)).await;
    let mut person = Person::new(server);
    let attempt = platform.attempt_with("openid email", &[("prompt", Some("create"))]);
    let page = person.visit(attempt.url.as_str()).await.page();
    assert_eq!(page.url.path(), "/signup");
    let tokens = platform.sign_in_with(&mut person, attempt, &Answers::allow()).await;
    let claims = platform.userinfo(&tokens.access).await.json();
    assert_eq!(claims["sub"], tokens.claims["sub"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_s3_1_2_1_hints_are_honoured() {
    let server = Server::shared().await;
    let platform = platform(&NewClient::new(Method::Basic)).await;
    let mut person = Person::new(server);
    let attempt = platform.attempt_with("openid", &[("login_hint", Some("a@b.example")), ("ui_locales", Some("ar"))]);
    let page = person.visit(attempt.url.as_str()).await.page();
    assert_eq!(page.form("identifier").value("identifier").as_deref(), Some("a@b.example"));
    assert_eq!(page.attributes("html", "dir"), ["rtl"]);
    assert!(page.text().contains("Orbit Photos"), "who sent the person is named on the first page");
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_s8_subjects_are_pairwise_or_public() {
    let (first, mut person) = pair().await;
    let same_sector = platform(&NewClient::new(Method::Basic)).await;
    let other_sector = platform(&NewClient::new(Method::Basic).redirected_to("https://other.example/cb")).await;
    let public = |uri: &str| NewClient::new(Method::Basic).redirected_to(uri).with("--subject-type", "public");
    let (public_a, public_b) =
        (platform(&public("https://a.example/cb")).await, platform(&public("https://b.example/cb")).await);
    let mut subs = Vec::new();
    for client in [&first, &same_sector, &other_sector, &public_a, &public_b] {
        subs.push(client.sign_in(&mut person, "openid").await.claims["sub"].as_str().unwrap().to_owned());
    }
    assert_eq!(subs[0], subs[1], "one sector, one subject (\"pairwise\")");
    assert_ne!(subs[0], subs[2]);
    assert_eq!(subs[3], subs[4], "one subject for all (\"public\")");
    assert!(!subs[..3].contains(&subs[3]));
}

#[tokio::test(flavor = "multi_thread")]
async fn asvs_7_2_4_a_session_has_a_new_name_at_every_sign_in_and_dies_at_sign_out() {
    let (platform, mut person) = pair().await;
    platform.sign_in(&mut person, "openid").await;
    let first = person.jar.find("sw").expect("a session").clone();
    assert!(first.has("httponly") && first.has("samesite=lax") && first.has("path=/"));
    again(&platform, &mut person, &[("prompt", Some("login"))]).await;
    let second = person.jar.find("sw").expect("a session").value.clone();
    assert_ne!(first.value, second);
    let mut old = person.elsewhere();
    old.jar = person.jar.clone();
    old.jar.put("sw", &first.value);
    assert_eq!(old.visit("/account").await.page().url.path(), "/signin", "the old name is dead");
    let mut copy = person.elsewhere();
    copy.jar = person.jar.clone();
    person.sign_out().await;
    assert_eq!(copy.visit("/account").await.page().url.path(), "/signin", "signing out ends it on the server");
    let silent = platform.attempt_with("openid", &[("prompt", Some("none"))]);
    let Landing::Away(url) = person.visit(silent.url.as_str()).await else { panic!("a page for prompt=none") };
    assert_eq!(answers(&url)("error").as_deref(), Some("login_required"));
}
