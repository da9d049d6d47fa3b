//! Signatures and encryption: the allowed algorithms, keys, compact JWS and JWE, JWT rules. The only room that imports josekit.
//!
//! josekit does the cryptography alone. What a token or key may look like is decided here, before josekit sees it,
//! because its own readers are lenient: they accept duplicate members, an empty `crit`, tokens without `aud` or `exp`.

pub mod header;
pub mod json;
pub mod jwe;
pub mod jws;
pub mod jwt;
pub mod key_set;
pub mod keys;
mod material;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use header::{Refused, Typ};
pub use jwe::{DecryptionKey, EncryptionKey, Recipient};
pub use jws::{Unverified, Verified, verify};
pub use key_set::{Entry, KeySet, KeyState};
pub use keys::{Jwk, JwkSet, SigningKey};

/// One signature algorithm that the house makes and accepts.
pub struct Algorithm {
    pub alg: Alg,
    /// The `alg` value, as registered with IANA.
    pub name: &'static str,
    /// The JWK key type it needs (RFC 7517 §4.1).
    pub kty: &'static str,
    /// The curve it needs, where the key type has curves.
    pub crv: Option<&'static str>,
    /// Where it is defined.
    pub section: &'static str,
}

/// All of them, the preferred first. There is no `none` and no HMAC: what is not in here cannot be verified at all.
pub const ALGORITHMS: &[Algorithm] = &[
    Algorithm { alg: Alg::Es256, name: "ES256", kty: "EC", crv: Some("P-256"), section: "RFC 7518 §3.4" },
    Algorithm { alg: Alg::EdDsa, name: "EdDSA", kty: "OKP", crv: Some("Ed25519"), section: "RFC 8037 §3.1" },
    Algorithm { alg: Alg::Rs256, name: "RS256", kty: "RSA", crv: None, section: "RFC 7518 §3.3" },
    Algorithm { alg: Alg::Ps256, name: "PS256", kty: "RSA", crv: None, section: "RFC 7518 §3.5" },
];

/// A signature algorithm of [`ALGORITHMS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Alg {
    #[serde(rename = "ES256")]
    Es256,
    #[serde(rename = "EdDSA")]
    EdDsa,
    #[serde(rename = "RS256")]
    Rs256,
    #[serde(rename = "PS256")]
    Ps256,
}

impl Alg {
    /// Every algorithm, the preferred first.
    pub const ALL: [Alg; 4] = [Alg::Es256, Alg::EdDsa, Alg::Rs256, Alg::Ps256];

    /// Its row in [`ALGORITHMS`].
    pub fn row(self) -> &'static Algorithm {
        &ALGORITHMS[self as usize]
    }

    /// The `alg` value.
    pub fn as_str(self) -> &'static str {
        self.row().name
    }
}

impl fmt::Display for Alg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no algorithm of [`ALGORITHMS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an algorithm that is accepted here")]
pub struct UnknownAlg;

impl FromStr for Alg {
    type Err = UnknownAlg;

    /// Exactly, upper and lower case included (RFC 7515 §4.1.1).
    fn from_str(text: &str) -> Result<Self, UnknownAlg> {
        ALGORITHMS.iter().find(|row| row.name == text).map(|row| row.alg).ok_or(UnknownAlg)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (row, alg) in ALGORITHMS.iter().zip(Alg::ALL) {
            assert_eq!(row.alg, alg);
            assert_eq!(alg.as_str().parse(), Ok(alg));
            assert_eq!(serde_json::to_value(alg).unwrap(), alg.as_str());
            assert!(row.section.starts_with("RFC "));
        }
        assert_eq!(ALGORITHMS.len(), Alg::ALL.len());
    }

    #[test]
    fn nothing_else_is_an_algorithm() {
        for bad in ["none", "None", "", "HS256", "HS512", "es256", "ES384", "RS512", "RSA1_5", "Ed25519", "ES256 "] {
            assert_eq!(bad.parse::<Alg>(), Err(UnknownAlg), "{bad}");
        }
    }
}
