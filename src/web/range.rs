//! Which part of something a request is for (RFC 9110 §14).

use std::ops::Range;

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    Whole,
    Part(Range<u64>),
    /// 416: nothing of what there is.
    Nothing,
}

/// Reads a `Range` header for something of `length` bytes. One that cannot be read, or names several ranges, counts as
/// absent (RFC 9110 §14.2 lets it).
pub fn read(header: Option<&str>, length: u64) -> Wanted {
    let one = header.and_then(|header| header.trim().strip_prefix("bytes=")).filter(|ranges| !ranges.contains(','));
    let Some((from, to)) = one.and_then(|range| range.trim().split_once('-')) else { return Wanted::Whole };
    let number = |text: &str| -> Option<u64> {
        let is_digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        is_digits.then(|| text.parse().unwrap_or(u64::MAX))
    };
    let range = match (number(from), number(to)) {
        (Some(from), Some(to)) if from <= to => from..to.saturating_add(1).min(length),
        (Some(from), None) if to.is_empty() => from..length,
        (None, Some(last)) if from.is_empty() => length.saturating_sub(last)..length,
        _ => return Wanted::Whole,
    };
    if range.start >= range.end { Wanted::Nothing } else { Wanted::Part(range) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc9110_s14_1_2_byte_ranges() {
        for (header, wanted) in [
            ("bytes=0-0", Wanted::Part(0..1)),
            ("bytes=0-499", Wanted::Part(0..500)),
            ("bytes=500-", Wanted::Part(500..1000)),
            ("bytes=-200", Wanted::Part(800..1000)),
            ("bytes=-2000", Wanted::Part(0..1000)),
            ("bytes=990-99999999999999999999999", Wanted::Part(990..1000)),
            ("bytes=1000-", Wanted::Nothing),
            ("bytes=1000-1001", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=5-4", Wanted::Whole),
            ("bytes=0-1,3-4", Wanted::Whole),
            ("bytes=a-b", Wanted::Whole),
            ("bytes=+1-2", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("items=0-1", Wanted::Whole),
        ] {
            assert_eq!(read(Some(header), 1000), wanted, "{header}");
        }
        assert_eq!(read(None, 1000), Wanted::Whole);
        assert_eq!(read(Some("bytes=0-"), 0), Wanted::Nothing);
    }
}
