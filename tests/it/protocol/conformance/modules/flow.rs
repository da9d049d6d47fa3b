//! The authorization code flow, as it goes well and as it is refused.

use serde_json::json;

use crate::protocol::conformance::checks;
use crate::protocol::conformance::mode::Mode;
use crate::protocol::conformance::suite::{Change, Suite, error_page, parameter};
use crate::support::person::{Landing, encode};
use crate::support::platform::{CALLBACK, Method, jose_header};
use crate::support::registrant::register;
use crate::support::server::Server;

/// The happy path, and all the recurring checks on it.
pub async fn server(mode: Mode) {
    let mut suite = Suite::start(mode).await;
    let tokens = suite.sign_in("openid").await;
    assert!(suite.asked.contains(&"sign in"), "a browser without cookies: {:?}", suite.asked);
    assert_eq!(tokens.userinfo.as_object().unwrap().keys().collect::<Vec<_>>(), ["sub"], "nothing else was asked for");
}

/// An error at the client, or a page: here always the error, since the redirect URI is known to be its own.
pub async fn response_type_missing(mode: Mode) {
    let mut suite = Suite::start(mode).await;
    let attempt = suite.request("openid", &[("response_type", None)]);
    suite.must_refuse(&attempt, &["unsupported_response_type", "invalid_request"]).await;
    assert!(suite.asked.is_empty(), "refused before anybody is asked");
}

/// A client that says nothing of algorithms gets RS256 with a `kid` (OIDC Core §15.1, §10.1).
pub async fn idtoken_signature(mode: Mode) {
    let mut suite = Suite::start(mode).await;
    let header = jose_header(&suite.sign_in("openid").await.id_token);
    assert_eq!(header["alg"], "RS256");
    assert!(header["kid"].as_str().is_some_and(|kid| !kid.is_empty()), "{header}");
}

/// Skipped by the suite where `none` is not offered; then no client can have it either.
pub async fn idtoken_unsigned(mode: Mode) {
    let suite = Suite::start(mode).await;
    let algs = suite.platform.metadata["id_token_signing_alg_values_supported"].as_array().unwrap().clone();
    assert!(!algs.is_empty() && algs.iter().all(|alg| alg != "none"), "{algs:?}");
    if mode.is_dynamic {
        let document = mode.document(&json!({ "id_token_signed_response_alg": "none" }));
        let answer = register(&suite.platform.issuer, None, &document).await;
        return checks::registration_error(&answer, "invalid_client_metadata").must_be_none("alg none");
    }
    let add = ["client", "add", "--name", "Unsigned", "--redirect-uri", CALLBACK, "--id-token-alg", "none"];
    let (is_added, _, why) = Server::shared().await.try_cli(&add);
    assert!(!is_added && why.contains("none"), "{why}");
}

/// The ID Token has no nonce either, which is among the recurring checks.
pub async fn ensure_request_without_nonce_succeeds_for_code_flow(mode: Mode) {
    let mut suite = Suite::start(mode).await;
    let attempt = suite.request("openid", &[("nonce", None)]);
    assert!(parameter(&attempt, "nonce").is_none());
    let tokens = suite.complete(&attempt).await;
    assert!(tokens.claims.get("nonce").is_none(), "{}", tokens.claims);
}

/// OIDC Core §3.2.2.1 and §3.3.2.1: an ID Token that people's browsers carry is tied to the request, or there is none.
pub async fn ensure_request_without_nonce_fails(mode: Mode) {
    let mut suite = Suite::start(mode).await;
    let attempt = suite.request("openid", &[("nonce", None)]);
    suite.must_refuse(&attempt, &["invalid_request"]).await;
    assert!(suite.asked.is_empty(), "refused before anybody is asked: {:?}", suite.asked);
}

/// Scope values and parameters in another order mean the same.
pub async fn alternate_happy_flow(mode: Mode) {
    let mut suite = Suite::start(mode).await;
    let mut attempt = suite.request("email openid", &[]);
    let mut pairs: Vec<(String, String)> = attempt.url.query_pairs().into_owned().collect();
    pairs.reverse();
    attempt.url.set_query(Some(&encode(&pairs)));
    let tokens = suite.complete(&attempt).await;
    assert_eq!(tokens.userinfo["email"], suite.person.email.as_str());
    let usual = suite.sign_in("openid email").await;
    assert_eq!(usual.userinfo, tokens.userinfo, "the same result");
}

/// A page, whatever else is right or wrong in the request: neither this redirect URI nor the registered one is used.
pub async fn ensure_registered_redirect_uri(mode: Mode) {
    let mut suite = Suite::start(mode).await;
    let unregistered = [
        "https://orbitphotos.example/callback/unregistered",
        "https://orbitphotos.example/callback/",
        "https://orbitphotos.example/callback?x=1",
        "https://orbitphotos.example/callback#x",
        "https://orbitphotos.example:8443/callback",
        "http://orbitphotos.example/callback",
        "https://evil.example/callback",
    ];
    for uri in unregistered {
        let also_wrong: Change<'_> = ("response_type", None);
        for changes in [&[("redirect_uri", Some(uri))] as &[Change<'_>], &[("redirect_uri", Some(uri)), also_wrong]] {
            let page = suite.must_stay(&suite.request("openid", changes), "invalid_request").await;
            assert!(!page.body.contains(uri), "nor is it shown as a link: {uri}");
        }
    }
}

/// OIDC Core §3.1.2.1: a form of the client's site comes without cookies (SameSite=Lax), and need not have any.
pub async fn ensure_post_request_succeeds(mode: Mode) {
    let mut suite = Suite::start(mode).await;
    let attempt = suite.request("openid", &[]);
    let from = url::Url::parse(&attempt.redirect_uri).unwrap();
    let mut endpoint = attempt.url.clone();
    endpoint.set_query(None);
    let body = attempt.url.query().unwrap().to_owned();
    let page = suite.person.request(&endpoint, Some(body), Some(&from)).await;
    assert_eq!(page.status, 303, "{}", page.text());
    let next = endpoint.join(page.header("location").unwrap()).unwrap();
    assert!(next.query().is_none(), "the request itself is kept, not carried along: {next}");
    let landing = suite.person.visit(next.as_str()).await;
    let response = suite.go_on(&attempt, landing).await;
    let code = suite.code_of(&attempt, response);
    suite.tokens(&attempt, &suite.exchange(&attempt, &code).await).await;

    // Errors of such a request are answered as those of any other.
    let wrong = suite.request("openid", &[("redirect_uri", Some("https://evil.example/"))]);
    let page = suite.person.request(&endpoint, Some(wrong.url.query().unwrap().to_owned()), Some(&from)).await;
    error_page(&page, "invalid_request");
    let silent = suite.request("openid", &[("prompt", Some("none"))]);
    let mut stranger = suite.person.elsewhere();
    let page = stranger.request(&endpoint, Some(silent.url.query().unwrap().to_owned()), Some(&from)).await;
    let landing = match page.header("location") {
        Some(target) => Landing::Away(endpoint.join(target).unwrap()),
        None => Landing::Page(Box::new(page)),
    };
    let response = suite.go_on(&silent, landing).await;
    suite.refused_with(&silent, response, &["login_required"]);
}

/// The whole flow with the secret in the body.
pub async fn server_client_secret_post(mode: Mode) {
    let mut suite = Suite::start(Mode { method: Method::Post, ..mode }).await;
    let methods = &suite.platform.metadata["token_endpoint_auth_methods_supported"];
    assert!(methods.as_array().unwrap().iter().any(|method| method == "client_secret_post"), "{methods}");
    suite.sign_in("openid").await;
}
