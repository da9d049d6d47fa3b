//! Keys of clients, as the suite and the provider are told about them.

use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jwk::alg::ed::EdCurve;
use serde_json::{Value, json};

use crate::Result;

/// A JWK Set of one private key, and the same in public.
pub struct Pair {
    pub private: Value,
    pub public: Value,
}

impl Pair {
    pub fn generate(alg: &str, kid: &str) -> Result<Self> {
        let mut key = match alg {
            "ES256" => Jwk::generate_ec_key(EcCurve::P256)?,
            "EdDSA" => Jwk::generate_ed_key(EdCurve::Ed25519)?,
            "RS256" | "PS256" => Jwk::generate_rsa_key(2048)?,
            other => return Err(format!("no keys are made for {other}").into()),
        };
        let mut public = key.to_public_key()?;
        for half in [&mut key, &mut public] {
            half.set_algorithm(alg);
            half.set_key_id(kid);
            half.set_key_use("sig");
        }
        Ok(Self { private: json!({ "keys": [key] }), public: json!({ "keys": [public] }) })
    }
}
