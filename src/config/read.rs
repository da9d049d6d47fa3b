//! How single settings are read: lifetimes, rates, empty texts.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::{S3, Tls};
use crate::base::{Seconds, Secret};

/// At most `count` in `per`, after a `burst` at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub count: u32,
    pub per: Seconds,
    pub burst: u32,
}

/// A text that is no lifetime or rate; says what one looks like and never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreadable(&'static str);

const UNITS: &[(&str, i64)] = &[("s", 1), ("min", 60), ("h", 3600), ("d", 86_400)];

fn unit(text: &str) -> Option<i64> {
    UNITS.iter().find(|(name, _)| *name == text).map(|(_, seconds)| *seconds)
}

/// A lifetime: `90s`, `10min`, `12h`, `30d`, or a bare number of seconds.
pub fn lifetime(text: &str) -> Result<Seconds, Unreadable> {
    const SHAPE: Unreadable = Unreadable("must be a whole number followed by s, min, h or d");
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, name) = text.split_at(end);
    let number: i64 = number.parse().map_err(|_| SHAPE)?;
    let factor = if name.is_empty() { 1 } else { unit(name.trim_start()).ok_or(SHAPE)? };
    // A century is past every use and keeps sums with times far from overflow.
    number.checked_mul(factor).filter(|s| *s <= 3_155_760_000).map(Seconds).ok_or(SHAPE)
}

impl FromStr for Rate {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        const SHAPE: Unreadable = Unreadable("must look like 6/min burst 5, with s, min, h or d");
        let (rate, burst) = text.split_once("burst").ok_or(SHAPE)?;
        let (count, per) = rate.trim().split_once('/').ok_or(SHAPE)?;
        let rate = Self {
            count: count.trim().parse().map_err(|_| SHAPE)?,
            per: read_per(per.trim()).ok_or(SHAPE)?,
            burst: burst.trim().parse().map_err(|_| SHAPE)?,
        };
        (rate.count > 0 && rate.burst > 0).then_some(rate).ok_or(SHAPE)
    }
}

/// `min`, or `10min`.
fn read_per(text: &str) -> Option<Seconds> {
    match text.starts_with(|c: char| c.is_ascii_digit()) {
        true => lifetime(text).ok().filter(|per| per.0 > 0),
        false => unit(text).map(Seconds),
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The longest unit that the time is a whole number of.
        let per = self.per.0;
        let (name, seconds) = UNITS.iter().rfind(|(_, s)| per % s == 0).copied().unwrap_or(("s", 1));
        match per / seconds {
            1 => write!(f, "{}/{name} burst {}", self.count, self.burst),
            n => write!(f, "{}/{n}{name} burst {}", self.count, self.burst),
        }
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(D::Error::custom)
    }
}

/// Somebody whose software statements are believed (RFC 7591 §2.3): the issuer, and where its keys are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publisher {
    pub issuer: String,
    pub jwks_uri: String,
}

impl FromStr for Publisher {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        const SHAPE: Unreadable =
            Unreadable("must be an issuer and the https URL of its keys, with a space between them");
        let (issuer, jwks_uri) = text.trim().split_once(' ').ok_or(SHAPE)?;
        let jwks_uri = jwks_uri.trim();
        crate::base::url::web(jwks_uri).ok_or(SHAPE)?;
        Ok(Self { issuer: issuer.to_owned(), jwks_uri: jwks_uri.to_owned() })
    }
}

impl<'de> Deserialize<'de> for Publisher {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(D::Error::custom)
    }
}

/// The key in a secret of a gateway: `whsec_` and base64, or the text itself; `None` where it is shorter than 32 bytes.
pub fn sms_key(secret: &str) -> Option<Vec<u8>> {
    let key = match secret.strip_prefix("whsec_") {
        Some(encoded) => STANDARD.decode(encoded).ok()?,
        None => secret.as_bytes().to_vec(),
    };
    (key.len() >= 32).then_some(key)
}

pub(super) fn seconds<'de, D: Deserializer<'de>>(d: D) -> Result<Seconds, D::Error> {
    lifetime(&String::deserialize(d)?).map_err(D::Error::custom)
}

pub(super) fn optional_seconds<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Seconds>, D::Error> {
    let text = String::deserialize(d)?;
    if text.is_empty() { Ok(None) } else { lifetime(&text).map(Some).map_err(D::Error::custom) }
}

pub(super) fn times<'de, D: Deserializer<'de>>(d: D) -> Result<BTreeMap<String, Seconds>, D::Error> {
    let texts = BTreeMap::<String, String>::deserialize(d)?;
    let read = |(key, text): (String, String)| {
        lifetime(&text).map(|time| (key.clone(), time)).map_err(|e| D::Error::custom(format!("{key}: {e}")))
    };
    texts.into_iter().map(read).collect()
}

/// An empty text is none.
pub(super) fn optional<'de, D, T>(d: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
    T::Err: fmt::Display,
{
    let text = String::deserialize(d)?;
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(D::Error::custom) }
}

pub(super) fn optional_secret<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Secret<String>>, D::Error> {
    let text = String::deserialize(d)?;
    Ok((!text.is_empty()).then(|| Secret::new(text)))
}

/// TLS is on when both of its files are named.
pub(super) fn tls<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Tls>, D::Error> {
    let tls = Tls::deserialize(d)?;
    let named = |path: &PathBuf| !path.as_os_str().is_empty();
    match (named(&tls.certificate), named(&tls.key)) {
        (true, true) => Ok(Some(tls)),
        (false, false) => Ok(None),
        _ => Err(D::Error::custom("needs both certificate and key")),
    }
}

/// S3 is on when a bucket is named.
pub(super) fn s3<'de, D: Deserializer<'de>>(d: D) -> Result<Option<S3>, D::Error> {
    let s3 = S3::deserialize(d)?;
    if s3.bucket.is_empty() {
        return Ok(None);
    }
    if s3.endpoint.is_empty() || s3.access_key.expose().is_empty() || s3.secret_key.expose().is_empty() {
        return Err(D::Error::custom("a bucket needs endpoint, access_key and secret_key"));
    }
    Ok(Some(s3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes() {
        for (text, seconds) in [("0s", 0), ("90s", 90), ("90", 90), ("5min", 300), ("12h", 43_200), ("30 d", 2_592_000)]
        {
            assert_eq!(lifetime(text), Ok(Seconds(seconds)), "{text}");
        }
        for bad in ["", "s", "-1s", "5m", "1.5h", "99999999999999999999s", "999999999999d", "1h30min", "٣s"] {
            assert!(lifetime(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn publishers() {
        let read: Publisher = "https://trust.example https://trust.example/jwks".parse().unwrap();
        assert_eq!((&*read.issuer, &*read.jwks_uri), ("https://trust.example", "https://trust.example/jwks"));
        for bad in ["", "https://trust.example", "a http://trust.example/jwks", "a b"] {
            assert!(bad.parse::<Publisher>().is_err(), "{bad}");
        }
    }

    #[test]
    fn rates() {
        let rate: Rate = "6/min burst 5".parse().unwrap();
        assert_eq!(rate, Rate { count: 6, per: Seconds(60), burst: 5 });
        assert_eq!(rate.to_string(), "6/min burst 5");
        let rate: Rate = "3/10min burst 3".parse().unwrap();
        assert_eq!((rate.per, rate.to_string().as_str()), (Seconds(600), "3/10min burst 3"));
        for bad in
            ["", "6/min", "6 burst 5", "0/s burst 1", "1/s burst 0", "1/week burst 1", "-1/s burst 1", "1/0s burst 1"]
        {
            assert!(bad.parse::<Rate>().is_err(), "{bad}");
        }
    }
}
