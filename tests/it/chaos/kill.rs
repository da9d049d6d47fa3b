//! the server is killed at a random moment under mixed load, again and again; a history checker decides.

use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use tokio::task::JoinSet;

use super::agreed;
use super::caller::Caller;
use super::caller::Coded;
use super::history::Act;
use super::history::Fate;
use super::history::History;
use super::platform;
use super::readback;
use crate::support::platform::Answer;
use crate::support::server::Backend;
use crate::support::server::Server;
use crate::support::server::Stores;

/// How often, unless `SW_TEST_ROUNDS` says otherwise.
const ROUNDS: usize = 100;

/// A refresh whose answer was lost is retried within the grace (10 s), with room for a slow machine.
const IN_GRACE: Duration = Duration::from_secs(8);

/// What kind of life each connection leads.
#[derive(Clone, Copy)]
enum Life {
    /// Exchange, read and refresh for a while; sometimes give the token back.
    Client,
    /// Two present the same code at once.
    Racer,
    /// The person stops sharing, while the client reads.
    Fickle,
}

const LIVES: &[Life] = &[Life::Client, Life::Client, Life::Client, Life::Racer, Life::Fickle];

#[tokio::test(flavor = "multi_thread")]
async fn security_r01_a_kill_loses_nothing_that_was_acknowledged() {
    let rounds = std::env::var("SW_TEST_ROUNDS").map_or(ROUNDS, |text| text.parse().expect("a number"));
    let settings = [("SW__LIMITS__ENABLED", "false"), ("SW__TOKENS__CODE", "10min"), ("SW__LOG__LEVEL", "warn")];
    let server = Server::on(Stores::new(Backend::chosen()).await, &settings).await;
    let platform = platform(&server).await;
    let mut callers = Vec::new();
    for _ in LIVES {
        callers.push(Caller::new(&server, &platform, &agreed(&server, &platform).await));
    }
    let history = Arc::new(History::default());
    let before = records(&server).await;
    let mut slowest = Duration::ZERO;

    for round in 0..rounds {
        let first = history.families();
        let mut load = JoinSet::new();
        for (life, caller) in LIVES.iter().zip(&callers) {
            load.spawn(live(*life, caller.clone(), Arc::clone(&history)));
        }
        tokio::time::sleep(Duration::from_millis(rand::random_range(50..800))).await;
        server.kill();
        let ended = tokio::time::timeout(Duration::from_secs(20), load.join_all()).await;
        assert!(ended.is_ok(), "round {round}: a request hangs though nobody is there");

        let begun = Instant::now();
        server.restart().await;
        slowest = slowest.max(begun.elapsed());
        look_again(&callers[0], &history, first).await;
        let found = history.violations(first);
        assert!(found.is_empty(), "round {round}:\n{}", found.join("\n"));
        must_be_recorded(&server, &history, before, round).await;
    }
    readback::must_be_clean(&server.stores).await;
    nothing_comes_back(&callers[0], &history).await;
    let done = |act| history.count(act, |fate| *fate == Fate::Done);
    println!(
        "{rounds} kills: {} codes, {} exchanges, {} refreshes, {} reads, {} revocations, {} withdrawals done, {} \
         outcomes unknown; ready again within {slowest:?}",
        done(Act::Authorize),
        done(Act::Exchange),
        done(Act::Refresh),
        done(Act::Read),
        done(Act::Revoke),
        done(Act::Withdraw),
        [Act::Authorize, Act::Exchange, Act::Refresh, Act::Read, Act::Revoke, Act::Withdraw]
            .map(|act| history.count(act, |fate| *fate == Fate::Unknown))
            .iter()
            .sum::<usize>(),
    );
    let busy = [Act::Exchange, Act::Refresh, Act::Read, Act::Revoke, Act::Withdraw];
    assert!(busy.iter().all(|act| done(*act) > 0), "every kind of load was there");
}

/// One life after the other until the server is gone.
async fn live(life: Life, mut caller: Caller, history: Arc<History>) {
    while one_life(life, &mut caller, &history).await.is_some() {}
}

/// Nothing once an outcome is unknown.
async fn one_life(life: Life, caller: &mut Caller, history: &History) -> Option<()> {
    let family = history.new_family();
    let begun = Instant::now();
    let coded = match caller.code().await {
        Err(_) => {
            history.record(family, Act::Authorize, begun, Fate::Unknown);
            return None;
        }
        Ok(Err(page)) => {
            let what = format!("{} {}: {}", page.url.path(), page.status, page.text());
            history.record(family, Act::Authorize, begun, Fate::Failed(what));
            return None;
        }
        Ok(Ok(coded)) => coded,
    };
    history.hold(family, |held| held.coded = Some(coded.clone()));
    history.record(family, Act::Authorize, begun, Fate::Done);
    if !matches!(life, Life::Fickle) && rand::random_ratio(1, 8) {
        // Left alone: an acknowledged code must still be there afterwards.
        return Some(());
    }
    if matches!(life, Life::Racer) {
        let (one, other) =
            tokio::join!(exchange(caller, history, family, &coded), exchange(caller, history, family, &coded));
        return one.and(other);
    }
    exchange(caller, history, family, &coded).await?;
    for _ in 0..rand::random_range(1..6) {
        read(caller, history, family).await?;
        refresh(caller, history, family).await?;
    }
    match life {
        Life::Client if rand::random_ratio(1, 2) => {
            let reads = async {
                read(caller, history, family).await?;
                read(caller, history, family).await
            };
            let (revoked, reads) = tokio::join!(revoke(caller, history, family), reads);
            revoked.and(reads)?;
            read(caller, history, family).await
        }
        Life::Fickle => {
            let reader = caller.clone();
            let reads = async {
                for _ in 0..4 {
                    read(&reader, history, family).await?;
                }
                Some(())
            };
            let (withdrawn, reads) = tokio::join!(withdraw(caller, history, family), reads);
            withdrawn.and(reads)?;
            read(caller, history, family).await?;
            refresh(caller, history, family).await
        }
        Life::Client | Life::Racer => Some(()),
    }
}

/// What an answer of the token endpoint or of UserInfo comes to.
fn fate(answer: &reqwest::Result<Answer>) -> Fate {
    match answer {
        Err(_) => Fate::Unknown,
        Ok(answer) => match (answer.status, answer.error().as_str()) {
            (200, _) => Fate::Done,
            (400, "invalid_grant") | (401, "invalid_token") => Fate::Refused,
            (status, _) => Fate::Failed(format!("{status} {}", answer.text())),
        },
    }
}

fn go_on(fate: &Fate) -> Option<()> {
    (*fate != Fate::Unknown).then_some(())
}

async fn exchange(caller: &Caller, history: &History, family: usize, coded: &Coded) -> Option<()> {
    let begun = Instant::now();
    let answer = caller.exchange(coded).await;
    let fate = fate(&answer);
    keep(history, family, &fate, answer);
    history.record(family, Act::Exchange, begun, fate.clone());
    go_on(&fate)
}

async fn refresh(caller: &Caller, history: &History, family: usize) -> Option<()> {
    let Some(token) = history.held(family).refresh else { return Some(()) };
    let begun = Instant::now();
    let answer = caller.refresh(&token).await;
    let fate = fate(&answer);
    keep(history, family, &fate, answer);
    history.record(family, Act::Refresh, begun, fate.clone());
    go_on(&fate)
}

/// Keeps the tokens of a success.
fn keep(history: &History, family: usize, fate: &Fate, answer: reqwest::Result<Answer>) {
    if let (Fate::Done, Ok(answer)) = (fate, answer) {
        let body = answer.json();
        history.hold(family, |held| {
            held.access = body["access_token"].as_str().map(str::to_owned);
            held.previous = std::mem::replace(&mut held.refresh, body["refresh_token"].as_str().map(str::to_owned));
        });
    }
}

async fn read(caller: &Caller, history: &History, family: usize) -> Option<()> {
    let Some(access) = history.held(family).access else { return Some(()) };
    let begun = Instant::now();
    let fate = fate(&caller.userinfo(&access).await);
    history.record(family, Act::Read, begun, fate.clone());
    go_on(&fate)
}

async fn revoke(caller: &Caller, history: &History, family: usize) -> Option<()> {
    let token = history.held(family).refresh.expect("a refresh token");
    let begun = Instant::now();
    let fate = fate(&caller.revoke(&token).await);
    history.record(family, Act::Revoke, begun, fate.clone());
    go_on(&fate)
}

async fn withdraw(caller: &mut Caller, history: &History, family: usize) -> Option<()> {
    let begun = Instant::now();
    let fate = match caller.stop_sharing().await {
        Err(_) => Fate::Unknown,
        Ok(true) => Fate::Done,
        Ok(false) => Fate::Failed("the pages did not offer to stop sharing".to_owned()),
    };
    history.record(family, Act::Withdraw, begun, fate.clone());
    go_on(&fate)
}

/// After the restart: every family of the round is tried once more, and what it answers is part of the history.
async fn look_again(caller: &Caller, history: &Arc<History>, first: usize) {
    let mut looks = JoinSet::new();
    for lane in 0..8 {
        let (caller, history) = (caller.clone(), Arc::clone(history));
        looks.spawn(async move {
            for family in (first + lane..history.families()).step_by(8) {
                look_at(&caller, &history, family).await.expect("the server is back");
            }
        });
    }
    looks.join_all().await;
}

async fn look_at(caller: &Caller, history: &History, family: usize) -> Option<()> {
    let Some(coded) = history.held(family).coded else { return Some(()) };
    let events = history.of(family);
    let exchanges = || events.iter().filter(|event| event.act == Act::Exchange);
    if exchanges().count() == 0 {
        // I4: the code that was given out is good.
        exchange(caller, history, family, &coded).await?;
        return read(caller, history, family).await;
    }
    if exchanges().all(|event| event.fate != Fate::Done) {
        // I1: taken or not, nobody knows; it is taken once at most.
        exchange(caller, history, family, &coded).await?;
        return read(caller, history, family).await;
    }
    let lost = events.iter().rev().find(|event| event.act == Act::Refresh && event.fate == Fate::Unknown);
    if lost.is_none_or(|event| event.begun.elapsed() < IN_GRACE) {
        // I4 and the grace: the newest token that the client knows works, also where its answer was lost.
        refresh(caller, history, family).await?;
        read(caller, history, family).await?;
    }
    let held = history.held(family);
    if let (Some(previous), Some(newest)) = (held.previous, held.refresh) {
        // I2: the one before gives the same successor or nothing.
        let begun = Instant::now();
        let again = caller.refresh(&previous).await.ok()?;
        history.record(family, Act::Replay, begun, Fate::Refused);
        if again.status == 200 {
            assert_eq!(
                again.json()["refresh_token"],
                newest.as_str(),
                "I2, a second branch: {:#?}",
                history.of(family)
            );
        } else {
            again.must_refuse(400, "invalid_grant");
        }
    }
    // I1: a spent code stays spent.
    exchange(caller, history, family, &coded).await
}

/// How many reads of UserInfo and how many sets of claims in ID Tokens are on record.
async fn records(server: &Server) -> [usize; 2] {
    let of = async |channel: &str| {
        let condition = format!("event = 'data.read' AND channel = '{channel}'");
        readback::count(&server.stores, "audit_events", &condition).await
    };
    [of("userinfo").await, of("id_token").await]
}

/// I5: every answer with data has its record, and what was answered at most once is recorded at most once.
async fn must_be_recorded(server: &Server, history: &History, before: [usize; 2], round: usize) {
    let after = records(server).await;
    let counts = |acts: &[Act]| {
        let sum = |is_counted: &dyn Fn(&Fate) -> bool| acts.iter().map(|act| history.count(*act, is_counted)).sum();
        let done: usize = sum(&|fate| *fate == Fate::Done);
        let unknown: usize = sum(&|fate| *fate == Fate::Unknown);
        (done, done + unknown)
    };
    let (least, most) = counts(&[Act::Read]);
    let reads = after[0] - before[0];
    assert!((least..=most).contains(&reads), "round {round}: {least} reads answered, {most} asked, {reads} recorded");
    let (least, _) = counts(&[Act::Exchange, Act::Refresh]);
    let tokens = after[1] - before[1];
    assert!(tokens >= least, "round {round}: claims in {least} ID Tokens, {tokens} recorded");
}

/// At the end of everything: what was ended stays ended, what was spent stays spent.
async fn nothing_comes_back(caller: &Caller, history: &History) {
    let mut ended = 0;
    for family in 0..history.families() {
        let is_ended = |act| history.of(family).iter().any(|event| event.act == act && event.fate == Fate::Done);
        if !(is_ended(Act::Revoke) || is_ended(Act::Withdraw)) || ended == 200 {
            continue;
        }
        let held = history.held(family);
        for token in [held.access, held.refresh].into_iter().flatten() {
            let answer = caller.introspect(&token).await.expect("an answer");
            assert_eq!((answer.status, &answer.json()["active"]), (200, &false.into()), "family {family}");
        }
        ended += 1;
    }
    assert!(ended > 0, "nothing was ended");
}
