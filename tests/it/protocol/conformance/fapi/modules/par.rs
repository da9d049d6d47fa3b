//! Requests that are pushed (RFC 9126), and their code challenges (RFC 7636).

use std::sync::Arc;

use poem::Endpoint as _;
use poem::Request;
use poem::http::{Method, StatusCode};
use social_wallet::base::Seconds;
use social_wallet::jose::certificate::Certificate;
use social_wallet::web::tls::PeerCertificate;

use crate::support::platform::{Answer, random_verifier};

use crate::protocol::conformance::fapi::suite::{Suite, refused, request_uri};

const PAR: &str = "pushed_authorization_request_endpoint";

pub async fn par_ensure_reused_request_uri_prior_to_auth_completion_succeeds(suite: &mut Suite) {
    let _turn = suite.as_choosy().await;
    let asked = suite.request().with("prompt", "consent");
    let url = suite.begin(&asked).await;
    suite.person.walk_to_consent(url.as_str()).await;
    let response = suite.walk(&url).await;
    let code = suite.code_of(&asked, response);
    let answer = suite.exchange(&asked, &code).await;
    suite.tokens(&asked, &answer).await;
}

pub async fn par_attempt_reuse_request_uri(suite: &mut Suite) {
    let asked = suite.request();
    let url = suite.begin(&asked).await;
    let response = suite.walk(&url).await;
    suite.code_of(&asked, response);
    let response = suite.walk(&url).await;
    suite.refused_with(response, &["invalid_request_uri"]);
}

/// In a house of the same name in this process, whose clock need not be waited for.
pub async fn par_attempt_to_use_expired_request_uri(suite: &mut Suite) {
    let (app, _folder) = suite.house.with_a_clock(&[&suite.first().id]).await;
    let endpoint = social_wallet::web::public(&app);
    let asked = suite.request();
    let mut fields = suite.fields(suite.first(), &asked);
    let assertion = suite.shown(suite.first(), PAR).assertion.map(|text| ("client_assertion".to_owned(), text));
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    fields.extend(
        assertion.map(|pair| [("client_assertion_type".to_owned(), kind.to_owned()), pair]).into_iter().flatten(),
    );
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let host = suite.issuer().trim_start_matches("http://");
    let request = Request::builder().method(Method::POST).uri_str("/par").header("host", host);
    let mut request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
    if let Some(shown) = &suite.first().certificate {
        use base64::Engine as _;
        let header = format!(":{}:", base64::engine::general_purpose::STANDARD.encode(&shown.der));
        let certificate = Certificate::read_header(&header).expect("a certificate");
        request.extensions_mut().insert(PeerCertificate(Arc::new(certificate)));
    }
    let answer = endpoint.call(request).await.expect("an answer");
    let (status, text) = (answer.status(), answer.into_body().into_string().await.expect("text"));
    assert_eq!(status, StatusCode::CREATED, "{text}");
    let body: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let lifetime = body["expires_in"].as_i64().expect("expires_in");
    let url = suite.opened(suite.first(), body["request_uri"].as_str().expect("a request_uri"));
    let open = async || {
        let target = format!("{}?{}", url.path(), url.query().expect("a query"));
        let request = Request::builder().method(Method::GET).uri_str(target).header("host", host);
        let answer = endpoint.call(request.finish()).await.expect("an answer");
        (answer.status(), answer.into_body().into_string().await.expect("text"))
    };
    app.clock.advance(Seconds(lifetime - 1));
    let (status, text) = open().await;
    assert!(status.is_success() || status.is_redirection(), "{status}: {text}");
    app.clock.advance(Seconds(2));
    let (status, text) = open().await;
    assert!(status == StatusCode::BAD_REQUEST && text.contains("invalid_request_uri"), "{status}: {text}");
}

pub async fn par_attempt_to_use_request_uri_for_different_client(suite: &mut Suite) {
    let uri = request_uri(&suite.push(&suite.request()).await);
    let response = suite.walk(&suite.opened(suite.second(), &uri)).await;
    suite.refused_with(response, &["invalid_request_uri"]);
}

pub async fn par_authorization_request_containing_request_uri_form_param(suite: &mut Suite) {
    let uri = request_uri(&suite.push(&suite.request()).await);
    let mut fields = suite.fields(suite.first(), &suite.request());
    fields.push(("request_uri".to_owned(), uri));
    refused(&suite.push_fields(&fields).await, &["invalid_request"]);
}

pub async fn par_authorization_request_containing_request_uri(suite: &mut Suite) {
    let uri = request_uri(&suite.push(&suite.request()).await);
    suite.must_refuse(&suite.request().with("request_uri", uri), &["invalid_request_object"]).await;
}

pub async fn par_attempt_invalid_http_method(suite: &mut Suite) {
    let fields = suite.fields(suite.first(), &suite.request());
    let answer = Answer::of(suite.first().http.put(suite.endpoint(PAR)).form(&fields)).await;
    assert_eq!(answer.status, 405, "{}", answer.text());
}

pub async fn par_ensure_pkce_required(suite: &mut Suite) {
    let asked = suite.request().without("code_challenge").without("code_challenge_method");
    refused(&suite.push(&asked).await, &["invalid_request"]);
}

pub async fn par_plain_pkce_rejected(suite: &mut Suite) {
    let asked = suite.request();
    let verifier = asked.verifier.clone();
    let plain = asked.with("code_challenge", verifier).with("code_challenge_method", "plain");
    refused(&suite.push(&plain).await, &["invalid_request"]);
}

/// Redeems a code with another verifier than its request was made with, or with none.
async fn with_verifier(suite: &mut Suite, verifier: Option<&str>) {
    let asked = suite.request();
    let code = suite.code(&asked).await;
    let mut fields = suite.redeeming(&asked, &code);
    fields.retain(|(name, _)| *name != "code_verifier");
    fields.extend(verifier.map(|verifier| ("code_verifier", verifier)));
    let answer = suite.post("token_endpoint", &fields, suite.shown(suite.first(), "token_endpoint")).await;
    refused(&answer, &["invalid_grant"]);
}

pub async fn ensure_pkce_code_verifier_required(suite: &mut Suite) {
    with_verifier(suite, None).await;
}

pub async fn incorrect_pkce_code_verifier_rejected(suite: &mut Suite) {
    with_verifier(suite, Some(&random_verifier())).await;
}

/// `opened` never sends more than `client_id` and `request_uri`.
pub async fn par_without_duplicate_parameters(suite: &mut Suite) {
    let asked = suite.request();
    let url = suite.begin(&asked).await;
    assert_eq!(url.query_pairs().count(), 2, "{url}");
    let response = suite.walk(&url).await;
    let code = suite.code_of(&asked, response);
    let answer = suite.exchange(&asked, &code).await;
    suite.tokens(&asked, &answer).await;
}
