//! Device authorization (RFC 8628): the codes that people type, and how they are read.

/// What user codes are made of (RFC 8628 §6.1): no vowels, so that no word comes of it, and nothing that looks alike.
pub const ALPHABET: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";
/// How many letters one has: 34 bits, guessed at a few times a minute for a few minutes.
pub const LENGTH: usize = 8;

/// The name of the grant type (RFC 8628 §3.4).
pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A code as devices and pages show it: `WDJB-MJHT`.
pub fn shown(code: &str) -> String {
    let (front, back) = code.split_at_checked(LENGTH / 2).unwrap_or((code, ""));
    format!("{front}-{back}")
}

/// The letters of a typed code: case does not matter, nor what is between them (RFC 8628 §6.1).
pub fn read(typed: &str) -> Option<String> {
    if typed.len() > 64 {
        return None;
    }
    let letters = typed.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_uppercase());
    let code: String = letters.collect();
    (code.len() == LENGTH && code.bytes().all(|b| ALPHABET.contains(&b))).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc8628_s6_1_codes_are_read_as_people_type_them() {
        for typed in ["WDJB-MJHT", "wdjbmjht", " wdjb mjht ", "W.D.J.B.M.J.H.T", "WDJB\u{2011}MJHT"] {
            assert_eq!(read(typed).as_deref(), Some("WDJBMJHT"), "{typed}");
        }
        for bad in ["", "WDJB-MJH", "WDJB-MJHTT", "WDJB-MJHA", "WDJB-MJH1", "ÄDJB-MJHT", &"W".repeat(65)] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!((shown("WDJBMJHT"), ALPHABET.len()), ("WDJB-MJHT".to_owned(), 20));
        assert_eq!(read(&shown("WDJBMJHT")).as_deref(), Some("WDJBMJHT"));
    }
}
