//! A client of the suite: registered as the plan's variant is, with keys and a certificate of its own.

use serde_json::{Value, json};

use crate::support::certificates::{Certificate, http_without};
use crate::support::platform::now;
use crate::support::proofs::{Jws, ProofKey};
use crate::support::{random_text, unique};

use super::house::House;
use super::suite::{Auth, Kind, Sender, Variant};

/// Where the suite's clients want people sent back to.
pub const CALLBACK: &str = "https://suite.example/test/a/social-wallet/callback";

pub struct Party {
    pub id: String,
    pub redirect_uri: String,
    /// Signs its assertions and requests.
    pub key: ProofKey,
    /// Proves that its tokens are its own.
    pub dpop: ProofKey,
    pub certificate: Option<Certificate>,
    /// Calls as this client, with its certificate where it has one.
    pub http: reqwest::Client,
    /// Calls without a certificate.
    pub bare: reqwest::Client,
}

impl Party {
    /// Registers a client as an operator does; `query` is that of its redirect URI.
    pub fn register(house: &House, variant: &Variant, query: &str, endpoint: &str) -> Self {
        let (id, redirect_uri) = (unique("suite-"), format!("{CALLBACK}{query}"));
        let key = ProofKey::of("PS256");
        let mut jwk = key.public();
        jwk["kid"] = id.clone().into();
        jwk["use"] = "sig".into();
        jwk["alg"] = "PS256".into();
        let jwks = json!({ "keys": [jwk] }).to_string();
        let certificate = variant.shows_certificates().then(|| house.authority.issue(&id, "client.example"));
        let mut metadata = match variant.sender {
            Sender::Dpop => json!({ "dpop_bound_access_tokens": true }),
            Sender::Mtls => json!({ "tls_client_certificate_bound_access_tokens": true }),
        };
        let method = match variant.auth {
            Auth::PrivateKeyJwt => "private_key_jwt",
            Auth::Mtls => {
                metadata["tls_client_auth_subject_dn"] = format!("CN={id},O=Orbit\\, Photos").into();
                "tls_client_auth"
            }
        };
        let (metadata, endpoint) = (metadata.to_string(), format!("{}{endpoint}", house.notified.url));
        let mut args = vec!["client", "add", "--json", "--name", "Suite", "--client-id", &id, "--auth-method", method];
        args.extend(["--jwks", &jwks, "--metadata", &metadata, "--profile", variant.profile()]);
        args.extend(["--id-token-alg", variant.id_token_alg(), "--id-token-claims", "protocol"]);
        match variant.kind {
            Kind::Fapi1 if !variant.is_jarm => args.extend([
                "--grant-type=authorization_code",
                "--grant-type=implicit",
                "--grant-type=refresh_token",
                "--response-type=code id_token",
            ]),
            Kind::CibaPoll | Kind::CibaPing => args.extend([
                "--grant-type=urn:openid:params:grant-type:ciba",
                "--grant-type=refresh_token",
                "--backchannel-request-alg=PS256",
            ]),
            _ => {}
        }
        match variant.kind {
            Kind::CibaPoll => args.push("--backchannel-delivery-mode=poll"),
            Kind::CibaPing => {
                args.extend(["--backchannel-delivery-mode=ping", "--backchannel-notification-endpoint", &endpoint]);
            }
            _ => args.extend(["--redirect-uri", &redirect_uri]),
        }
        if variant.is_jarm {
            args.push("--response-mode=jwt");
        }
        house.server.cli(&args);
        let bare = http_without();
        let http = certificate.as_ref().map_or_else(|| bare.clone(), Certificate::http);
        Self { id, redirect_uri, key, dpop: ProofKey::generate(), certificate, http, bare }
    }

    /// A client assertion (RFC 7523 §3).
    pub fn assertion(&self, audience: Value) -> Jws {
        let now = now();
        let claims = json!({
            "iss": self.id, "sub": self.id, "aud": audience, "jti": random_text(), "iat": now, "exp": now + 60,
        });
        self.sign(claims)
    }

    /// A JWT under the key that it registered.
    pub fn sign(&self, claims: Value) -> Jws {
        Jws::new(json!({ "alg": self.key.alg, "kid": self.id, "typ": "JWT" }), claims, &self.key)
    }

    /// The same under RS256, which the key could do as well.
    pub fn sign_rs256(&self, claims: Value) -> Jws {
        let key = self.key.used_for("RS256");
        Jws::new(json!({ "alg": "RS256", "kid": self.id, "typ": "JWT" }), claims, &key)
    }
}
