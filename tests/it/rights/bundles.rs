//! Everything along (WALLET.md §16.1): ordered, made, downloaded, and held against its own schemas by another reader.

use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::media::files::jpeg_with_place;
use crate::support::hand::Hand;
use crate::support::parts::Folder;
use crate::support::person::Person;
use crate::support::platform::{Answer, Method, NewClient, Platform};
use crate::support::server::Server;
use crate::support::{database, eventually};

pub const PAGE: &str = "/account/privacy";
const ORDER: &str = "/account/privacy/export";

/// Orders a bundle and waits until it is there; gives its path.
pub async fn ordered(person: &mut Person) -> String {
    let page = person.visit(ORDER).await.page();
    let page = person.submit(&page, &page.form_to("/export")).await.page();
    assert_eq!(page.status, 200, "{}", page.text());
    ready(person).await
}

pub async fn ready(person: &mut Person) -> String {
    for _ in 0..600 {
        let page = person.visit(PAGE).await.page();
        if let Some(link) = page.link("/account/privacy/export/exp_") {
            return link.path().to_owned();
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("no bundle within two minutes");
}

/// What another reader finds in a bundle: every JSON, NDJSON and CSV file, once all of it is as its manifest says.
pub fn read(bundle: &[u8]) -> Value {
    let folder = Folder::new("bundle");
    let file = folder.path().join("bundle.zip");
    std::fs::write(&file, bundle).expect("a file");
    let python = concat!(env!("CARGO_MANIFEST_DIR"), "/target/interop-python/bin/python");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/python/bundle.py");
    let output = Command::new(python).arg(script).arg(&file).output().expect("the Python of the tests");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn part(found: &Value, path: &str) -> Value {
    serde_json::from_str(found[path].as_str().unwrap_or_else(|| panic!("{path} is missing"))).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn r18_the_bundle_validates_against_its_own_schemas() {
    let server = Server::shared().await;
    let mut hand = Hand::of(server).await;
    let platform = Platform::at(server, &NewClient::new(Method::Basic)).await;
    platform.sign_in(&mut hand.person, "openid email").await;
    let page = hand.person.visit("/account/profile/edit").await.page();
    let form = page.form("wallet_bio").fill("wallet_bio", "=SUM(1)\nold lenses");
    hand.person.submit(&page, &form).await;
    let id = hand.upload(&jpeg_with_place(120, 90)).await;
    hand.ready(&id).await;
    let page = hand.person.visit(&format!("/account/media/{id}")).await.page();
    let form = page.form("title").fill("title", "Stone <Town>").fill("alt", "A door").fill("album", "../Zanzibar/é");
    hand.person.submit(&page, &form).await;

    let path = ordered(&mut hand.person).await;
    let whole = hand.get(&path).await;
    assert_eq!((whole.status, whole.header("content-type")), (200, Some("application/zip")));
    assert!(whole.header("content-disposition").is_some_and(|told| told.starts_with("attachment")));
    let bytes = whole.body.clone();
    let found = read(&bytes);
    let profile = part(&found, "profile.json");
    let bio = profile["values"].as_array().expect("values").iter().find(|v| v["name"] == "wallet_bio");
    assert_eq!(bio.map(|v| (&v["source"], &v["text"])), Some((&"self".into(), &"=SUM(1)\nold lenses".into())));
    assert_eq!(part(&found, "emails.json")["emails"][0]["address"], hand.person.email.as_str());
    let item = &part(&found, "media/media.json")["items"][0];
    assert_eq!((&item["title"], &item["album"]), (&"Stone <Town>".into(), &"../Zanzibar/é".into()));
    assert_eq!(item["path"], format!("media/___Zanzibar_é/{id}.jpg").as_str());
    assert_eq!(part(&found, "dtp/photos.json")["photos"][0]["title"], "Stone <Town>");
    assert_eq!(part(&found, "connections/grants.json")["grants"][0]["app_name"], "Orbit Photos");
    let log = found["activity/activity.ndjson"].as_str().expect("lines");
    assert!(log.contains("consent.given") && log.contains("export.requested"), "{log}");
    assert!(!String::from_utf8_lossy(&bytes).contains("GPSLatitude"));

    // A part, and the tag that says it is still of the same.
    let tag = whole.header("etag").expect("a tag").to_owned();
    let part = async |range: &str, tag: &str| {
        let request = hand.request(reqwest::Method::GET, &path).header("range", range).header("if-range", tag);
        Answer::of(request).await
    };
    let middle = part("bytes=10-99", &tag).await;
    assert_eq!((middle.status, &middle.body[..]), (206, &bytes[10..100]));
    let end = part("bytes=-100", &tag).await;
    assert_eq!((end.status, &end.body[..]), (206, &bytes[bytes.len() - 100..]));
    assert_eq!(part("bytes=99999999-", &tag).await.status, 416);
    assert_eq!(part("bytes=0-1", "\"other\"").await.status, 200);
    let other = Hand::of(server).await;
    assert_eq!(other.get(&path).await.status, 404, "somebody else's");

    let letter = server.letter_to(&hand.person.email, 0).await;
    assert!(letter.text.contains("/account/privacy"), "{}", letter.text);
    let page = hand.person.visit(ORDER).await.page();
    let again = hand.person.submit(&page, &page.form_to("/export")).await.page();
    assert_eq!(again.status, 409, "one a day");
    assert!(again.text().contains("not long ago"), "{}", again.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s16_1_only_the_fresh_order_and_delete() {
    let server = Server::with(&[("SW__SESSIONS__FRESH", "2s")]).await;
    let mut hand = Hand::of(&server).await;
    let page = hand.person.visit(ORDER).await.page();
    assert_eq!(page.url.path(), ORDER);
    let (form, stale) = (page.form_to("/export"), page.clone());
    tokio::time::sleep(Duration::from_millis(2500)).await;
    for path in [ORDER, "/account/privacy/delete"] {
        let page = hand.person.visit(path).await.page();
        assert_eq!(page.url.path(), "/signin", "{path}");
        assert!(page.url.query().is_some_and(|query| query.contains("return_to")), "{}", page.url);
    }
    let page = hand.person.submit(&stale, &form).await.page();
    assert_eq!(page.url.path(), "/signin", "an old page orders nothing");
    assert_eq!(database::count(&server.stores, "exports", "1 = 1").await, 0);
    let page = hand.person.next_step(&page).await.page();
    let page = hand.person.next_step(&page).await.page();
    assert_eq!(page.url.path(), ORDER, "and back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_at_a_bundle_goes_on_with_it() {
    let server = Server::start().await;
    let mut hand = Hand::of(&server).await;
    for side in [90, 91, 92] {
        let id = hand.upload(&jpeg_with_place(side, 90)).await;
        hand.ready(&id).await;
    }
    let page = hand.person.visit(ORDER).await.page();
    hand.person.submit(&page, &page.form_to("/export")).await;
    eventually("a few files", Duration::from_secs(20), async || {
        (database::count(&server.stores, "export_files", "1 = 1").await > 1).then_some(())
    })
    .await;
    server.kill();
    let before = database::count(&server.stores, "export_files", "1 = 1").await;
    server.restart().await;
    let path = ready(&mut hand.person).await;
    let after = database::count(&server.stores, "export_files", "1 = 1").await;
    assert!(after >= before, "{before} {after}");
    let found = read(&hand.get(&path).await.body);
    assert_eq!(part(&found, "media/media.json")["items"].as_array().map(Vec::len), Some(3));
}
