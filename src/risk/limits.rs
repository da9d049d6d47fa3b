//! `LIMITS`: how often anyone may ask: by governor in this process, and shared through Redis where there is one.
//!
//! A node asks Redis for a few calls at a time ([`lease`]), so that most calls cost no round trip and rare ones are
//! counted exactly. While Redis is away each node goes by its own governor: stricter than nothing, never an error.
//!
//! Counts that decide about passwords and codes are kept in SQL instead (`store::database::counters`): these here may
//! be lost at any time.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::app::{App, Room};
use crate::base::{Clock, Seconds, Time};
use crate::config::{self, Rate};
use crate::error::Denied;
use crate::store::ephemeral::{Counted, Ephemeral};

/// A rate under a name, and by what it counts.
pub struct Limit {
    pub name: &'static str,
    pub per: Per,
    pub rate: fn(&config::Limits) -> Rate,
}

/// By what a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    Client,
    /// The host that we would call.
    Host,
    /// An account and a client: the authorization between them.
    AccountAndClient,
    Account,
    /// A network address; IPv6 by /64.
    Address,
}

/// Every limit of an endpoint (SECURITY.md §7).
pub const LIMITS: &[Limit] = &[
    Limit { name: "token", per: Per::Client, rate: |l| l.token },
    Limit { name: "par", per: Per::Client, rate: |l| l.par },
    Limit { name: "introspect", per: Per::Client, rate: |l| l.introspect },
    Limit { name: "revoke", per: Per::Client, rate: |l| l.revoke },
    Limit { name: "client_document", per: Per::Host, rate: |l| l.client_document },
    Limit { name: "userinfo", per: Per::AccountAndClient, rate: |l| l.userinfo },
    Limit { name: "data_api", per: Per::AccountAndClient, rate: |l| l.data_api },
    Limit { name: "client_api", per: Per::Client, rate: |l| l.client_api },
    Limit { name: "signals", per: Per::Client, rate: |l| l.signals },
    Limit { name: "media_read", per: Per::AccountAndClient, rate: |l| l.media_read },
    Limit { name: "media_link", per: Per::Client, rate: |l| l.media_link },
    Limit { name: "backchannel", per: Per::AccountAndClient, rate: |l| l.backchannel },
    Limit { name: "upload", per: Per::Account, rate: |l| l.upload },
    Limit { name: "link", per: Per::Account, rate: |l| l.link },
    Limit { name: "badge_issue", per: Per::Client, rate: |l| l.badge_issue },
    Limit { name: "address", per: Per::Address, rate: |l| l.address },
    Limit { name: "authorize", per: Per::Address, rate: |l| l.authorize },
    Limit { name: "sign_in", per: Per::Address, rate: |l| l.sign_in },
    Limit { name: "sign_up", per: Per::Address, rate: |l| l.sign_up },
    Limit { name: "sms", per: Per::Address, rate: |l| l.sms },
    Limit { name: "register", per: Per::Address, rate: |l| l.register },
    Limit { name: "code_check", per: Per::Address, rate: |l| l.code_check },
    Limit { name: "user_code", per: Per::Address, rate: |l| l.user_code },
];

/// The most keys that one limit remembers; above it strangers share a bucket instead of growing the map.
const MOST_KEYS: usize = 50_000;
/// How many buckets are shared then.
const SHARED: u64 = 1024;
/// How often a full map is searched for keys that can be forgotten.
const SEARCH_EVERY: Seconds = Seconds(5);

/// How long leased calls that nobody made are kept.
const LEASE: Seconds = Seconds(10);
/// How long Redis may take to count, and how long it is left alone when it did not.
const PATIENCE: Duration = Duration::from_millis(150);
const AWAY: Duration = Duration::from_secs(2);

/// The state of every limit in this process.
pub struct Limits {
    rules: HashMap<&'static str, Rule>,
    hasher: RandomState,
    /// Until when Redis is not asked.
    away: Mutex<Option<Instant>>,
}

type Limiter = RateLimiter<u64, DashMapStateStore<u64>, HouseClock, NoOpMiddleware<Nanos>>;

struct Rule {
    rate: Rate,
    limiter: Limiter,
    searched_at: AtomicI64,
    /// Calls that Redis has granted and nobody has made yet, and when they lapse.
    leased: Mutex<HashMap<u64, (u32, Time)>>,
}

impl Room for Limits {
    fn open(app: &App) -> Self {
        let rules = LIMITS.iter().filter_map(|limit| {
            let rule = Rule::new((limit.rate)(&app.config.limits), &app.clock)?;
            Some((limit.name, rule))
        });
        Self { rules: rules.collect(), hasher: RandomState::new(), away: Mutex::new(None) }
    }
}

/// Counts one call under a limit's name and a key.
///
/// # Errors
/// Too many, with the time after which the next call is let through.
pub async fn check(app: &App, name: &'static str, key: &str) -> Result<(), Denied> {
    if !app.config.limits.enabled {
        return Ok(());
    }
    let limits = app.room::<Limits>();
    let Some(rule) = limits.rules.get(name) else { return Ok(()) };
    let (hash, now) = (limits.hasher.hash_one(key), app.now());
    // What this node alone refuses, all nodes together would refuse, too.
    let mut answer = rule.check(hash, now);
    if answer.is_ok() && matches!(app.ephemeral, Ephemeral::Redis(_)) {
        answer = limits.share(app, name, rule, key, hash).await;
    }
    if answer.is_err() {
        app.metrics.count("sw_rate_limited_total", &[name]);
    }
    answer
}

impl Limits {
    /// Takes one of the calls that all nodes share.
    async fn share(&self, app: &App, name: &'static str, rule: &Rule, key: &str, hash: u64) -> Result<(), Denied> {
        if rule.take_leased(hash, app.now()) {
            return Ok(());
        }
        let counted = if self.may_ask() { self.ask(app, name, rule.rate, key).await } else { None };
        match counted {
            Some(Counted::Granted(calls)) => {
                rule.keep_leased(hash, calls.saturating_sub(1), app.now());
                Ok(())
            }
            // Calls that came at the same moment may have leased more than they made.
            Some(Counted::Wait(_)) if rule.take_leased(hash, app.now()) => Ok(()),
            Some(Counted::Wait(retry_after)) => Err(Denied::TooMany { retry_after }),
            None => {
                app.metrics.count("sw_rate_limit_local_total", &[name]);
                Ok(())
            }
        }
    }

    /// `None` where Redis did not answer in time; it is then left alone for a while.
    async fn ask(&self, app: &App, name: &'static str, rate: Rate, key: &str) -> Option<Counted> {
        let count = app.ephemeral.count(name, key, rate, lease(rate));
        let counted = tokio::time::timeout(PATIENCE, count).await.ok().and_then(Result::ok);
        *self.away() = if counted.is_some() { None } else { Some(Instant::now() + AWAY) };
        counted
    }

    /// Whether Redis is asked. The one that asks after a while takes it for away until it answers, so that no others
    /// wait with it.
    fn may_ask(&self) -> bool {
        let now = Instant::now();
        let mut away = self.away();
        match *away {
            Some(until) if now < until => false,
            Some(_) => {
                *away = Some(now + AWAY);
                true
            }
            None => true,
        }
    }

    fn away(&self) -> MutexGuard<'_, Option<Instant>> {
        self.away.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many calls a node asks for at once: a twentieth of what may come in one burst, so that limits of a few calls are
/// counted one by one.
fn lease(rate: Rate) -> u32 {
    (rate.burst / 20).max(1)
}

/// As [`check`], by network address; IPv6 by /64, since one subscriber has all of it.
///
/// # Errors
/// As [`check`].
pub async fn check_address(app: &App, name: &'static str, address: IpAddr) -> Result<(), Denied> {
    check(app, name, &network(address)).await
}

fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}

impl Rule {
    fn new(rate: Rate, clock: &Clock) -> Option<Self> {
        let limiter = Limiter::new(quota(rate)?, DashMapStateStore::default(), HouseClock(clock.clone()));
        Some(Self { rate, limiter, searched_at: AtomicI64::new(0), leased: Mutex::default() })
    }

    fn take_leased(&self, key: u64, now: Time) -> bool {
        let mut leased = self.leased();
        match leased.get_mut(&key) {
            Some((calls @ 1.., lapses)) if *lapses > now => {
                *calls -= 1;
                true
            }
            _ => false,
        }
    }

    fn keep_leased(&self, key: u64, calls: u32, now: Time) {
        if calls == 0 {
            return;
        }
        let mut leased = self.leased();
        if leased.len() >= MOST_KEYS {
            // Whoever had some left asks again.
            leased.clear();
        }
        let (left, lapses) = leased.entry(key).or_insert((0, now));
        *left = if *lapses > now { *left + calls } else { calls };
        *lapses = now + LEASE;
    }

    fn leased(&self) -> MutexGuard<'_, HashMap<u64, (u32, Time)>> {
        self.leased.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check(&self, key: u64, now: Time) -> Result<(), Denied> {
        let key = if self.is_full(now) { key % SHARED } else { key };
        match self.limiter.check_key(&key) {
            Ok(()) => Ok(()),
            Err(until) => {
                let wait = until.wait_time_from(self.limiter.clock().now());
                let whole = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                Err(Denied::TooMany { retry_after: Seconds(i64::try_from(whole).unwrap_or(i64::MAX).max(1)) })
            }
        }
    }

    fn is_full(&self, now: Time) -> bool {
        if self.limiter.len() < MOST_KEYS {
            return false;
        }
        let searched_at = self.searched_at.load(Ordering::Relaxed);
        let is_due = now.as_micros().saturating_sub(searched_at) >= SEARCH_EVERY.0 * 1_000_000;
        let swap = |to| self.searched_at.compare_exchange(searched_at, to, Ordering::Relaxed, Ordering::Relaxed);
        if is_due && swap(now.as_micros()).is_ok() {
            self.limiter.retain_recent();
        }
        self.limiter.len() >= MOST_KEYS
    }
}

fn quota(rate: Rate) -> Option<Quota> {
    let each = rate.per.duration().checked_div(rate.count)?;
    Some(Quota::with_period(each)?.allow_burst(NonZeroU32::new(rate.burst)?))
}

/// The house's clock as governor reads it, so that tests move it.
#[derive(Clone)]
struct HouseClock(Clock);

impl GovernorClock for HouseClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let micros = u64::try_from(self.0.now().as_micros()).unwrap_or(0);
        Nanos::from(Duration::from_micros(micros))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(rate: &str, clock: &Clock) -> Rule {
        Rule::new(rate.parse().unwrap(), clock).unwrap()
    }

    #[test]
    fn leased_calls_are_made_once_and_lapse() {
        let clock = Clock::fixed(Time::from_unix(1_795_000_000));
        let rule = rule("100/s burst 100", &clock);
        assert!(!rule.take_leased(1, clock.now()));
        rule.keep_leased(1, 1, clock.now());
        rule.keep_leased(1, 1, clock.now());
        assert!(!rule.take_leased(2, clock.now()) && rule.take_leased(1, clock.now()));
        clock.advance(LEASE);
        assert!(!rule.take_leased(1, clock.now()), "lapsed");
        rule.keep_leased(1, 1, clock.now());
        assert!(rule.take_leased(1, clock.now()) && !rule.take_leased(1, clock.now()));
        for (rate, calls) in [("6/min burst 5", 1), ("50/s burst 100", 5), ("100/s burst 300", 15)] {
            assert_eq!(lease(rate.parse().unwrap()), calls, "{rate}");
        }
    }

    #[test]
    fn an_absent_redis_is_asked_by_one_at_a_time() {
        let limits = Limits { rules: HashMap::new(), hasher: RandomState::new(), away: Mutex::new(None) };
        assert!(limits.may_ask() && limits.may_ask());
        *limits.away() = Some(Instant::now() + AWAY);
        assert!(!limits.may_ask());
        *limits.away() = Some(Instant::now());
        assert!(limits.may_ask() && !limits.may_ask());
    }

    #[test]
    fn a_burst_then_the_rate_and_an_honest_wait() {
        let clock = Clock::fixed(Time::from_unix(1_795_000_000));
        let rule = rule("6/min burst 5", &clock);
        for _ in 0..5 {
            assert_eq!(rule.check(1, clock.now()), Ok(()));
        }
        let Err(Denied::TooMany { retry_after }) = rule.check(1, clock.now()) else { panic!("a sixth call") };
        assert_eq!(retry_after, Seconds(10));
        assert_eq!(rule.check(2, clock.now()), Ok(()));
        clock.advance(retry_after);
        assert_eq!(rule.check(1, clock.now()), Ok(()));
        assert!(rule.check(1, clock.now()).is_err());
    }

    #[test]
    fn strangers_cannot_fill_the_memory() {
        let clock = Clock::fixed(Time::from_unix(1_795_000_000));
        let rule = rule("1/min burst 1", &clock);
        for key in 0..(MOST_KEYS as u64 + 5_000) {
            let _ = rule.check(key.wrapping_mul(0x9e37_79b9_7f4a_7c15), clock.now());
        }
        assert!(rule.limiter.len() <= MOST_KEYS + SHARED as usize);
        clock.advance(Seconds::hours(1));
        assert_eq!(rule.check(u64::MAX, clock.now()), Ok(()));
        assert!(rule.limiter.len() < 10);
    }

    #[test]
    fn addresses_count_by_subscriber() {
        for (address, key) in [
            ("203.0.113.9", "203.0.113.9"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("2001:db8:1:2:3::9", "2001:db8:1:2"),
        ] {
            assert_eq!(network(address.parse().unwrap()), key);
        }
    }

    #[test]
    fn every_limit_has_its_own_name_and_a_rate() {
        let config = crate::config::Config::default();
        for (at, limit) in LIMITS.iter().enumerate() {
            assert!(LIMITS[..at].iter().all(|other| other.name != limit.name));
            assert!(quota((limit.rate)(&config.limits)).is_some(), "{}", limit.name);
        }
    }
}
