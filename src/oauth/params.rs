//! Request parameters: strictly decoded, bounded, none repeated (RFC 6749 §3.1, §3.2).

use std::collections::HashSet;

use crate::oauth::error::Error;

/// The most bytes of a query or form.
pub const MOST_BYTES: usize = 64 * 1024;
/// The most parameters of a request.
pub const MOST_PARAMS: usize = 100;
/// The most bytes of one decoded value.
pub const MOST_VALUE_BYTES: usize = 16 * 1024;

/// The parameters of one request: no name twice, no empty value, all of it UTF-8 without control characters.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Params {
    pairs: Vec<(String, String)>,
}

impl Params {
    /// Reads a URL's query, without its question mark.
    ///
    /// A parameter with an empty value counts as absent (RFC 6749 §3.1). Fails with `invalid_request` on a repeated
    /// parameter, bad percent-encoding, text that is not UTF-8, control characters, and anything over the limits.
    pub fn from_query(query: &str) -> Result<Self, Error> {
        Self::from_form(query.as_bytes())
    }

    /// Reads an `application/x-www-form-urlencoded` body; the rules are those of [`Params::from_query`].
    pub fn from_form(body: &[u8]) -> Result<Self, Error> {
        if body.len() > MOST_BYTES {
            return Err(Error::invalid_request("the request is larger than 64 KiB"));
        }
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut names = HashSet::new();
        for pair in body.split(|b| *b == b'&').filter(|pair| !pair.is_empty()) {
            if names.len() == MOST_PARAMS {
                return Err(Error::invalid_request("the request has more than 100 parameters"));
            }
            let (name, value) = match pair.iter().position(|b| *b == b'=') {
                Some(at) => (&pair[..at], &pair[at + 1..]),
                None => (pair, &pair[..0]),
            };
            let name = decode(name)?;
            let value = decode(value)?;
            if value.len() > MOST_VALUE_BYTES {
                return Err(Error::invalid_request("a parameter is larger than 16 KiB"));
            }
            if !names.insert(name.clone()) {
                return Err(Error::invalid_request("a parameter is repeated"));
            }
            if !value.is_empty() {
                pairs.push((name, value));
            }
        }
        Ok(Self { pairs })
    }

    /// Parameters that were read before, as names and values; empty values count as absent.
    pub fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let pairs = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        Self { pairs: pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect() }
    }

    /// Parameters of another form than a query's: the rules for names and values are the same.
    ///
    /// # Errors
    /// As [`Params::from_query`].
    pub fn read(pairs: Vec<(String, String)>) -> Result<Self, Error> {
        let mut names = HashSet::new();
        for (name, value) in &pairs {
            if names.len() == MOST_PARAMS {
                return Err(Error::invalid_request("the request has more than 100 parameters"));
            }
            if value.len() > MOST_VALUE_BYTES {
                return Err(Error::invalid_request("a parameter is larger than 16 KiB"));
            }
            if name.chars().chain(value.chars()).any(char::is_control) {
                return Err(Error::invalid_request("a parameter has a control character"));
            }
            if !names.insert(name.as_str()) {
                return Err(Error::invalid_request("a parameter is repeated"));
            }
        }
        let pairs = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        Ok(Self { pairs })
    }

    /// These, and those of `other` that are not among them.
    pub fn over(mut self, other: &Self) -> Self {
        let more: Vec<_> = other.pairs.iter().filter(|(name, _)| self.get(name).is_none()).cloned().collect();
        self.pairs.extend(more);
        self
    }

    /// These without some.
    pub fn without(mut self, names: &[&str]) -> Self {
        self.pairs.retain(|(name, _)| !names.contains(&name.as_str()));
        self
    }

    /// All of them, to be kept.
    pub fn into_pairs(self) -> Vec<(String, String)> {
        self.pairs
    }

    /// The value of a parameter; `None` when it is absent or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The value of a parameter that must be there; `invalid_request` names it when it is not.
    pub fn require(&self, name: &'static str) -> Result<&str, Error> {
        self.get(name).ok_or_else(|| Error::invalid_request(format!("the parameter {name} is missing")))
    }

    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }
}

impl std::fmt::Debug for Params {
    /// Names alone: values may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.pairs.iter().map(|(name, _)| name)).finish()
    }
}

/// Undoes `application/x-www-form-urlencoded` (RFC 6749 appendix B) and refuses control characters.
pub(crate) fn decode(encoded: &[u8]) -> Result<String, Error> {
    let text = decode_form(encoded)?;
    if text.chars().any(char::is_control) {
        return Err(Error::invalid_request("a parameter has a control character"));
    }
    Ok(text)
}

/// Undoes `application/x-www-form-urlencoded`: plus is a space, `%` wants two hex digits, all of it is UTF-8.
pub(crate) fn decode_form(encoded: &[u8]) -> Result<String, Error> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.iter().copied();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => match (rest.next().and_then(hex), rest.next().and_then(hex)) {
                (Some(high), Some(low)) => high << 4 | low,
                _ => return Err(Error::invalid_request("a parameter is not percent-encoded correctly")),
            },
            byte => byte,
        });
    }
    String::from_utf8(bytes).map_err(|_| Error::invalid_request("a parameter is not UTF-8"))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

/// Encodes a value for a query, a fragment or a form: everything but the unreserved characters (RFC 3986 §2.3).
///
/// A space becomes `%20`, which readers of forms and readers of plain percent-encoding both understand.
pub(crate) fn encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
            out.push('%');
            out.push(char::from(DIGITS[usize::from(byte >> 4)]));
            out.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::error::Code;
    use proptest::prelude::*;

    #[test]
    fn rfc6749_s3_1_reading() {
        let params = Params::from_query("a=1&b=x+y%20%C3%A9&empty=&bare&&c=a=b").unwrap();
        assert_eq!(params.get("a"), Some("1"));
        assert_eq!(params.get("b"), Some("x y é"));
        assert_eq!(params.get("c"), Some("a=b"));
        assert_eq!((params.get("empty"), params.get("bare"), params.get("none")), (None, None, None));
        assert_eq!(params.require("state").unwrap_err().description(), "the parameter state is missing");
        assert!(Params::from_query("").unwrap().is_empty());
    }

    #[test]
    fn rfc6749_s3_1_refusals() {
        let many = (0..=MOST_PARAMS).map(|i| format!("p{i}=1")).collect::<Vec<_>>().join("&");
        let cases: [(&str, Vec<u8>); 11] = [
            ("repeated", b"a=1&a=1".to_vec()),
            ("repeated in another writing", b"scope=1&%73cope=2".to_vec()),
            ("repeated, once empty", b"a=&a=1".to_vec()),
            ("not UTF-8", b"a=%ff".to_vec()),
            ("raw bytes that are not UTF-8", b"a=\xc3\x28".to_vec()),
            ("NUL", b"a=%00".to_vec()),
            ("line break", b"a=x%0d%0ay".to_vec()),
            ("half an escape", b"a=%4".to_vec()),
            ("no hex", b"a=%zz".to_vec()),
            ("too many", many.into_bytes()),
            ("too long a value", [b"a=".to_vec(), vec![b'x'; MOST_VALUE_BYTES + 1]].concat()),
        ];
        for (name, body) in cases {
            assert_eq!(Params::from_form(&body).unwrap_err().code(), Code::InvalidRequest, "{name}");
        }
        assert!(Params::from_form(&vec![b'&'; MOST_BYTES + 1]).is_err());
    }

    #[test]
    fn values_stay_out_of_debug() {
        let params = Params::from_query("client_secret=hunter2").unwrap();
        assert_eq!(format!("{params:?}"), r#"{"client_secret"}"#);
    }

    proptest! {
        #[test]
        fn reading_never_panics(body: Vec<u8>) {
            let _ = Params::from_form(&body);
        }

        #[test]
        fn encode_then_decode_is_identity(text in "\\PC*") {
            let mut encoded = String::new();
            encode(&text, &mut encoded);
            prop_assert!(encoded.is_ascii());
            prop_assert_eq!(decode(encoded.as_bytes()).unwrap(), text);
        }
    }
}
