//! RFC 7516 and OIDC Core §10.2: answers encrypted to a client's key, request objects encrypted to ours.

use josekit::jwe::{self, JweHeader};
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use serde_json::{Value, json};

use crate::support::eventually;
use crate::support::person::{Answers, Person};
use crate::support::platform::{Answer, Attempt, Key, Method, NewClient, Platform, now, payload};
use crate::support::server::Server;

use super::answers;

pub const ALGS: [&str; 5] = ["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW", "RSA-OAEP-256", "RSA-OAEP"];
pub const ENCS: [&str; 4] = ["A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM"];

/// A client's keys to be encrypted to, and another implementation's way to open what comes.
pub struct Recipient {
    ec: Jwk,
    rsa: Jwk,
}

impl Recipient {
    pub fn generate() -> Self {
        let mut ec = Jwk::generate_ec_key(EcCurve::P256).expect("a key");
        let mut rsa = Jwk::generate_rsa_key(2048).expect("a key");
        ec.set_key_id("ec");
        rsa.set_key_id("rsa");
        Self { ec, rsa }
    }

    /// The public halves as a JWK Set.
    pub fn jwks(&self) -> &'static str {
        let public = |key: &Jwk, kid: &str| {
            let mut key = key.to_public_key().expect("a public half");
            key.set_key_id(kid);
            key.set_key_use("enc");
            key
        };
        json!({"keys": [public(&self.ec, "ec"), public(&self.rsa, "rsa")]}).to_string().leak()
    }

    /// Opens a token, whose header must say what was registered.
    pub fn open(&self, token: &str, alg: &str, enc: &str) -> (Value, Vec<u8>) {
        let (ec, rsa) = (&self.ec, &self.rsa);
        let opened = match alg {
            "ECDH-ES" => jwe::deserialize_compact(token, &jwe::ECDH_ES.decrypter_from_jwk(ec).unwrap()),
            "ECDH-ES+A128KW" => jwe::deserialize_compact(token, &jwe::ECDH_ES_A128KW.decrypter_from_jwk(ec).unwrap()),
            "ECDH-ES+A256KW" => jwe::deserialize_compact(token, &jwe::ECDH_ES_A256KW.decrypter_from_jwk(ec).unwrap()),
            "RSA-OAEP-256" => jwe::deserialize_compact(token, &jwe::RSA_OAEP_256.decrypter_from_jwk(rsa).unwrap()),
            _ => jwe::deserialize_compact(token, &jwe::RSA_OAEP.decrypter_from_jwk(rsa).unwrap()),
        };
        let (content, header) = opened.unwrap_or_else(|error| panic!("{alg} {enc}: {error}"));
        let header = Value::Object(header.into_map());
        assert_eq!((header["alg"].as_str(), header["enc"].as_str()), (Some(alg), Some(enc)));
        (header, content)
    }

    /// Opens a token that holds a signed one.
    pub fn open_nested(&self, token: &str, alg: &str, enc: &str) -> String {
        let (header, content) = self.open(token, alg, enc);
        assert_eq!(header["cty"], "JWT", "RFC 7519 §5.2");
        String::from_utf8(content).expect("a token is text")
    }
}

/// A platform that is registered with these members.
pub async fn registered(recipient: &Recipient, metadata: &Value) -> Platform {
    let client = NewClient::new(Method::Basic).with("--jwks", recipient.jwks());
    let client = client.with("--metadata", metadata.to_string().leak());
    let client = client.with("--response-type", "code").with("--response-type", "code id_token");
    let grants = ["authorization_code", "refresh_token", "implicit"];
    let client = grants.into_iter().fold(client, |client, name| client.with("--grant-type", name));
    super::platform(&client).await
}

async fn signed_up() -> Person {
    Person::signed_up(Server::shared().await).await
}

/// The claims of a response that one of the published keys signed.
pub async fn verified(platform: &Platform, token: &str) -> Value {
    let jwks = Answer::of(platform.http.get(platform.endpoint("jwks_uri"))).await;
    let keys = social_wallet::jose::JwkSet::parse(&jwks.body).expect("a JWK Set");
    let verified = social_wallet::jose::verify(token, &keys, &social_wallet::jose::Alg::ALL).expect("a signature");
    Value::Object(verified.into_claims())
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_s10_2_id_tokens_are_signed_then_encrypted() {
    let (recipient, mut person) = (Recipient::generate(), signed_up().await);
    for (at, alg) in ALGS.into_iter().enumerate() {
        // Without enc it is A128CBC-HS256 (OIDC Registration §2).
        let enc = ENCS[at % ENCS.len()];
        let mut metadata = json!({"id_token_encrypted_response_alg": alg, "id_token_encrypted_response_enc": enc});
        if enc == "A128CBC-HS256" {
            metadata.as_object_mut().unwrap().remove("id_token_encrypted_response_enc");
        }
        let platform = registered(&recipient, &metadata).await;
        let changes = [("response_type", Some("code id_token"))];
        let attempt = platform.attempt_with("openid email offline_access", &changes);
        let answers = Answers::only(&["email", "offline_access"]);
        let url = person.authorize(attempt.url.as_str(), &answers).await;
        let got: std::collections::HashMap<String, String> =
            url::form_urlencoded::parse(url.fragment().unwrap().as_bytes()).into_owned().collect();
        let front = recipient.open_nested(&got["id_token"], alg, enc);
        assert!(platform.verify(&front, Some(&attempt.nonce)).await["c_hash"].is_string());
        let answer = platform.exchange(&attempt, &got["code"]).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let answer = answer.json();
        let token = recipient.open_nested(answer["id_token"].as_str().unwrap(), alg, enc);
        let claims = platform.verify(&token, Some(&attempt.nonce)).await;
        assert!(claims["email"].is_string() && claims["at_hash"].is_string(), "{claims}");
        let refreshed = platform.refresh(answer["refresh_token"].as_str().unwrap()).await.json();
        let token = recipient.open_nested(refreshed["id_token"].as_str().unwrap(), alg, enc);
        assert_eq!(platform.verify(&token, None).await["sub"], claims["sub"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn jarm_s2_2_responses_are_signed_then_encrypted() {
    let (recipient, mut person) = (Recipient::generate(), signed_up().await);
    let metadata = json!({
        "authorization_encrypted_response_alg": "ECDH-ES",
        "authorization_encrypted_response_enc": "A256GCM",
    });
    let platform = registered(&recipient, &metadata).await;
    // Who refuses first is asked again.
    for allows in [false, true] {
        let attempt = platform.attempt_with("openid", &[("response_mode", Some("jwt"))]);
        let answers = if allows { Answers::allow() } else { Answers::deny() };
        let url = person.authorize(attempt.url.as_str(), &answers).await;
        let response = super::answers(&url)("response").expect("a response");
        let claims = verified(&platform, &recipient.open_nested(&response, "ECDH-ES", "A256GCM")).await;
        assert_eq!((&claims["state"], &claims["iss"]), (&json!(attempt.state), &json!(platform.issuer)));
        if allows {
            let answer = platform.exchange(&attempt, claims["code"].as_str().unwrap()).await;
            platform.tokens(&attempt, answer).await;
        } else {
            assert_eq!((claims["error"].as_str(), claims.get("code")), (Some("access_denied"), None));
        }
    }
}

/// A client whose key went away hears so, and its code is good once the key is back.
#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_s10_2_1_without_a_key_nothing_is_spent() {
    let (recipient, mut person) = (Recipient::generate(), signed_up().await);
    let server = Server::shared().await;
    let platform = registered(&recipient, &json!({})).await;
    let attempt = platform.attempt("openid");
    let url = person.authorize(attempt.url.as_str(), &Answers::allow()).await;
    let code = platform.code(&attempt, &url);
    // Published where nobody is.
    let members = json!({
        "jwks": null,
        "jwks_uri": "https://keys.orbitphotos.invalid/jwks",
        "id_token_encrypted_response_alg": "ECDH-ES",
    });
    server.cli(&["client", "update", &platform.client.id, "--metadata", &members.to_string()]);
    for _ in 0..2 {
        let refused = platform.exchange(&attempt, &code).await;
        refused.must_refuse(400, "invalid_request");
        assert!(refused.text().contains("ECDH-ES"), "{}", refused.text());
    }
    let members = json!({"jwks": serde_json::from_str::<Value>(recipient.jwks()).unwrap(), "jwks_uri": null});
    server.cli(&["client", "update", &platform.client.id, "--metadata", &members.to_string()]);
    let answer = platform.exchange(&attempt, &code).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    recipient.open_nested(answer.json()["id_token"].as_str().unwrap(), "ECDH-ES", "A128CBC-HS256");
}

/// Our published keys for encryption, once all are there.
async fn our_keys(platform: &Platform) -> Vec<Value> {
    eventually("RSA keys are made in the background", std::time::Duration::from_secs(90), async || {
        let jwks = Answer::of(platform.http.get(platform.endpoint("jwks_uri"))).await.json();
        let keys: Vec<Value> = jwks["keys"].as_array()?.iter().filter(|key| key["use"] == "enc").cloned().collect();
        (keys.len() == 2).then_some(keys)
    })
    .await
}

/// Encrypts a text to us as a client does, by whatever it finds in the JWKS.
pub fn encrypted(keys: &[Value], text: &str, alg: &str, enc: &str, cty: Option<&str>) -> String {
    let kty = if alg.starts_with("RSA") { "RSA" } else { "EC" };
    let key = keys.iter().find(|key| key["kty"] == kty).expect("a key of this type");
    let key = Jwk::from_map(key.as_object().unwrap().clone()).expect("a key");
    let mut header = JweHeader::new();
    header.set_content_encryption(enc);
    if let Some(cty) = cty {
        header.set_content_type(cty);
    }
    let text = text.as_bytes();
    let sealed = match alg {
        "ECDH-ES" => jwe::serialize_compact(text, &header, &jwe::ECDH_ES.encrypter_from_jwk(&key).unwrap()),
        "ECDH-ES+A128KW" => {
            jwe::serialize_compact(text, &header, &jwe::ECDH_ES_A128KW.encrypter_from_jwk(&key).unwrap())
        }
        "ECDH-ES+A256KW" => {
            jwe::serialize_compact(text, &header, &jwe::ECDH_ES_A256KW.encrypter_from_jwk(&key).unwrap())
        }
        "RSA-OAEP-256" => jwe::serialize_compact(text, &header, &jwe::RSA_OAEP_256.encrypter_from_jwk(&key).unwrap()),
        _ => jwe::serialize_compact(text, &header, &jwe::RSA_OAEP.encrypter_from_jwk(&key).unwrap()),
    };
    sealed.expect("an encrypted object")
}

fn with_object(platform: &Platform, attempt: &Attempt, object: &str) -> Attempt {
    let mut url = attempt.url.clone();
    url.set_query(None);
    url.query_pairs_mut().extend_pairs([
        ("client_id", platform.client.id.as_str()),
        ("response_type", "code"),
        ("scope", "openid"),
        ("redirect_uri", &attempt.redirect_uri),
        ("request", object),
    ]);
    Attempt { url, ..attempt.clone() }
}

fn object(platform: &Platform, attempt: &Attempt, key: &Key) -> String {
    let mut claims = json!({ "iss": platform.client.id, "aud": platform.issuer, "nbf": now() - 1, "exp": now() + 60 });
    let pairs = attempt.url.query_pairs().map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())));
    claims.as_object_mut().unwrap().extend(pairs);
    key.sign(&claims)
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9101_s6_1_request_objects_are_opened_then_verified() {
    let platform = super::platform(&NewClient::new(Method::PrivateKeyJwt)).await;
    let mut person = signed_up().await;
    let (keys, own) = (our_keys(&platform).await, platform.client.key.clone().expect("a key"));
    for name in ["request_object_encryption_alg_values_supported", "request_object_encryption_enc_values_supported"] {
        assert!(platform.metadata[name].is_array(), "{name}");
    }
    for (at, alg) in ALGS.into_iter().enumerate() {
        let attempt = platform.attempt("openid");
        let sealed = encrypted(&keys, &object(&platform, &attempt, &own), alg, ENCS[at % ENCS.len()], Some("JWT"));
        // What stands in the clear beside it tells nothing: state and nonce are inside.
        platform.sign_in_with(&mut person, with_object(&platform, &attempt, &sealed), &Answers::allow()).await;
    }
    let attempt = platform.attempt("openid");
    let signed = object(&platform, &attempt, &own);
    let good = encrypted(&keys, &signed, "ECDH-ES", "A256GCM", Some("JWT"));
    let claims = payload(&signed).to_string();
    for (what, bad) in [
        (
            "signed by another",
            encrypted(&keys, &object(&platform, &attempt, &Key::generate()), ALGS[0], ENCS[0], Some("JWT")),
        ),
        ("not signed", encrypted(&keys, &claims, ALGS[0], ENCS[0], Some("JWT"))),
        ("not said to be nested", encrypted(&keys, &signed, ALGS[0], ENCS[0], None)),
        ("encrypted twice", encrypted(&keys, &good, ALGS[0], ENCS[0], Some("JWT"))),
        ("cut short", good[..good.len() - 4].to_owned()),
        ("nothing in it", "e30....".to_owned()),
    ] {
        let url = person.walk(with_object(&platform, &attempt, &bad).url.as_str(), &Answers::allow()).await.away();
        assert_eq!(answers(&url)("error").as_deref(), Some("invalid_request_object"), "{what}: {url}");
        let pushed = platform.post("pushed_authorization_request_endpoint", &[("request", &bad)]).await;
        pushed.must_refuse(400, "invalid_request_object");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_registration_s2_discovery_names_what_is_done() {
    let platform = super::platform(&NewClient::new(Method::Basic)).await;
    for name in ["id_token", "userinfo", "authorization", "introspection", "request_object"] {
        assert_eq!(platform.metadata[format!("{name}_encryption_alg_values_supported")], json!(ALGS), "{name}");
        assert_eq!(platform.metadata[format!("{name}_encryption_enc_values_supported")], json!(ENCS), "{name}");
    }
    let signs = &platform.metadata["userinfo_signing_alg_values_supported"];
    assert!(signs.as_array().is_some_and(|list| list.contains(&json!("RS256"))), "{signs}");
}
