//! What the clock does: the trash is emptied, uploads that nobody goes on with are forgotten; keys and bytes are gone.

use social_wallet::app::App;
use social_wallet::base::{Clock, Random, Seconds, Secret, Time};
use social_wallet::config::{self, Config};
use social_wallet::wallet::media::upkeep;

use super::files::jpeg;
use crate::support::database;
use crate::support::hand::Hand;
use crate::support::platform::now;
use crate::support::server::{Server, Stores};

/// The house of a server that was stopped, some time later.
pub async fn later(stores: &Stores, by: Seconds) -> App {
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

async fn blobs(app: &App) -> usize {
    app.blobs.list(&"media".parse().expect("a folder"), None, 1000).await.expect("the store").len()
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s13_8_the_trash_is_emptied_and_nothing_is_left() {
    let server = Server::start().await;
    let mut hand = Hand::of(&server).await;
    let kept = hand.upload(&jpeg(80, 60)).await;
    let deleted = hand.upload(&jpeg(60, 80)).await;
    hand.ready(&kept).await;
    hand.ready(&deleted).await;
    let photo = jpeg(30, 30);
    let left = hand.begin(photo.len()).await;
    assert_eq!(hand.put(&left, 1, photo).await.status, 200);
    hand.begin(1000).await;
    let page = hand.person.visit(&format!("/account/media/{deleted}")).await.page();
    hand.person.submit(&page, &page.form_to("/delete")).await;
    let gone = Hand::of(&server).await;
    let theirs = gone.upload(&jpeg(50, 50)).await;
    gone.ready(&theirs).await;
    server.cli(&["account", "delete", &gone.person.email]);
    server.stop();

    let rows = async |condition: &str| database::count(&server.stores, "media_assets", condition).await;
    let app = later(&server.stores, Seconds::minutes(20)).await;
    upkeep::run(&app).await.expect("upkeep");
    assert_eq!(rows("1 = 1").await, 4, "the other account's is gone with it");
    assert_eq!(blobs(&app).await, 5 + 5 + 1, "two photos in five sizes, and a part");

    let app = later(&server.stores, Seconds::hours(25)).await;
    upkeep::run(&app).await.expect("upkeep");
    assert_eq!((rows("1 = 1").await, blobs(&app).await), (2, 10), "what was announced and left is gone");

    let app = later(&server.stores, Seconds::days(31)).await;
    upkeep::run(&app).await.expect("upkeep");
    assert_eq!((rows("1 = 1").await, rows("state = 'ready'").await, blobs(&app).await), (1, 1, 5));
    let told = "event = 'media.destroyed' AND reason = 'retention'";
    assert_eq!(database::count(&server.stores, "audit_events", told).await, 1);
}
