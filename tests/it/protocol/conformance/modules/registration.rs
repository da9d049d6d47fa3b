//! Clients that register themselves: what they may say, and what then comes of it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::protocol::conformance::checks;
use crate::protocol::conformance::config::must_describe;
use crate::protocol::conformance::mode::{Mode, client_key, house};
use crate::protocol::conformance::suite::Suite;
use crate::support::form::Page;
use crate::support::platform::{Answer, CALLBACK, Key, http};
use crate::support::registrant::{manage, register};
use crate::support::unique;

/// A registration that must be refused.
async fn must_refuse(mode: Mode, members: &Value, error: &str) {
    let answer = register(&house().await.server.issuer, None, &mode.document(members)).await;
    checks::registration_error(&answer, error).must_be_none(&members.to_string());
}

/// The Config plan's requirements, and what registration needs.
pub async fn discovery_endpoint_verification(mode: Mode) {
    let suite = Suite::start(mode).await;
    let metadata = &suite.platform.metadata;
    must_describe(metadata, &suite.platform.issuer);
    assert_eq!(metadata["registration_endpoint"], format!("{}/register", suite.platform.issuer));
    for (list, wanted) in [
        ("response_types_supported", &["code", "id_token", "id_token token", mode.response_type][..]),
        ("grant_types_supported", &["authorization_code", "implicit"]),
    ] {
        let all = metadata[list].as_array().unwrap();
        assert!(wanted.iter().all(|one| all.iter().any(|other| other == one)), "{list}: {all:?}");
    }
}

pub async fn idtoken_rs256(mode: Mode) {
    let mut suite = Suite::registering(mode, &json!({ "id_token_signed_response_alg": "RS256" })).await;
    // That it is RS256 under one of the published keys is among the recurring checks.
    suite.sign_in("openid").await;
}

/// What a signed answer must be is among the recurring checks.
pub async fn userinfo_rs256(mode: Mode) {
    let mut suite = Suite::registering(mode, &json!({ "userinfo_signed_response_alg": "RS256" })).await;
    let offered = suite.platform.metadata["userinfo_signing_alg_values_supported"].as_array().expect("algorithms");
    assert!(offered.iter().any(|alg| alg == "RS256"), "{offered:?}");
    let tokens = suite.sign_in("openid email").await;
    assert_eq!(tokens.userinfo["email"], suite.person.email.as_str(), "{}", tokens.userinfo);
}

/// OIDC Core §3.1.2.1: always there, whether the client has registered two of them or one.
pub async fn ensure_redirect_uri_in_authorization_request(mode: Mode) {
    for uris in [&[CALLBACK, "https://orbitphotos.example/other"][..], &[CALLBACK]] {
        let mut suite = Suite::registering(mode, &json!({ "redirect_uris": uris })).await;
        suite.must_stay(&suite.request("openid", &[("redirect_uri", None)]), "invalid_request").await;
    }
}

const WITH_QUERY: &str = "https://orbitphotos.example/callback?dummy1=lorem&dummy2=ipsum";

/// That its query is still there, before what is added, is among the recurring checks.
pub async fn redirect_uri_query_ok(mode: Mode) {
    let mut suite = Suite::registering(mode, &json!({ "redirect_uris": [WITH_QUERY] })).await;
    assert_eq!(suite.platform.redirect_uri, WITH_QUERY);
    suite.sign_in("openid").await;
}

/// A page for each of these, of which none is what is registered.
async fn must_mismatch(mode: Mode, registered: &str, others: &[&str]) {
    let mut suite = Suite::registering(mode, &json!({ "redirect_uris": [registered] })).await;
    for uri in others {
        suite.must_stay(&suite.request("openid", &[("redirect_uri", Some(uri))]), "invalid_request").await;
    }
}

pub async fn redirect_uri_query_mismatch(mode: Mode) {
    let others = [
        "https://orbitphotos.example/callback?dummy1=lorem&dummy2=other",
        "https://orbitphotos.example/callback?dummy2=ipsum&dummy1=lorem",
        "https://orbitphotos.example/callback?dummy1=lorem",
        CALLBACK,
    ];
    must_mismatch(mode, WITH_QUERY, &others).await;
}

pub async fn redirect_uri_query_added(mode: Mode) {
    let more = format!("{WITH_QUERY}&dummy3=dolor");
    must_mismatch(mode, WITH_QUERY, &[&more]).await;
    let (added, empty) = (format!("{CALLBACK}?dummy1=lorem"), format!("{CALLBACK}?"));
    must_mismatch(mode, CALLBACK, &[&added, &empty]).await;
}

/// RFC 6749 §3.1.2.
pub async fn redirect_uri_regfrag(mode: Mode) {
    for uri in ["https://orbitphotos.example/callback#foobar", "https://orbitphotos.example/callback#"] {
        must_refuse(mode, &json!({ "redirect_uris": [uri] }), "invalid_redirect_uri").await;
        must_refuse(mode, &json!({ "redirect_uris": [CALLBACK, uri] }), "invalid_redirect_uri").await;
    }
}

/// The first page that a person sees of a client that says this of itself.
async fn first_page(mode: Mode, members: &Value) -> Page {
    let mut suite = Suite::registering(mode, members).await;
    let page = suite.person.visit(suite.request("openid", &[]).url.as_str()).await.page();
    assert!(page.find_form("identifier").is_some(), "where people sign in: {}", page.text());
    page
}

/// Our copy of the picture, on the page.
pub async fn registration_logo_uri(mode: Mode) {
    let (site, path) = (&house().await.site, unique("/logo/"));
    site.says(&path, "image/png", *b"\x89PNG\r\n\x1a\nrest");
    let page = first_page(mode, &json!({ "logo_uri": site.url(&path) })).await;
    let pictures = page.attributes("img", "src");
    let logo = pictures.iter().find(|source| source.starts_with("/logo?")).expect("the client's picture");
    let answer = Answer::of(http().get(page.url.join(logo).expect("a URL"))).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("image/png")));
    assert_eq!(answer.body, b"\x89PNG\r\n\x1a\nrest");
}

/// A link on the first page to what this member names.
async fn links(mode: Mode, member: &str) {
    let uri = format!("https://orbitphotos.example/{member}");
    let page = first_page(mode, &json!({ (member): uri })).await;
    assert_eq!(page.link(&uri).expect("a link").as_str(), uri);
}

pub async fn registration_policy_uri(mode: Mode) {
    links(mode, "policy_uri").await;
}

pub async fn registration_tos_uri(mode: Mode) {
    links(mode, "tos_uri").await;
}

/// A client whose key is where it says; gives the path of it.
async fn with_keys_at_a_uri(mode: Mode, key: &Key) -> (Suite, String) {
    let (site, path) = (&house().await.site, unique("/jwks/"));
    site.says(&path, "application/json", key.jwks());
    let mut suite = Suite::registering(mode, &json!({ "jwks": null, "jwks_uri": site.url(&path) })).await;
    suite.platform.client.key = Some(key.clone());
    (suite, path)
}

/// Read once there is something to check with it.
pub async fn registration_jwks_uri(mode: Mode) {
    let (mut suite, path) = with_keys_at_a_uri(mode, client_key()).await;
    suite.sign_in("openid").await;
    assert_eq!(house().await.site.heard(&path).len(), usize::from(mode.gives("code")), "how often it was read");
}

/// Where a document lists these redirect URIs.
async fn sector(listed: &[&str]) -> String {
    let (site, path) = (&house().await.site, unique("/sector/"));
    site.says(&path, "application/json", json!(listed).to_string());
    site.url(&path)
}

const TWO: [&str; 2] = [CALLBACK, "https://photos.example/callback"];

/// The clients of one sector know a person by one name, which is no other's.
pub async fn registration_sector_uri(mode: Mode) {
    let suite = Suite::start(mode).await;
    let offered = suite.platform.metadata["subject_types_supported"].as_array().expect("subject types");
    assert!(offered.iter().any(|kind| kind == "pairwise"), "{offered:?}");
    let uri = sector(&TWO).await;
    let members = json!({ "redirect_uris": TWO, "sector_identifier_uri": uri, "subject_type": "pairwise" });
    let mut subjects = Vec::new();
    for members in [&members, &members, &json!({ "subject_type": "pairwise" })] {
        let mut suite = Suite::registering(mode, members).await;
        subjects.push(suite.sign_in("openid").await.claims["sub"].clone());
    }
    assert!(subjects[0] == subjects[1] && subjects[1] != subjects[2], "{subjects:?}");
}

pub async fn registration_sector_bad(mode: Mode) {
    let members = json!({ "redirect_uris": TWO, "sector_identifier_uri": sector(&[CALLBACK]).await });
    must_refuse(mode, &members, "invalid_client_metadata").await;
}

/// New: a key of a name and with numbers that none had; and the old ones are still there, for what they have signed.
pub async fn server_rotate_keys(mode: Mode) {
    let mut suite = Suite::start(mode).await;
    let tokens = suite.sign_in("openid").await;
    let before = suite.jwks().await;
    let server = &house().await.server;
    server.cli(&["key", "rotate", "--alg", "RS256", "--json"]);
    // A node that is new has them at once; the others within a minute.
    let other = server.beside().await;
    let after = Answer::of(http().get(format!("{}/jwks", other.address))).await.json();
    checks::jwks(&after).must_be_none("the new keys");
    let keys = |set: &Value| set["keys"].as_array().cloned().expect("keys");
    let is_in = |set: &Value, key: &Value, name: &str| keys(set).iter().any(|one| one[name] == key[name]);
    let new: Vec<Value> = keys(&after).into_iter().filter(|key| !is_in(&before, key, "kid")).collect();
    let [new] = &new[..] else { panic!("one new key: {new:?}") };
    assert!(new["kty"] == "RSA" && !is_in(&before, new, "n"), "{new}");
    assert!(keys(&before).iter().all(|old| keys(&after).contains(old)), "{before} {after}");
    checks::signed_by_one_key(&crate::support::platform::jose_header(&tokens.id_token), &after).must_be_none("the old");
}

/// The client changes its key where it publishes it: the new one works as soon as keys may be read again, and the old one
/// no more.
pub async fn refresh_token_rp_key_rotation(mode: Mode) {
    let (mut suite, path) = with_keys_at_a_uri(mode, client_key()).await;
    let first = suite.complete(&suite.request("openid offline_access", &[("prompt", Some("consent"))])).await;
    let new = Key::of("RS256");
    house().await.site.says(&path, "application/json", new.jwks());
    tokio::time::sleep(Duration::from_secs(31)).await;
    let refresh = first.refresh.expect("a refresh token");
    let old = suite.platform.client.key.replace(new);
    let answer = suite.refresh(&refresh).await;
    checks::token_response(&answer).must_be_none("the refreshed tokens");
    let refresh = answer.json()["refresh_token"].as_str().unwrap_or(&refresh).to_owned();
    suite.platform.client.key = old;
    checks::token_error(&suite.refresh(&refresh).await, "invalid_client").must_be_none("the old key");
}

/// The issuer as the audience of the assertion; the others name the token endpoint.
pub async fn ensure_client_assertion_with_iss_aud_succeeds(mode: Mode) {
    let mut suite = Suite::start(mode).await;
    let attempt = suite.request("openid", &[]);
    let code = suite.code(&attempt).await;
    let redeem = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", &attempt.redirect_uri)];
    let answer = suite.platform.token(&redeem).await;
    suite.tokens(&attempt, &answer).await;

    let code = suite.code(&attempt).await;
    let key = suite.platform.client.key.as_ref().expect("registered with a key");
    let elsewhere = key.assertion(&suite.platform.client.id, "https://op.example", &Value::Null);
    let of_client = [
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", elsewhere.as_str()),
    ];
    let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", &attempt.redirect_uri)];
    let request = http().post(suite.platform.endpoint("token_endpoint")).form(&[&form[..], &of_client].concat());
    checks::token_error(&Answer::of(request).await, "invalid_client").must_be_none("another's audience");
}

/// It is told at registration and when the client asks how it is registered.
pub async fn oidcc_3rd_party_init_login(mode: Mode) {
    let uri = "https://orbitphotos.example/3rd_party_init_login";
    let suite = Suite::registering(mode, &json!({ "initiate_login_uri": uri })).await;
    let text = |name: &str| suite.told[name].as_str().expect("checked");
    let token = Some(text("registration_access_token"));
    let answer = manage(reqwest::Method::GET, text("registration_client_uri"), token, None).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")), "{}", answer.text());
    assert_eq!((&answer.json()["initiate_login_uri"], &suite.told["initiate_login_uri"]), (&json!(uri), &json!(uri)));
}

pub async fn oidcc_3rd_party_init_login_nohttps(mode: Mode) {
    let members = json!({ "initiate_login_uri": "http://orbitphotos.example/3rd_party_init_login" });
    must_refuse(mode, &members, "invalid_client_metadata").await;
}
