//! One story in which everything happens that clients are told of (WALLET.md §8.4), heard over every channel.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};
use social_wallet::catalog::messages;

use super::ssf_delivery::{Keys, Set};
use super::webhooks::Ear;
use super::{CONTACT, Receiver, platform};
use crate::badges;
use crate::media::files::jpeg;
use crate::rights::deletion;
use crate::support::eventually;
use crate::support::hand::Hand;
use crate::support::person::{Answers, Person};
use crate::support::platform::{Answer, Platform, Tokens, http};
use crate::support::server::Server;
use crate::trail::deeds;

pub const ASKED: &str = "openid profile wallet.profile wallet.badges wallet.photos wallet.changes";

/// Somebody who has a nickname and a few words about themselves.
pub async fn somebody(server: &Server) -> Person {
    let mut person = Person::signed_up(server).await;
    is_somebody(&mut person).await;
    person
}

pub async fn is_somebody(person: &mut Person) {
    edit(person, "nickname", "Leila").await;
    edit(person, "wallet_bio", "New lenses.").await;
}

/// Stops sharing with the app that was connected last.
pub async fn stop(person: &mut Person) {
    let page = deeds::app_page(person).await;
    let page = person.visit(page.link("/stop").expect("a way to stop").as_str()).await.page();
    assert_eq!(person.submit(&page, &page.form_to("/stop")).await.page().status, 200);
}

pub async fn edit(person: &mut Person, field: &str, value: &str) {
    let page = person.visit("/account/profile/edit").await.page();
    assert_eq!(person.submit(&page, &page.form(field).fill(field, value)).await.page().status, 200);
}

/// Shares a photo, the badge of the address and the name, and lets the client keep up to date.
async fn share(platform: &Platform, person: &mut Person, photo: &str) -> Tokens {
    let attempt = platform.attempt_with(ASKED, &[("prompt", Some("consent"))]);
    let page = person.walk_to_consent(attempt.url.as_str()).await;
    let lines = ["nickname", "wallet_badges", "wallet.changes"];
    let mut form = page.form("decision").tick_only("claim", &lines).pick_only(&[format!("media.{photo}")]);
    for (value, _) in badges::choices(&page) {
        form = form.tick("pick-wallet-badges", &value, true);
    }
    let callback = person.submit(&page, &form.press("decision", "allow")).await.away();
    platform.tokens(&attempt, platform.exchange(&attempt, &platform.code(&attempt, &callback)).await).await
}

/// Everything that clients are told of; it ends with the end of the account.
async fn all_happens(server: &Server, platform: &Platform) -> (Person, Value) {
    let hand = Hand::of(server).await;
    let photo = hand.add(&jpeg(40, 30)).await;
    let mut person = hand.person.beside();
    is_somebody(&mut person).await;
    let sub = share(platform, &mut person, &photo).await.claims["sub"].clone();
    edit(&mut person, "nickname", "Mina").await;
    for deed in ["delete", "restore"] {
        let page = person.visit(&format!("/account/media/{photo}")).await.page();
        person.submit(&page, &page.form_to(&format!("/{deed}"))).await;
    }
    let page = deeds::app_page(&mut person).await;
    let form = page.form("duration").tick_only("claim", &["wallet.changes"]).pick_only(&[]);
    assert_eq!(person.submit(&page, &form).await.page().status, 200);
    deeds::ask(&mut person).await;
    stop(&mut person).await;

    let page = person.visit("/account/security").await.page();
    let fresh = "a walk along three rivers";
    let form = page.form("current").fill("current", &person.password).fill("password", fresh);
    person.submit(&page, &form).await;
    person.password = "a walk along four rivers".to_owned();
    let mut elsewhere = person.elsewhere();
    let page = elsewhere.visit("/recover").await.page();
    let page = elsewhere.submit(&page, &page.form("email").fill("email", &person.email)).await.page();
    let page = elsewhere.next_step(&page).await.page();
    elsewhere.next_step(&page).await;
    let shown: Value = serde_json::from_str(&server.cli(&["account", "show", &person.email, "--json"])).expect("JSON");
    let account = shown["account_id"].as_str().expect("an account");
    server.cli(&["account", "lock", account]);
    server.cli(&["account", "unlock", account]);
    person.sign_in().await;
    deletion::ask(&mut person, "usual").await;
    let page = person.sign_in().await;
    person.submit(&page, &page.form_to("/deletion/")).await;
    person.sign_in().await;
    deletion::ask(&mut person, "now").await;
    (person, sub)
}

/// What a message or an event must not tell: whom it is about, otherwise than by the name that the client has for them.
fn must_be_thin(text: &str, person: &Person) {
    for secret in [&person.email, "Mina", "Leila", "mail.example", "acc_"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    assert!(text.len() <= 20_000, "{} bytes", text.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s8_4_everything_is_heard_over_its_channels() {
    let server = Server::with(&[&super::SSF[..], &[("SW__CODES__RESEND", "0s")]].concat()).await;
    let platform = platform(&server).await;
    let ear = Ear::of(&server, &platform, &[]).await;
    let receiver = Receiver::of(&platform).await;
    let stream = receiver.create(&json!({})).await;
    let letters = server.letters_to(CONTACT);
    let (person, sub) = all_happens(&server, &platform).await;
    assert!(server.letters_to(CONTACT) > letters, "who has an endpoint is written to as well");

    let wanted: BTreeSet<&str> = messages::webhooks().into_iter().collect();
    let heard = eventually("every message", Duration::from_secs(120), async || {
        let heard = ear.messages();
        let types: BTreeSet<&str> = heard.iter().filter_map(|message| message["type"].as_str()).collect();
        (types == wanted).then(|| heard.clone())
    })
    .await;
    let mut by_type: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for message in &heard {
        must_be_thin(&message.to_string(), &person);
        let data = &message["data"];
        assert_eq!(data["sub"], sub, "{message}");
        assert!(message["timestamp"].is_string() && data["at"] == message["timestamp"], "{message}");
        by_type.entry(message["type"].as_str().expect("a type")).or_default().push(data);
    }
    let first = |kind: &str| by_type[kind][0];
    assert_eq!(first("grant.revoked")["reason"], "withdrawn");
    let changed = first("grant.changed");
    assert!(changed["removed"].as_array().is_some_and(|all| all.contains(&json!("wallet_photos"))), "{changed}");
    assert_eq!(changed["added"], json!([]));
    for kind in ["profile.changed", "badge.changed", "media.added", "media.removed"] {
        let data = first(kind);
        assert!(data["cursor"].is_string() && data["grant_id"].is_string(), "{kind}: {data}");
    }
    let kinds: Vec<&Value> = by_type["account.security"].iter().map(|data| &data["kind"]).collect();
    assert_eq!(kinds, [&json!("password"), &json!("password")]);
    assert!(first("account.deletion_scheduled")["purge_at"].is_string());
    let request = first("erasure.requested")["request"].as_str().expect("a request").to_owned();
    let letter = server.letter_to(CONTACT, letters).await;
    assert!(letter.text.contains(&request), "the mail names the same request: {}", letter.text);

    // The same, as security events.
    let keys = Keys::of(&platform).await;
    let uris = messages::signals().into_iter().map(|signal| signal.uri(&server.issuer));
    let wanted: BTreeSet<String> = uris.collect();
    let sets = receiver.take_all(&stream).await;
    let sets: Vec<Set> = sets.iter().map(|set| keys.open(set, &platform.client.id)).collect();
    let types: BTreeSet<String> = sets.iter().map(|set| set.kind.clone()).collect();
    assert_eq!(types, wanted);
    for set in &sets {
        must_be_thin(&set.claims.to_string(), &person);
        let about = json!({ "format": "iss_sub", "iss": server.issuer, "sub": sub });
        assert_eq!(set.claims["sub_id"], about, "{}", set.claims);
        if set.kind.contains("/caep/event-type/session-revoked") {
            assert!(set.event["reason_admin"]["en"].as_str().is_some_and(|why| !why.is_empty()), "{}", set.claims);
        }
        if set.kind.contains("token-claims-change") {
            let told = &set.event["claims"];
            assert_eq!(told.as_object().map(serde_json::Map::len), Some(1), "{told}");
            assert!(told["wallet_updated_at"].as_i64().is_some_and(|at| at % 86_400 == 0), "{told}");
        }
    }
    let revoked = sets.iter().find(|set| set.kind.ends_with("/events/grant-revoked")).expect("a revoked grant");
    assert_eq!(revoked.event["reason"], "withdrawn");
    let asked = sets.iter().find(|set| set.kind.ends_with("/events/erasure-requested")).expect("a wish");
    assert_eq!(asked.event["request"], json!(request));

    let scraped = Answer::of(http().get(format!("{}/metrics", server.operations))).await.text();
    for counted in [r#"sw_webhooks_total{outcome="delivered"}"#, r#"sw_ssf_events_total{outcome="polled"}"#] {
        let line =
            scraped.lines().find(|line| line.starts_with(counted)).unwrap_or_else(|| panic!("{counted} in\n{scraped}"));
        assert!(!line.ends_with(" 0"), "{line}");
    }
}

/// WALLET.md §8.3: who shared something with a client within 90 days concerns it, nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn wallet_s8_3_clients_hear_of_their_people_alone() {
    let server = Server::shared().await;
    let (near, far) = (platform(server).await, platform(server).await);
    let (ear, other) = (Ear::of(server, &near, &[]).await, Ear::of(server, &far, &[]).await);
    let mut person = somebody(server).await;
    let mut stranger = somebody(server).await;
    near.sign_in_with(&mut person, near.attempt("openid profile"), &Answers::only(&["nickname"])).await;
    far.sign_in_with(&mut stranger, far.attempt("openid profile"), &Answers::only(&["nickname"])).await;
    // It may not keep up to date.
    edit(&mut person, "nickname", "Mina").await;
    stop(&mut person).await;
    ear.hears("grant.revoked", 1).await;
    stop(&mut stranger).await;
    other.hears("grant.revoked", 1).await;
    let types = |ear: &Ear| -> Vec<String> {
        ear.messages().iter().map(|message| message["type"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!((types(&ear), types(&other)), (vec!["grant.revoked".to_owned()], vec!["grant.revoked".to_owned()]));
    assert_ne!(ear.messages()[0]["data"]["sub"], other.messages()[0]["data"]["sub"]);
}
