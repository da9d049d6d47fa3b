//! The house without its doors, over each database, with a clock that tests move.

use social_wallet::app::App;
use social_wallet::base::{Clock, Random, Secret, Time};
use social_wallet::config::Config;

use super::parts::{Folder, Postgres};

/// When it is in these houses.
pub const NOW: Time = Time::from_unix(1_795_000_000);

/// Runs a case over SQLite, then over PostgreSQL.
pub async fn on_both(case: impl AsyncFn(&App)) {
    for url in [None, Some(Postgres::shared().await.database().await)] {
        let folder = Folder::new("app");
        let mut config = Config::default();
        config.data.dir = folder.path().to_owned();
        config.database.url = url.map(Secret::new);
        // Tests ask whether a password fits, not how long a thief would take.
        config.passwords.memory_kib = 64;
        config.passwords.passes = 1;
        let app = App::start_with(config, Clock::fixed(NOW), Random::Os).await.expect("the house starts");
        case(&app).await;
    }
}
