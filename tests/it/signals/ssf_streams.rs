//! The stream of a receiver (Shared Signals Framework §7, §8): made, read, changed, stopped, removed; and every way in
//! which the conformance suite does that wrongly.

use serde_json::{Value, json};

use super::{Receiver, platform, with_streams};
use crate::support::platform::{Answer, http};
use crate::support::server::Server;
use crate::support::site::Site;
use crate::trail::deeds::own_token;

const PUSH: &str = "urn:ietf:rfc:8935";
const POLL: &str = "urn:ietf:rfc:8936";
const NOBODYS: &str = "str_00000000000000000000000000";
const SESSION_REVOKED: &str = "https://schemas.openid.net/secevent/caep/event-type/session-revoked";

fn must_refuse(answer: &Answer, status: u16, what: &str) {
    assert_eq!(answer.status, status, "{what}: {}", answer.text());
    let body = answer.json();
    assert!(body["error_description"].as_str().is_some_and(|why| !why.is_empty()), "{what}: {body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ssf_s7_the_transmitter_says_where_everything_is() {
    let server = with_streams().await;
    let answer = Answer::of(http().get(format!("{}/.well-known/ssf-configuration", server.issuer))).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    let at = |path: &str| json!(format!("{}{path}", server.issuer));
    let expected = json!({
        "spec_version": "1_0",
        "issuer": server.issuer,
        "jwks_uri": at("/jwks"),
        "delivery_methods_supported": [PUSH, POLL],
        "configuration_endpoint": at("/ssf/stream"),
        "status_endpoint": at("/ssf/status"),
        "add_subject_endpoint": at("/ssf/subjects/add"),
        "remove_subject_endpoint": at("/ssf/subjects/remove"),
        "verification_endpoint": at("/ssf/verify"),
        "authorization_schemes": [{ "spec_urn": "urn:ietf:rfc:6749" }],
        "default_subjects": "ALL",
    });
    assert_eq!(answer.json(), expected);
    // RFC 9728: it is a protected resource with a document of its own, named by authorization server and challenge.
    let document =
        Answer::of(http().get(at("/.well-known/oauth-protected-resource/ssf").as_str().expect("a URL"))).await;
    assert_eq!(document.json()["scopes_supported"], json!(["ssf.read", "ssf.manage"]), "{}", document.text());
    let discovery = Answer::of(http().get(format!("{}/.well-known/openid-configuration", server.issuer))).await.json();
    assert!(discovery["protected_resources"].as_array().expect("a list").contains(&at("/ssf")));
    for scope in ["ssf.read", "ssf.manage"] {
        assert!(discovery["scopes_supported"].as_array().expect("a list").contains(&json!(scope)));
    }
    let refused = Answer::of(http().get(format!("{}/ssf/stream", server.issuer))).await;
    assert_eq!(refused.status, 401);
    let challenge = refused.header("www-authenticate").expect("a challenge");
    assert!(challenge.contains("/.well-known/oauth-protected-resource/ssf"), "{challenge}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ssf_s7_a_house_without_streams_has_none() {
    let server = Server::shared().await;
    let discovery = Answer::of(http().get(format!("{}/.well-known/openid-configuration", server.issuer))).await.text();
    assert!(!discovery.contains("ssf"), "{discovery}");
    for path in ["/.well-known/ssf-configuration", "/.well-known/oauth-protected-resource/ssf", "/ssf/stream"] {
        let answer = Answer::of(http().get(format!("{}{path}", server.issuer))).await;
        assert_eq!(answer.status, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ssf_s8_1_1_a_stream_is_made_read_updated_replaced_and_deleted() {
    let server = with_streams().await;
    let platform = platform(server).await;
    let receiver = Receiver::of(&platform).await;
    assert_eq!(receiver.call("GET", "/stream", &Value::Null).await.json(), json!([]), "no stream yet");
    // §8.1.1.1: without a word on delivery it is polled, at an address of ours.
    let made = receiver.call("POST", "/stream", &json!({ "events_requested": [SESSION_REVOKED, "urn:unknown"] })).await;
    assert_eq!((made.status, made.header("content-type")), (201, Some("application/json")), "{}", made.text());
    let made = made.json();
    let id = made["stream_id"].as_str().expect("a stream_id").to_owned();
    assert_eq!((&made["iss"], &made["aud"]), (&json!(server.issuer), &json!(platform.client.id)));
    assert_eq!(made["delivery"], json!({ "method": POLL, "endpoint_url": receiver.url(&format!("/poll/{id}")) }));
    assert_eq!(made["events_delivered"], json!([SESSION_REVOKED]), "what we know of what was asked for");
    assert!(made["events_supported"].as_array().is_some_and(|all| all.len() > 8), "{made}");
    assert_eq!(made["min_verification_interval"], 60);

    let path = format!("/stream?stream_id={id}");
    assert_eq!(receiver.call("GET", &path, &Value::Null).await.json(), made);
    assert_eq!(receiver.call("GET", "/stream", &Value::Null).await.json(), json!([made]));

    // PATCH: what is not said stays.
    let patch = json!({ "stream_id": id, "description": "Orbit's ear" });
    let patched = receiver.call("PATCH", "/stream", &patch).await;
    assert_eq!(patched.status, 200, "{}", patched.text());
    let patched = patched.json();
    assert_eq!(
        (&patched["description"], &patched["events_requested"]),
        (&json!("Orbit's ear"), &made["events_requested"])
    );
    // What is ours may be sent back as it is.
    let mut whole = patched.clone();
    whole["events_requested"] = json!([SESSION_REVOKED]);
    assert_eq!(receiver.call("PATCH", "/stream", &whole).await.status, 200);
    let site = Site::http().await;
    let delivery =
        json!({ "method": PUSH, "endpoint_url": site.url("/events"), "authorization_header": "Bearer orbit" });
    // PUT: what is not said is taken back.
    let put = receiver.call("PUT", "/stream", &json!({ "stream_id": id, "delivery": delivery })).await;
    assert_eq!(put.status, 200, "{}", put.text());
    let put = put.json();
    assert!(put["description"].is_null() && put["events_requested"].is_null(), "{put}");
    assert_eq!(put["delivery"], json!({ "method": PUSH, "endpoint_url": site.url("/events") }), "no secret comes back");
    assert_eq!(put["events_delivered"], put["events_supported"]);

    // §8.1.2 status.
    let status = format!("/status?stream_id={id}");
    let read = receiver.call("GET", &status, &Value::Null).await;
    assert_eq!((read.status, read.json()), (200, json!({ "stream_id": id, "status": "enabled" })));
    for wanted in ["paused", "disabled", "enabled"] {
        let body = json!({ "stream_id": id, "status": wanted, "reason": "tidying" });
        let set = receiver.call("POST", "/status", &body).await;
        assert_eq!((set.status, set.json()), (200, body.clone()));
        assert_eq!(receiver.call("GET", &status, &Value::Null).await.json(), body);
    }
    let gone = receiver.call("DELETE", &path, &Value::Null).await;
    assert_eq!((gone.status, gone.text()), (204, String::new()));
    must_refuse(&receiver.call("GET", &path, &Value::Null).await, 404, "after");
    receiver.create(&json!({})).await;
}

/// The negative modules of `openid-ssf-transmitter-test-plan`, by their names.
#[tokio::test(flavor = "multi_thread")]
async fn ssf_s8_1_what_is_wrong_is_refused() {
    let server = with_streams().await;
    let (platform, stranger) = (platform(server).await, platform(server).await);
    let receiver = Receiver::of(&platform).await;
    let nobody = Receiver { platform: &platform, token: "nobody".to_owned() };
    let none = Value::Null;
    for (what, body) in [
        ("events_requested is no list", json!({ "events_requested": "all" })),
        ("events_requested holds no text", json!({ "events_requested": [1] })),
        ("delivery is no object", json!({ "delivery": "push" })),
        ("an unknown method", json!({ "delivery": { "method": "urn:ietf:rfc:0" } })),
        ("no method", json!({ "delivery": { "endpoint_url": "https://orbitphotos.example/e" } })),
        ("push to nowhere", json!({ "delivery": { "method": PUSH } })),
        ("push inside", json!({ "delivery": { "method": PUSH, "endpoint_url": "http://169.254.169.254/" } })),
        ("push to no URL", json!({ "delivery": { "method": PUSH, "endpoint_url": "orbit" } })),
        (
            "a header of two lines",
            json!({ "delivery": {
            "method": PUSH, "endpoint_url": "https://orbitphotos.example/e", "authorization_header": "a\r\nb: c"
        } }),
        ),
        ("description is a number", json!({ "description": 1 })),
    ] {
        must_refuse(&receiver.call("POST", "/stream", &body).await, 400, what);
    }
    let broken =
        http().post(receiver.url("/stream")).bearer_auth(&receiver.token).header("content-type", "application/json");
    must_refuse(&Answer::of(broken.body("{\"delivery\":")).await, 400, "create-stream-with-broken-input");
    let form = http().post(receiver.url("/stream")).bearer_auth(&receiver.token).body("{}");
    must_refuse(&Answer::of(form).await, 400, "no JSON");
    must_refuse(&nobody.call("POST", "/stream", &json!({})).await, 401, "create-stream-with-invalid-token");
    let id = receiver.create(&json!({})).await;
    must_refuse(&receiver.call("POST", "/stream", &json!({})).await, 409, "create-stream-with-duplicate-config");

    let (path, nowhere) = (format!("/stream?stream_id={id}"), format!("/stream?stream_id={NOBODYS}"));
    must_refuse(&nobody.call("GET", &path, &none).await, 401, "read-stream-with-invalid-token");
    must_refuse(&receiver.call("GET", &nowhere, &none).await, 404, "read-unknown-stream");
    must_refuse(&receiver.call("GET", "/stream?stream_id=x", &none).await, 404, "read-unknown-stream");
    for (verb, name) in [("PATCH", "update"), ("PUT", "replace")] {
        let good = json!({ "stream_id": id });
        must_refuse(&nobody.call(verb, "/stream", &good).await, 401, &format!("{name}-stream-with-invalid-token"));
        let bad = json!({ "stream_id": id, "delivery": 1 });
        must_refuse(&receiver.call(verb, "/stream", &bad).await, 400, &format!("{name}-stream-with-invalid-body"));
        must_refuse(&receiver.call(verb, "/stream", &json!({})).await, 400, &format!("{name} without stream_id"));
        let ours = json!({ "stream_id": id, "iss": "https://evil.example" });
        must_refuse(&receiver.call(verb, "/stream", &ours).await, 400, &format!("{name} what is ours"));
        let lost = json!({ "stream_id": NOBODYS });
        must_refuse(&receiver.call(verb, "/stream", &lost).await, 404, &format!("{name}-unknown-stream"));
    }
    must_refuse(&nobody.call("DELETE", &path, &none).await, 401, "delete-stream-with-invalid-token");
    must_refuse(&receiver.call("DELETE", &nowhere, &none).await, 404, "delete-unknown-stream");
    must_refuse(&receiver.call("DELETE", "/stream", &none).await, 400, "delete without stream_id");

    for (path, body) in [
        ("/status", json!({ "stream_id": id, "status": "asleep" })),
        ("/status", json!({ "status": "paused" })),
        ("/verify", json!({ "stream_id": id, "state": 1 })),
        ("/subjects/add", json!({ "stream_id": id })),
        ("/subjects/add", json!({ "stream_id": id, "subject": { "format": "shoe_size" } })),
        ("/subjects/remove", json!({ "stream_id": id, "subject": { "format": "email" } })),
    ] {
        must_refuse(&receiver.call("POST", path, &body).await, 400, path);
        must_refuse(&nobody.call("POST", path, &body).await, 401, path);
    }
    let poll = format!("/poll/{id}");
    must_refuse(&receiver.call("POST", &poll, &json!({ "maxEvents": "all" })).await, 400, "poll");
    must_refuse(&nobody.call("POST", &poll, &json!({})).await, 401, "poll");
    must_refuse(&receiver.call("POST", &format!("/poll/{NOBODYS}"), &json!({})).await, 404, "poll");
    // A stream of somebody else is none.
    let other = Receiver::of(&stranger).await;
    must_refuse(&other.call("GET", &path, &none).await, 404, "another's");
    must_refuse(&other.call("POST", &poll, &json!({ "returnImmediately": true })).await, 404, "another's");
    // CAEP Interoperability Profile §2.7: who may read may not change.
    let reader = Receiver { platform: &platform, token: own_token(&platform, "ssf.read").await };
    assert_eq!(reader.call("GET", &path, &none).await.status, 200);
    assert_eq!(reader.call("GET", &format!("/status?stream_id={id}"), &none).await.status, 200);
    for (verb, path) in [("DELETE", &*path), ("POST", "/stream"), ("POST", "/verify"), ("POST", "/subjects/add")] {
        let refused = reader.call(verb, path, &json!({ "stream_id": id })).await;
        must_refuse(&refused, 403, path);
        assert_eq!(refused.json()["error"], "insufficient_scope");
    }
    let without = Receiver { platform: &platform, token: own_token(&platform, "wallet.changes.read").await };
    must_refuse(&without.call("GET", &path, &none).await, 403, "neither scope");
}
