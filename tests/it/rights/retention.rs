//! What the clock deletes (WALLET.md §16.4): one table, told before it is done; accounts that nobody uses.

use serde_json::Value;
use social_wallet::app::App;
use social_wallet::base::{Clock, Random, Seconds, Secret, Time};
use social_wallet::catalog::RETENTION;
use social_wallet::config::{self, Config};
use social_wallet::privacy::{erasure, retention};
use social_wallet::store::database::upkeep::Mode;

use crate::support::platform::now;
use crate::support::server::{Server, Stores};
use crate::support::{database, seeded};

/// The house of a server that was stopped, some time later.
async fn later(stores: &Stores, by: Seconds) -> App {
    let mut config = Config::default();
    config.data.dir = stores.data.path().to_owned();
    config.database.url = stores.database_url.clone().map(Secret::new);
    config.s3 = stores.s3.as_ref().map(|s3| config::S3 {
        endpoint: s3.endpoint(),
        region: s3.region.clone(),
        bucket: s3.bucket.clone(),
        access_key: Secret::new(s3.access_key.clone()),
        secret_key: Secret::new(s3.secret_key.clone()),
        path_style: true,
    });
    let clock = Clock::fixed(Time::from_unix(now().cast_signed()) + by);
    App::start_with(config, clock, Random::Os).await.expect("the house starts")
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s16_4_the_table_is_told_and_a_dry_run_removes_nothing() {
    let server = Server::start().await;
    let mut person = seeded::signed_in(&server).await;
    person.sign_out().await;
    let told: Value = serde_json::from_str(&server.cli(&["retention", "--dry-run", "--json"])).expect("JSON");
    let names: Vec<&str> = told.as_array().expect("rows").iter().filter_map(|row| row["name"].as_str()).collect();
    assert!(RETENTION.iter().all(|row| names.contains(&row.name)), "{names:?}");
    let table = server.cli(&["ropa"]);
    assert!(table.starts_with("activity,data,people,recipients,kept,then,basis\r\n"), "{table}");
    assert!(table.contains("Sharing of the scope email") && table.contains("Who read what"), "{table}");
    let page = person.visit("/privacy").await.page().text();
    for told in ["The record of who read what: 731 days", "Encrypted backups: 35 days", "do not sell"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    server.stop();

    let sessions = async || database::count(&server.stores, "sessions", "1 = 1").await;
    let app = later(&server.stores, Seconds::days(60)).await;
    let count = async |mode| {
        let removed = retention::run(&app, mode).await.expect("a run");
        removed.iter().find(|row| row.kept.name == "sessions").map(|row| row.count)
    };
    assert_eq!((count(Mode::Count).await, sessions().await), (Some(1), 1));
    assert_eq!((count(Mode::Remove).await, sessions().await), (Some(1), 0));
    let app = later(&server.stores, Seconds::days(370)).await;
    let trail = async || database::count(&server.stores, "audit_events", "event = 'session.opened'").await;
    assert_eq!(trail().await, 1);
    retention::run(&app, Mode::Remove).await.expect("a run");
    assert_eq!(trail().await, 0, "the record of sign-ins has had its year");
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s16_4_unused_accounts_are_told_twice_and_then_deleted() {
    let server = Server::start().await;
    seeded::signed_in(&server).await;
    server.stop();
    let stores = &server.stores;
    let told = async || database::count(stores, "audit_events", "event = 'account.unused_told'").await;
    for (days, notices, deletions) in [(699, 0, 0), (701, 1, 0), (702, 1, 0), (732, 2, 0), (762, 2, 1), (763, 2, 1)] {
        let app = later(stores, Seconds::days(days)).await;
        retention::run(&app, Mode::Remove).await.expect("a run");
        let found = (told().await, database::count(stores, "deletions", "state = 'pending'").await);
        assert_eq!(found, (notices, deletions), "day {days}");
    }
    let app = later(stores, Seconds::days(793)).await;
    assert_eq!(erasure::due(&app).await.expect("a look"), 1, "after the days in which its person can come back");
    retention::run(&app, Mode::Remove).await.expect("a run");
    let queued = database::count(stores, "jobs", "kind = 'erase' AND state = 'queued'").await;
    assert_eq!(queued, 1);
}
