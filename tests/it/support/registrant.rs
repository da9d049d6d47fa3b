//! A client that registers itself: requests to the registration and client configuration endpoints.

use serde_json::Value;

use super::platform::{Answer, Credentials, Method, Platform, http};

/// Posts a document to the registration endpoint.
pub async fn register(issuer: &str, token: Option<&str>, document: &Value) -> Answer {
    let request = http().post(format!("{issuer}/register")).json(document);
    Answer::of(token.into_iter().fold(request, |request, token| request.bearer_auth(token))).await
}

/// The client information response of a document that must do.
pub async fn registered(issuer: &str, document: &Value) -> Value {
    let answer = register(issuer, None, document).await;
    assert_eq!(answer.status, 201, "{document}: {}", answer.text());
    answer.json()
}

/// A request to the client configuration endpoint.
pub async fn manage(method: reqwest::Method, uri: &str, token: Option<&str>, document: Option<&Value>) -> Answer {
    let request = http().request(method, uri);
    let request = token.into_iter().fold(request, |request, token| request.bearer_auth(token));
    Answer::of(document.into_iter().fold(request, |request, document| request.json(document))).await
}

/// The relying party that a client information response describes.
pub async fn platform(issuer: &str, told: &Value) -> Platform {
    let text = |name: &str| told[name].as_str().map(str::to_owned);
    let method = match told["token_endpoint_auth_method"].as_str() {
        Some("client_secret_post") => Method::Post,
        Some("none") => Method::None,
        Some("private_key_jwt") => Method::PrivateKeyJwt,
        _ => Method::Basic,
    };
    let client =
        Credentials { id: text("client_id").expect("a client_id"), secret: text("client_secret"), method, key: None };
    let redirect_uri = told["redirect_uris"][0].as_str().unwrap_or_default().to_owned();
    Platform::discover(issuer, client, redirect_uri).await
}
