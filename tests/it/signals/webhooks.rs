//! Webhooks: signed as Standard Webhooks has it, tried again, laid aside, sent anew; and whom we never call.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::{hmac, signature};
use serde_json::{Value, json};

use super::story::{edit, somebody, stop};
use super::{CONTACT, platform};
use crate::support::person::{Answers, Person};
use crate::support::platform::{Platform, now};
use crate::support::server::Server;
use crate::support::site::{Heard, Site};
use crate::support::{database, eventually};

const HOOK: &str = "/hook";

/// A receiver of webhooks, with what it was told to know us by.
pub struct Ear {
    site: Site,
    pub id: String,
    /// A public key or a secret, as its receiver configures it.
    key: String,
}

impl Ear {
    pub async fn of(server: &Server, platform: &Platform, options: &[&str]) -> Self {
        let site = Site::http().await;
        site.answers(HOOK, 204, "text/plain", "");
        let url = site.url(HOOK);
        let made = command(server, &[&["add", &platform.client.id, "--url", &url, "--json"], options].concat());
        Self { site, id: text(&made, "id"), key: key(&made) }
    }

    /// What came, oldest first; each must be signed and fresh.
    pub fn messages(&self) -> Vec<Value> {
        let verified = |heard: &Heard| {
            assert_eq!(verify(&self.key, heard), 1, "{heard:?}");
            serde_json::from_str(&heard.body).expect("JSON")
        };
        self.site.heard(HOOK).iter().map(verified).collect()
    }

    /// Waits until so many of a type have come.
    pub async fn hears(&self, kind: &str, times: usize) -> Vec<Value> {
        eventually(&format!("{times} {kind}"), Duration::from_secs(30), async || {
            let all: Vec<Value> = self.messages().into_iter().filter(|message| message["type"] == kind).collect();
            (all.len() >= times).then_some(all)
        })
        .await
    }

    fn heard(&self) -> Vec<Heard> {
        self.site.heard(HOOK)
    }

    fn answers(&self, status: u16) {
        self.site.answers(HOOK, status, "text/plain", "");
    }

    async fn tries(&self, times: usize) -> Vec<Heard> {
        self.site.hears(HOOK, times).await
    }

    fn log(&self, server: &Server) -> Vec<Value> {
        command(server, &["log", &self.id, "--json"]).as_array().expect("a list").clone()
    }

    fn state(&self, server: &Server, platform: &Platform) -> Value {
        let all = command(server, &["list", &platform.client.id, "--json"]);
        let own = all.as_array().expect("a list").iter().find(|one| one["id"] == self.id.as_str());
        own.expect("the endpoint").clone()
    }
}

fn command(server: &Server, words: &[&str]) -> Value {
    let said = server.cli(&[&["client", "webhook"], words].concat());
    serde_json::from_str(&said).unwrap_or_else(|why| panic!("{why}: {said}"))
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("{name}: {value}")).to_owned()
}

fn key(made: &Value) -> String {
    text(made, if made["secret"].is_string() { "secret" } else { "public_key" })
}

/// How many signatures of a message are of a key (Standard Webhooks, "Verifying").
fn verify(key: &str, heard: &Heard) -> usize {
    let header = |name: &str| heard.header(name).unwrap_or_else(|| panic!("{name}: {heard:?}"));
    let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
    let age = now().abs_diff(timestamp.parse().expect("seconds"));
    assert!(age < 300, "{age} seconds old");
    assert_eq!(heard.content_type, "application/json");
    let signed = format!("{id}.{timestamp}.{}", heard.body);
    let is_ours = |signature: &str| match (key.split_once('_'), signature.split_once(',')) {
        (Some(("whsec", secret)), Some(("v1", tag))) => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(secret).expect("base64"));
            hmac::verify(&key, signed.as_bytes(), &STANDARD.decode(tag).expect("base64")).is_ok()
        }
        (Some(("whpk", public)), Some(("v1a", tag))) => {
            let key = signature::UnparsedPublicKey::new(&signature::ED25519, STANDARD.decode(public).expect("base64"));
            key.verify(signed.as_bytes(), &STANDARD.decode(tag).expect("base64")).is_ok()
        }
        _ => false,
    };
    header("webhook-signature").split(' ').filter(|signature| is_ours(signature)).count()
}

/// A client with somebody who shares something with it.
async fn scene(server: &Server) -> (Platform, Person) {
    let platform = platform(server).await;
    let mut person = somebody(server).await;
    let attempt = platform.attempt("openid profile wallet.profile wallet.changes");
    platform.sign_in_with(&mut person, attempt, &Answers::only(&["nickname", "wallet.changes"])).await;
    (platform, person)
}

/// Lets what waits be tried now.
async fn hurry(server: &Server) {
    database::execute(&server.stores, "UPDATE jobs SET run_at = 0 WHERE kind = 'webhook' AND state = 'queued'").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn standard_webhooks_both_schemes_and_two_signatures_while_a_key_is_new() {
    let server = Server::shared().await;
    for options in [&[][..], &["--hmac"]] {
        let (platform, mut person) = scene(server).await;
        let ear = Ear::of(server, &platform, options).await;
        edit(&mut person, "nickname", "Mina").await;
        let first = ear.tries(1).await.remove(0);
        let count = |heard: &Heard| heard.header("webhook-signature").expect("signatures").split(' ').count();
        assert_eq!((verify(&ear.key, &first), count(&first)), (1, 1));
        let mut tampered = first.clone();
        tampered.body = first.body.replace("profile", "photo");
        assert_eq!(verify(&ear.key, &tampered), 0, "what was changed on the way is not ours");

        let renewed = key(&command(server, &["rotate", &ear.id, "--json"]));
        assert_ne!(renewed, ear.key);
        edit(&mut person, "nickname", "Mimi").await;
        let second = ear.tries(2).await.remove(1);
        assert_eq!((verify(&ear.key, &second), verify(&renewed, &second), count(&second)), (1, 1, 2));
        assert_ne!(first.header("webhook-id"), second.header("webhook-id"));

        // A day later the old one signs no more.
        let past = format!("UPDATE webhook_endpoints SET old_until = 1 WHERE id = '{}'", ear.id);
        database::execute(&server.stores, &past).await;
        edit(&mut person, "nickname", "Mima").await;
        let third = ear.tries(3).await.remove(2);
        assert_eq!((verify(&ear.key, &third), verify(&renewed, &third), count(&third)), (0, 1, 1));
        // A public key is shown again, a secret never.
        let shown = ear.state(server, &platform)["public_key"].clone();
        assert_eq!(shown, if options.is_empty() { json!(renewed) } else { Value::Null });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn standard_webhooks_what_is_not_taken_is_tried_again_then_laid_aside_then_sent_anew() {
    let server = Server::start().await;
    let (platform, mut person) = scene(&server).await;
    let ear = Ear::of(&server, &platform, &[]).await;
    ear.answers(500);
    edit(&mut person, "nickname", "Mina").await;
    let begun = std::time::Instant::now();
    ear.tries(1).await;
    let tries = ear.tries(2).await;
    assert!(begun.elapsed() >= Duration::from_secs(4), "five seconds later: {:?}", begun.elapsed());
    let [first, second] = [&tries[0], &tries[1]];
    assert_eq!(first.header("webhook-id"), second.header("webhook-id"), "the same on every try");
    assert_ne!(first.header("webhook-timestamp"), second.header("webhook-timestamp"));
    assert_eq!((&first.body, verify(&ear.key, second)), (&second.body, 1));
    let letters = server.letters_to(CONTACT);
    // A redirect is no way to take it either.
    ear.answers(302);
    for times in 3..=10 {
        eventually("the try is noted", Duration::from_secs(10), async || {
            (ear.log(&server)[0]["attempts"] == times - 1).then_some(())
        })
        .await;
        assert_eq!(ear.state(&server, &platform)["state"], "enabled", "{times}");
        hurry(&server).await;
        ear.tries(times).await;
    }
    let dead = eventually("it is laid aside", Duration::from_secs(20), async || {
        ear.log(&server).into_iter().find(|message| message["state"] == "dead")
    })
    .await;
    assert_eq!((&dead["type"], &dead["attempts"]), (&json!("profile.changed"), &json!(10)), "{dead}");
    assert!(text(&dead, "outcome").contains("status 302"), "{dead}");
    assert_eq!(ear.state(&server, &platform)["state"], "disabled");
    let letter = server.letter_to(CONTACT, letters).await;
    assert!(letter.text.contains(&ear.site.url(HOOK)) && letter.text.contains("302"), "{}", letter.text);
    // Nothing is added for an endpoint that is off.
    edit(&mut person, "nickname", "Mimi").await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(ear.heard().len(), 10);

    ear.answers(200);
    let said = server.cli(&["client", "webhook", "replay", &ear.id]);
    assert!(said.starts_with("1 "), "{said}");
    let sent = ear.tries(11).await.remove(10);
    assert_eq!(sent.header("webhook-id"), first.header("webhook-id"), "its receiver can tell that it has it already");
    assert_eq!((&sent.body, verify(&ear.key, &sent)), (&first.body, 1));
    eventually("it is delivered", Duration::from_secs(10), async || {
        (ear.log(&server)[0]["state"] == "delivered").then_some(())
    })
    .await;
    assert_eq!(ear.state(&server, &platform)["state"], "enabled");
    let message = text(&ear.log(&server)[0], "id");
    server.cli(&["client", "webhook", "replay", &ear.id, "--message", &message]);
    ear.tries(12).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn standard_webhooks_gone_is_gone_and_who_asks_for_time_gets_it() {
    let server = Server::start().await;
    let (platform, mut person) = scene(&server).await;
    let (gone, busy) = (Ear::of(&server, &platform, &[]).await, Ear::of(&server, &platform, &[]).await);
    gone.answers(410);
    busy.answers(503);
    edit(&mut person, "nickname", "Mina").await;
    gone.tries(1).await;
    eventually("it is off", Duration::from_secs(20), async || {
        (gone.state(&server, &platform)["state"] == "disabled").then_some(())
    })
    .await;
    let reason = gone.state(&server, &platform)["reason"].clone();
    assert_eq!(reason, "gone");
    busy.tries(2).await;
    assert_eq!(busy.state(&server, &platform)["state"], "enabled");
    // Back on, by hand.
    gone.answers(204);
    server.cli(&["client", "webhook", "enable", &gone.id]);
    edit(&mut person, "nickname", "Mimi").await;
    gone.tries(2).await;
    // A client that is switched off is not told, and what it is not told is not kept for it.
    server.cli(&["client", "disable", &platform.client.id]);
    stop(&mut person).await;
    eventually("it is dropped", Duration::from_secs(20), async || {
        gone.log(&server).iter().find(|message| message["state"] == "dropped").cloned()
    })
    .await;
    assert_eq!(gone.heard().len(), 2);
    server.cli(&["client", "webhook", "remove", &gone.id]);
    let (is_known, _, why) = server.try_cli(&["client", "webhook", "log", &gone.id]);
    assert!(!is_known && why.contains("no endpoint"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s18_an_endpoint_hears_what_it_asked_for_and_a_client_has_five() {
    let server = Server::shared().await;
    let (platform, mut person) = scene(server).await;
    let some = Ear::of(server, &platform, &["--event", "grant.revoked", "--event", "account.deleted"]).await;
    let all = Ear::of(server, &platform, &[]).await;
    edit(&mut person, "nickname", "Mina").await;
    stop(&mut person).await;
    all.hears("grant.revoked", 1).await;
    all.hears("profile.changed", 1).await;
    some.hears("grant.revoked", 1).await;
    let types: Vec<Value> = some.messages().iter().map(|message| message["type"].clone()).collect();
    assert_eq!(types, [json!("grant.revoked")]);
    for _ in 0..3 {
        Ear::of(server, &platform, &[]).await;
    }
    let url = all.site.url(HOOK);
    let (is_added, _, why) = server.try_cli(&["client", "webhook", "add", &platform.client.id, "--url", &url]);
    assert!(!is_added && why.contains("5 endpoints"), "{why}");
    let (is_added, _, why) = server.try_cli(&["client", "webhook", "add", "nobody", "--url", &url]);
    assert!(!is_added && !why.is_empty(), "{why}");
    let args = ["client", "webhook", "add", &platform.client.id, "--url", &url, "--event", "no.such"];
    assert!(!server.try_cli(&args).0);
}

/// R13: whom a client may not have us call. Which addresses a name may lead to when it is called is a test of `outbound`.
#[tokio::test(flavor = "multi_thread")]
async fn wallet_r13_addresses_inside_are_refused() {
    let server = Server::shared().await;
    let platform = platform(server).await;
    for url in [
        "http://169.254.169.254/latest/meta-data",
        "https://169.254.169.254/",
        "https://10.0.0.1/hook",
        "https://192.168.1.1/hook",
        "https://[fd00::1]/hook",
        "https://[::ffff:169.254.169.254]/hook",
        "http://orbitphotos.example/hook",
        "https://orbitphotos.example:8443/hook",
        "https://user:pass@orbitphotos.example/hook",
        "ftp://orbitphotos.example/hook",
        "orbit",
    ] {
        let (is_added, _, why) = server.try_cli(&["client", "webhook", "add", &platform.client.id, "--url", url]);
        assert!(!is_added && why.contains("cannot be called"), "{url}: {why}");
    }
}

/// An endpoint that is added, changed, switched off and removed; its client is told by mail.
pub async fn comes_and_goes(server: &Server, platform: &Platform, person: &mut Person) {
    let ear = Ear::of(server, platform, &[]).await;
    command(server, &["rotate", &ear.id, "--json"]);
    ear.answers(410);
    edit(person, "nickname", "Mina").await;
    super::noted(server, &format!("event = 'webhook.disabled' AND client_id = '{}'", platform.client.id)).await;
    server.cli(&["client", "webhook", "remove", &ear.id]);
}
