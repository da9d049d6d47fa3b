//! How security events reach a receiver: tokens (RFC 8417), push (RFC 8935), poll (RFC 8936), verification, subjects.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Value, json};

use super::story::{edit, somebody, stop};
use super::{CONTACT, Receiver, SSF, platform, with_streams};
use crate::support::eventually;
use crate::support::person::{Answers, Person};
use crate::support::platform::{Answer, Platform, http, jose_header, now, payload};
use crate::support::server::Server;
use crate::support::site::{Heard, Site};

const VERIFICATION: &str = "https://schemas.openid.net/secevent/ssf/event-type/verification";
const UPDATED: &str = "https://schemas.openid.net/secevent/ssf/event-type/stream-updated";
const EVENTS: &str = "/events";

/// The keys of a transmitter, as its receivers fetch them.
pub struct Keys {
    issuer: String,
    by_id: BTreeMap<String, (Vec<u8>, Vec<u8>)>,
}

/// A token that is good.
pub struct Set {
    pub claims: Value,
    /// The URI of its one event, and what that says.
    pub kind: String,
    pub event: Value,
}

impl Keys {
    pub async fn of(platform: &Platform) -> Self {
        let metadata =
            Answer::of(http().get(format!("{}/.well-known/ssf-configuration", platform.issuer))).await.json();
        let jwks = Answer::of(http().get(metadata["jwks_uri"].as_str().expect("jwks_uri"))).await.json();
        let number =
            |key: &Value, name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().expect("a number")).expect(name);
        let rsa = jwks["keys"].as_array().expect("keys").iter().filter(|key| key["kty"] == "RSA");
        let named = |key: &Value| (key["kid"].as_str().expect("kid").to_owned(), (number(key, "n"), number(key, "e")));
        Self { issuer: platform.issuer.clone(), by_id: rsa.map(named).collect() }
    }

    /// Checks a token as a receiver has to (SSF §4.1, CAEP Interoperability Profile §2.6, §2.8).
    pub fn open(&self, set: &str, audience: &str) -> Set {
        let header = jose_header(set);
        assert_eq!((&header["typ"], &header["alg"]), (&json!("secevent+jwt"), &json!("RS256")), "{header}");
        let (n, e) = &self.by_id[header["kid"].as_str().expect("kid")];
        let (signed, signature) = set.rsplit_once('.').expect("a signature");
        let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
        let verified =
            RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature);
        verified.expect("a signature of the transmitter");
        let claims = payload(set);
        let mut names: Vec<&str> = claims.as_object().expect("claims").keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["aud", "events", "iat", "iss", "jti", "sub_id", "txn"], "no sub, no exp, nothing else");
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(self.issuer), &json!(audience)));
        assert!(claims["iat"].as_u64().is_some_and(|at| at <= now() + 1 && now() - at < 600), "{claims}");
        let events = claims["events"].as_object().expect("events");
        assert_eq!(events.len(), 1, "exactly one: {claims}");
        let (kind, event) = events.iter().next().expect("one");
        Set { kind: kind.clone(), event: event.clone(), claims: claims.clone() }
    }
}

/// A receiver that is pushed to.
struct Pushed {
    site: Site,
    stream: String,
}

impl Pushed {
    async fn to(receiver: &Receiver<'_>, authorization: Option<&str>) -> Self {
        let site = Site::http().await;
        site.answers(EVENTS, 202, "text/plain", "");
        let mut delivery = json!({ "method": "urn:ietf:rfc:8935", "endpoint_url": site.url(EVENTS) });
        if let Some(authorization) = authorization {
            delivery["authorization_header"] = json!(authorization);
        }
        let stream = receiver.create(&json!({ "delivery": delivery })).await;
        Self { site, stream }
    }

    async fn hears(&self, times: usize) -> Vec<Heard> {
        self.site.hears(EVENTS, times).await
    }
}

async fn verify(receiver: &Receiver<'_>, stream: &str, state: &str) {
    let asked = receiver.call("POST", "/verify", &json!({ "stream_id": stream, "state": state })).await;
    assert_eq!((asked.status, asked.text()), (204, String::new()));
}

async fn poll(receiver: &Receiver<'_>, stream: &str, body: &Value) -> Value {
    let answer = receiver.call("POST", &format!("/poll/{stream}"), body).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")), "{}", answer.text());
    answer.json()
}

fn must_verify(set: &Set, stream: &str, state: &str) {
    assert_eq!((set.kind.as_str(), &set.event), (VERIFICATION, &json!({ "state": state })));
    assert_eq!(set.claims["sub_id"], json!({ "format": "opaque", "id": stream }), "§8.1.4.1");
}

/// Somebody who shares their name with a platform until they stop.
async fn shares(server: &Server, platform: &Platform) -> (Person, Value) {
    let mut person = somebody(server).await;
    let attempt = platform.attempt("openid profile wallet.changes");
    let answers = Answers::only(&["nickname", "wallet.changes"]);
    let tokens = platform.sign_in_with(&mut person, attempt, &answers).await;
    (person, tokens.claims["sub"].clone())
}

/// `openid-ssf-stream-verification-push` and `-error-push-no-auth`.
#[tokio::test(flavor = "multi_thread")]
async fn rfc8935_s2_verification_by_push_with_the_header_that_was_asked_for() {
    let server = with_streams().await;
    for authorization in [Some("Bearer orbit-receiver-1"), None] {
        let platform = platform(server).await;
        let (receiver, keys) = (Receiver::of(&platform).await, Keys::of(&platform).await);
        let pushed = Pushed::to(&receiver, authorization).await;
        verify(&receiver, &pushed.stream, "a state of mine").await;
        let heard = pushed.hears(1).await.remove(0);
        assert_eq!((&*heard.method, &*heard.content_type), ("POST", "application/secevent+jwt"));
        assert_eq!(heard.header("accept"), Some("application/json"));
        assert_eq!(heard.header("authorization"), authorization);
        must_verify(&keys.open(&heard.body, &platform.client.id), &pushed.stream, "a state of mine");
        // §8.1.4.2: not again within a minute.
        let body = json!({ "stream_id": pushed.stream });
        let early = receiver.call("POST", "/verify", &body).await;
        let wait: u64 = early.header("retry-after").and_then(|wait| wait.parse().ok()).expect("how long");
        assert!(early.status == 429 && (1..=60).contains(&wait), "{} {wait}", early.status);
    }
}

/// `openid-ssf-stream-verification-poll-only`, `-poll-and-ack` and `-ack-only`.
#[tokio::test(flavor = "multi_thread")]
async fn rfc8936_s2_verification_by_poll_with_and_without_acknowledgement() {
    let server = with_streams().await;
    let platform = platform(server).await;
    let (receiver, keys) = (Receiver::of(&platform).await, Keys::of(&platform).await);
    let stream = receiver.create(&json!({ "delivery": { "method": "urn:ietf:rfc:8936" } })).await;
    let at_once = json!({ "returnImmediately": true });
    assert_eq!(poll(&receiver, &stream, &at_once).await, json!({ "sets": {}, "moreAvailable": false }));
    verify(&receiver, &stream, "s-1").await;
    let polled = poll(&receiver, &stream, &at_once).await;
    let (jti, set) = polled["sets"].as_object().and_then(|sets| sets.iter().next()).expect("one set");
    let opened = keys.open(set.as_str().expect("a token"), &platform.client.id);
    must_verify(&opened, &stream, "s-1");
    assert_eq!(&opened.claims["jti"], jti, "§2.4 named by its jti");
    // What nobody acknowledged is there still, the same to the letter.
    assert_eq!(poll(&receiver, &stream, &at_once).await, polled);
    let both = poll(&receiver, &stream, &json!({ "returnImmediately": true, "ack": [jti] })).await;
    assert_eq!(both, json!({ "sets": {}, "moreAvailable": false }), "poll and acknowledge");

    let (mut person, _) = shares(server, &platform).await;
    edit(&mut person, "nickname", "Mina").await;
    stop(&mut person).await;
    // §2.2: at most so many, and whether there are more.
    let some = poll(&receiver, &stream, &json!({ "maxEvents": 1, "returnImmediately": true })).await;
    assert_eq!((some["sets"].as_object().map(serde_json::Map::len), &some["moreAvailable"]), (Some(1), &json!(true)));
    let all = poll(&receiver, &stream, &at_once).await;
    let names: Vec<&String> = all["sets"].as_object().expect("sets").keys().collect();
    assert_eq!(names.len(), 3, "changed claims, a revoked grant, a revoked session: {all}");
    // Acknowledge only; an error acknowledges as well (§2.3).
    let errors = json!({ names[2]: { "err": "invalid_request", "description": "What is this?" } });
    let only =
        poll(&receiver, &stream, &json!({ "maxEvents": 0, "ack": [names[0], names[1]], "setErrs": errors })).await;
    assert_eq!(only["sets"], json!({}));
    assert_eq!(poll(&receiver, &stream, &at_once).await["sets"], json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8936_s2_5_a_patient_poll_is_answered_when_something_comes() {
    let server = with_streams().await;
    let platform = platform(server).await;
    let receiver = Receiver::of(&platform).await;
    let stream = receiver.create(&json!({})).await;
    let begun = std::time::Instant::now();
    let nothing = json!({});
    let (polled, ()) = tokio::join!(poll(&receiver, &stream, &nothing), async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        verify(&receiver, &stream, "late").await;
    });
    assert_eq!(polled["sets"].as_object().map(serde_json::Map::len), Some(1), "{polled}");
    assert!((2..20).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
}

/// `openid-ssf-stream-subject-control`.
#[tokio::test(flavor = "multi_thread")]
async fn ssf_s8_1_3_who_was_taken_out_is_not_told_of_until_added() {
    let server = with_streams().await;
    let platform = platform(server).await;
    let receiver = Receiver::of(&platform).await;
    let stream = receiver.create(&json!({})).await;
    let (mut person, sub) = shares(server, &platform).await;
    let subject = json!({ "format": "iss_sub", "iss": server.issuer, "sub": sub });
    let body = json!({ "stream_id": stream, "subject": subject });
    let removed = receiver.call("POST", "/subjects/remove", &body).await;
    assert_eq!((removed.status, removed.text()), (204, String::new()));
    edit(&mut person, "nickname", "Mina").await;
    assert_eq!(receiver.take_all(&stream).await, Vec::<String>::new());
    let added = receiver
        .call("POST", "/subjects/add", &json!({ "stream_id": stream, "subject": subject, "verified": true }))
        .await;
    assert_eq!(added.status, 200, "{}", added.text());
    edit(&mut person, "nickname", "Mimi").await;
    assert_eq!(receiver.take_all(&stream).await.len(), 1);
    // Whom it does not know it cannot find out about: the answer is the same.
    for subject in [
        json!({ "format": "email", "email": person.email }),
        json!({ "format": "iss_sub", "iss": server.issuer, "sub": "nobody" }),
        json!({ "format": "iss_sub", "iss": "https://elsewhere.example", "sub": sub }),
    ] {
        let body = json!({ "stream_id": stream, "subject": subject });
        assert_eq!(receiver.call("POST", "/subjects/add", &body).await.status, 200, "{subject}");
        assert_eq!(receiver.call("POST", "/subjects/remove", &body).await.status, 204, "{subject}");
    }
    edit(&mut person, "nickname", "Mima").await;
    assert_eq!(receiver.take_all(&stream).await.len(), 1, "and changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn ssf_s8_1_2_a_paused_stream_keeps_what_comes_and_a_disabled_one_does_not() {
    let server = with_streams().await;
    let platform = platform(server).await;
    let (receiver, keys) = (Receiver::of(&platform).await, Keys::of(&platform).await);
    let pushed = Pushed::to(&receiver, None).await;
    let set = async |status: &str| {
        let body = json!({ "stream_id": pushed.stream, "status": status });
        assert_eq!(receiver.call("POST", "/status", &body).await.status, 200);
    };
    let (mut person, sub) = shares(server, &platform).await;
    set("paused").await;
    edit(&mut person, "nickname", "Mina").await;
    // A verification comes nevertheless: it is about the stream.
    verify(&receiver, &pushed.stream, "paused").await;
    let heard = pushed.hears(1).await;
    must_verify(&keys.open(&heard[0].body, &platform.client.id), &pushed.stream, "paused");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(pushed.hears(1).await.len(), 1);
    set("enabled").await;
    let heard = pushed.hears(2).await;
    let event = keys.open(&heard[1].body, &platform.client.id);
    assert!(event.kind.ends_with("/token-claims-change") && event.claims["sub_id"]["sub"] == sub, "{}", event.claims);
    set("disabled").await;
    edit(&mut person, "nickname", "Mimi").await;
    set("enabled").await;
    edit(&mut person, "nickname", "Mima").await;
    pushed.hears(3).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(pushed.hears(3).await.len(), 3, "what came meanwhile is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc8935_s2_what_is_not_taken_is_pushed_again_and_what_is_refused_is_not() {
    let server = with_streams().await;
    let platform = platform(server).await;
    let (receiver, keys) = (Receiver::of(&platform).await, Keys::of(&platform).await);
    let pushed = Pushed::to(&receiver, None).await;
    pushed.site.answers(EVENTS, 503, "text/plain", "");
    let (mut person, _) = shares(server, &platform).await;
    edit(&mut person, "nickname", "Mina").await;
    let first = pushed.hears(1).await.remove(0);
    let set = keys.open(&first.body, &platform.client.id);
    pushed.site.answers(EVENTS, 400, "application/json", r#"{"err":"invalid_request","description":"no"}"#);
    let second = pushed.hears(2).await.remove(1);
    assert_eq!(second.body, first.body, "the same token");
    // It was refused for good: the next one comes.
    pushed.site.answers(EVENTS, 202, "text/plain", "");
    edit(&mut person, "nickname", "Mimi").await;
    let third = pushed.hears(3).await.remove(2);
    assert_ne!(keys.open(&third.body, &platform.client.id).claims["jti"], set.claims["jti"]);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(pushed.hears(3).await.len(), 3);
}

/// WALLET.md §8.3: who fetches nothing is not kept for without end, and is told.
#[tokio::test(flavor = "multi_thread")]
async fn wallet_s8_3_a_stream_that_nobody_empties_is_paused_and_its_client_told() {
    let server = Server::with(&[&SSF[..], &[("SW__SSF__PENDING", "2")]].concat()).await;
    let platform = platform(&server).await;
    let (receiver, keys) = (Receiver::of(&platform).await, Keys::of(&platform).await);
    let stream = receiver.create(&json!({})).await;
    let (mut person, _) = shares(&server, &platform).await;
    let letters = server.letters_to(CONTACT);
    for name in ["Mina", "Mimi"] {
        edit(&mut person, "nickname", name).await;
    }
    eventually("the stream is paused", Duration::from_secs(120), async || {
        let status = receiver.call("GET", &format!("/status?stream_id={stream}"), &Value::Null).await.json();
        (status["status"] == "paused" && status["reason"].is_string()).then_some(())
    })
    .await;
    let letter = server.letter_to(CONTACT, letters).await;
    assert!(letter.text.contains("Orbit Photos"), "{}", letter.text);
    edit(&mut person, "nickname", "Mima").await;
    // The stream says so itself, and nothing more is kept.
    let sets = receiver.take_all(&stream).await;
    let kinds: Vec<Set> = sets.iter().map(|set| keys.open(set, &platform.client.id)).collect();
    assert_eq!(kinds.iter().map(|set| &*set.kind).collect::<Vec<_>>(), [UPDATED]);
    assert_eq!(kinds[0].event["status"], "paused");
    // What waits is there when its receiver comes back.
    let body = json!({ "stream_id": stream, "status": "enabled" });
    assert_eq!(receiver.call("POST", "/status", &body).await.status, 200);
    assert_eq!(receiver.take_all(&stream).await.len(), 2);
}
