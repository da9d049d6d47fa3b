//! Units of work on the embedded database: atomic, durable before the answer, panics contained.

use super::{Db, settings};
use crate::base::Fault;

async fn fresh(dir: &tempfile::TempDir) -> Db {
    let db = Db::sqlite(&dir.path().join("test.db")).await.unwrap();
    db.migrate().await.unwrap();
    db
}

async fn insert(db: Db, name: &'static str) -> Result<bool, Fault> {
    db.write(move |tx| Box::pin(settings::insert(tx, name, "x"))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_fails_leaves_nothing_and_its_neighbours_stand() {
    let dir = tempfile::tempdir().unwrap();
    let db = fresh(&dir).await;
    let bad = db.write::<(), Fault, _>(|tx| {
        Box::pin(async move {
            settings::insert(tx, "bad", "x").await?;
            Err(Fault::broken("a test"))
        })
    });
    let panics = db.write::<(), Fault, _>(|tx| {
        Box::pin(async move {
            settings::insert(tx, "panic", "x").await?;
            panic!("contained")
        })
    });
    let (good, bad, panics) = tokio::join!(insert(db.clone(), "good"), bad, panics);
    assert!(good.unwrap() && bad.is_err() && panics.is_err());
    for (name, kept) in [("good", true), ("bad", false), ("panic", false)] {
        let found = db.read(move |c| Box::pin(settings::find(c, name))).await.unwrap();
        assert_eq!(found.is_some(), kept, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_race_one_wins() {
    let dir = tempfile::tempdir().unwrap();
    let db = fresh(&dir).await;
    let racers: Vec<_> = (0..64).map(|_| tokio::spawn(insert(db.clone(), "one"))).collect();
    let mut winners = 0;
    for racer in racers {
        winners += usize::from(racer.await.unwrap().unwrap());
    }
    assert_eq!(winners, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn migrations_run_once() {
    let dir = tempfile::tempdir().unwrap();
    let db = fresh(&dir).await;
    assert!(db.migrate().await.unwrap().is_empty());
    let state = db.migrations().await.unwrap();
    assert!(state.pending.is_empty() && !state.applied.is_empty());
}
