//! Notifications (CIBA §10.2): whatever the client answers, it was told once and nowhere else, and its tokens wait.

use std::time::Duration;

use serde_json::Value;

use crate::protocol::conformance::fapi::house::House;
use crate::protocol::conformance::fapi::suite::Suite;

use super::backchannel::{ask, decide, poll, taken};

/// Tells a client whose endpoint answers so; after `patience` it was told no second time.
async fn told(suite: &Suite, path: &str, patience: Duration) {
    let suite = Suite::at(House::shared().await, &suite.variant, path).await;
    let asked = suite.question();
    let id = taken(&ask(&suite, &asked).await);
    assert!(suite.house.notified.heard(path, &id).is_empty(), "nobody has decided yet");
    decide(&suite, &id, "allow").await;
    let told = suite.house.notified.of(path, &id, 1).await;
    must_be_right(&told[0], &id, asked.get("client_notification_token").expect("pinged"));
    suite.tokens_for(&poll(&suite, &id).await, None).await;
    tokio::time::sleep(patience).await;
    assert_eq!(suite.house.notified.heard(path, &id).len(), 1, "once");
    assert!(suite.house.notified.heard("/elsewhere", &id).is_empty(), "no redirect is followed");
}

/// A request with nothing but the name of the question in it, under the token that the client gave.
pub fn must_be_right(request: &str, id: &str, token: &str) {
    let (head, body) = request.split_once("\r\n\r\n").expect("a request");
    assert!(head.starts_with("POST /") && head.contains(" HTTP/1.1\r\n"), "{head}");
    let lines: Vec<String> = head.lines().map(str::to_owned).collect();
    let header = |name: &str| {
        let found = lines.iter().filter_map(|line| line.split_once(": ")).filter(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value).collect::<Vec<_>>()
    };
    assert_eq!(header("authorization"), [format!("Bearer {token}")], "{head}");
    assert_eq!(header("content-type"), ["application/json"], "{head}");
    let body: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(body, serde_json::json!({ "auth_req_id": id }));
}

const SHORT: Duration = Duration::from_millis(200);

pub async fn ping_backchannel_notification_endpoint_response_has_body(suite: &mut Suite) {
    told(suite, "/200", SHORT).await;
}

pub async fn ping_backchannel_notification_endpoint_response_401(suite: &mut Suite) {
    told(suite, "/401", SHORT).await;
}

pub async fn ping_backchannel_notification_endpoint_response_403(suite: &mut Suite) {
    told(suite, "/403", SHORT).await;
}

/// For longer than the first retry of a notification that found nobody would take.
pub async fn ping_with_mtls_ciba_notification_endpoint_response_401_and_require_server_does_not_retry(
    suite: &mut Suite,
) {
    told(suite, "/401", Duration::from_millis(2500)).await;
}

pub async fn ping_backchannel_notification_endpoint_return_redirect_request(suite: &mut Suite) {
    told(suite, "/302", SHORT).await;
}
