//! Who polls the token endpoint for what a person decides elsewhere: how often, and what they are told (RFC 8628 §3.5).

use serde::{Deserialize, Serialize};

use crate::base::{Seconds, Time};
use crate::oauth::error::{Code, Error};

/// How long to wait between two questions.
pub const INTERVAL: Seconds = Seconds(5);
/// By how much that grows for who does not wait (RFC 8628 §3.5).
pub const SLOWER: Seconds = Seconds(5);
/// How much sooner than agreed a question may come: networks hurry some and hold up others.
const LEEWAY_MICROS: i64 = 500_000;

/// How fast one poller asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    interval: Seconds,
    asked_at: Option<Time>,
}

impl Default for Pace {
    fn default() -> Self {
        Self { interval: INTERVAL, asked_at: None }
    }
}

impl Pace {
    /// Takes a question at `now`; the answer is that nothing was decided yet, or that they ask too often.
    pub fn ask(&mut self, now: Time) -> Error {
        let next = self.asked_at.map(|at| (at + self.interval).as_micros() - LEEWAY_MICROS);
        self.asked_at = Some(now);
        if next.is_some_and(|next| now.as_micros() < next) {
            self.interval = Seconds(self.interval.0 + SLOWER.0);
            return Error::new(Code::SlowDown, "the client asks too often; it must wait 5 seconds longer each time");
        }
        Error::new(Code::AuthorizationPending, "the person has not decided yet")
    }
}

/// The person said no. RFC 6749 §5.2 makes it a 400 at the token endpoint.
pub fn denied() -> Error {
    Error::new(Code::AccessDenied, "the person chose not to share").with_status(400)
}

pub fn expired() -> Error {
    Error::new(Code::ExpiredToken, "the person did not decide in time; start again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc8628_s3_5_who_hurries_waits_longer() {
        let (mut pace, now) = (Pace::default(), Time::from_unix(1_795_000_000));
        let mut at = |seconds: i64| pace.ask(now + Seconds(seconds)).code();
        assert_eq!(at(0), Code::AuthorizationPending);
        assert_eq!(at(5), Code::AuthorizationPending);
        assert_eq!(at(9), Code::SlowDown, "four seconds");
        assert_eq!(at(18), Code::SlowDown, "nine, and ten were asked for");
        assert_eq!(at(33), Code::AuthorizationPending, "fifteen");
        assert_eq!(at(48), Code::AuthorizationPending);
        assert_eq!(at(48), Code::SlowDown, "two at once");
    }

    #[test]
    fn rfc8628_s3_5_and_rfc6749_s5_2_statuses() {
        assert_eq!((denied().status(), expired().status()), (400, 400));
    }
}
