//! Proofs of possession as a client makes them: right by default, with any part of them changed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jwk::alg::ed::EdCurve;
use josekit::jws::{self, JwsSigner};
use serde_json::{Map, Value, json};
use sha2::Digest as _;
use sha2::Sha256;

use super::platform::now;
use super::random_text;

/// A key of a client, for any algorithm.
#[derive(Clone)]
pub struct ProofKey {
    pub alg: &'static str,
    jwk: Jwk,
}

impl ProofKey {
    pub fn generate() -> Self {
        Self::of("ES256")
    }

    pub fn of(alg: &'static str) -> Self {
        let jwk = match alg {
            "ES256" => Jwk::generate_ec_key(EcCurve::P256),
            "EdDSA" => Jwk::generate_ed_key(EdCurve::Ed25519),
            "RS256" | "PS256" => Jwk::generate_rsa_key(2048),
            other => panic!("no key for {other}"),
        };
        Self { alg, jwk: jwk.expect("a new key") }
    }

    /// The same key for another algorithm of its kind.
    pub fn used_for(&self, alg: &'static str) -> Self {
        Self { alg, jwk: self.jwk.clone() }
    }

    /// Its public members.
    pub fn public(&self) -> Value {
        serde_json::to_value(self.jwk.to_public_key().expect("a public half")).expect("JSON")
    }

    /// The whole of it, which nobody should send.
    pub fn private(&self) -> Value {
        serde_json::to_value(&self.jwk).expect("JSON")
    }

    /// RFC 7638 §3, by another road than the product's.
    pub fn thumbprint(&self) -> String {
        let public = self.public();
        let names: &[&str] = match public["kty"].as_str() {
            Some("EC") => &["crv", "kty", "x", "y"],
            Some("RSA") => &["e", "kty", "n"],
            _ => &["crv", "kty", "x"],
        };
        let members: Vec<String> = names.iter().map(|name| format!("\"{name}\":{}", public[*name])).collect();
        URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{{{}}}", members.join(","))))
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signer: Box<dyn JwsSigner> = match self.alg {
            "ES256" => Box::new(jws::ES256.signer_from_jwk(&self.jwk).expect("a signer")),
            "EdDSA" => Box::new(jws::EdDSA.signer_from_jwk(&self.jwk).expect("a signer")),
            "RS256" => Box::new(jws::RS256.signer_from_jwk(&self.jwk).expect("a signer")),
            _ => Box::new(jws::PS256.signer_from_jwk(&self.jwk).expect("a signer")),
        };
        signer.sign(message).expect("a signature")
    }

    /// A DPoP proof for a request (RFC 9449 §4.2).
    pub fn proof(&self, method: &str, url: &str) -> Jws {
        let header = json!({ "typ": "dpop+jwt", "alg": self.alg, "jwk": self.public() });
        let claims = json!({ "jti": random_text(), "htm": method, "htu": url, "iat": now() });
        Jws::new(header, claims, self)
    }

    /// A DPoP proof for a request with an access token (RFC 9449 §7).
    pub fn proof_with(&self, method: &str, url: &str, access_token: &str) -> Jws {
        let ath = URL_SAFE_NO_PAD.encode(Sha256::digest(access_token));
        self.proof(method, url).claim("ath", json!(ath))
    }
}

/// A JWS before it is signed. Null takes a member away.
#[derive(Clone)]
pub struct Jws {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    key: ProofKey,
}

impl Jws {
    pub fn new(header: Value, claims: Value, key: &ProofKey) -> Self {
        let object = |value: Value| value.as_object().expect("an object").clone();
        Self { header: object(header), claims: object(claims), key: key.clone() }
    }

    pub fn header(mut self, name: &str, value: Value) -> Self {
        set(&mut self.header, name, value);
        self
    }

    pub fn claim(mut self, name: &str, value: Value) -> Self {
        set(&mut self.claims, name, value);
        self
    }

    /// Without a signature, under `alg` none (RFC 7515 Appendix A.5).
    pub fn unsigned(self) -> String {
        let text = self.header("alg", Value::String("none".to_owned())).text();
        format!("{}.", text.rsplit_once('.').expect("a signature").0)
    }

    /// Signed by another key than it says.
    pub fn signed_by(mut self, key: &ProofKey) -> Self {
        self.key = key.clone();
        self
    }

    pub fn has_header(&self, name: &str) -> bool {
        self.header.contains_key(name)
    }

    /// What is signed (RFC 7515 §5.1).
    pub fn input(&self) -> String {
        let part = |map: &Map<String, Value>| URL_SAFE_NO_PAD.encode(Value::Object(map.clone()).to_string());
        format!("{}.{}", part(&self.header), part(&self.claims))
    }

    pub fn text(&self) -> String {
        let signed = self.input();
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}

fn set(map: &mut Map<String, Value>, name: &str, value: Value) {
    match value {
        Value::Null => drop(map.remove(name)),
        value => drop(map.insert(name.to_owned(), value)),
    }
}

/// What is wrong with a proof: what it is called, and how a good one becomes it.
pub type Spoiling = (&'static str, fn(Jws, &ProofKey) -> String);

/// Every way to make a proof wrong that RFC 9449 §4.3 names and does not depend on where it goes.
pub const SPOILT: &[Spoiling] = &[
    ("no JWT", |_, _| "nonsense".to_owned()),
    ("no JWT, with dots", |_, _| "a.b.c".to_owned()),
    ("two in one header", |p, _| format!("{}, {}", p.text(), p.text())),
    ("no typ", |p, _| p.header("typ", Value::Null).text()),
    ("another typ", |p, _| p.header("typ", json!("JWT")).text()),
    ("no alg", |p, _| p.header("alg", Value::Null).text()),
    ("alg none", |p, _| p.header("alg", json!("none")).text()),
    ("alg none and no signature", |p, _| {
        let text = p.header("alg", json!("none")).text();
        format!("{}.", text.rsplit_once('.').expect("a signature").0)
    }),
    ("a symmetric alg", |p, _| p.header("alg", json!("HS256")).text()),
    ("no jwk", |p, _| p.header("jwk", Value::Null).text()),
    ("a jwk that is text", |p, _| p.header("jwk", json!("x")).text()),
    ("a private jwk", |p, key| p.header("jwk", key.private()).text()),
    ("a symmetric jwk", |p, _| p.header("jwk", json!({"kty": "oct", "k": "AAAA"})).text()),
    ("another's jwk", |p, _| p.header("jwk", ProofKey::generate().public()).text()),
    ("another's signature", |p, _| p.signed_by(&ProofKey::generate()).text()),
    ("RS256", |_, _| String::new()),
    ("crit", |p, _| p.header("crit", json!(["x"])).header("x", json!(1)).text()),
    ("no jti", |p, _| p.claim("jti", Value::Null).text()),
    ("an empty jti", |p, _| p.claim("jti", json!("")).text()),
    ("a jti that is a number", |p, _| p.claim("jti", json!(1)).text()),
    ("a long jti", |p, _| p.claim("jti", json!("x".repeat(600))).text()),
    ("no htm", |p, _| p.claim("htm", Value::Null).text()),
    ("another method", |p, _| p.claim("htm", json!("PUT")).text()),
    ("the method in lower case", |p, _| p.claim("htm", json!("post")).text()),
    ("no htu", |p, _| p.claim("htu", Value::Null).text()),
    ("another htu", |p, _| p.claim("htu", json!("https://evil.example/token")).text()),
    ("an htu without a host", |p, _| p.claim("htu", json!("/token")).text()),
    ("no iat", |p, _| p.claim("iat", Value::Null).text()),
    ("iat an hour ago", |p, _| p.claim("iat", json!(now() - 3600)).text()),
    ("iat in an hour", |p, _| p.claim("iat", json!(now() + 3600)).text()),
    ("iat as text", |p, _| p.claim("iat", json!(now().to_string())).text()),
    ("expired", |p, _| p.claim("exp", json!(now() - 60)).text()),
    ("not valid yet", |p, _| p.claim("nbf", json!(now() + 3600)).text()),
];
