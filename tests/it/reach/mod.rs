//! How the house reaches people, and what comes back: links in mails, bounces, delivery reports, rules for numbers
//! (WALLET.md §10.3, §10.4).

mod bounces;
mod links;
mod numbers;
mod reports;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;

use crate::support::platform::{Answer, http, now};
use crate::support::server::Server;

pub const SECRET: &str = "a secret of thirty-two bytes, or more";

/// A call of a service that works for the house, signed by `secret` at a time (Standard Webhooks).
pub async fn call(server: &Server, path: &str, secret: &str, at: u64, body: &Value) -> Answer {
    let (id, at, body) = ("msg_1", at.to_string(), body.to_string());
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(format!("{id}.{at}.{body}").as_bytes());
    let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    let request = http().post(format!("{}{path}", server.issuer)).header("webhook-id", id);
    let request = request.header("webhook-timestamp", &at).header("webhook-signature", signature);
    Answer::of(request.header("content-type", "application/json").body(body)).await
}

/// Bad calls are refused for what is wrong with them: `good` is a body that would be taken, `bad` are some that are not.
pub async fn refuses(server: &Server, path: &str, good: &Value, bad: &[Value]) {
    let code = |answer: &Answer| (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned());
    let unsigned = (401, "invalid_signature".to_owned());
    let bare = Answer::of(http().post(format!("{}{path}", server.issuer)).body(good.to_string())).await;
    assert_eq!(code(&bare), unsigned);
    for (secret, at) in
        [("another secret of thirty-two bytes, or more", now()), (SECRET, now() - 302), (SECRET, now() + 302)]
    {
        assert_eq!(code(&call(server, path, secret, at, good).await), unsigned, "{secret} {at}");
    }
    for body in bad {
        assert_eq!(
            code(&call(server, path, SECRET, now(), body).await),
            (400, "invalid_parameter".to_owned()),
            "{body}"
        );
    }
    assert_eq!(call(Server::shared().await, path, SECRET, now(), good).await.status, 404, "nobody is awaited");
}
