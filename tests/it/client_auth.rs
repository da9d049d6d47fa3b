//! Client authentication on both databases: each method, every way to fail it, secrets and keys that change.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diesel::prelude::*;
use serde_json::{Map, Value, json};
use social_wallet::app::App;
use social_wallet::audit::{Origin, Outcome};
use social_wallet::base::fault::FaultKind;
use social_wallet::base::id::ClientId;
use social_wallet::base::{Clock, Fault, Seconds};
use social_wallet::config::Config;
use social_wallet::error::Error;
use social_wallet::jose::{Alg, JwkSet, SigningKey, Typ};
use social_wallet::oauth::client_auth::assertion::TYPE;
use social_wallet::oauth::{Client, Code, Params};
use social_wallet::provider::client_auth::{Presented, authenticate};
use social_wallet::provider::clients;
use social_wallet::store::database::Conn;
use social_wallet::store::database::clients::ClientState;
use social_wallet::store::database::schema::audit_events;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::stores::{NOW, Nodes, on_both, on_both_with};

/// A client that may act for itself, so that it needs no redirect URI.
fn client(id: &str, method: &str) -> Client {
    Client { grant_types: vec![], token_endpoint_auth_method: method.to_owned(), ..Client::new(id.into()) }
}

async fn add(app: &App, client: Client) -> String {
    let created = clients::create(app, client, &Origin::house()).await.expect("a client");
    created.secret.map(|secret| secret.expose().clone()).unwrap_or_default()
}

/// Authenticates; gives the client's identifier, or the code, whether a challenge goes with it, and the description.
async fn call(app: &App, authorization: Option<&str>, body: &str) -> Result<String, (Code, bool, String)> {
    let params = Params::from_form(body.as_bytes()).expect("parameters");
    match authenticate(app, &Presented::new(authorization, &params), &Origin::house()).await {
        Ok(client) => Ok(client.id.to_string()),
        Err(Error::Protocol(error)) => Err((error.code(), error.wants_challenge(), error.description().to_owned())),
        Err(other) => panic!("{other:?}"),
    }
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

fn post(id: &str, secret: &str) -> String {
    format!("client_id={id}&client_secret={secret}")
}

fn asserted(token: &str) -> String {
    format!("client_assertion_type={TYPE}&client_assertion={token}")
}

/// The claims of a good assertion, changed.
fn claims(app: &App, id: &str, changes: &[(&str, Value)]) -> Value {
    let jti = format!("{:016x}", rand::random::<u64>());
    let mut claims = Map::from_iter([
        ("iss".to_owned(), json!(id)),
        ("sub".to_owned(), json!(id)),
        ("aud".to_owned(), json!(app.config.issuer())),
        ("jti".to_owned(), json!(jti)),
        ("exp".to_owned(), json!(app.now().unix() + 60)),
    ]);
    for (name, value) in changes {
        match value {
            Value::Null => drop(claims.remove(*name)),
            value => drop(claims.insert((*name).to_owned(), value.clone())),
        }
    }
    Value::Object(claims)
}

fn sign(key: &SigningKey, claims: &Value) -> String {
    key.sign(Typ::Absent, claims).expect("an assertion")
}

fn keys(keys: &[&SigningKey]) -> Value {
    serde_json::to_value(JwkSet::of(keys.iter().map(|key| key.public().clone()).collect())).expect("a JWK Set")
}

/// The reasons of one client's refusals in the trail, the newest first.
async fn refusals(app: &App, id: &str) -> Vec<Option<String>> {
    let query = audit_events::table
        .filter(audit_events::client_id.eq(ClientId::from(id)))
        .filter(audit_events::event.eq("client.authentication_refused"))
        .filter(audit_events::outcome.eq(Outcome::Refused))
        .order(audit_events::id.desc())
        .select(audit_events::reason);
    let rows = app.db.read(move |conn| {
        Box::pin(async move {
            let rows = match conn {
                Conn::Pg(c) => diesel_async::RunQueryDsl::load(query, c).await,
                Conn::Lite(c) => diesel::RunQueryDsl::load(query, &mut **c),
            };
            rows.map_err(|e| Fault::internal("read the trail", e))
        })
    });
    rows.await.expect("the trail")
}

fn reasons(reasons: &[&str]) -> Vec<Option<String>> {
    reasons.iter().map(|reason| Some((*reason).to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc6749_s2_3_each_method_and_no_other() {
    on_both(async |house: Nodes| {
        let [a, b] = &house.nodes;
        let in_header = add(a, client("header", "client_secret_basic")).await;
        let in_body = add(a, client("body", "client_secret_post")).await;
        add(a, client("public", "none")).await;
        let key = SigningKey::generate(Alg::Es256).expect("a key");
        add(a, Client { jwks: Some(keys(&[&key])), ..client("signer", "private_key_jwt") }).await;
        let off = add(a, client("off", "client_secret_basic")).await;
        clients::set_state(a, &"off".into(), ClientState::Disabled, &Origin::house()).await.expect("shut off");
        let assertion = || sign(&key, &claims(b, "signer", &[]));
        let foreign = SigningKey::generate(Alg::Es256).expect("a key");
        // Read on the other node, so that nothing is a matter of one node's memory.
        for (name, header, body, wanted) in [
            ("in the header", Some(basic("header", &in_header)), String::new(), Some("header")),
            ("in the body", None, post("body", &in_body), Some("body")),
            ("public", None, "client_id=public".to_owned(), Some("public")),
            ("signed", None, asserted(&assertion()), Some("signer")),
            ("wrong secret", Some(basic("header", &in_body)), String::new(), None),
            ("empty secret", Some(basic("header", "")), String::new(), None),
            ("half the secret", Some(basic("header", &in_header[..20])), String::new(), None),
            ("the other place", None, post("header", &in_header), None),
            ("the other place, turned round", Some(basic("body", &in_body)), String::new(), None),
            ("none for a confidential client", None, "client_id=header".to_owned(), None),
            ("none for a client with keys", None, "client_id=signer".to_owned(), None),
            ("a secret for a public client", None, post("public", "s"), None),
            ("an assertion for a client with a secret", None, asserted(&sign(&key, &claims(b, "header", &[]))), None),
            ("another's key", None, asserted(&sign(&foreign, &claims(b, "signer", &[]))), None),
            ("disabled", Some(basic("off", &off)), String::new(), None),
            ("unknown", Some(basic("nobody", &in_header)), String::new(), None),
            ("unknown without proof", None, "client_id=nobody".to_owned(), None),
            ("unknown with an assertion", None, asserted(&sign(&key, &claims(b, "nobody", &[]))), None),
        ] {
            let answer = call(b, header.as_deref(), &body).await;
            match (answer, wanted) {
                (Ok(id), Some(wanted)) => assert_eq!(id, wanted, "{name}"),
                (Err((code, has_challenge, text)), None) => {
                    assert_eq!((code, has_challenge), (Code::InvalidClient, header.is_some()), "{name}");
                    assert!(text.starts_with("the client is unknown or disabled, or"), "{name}: {text}");
                }
                (answer, _) => panic!("{name}: {answer:?}"),
            }
        }
        let counted = b.metrics.render();
        for line in [
            r#"sw_client_auth_total{method="client_secret_basic",outcome="wrong_secret"} 3"#,
            r#"sw_client_auth_total{method="private_key_jwt",outcome="ok"} 1"#,
            r#"sw_client_auth_total{method="none",outcome="wrong_method"} 2"#,
        ] {
            assert!(counted.contains(line), "{line} in {counted}");
        }
        let both = call(b, Some(&basic("header", &in_header)), &post("header", &in_header)).await;
        assert_eq!(both.unwrap_err().0, Code::InvalidRequest);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_secrets_work_while_one_is_replaced_and_no_third() {
    on_both(async |house: Nodes| {
        let [a, b] = &house.nodes;
        let id = ClientId::from("orbit");
        let first = add(a, client("orbit", "client_secret_basic")).await;
        let works = async |secret: &str| call(b, Some(&basic("orbit", secret)), "").await.is_ok();
        assert!(works(&first).await);
        let pass = |time: Seconds| clocks(a, b).iter().for_each(|clock| clock.advance(time));
        pass(Seconds(1));
        let second = clients::rotate_secret(a, &id, &Origin::house()).await.expect("a second secret");
        assert!(works(&first).await && works(second.expose()).await, "both, so that nobody has to hurry");
        pass(Seconds(1));
        let third = clients::rotate_secret(a, &id, &Origin::house()).await.expect("a third secret");
        assert!(!works(&first).await && works(second.expose()).await && works(third.expose()).await);
        pass(clients::OLD_SECRET_LIVES);
        assert!(!works(second.expose()).await && works(third.expose()).await, "the older one has expired");
    })
    .await;
}

/// The clocks of two nodes, each once: on SQLite the second node is the first.
fn clocks(a: &App, b: &App) -> Vec<Clock> {
    match (&a.clock, &b.clock) {
        (Clock::Fixed(x), Clock::Fixed(y)) if Arc::ptr_eq(x, y) => vec![a.clock.clone()],
        _ => vec![a.clock.clone(), b.clock.clone()],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7523_s3_every_claim_of_an_assertion_counts() {
    on_both(async |house: Nodes| {
        let [app, _] = &house.nodes;
        let key = SigningKey::generate(Alg::Es256).expect("a key");
        let rsa = SigningKey::generate(Alg::Rs256).expect("a key");
        let inline = Client { jwks: Some(keys(&[&key, &rsa])), ..client("signer", "private_key_jwt") };
        let token_endpoint = format!("{}/token", app.config.issuer());
        add(app, inline.clone()).await;
        add(app, Client { id: "legacy".into(), legacy_assertion_aud: true, ..inline.clone() }).await;
        let picky = Client { token_endpoint_auth_signing_alg: Some("ES256".into()), ..inline };
        add(app, Client { id: "picky".into(), ..picky }).await;
        let now = NOW.unix();
        for (id, signer, changes, is_good) in [
            ("signer", &key, vec![], true),
            ("signer", &rsa, vec![], true),
            ("picky", &key, vec![], true),
            ("picky", &rsa, vec![], false),
            ("signer", &key, vec![("aud", json!([app.config.issuer()]))], false),
            ("signer", &key, vec![("aud", json!(token_endpoint))], false),
            ("legacy", &key, vec![("aud", json!(token_endpoint))], true),
            ("legacy", &key, vec![("aud", json!([app.config.issuer(), token_endpoint]))], true),
            ("legacy", &key, vec![("aud", json!([token_endpoint, "https://evil.example"]))], false),
            ("legacy", &key, vec![("aud", json!("https://evil.example"))], false),
            ("signer", &key, vec![("aud", json!("https://evil.example"))], false),
            ("signer", &key, vec![("aud", Value::Null)], false),
            ("signer", &key, vec![("iss", json!("legacy"))], false),
            ("signer", &key, vec![("iss", Value::Null)], false),
            ("signer", &key, vec![("sub", Value::Null)], false),
            ("signer", &key, vec![("sub", json!("nobody"))], false),
            ("signer", &key, vec![("jti", Value::Null)], false),
            ("signer", &key, vec![("exp", Value::Null)], false),
            ("signer", &key, vec![("exp", json!(now - 300))], false),
            ("signer", &key, vec![("exp", json!(now + 86_400))], false),
            ("signer", &key, vec![("nbf", json!(now + 8))], true),
            ("signer", &key, vec![("nbf", json!(now + 61))], false),
        ] {
            let token = sign(signer, &claims(app, id, &changes));
            let answer = call(app, None, &asserted(&token)).await;
            assert_eq!(answer.is_ok(), is_good, "{id} {changes:?}: {answer:?}");
            if let Err((code, ..)) = answer {
                assert_eq!(code, Code::InvalidClient, "{changes:?}");
            }
        }
        let token = sign(&key, &claims(app, "signer", &[]));
        let (signed, signature) = token.rsplit_once('.').expect("a signature");
        let none =
            signed.split_once('.').map(|(_, payload)| format!("eyJhbGciOiJub25lIn0.{payload}.")).expect("a payload");
        let twisted: String = signature.chars().rev().collect();
        for bad in [format!("{signed}."), format!("{signed}.{twisted}"), none, sign_typ(&key, app)] {
            assert_eq!(call(app, None, &asserted(&bad)).await.expect_err(&bad).0, Code::InvalidClient);
        }
    })
    .await;
}

/// An assertion that says it is an access token.
fn sign_typ(key: &SigningKey, app: &App) -> String {
    key.sign(Typ::AccessToken, &claims(app, "signer", &[])).expect("a token")
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7523_s3_of_64_that_present_one_jti_one_wins() {
    on_both(async |house: Nodes| {
        let [a, b] = &house.nodes;
        let key = Arc::new(SigningKey::generate(Alg::EdDsa).expect("a key"));
        add(a, Client { jwks: Some(keys(&[&key])), ..client("signer", "private_key_jwt") }).await;
        add(a, Client { jwks: Some(keys(&[&key])), ..client("twin", "private_key_jwt") }).await;
        for round in 0..5 {
            let jti = json!(format!("jti-{round}"));
            let racers: Vec<_> = (0..64)
                .map(|n| {
                    let app = [a, b][n % 2].clone();
                    // Each its own token: the name alone makes them the same.
                    let changes = [("jti", jti.clone()), ("n", json!(n))];
                    let body = asserted(&sign(&key, &claims(&app, "signer", &changes)));
                    tokio::spawn(async move {
                        let params = Params::from_form(body.as_bytes()).expect("parameters");
                        let presented = Presented::new(None, &params);
                        authenticate(&app, &presented, &Origin::house()).await.map(drop)
                    })
                })
                .collect();
            let (mut winners, mut unavailable) = (0, 0);
            for racer in racers {
                match racer.await.expect("a racer") {
                    Ok(()) => winners += 1,
                    Err(Error::Protocol(error)) => assert_eq!(error.code(), Code::InvalidClient),
                    // A slow machine: no answer in time is no answer, and no second winner.
                    Err(Error::Fault(fault)) if fault.kind() == FaultKind::Unavailable => unavailable += 1,
                    Err(other) => panic!("{other:?}"),
                }
            }
            assert!(winners == 1 || (winners == 0 && unavailable > 0), "{} round {round}: {winners}", a.db.name());
            let others = sign(&key, &claims(a, "twin", &[("jti", jti)]));
            assert!(call(a, None, &asserted(&others)).await.is_ok(), "each client has its own names");
        }
        // An assertion whose exp has passed but is forgiven must be remembered as long as it is forgiven.
        let body =
            asserted(&sign(&key, &claims(a, "signer", &[("jti", json!("late")), ("exp", json!(NOW.unix() + 1))])));
        assert!(call(a, None, &body).await.is_ok());
        for clock in clocks(a, b) {
            clock.advance(Seconds(10));
        }
        assert!(call(b, None, &body).await.is_err());
    })
    .await;
}

/// A client's server that publishes a JWK Set, and can be told to fail.
struct KeyServer {
    address: SocketAddr,
    answer: Arc<Mutex<String>>,
    calls: Arc<AtomicUsize>,
}

impl KeyServer {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (answer, calls) = (Arc::new(Mutex::new(String::new())), Arc::new(AtomicUsize::new(0)));
        let (said, count) = (Arc::clone(&answer), Arc::clone(&calls));
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let mut request = [0; 2048];
                let _ = socket.read(&mut request).await;
                let said = said.lock().expect("the answer").clone();
                let _ = socket.write_all(said.as_bytes()).await;
            }
        });
        Self { address, answer, calls }
    }

    fn publish(&self, set: &Value) {
        let body = set.to_string();
        *self.answer.lock().expect("the answer") =
            format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
    }

    fn fail(&self) {
        *self.answer.lock().expect("the answer") =
            "HTTP/1.1 500 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned();
    }

    fn calls(&self) -> usize {
        self.calls.swap(0, Ordering::SeqCst)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_core_s10_1_1_published_keys_are_read_kept_and_read_again() {
    let server = Arc::new(KeyServer::start().await);
    let mut config = Config::default();
    config.outbound.allow = vec![server.address.to_string()];
    on_both_with(config, async |house: Nodes| {
        let [app, _] = &house.nodes;
        let [first, second, third] = [(); 3].map(|()| SigningKey::generate(Alg::Es256).expect("a key"));
        let uri = format!("http://{}/jwks.json", server.address);
        add(app, Client { jwks_uri: Some(uri), ..client("signer", "private_key_jwt") }).await;
        let works = async |key: &SigningKey| {
            let body = asserted(&sign(key, &claims(app, "signer", &[])));
            call(app, None, &body).await.is_ok()
        };
        server.publish(&keys(&[&first]));
        server.calls();
        assert!(works(&first).await && works(&first).await);
        assert_eq!(server.calls(), 1, "what was read is kept");

        server.publish(&keys(&[&first, &second]));
        assert!(!works(&second).await, "read moments ago");
        assert_eq!(server.calls(), 0);
        app.clock.advance(Seconds(30));
        assert!(works(&second).await, "an unknown kid reads anew");
        for _ in 0..20 {
            assert!(!works(&third).await);
        }
        assert_eq!(server.calls(), 1, "whatever is presented, once in 30 seconds");

        server.fail();
        app.clock.advance(Seconds::hours(2));
        assert!(works(&first).await, "old keys are better than none");
        assert_eq!(server.calls(), 1);
        app.clock.advance(Seconds::hours(23));
        assert!(!works(&first).await, "but not for longer than a day");
        server.publish(&keys(&[&third]));
        app.clock.advance(Seconds(60));
        assert!(works(&third).await && !works(&first).await, "and all is well again");

        // Of many that meet a new key at once, one reads.
        server.publish(&keys(&[&second]));
        app.clock.advance(Seconds(30));
        server.calls();
        let racers = (0..32).map(|_| works(&second));
        assert!(futures_util::future::join_all(racers).await.into_iter().all(|worked| worked));
        assert_eq!(server.calls(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jwks_uri_that_may_not_be_called_gives_no_keys() {
    on_both(async |house: Nodes| {
        let [app, _] = &house.nodes;
        let key = SigningKey::generate(Alg::Es256).expect("a key");
        let uri = Some("https://169.254.169.254/latest/meta-data".to_owned());
        add(app, Client { jwks_uri: uri, ..client("signer", "private_key_jwt") }).await;
        let refused = call(app, None, &asserted(&sign(&key, &claims(app, "signer", &[])))).await.unwrap_err();
        assert_eq!(refused.0, Code::InvalidClient);
        assert_eq!(refusals(app, "signer").await, reasons(&["keys_unavailable"]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_leave_a_trail_that_a_flood_cannot_fill() {
    on_both(async |house: Nodes| {
        let [app, _] = &house.nodes;
        add(app, client("orbit", "client_secret_basic")).await;
        for _ in 0..50 {
            assert!(call(app, Some(&basic("orbit", "guess")), "").await.is_err());
            assert!(call(app, Some(&basic("nobody", "guess")), "").await.is_err());
        }
        assert_eq!(refusals(app, "orbit").await, reasons(&["wrong_secret"]));
        app.clock.advance(Seconds(1));
        assert!(call(app, None, "client_id=orbit").await.is_err());
        assert_eq!(refusals(app, "orbit").await, reasons(&["wrong_method", "wrong_secret"]), "the newest first");
        assert!(refusals(app, "nobody").await.is_empty());
    })
    .await;
}
