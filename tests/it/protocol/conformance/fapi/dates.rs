//! Dates of answers.

/// An HTTP date (RFC 9110 §5.6.7) in seconds since 1970.
pub fn seconds_of(date: &str) -> u64 {
    let time = httpdate(date).unwrap_or_else(|| panic!("{date} is no HTTP date"));
    u64::try_from(time).expect("after 1970")
}

fn httpdate(date: &str) -> Option<i64> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let parts: Vec<&str> = date.split([' ', ':']).collect();
    let [_, day, month, year, hour, minute, second, "GMT"] = parts.as_slice() else { return None };
    let month = i64::try_from(MONTHS.find(month)? / 3).ok()? + 1;
    let number = |text: &str| text.parse::<i64>().ok();
    // Days from the civil calendar, years beginning in March.
    let year = number(year)? - i64::from(month <= 2);
    let days =
        year * 365 + year / 4 - year / 100 + year / 400 + (153 * ((month + 9) % 12) + 2) / 5 + number(day)? - 719_469;
    Some(((days * 24 + number(hour)?) * 60 + number(minute)?) * 60 + number(second)?)
}
