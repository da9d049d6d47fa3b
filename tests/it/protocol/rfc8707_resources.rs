//! RFC 8707: for which resource server a token is.

use crate::support::person::Answers;
use crate::support::platform::{Answer, Method, Platform, jose_header, payload};
use crate::support::seeded;

use super::parties::{ALBUMS, PRINTS, platform, server, sign_in};
use super::{Ends, must_end};

async fn refresh(platform: &Platform, token: &str, resource: &[&str]) -> Answer {
    let mut parameters = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
    parameters.extend(resource.iter().map(|one| ("resource", *one)));
    platform.token(&parameters).await
}

fn text(answer: &Answer, name: &str) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()[name].as_str().unwrap_or_else(|| panic!("{name} in {}", answer.text())).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8707_s2_1_at_the_authorization_endpoint() {
    let (platform, mut person) = (platform(Method::Basic).await, seeded::signed_in(server().await).await);
    for (what, scope, resource, ends) in [
        ("one", "openid albums.read", ALBUMS, Ends::Code),
        ("our own endpoints", "openid", platform.issuer.as_str(), Ends::Code),
        ("unknown", "openid albums.read", "https://other.example/", Ends::Client("invalid_target")),
        ("another writing", "openid albums.read", "https://albums.example", Ends::Client("invalid_target")),
        ("a fragment", "openid albums.read", "https://albums.example/#x", Ends::Client("invalid_target")),
        ("no URI", "openid albums.read", "albums", Ends::Client("invalid_target")),
        ("no scope of it", "openid prints.order", ALBUMS, Ends::Client("invalid_target")),
    ] {
        let attempt = platform.attempt_with(scope, &[("resource", Some(resource))]);
        must_end(&mut person, &platform, &attempt, ends, what).await;
    }
    let mut twice = platform.attempt("openid");
    twice.url.query_pairs_mut().append_pair("scope", "email");
    must_end(&mut person, &platform, &twice, Ends::Page("invalid_request"), "others are not repeated").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8707_s2_2_one_resource_after_the_other() {
    let (platform, mut person) = (platform(Method::Basic).await, seeded::signed_in(server().await).await);
    let scope = "openid profile email offline_access albums.read prints.order";
    let mut attempt = platform.attempt_with(scope, &[("resource", Some(ALBUMS))]);
    attempt.url.query_pairs_mut().append_pair("resource", PRINTS);
    let page = person.walk_to_consent(attempt.url.as_str()).await;
    for label in ["See your albums", "Orbit Albums", "Order prints"] {
        assert!(page.text().contains(label), "{label} is not in {}", page.text());
    }
    assert!(!page.text().contains("Change your albums"));
    let allowed = Answers::only(&["name", "email", "offline_access"]).for_duration("until_stopped");
    let callback = person.decide(&page, &allowed).await.away();
    let code = platform.code(&attempt, &callback);
    let exchange = async |resources: &[&str]| {
        let mut parameters = vec![
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", attempt.redirect_uri.as_str()),
            ("code_verifier", attempt.verifier.as_str()),
        ];
        parameters.extend(resources.iter().map(|one| ("resource", *one)));
        platform.token(&parameters).await
    };
    for bad in [&["https://other.example/"][..], &[ALBUMS, PRINTS]] {
        exchange(bad).await.must_refuse(400, "invalid_target");
    }
    let first = exchange(&[ALBUMS]).await;
    assert_eq!(text(&first, "scope"), "albums.read", "nothing of it spent the code");
    let claims = payload(&text(&first, "access_token"));
    assert_eq!((claims["aud"].as_str(), claims["scope"].as_str()), (Some(ALBUMS), Some("albums.read")));
    let id_token = platform.verify(&text(&first, "id_token"), Some(&attempt.nonce)).await;
    assert_eq!(id_token["sub"], claims["sub"]);
    platform.userinfo(&text(&first, "access_token")).await.must_refuse(401, "invalid_token");
    let second = refresh(&platform, &text(&first, "refresh_token"), &[PRINTS]).await;
    let token = text(&second, "access_token");
    assert_eq!((payload(&token)["aud"].as_str(), jose_header(&token)["alg"].as_str()), (Some(PRINTS), Some("EdDSA")));
    // Of several none is the default; the issuer stands for its own endpoints.
    let mut newest = text(&second, "refresh_token");
    for resources in [&[][..], &[platform.issuer.as_str()]] {
        let own = refresh(&platform, &newest, resources).await;
        newest = text(&own, "refresh_token");
        assert_eq!(text(&own, "scope"), "email offline_access openid profile");
        assert_eq!(platform.userinfo(&text(&own, "access_token")).await.json()["name"], seeded::NAME);
    }
    refresh(&platform, &newest, &["urn:example:other"]).await.must_refuse(400, "invalid_target");
    assert_eq!(refresh(&platform, &newest, &[ALBUMS]).await.status, 200, "an error spends no token");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8707_s2_2_what_was_not_authorized_is_not_reached() {
    let (platform, mut person) = (platform(Method::Basic).await, seeded::signed_in(server().await).await);
    let scope = "openid profile email offline_access albums.read prints.order";
    let tokens = sign_in(&platform, &mut person, scope, &[("resource", Some(ALBUMS))]).await;
    assert_eq!(payload(&tokens.access)["aud"], ALBUMS, "the one that was named is the default");
    let token = tokens.refresh.as_deref().expect("a refresh token");
    refresh(&platform, token, &[PRINTS]).await.must_refuse(400, "invalid_target");
    // Where none was named, what the scope reaches may be.
    let tokens = sign_in(&platform, &mut person, "openid profile email offline_access albums.read", &[]).await;
    assert_eq!(platform.userinfo(&tokens.access).await.status, 200);
    let token = tokens.refresh.as_deref().expect("a refresh token");
    refresh(&platform, token, &[PRINTS]).await.must_refuse(400, "invalid_target");
    let albums = refresh(&platform, token, &[ALBUMS]).await;
    assert_eq!(text(&albums, "scope"), "albums.read");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8707_s2_2_client_credentials() {
    let platform = platform(Method::Basic).await;
    let ask = async |more: &[(&str, &str)]| {
        let parameters = [&[("grant_type", "client_credentials")], more].concat();
        platform.token(&parameters).await
    };
    let answer = ask(&[("resource", ALBUMS)]).await;
    assert_eq!(text(&answer, "scope"), "albums.read albums.write");
    let claims = payload(&text(&answer, "access_token"));
    let id = platform.client.id.as_str();
    assert_eq!((claims["sub"].as_str(), claims["client_id"].as_str()), (Some(id), Some(id)));
    assert!(claims.get("auth_time").is_none() && claims.get("acr").is_none(), "RFC 9068 §2.2.1: {claims}");
    let narrow = ask(&[("resource", ALBUMS), ("scope", "albums.read")]).await;
    assert_eq!(payload(&text(&narrow, "access_token"))["scope"], "albums.read");
    ask(&[("resource", ALBUMS), ("scope", "prints.order")]).await.must_refuse(400, "invalid_scope");
    ask(&[("scope", "albums.read")]).await.must_refuse(400, "invalid_scope");
    ask(&[("resource", "https://other.example/")]).await.must_refuse(400, "invalid_target");
    ask(&[("resource", ALBUMS), ("resource", PRINTS)]).await.must_refuse(400, "invalid_target");
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s7_3_what_is_allowed_elsewhere_stays_when_lines_are_changed() {
    let (platform, mut person) = (platform(Method::Basic).await, seeded::signed_in(server().await).await);
    let scope = "openid profile email offline_access albums.read";
    let tokens = sign_in(&platform, &mut person, scope, &[]).await;
    let list = person.visit("/account/apps").await.page();
    let href = list.body.split("href=\"/account/apps/").nth(1).and_then(|rest| rest.split('"').next()).expect("an app");
    let page = person.visit(&format!("/account/apps/{href}")).await.page();
    assert!(page.text().contains("See your albums"), "{}", page.text());
    let form = page.form("duration").tick_only("claim", &["offline_access"]);
    person.submit(&page, &form).await.page();
    let albums = refresh(&platform, tokens.refresh.as_deref().unwrap(), &[ALBUMS]).await;
    assert_eq!(text(&albums, "scope"), "albums.read");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8414_s2_scopes_of_resources_are_published() {
    let platform = platform(Method::Basic).await;
    let has = |name: &str, value: &str| platform.metadata[name].as_array().unwrap().iter().any(|one| one == value);
    assert!(has("scopes_supported", "albums.read") && has("protected_resources", ALBUMS));
    assert!(!server().await.try_cli(&["client", "add", "--name", "X", "--scope", "openid galaxies.read"]).0);
}
