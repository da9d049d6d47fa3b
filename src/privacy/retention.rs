//! Enforces `RETENTION`: one way for each row, a bounded batch at a time; or counts what it would remove.

use futures_util::future::BoxFuture;

use crate::accounts;
use crate::app::App;
use crate::audit::{self, Origin, Record, chain};
use crate::base::{Fault, Seconds, Time};
use crate::catalog::events::Kind;
use crate::catalog::retention::{self, Keep, Kept};
use crate::catalog::{EVENTS, RETENTION};
use crate::error::Error;
use crate::privacy::erasure::{self, Cause, Pace};
use crate::privacy::{export, import, receipt};
use crate::store::database::upkeep::{self, BATCH, Mode};
use crate::store::database::{Conn, Unit, unused};
use crate::wallet::media;

/// How a row is enforced.
enum Way {
    /// A table whose rows end by one time.
    Rows(for<'a, 'c> fn(&'c mut Conn<'a>, Time, Mode) -> Unit<'c, usize, Fault>),
    /// Rows of the trail about events of a kind.
    Trail(Kind),
    /// A verb that knows what has had its time.
    Verb(for<'a> fn(&'a App, Mode) -> BoxFuture<'a, Result<usize, Error>>),
    /// By those who keep it.
    Elsewhere,
}

const WAYS: &[(&str, Way)] = &[
    ("challenges", Way::Rows(|c, before, mode| Box::pin(upkeep::challenges(c, before, mode)))),
    ("counters", Way::Rows(|c, before, mode| Box::pin(upkeep::counters(c, before, mode)))),
    ("sessions", Way::Rows(|c, before, mode| Box::pin(upkeep::sessions(c, before, mode)))),
    ("families", Way::Rows(|c, before, mode| Box::pin(upkeep::families(c, before, mode)))),
    ("backchannel", Way::Rows(|c, before, mode| Box::pin(upkeep::backchannel(c, before, mode)))),
    ("revoked_tokens", Way::Rows(|c, before, mode| Box::pin(upkeep::revoked_tokens(c, before, mode)))),
    ("used_assertions", Way::Rows(|c, before, mode| Box::pin(upkeep::used_assertions(c, before, mode)))),
    ("initial_tokens", Way::Rows(|c, before, mode| Box::pin(upkeep::initial_tokens(c, before, mode)))),
    ("documents", Way::Rows(|c, before, mode| Box::pin(upkeep::documents(c, before, mode)))),
    ("changes", Way::Rows(|c, before, mode| Box::pin(upkeep::changes(c, before, mode)))),
    ("client_changes", Way::Rows(|c, before, mode| Box::pin(upkeep::client_changes(c, before, mode)))),
    ("webhook_messages", Way::Rows(|c, before, mode| Box::pin(upkeep::webhook_messages(c, before, mode)))),
    ("security_events", Way::Rows(|c, before, mode| Box::pin(upkeep::security_events(c, before, mode)))),
    ("jobs", Way::Rows(|c, before, mode| Box::pin(upkeep::jobs(c, before, mode)))),
    ("text_messages", Way::Rows(|c, before, mode| Box::pin(upkeep::text_messages(c, before, mode)))),
    ("dead_jobs", Way::Rows(|c, before, mode| Box::pin(upkeep::dead_jobs(c, before, mode)))),
    (
        "tombstones",
        Way::Verb(|app, mode| Box::pin(ended(app, mode, |c, now, mode| Box::pin(upkeep::tombstones(c, now, mode))))),
    ),
    ("deletion_receipts", Way::Rows(|c, before, mode| Box::pin(upkeep::deletions(c, before, mode)))),
    ("security_log", Way::Trail(Kind::Security)),
    ("activity_log", Way::Trail(Kind::Activity)),
    ("consent_log", Way::Trail(Kind::Consent)),
    ("operation_log", Way::Trail(Kind::Operation)),
    ("trash", Way::Verb(|app, mode| Box::pin(trash(app, mode)))),
    ("uploads", Way::Verb(|app, mode| Box::pin(uploads(app, mode)))),
    ("exports", Way::Verb(|app, mode| Box::pin(exports(app, mode)))),
    ("imports", Way::Verb(|app, mode| Box::pin(imports(app, mode)))),
    ("deletions", Way::Verb(|app, mode| Box::pin(deletions(app, mode)))),
    ("unused_accounts", Way::Verb(|app, mode| Box::pin(unused_accounts(app, mode)))),
    ("backups", Way::Elsewhere),
];

/// How long a kind of data is kept.
pub fn kept(app: &App, row: &Kept) -> Seconds {
    let own = app.config.retention.get(row.name).copied();
    match row.keep {
        Keep::Days(days) => own.unwrap_or(Seconds::days(i64::from(days))),
        Keep::Hours(hours) => own.unwrap_or(Seconds::hours(i64::from(hours))),
        Keep::Setting("media.trash") => app.config.media.trash,
        Keep::Setting("media.upload_time") => app.config.media.upload_time,
        Keep::Setting("privacy.export_kept") => app.config.privacy.export_kept,
        Keep::Setting("privacy.grace") => app.config.privacy.grace,
        Keep::Setting("privacy.tombstone") => app.config.privacy.tombstone,
        Keep::Setting(_) => Seconds::days(i64::from(receipt::BACKUPS_DAYS)),
    }
}

/// What was, or would be, removed of a kind of data.
#[derive(Debug, Clone, Copy)]
pub struct Removed {
    pub kept: &'static Kept,
    pub count: usize,
}

/// Goes through the whole table; with [`Mode::Count`] nothing is removed.
///
/// # Errors
/// A fault when a store does not answer.
pub async fn run(app: &App, mode: Mode) -> Result<Vec<Removed>, Error> {
    let mut removed = Vec::new();
    for (name, way) in WAYS {
        let Some(row) = retention::find(name) else { continue };
        let count = one(app, row, way, mode).await?;
        if mode == Mode::Remove {
            for _ in 0..count {
                app.metrics.count("sw_retention_deleted_total", &[row.name]);
            }
        }
        removed.push(Removed { kept: row, count });
    }
    Ok(removed)
}

async fn one(app: &App, row: &'static Kept, way: &Way, mode: Mode) -> Result<usize, Error> {
    let before = app.now() - kept(app, row);
    match way {
        Way::Rows(run) => Ok(rows(app, *run, before, mode).await?),
        Way::Trail(kind) => Ok(trail(app, *kind, before, mode).await?),
        Way::Verb(run) => run(app, mode).await,
        Way::Elsewhere => Ok(0),
    }
}

type Rows = for<'a, 'c> fn(&'c mut Conn<'a>, Time, Mode) -> Unit<'c, usize, Fault>;

async fn rows(app: &App, run: Rows, before: Time, mode: Mode) -> Result<usize, Fault> {
    let mut removed = 0;
    loop {
        let batch = match mode {
            Mode::Count => return app.db.read::<_, Fault, _>(move |conn| run(conn, before, mode)).await,
            Mode::Remove => app.db.write::<_, Fault, _>(move |tx| run(tx, before, mode)).await?,
        };
        removed += batch;
        if batch < BATCH {
            return Ok(removed);
        }
    }
}

/// A table whose rows name the moment at which they go.
async fn ended(app: &App, mode: Mode, run: Rows) -> Result<usize, Error> {
    Ok(rows(app, run, app.now(), mode).await?)
}

async fn trail(app: &App, kind: Kind, before: Time, mode: Mode) -> Result<usize, Fault> {
    let mut removed = 0;
    loop {
        let events: Vec<&'static str> = EVENTS.iter().filter(|e| e.kind == kind).map(|e| e.name).collect();
        if mode == Mode::Count {
            let count = app.db.read::<_, Fault, _>(move |conn| {
                Box::pin(async move { upkeep::count_audit(conn, &events, before).await })
            });
            return count.await;
        }
        let unit = app.clone();
        let batch = app.db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let ids = upkeep::old_events(tx, &events, before).await?;
                // Another node may be at it: what it takes is not there to be taken again.
                chain::remove(tx, &unit, &ids, "retention").await?;
                Ok(ids.len())
            })
        });
        let batch = batch.await?;
        removed += batch;
        if batch < BATCH {
            return Ok(removed);
        }
    }
}

async fn trash(app: &App, mode: Mode) -> Result<usize, Error> {
    Ok(media::upkeep::trash(app, mode == Mode::Remove).await?)
}

async fn uploads(app: &App, mode: Mode) -> Result<usize, Error> {
    Ok(media::upkeep::uploads(app, mode == Mode::Remove).await?)
}

async fn exports(app: &App, mode: Mode) -> Result<usize, Error> {
    Ok(if mode == Mode::Count { export::overdue(app).await? } else { export::sweep(app).await? })
}

async fn imports(app: &App, mode: Mode) -> Result<usize, Error> {
    Ok(if mode == Mode::Count { 0 } else { import::sweep(app).await? })
}

async fn deletions(app: &App, mode: Mode) -> Result<usize, Error> {
    Ok(if mode == Mode::Count { erasure::due(app).await? } else { erasure::start_due(app).await? })
}

/// How long before its end the person of an account is told, the first and the second time.
const TOLD: [Seconds; 2] = [Seconds::days(61), Seconds::days(30)];

/// Accounts that nobody signs in to: told twice, then on their way out, which their person can still call off.
async fn unused_accounts(app: &App, mode: Mode) -> Result<usize, Error> {
    let Some(row) = retention::find("unused_accounts") else { return Ok(0) };
    let (now, whole) = (app.now(), kept(app, row));
    for (at, early) in TOLD.into_iter().enumerate() {
        let notices = i32::try_from(at).unwrap_or(0);
        if mode == Mode::Count {
            break;
        }
        let before = now - Seconds(whole.0 - early.0);
        // Where the house comes late to it, the second notice still leaves as long a time after the first.
        let times = (before, now - Seconds(TOLD[0].0 - early.0));
        let due = app.db.read::<_, Fault, _>(move |conn| Box::pin(unused::list(conn, notices, times, 200))).await?;
        for account in due {
            let (unit, ends) = (app.clone(), now + early);
            app.db
                .write::<_, Fault, _>(move |tx| {
                    Box::pin(async move {
                        if unused::told(tx, account, notices, now).await? {
                            let values = [("at", ends.as_micros().to_string())];
                            accounts::notify(tx, &unit, account, "account_unused", &values).await?;
                            let record = Record::of("account.unused_told", account);
                            audit::record(tx, &unit, &record, &Origin::house()).await?;
                        }
                        Ok(())
                    })
                })
                .await?;
        }
    }
    let told = i32::try_from(TOLD.len()).unwrap_or(2);
    let times = (now - whole, now - TOLD[1]);
    let over = app.db.read::<_, Fault, _>(move |conn| Box::pin(unused::list(conn, told, times, 200))).await?;
    if mode == Mode::Count {
        return Ok(over.len());
    }
    let mut begun = 0;
    for account in over {
        match erasure::request(app, account, Pace::Usual, Cause::Unused, &Origin::house()).await {
            Ok(_) => begun += 1,
            // The last operator's stays, and what somebody else is at.
            Err(Error::Denied(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(begun)
}

/// The table as it is enforced: each row with its time.
pub fn table(app: &App) -> Vec<(&'static Kept, Seconds)> {
    RETENTION.iter().map(|row| (row, kept(app, row))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn every_row_is_enforced_and_can_be_set() {
        let names: Vec<&str> = RETENTION.iter().map(|row| row.name).collect();
        for name in &names {
            assert_eq!(WAYS.iter().filter(|(way, _)| way == name).count(), 1, "{name}");
        }
        assert_eq!(WAYS.len(), names.len());
        let defaults = Config::default().retention;
        for row in RETENTION {
            let expected = match row.keep {
                Keep::Days(days) => Some(Seconds::days(i64::from(days))),
                Keep::Hours(hours) => Some(Seconds::hours(i64::from(hours))),
                Keep::Setting(_) => None,
            };
            assert_eq!(defaults.get(row.name).copied(), expected, "{}", row.name);
        }
        assert!(defaults.keys().all(|key| names.contains(&key.as_str())));
        for event in EVENTS {
            let of_kind = WAYS.iter().find(|(_, way)| matches!(way, Way::Trail(kind) if *kind == event.kind));
            let row = of_kind.and_then(|(name, _)| retention::find(name)).expect("a row");
            assert_eq!(row.keep, Keep::Days(event.kept_days()), "{}", event.name);
        }
    }
}
