//! WALLET §16.5: the chain is without a gap whoever writes, tells what was changed, and outlives what is forgotten.

use std::time::{Duration, Instant};

use diesel::RunQueryDsl as _;
use diesel::{Connection as _, SqliteConnection};
use social_wallet::accounts::{self, NewAccount};
use social_wallet::admin::{checkpoints, people};
use social_wallet::app::App;
use social_wallet::audit::chain::{self, Reach};
use social_wallet::audit::verify::Report;
use social_wallet::audit::{self, Origin, Record};
use social_wallet::base::id::{AccountId, EventId};
use social_wallet::base::{Fault, Seconds};
use social_wallet::jobs::upkeep;
use social_wallet::store::database::accounts::Role;
use social_wallet::store::database::{audit as rows, audit_chain};

use crate::stores::on_both;
use crate::support::parts::Postgres;
use crate::support::seeded;
use crate::support::server::Server;
use crate::support::{database, unique};

/// Carries a statement out past the product.
async fn sql(app: &App, statement: &str) {
    match &app.config.database.url {
        Some(url) => Postgres::connect(url.expose()).await.batch_execute(statement).await.expect("a statement"),
        None => {
            let file = app.config.database_file().display().to_string();
            let mut database = SqliteConnection::establish(&file).expect("the database opens");
            diesel::sql_query("PRAGMA busy_timeout = 10000").execute(&mut database).expect("patience");
            let _ = diesel::sql_query(statement).execute(&mut database).expect("a statement");
        }
    }
}

async fn somebody(app: &App) -> AccountId {
    let email = format!("{}@mail.example", unique("p"));
    let new = NewAccount { email, password: None, locale: None, role: Role::Person, values: Vec::new() };
    accounts::create(app, new, &Origin::house()).await.expect("a wallet")
}

fn read(account: AccountId, claim: &str) -> Record {
    let released = vec![claim.to_owned()];
    Record { released, channel: Some("userinfo"), client: Some("orbit".into()), ..Record::of("data.read", account) }
}

async fn write(app: &App, records: Vec<Record>) {
    let unit = app.clone();
    let origin = Origin { address_prefix: Some("192.0.2.0/24".to_owned()), ..Origin::house() };
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                for record in &records {
                    audit::record(tx, &unit, record, &origin).await?;
                }
                Ok(())
            })
        })
        .await
        .expect("records");
}

async fn check(app: &App) -> Report {
    checkpoints::check(app, None, None, |_, _| {}).await.expect("a check")
}

async fn must_be_whole(app: &App) -> Report {
    let report = check(app).await;
    assert_eq!(report.broken, None, "{}", app.db.name());
    report
}

/// The link and the reason of the first thing that is not as it was.
async fn must_be_broken(app: &App) -> (i64, &'static str) {
    let broken = check(app).await.broken.unwrap_or_else(|| panic!("{}: nobody noticed", app.db.name()));
    (broken.seq, broken.why)
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s16_5_two_nodes_that_write_and_append_make_one_chain() {
    on_both(async |house| {
        let account = somebody(&house.nodes[0]).await;
        let before = must_be_whole(&house.nodes[0]).await.links;
        let mut at_work = Vec::new();
        for node in &house.nodes {
            for _ in 0..4 {
                let app = node.clone();
                at_work.push(tokio::spawn(async move {
                    for _ in 0..40 {
                        write(&app, vec![read(account, "email")]).await;
                    }
                }));
            }
            let app = node.clone();
            at_work.push(tokio::spawn(async move {
                for _ in 0..30 {
                    chain::seal(&app, Reach::End).await.expect("appended");
                }
            }));
        }
        for work in at_work {
            work.await.expect("no panic");
        }
        let report = must_be_whole(&house.nodes[1]).await;
        assert_eq!(report.links, before + 320, "{}", house.nodes[0].db.name());
        assert_eq!((report.last_seq, report.rows), (report.links as i64, report.links));
    })
    .await;
}

/// The row that tells of a read of the phone number.
async fn newest(app: &App) -> EventId {
    let rows = app.db.read::<_, Fault, _>(move |conn| {
        Box::pin(async move {
            let ids = audit_chain::ids_after(conn, EventId::from_bytes([0; 16]), 1000).await?;
            audit_chain::rows(conn, &ids).await
        })
    });
    let is_it = |row: &rows::Row| row.released.as_ref().is_some_and(|names| names.0 == ["phone_number"]);
    rows.await.expect("rows").into_iter().find(is_it).expect("the row").id
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s16_5_what_was_changed_is_named() {
    on_both(async |house| {
        let [app, _] = &house.nodes;
        let account = somebody(app).await;
        // First, so that the links behind these are those of the reads: all are of one moment.
        chain::seal(app, Reach::End).await.expect("appended");
        write(app, (0..9).map(|_| read(account, "email")).collect()).await;
        let last = must_be_whole(app).await.last_seq;
        let seq = last - 4;
        let row = format!("WHERE id = (SELECT event_id FROM audit_links WHERE seq = {seq})");
        for (change, back, why) in [
            (
                "UPDATE audit_events SET outcome = 'refused'",
                "UPDATE audit_events SET outcome = 'ok'",
                "the row was changed",
            ),
            (
                "UPDATE audit_events SET released = '[\"name\"]'",
                "UPDATE audit_events SET released = '[\"email\"]'",
                "the row was changed",
            ),
            (
                "UPDATE audit_events SET client_id = 'x'",
                "UPDATE audit_events SET client_id = 'orbit'",
                "the row was changed",
            ),
            ("UPDATE audit_events SET at = at + 1", "UPDATE audit_events SET at = at - 1", "the row was changed"),
        ] {
            sql(app, &format!("{change} {row}")).await;
            assert_eq!(must_be_broken(app).await, (seq, why), "{change}");
            sql(app, &format!("{back} {row}")).await;
            must_be_whole(app).await;
        }
        for (change, back, broken) in [
            ("at = at + 1", "at = at - 1", "the hash does not follow from the one before"),
            ("keyed = FALSE", "keyed = TRUE", "the hash does not follow from the one before"),
            ("removed_by = 1", "removed_by = NULL", "a row that was removed is there"),
        ] {
            sql(app, &format!("UPDATE audit_links SET {change} WHERE seq = {seq}")).await;
            assert_eq!(must_be_broken(app).await, (seq, broken), "{change}");
            sql(app, &format!("UPDATE audit_links SET {back} WHERE seq = {seq}")).await;
            must_be_whole(app).await;
        }
        // Before it is linked.
        write(app, vec![read(account, "phone_number")]).await;
        let newest = format!("WHERE id = '{}'", newest(app).await);
        sql(app, &format!("UPDATE audit_events SET released = '[\"email\"]' {newest}")).await;
        assert_eq!(must_be_broken(app).await, (last + 1, "the row was changed"));
        sql(app, &format!("UPDATE audit_events SET mac = NULL {newest}")).await;
        assert_eq!(must_be_broken(app).await, (last + 1, "the row has lost its MAC"));
        sql(app, &format!("DELETE FROM audit_events {row}")).await;
        assert_eq!(must_be_broken(app).await, (seq, "the row is missing"));
        sql(app, &format!("UPDATE audit_links SET removed_by = {last} WHERE seq = {seq}")).await;
        assert_eq!(must_be_broken(app).await, (seq, "no link tells of the removal of the row"));
        sql(app, &format!("DELETE FROM audit_links WHERE seq = {seq}")).await;
        assert_eq!(must_be_broken(app).await, (seq, "the link is missing"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r7_the_chain_outlives_retention_and_the_deletion_of_an_account() {
    on_both(async |house| {
        let [app, other] = &house.nodes;
        let (leaves, stays) = (somebody(app).await, somebody(app).await);
        write(app, vec![read(leaves, "email"), read(stays, "email"), read(leaves, "name")]).await;
        let before = must_be_whole(app).await;
        assert_eq!((before.removed, before.keyless), (0, 0));

        people::delete(app, leaves, &Origin::house()).await.expect("deleted");
        let shredded = must_be_whole(app).await;
        assert!(shredded.keyless + shredded.removed >= 2, "{shredded:?}");
        // What is left of a row whose key is gone is still nobody's to change.
        if shredded.keyless > 0 {
            let row = format!("WHERE account_id = '{leaves}' AND event = 'data.read'");
            sql(app, &format!("UPDATE audit_events SET channel = 'id_token' {row}")).await;
            assert_eq!(must_be_broken(app).await.1, "the row was changed");
            sql(app, &format!("UPDATE audit_events SET channel = 'userinfo' {row}")).await;
        }
        let unit = app.clone();
        let gone =
            app.db.write::<_, Fault, _>(move |tx| Box::pin(async move { chain::forget(tx, &unit, leaves).await }));
        assert!(gone.await.expect("forgotten") >= 2);
        let forgotten = must_be_whole(other).await;
        assert!(forgotten.removed >= 2, "{forgotten:?}");
        assert_eq!((forgotten.keyless, forgotten.links), (0, shredded.links + 1));

        for node in &house.nodes {
            node.clock.advance(Seconds::days(900));
            if app.config.database.url.is_none() {
                break;
            }
        }
        let (one, two) = tokio::join!(upkeep::sweep(app), upkeep::sweep(other));
        assert!(one.expect("swept") + two.expect("swept") > 0);
        let left = app.db.read::<_, Fault, _>(move |conn| {
            Box::pin(async move { rows::list(conn, stays, rows::Between::default(), 100).await })
        });
        assert!(left.await.expect("rows").iter().all(|row| row.event != "data.read"));
        let swept = must_be_whole(app).await;
        assert!(swept.removed > forgotten.removed, "{swept:?}");
        sql(app, "UPDATE audit_links SET removed_by = NULL WHERE seq = 2").await;
        assert!(check(app).await.broken.is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s16_5_checkpoints_tell_of_a_chain_that_was_made_anew() {
    on_both(async |house| {
        let [app, other] = &house.nodes;
        let account = somebody(app).await;
        for _ in 0..3 {
            write(app, (0..7).map(|_| read(account, "email")).collect()).await;
            let (one, two) = tokio::join!(checkpoints::make(app), checkpoints::make(other));
            let made = [one.expect("made"), two.expect("made")];
            assert!(made.iter().any(Option::is_some), "{}", app.db.name());
        }
        assert!(checkpoints::make(app).await.expect("nothing new").is_none());
        let report = must_be_whole(app).await;
        // What the house itself did meanwhile may be in one more.
        assert!(report.checkpoints >= 3, "{report:?}");
        checkpoints::make_due(app).await.expect("not due");
        assert_eq!(check(other).await.checkpoints, report.checkpoints, "once a day");

        let from = app.now() - Seconds::days(1);
        let part = checkpoints::check(app, Some(from), Some(app.now() + Seconds::days(1)), |_, _| {}).await;
        assert_eq!(part.expect("a check").broken, None);

        sql(app, "UPDATE audit_checkpoints SET token = replace(token, '.', '.e') WHERE first_seq = 1").await;
        assert!(must_be_broken(app).await.1.starts_with("the"));
        sql(app, "UPDATE audit_checkpoints SET token = replace(token, '.e', '.') WHERE first_seq = 1").await;
        must_be_whole(app).await;

        // Whoever may write to the database leaves a row out and chains the others anew.
        sql(app, "DELETE FROM audit_events WHERE id = (SELECT event_id FROM audit_links WHERE seq = 3)").await;
        sql(app, "DELETE FROM audit_links").await;
        sql(app, "DELETE FROM audit_head").await;
        assert_eq!(must_be_broken(app).await.1, "the checkpoint says otherwise");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_rows_are_checked_in_seconds() {
    on_both(async |house| {
        let [app, _] = &house.nodes;
        let account = somebody(app).await;
        for _ in 0..20 {
            write(app, (0..500).map(|_| read(account, "email")).collect()).await;
        }
        let begun = Instant::now();
        let appended = chain::seal(app, Reach::All).await.expect("appended");
        assert!(appended >= 10_000);
        let sealed = begun.elapsed();
        let report = must_be_whole(app).await;
        let checked = begun.elapsed() - sealed;
        println!("{}: {appended} rows appended in {sealed:?}, checked in {checked:?}", app.db.name());
        assert!(report.links >= 10_000 && checked < Duration::from_secs(20), "{checked:?}");
    })
    .await;
}

/// R7 through the doors: the server appends by itself, and the command line names the row.
#[tokio::test(flavor = "multi_thread")]
async fn r7_the_command_names_what_was_changed() {
    let server = Server::start().await;
    let _person = seeded::signed_in(&server).await;
    let whole = server.cli(&["audit", "verify", "--json"]);
    assert!(whole.contains("\"broken\": null"), "{whole}");
    let made = server.cli(&["audit", "checkpoint"]);
    assert_eq!(made.trim().split('.').count(), 3, "{made}");
    assert!(server.cli(&["audit", "status"]).contains("1 checkpoints"));
    database::execute(&server.stores, "UPDATE audit_events SET event = 'session.ended' WHERE event = 'session.opened'")
        .await;
    let (is_success, _, why) = server.try_cli(&["audit", "verify"]);
    assert!(!is_success && why.contains("broken at link") && why.contains("evt_"), "{why}");
    assert!(!server.try_cli(&["audit", "verify", "--from", "yesterday"]).0);
    assert!(server.try_cli(&["audit", "verify", "--from", "2090-01-01"]).0, "nothing happened then");
}
