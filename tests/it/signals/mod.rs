//! What clients are told of changes (WALLET.md §8, §14.2): the feed of changes, webhooks, and streams of security events.

pub mod changes;
mod ssf_delivery;
mod ssf_streams;
mod story;
pub mod webhooks;

use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::support::person::Answers;
use crate::support::platform::{Answer, Method, NewClient, Platform, http};
use crate::support::server::Server;
use crate::support::{database, eventually};
use crate::trail::deeds::own_token;

/// The address of the people who look after a client.
pub const CONTACT: &str = "dev@orbitphotos.example";
const SCOPE: &str = "openid profile email offline_access wallet.profile wallet.badges wallet.photos wallet.changes \
                     wallet.changes.read grant_management_query ssf.read ssf.manage wallet.erasure.report";
/// What turns streams on.
pub const SSF: [(&str, &str); 1] = [("SW__SSF__ENABLED", "true")];

/// A server with streams, which the tests of them share.
async fn with_streams() -> &'static Server {
    static SHARED: OnceCell<Server> = OnceCell::const_new();
    static RUNTIME: std::sync::LazyLock<tokio::runtime::Runtime> =
        std::sync::LazyLock::new(|| tokio::runtime::Runtime::new().expect("a runtime"));
    let start = || RUNTIME.block_on(Server::with(&SSF));
    SHARED.get_or_init(async || tokio::task::spawn_blocking(start).await.expect("a server")).await
}

/// A client that may be told of everything.
pub async fn platform(server: &Server) -> Platform {
    platform_of(server, "https://orbitphotos.example/callback").await
}

/// The same, of the sector of this address.
async fn platform_of(server: &Server, redirect_uri: &str) -> Platform {
    let client = NewClient::new(Method::Basic).with("--scope", SCOPE).with("--contact", CONTACT);
    let client = client.redirected_to(redirect_uri);
    let grants = ["authorization_code", "refresh_token", "client_credentials"];
    Platform::at(server, &grants.into_iter().fold(client, |client, name| client.with("--grant-type", name))).await
}

/// Reads something of the data API.
async fn read(platform: &Platform, token: &str, path: &str) -> Answer {
    Answer::of(platform.http.get(format!("{}/wallet/v1{path}", platform.issuer)).bearer_auth(token)).await
}

/// A receiver of security events, which manages its stream.
pub struct Receiver<'a> {
    pub platform: &'a Platform,
    pub token: String,
}

impl<'a> Receiver<'a> {
    pub async fn of(platform: &'a Platform) -> Self {
        Self { platform, token: own_token(platform, "ssf.read ssf.manage").await }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}/ssf{path}", self.platform.issuer)
    }

    /// Calls the API; `Value::Null` is no body.
    pub async fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let request = http().request(method, self.url(path)).bearer_auth(&self.token);
        Answer::of(if body.is_null() { request } else { request.json(body) }).await
    }

    /// Makes a stream; gives its identifier.
    pub async fn create(&self, body: &Value) -> String {
        let made = self.call("POST", "/stream", body).await;
        assert_eq!(made.status, 201, "{}", made.text());
        made.json()["stream_id"].as_str().expect("a stream_id").to_owned()
    }

    /// Takes what waits, and says that all of it has arrived.
    pub async fn take_all(&self, stream: &str) -> Vec<String> {
        let (mut taken, mut acks) = (Vec::new(), Vec::new());
        loop {
            let body = json!({ "returnImmediately": true, "ack": acks });
            let answer = self.call("POST", &format!("/poll/{stream}"), &body).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            let answer = answer.json();
            let sets = answer["sets"].as_object().expect("sets").clone();
            if sets.is_empty() {
                return taken;
            }
            acks = sets.keys().cloned().collect();
            taken.extend(sets.values().map(|set| set.as_str().expect("a token").to_owned()));
        }
    }
}

/// Waits until something is read of the database.
async fn noted(server: &Server, condition: &str) {
    eventually(condition, Duration::from_secs(120), async || {
        (database::count(&server.stores, "audit_events", condition).await > 0).then_some(())
    })
    .await;
}

/// Every door, mail and event of this part; for a server with streams, of which one takes two events.
pub async fn all(server: &Server) {
    let platform = platform(server).await;
    let mut person = story::somebody(server).await;
    let attempt = platform.attempt("openid profile wallet.changes");
    let answers = Answers::only(&["nickname", "wallet.changes"]);
    let tokens = platform.sign_in_with(&mut person, attempt, &answers).await;
    assert_eq!(read(&platform, &tokens.access, "/changes").await.status, 200);
    let own = own_token(&platform, "wallet.changes.read grant_management_query").await;
    for path in ["/client/changes", "/client/grants"] {
        assert_eq!(read(&platform, &own, path).await.status, 200, "{path}");
    }
    webhooks::comes_and_goes(server, &platform, &mut person).await;

    let receiver = Receiver::of(&platform).await;
    let stream = receiver.create(&json!({})).await;
    let (named, subject) = (format!("?stream_id={stream}"), json!({ "format": "opaque", "id": "nobody" }));
    for (verb, path, body, status) in [
        ("GET", "/stream", Value::Null, 200),
        ("PATCH", "/stream", json!({ "stream_id": stream }), 200),
        ("PUT", "/stream", json!({ "stream_id": stream }), 200),
        ("GET", &format!("/status{named}"), Value::Null, 200),
        ("POST", "/status", json!({ "stream_id": stream, "status": "enabled" }), 200),
        ("POST", "/subjects/add", json!({ "stream_id": stream, "subject": subject }), 200),
        ("POST", "/subjects/remove", json!({ "stream_id": stream, "subject": subject }), 204),
        ("POST", "/verify", json!({ "stream_id": stream }), 204),
        ("POST", &format!("/poll/{stream}"), json!({ "returnImmediately": true }), 200),
    ] {
        let answer = receiver.call(verb, path, &body).await;
        assert_eq!(answer.status, status, "{verb} {path}: {}", answer.text());
    }
    story::edit(&mut person, "nickname", "Mima").await;
    noted(server, &format!("event = 'stream.paused' AND client_id = '{}'", platform.client.id)).await;
    assert_eq!(receiver.call("DELETE", &format!("/stream{named}"), &Value::Null).await.status, 204);
}
