//! and the table of SECURITY.md §5.4: each store frozen, killed, cut and flushed under load.
//!
//! On the scale set alone: the embedded one has no store that could be away without the server itself.

use std::time::Duration;
use std::time::Instant;

use futures_util::future::join_all;

use super::agreed;
use super::caller::Caller;
use super::caller::Coded;
use super::platform;
use crate::support::form::Page;
use crate::support::parts::Postgres;
use crate::support::parts::Redis;
use crate::support::parts::Wire;
use crate::support::parts::wire::Mode;
use crate::support::person::Person;
use crate::support::platform::Answer;
use crate::support::server::Server;
use crate::support::server::Stores;

/// No answer takes longer, whatever is away.
const LIMIT: Duration = Duration::from_secs(3);
/// How soon everything works again (I9).
const RECOVERY: Duration = Duration::from_secs(10);
/// How long a store is away: shorter than the grace in which a lost refresh may be retried.
const AWAY: Duration = Duration::from_millis(3500);

/// What is asked all the time, and what its answer is while the database is away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Asked {
    Discovery,
    Jwks,
    Authorize,
    Exchange,
    Refresh,
    UserInfo,
    Introspect,
    Revoke,
}

const ASKED: &[Asked] = &[
    Asked::Discovery,
    Asked::Jwks,
    Asked::Authorize,
    Asked::Exchange,
    Asked::Refresh,
    Asked::UserInfo,
    Asked::Introspect,
    Asked::Revoke,
];

impl Asked {
    /// Whether it is answered from memory (SECURITY.md §5.4, "open").
    fn is_open(self) -> bool {
        matches!(self, Self::Discovery | Self::Jwks)
    }
}

/// Parts of the test's own, each behind a wire, and a wallet on them.
struct House {
    server: Server,
    caller: Caller,
    person: Person,
    postgres: Postgres,
    redis: Redis,
    redis_url: String,
    to_postgres: Wire,
    to_redis: Wire,
}

/// What the platform holds when the fault begins: nothing of it is used yet.
struct Held {
    coded: Coded,
    access: String,
    refresh: String,
    given_back: String,
}

impl House {
    async fn open() -> Self {
        let (postgres, redis) = tokio::join!(Postgres::start(), Redis::start());
        let (to_postgres, to_redis) = (Wire::to(&postgres.address()).await, Wire::to(&redis.address()).await);
        let (database_url, redis_url) = (postgres.database().await, redis.database());
        let stores = Stores::on(to_postgres.through(&database_url), to_redis.through(&redis_url)).await;
        let server = Server::on(stores, &[("SW__TOKENS__CODE", "5min")]).await;
        let platform = platform(&server).await;
        let person = agreed(&server, &platform).await;
        let caller = Caller::new(&server, &platform, &person);
        Self { server, caller, person, postgres, redis, redis_url, to_postgres, to_redis }
    }

    async fn tokens(&mut self) -> (String, String) {
        let coded = self.caller.code().await.expect("an answer").expect("a code");
        let answer = self.caller.exchange(&coded).await.expect("an answer");
        assert_eq!(answer.status, 200, "{}", answer.text());
        let body = answer.json();
        let text = |name: &str| body[name].as_str().expect("a token").to_owned();
        (text("access_token"), text("refresh_token"))
    }

    async fn hold(&mut self) -> Held {
        let (access, refresh) = self.tokens().await;
        let (_, given_back) = self.tokens().await;
        let coded = self.caller.code().await.expect("an answer").expect("a code");
        Held { coded, access, refresh, given_back }
    }

    async fn ask(&self, asked: Asked, held: &Held) -> reqwest::Result<Answer> {
        let caller = &self.caller;
        match asked {
            Asked::Discovery => caller.discovery().await,
            Asked::Jwks => caller.jwks().await,
            Asked::Authorize => {
                let url = caller.attempt().url;
                let page = caller.clone().open(&url, None).await?;
                let Page { status, headers, body, .. } = page;
                Ok(Answer { status, headers, body: body.into_bytes() })
            }
            Asked::Exchange => caller.exchange(&held.coded).await,
            Asked::Refresh => caller.refresh(&held.refresh).await,
            Asked::UserInfo => caller.userinfo(&held.access).await,
            Asked::Introspect => caller.introspect(&held.access).await,
            Asked::Revoke => caller.revoke(&held.given_back).await,
        }
    }

    /// Asks everything again and again for a while; each answer is judged, none may take longer than the limit.
    async fn ask_on(&self, what: &str, time: Duration, held: &Held, judge: impl Fn(Asked, &Answer)) -> Duration {
        let begun = Instant::now();
        let lanes = ASKED.iter().map(|asked| {
            let judge = &judge;
            async move {
                let mut slowest = Duration::ZERO;
                while begun.elapsed() < time {
                    let start = Instant::now();
                    let answer = self.ask(*asked, held).await;
                    let answer = answer.unwrap_or_else(|error| panic!("{what}: {asked:?} has no answer: {error}"));
                    slowest = slowest.max(start.elapsed());
                    assert!(start.elapsed() <= LIMIT, "{what}: {asked:?} took {:?}", start.elapsed());
                    judge(*asked, &answer);
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                slowest
            }
        });
        join_all(lanes).await.into_iter().max().unwrap_or_default()
    }

    /// While the database is away: what lives in memory is open, the rest says 503 and when to come again.
    async fn closed(&self, what: &str, held: &Held) {
        let slowest = self.ask_on(what, AWAY, held, |asked, answer| must_be_closed(what, asked, answer)).await;
        println!("{what}: slowest answer {slowest:?}");
    }

    /// I9: everything works again soon, and the tokens that were refused with 503 are worth what they were.
    async fn recovers(&mut self, what: &str, held: &Held) {
        let healed = Instant::now();
        loop {
            let answers = join_all(ASKED.iter().map(|asked| self.ask(*asked, held))).await;
            let mut are_fine = true;
            for (asked, answer) in ASKED.iter().zip(answers) {
                let answer = answer.unwrap_or_else(|error| panic!("{what}: {asked:?} has no answer: {error}"));
                match asked {
                    // Taken while its answer was lost, or by an earlier turn of this loop.
                    Asked::Exchange if answer.status == 400 => assert_eq!(answer.error(), "invalid_grant"),
                    _ if is_fine(*asked, &answer) => {}
                    _ => {
                        must_be_closed(what, *asked, &answer);
                        are_fine = false;
                    }
                }
            }
            if are_fine {
                break;
            }
            assert!(healed.elapsed() < RECOVERY, "{what}: not healthy {RECOVERY:?} after the fault ended");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        println!("{what}: healthy again after {:?}", healed.elapsed());
        let refused = self.caller.refresh(&held.given_back).await.expect("an answer");
        refused.must_refuse(400, "invalid_grant");
    }
}

fn must_be_closed(what: &str, asked: Asked, answer: &Answer) {
    if asked.is_open() {
        assert_eq!(answer.status, 200, "{what}: {asked:?} is open: {}", answer.text());
        return;
    }
    assert_eq!(answer.status, 503, "{what}: {asked:?} said {} {}", answer.text(), answer.error());
    assert!(answer.header("retry-after").is_some(), "{what}: {asked:?} does not say when to come again");
}

fn is_fine(asked: Asked, answer: &Answer) -> bool {
    match asked {
        Asked::Authorize => answer.header("location").is_some_and(|target| target.contains("code=")),
        Asked::Introspect => answer.status == 200 && answer.json()["active"] == true,
        _ => answer.status == 200,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn security_r02_r24_without_its_database_the_house_is_closed_and_recovers() {
    let mut house = House::open().await;

    let held = house.hold().await;
    house.postgres.freeze();
    house.closed("PostgreSQL frozen", &held).await;
    house.postgres.thaw();
    house.recovers("PostgreSQL frozen", &held).await;

    let held = house.hold().await;
    house.postgres.kill();
    house.closed("PostgreSQL killed", &held).await;
    house.postgres.restart().await;
    house.recovers("PostgreSQL killed", &held).await;

    for mode in [Mode::Hold, Mode::Cut] {
        let (held, what) = (house.hold().await, format!("wire to PostgreSQL: {mode:?}"));
        house.to_postgres.set(mode);
        house.closed(&what, &held).await;
        house.to_postgres.set(Mode::Pass);
        house.recovers(&what, &held).await;
    }

    // A failover: every connection ends at once. Each request is answered or sent to come again, none is refused.
    let held = house.hold().await;
    let what = "connections dropped";
    let load = house.ask_on(what, Duration::from_secs(2), &held, |asked, answer| {
        let is_spent = asked == Asked::Exchange && answer.error() == "invalid_grant";
        if !is_fine(asked, answer) && !is_spent && asked != Asked::Introspect {
            must_be_closed(what, asked, answer);
        }
        assert!(asked != Asked::Introspect || answer.status == 503 || is_fine(asked, answer), "{}", answer.text());
    });
    let drops = async {
        for _ in 0..5 {
            tokio::time::sleep(Duration::from_millis(300)).await;
            house.postgres.drop_connections().await;
        }
    };
    tokio::join!(load, drops);
    house.recovers(what, &held).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn security_r05_r24_without_redis_or_s3_tokens_go_on() {
    let mut house = House::open().await;
    for fault in ["Redis frozen", "Redis killed", "wire to Redis cut", "wire to Redis held", "S3 cut"] {
        let held = house.hold().await;
        house.set(fault, true).await;
        let slowest = house
            .ask_on(fault, AWAY, &held, |asked, answer| match asked {
                // The code was taken by an earlier turn, the refresh token by one longer ago than the grace.
                Asked::Exchange if answer.status == 400 => assert_eq!(answer.error(), "invalid_grant"),
                // Sessions are read from the database when the cache is away; pages may be closed, never wrong.
                Asked::Authorize if answer.status == 503 => assert!(answer.header("retry-after").is_some()),
                _ => assert!(is_fine(asked, answer), "{fault}: {asked:?} said {} {}", answer.status, answer.text()),
            })
            .await;
        println!("{fault}: slowest answer {slowest:?}");
        house.set(fault, false).await;
        house.recovers(fault, &held).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn security_r05_a_flush_revives_nothing() {
    let mut house = House::open().await;
    let caller = house.caller.clone();
    let spent = house.caller.code().await.expect("an answer").expect("a code");
    assert_eq!(caller.exchange(&spent).await.expect("an answer").status, 200);
    let (revoked_access, revoked) = house.tokens().await;
    assert_eq!(caller.revoke(&revoked).await.expect("an answer").status, 200);
    let (_, rotated) = house.tokens().await;
    let second = caller.refresh(&rotated).await.expect("an answer").json()["refresh_token"].as_str().map(str::to_owned);
    let third = caller.refresh(&second.expect("a token")).await.expect("an answer");
    assert_eq!(third.status, 200);
    house.person.sign_out().await;

    Redis::flush(&house.redis_url).await;

    caller.exchange(&spent).await.expect("an answer").must_refuse(400, "invalid_grant");
    caller.refresh(&rotated).await.expect("an answer").must_refuse(400, "invalid_grant");
    caller.refresh(&revoked).await.expect("an answer").must_refuse(400, "invalid_grant");
    caller.userinfo(&revoked_access).await.expect("an answer").must_refuse(401, "invalid_token");
    let page = house.caller.code().await.expect("an answer").expect_err("the session ended, its cookie gives no code");
    assert!(page.has("form"), "somebody who is signed out is asked to sign in: {}", page.text());
}

impl House {
    async fn set(&self, fault: &str, is_on: bool) {
        let s3 = self.server.stores.s3.as_ref().expect("the scale set has it");
        match (fault, is_on) {
            ("Redis frozen", true) => self.redis.freeze(),
            ("Redis frozen", false) => self.redis.thaw(),
            ("Redis killed", true) => self.redis.kill(),
            ("Redis killed", false) => self.redis.restart().await,
            ("wire to Redis cut", true) => self.to_redis.set(Mode::Cut),
            ("wire to Redis held", true) => self.to_redis.set(Mode::Hold),
            ("wire to Redis cut" | "wire to Redis held", false) => self.to_redis.set(Mode::Pass),
            ("S3 cut", true) => s3.wire.set(Mode::Cut),
            ("S3 cut", false) => s3.wire.set(Mode::Pass),
            _ => panic!("no such fault: {fault}"),
        }
    }
}
