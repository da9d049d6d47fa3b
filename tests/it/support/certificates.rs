//! Certificates of servers and clients, and authorities that sign them.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::parts::Folder;

/// An authority of the tests.
pub struct Authority {
    pub pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate with its key.
pub struct Certificate {
    pub pem: String,
    pub der: Vec<u8>,
    key: KeyPair,
}

fn params(common_name: &str, dns: &str) -> CertificateParams {
    let mut params = CertificateParams::new(vec![dns.to_owned()]).expect("names");
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, "Orbit, Photos");
    params.distinguished_name.push(DnType::CommonName, common_name);
    params
}

impl Authority {
    pub fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = params("Authority", "authority.example");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// A certificate of `CN=<common name>,O=Orbit\, Photos` that it vouches for.
    pub fn issue(&self, common_name: &str, dns: &str) -> Certificate {
        let key = KeyPair::generate().expect("a key");
        let made = params(common_name, dns).signed_by(&key, &self.issuer).expect("a certificate");
        Certificate { pem: made.pem(), der: made.der().to_vec(), key }
    }
}

impl Certificate {
    pub fn self_signed(common_name: &str, dns: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let made = params(common_name, dns).self_signed(&key).expect("a certificate");
        Self { pem: made.pem(), der: made.der().to_vec(), key }
    }

    /// With an RSA key, as servers have whose clients may speak nothing but suites with RSA.
    pub fn self_signed_rsa(common_name: &str, dns: &str) -> Self {
        let pair = josekit::jwk::alg::rsa::RsaKeyPair::generate(2048).expect("a key");
        let pem = String::from_utf8(pair.to_pem_private_key()).expect("PEM");
        let key = KeyPair::from_pkcs8_pem_and_sign_algo(&pem, &rcgen::PKCS_RSA_SHA256).expect("a key");
        let made = params(common_name, dns).self_signed(&key).expect("a certificate");
        Self { pem: made.pem(), der: made.der().to_vec(), key }
    }

    /// Its public key as a JWK Set.
    pub fn jwks(&self) -> Value {
        let point = self.key.public_key_raw();
        let part = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
        json!({ "keys": [{ "kty": "EC", "crv": "P-256", "x": part(1..33), "y": part(33..65) }] })
    }

    /// The certificate itself in a JWK Set whose key says nothing that we know.
    pub fn x5c(&self) -> Value {
        json!({ "keys": [{ "kty": "EC", "crv": "P-521", "x": "AA", "y": "AA", "x5c": [STANDARD.encode(&self.der)] }] })
    }

    /// `x5t#S256` (RFC 8705 §3.1).
    pub fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.der))
    }

    /// An HTTP client that shows it, and believes every server.
    pub fn http(&self) -> reqwest::Client {
        let identity = reqwest::Identity::from_pem(format!("{}{}", self.key.serialize_pem(), self.pem).as_bytes());
        builder().identity(identity.expect("an identity")).build().expect("an HTTP client")
    }

    /// Writes certificate and key into a folder.
    pub fn write(&self, folder: &Folder) -> [PathBuf; 2] {
        let files = [folder.join("certificate.pem"), folder.join("key.pem")];
        std::fs::write(&files[0], &self.pem).expect("a file");
        std::fs::write(&files[1], self.key.serialize_pem()).expect("a file");
        files
    }
}

/// An HTTP client that shows no certificate, and believes every server.
pub fn http_without() -> reqwest::Client {
    builder().build().expect("an HTTP client")
}

fn builder() -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
    builder.danger_accept_invalid_certs(true)
}
