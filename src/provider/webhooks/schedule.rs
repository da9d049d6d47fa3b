//! When what a client did not take is sent again (Standard Webhooks).

use crate::base::Seconds;

/// How long after each try that failed the next one comes: over three days in all.
pub const PAUSES: [Seconds; 9] = [
    Seconds(5),
    Seconds::minutes(5),
    Seconds::minutes(30),
    Seconds::hours(2),
    Seconds::hours(5),
    Seconds::hours(10),
    Seconds::hours(14),
    Seconds::hours(20),
    Seconds::hours(24),
];
/// The longest time for which a receiver may ask to be left alone.
const LONGEST: Seconds = Seconds::hours(24);

/// How long after so many failed tries the next one comes; `None` where the table ends.
pub fn pause(failures: i32, retry_after: Option<Seconds>) -> Option<Seconds> {
    let pause = usize::try_from(failures - 1).ok().and_then(|at| PAUSES.get(at)).copied()?;
    Some(pause.max(retry_after.unwrap_or(Seconds(0)).min(LONGEST)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_webhooks_when_it_is_tried_again() {
        let pauses: Vec<Option<i64>> = (1..=10).map(|failures| pause(failures, None).map(|s| s.0)).collect();
        let hours = |n: i64| Some(n * 3600);
        let expected =
            [Some(5), Some(300), Some(1800), hours(2), hours(5), hours(10), hours(14), hours(20), hours(24), None];
        assert_eq!(pauses, expected);
        assert_eq!(pause(1, Some(Seconds(120))), Some(Seconds(120)), "as the receiver asks");
        assert_eq!(pause(2, Some(Seconds(1))), Some(Seconds(300)), "and never sooner");
        assert_eq!(pause(1, Some(Seconds::days(40))), Some(LONGEST));
        assert_eq!(pause(0, None), None);
    }
}
