//! Signatures of Standard Webhooks: the identifier and the time are signed with the body, so that none of the three can
//! be exchanged.

use ::hmac::{Hmac, KeyInit, Mac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openssl::pkey::{Id, PKey};
use openssl::sign::Signer;
use reqwest::header::HeaderName;
use sha2::Sha256;

use crate::base::secret::same;
use crate::base::{Fault, Seconds, Time};

/// The headers of a message.
pub const ID: HeaderName = HeaderName::from_static("webhook-id");
pub const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
pub const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// How far the clock of a caller may be from ours.
pub const MOST_APART: Seconds = Seconds::minutes(5);

/// What the texts of keys begin with.
pub const SECRET: &str = "whsec_";
pub const PUBLIC: &str = "whpk_";

fn signed(id: &str, timestamp: &str, body: &str) -> Vec<u8> {
    format!("{id}.{timestamp}.{body}").into_bytes()
}

/// A signature with a shared secret (`v1`).
pub fn hmac(key: &[u8], id: &str, timestamp: &str, body: &str) -> String {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(&signed(id, timestamp, body));
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// When a call was made that is signed by our key, and of now; `None` for any other. `signatures` may be several, with
/// spaces between them.
pub fn read(key: &[u8], now: Time, id: &str, timestamp: &str, signatures: &str, body: &str) -> Option<Time> {
    let at = timestamp.parse::<i64>().ok().filter(|at| now.unix().abs_diff(*at) <= MOST_APART.0.unsigned_abs())?;
    let ours = hmac(key, id, timestamp, body);
    signatures.split(' ').any(|given| same(given.as_bytes(), ours.as_bytes())).then(|| Time::from_unix(at))
}

/// A signature with a private key of our own (`v1a`, Ed25519), from its seed.
///
/// # Errors
/// A fault where the seed is none.
pub fn ed25519(seed: &[u8], id: &str, timestamp: &str, body: &str) -> Result<String, Fault> {
    let broken = |e| Fault::internal("sign a webhook", e);
    let key = PKey::private_key_from_raw_bytes(seed, Id::ED25519).map_err(broken)?;
    let mut signer = Signer::new_without_digest(&key).map_err(broken)?;
    let signature = signer.sign_oneshot_to_vec(&signed(id, timestamp, body)).map_err(broken)?;
    Ok(format!("v1a,{}", STANDARD.encode(signature)))
}

/// The text of a secret, as its receiver configures it.
pub fn secret_text(key: &[u8]) -> String {
    format!("{SECRET}{}", STANDARD.encode(key))
}

/// The text of the public key that belongs to a seed.
///
/// # Errors
/// A fault where the seed is none.
pub fn public_text(seed: &[u8]) -> Result<String, Fault> {
    let broken = |e| Fault::internal("read the key of a webhook", e);
    let key = PKey::private_key_from_raw_bytes(seed, Id::ED25519).map_err(broken)?;
    Ok(format!("{PUBLIC}{}", STANDARD.encode(key.raw_public_key().map_err(broken)?)))
}

#[cfg(test)]
mod tests {
    use openssl::sign::Verifier;

    use super::*;

    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &str = r#"{"test": 2432232314}"#;

    #[test]
    fn standard_webhooks_the_example_of_the_specification() {
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        assert_eq!(hmac(&key, ID, "1614265330", BODY), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(secret_text(&key), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    }

    #[test]
    fn standard_webhooks_an_asymmetric_signature_is_verified_by_the_public_key() {
        let seed = [7; 32];
        let signature = ed25519(&seed, ID, "1614265330", BODY).unwrap();
        let signature = STANDARD.decode(signature.strip_prefix("v1a,").unwrap()).unwrap();
        let public = public_text(&seed).unwrap();
        let public = STANDARD.decode(public.strip_prefix("whpk_").unwrap()).unwrap();
        let key = PKey::public_key_from_raw_bytes(&public, Id::ED25519).unwrap();
        let holds = |message: String| {
            Verifier::new_without_digest(&key).unwrap().verify_oneshot(&signature, message.as_bytes()).unwrap()
        };
        assert!(holds(format!("{ID}.1614265330.{BODY}")));
        assert!(!holds(format!("{ID}.1614265331.{BODY}")));
        assert!(ed25519(&[7; 31], ID, "1", BODY).is_err());
    }
}
