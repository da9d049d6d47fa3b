//! `RESPONSE_TYPES`: what an authorization response carries (OAuth 2.0 Multiple Response Type Encoding Practices).

use serde::{Deserialize, Serialize};

/// One response type. The order of its words does not matter (RFC 6749 §3.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResponseType {
    pub name: &'static str,
    pub section: &'static str,
    pub code: bool,
    pub id_token: bool,
    pub token: bool,
}

const fn row(name: &'static str, section: &'static str, [code, id_token, token]: [bool; 3]) -> ResponseType {
    ResponseType { name, section, code, id_token, token }
}

/// Every response type, the recommended first. Which of them a client may use stands in its profile and registration.
pub const RESPONSE_TYPES: &[ResponseType] = &[
    row("code", "RFC 6749 §4.1.1", [true, false, false]),
    row("code id_token", "OIDC Core §3.3", [true, true, false]),
    row("code token", "OIDC Core §3.3", [true, false, true]),
    row("code id_token token", "OIDC Core §3.3", [true, true, true]),
    row("id_token", "OIDC Core §3.2", [false, true, false]),
    row("id_token token", "OIDC Core §3.2", [false, true, true]),
];

/// The response type of these words, in whatever order.
pub fn find(text: &str) -> Option<&'static ResponseType> {
    let sorted = |text: &str| {
        let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        words.sort_unstable();
        words
    };
    let wanted = sorted(text);
    RESPONSE_TYPES.iter().find(|row| sorted(row.name) == wanted)
}

impl ResponseType {
    /// Whether tokens travel through the browser, which then must not put them in a query (§3.0 of the practices).
    pub fn is_front(&self) -> bool {
        self.id_token || self.token
    }

    /// The grant types that a client needs for it (RFC 7591 §2.1, OIDC Registration §2).
    pub fn grant_types(&self) -> &'static [&'static str] {
        match (self.code, self.is_front()) {
            (true, false) => &["authorization_code"],
            (true, true) => &["authorization_code", "implicit"],
            (false, _) => &["implicit"],
        }
    }
}

impl Serialize for ResponseType {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

impl<'de> Deserialize<'de> for ResponseType {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        find(&name).copied().ok_or_else(|| serde::de::Error::custom("unknown response type"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6749_s3_1_1_the_order_of_words_does_not_matter() {
        assert_eq!(find("token id_token code").map(|row| row.name), Some("code id_token token"));
        assert_eq!(find("id_token code").map(|row| row.name), Some("code id_token"));
        for unknown in ["", "token", "none", "code code", "code  id_token", "code\tid_token", "CODE"] {
            assert!(find(unknown).is_none(), "{unknown}");
        }
    }

    #[test]
    fn the_table_is_complete() {
        for (at, row) in RESPONSE_TYPES.iter().enumerate() {
            assert!(RESPONSE_TYPES[..at].iter().all(|other| other.name != row.name) && row.section.contains('§'));
            for (word, is_there) in [("code", row.code), ("id_token", row.id_token), ("token", row.token)] {
                assert_eq!(row.name.split(' ').any(|w| w == word), is_there, "{}", row.name);
            }
            let text = serde_json::to_string(row).unwrap();
            assert_eq!(serde_json::from_str::<ResponseType>(&text).unwrap(), *row);
            assert_eq!(row.grant_types().contains(&"authorization_code"), row.code);
            assert_eq!(row.grant_types().contains(&"implicit"), row.is_front());
        }
    }
}
