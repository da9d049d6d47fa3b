//! What a public key is made of: the members that RFC 7518 §6 and RFC 8037 §2 define, read strictly.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::jose::Alg;

/// Bits of the RSA keys that the house makes: long enough for ASVS 11.2.3, and nearly seven times cheaper than 3072.
pub(super) const RSA_BITS: u32 = 2048;
/// Longest RSA modulus accepted, in bytes: the cost of a check grows with its square.
const MOST_RSA_BYTES: usize = 512;
/// Longest `kid` that is looked at.
pub(super) const MOST_KID: usize = 256;

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Material {
    P256 { x: String, y: String },
    Ed25519 { x: String },
    Rsa { n: String, e: String },
}

/// A key that is well-formed but not for us: another type, curve, size or use (RFC 7517 §5: to be ignored).
pub(super) struct Unusable;

impl Material {
    /// Takes the public members of a key, lengths checked and leading zeros of RSA numbers dropped.
    pub(super) fn read(map: &Map<String, Value>) -> Result<Self, Unusable> {
        let text = |name: &str| map.get(name).and_then(Value::as_str).ok_or(Unusable);
        let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).map_err(|_| Unusable);
        let coordinate = |name: &str| bytes(name).and_then(|b| (b.len() == 32).then(|| encode(&b)).ok_or(Unusable));
        let number = |name: &str| bytes(name).map(|b| b.into_iter().skip_while(|b| *b == 0).collect::<Vec<_>>());
        match (text("kty")?, map.get("crv").and_then(Value::as_str)) {
            ("EC", Some("P-256")) => Ok(Self::P256 { x: coordinate("x")?, y: coordinate("y")? }),
            ("OKP", Some("Ed25519")) => Ok(Self::Ed25519 { x: coordinate("x")? }),
            ("RSA", _) => {
                let (n, e) = (number("n")?, number("e")?);
                let is_long_enough = n.len() > 256 || (n.len() == 256 && n[0] & 0x80 != 0);
                let is_odd = |number: &[u8]| number.last().is_some_and(|b| b & 1 == 1);
                let e_is_sound = e.len() <= 4 && is_odd(&e) && e != [1];
                let is_sound = is_long_enough && n.len() <= MOST_RSA_BYTES && is_odd(&n) && e_is_sound;
                is_sound.then(|| Self::Rsa { n: encode(&n), e: encode(&e) }).ok_or(Unusable)
            }
            _ => Err(Unusable),
        }
    }

    pub(super) fn fits(&self, alg: Alg) -> bool {
        match self {
            Self::P256 { .. } => alg == Alg::Es256,
            Self::Ed25519 { .. } => alg == Alg::EdDsa,
            Self::Rsa { .. } => matches!(alg, Alg::Rs256 | Alg::Ps256),
        }
    }

    pub(super) fn members(&self) -> Map<String, Value> {
        let pairs: &[(&str, &str)] = match self {
            Self::P256 { x, y } => &[("kty", "EC"), ("crv", "P-256"), ("x", x), ("y", y)],
            Self::Ed25519 { x } => &[("kty", "OKP"), ("crv", "Ed25519"), ("x", x)],
            Self::Rsa { n, e } => &[("kty", "RSA"), ("n", n), ("e", e)],
        };
        pairs.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect()
    }

    /// The members that RFC 7638 §3.2 requires, in the order of their names; base64url needs no escaping.
    pub(super) fn thumbprint(&self) -> String {
        let text = match self {
            Self::P256 { x, y } => format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#),
            Self::Ed25519 { x } => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#),
            Self::Rsa { n, e } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
        };
        encode(&Sha256::digest(text))
    }
}

/// Whether a key has a private or symmetric member (RFC 7518 §6), or is of the symmetric type.
pub(super) fn holds_secret(map: &Map<String, Value>) -> bool {
    ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].iter().any(|name| map.contains_key(*name))
        || map.get("kty").is_some_and(|kty| kty == "oct")
}

pub(super) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
