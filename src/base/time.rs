//! `Time` and `Seconds`, and the clock that the house reads.

use std::fmt;
use std::ops::{Add, Sub};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// An instant: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(i64);

impl Time {
    pub const fn from_unix(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch (a NumericDate, RFC 7519 §2).
    pub const fn unix(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// How long after `earlier`; negative when before it.
    pub const fn since(self, earlier: Time) -> Seconds {
        Seconds((self.0 - earlier.0).div_euclid(1_000_000))
    }

    /// The civil date and time in UTC; the epoch for instants no calendar holds.
    pub fn utc(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// Reads a date and time as RFC 3339 writes it.
    pub fn read_rfc3339(text: &str) -> Option<Self> {
        let read = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        i64::try_from(read.unix_timestamp_nanos() / 1000).ok().map(Self)
    }

    /// When its day began, in UTC.
    pub fn start_of_day(self) -> Self {
        Self::from_unix(self.unix().div_euclid(86_400) * 86_400)
    }

    /// When a day began, in UTC: of `2026-11-25`.
    pub fn read_day(text: &str) -> Option<Self> {
        let is_day = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let read = OffsetDateTime::parse(&format!("{text}T00:00:00Z"), &Rfc3339).ok().filter(|_| is_day)?;
        Some(Self::from_unix(read.unix_timestamp()))
    }

    /// `2026-11-23T10:02:07Z`, whole seconds.
    pub fn rfc3339(self) -> String {
        let whole = self.utc().replace_nanosecond(0).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        whole.format(&Rfc3339).unwrap_or_default()
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

impl Add<Seconds> for Time {
    type Output = Time;
    fn add(self, s: Seconds) -> Time {
        Time(self.0.saturating_add(s.0.saturating_mul(1_000_000)))
    }
}

impl Sub<Seconds> for Time {
    type Output = Time;
    fn sub(self, s: Seconds) -> Time {
        Time(self.0.saturating_sub(s.0.saturating_mul(1_000_000)))
    }
}

/// A length of time in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub i64);

impl Seconds {
    pub const fn minutes(n: i64) -> Self {
        Self(n * 60)
    }
    pub const fn hours(n: i64) -> Self {
        Self(n * 3600)
    }
    pub const fn days(n: i64) -> Self {
        Self(n * 86_400)
    }
    /// As a standard duration; zero when negative.
    pub fn duration(self) -> std::time::Duration {
        std::time::Duration::from_secs(self.0.max(0) as u64)
    }
}

/// Where the house reads the time: the system, or a value that tests move.
#[derive(Clone, Debug)]
pub enum Clock {
    System,
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    pub fn fixed(at: Time) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(at.0)))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system clock")]
    pub fn now(&self) -> Time {
        match self {
            Self::System => {
                let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
                Time(since.map_or(0, |d| i64::try_from(d.as_micros()).unwrap_or(i64::MAX)))
            }
            Self::Fixed(at) => Time(at.load(Ordering::SeqCst)),
        }
    }

    /// Moves a fixed clock forward; does nothing to the system's.
    pub fn advance(&self, by: Seconds) {
        if let Self::Fixed(at) = self {
            at.fetch_add(by.0.saturating_mul(1_000_000), Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_and_text() {
        let t = Time::from_unix(1_795_000_000);
        assert_eq!((t + Seconds::hours(1)).since(t), Seconds(3600));
        assert_eq!(Time::from_unix(0).rfc3339(), "1970-01-01T00:00:00Z");
        assert_eq!(Time::from_micros(-1).unix(), -1);
        let clock = Clock::fixed(t);
        clock.advance(Seconds(5));
        assert_eq!(clock.now(), t + Seconds(5));
    }
}
