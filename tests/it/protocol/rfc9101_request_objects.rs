//! RFC 9101 and OIDC Core §6: requests as signed objects, by value and by reference; FAPI 2.0 Message Signing §5.3.

use serde_json::{Value, json};

use crate::support::person::{Answers, Person};
use crate::support::platform::{Attempt, Key, Method, NewClient, Platform, now};
use crate::support::server::Server;

use super::rfc9126_pushed_requests::{opened, push, request_uri};
use super::{answers, platform};

async fn pair() -> (Platform, Person) {
    (platform(&NewClient::new(Method::PrivateKeyJwt)).await, Person::signed_up(Server::shared().await).await)
}

/// The parameters of an attempt as the claims of a request object, changed; null takes a claim out.
fn claims(platform: &Platform, attempt: &Attempt, changes: &Value) -> Value {
    let now = now();
    let mut all = json!({ "iss": platform.client.id, "aud": platform.issuer, "nbf": now - 1, "exp": now + 60 });
    let map = all.as_object_mut().unwrap();
    map.extend(attempt.url.query_pairs().map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))));
    for (name, value) in changes.as_object().unwrap() {
        map.remove(name);
        if !value.is_null() {
            map.insert(name.clone(), value.clone());
        }
    }
    all
}

fn key(platform: &Platform) -> &Key {
    platform.client.key.as_ref().expect("registered with a key")
}

/// A request with this object, and what must stand beside it (OIDC Core §6.1).
fn by_value(platform: &Platform, attempt: &Attempt, object: &str) -> Attempt {
    let mut url = attempt.url.clone();
    url.set_query(None);
    url.query_pairs_mut().extend_pairs([
        ("client_id", platform.client.id.as_str()),
        ("response_type", "code"),
        ("scope", "openid"),
        ("redirect_uri", &attempt.redirect_uri),
        ("request", object),
    ]);
    Attempt { url, ..attempt.clone() }
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_s6_1_by_value_the_signed_values_win() {
    let (platform, mut person) = pair().await;
    let attempt = platform.attempt("openid email");
    let object = key(&platform).sign(&claims(&platform, &attempt, &json!({})));
    let mut request = by_value(&platform, &attempt, &object);
    request.url.query_pairs_mut().append_pair("nonce", "another").append_pair("state", "another");
    let tokens = platform.sign_in_with(&mut person, request, &Answers::only(&["email"])).await;
    assert_eq!(tokens.body["scope"], "email openid");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9101_s6_objects_that_are_not_believed() {
    let (platform, mut person) = pair().await;
    let attempt = platform.attempt("openid");
    let good = claims(&platform, &attempt, &json!({}));
    let none = "eyJhbGciOiJub25lIn0.e30.".to_owned();
    let mut bent = key(&platform).sign(&good);
    bent.truncate(bent.len() - 4);
    for (what, object) in [
        ("§4 no JWT", "x".to_owned()),
        ("RFC 8725 §3.2 alg none", none),
        ("§6.2 a bent signature", bent + "AAAA"),
        ("§6.2 another's key", Key::generate().sign(&good)),
        ("§6.3 another's client_id", key(&platform).sign(&claims(&platform, &attempt, &json!({"client_id": "x"})))),
        ("§4 iss", key(&platform).sign(&claims(&platform, &attempt, &json!({"iss": "x"})))),
        ("§4 aud", key(&platform).sign(&claims(&platform, &attempt, &json!({"aud": "https://x.example"})))),
        ("§4 exp", key(&platform).sign(&claims(&platform, &attempt, &json!({"exp": now() - 60})))),
        ("§4 request_uri inside", key(&platform).sign(&claims(&platform, &attempt, &json!({"request_uri": "x"})))),
    ] {
        let request = by_value(&platform, &attempt, &object);
        let url = person.walk(request.url.as_str(), &Answers::allow()).await.away();
        assert_eq!(answers(&url)("error").as_deref(), Some("invalid_request_object"), "{what}: {url}");
    }
    // What stands beside must not decide where an error goes, unless it is registered.
    let mut request = by_value(&platform, &attempt, "x");
    let query = request.url.query().unwrap().replace("callback", "elsewhere");
    request.url.set_query(Some(&query));
    let page = person.walk(request.url.as_str(), &Answers::allow()).await.page();
    assert!(page.status == 400 && page.text().contains("invalid_request_object"));
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_s6_2_by_reference_only_what_is_registered_is_read() {
    let (platform, mut person) = pair().await;
    let attempt = platform.attempt("openid");
    for uri in ["https://orbitphotos.example/r", "http://169.254.169.254/", "urn:x"] {
        let mut request = by_value(&platform, &attempt, "x");
        let pairs: Vec<(String, String)> =
            request.url.query_pairs().into_owned().filter(|(name, _)| name != "request").collect();
        request.url.query_pairs_mut().clear().extend_pairs(pairs).append_pair("request_uri", uri);
        let url = person.walk(request.url.as_str(), &Answers::allow()).await.away();
        assert_eq!(answers(&url)("error").as_deref(), Some("invalid_request_uri"), "{uri}: {url}");
        // Both at once (RFC 9101 §5).
        request.url.query_pairs_mut().append_pair("request", "x");
        let url = person.walk(request.url.as_str(), &Answers::allow()).await.away();
        assert_eq!(answers(&url)("error").as_deref(), Some("invalid_request"), "{uri}: {url}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9101_s10_5_a_client_that_must_sign() {
    let client = NewClient::new(Method::PrivateKeyJwt).with("--metadata", r#"{"require_signed_request_object":true}"#);
    let platform = platform(&client).await;
    let mut person = Person::signed_up(Server::shared().await).await;
    let attempt = platform.attempt("openid");
    let url = person.walk(attempt.url.as_str(), &Answers::allow()).await.away();
    assert_eq!(answers(&url)("error").as_deref(), Some("invalid_request"));
    push(&platform, &attempt, &[]).await.must_refuse(400, "invalid_request");
    let object = key(&platform).sign(&claims(&platform, &attempt, &json!({})));
    let pushed = platform.post("pushed_authorization_request_endpoint", &[("request", &object)]).await;
    let uri = request_uri(&pushed);
    platform.sign_in_with(&mut person, opened(&platform, &attempt, &uri), &Answers::allow()).await;
    platform.sign_in_with(&mut person, by_value(&platform, &attempt, &object), &Answers::allow()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fapi1_baseline_s5_2_2_2_and_advanced_s5_2_2_what_the_object_must_have() {
    let options = r#"{"tls_client_certificate_bound_access_tokens":true}"#;
    let client = NewClient::new(Method::PrivateKeyJwt)
        .with("--profile", "fapi1")
        .with("--id-token-alg", "ES256")
        .with("--metadata", options);
    let platform = platform(&client).await;
    let attempt = platform.attempt("openid");
    let jarm = json!({ "response_mode": "jwt" });
    for (absent, error) in [("scope", "invalid_request_object"), ("nonce", "invalid_request"), ("nothing", "")] {
        let mut all = claims(&platform, &attempt, &jarm);
        all.as_object_mut().unwrap().remove(absent);
        let answer =
            platform.post("pushed_authorization_request_endpoint", &[("request", &key(&platform).sign(&all))]).await;
        match error {
            "" => drop(request_uri(&answer)),
            error => answer.must_refuse(400, error),
        }
    }
}
