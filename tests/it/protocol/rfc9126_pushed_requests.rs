//! RFC 9126: requests that are pushed, opened, and spent once.

use serde_json::Value;
use url::Url;

use crate::support::person::{Answers, Landing, Person};
use crate::support::platform::{Answer, Attempt, CALLBACK, Method, NewClient, Platform};
use crate::support::server::Server;

use super::{pair, platform};

/// Pushes what an attempt asks for, with changes; nothing takes a parameter out.
pub async fn push(platform: &Platform, attempt: &Attempt, changes: &[(&str, Option<&str>)]) -> Answer {
    let mut pairs: Vec<(String, String)> = attempt.url.query_pairs().into_owned().collect();
    for (name, value) in changes {
        pairs.retain(|(n, _)| n != name);
        pairs.extend(value.map(|value| ((*name).to_owned(), value.to_owned())));
    }
    if platform.client.method == Method::Post || platform.client.method == Method::None {
        pairs.retain(|(name, _)| name != "client_id");
    }
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    platform.post("pushed_authorization_request_endpoint", &pairs).await
}

/// The request that names a pushed one and nothing else.
pub fn opened(platform: &Platform, attempt: &Attempt, request_uri: &str) -> Attempt {
    let mut url = Url::parse(platform.endpoint("authorization_endpoint")).expect("a URL");
    url.query_pairs_mut().append_pair("client_id", &platform.client.id).append_pair("request_uri", request_uri);
    Attempt { url, ..attempt.clone() }
}

/// The `request_uri` of a request that was taken in.
pub fn request_uri(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["request_uri"].as_str().expect("a request_uri").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9126_s2_2_and_s4_pushed_opened_answered_and_spent() {
    let (platform, mut person) = pair().await;
    let attempt = platform.attempt("openid email");
    let answer = push(&platform, &attempt, &[]).await;
    let uri = request_uri(&answer);
    assert!(uri.strip_prefix("urn:ietf:params:oauth:request_uri:").is_some_and(|rest| rest.len() >= 43), "{uri}");
    assert!(answer.json()["expires_in"].as_i64().is_some_and(|seconds| (5..=90).contains(&seconds)));
    assert_eq!(answer.header("cache-control"), Some("no-store"));

    let mut opened = opened(&platform, &attempt, &uri);
    // Reloading the page before the end changes nothing; what stands beside request_uri counts for nothing.
    person.walk_to_consent(opened.url.as_str()).await;
    opened.url.query_pairs_mut().append_pair("state", "another").append_pair("scope", "openid phone");
    let tokens = platform.sign_in_with(&mut person, opened.clone(), &Answers::only(&["email"])).await;
    assert_eq!(tokens.body["scope"], "email openid");
    let page = person.walk(opened.url.as_str(), &Answers::allow()).await.page();
    assert!(page.status == 400 && page.text().contains("invalid_request_uri"), "{}", page.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9126_s2_1_of_two_browsers_that_race_one_spends_the_request() {
    let (platform, mut first) = pair().await;
    let attempt = platform.attempt("openid");
    let uri = request_uri(&push(&platform, &attempt, &[]).await);
    let opened = opened(&platform, &attempt, &uri);
    let mut second = Person::signed_up(Server::shared().await).await;
    let (one, two) =
        (first.walk_to_consent(opened.url.as_str()).await, second.walk_to_consent(opened.url.as_str()).await);
    let allow = Answers::allow();
    let landings = [first.decide(&one, &allow).await, second.decide(&two, &allow).await];
    let won = landings
        .iter()
        .filter(|landing| matches!(landing, Landing::Away(url) if url.query().is_some_and(|q| q.contains("code="))))
        .count();
    assert_eq!(won, 1, "{landings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9126_s2_3_what_cannot_be_pushed() {
    let (platform, _) = pair().await;
    let attempt = platform.attempt("openid");
    for (what, changes, status, error) in [
        (
            "§2.1 request_uri",
            vec![("request_uri", Some("urn:ietf:params:oauth:request_uri:x"))],
            400,
            "invalid_request",
        ),
        ("§2.1 another client_id", vec![("client_id", Some("other"))], 400, "invalid_request"),
        ("§2.3 no redirect_uri", vec![("redirect_uri", None)], 400, "invalid_request"),
        ("§2.4 a foreign redirect_uri", vec![("redirect_uri", Some("https://evil.example/"))], 400, "invalid_request"),
        ("RFC 7636 §4.4.1 no challenge", vec![("code_challenge", None)], 400, "invalid_request"),
        ("RFC 7636 §4.3 plain", vec![("code_challenge_method", Some("plain"))], 400, "invalid_request"),
        ("RFC 6749 §3.1.1", vec![("response_type", Some("token"))], 400, "unsupported_response_type"),
        ("RFC 6749 §3.1.1 hybrid", vec![("response_type", Some("code id_token"))], 400, "unauthorized_client"),
        ("RFC 6749 §3.3", vec![("scope", Some("shoe_size"))], 400, "invalid_scope"),
        ("RFC 9101 §6", vec![("request", Some("x"))], 400, "invalid_request_object"),
    ] {
        let answer = push(&platform, &attempt, &changes).await;
        assert_eq!((answer.status, answer.error().as_str()), (status, error), "{what}: {}", answer.text());
    }
    let put = platform.http.put(platform.endpoint("pushed_authorization_request_endpoint"));
    assert_eq!(Answer::of(put).await.status, 405);
    let nobody = platform.post_raw("pushed_authorization_request_endpoint", &[], "client_id=nobody&scope=openid").await;
    nobody.must_refuse(401, "invalid_client");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9126_s2_2_a_request_uri_is_its_clients_alone() {
    let (platform, mut person) = pair().await;
    let other = super::platform(&NewClient::new(Method::Basic)).await;
    let attempt = platform.attempt("openid");
    let uri = request_uri(&push(&platform, &attempt, &[]).await);
    for uri in [uri.as_str(), "urn:ietf:params:oauth:request_uri:unknown"] {
        let page = person.walk(opened(&other, &attempt, uri).url.as_str(), &Answers::allow()).await.page();
        assert!(page.status == 400 && page.text().contains("invalid_request_uri"), "{}", page.text());
    }
    platform.sign_in_with(&mut person, opened(&platform, &attempt, &uri), &Answers::allow()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9126_s6_a_client_that_must_push() {
    let client = NewClient::new(Method::Post).with("--metadata", r#"{"require_pushed_authorization_requests":true}"#);
    let platform = platform(&client).await;
    let mut person = Person::signed_up(Server::shared().await).await;
    let attempt = platform.attempt("openid");
    let url = person.walk(attempt.url.as_str(), &Answers::allow()).await.away();
    assert_eq!(super::answers(&url)("error").as_deref(), Some("invalid_request"));
    let uri = request_uri(&push(&platform, &attempt, &[]).await);
    platform.sign_in_with(&mut person, opened(&platform, &attempt, &uri), &Answers::allow()).await;
    assert_eq!(platform.metadata["require_pushed_authorization_requests"], Value::Bool(false));
    assert!(attempt.redirect_uri == CALLBACK);
}
