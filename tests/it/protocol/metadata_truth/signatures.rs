//! Signatures by every algorithm of the IANA registry, those that this house does not know among them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jwk::alg::ed::EdCurve;
use josekit::jws::{self, JwsSigner};
use serde_json::Value;

use crate::support::proofs::Jws;

/// `alg` values of the IANA registry "JSON Web Signature and Encryption Algorithms"; what discovery names is taken out
/// by each test.
pub const REGISTERED: [&str; 17] = [
    "none", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
    "ES256K", "EdDSA", "Ed25519", "RS1",
];

/// A key for an algorithm, and what it signs.
pub struct Foreign {
    pub alg: &'static str,
    key: Option<Jwk>,
    secret: String,
}

impl Foreign {
    /// `secret` is what symmetric algorithms take for a key.
    pub fn of(alg: &'static str, secret: &str) -> Self {
        let key = match alg {
            "RS256" | "RS384" | "RS512" | "RS1" | "PS256" | "PS384" | "PS512" => Some(Jwk::generate_rsa_key(2048)),
            "ES256" => Some(Jwk::generate_ec_key(EcCurve::P256)),
            "ES384" => Some(Jwk::generate_ec_key(EcCurve::P384)),
            "ES512" => Some(Jwk::generate_ec_key(EcCurve::P521)),
            "ES256K" => Some(Jwk::generate_ec_key(EcCurve::Secp256k1)),
            "EdDSA" | "Ed25519" => Some(Jwk::generate_ed_key(EdCurve::Ed25519)),
            _ => None,
        };
        Self { alg, key: key.map(|key| key.expect("a key")), secret: secret.to_owned() }
    }

    /// The public half, where there is one.
    pub fn public(&self) -> Option<Value> {
        let key = self.key.as_ref()?.to_public_key().expect("a public half");
        let mut key = serde_json::to_value(key).expect("JSON");
        key["kid"] = self.alg.into();
        Some(key)
    }

    /// A JWS that names this key.
    pub fn named(&self, jws: Jws) -> Jws {
        jws.header("kid", if self.key.is_some() { self.alg.into() } else { Value::Null })
    }

    /// The compact form of a JWS of this algorithm, whose signature is right.
    pub fn sign(&self, jws: &Jws) -> String {
        let mut jws = jws.clone().header("alg", self.alg.into());
        if jws.has_header("jwk") {
            jws = jws.header("jwk", self.public().unwrap_or_default());
        }
        let input = jws.input();
        let signature = match self.signer() {
            Some(signer) => signer.sign(input.as_bytes()).expect("a signature"),
            None => Vec::new(),
        };
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn signer(&self) -> Option<Box<dyn JwsSigner>> {
        let secret = || self.secret.as_bytes();
        let key = self.key.as_ref();
        Some(match (self.alg, key) {
            ("HS256", _) => Box::new(jws::HS256.signer_from_bytes(secret()).expect("a signer")),
            ("HS384", _) => Box::new(jws::HS384.signer_from_bytes(long(secret())).expect("a signer")),
            ("HS512", _) => Box::new(jws::HS512.signer_from_bytes(long(secret())).expect("a signer")),
            ("RS384", Some(key)) => Box::new(jws::RS384.signer_from_jwk(key).expect("a signer")),
            ("RS512", Some(key)) => Box::new(jws::RS512.signer_from_jwk(key).expect("a signer")),
            ("PS384", Some(key)) => Box::new(jws::PS384.signer_from_jwk(key).expect("a signer")),
            ("PS512", Some(key)) => Box::new(jws::PS512.signer_from_jwk(key).expect("a signer")),
            ("PS256", Some(key)) => Box::new(jws::PS256.signer_from_jwk(key).expect("a signer")),
            ("RS256" | "RS1", Some(key)) => Box::new(jws::RS256.signer_from_jwk(key).expect("a signer")),
            ("ES256", Some(key)) => Box::new(jws::ES256.signer_from_jwk(key).expect("a signer")),
            ("ES384", Some(key)) => Box::new(jws::ES384.signer_from_jwk(key).expect("a signer")),
            ("ES512", Some(key)) => Box::new(jws::ES512.signer_from_jwk(key).expect("a signer")),
            ("ES256K", Some(key)) => Box::new(jws::ES256K.signer_from_jwk(key).expect("a signer")),
            ("EdDSA" | "Ed25519", Some(key)) => Box::new(jws::EdDSA.signer_from_jwk(key).expect("a signer")),
            _ => return None,
        })
    }
}

/// Long enough for every hash; the secrets of clients are not, and nobody here takes these signatures anyway.
fn long(secret: &[u8]) -> Vec<u8> {
    secret.repeat(4)
}

/// A JWS made with a shared secret.
pub fn by_secret(alg: &str, jws: &Jws, secret: &str) -> String {
    let alg = REGISTERED.into_iter().find(|one| *one == alg).unwrap_or_else(|| panic!("no such alg as {alg}"));
    Foreign::of(alg, secret).sign(&jws.clone().header("kid", Value::Null))
}
