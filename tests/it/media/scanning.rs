//! The ClamAV daemon: what it finds is destroyed, and while it is away nothing is accepted.

use std::time::Duration;

use serde_json::Value;

use super::files::jpeg;
use crate::support::database;
use crate::support::hand::Hand;
use crate::support::parts::clamd::{Clamd, MARKER};
use crate::support::platform::{Answer, http};
use crate::support::server::Server;

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s13_5_the_scanner_decides_and_nothing_passes_while_it_is_away() {
    let clamd = Clamd::start().await;
    let address = clamd.address();
    let server = Server::with(&[("SW__MEDIA__SCANNER", "clamd"), ("SW__MEDIA__CLAMD", &address)]).await;
    let hand = Hand::of(&server).await;
    let health = async || {
        let answer = Answer::of(http().get(format!("{}/health/ready", server.operations))).await;
        (answer.status, answer.json()["parts"]["scanner"].clone())
    };
    let (status, part) = health().await;
    assert_eq!((status, &part["kind"], &part["ok"]), (200, &Value::from("clamd"), &Value::from(true)));
    assert!(server.try_cli(&["doctor"]).1.contains("clamd answers in"));

    let clean = hand.upload(&jpeg(60, 40)).await;
    hand.ready(&clean).await;
    let mut harmful = jpeg(60, 40);
    harmful.extend(MARKER.bytes());
    let found = hand.upload(&harmful).await;
    assert_eq!(hand.settled(&found).await, ("rejected".to_owned(), Value::from("malware")));
    let gone = format!("id = '{found}' AND content_key IS NULL AND bytes = 0");
    assert_eq!(database::count(&server.stores, "media_assets", &gone).await, 1, "its key is destroyed");
    assert_eq!(database::count(&server.stores, "media_variants", &format!("asset_id = '{found}'")).await, 0);

    clamd.kill();
    let waiting = hand.upload(&jpeg(80, 40)).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(hand.status(&waiting).await["state"], "quarantined");
    assert_eq!(hand.bytes(&waiting, "master").await.status, 404);
    let (status, part) = health().await;
    assert_eq!((status, &part["ok"]), (200, &Value::from(false)), "told, and people still sign in");
    assert!(!server.try_cli(&["doctor"]).0);

    clamd.restart().await;
    hand.ready(&waiting).await;
}
