//! Waiting after wrong passwords: counted in SQL before the password is looked at, so that no guess is free.

use crate::app::App;
use crate::base::{Digest, Fault, Seconds, Time};
use crate::error::Denied;
use crate::store::database::{Conn, counters};

/// How long a count is kept after the last try; then it begins anew.
pub const KEPT: Seconds = Seconds::days(30);

/// The longest wait between two tries.
const LONGEST: i64 = 60;

/// The name of a count: tells nothing of whom it counts.
pub(super) fn name(app: &App, purpose: &str, key: &str) -> Digest {
    Digest::from_bytes(app.keys.pepper.mac("counter", format!("{purpose}\0{key}").as_bytes()))
}

/// How long one must wait after so many tries without success.
fn wait(tries: i64) -> Seconds {
    match tries {
        ..3 => Seconds(0),
        3..=8 => Seconds((1 << (tries - 3)).min(LONGEST)),
        _ => Seconds(LONGEST),
    }
}

/// Takes a try, or says when the next one may be taken. The inner result is the answer, the outer the store's trouble.
pub(super) async fn take(conn: &mut Conn<'_>, app: &App, name: Digest) -> Result<Result<(), Denied>, Fault> {
    let now = app.now();
    let most = i64::from(app.config.limits.password_failures);
    // Another node may count between our look and our write; then we look again.
    for _ in 0..4 {
        let seen = counters::find(conn, name).await?;
        if seen.as_ref().is_some_and(|seen| seen.latest + KEPT <= now) {
            counters::clear(conn, name).await?;
            continue;
        }
        if let Some(seen) = &seen {
            if seen.count >= most {
                return Ok(Err(Denied::Locked { until: seen.latest + KEPT }));
            }
            if let Some(retry_after) = left(seen.latest, wait(seen.count), now) {
                return Ok(Err(Denied::TooMany { retry_after }));
            }
        }
        if counters::count_after(conn, name, seen.as_ref(), now).await? {
            return Ok(Ok(()));
        }
    }
    Ok(Err(Denied::TooMany { retry_after: Seconds(1) }))
}

/// The tries so far are forgiven: one succeeded.
pub(super) async fn clear(conn: &mut Conn<'_>, name: Digest) -> Result<(), Fault> {
    counters::clear(conn, name).await
}

/// How much is left of `wait` since `latest`, in whole seconds; `None` when it is over.
pub(super) fn left(latest: Time, wait: Seconds, now: Time) -> Option<Seconds> {
    let micros = (latest + wait).as_micros() - now.as_micros();
    (micros > 0).then(|| Seconds((micros + 999_999) / 1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_minute() {
        let waits: Vec<i64> = (0..12).map(|n| wait(n).0).collect();
        assert_eq!(waits, [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        let t = Time::from_unix(100);
        assert_eq!(left(t, Seconds(4), t + Seconds(1)), Some(Seconds(3)));
        assert_eq!(left(t, Seconds(4), t + Seconds(4)), None);
        assert_eq!(left(t, Seconds(0), t), None);
    }
}
