//! Text that people type: normalised once, at the door.

use unicode_normalization::UnicodeNormalization;

/// Characters that hide or reorder others, and control characters.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// One line of text: NFC, white space folded, hidden characters dropped; `None` when empty or over `most` characters.
pub fn line(text: &str, most: usize) -> Option<String> {
    let text: String = text.nfc().filter(|c| !is_hidden(*c) || c.is_whitespace()).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty() && text.chars().count() <= most).then_some(text)
}

/// Several lines of text: as [`line`] but with its line breaks kept.
pub fn lines(text: &str, most: usize) -> Option<String> {
    let text = text.replace("\r\n", "\n");
    let text = text.split('\n').map(|l| line(l, most).unwrap_or_default()).collect::<Vec<_>>().join("\n");
    let text = text.trim().to_owned();
    (!text.is_empty() && text.chars().count() <= most).then_some(text)
}

/// A language tag in the common form of BCP 47 (`en`, `ar`, `pt-BR`), or `None` when it is none.
pub fn language_tag(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split('-').collect();
    let primary = parts.first()?;
    let well_formed = (2..=8).contains(&primary.len())
        && primary.bytes().all(|b| b.is_ascii_alphabetic())
        && parts[1..].iter().all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()));
    if !well_formed || text.len() > 35 {
        return None;
    }
    let mut out = primary.to_ascii_lowercase();
    for part in &parts[1..] {
        out.push('-');
        match part.len() {
            2 => out.push_str(&part.to_ascii_uppercase()),
            4 if part.bytes().all(|b| b.is_ascii_alphabetic()) => {
                out.push_str(&part[..1].to_ascii_uppercase());
                out.push_str(&part[1..].to_ascii_lowercase());
            }
            _ => out.push_str(&part.to_ascii_lowercase()),
        }
    }
    Some(out)
}

/// An email address in its canonical form: trimmed, domain in lower case; `None` when it is none.
pub fn email(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > 254 || !email_address::EmailAddress::is_valid(text) || text.contains(['"', '<', '(', '\\']) {
        return None;
    }
    let (local, domain) = text.rsplit_once('@')?;
    (domain == "localhost" || domain.contains('.')).then(|| format!("{local}@{}", domain.to_ascii_lowercase()))
}

/// The form of an email address by which accounts are found: all lower case, NFKC.
pub fn email_key(address: &str) -> String {
    address.nfkc().collect::<String>().to_lowercase()
}

/// A phone number in E.164 form (`+4915112345678`); `None` when it is none.
pub fn phone(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.' | '/')).collect();
    let digits = text.strip_prefix('+').or_else(|| text.strip_prefix("00"))?;
    let well_formed =
        (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
    well_formed.then(|| format!("+{digits}"))
}

/// How many digits the country calling code at the start of an E.164 number has (ITU-T E.164 §6.2.1): one and two digits
/// are these, all others have three.
fn calling_code_digits(digits: &str) -> usize {
    const OF_TWO: &[&str] = &[
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49",
        "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84",
        "86", "90", "91", "92", "93", "94", "95", "98",
    ];
    match digits.get(..2) {
        _ if digits.starts_with(['1', '7']) => 1,
        Some(two) if OF_TWO.contains(&two) => 2,
        _ => 3,
    }
}

/// The start of an E.164 number that a network's range of numbers shares: its country calling code and three digits more.
pub fn phone_prefix(number: &str) -> &str {
    let digits = number.strip_prefix('+').unwrap_or(number);
    digits.get(..calling_code_digits(digits) + 3).unwrap_or(digits)
}

/// A password as it is hashed: NFKC, the same for ever (SECURITY: one choice of normalisation).
pub fn password(text: &str) -> String {
    text.nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_normalised() {
        assert_eq!(line("  Amina\u{202e}\t Yusuf ", 40).as_deref(), Some("Amina Yusuf"));
        assert_eq!(line("\u{200b}\0", 40), None);
        assert_eq!(line("abc", 2), None);
        assert_eq!(lines("a\r\n b ", 9).as_deref(), Some("a\nb"));
    }

    #[test]
    fn tags_addresses_and_numbers() {
        assert_eq!(language_tag("PT-br").as_deref(), Some("pt-BR"));
        assert_eq!(language_tag("en_US"), None);
        assert_eq!(email(" Amina@Mail.Example ").as_deref(), Some("Amina@mail.example"));
        for bad in ["", "amina@", "@x.y", "a b@x.y", "a@localdomain", "a@b\0.c"] {
            assert_eq!(email(bad), None, "{bad:?}");
        }
        assert_eq!(phone("+49 (151) 1234-5678").as_deref(), Some("+4915112345678"));
        assert_eq!(phone("12345"), None);
        for (number, prefix) in [
            ("+4915112345678", "49151"),
            ("+12025550123", "1202"),
            ("+77012345678", "7701"),
            ("+358401234567", "358401"),
            ("+21650123456", "216501"),
            ("+201012345678", "20101"),
            ("+1", "1"),
        ] {
            assert_eq!(phone_prefix(number), prefix, "{number}");
        }
    }
}
