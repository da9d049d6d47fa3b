//! OAuth Client ID Metadata Document: a client is named by the URL of its own document.

use serde_json::{Value, json};

use crate::support::person::{Answers, Person};
use crate::support::platform::{Credentials, Method, Platform};
use crate::support::server::Server;
use crate::support::site::Site;

const CALLBACK: &str = "https://orbitphotos.example/callback";

async fn house(site: &Site, is_on: &str) -> Server {
    let (host, ca) = (site.host(), site.ca().display().to_string());
    let settings = [
        ("SW__REGISTRATION__METADATA_DOCUMENTS", is_on),
        ("SW__OUTBOUND__ALLOW", host.as_str()),
        ("SW__OUTBOUND__EXTRA_CA", ca.as_str()),
    ];
    Server::with(&settings).await
}

async fn platform(server: &Server, id: &str) -> Platform {
    let client = Credentials { id: id.to_owned(), secret: None, method: Method::None, key: None };
    Platform::discover(&server.issuer, client, CALLBACK.to_owned()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn client_id_metadata_s3_a_document_is_a_client() {
    let site = Site::https().await;
    let server = house(&site, "true").await;
    let id = site.url("/app");
    let document = json!({"client_id": id, "client_name": "Orbit Photos", "redirect_uris": [CALLBACK]});
    site.says("/app", "application/json", document.to_string());
    let platform = platform(&server, &id).await;
    assert_eq!(platform.metadata["client_id_metadata_document_supported"], true);
    let mut person = Person::signed_up(&server).await;
    let attempt = platform.attempt("openid email");
    let page = person.walk_to_consent(attempt.url.as_str()).await;
    assert!(page.text().contains("This app described itself. Only its address, 127.0.0.1"), "{}", page.text());
    let callback = person.decide(&page, &Answers::only(&["email"])).await.away();
    let tokens = platform.exchange(&attempt, &platform.code(&attempt, &callback)).await;
    let tokens = platform.tokens(&attempt, tokens).await;
    assert_eq!(tokens.claims["aud"], id.as_str());
    assert_eq!(platform.userinfo(&tokens.access).await.json()["email"], person.email.as_str());
    platform.sign_in(&mut person, "openid email").await;
    assert_eq!(site.heard("/app").len(), 1, "read once in a while, not at every request");
    let shown: Value = serde_json::from_str(&server.cli(&["client", "show", &id, "--json"])).expect("JSON");
    assert!(shown["is_self_registered"] == true && shown["require_pkce"] == false, "{shown}");
    // PKCE, since it has no credentials.
    let bare = platform.attempt_with("openid", &[("code_challenge", None), ("code_challenge_method", None)]);
    let callback = person.authorize(bare.url.as_str(), &Answers::allow()).await;
    assert!(callback.as_str().contains("error=invalid_request"), "{callback}");
}

#[tokio::test(flavor = "multi_thread")]
async fn client_id_metadata_s4_documents_that_are_no_clients() {
    let site = Site::https().await;
    let server = house(&site, "true").await;
    let mut person = Person::signed_up(&server).await;
    let good = |path: &str| json!({"client_id": site.url(path), "redirect_uris": [CALLBACK]});
    let with = |path: &str, name: &str, value: Value| {
        let mut document = good(path);
        document[name] = value;
        document.to_string()
    };
    for (path, body) in [
        ("/other", with("/other", "client_id", json!("https://evil.example/app"))),
        ("/secret", with("/secret", "client_secret", json!("x"))),
        ("/method", with("/method", "token_endpoint_auth_method", json!("client_secret_basic"))),
        ("/uris", with("/uris", "redirect_uris", json!(["http://orbit.example/"]))),
        ("/text", "hello".to_owned()),
        ("/list", "[]".to_owned()),
        ("/large", with("/large", "x", json!("x".repeat(20_000)))),
    ] {
        site.says(path, "application/json", body);
        let page = person.visit(platform(&server, &site.url(path)).await.attempt("openid").url.as_str()).await.page();
        assert_eq!(page.status, 400, "{path}: {}", page.text());
        let is_told = page.text().contains("invalid_client_metadata") || page.text().contains("invalid_redirect_uri");
        assert!(is_told && page.header("location").is_none(), "{path}: {}", page.text());
    }
    site.answers("/moved", 302, "text/plain", "x");
    for id in [site.url("/moved"), site.url("/none"), "https://127.0.0.1:1/app".to_owned()] {
        let page = person.visit(platform(&server, &id).await.attempt("openid").url.as_str()).await.page();
        assert!(page.status == 400 && page.text().contains("could not be read"), "{id}: {}", page.text());
    }
    // Not of the form that such an identifier has: nobody is asked.
    for id in [
        site.origin.clone() + "/",
        site.url("/app#x"),
        site.url("/x/../app"),
        site.url("/app").replace("https", "http"),
    ] {
        let page = person.visit(platform(&server, &id).await.attempt("openid").url.as_str()).await.page();
        assert!(page.status == 400 && page.text().contains("not the identifier of a registered client"), "{id}");
    }
    assert!(site.heard("/app").is_empty());
    // At the token endpoint a client that is none is an invalid client.
    let nobody = platform(&server, &site.url("/none")).await;
    let answer = nobody.token(&[("grant_type", "authorization_code"), ("code", "x")]).await;
    answer.must_refuse(401, "invalid_client");
}

#[tokio::test(flavor = "multi_thread")]
async fn security_s7_documents_of_one_host_are_counted() {
    let site = Site::https().await;
    let (host, ca) = (site.host(), site.ca().display().to_string());
    let settings = [
        ("SW__REGISTRATION__METADATA_DOCUMENTS", "true"),
        ("SW__OUTBOUND__ALLOW", host.as_str()),
        ("SW__OUTBOUND__EXTRA_CA", ca.as_str()),
        ("SW__LIMITS__ENABLED", "true"),
        ("SW__LIMITS__CLIENT_DOCUMENT", "1/h burst 3"),
    ];
    let server = Server::with(&settings).await;
    let mut person = Person::new(&server);
    for n in 0..6 {
        let id = site.url(&format!("/flood?n={n}"));
        let page = person.visit(platform(&server, &id).await.attempt("openid").url.as_str()).await.page();
        assert_eq!(page.status, if n < 3 { 400 } else { 429 }, "{n}");
    }
    assert_eq!(site.heard("/flood").len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn client_id_metadata_is_off_unless_it_is_turned_on() {
    let site = Site::https().await;
    let server = house(&site, "false").await;
    let id = site.url("/app");
    site.says("/app", "application/json", json!({"client_id": id, "redirect_uris": [CALLBACK]}).to_string());
    let mut person = Person::new(&server);
    let page = person.visit(platform(&server, &id).await.attempt("openid").url.as_str()).await.page();
    assert!(page.status == 400 && site.heard("/app").is_empty(), "{}", page.text());
}
