//! client_secret_jwt (RFC 7523 §2.2, OIDC Core §9) and attestation-based client authentication, on both databases.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use social_wallet::app::App;
use social_wallet::audit::Origin;
use social_wallet::base::{Seconds, Secret};
use social_wallet::config::Config;
use social_wallet::error::Error;
use social_wallet::oauth::client_auth::assertion::TYPE;
use social_wallet::oauth::{Client, Code, Params};
use social_wallet::provider::client_auth::{Presented, authenticate};
use social_wallet::provider::clients;

use crate::stores::{NOW, Nodes, on_both, on_both_with};
use crate::support::parts::Folder;
use crate::support::proofs::{Jws, ProofKey};
use crate::support::random_text;

fn client(id: &str, method: &str) -> Client {
    Client { grant_types: vec![], token_endpoint_auth_method: method.to_owned(), ..Client::new(id.into()) }
}

async fn add(app: &App, client: Client) -> String {
    let created = clients::create(app, client, &Origin::house()).await.expect("a client");
    created.secret.map(|secret| secret.expose().clone()).unwrap_or_default()
}

fn outcome<T>(result: Result<T, Error>) -> Result<(), Code> {
    match result {
        Ok(_) => Ok(()),
        Err(Error::Protocol(error)) => Err(error.code()),
        Err(other) => panic!("{other:?}"),
    }
}

/// The claims of a good assertion.
fn claims(app: &App, id: &str) -> Value {
    json!({ "iss": id, "sub": id, "aud": app.config.issuer(), "jti": random_text(), "exp": app.now().unix() + 60 })
}

/// A JWT that is made with a secret.
fn made(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(header), encode(claims));
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret).expect("a key");
    mac.update(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

async fn assert_with(app: &App, token: &str) -> Result<(), Code> {
    let body = format!("client_assertion_type={TYPE}&client_assertion={token}");
    let params = Params::from_form(body.as_bytes()).expect("parameters");
    outcome(authenticate(app, &Presented::new(None, &params), &Origin::house()).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7523_s3_assertions_made_with_the_secret() {
    on_both(async |house: Nodes| {
        let [a, b] = &house.nodes;
        let secret = add(a, client("orbit", "client_secret_jwt")).await;
        let key = ProofKey::generate();
        let keyed = Client { jwks: Some(json!({ "keys": [key.public()] })), ..client("keyed", "private_key_jwt") };
        add(a, keyed).await;
        let basic = add(a, client("basic", "client_secret_basic")).await;
        let header = json!({ "alg": "HS256", "typ": "JWT" });
        let with = |claims: &Value| made(&header, claims, secret.as_bytes());
        let change = |name: &str, value: Value| {
            let mut claims = claims(b, "orbit");
            claims[name] = value;
            claims
        };
        let es256 = Jws::new(json!({ "alg": "ES256" }), claims(b, "orbit"), &key).text();
        let public = serde_json::to_vec(&key.public()).expect("JSON");
        for (what, token, is_good) in [
            ("as it should be", with(&claims(b, "orbit")), true),
            ("another secret", made(&header, &claims(b, "orbit"), basic.as_bytes()), false),
            ("no secret", made(&header, &claims(b, "orbit"), b""), false),
            ("another alg", made(&json!({ "alg": "HS512" }), &claims(b, "orbit"), secret.as_bytes()), false),
            ("alg none", made(&json!({ "alg": "none" }), &claims(b, "orbit"), secret.as_bytes()), false),
            ("a signature by a key", es256, false),
            ("expired", with(&change("exp", json!(NOW.unix() - 60))), false),
            ("for another", with(&change("aud", json!("https://evil.example"))), false),
            ("of another issuer", with(&change("iss", json!("basic"))), false),
            ("no jti", with(&change("jti", Value::Null)), false),
            ("for a client with keys, by its public key", made(&header, &claims(b, "keyed"), &public), false),
            ("for a client that sends its secret", made(&header, &claims(b, "basic"), basic.as_bytes()), false),
            ("for nobody", made(&header, &claims(b, "nobody"), secret.as_bytes()), false),
        ] {
            let wanted = if is_good { Ok(()) } else { Err(Code::InvalidClient) };
            assert_eq!(assert_with(b, &token).await, wanted, "{what}");
        }
        let once = with(&claims(a, "orbit"));
        assert_eq!(assert_with(a, &once).await, Ok(()));
        assert_eq!(assert_with(b, &once).await, Err(Code::InvalidClient), "used on the other node");
        // The secret itself is not what such a client sends.
        let body = format!("client_id=orbit&client_secret={secret}");
        let params = Params::from_form(body.as_bytes()).expect("parameters");
        let sent = authenticate(b, &Presented::new(None, &params), &Origin::house()).await;
        assert_eq!(outcome(sent), Err(Code::InvalidClient));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7523_s3_two_secrets_and_clients_that_change_their_method() {
    on_both(async |house: Nodes| {
        let [app, _] = &house.nodes;
        let header = json!({ "alg": "HS256" });
        let works = async |secret: &str| {
            assert_with(app, &made(&header, &claims(app, "orbit"), secret.as_bytes())).await.is_ok()
        };
        let first = add(app, client("orbit", "client_secret_basic")).await;
        let (id, house) = ("orbit".into(), Origin::house());
        let become_ = async |method: &str| {
            let change = |client: &mut Client| client.token_endpoint_auth_method = method.to_owned();
            clients::update(app, &id, change, &Origin::house()).await.expect("a change");
        };
        become_("client_secret_jwt").await;
        app.clock.advance(Seconds(1));
        assert!(!works(&first).await, "of a secret that was sent, only the digest is kept");
        let second = clients::rotate_secret(app, &id, &house).await.expect("a secret");
        assert!(works(second.expose()).await);
        app.clock.advance(Seconds(1));
        let third = clients::rotate_secret(app, &id, &house).await.expect("a secret");
        assert!(works(second.expose()).await && works(third.expose()).await, "both, for a while");
        app.clock.advance(clients::OLD_SECRET_LIVES);
        assert!(!works(second.expose()).await && works(third.expose()).await);
        become_("client_secret_post").await;
        become_("client_secret_jwt").await;
        assert!(!works(third.expose()).await, "what was sealed went when it was not needed");
        let short = clients::create_with_secret(
            app,
            client("short", "client_secret_jwt"),
            Some(Secret::new("short".to_owned())),
            &house,
        );
        assert_eq!(outcome(short.await), Err(Code::InvalidClientMetadata), "RFC 7518 §3.2");
    })
    .await;
}

const ATTESTER: &str = "https://attester.example";

/// An attestation of `client`'s instance, and the proof of the instance.
fn attested(app: &App, attester: &ProofKey, instance: &ProofKey) -> (Jws, Jws) {
    let now = app.now().unix();
    let header = |typ: &str| json!({ "alg": "ES256", "typ": typ });
    let attestation =
        json!({ "iss": ATTESTER, "sub": "orbit", "iat": now, "exp": now + 3600, "cnf": { "jwk": instance.public() } });
    let proof = json!({ "iss": "orbit", "aud": app.config.issuer(), "iat": now, "jti": random_text() });
    (
        Jws::new(header("oauth-client-attestation+jwt"), attestation, attester),
        Jws::new(header("oauth-client-attestation-pop+jwt"), proof, instance),
    )
}

async fn attest(app: &App, attestations: &[String], proofs: &[String], body: &str) -> Result<(), Code> {
    let params = Params::from_form(body.as_bytes()).expect("parameters");
    let presented = Presented { attestations, attestation_proofs: proofs, ..Presented::new(None, &params) };
    outcome(authenticate(app, &presented, &Origin::house()).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn attestation_s5_an_attester_vouches_and_the_instance_proves() {
    let (folder, attester) = (Folder::new("attesters"), ProofKey::generate());
    let mut config = Config::default();
    let file = folder.join("attesters.json");
    let sets = json!({ ATTESTER: { "keys": [attester.public()] }, "https://b.example": { "keys": [] } });
    std::fs::write(&file, sets.to_string()).expect("a file");
    config.attestation.attesters = Some(file);
    on_both_with(config, async |house: Nodes| {
        let [a, b] = &house.nodes;
        add(a, client("orbit", "attest_jwt_client_auth")).await;
        let (instance, other) = (ProofKey::generate(), ProofKey::generate());
        type Change = fn(Jws) -> Jws;
        let same: Change = |jws| jws;
        let good: &[(&str, Change, Change)] = &[
            ("as it should be", same, same),
            ("as later drafts have it", same, |p| p.claim("iss", Value::Null)),
            ("as early drafts have it", same, |p| p.claim("iat", Value::Null).claim("exp", json!(NOW.unix() + 60))),
            ("an attester that is not named", |a| a.claim("iss", Value::Null), same),
            ("a kid of the instance's own", same, |p| p.header("kid", json!("mine"))),
            ("an audience in a list", same, |p| p.claim("aud", json!(["http://localhost:8080"]))),
        ];
        for (what, of_attestation, of_proof) in good {
            let (attestation, proof) = attested(b, &attester, &instance);
            let [attestation, proof] = [of_attestation(attestation), of_proof(proof)].map(|jws| jws.text());
            assert_eq!(attest(b, &[attestation], &[proof], "").await, Ok(()), "{what}");
        }
        let bad: &[(&str, Change, Change)] = &[
            ("expired", |a| a.claim("exp", json!(NOW.unix() - 60)), same),
            ("no exp", |a| a.claim("exp", Value::Null), same),
            ("no sub", |a| a.claim("sub", Value::Null), same),
            ("another client", |a| a.claim("sub", json!("other")), same),
            ("no cnf", |a| a.claim("cnf", Value::Null), same),
            ("no key in cnf", |a| a.claim("cnf", json!({ "jkt": "x" })), same),
            ("another typ", |a| a.header("typ", json!("JWT")), same),
            ("an unknown attester", |a| a.claim("iss", json!("https://evil.example")), same),
            ("another attester's name", |a| a.claim("iss", json!("https://b.example")), same),
            ("a forged attestation", |a| a.signed_by(&ProofKey::generate()), same),
            ("alg none", |a| a.header("alg", json!("none")), same),
            ("a forged proof", same, |p| p.signed_by(&ProofKey::generate())),
            ("a proof of another typ", same, |p| p.header("typ", json!("dpop+jwt"))),
            ("a proof for another", same, |p| p.claim("aud", json!("https://evil.example"))),
            ("a proof for nobody", same, |p| p.claim("aud", Value::Null)),
            ("a proof of another client", same, |p| p.claim("iss", json!("other"))),
            ("an old proof", same, |p| p.claim("iat", json!(NOW.unix() - 3600))),
            ("a proof of the future", same, |p| p.claim("iat", json!(NOW.unix() + 3600))),
            ("a proof without a time", same, |p| p.claim("iat", Value::Null)),
            ("a proof without a name", same, |p| p.claim("jti", Value::Null)),
        ];
        for (what, of_attestation, of_proof) in bad {
            let (attestation, proof) = attested(b, &attester, &instance);
            let [attestation, proof] = [of_attestation(attestation), of_proof(proof)].map(|jws| jws.text());
            assert_eq!(attest(b, &[attestation], &[proof], "").await, Err(Code::InvalidClient), "{what}");
        }
        let (attestation, proof) = attested(b, &attester, &instance);
        let (attestation, proof) = (attestation.text(), proof.text());
        let foreign = [attested(b, &attester, &other).1.text()];
        let one = [attestation.clone()];
        assert_eq!(attest(b, &one, &foreign, "").await, Err(Code::InvalidClient), "another instance's proof");
        for (what, attestations, proofs, body) in [
            ("no proof", vec![attestation.clone()], vec![], ""),
            ("no attestation", vec![], vec![proof.clone()], ""),
            ("two", vec![attestation.clone(), attestation.clone()], vec![proof.clone()], ""),
            ("another name beside it", one.to_vec(), vec![proof.clone()], "client_id=other"),
            ("a secret beside it", one.to_vec(), vec![proof.clone()], "client_id=orbit&client_secret=s"),
        ] {
            assert_eq!(attest(b, &attestations, &proofs, body).await, Err(Code::InvalidRequest), "{what}");
        }
        assert_eq!(attest(a, &one, std::slice::from_ref(&proof), "client_id=orbit").await, Ok(()));
        assert_eq!(attest(b, &one, &[proof], "").await, Err(Code::InvalidClient), "a proof counts once");
        assert_eq!(attest(b, &[], &[], "client_id=orbit").await, Err(Code::InvalidClient), "the name alone");
    })
    .await;
}
