//! `LIMITS`: how often anyone may ask, by governor in this process.
//!
//! Counts that decide about passwords and codes are kept in SQL instead (`store::database::counters`): these here may
//! be lost at any time.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::app::{App, Room};
use crate::base::{Clock, Seconds, Time};
use crate::config::{self, Rate};
use crate::error::Denied;

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
    /// An account and a client: the authorization between them.
    AccountAndClient,
    /// A network address; IPv6 by /64.
    Address,
}

/// Every limit of an endpoint (SECURITY.md §7).
pub const LIMITS: &[Limit] = &[
    Limit { name: "token", per: Per::Client, rate: |l| l.token },
    Limit { name: "pushed", per: Per::Client, rate: |l| l.pushed },
    Limit { name: "introspect", per: Per::Client, rate: |l| l.introspect },
    Limit { name: "revoke", per: Per::Client, rate: |l| l.revoke },
    Limit { name: "userinfo", per: Per::AccountAndClient, rate: |l| l.userinfo },
    Limit { name: "address", per: Per::Address, rate: |l| l.address },
    Limit { name: "authorize", per: Per::Address, rate: |l| l.authorize },
    Limit { name: "sign_in", per: Per::Address, rate: |l| l.sign_in },
    Limit { name: "sign_up", per: Per::Address, rate: |l| l.sign_up },
    Limit { name: "code_check", per: Per::Address, rate: |l| l.code_check },
    Limit { name: "registration", per: Per::Address, rate: |l| l.registration },
];

/// The most keys that one limit remembers; above it strangers share a bucket instead of growing the map.
const MOST_KEYS: usize = 50_000;
/// How many buckets are shared then.
const SHARED: u64 = 1024;
/// How often a full map is searched for keys that can be forgotten.
const SEARCH_EVERY: Seconds = Seconds(5);

/// The state of every limit in this process.
pub struct Limits {
    rules: HashMap<&'static str, Rule>,
    hasher: RandomState,
}

type Limiter = RateLimiter<u64, DashMapStateStore<u64>, HouseClock, NoOpMiddleware<Nanos>>;

struct Rule {
    limiter: Limiter,
    searched_at: AtomicI64,
}

impl Room for Limits {
    fn open(app: &App) -> Self {
        let rules = LIMITS.iter().filter_map(|limit| {
            let quota = quota((limit.rate)(&app.config.limits))?;
            let limiter = Limiter::new(quota, DashMapStateStore::default(), HouseClock(app.clock.clone()));
            Some((limit.name, Rule { limiter, searched_at: AtomicI64::new(0) }))
        });
        Self { rules: rules.collect(), hasher: RandomState::new() }
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
    match limits.rules.get(name) {
        Some(rule) => rule.check(limits.hasher.hash_one(key), app.now()),
        None => Ok(()),
    }
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
        let quota = quota(rate.parse().unwrap()).unwrap();
        let limiter = Limiter::new(quota, DashMapStateStore::default(), HouseClock(clock.clone()));
        Rule { limiter, searched_at: AtomicI64::new(0) }
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
