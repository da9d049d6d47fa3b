//! What may be lost, on both backends with the same cases, and Redis when it is away.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use social_wallet::base::fault::FaultKind;
use social_wallet::base::seal::{KeyRing, Sealer};
use social_wallet::base::{Clock, Fault, Random, Seconds, Time};
use social_wallet::config::Rate;
use social_wallet::store::ephemeral::{Counted, Entry, Ephemeral};

use crate::support::eventually;
use crate::support::parts::Redis;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Ticket {
    holder: String,
}

impl Entry for Ticket {
    const KIND: &'static str = "ticket";
    const LIFETIME: Seconds = Seconds(2);
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Coat {
    holder: String,
}

impl Entry for Coat {
    const KIND: &'static str = "coat";
    const LIFETIME: Seconds = Seconds(600);
}

fn ticket() -> Ticket {
    Ticket { holder: "amina@mail.example".to_owned() }
}

fn sealer() -> Sealer {
    KeyRing::new(vec![(1, [7; 32])]).expect("a ring").sealer("ephemeral")
}

fn on(url: &str) -> Ephemeral {
    Ephemeral::redis(url, sealer(), Random::Os).expect("a Redis URL")
}

async fn on_both(case: impl AsyncFn(Ephemeral, Clock)) {
    let clock = Clock::fixed(Time::from_unix(1_795_000_000));
    case(Ephemeral::memory(sealer(), Random::Os, clock.clone()), clock).await;
    case(on(&Redis::shared().await.database()), Clock::System).await;
}

/// Lets time pass, whichever clock the backend reads.
async fn pass(clock: &Clock, seconds: u64) {
    match clock {
        Clock::Fixed(_) => clock.advance(Seconds(seconds.cast_signed())),
        Clock::System => tokio::time::sleep(Duration::from_secs(seconds)).await,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn things_are_kept_by_kind_and_identifier() {
    on_both(async |store, _| {
        assert_eq!(store.find::<Ticket>("a").await.unwrap(), None);
        store.put("a", &ticket()).await.unwrap();
        assert_eq!(store.find::<Ticket>("a").await.unwrap(), Some(ticket()));
        assert_eq!(store.find::<Ticket>("b").await.unwrap(), None);
        assert_eq!(store.find::<Coat>("a").await.unwrap(), None);
        let other = Ticket { holder: "yusuf@mail.example".to_owned() };
        store.put("a", &other).await.unwrap();
        assert_eq!(store.find::<Ticket>("a").await.unwrap(), Some(other));
        store.remove::<Ticket>("a").await.unwrap();
        assert_eq!(store.find::<Ticket>("a").await.unwrap(), None);
        store.ping().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_take_one_gets_it() {
    on_both(async |store, _| {
        for round in 0..20 {
            let id = round.to_string();
            store.put(&id, &ticket()).await.unwrap();
            let racers: Vec<_> = (0..64)
                .map(|_| {
                    let (store, id) = (store.clone(), id.clone());
                    tokio::spawn(async move { store.take::<Ticket>(&id).await.unwrap() })
                })
                .collect();
            let mut winners = 0;
            for racer in racers {
                winners += usize::from(racer.await.unwrap().is_some());
            }
            assert_eq!(winners, 1, "{} round {round}", store.name());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn things_expire() {
    on_both(async |store, clock| {
        store.put("a", &ticket()).await.unwrap();
        store.put("b", &Coat { holder: String::new() }).await.unwrap();
        pass(&clock, 1).await;
        assert_eq!(store.find::<Ticket>("a").await.unwrap(), Some(ticket()), "{}", store.name());
        pass(&clock, 2).await;
        assert_eq!(store.find::<Ticket>("a").await.unwrap(), None, "{}", store.name());
        assert_eq!(store.take::<Ticket>("a").await.unwrap(), None, "{}", store.name());
        assert!(store.find::<Coat>("b").await.unwrap().is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_is_shared_by_all_that_count() {
    on_both(async |store, clock| {
        let rate: Rate = "1/s burst 5".parse().unwrap();
        let count = async |key: &str, most| store.count("trial", key, rate, most).await.unwrap();
        let callers: Vec<_> = (0..40)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move { store.count("trial", "race", rate, 1).await.unwrap() })
            })
            .collect();
        let mut granted = 0;
        for caller in callers {
            granted += usize::from(caller.await.unwrap() == Counted::Granted(1));
        }
        assert!((5..=6).contains(&granted), "{}: {granted}", store.name());

        assert_eq!(count("a", 3).await, Counted::Granted(3));
        assert_eq!(count("a", 3).await, Counted::Granted(2), "what is left of the burst");
        assert_eq!(count("a", 3).await, Counted::Wait(Seconds(1)));
        assert_eq!(count("b", 1).await, Counted::Granted(1), "another key");
        assert_eq!(store.count("other", "a", rate, 1).await.unwrap(), Counted::Granted(1), "another name");
        pass(&clock, 2).await;
        assert_eq!(count("a", 9).await, Counted::Granted(2), "{}", store.name());
        pass(&clock, 6).await;
        assert_eq!(count("a", 9).await, Counted::Granted(5), "never more than the burst");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_sees_neither_names_nor_values_and_cannot_move_them() {
    let url = Redis::shared().await.database();
    let store = on(&url);
    store.put("the-secret-id", &ticket()).await.unwrap();
    store.count("trial", "203.0.113.9", "1/s burst 5".parse().unwrap(), 1).await.unwrap();

    let mut past = Redis::connect(&url).await;
    let mut names: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut past).await.unwrap();
    names.sort();
    assert!(names.len() == 2 && names[0].starts_with("sw:count:") && names[1].starts_with("sw:ticket:"), "{names:?}");
    for name in &names {
        let value: Vec<u8> = redis::cmd("GET").arg(name).query_async(&mut past).await.unwrap();
        let seen = format!("{name} {}", String::from_utf8_lossy(&value));
        assert!(!["secret", "amina", "holder", "203.0"].iter().any(|word| seen.contains(word)), "{seen}");
        let left: i64 = redis::cmd("TTL").arg(name).query_async(&mut past).await.unwrap();
        assert!((0..=2).contains(&left), "{name} expires in {left}");
    }

    store.put("mine", &ticket()).await.unwrap();
    let all: Vec<String> = redis::cmd("KEYS").arg("sw:ticket:*").query_async(&mut past).await.unwrap();
    let mine = all.iter().find(|name| !names.contains(name)).expect("a new name");
    redis::cmd("RENAME").arg(&names[1]).arg(mine).query_async::<()>(&mut past).await.unwrap();
    assert_eq!(store.find::<Ticket>("mine").await.unwrap(), None, "another's value under my name");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flush_loses_things_and_nothing_else() {
    let url = Redis::shared().await.database();
    let store = on(&url);
    store.put("a", &ticket()).await.unwrap();
    Redis::flush(&url).await;
    assert_eq!(store.take::<Ticket>("a").await.unwrap(), None);
    store.put("a", &ticket()).await.unwrap();
    assert_eq!(store.take::<Ticket>("a").await.unwrap(), Some(ticket()));
}

/// Every operation, each of which must fail as unavailable within a second.
async fn must_fail(store: &Ephemeral) {
    let rate: Rate = "9/s burst 9".parse().unwrap();
    let timed = async |name: &str, outcome: Result<(), Fault>, start: Instant| {
        let fault = outcome.expect_err(name);
        assert_eq!(fault.kind(), FaultKind::Unavailable, "{name}: {fault}");
        assert!(start.elapsed() < Duration::from_secs(1), "{name} took {:?}", start.elapsed());
    };
    let start = Instant::now();
    timed("put", store.put("x", &ticket()).await, start).await;
    let start = Instant::now();
    timed("find", store.find::<Ticket>("x").await.map(drop), start).await;
    let start = Instant::now();
    timed("take", store.take::<Ticket>("x").await.map(drop), start).await;
    let start = Instant::now();
    timed("count", store.count("trial", "x", rate, 1).await.map(drop), start).await;
    let start = Instant::now();
    timed("ping", store.ping().await, start).await;
}

/// Each kind of command, on the shared connection and on pooled ones.
async fn must_work_again(store: &Ephemeral) {
    let start = Instant::now();
    eventually("Redis is used again", Duration::from_secs(10), async || store.ping().await.ok()).await;
    for _ in 0..10 {
        store.put("y", &ticket()).await.expect("put");
        assert_eq!(store.take::<Ticket>("y").await.expect("take"), Some(ticket()));
    }
    assert!(start.elapsed() < Duration::from_secs(5), "took {:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_or_dead_redis_is_told_at_once_and_used_again() {
    let redis = Redis::start().await;
    let store = on(&redis.database());
    must_work_again(&store).await;

    redis.freeze();
    must_fail(&store).await;
    redis.thaw();
    must_work_again(&store).await;

    redis.kill();
    must_fail(&store).await;
    redis.restart().await;
    must_work_again(&store).await;

    // Cut and back while nobody asked: every idle connection is dead, and nobody notices.
    redis.restart().await;
    assert_eq!(store.take::<Ticket>("y").await.expect("take on a connection that was cut"), None);
    store.put("y", &ticket()).await.expect("put on a connection that was cut");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_house_may_start_before_redis() {
    let redis = Redis::start().await;
    let url = redis.database();
    redis.kill();
    let store = on(&url);
    must_fail(&store).await;
    redis.restart().await;
    must_work_again(&store).await;
}
