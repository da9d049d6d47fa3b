//! `oidcc-rp-initiated-logout-certification-test-plan`: each module signs in first, then sends the browser to
//! `end_session_endpoint`.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use url::Url;

use crate::support::form::Page;
use crate::support::person::{Answers, Landing, Person};
use crate::support::platform::{Key, Method, Platform, jose_header, now, payload};
use crate::support::server::Server;

use super::mode::{AFTER, Mode};
use super::suite::{Suite, Tokens, error_page, printable};

/// A suite whose person has signed in.
async fn signed_in() -> (Suite, Tokens) {
    let mut suite = Suite::start(Mode::of("code")).await;
    let tokens = suite.sign_in("openid").await;
    (suite, tokens)
}

pub fn end_session(platform: &Platform, parameters: &[(&str, &str)]) -> Url {
    let mut url = Url::parse(platform.endpoint("end_session_endpoint")).unwrap();
    if !parameters.is_empty() {
        url.query_pairs_mut().extend_pairs(parameters);
    }
    url
}

/// Sends the browser to sign out, and says yes where it is asked.
async fn sign_out(suite: &mut Suite, parameters: &[(&str, &str)]) -> Landing {
    let landing = suite.person.visit(end_session(&suite.platform, parameters).as_str()).await;
    match landing {
        Landing::Page(page) if page.find_form("decision").is_some() => {
            let form = page.form("decision").press("decision", "sign_out");
            suite.person.submit(&page, &form).await
        }
        landing => landing,
    }
}

/// The session is over: `prompt=none` finds nobody.
pub async fn must_be_signed_out(suite: &mut Suite) {
    let silent = suite.request("openid", &[("prompt", Some("none"))]);
    suite.must_refuse(&silent, &["login_required"]).await;
}

/// The browser is back at the client with these parameters and no others.
pub fn must_be_back(landing: Landing, parameters: &[(&str, &str)]) {
    let away = landing.away();
    let bare = away.as_str().split('?').next().unwrap();
    assert_eq!(bare, AFTER);
    let got: Vec<(String, String)> = away.query_pairs().into_owned().collect();
    let wanted: Vec<_> = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    assert_eq!(got, wanted);
    assert_eq!(away.query().is_some(), !parameters.is_empty(), "not even a question mark: {away}");
}

/// An error page, and the person is still signed in.
async fn must_not_leave(suite: &mut Suite, parameters: &[(&str, &str)]) {
    let page = suite.person.visit(end_session(&suite.platform, parameters).as_str()).await.page();
    error_page(&page, "invalid_request");
    assert!(page.link("orbitphotos.example").is_none(), "nor is there a link: {}", page.text());
    let silent = suite.request("openid", &[("prompt", Some("none"))]);
    suite.complete(&silent).await;
}

/// The page that says that it is done.
fn must_be_done(page: &Page) {
    assert_eq!((page.status, page.title().contains("signed out")), (200, true), "{}: {}", page.title(), page.text());
    assert!(page.header("refresh").is_none() && page.link("orbitphotos.example").is_none(), "it leads nowhere");
}

#[tokio::test(flavor = "multi_thread")]
async fn rp_initiated_logout_discovery_endpoint_verification() {
    let suite = Suite::start(Mode::of("code")).await;
    let endpoint = Url::parse(suite.platform.endpoint("end_session_endpoint")).expect("a URL");
    // That all endpoints have the issuer's scheme, https, is the Config plan's to see.
    let issuer = Url::parse(&suite.platform.issuer).unwrap();
    assert_eq!((endpoint.origin(), endpoint.query()), (issuer.origin(), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn rp_initiated_logout() {
    for state in [printable(128), "s 1&x=%2F+\"<>#".to_owned()] {
        let (mut suite, tokens) = signed_in().await;
        let parameters =
            [("id_token_hint", tokens.id_token.as_str()), ("post_logout_redirect_uri", AFTER), ("state", &state)];
        must_be_back(sign_out(&mut suite, &parameters).await, &[("state", &state)]);
        must_be_signed_out(&mut suite).await;
        // What was issued to be used while the person is there is over with it.
        suite.platform.userinfo(&tokens.access).await.must_refuse(401, "invalid_token");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rp_initiated_logout_no_state() {
    let (mut suite, tokens) = signed_in().await;
    let parameters = [("id_token_hint", tokens.id_token.as_str()), ("post_logout_redirect_uri", AFTER)];
    must_be_back(sign_out(&mut suite, &parameters).await, &[]);
    must_be_signed_out(&mut suite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rp_initiated_logout_bad_post_logout_redirect_uri() {
    let (mut suite, tokens) = signed_in().await;
    for uri in [
        "https://orbitphotos.example/post_logout_redirect/bad",
        "https://orbitphotos.example/post_logout_redirect/",
        "https://orbitphotos.example/POST_LOGOUT_REDIRECT",
        "https://orbitphotos.example:8443/post_logout_redirect",
        "http://orbitphotos.example/post_logout_redirect",
        "https://orbitphotos.example/callback",
        "https://evil.example/post_logout_redirect",
        "/account",
    ] {
        let parameters =
            [("id_token_hint", tokens.id_token.as_str()), ("post_logout_redirect_uri", uri), ("state", "s")];
        must_not_leave(&mut suite, &parameters).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rp_initiated_logout_query_added_to_post_logout_redirect_uri() {
    let (mut suite, tokens) = signed_in().await;
    for added in ["?foo=bar", "?", "#x"] {
        let uri = format!("{AFTER}{added}");
        let parameters =
            [("id_token_hint", tokens.id_token.as_str()), ("post_logout_redirect_uri", &uri), ("state", "s")];
        must_not_leave(&mut suite, &parameters).await;
    }
}

/// The same claims, not signed at all or signed no more.
#[tokio::test(flavor = "multi_thread")]
async fn rp_initiated_logout_modified_id_token_hint() {
    let (mut suite, tokens) = signed_in().await;
    let parts: Vec<&str> = tokens.id_token.split('.').collect();
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let none = part(json!({ "alg": "none" }));
    let mut changed = tokens.claims.clone();
    changed["sub"] = json!("somebody else");
    for (what, hint) in [
        ("alg none", format!("{none}.{}.", parts[1])),
        ("alg none with the old signature", format!("{none}.{}.{}", parts[1], parts[2])),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("another payload", format!("{}.{}.{}", parts[0], part(changed), parts[2])),
    ] {
        assert_eq!(hint.split('.').count(), 3, "{what}");
        must_not_leave(&mut suite, &[("id_token_hint", &hint), ("post_logout_redirect_uri", AFTER), ("state", "s")])
            .await;
        must_not_leave(&mut suite, &[("id_token_hint", &hint)]).await;
    }
}

/// The same claims under somebody else's key; and our own key over what is no ID Token for that client.
#[tokio::test(flavor = "multi_thread")]
async fn rp_initiated_logout_bad_id_token_hint() {
    let (mut suite, tokens) = signed_in().await;
    let foreign = Key::generate().sign(&tokens.claims);
    assert_eq!(jose_header(&foreign)["alg"], "ES256");
    must_not_leave(&mut suite, &[("id_token_hint", &foreign), ("post_logout_redirect_uri", AFTER), ("state", "s")])
        .await;
    for hint in [tokens.access.as_str(), "e30.e30.AAAA", "not a token"] {
        must_not_leave(&mut suite, &[("id_token_hint", hint), ("post_logout_redirect_uri", AFTER)]).await;
    }
    // The hint's audience finds the client: with another client's token its redirect URI is not registered.
    let other = Platform::at(Server::shared().await, &crate::support::platform::NewClient::new(Method::Basic)).await;
    let hint = other.sign_in(&mut suite.person, "openid").await.id_token.expect("an ID Token");
    must_not_leave(&mut suite, &[("id_token_hint", &hint), ("post_logout_redirect_uri", AFTER)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rp_initiated_logout_no_id_token_hint() {
    let (mut suite, _) = signed_in().await;
    let id = suite.platform.client.id.clone();
    must_not_leave(&mut suite, &[("post_logout_redirect_uri", AFTER), ("state", "s")]).await;
    must_not_leave(&mut suite, &[("post_logout_redirect_uri", AFTER), ("client_id", &id)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rp_initiated_logout_no_params() {
    let (mut suite, _) = signed_in().await;
    must_be_done(&sign_out(&mut suite, &[]).await.page());
    must_be_signed_out(&mut suite).await;
    must_be_done(&sign_out(&mut suite, &[]).await.page());
}

#[tokio::test(flavor = "multi_thread")]
async fn rp_initiated_logout_only_state() {
    let (mut suite, _) = signed_in().await;
    must_be_done(&sign_out(&mut suite, &[("state", "s")]).await.page());
    must_be_signed_out(&mut suite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rp_initiated_logout_no_post_logout_redirect_uri() {
    let (mut suite, tokens) = signed_in().await;
    let parameters = [("id_token_hint", tokens.id_token.as_str()), ("state", "s")];
    let page = suite.person.visit(end_session(&suite.platform, &parameters).as_str()).await.page();
    must_be_done(&page);
    must_be_signed_out(&mut suite).await;
}

/// An expired hint still says who is meant, here and at the authorization endpoint (OIDC Core §3.1.2.1).
#[tokio::test(flavor = "multi_thread")]
async fn an_expired_id_token_hint_is_read() {
    let server = Server::with(&[("SW__TOKENS__ID", "1s")]).await;
    let platform = Platform::at(&server, &Mode::of("code").client()).await;
    let mut person = Person::signed_up(&server).await;
    let plain = [("code_challenge", None), ("code_challenge_method", None)];
    let attempt = platform.attempt_with("openid", &plain);
    let callback = person.authorize(attempt.url.as_str(), &Answers::allow()).await;
    let code = platform.code(&attempt, &callback);
    let redeem = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", &attempt.redirect_uri)];
    let answer = platform.token(&redeem).await.json();
    let hint = answer["id_token"].as_str().expect("an ID Token");
    tokio::time::sleep(Duration::from_millis(2100)).await;
    assert!(payload(hint)["exp"].as_u64().unwrap() < now(), "expired");
    let silent = [("id_token_hint", Some(hint)), ("prompt", Some("none")), plain[0], plain[1]];
    let attempt = platform.attempt_with("openid", &silent);
    let callback = person.authorize(attempt.url.as_str(), &Answers::allow()).await;
    platform.code(&attempt, &callback);
    let parameters = [("id_token_hint", hint), ("post_logout_redirect_uri", AFTER)];
    must_be_back(person.visit(end_session(&platform, &parameters).as_str()).await, &[]);
}
