//! Tokens that are made with a shared secret (HS256), on a road of their own.
//!
//! HMAC is no row of [`crate::jose::ALGORITHMS`], so no function that takes keys can be talked into it; and here nothing
//! but secrets is ever a key (RFC 8725 §3.1).

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value};
use sha2::Sha256;

use crate::jose::header::Refused;
use crate::jose::jws::{self, Header, Verified};

/// The one algorithm (RFC 7518 §3.2).
pub const ALG: &str = "HS256";
/// The least bytes of a secret that may be a key (RFC 7518 §3.2).
pub const LEAST_SECRET_BYTES: usize = 32;

/// Whether a token says that it was made with a secret. It tells which road the token goes, and nothing else.
pub fn is_hmac(token: &str) -> bool {
    jws::take_apart(token).is_ok_and(|parts| parts.header.get("alg").is_some_and(|alg| alg == ALG))
}

/// A well-formed token whose MAC nobody has checked yet.
#[derive(Clone, Debug)]
pub struct UnverifiedHmac<'a> {
    signed: &'a str,
    mac: Vec<u8>,
    header: Header,
    claims: Map<String, Value>,
}

impl<'a> UnverifiedHmac<'a> {
    /// Takes a token apart: as [`crate::jose::Unverified::read`], but for HS256 and nothing else.
    pub fn read(token: &'a str) -> Result<Self, Refused> {
        let parts = jws::take_apart(token)?;
        if parts.header.get("alg").is_none_or(|alg| alg != ALG) {
            return Err(Refused::Alg);
        }
        let text = |name: &str| match parts.header.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(Refused::Header),
        };
        let header = Header { alg: None, kid: text("kid")?, typ: text("typ")? };
        Ok(Self { signed: parts.signed, mac: parts.signature, header, claims: parts.claims })
    }

    /// A text claim that nobody vouches for yet: good for finding whose secret to check with, and for nothing else.
    pub fn peek(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str()
    }

    /// Checks the MAC with each of the secrets, each in constant time. A secret that is too short counts for nothing.
    pub fn verify<'s>(self, secrets: impl IntoIterator<Item = &'s [u8]>) -> Result<Verified, Refused> {
        let fits = |secret: &[u8]| {
            let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret).ok();
            mac.is_some_and(|mut mac| {
                mac.update(self.signed.as_bytes());
                mac.verify_slice(&self.mac).is_ok()
            })
        };
        let long_enough = secrets.into_iter().filter(|secret| secret.len() >= LEAST_SECRET_BYTES);
        match long_enough.fold(false, |found, secret| found | fits(secret)) {
            true => Ok(Verified::new(self.header, self.claims)),
            false => Err(Refused::Signature),
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;
    use crate::jose::{Alg, JwkSet, SigningKey, Typ, Unverified};

    const SECRET: &[u8] = b"a secret of more than thirty-two bytes";

    fn made(header: &str, secret: &[u8]) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(r#"{"sub":"c"}"#));
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret).unwrap();
        mac.update(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    #[test]
    fn rfc7518_s3_2_any_of_the_secrets() {
        let token = made(r#"{"alg":"HS256","typ":"JWT"}"#, SECRET);
        let other: &[u8] = b"another secret of more than thirty-two bytes";
        let verify = |secrets: &[&[u8]]| UnverifiedHmac::read(&token).unwrap().verify(secrets.iter().copied());
        assert!(is_hmac(&token) && verify(&[SECRET]).is_ok() && verify(&[other, SECRET]).is_ok());
        assert_eq!(verify(&[other]).unwrap_err(), Refused::Signature);
        assert_eq!(verify(&[]).unwrap_err(), Refused::Signature);
        let short = made(r#"{"alg":"HS256"}"#, b"short");
        assert_eq!(
            UnverifiedHmac::read(&short).unwrap().verify([b"short".as_slice()]).unwrap_err(),
            Refused::Signature
        );
    }

    #[test]
    fn rfc8725_s3_1_the_two_roads_never_meet() {
        let key = SigningKey::generate(Alg::Es256).unwrap();
        let signed = key.sign(Typ::Absent, &serde_json::json!({"sub": "c"})).unwrap();
        assert!(!is_hmac(&signed));
        assert_eq!(UnverifiedHmac::read(&signed).unwrap_err(), Refused::Alg);
        // The classic confusion: a public key, which everybody knows, as the secret.
        let public = serde_json::to_vec(key.public()).unwrap();
        let forged = made(r#"{"alg":"HS256"}"#, &public);
        assert_eq!(Unverified::read(&forged).unwrap_err(), Refused::Alg);
        assert!(crate::jose::verify(&forged, &JwkSet::of(vec![key.public().clone()]), &Alg::ALL).is_err());
        for header in [r#"{"alg":"HS512"}"#, r#"{"alg":"none"}"#, r#"{"alg":"hs256"}"#, r#"{}"#, r#"{"alg":1}"#] {
            assert_eq!(UnverifiedHmac::read(&made(header, SECRET)).unwrap_err(), Refused::Alg, "{header}");
        }
        let critical = made(r#"{"alg":"HS256","crit":["b64"],"b64":false}"#, SECRET);
        assert_eq!(UnverifiedHmac::read(&critical).unwrap_err(), Refused::Critical);
    }
}
