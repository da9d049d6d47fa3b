//! RFC 7592: how a client reads, changes and ends its own registration.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::person::Person;
use crate::support::platform::Answer;
use crate::support::registrant::{manage, platform, registered};
use crate::support::server::Server;

const CALLBACK: &str = "https://orbitphotos.example/callback";

/// A client that has registered itself.
struct Own {
    told: Value,
}

impl Own {
    async fn new(server: &Server, members: Value) -> Self {
        let mut document = json!({"redirect_uris": [CALLBACK], "client_name": "Orbit Photos"});
        document.as_object_mut().expect("an object").extend(members.as_object().expect("an object").clone());
        Self { told: registered(&server.issuer, &document).await }
    }

    fn text(&self, name: &str) -> &str {
        self.told[name].as_str().unwrap_or_else(|| panic!("{name} in {}", self.told))
    }

    async fn ask(&self, method: Method, document: Option<&Value>) -> Answer {
        let token = self.text("registration_access_token");
        manage(method, self.text("registration_client_uri"), Some(token), document).await
    }

    /// A change with everything that it must have.
    fn change(&self, members: Value) -> Value {
        let mut document = json!({"client_id": self.told["client_id"], "redirect_uris": [CALLBACK]});
        document.as_object_mut().expect("an object").extend(members.as_object().expect("an object").clone());
        document
    }
}

async fn house() -> Server {
    Server::with(&[("SW__REGISTRATION__MODE", "open")]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7592_s2_1_a_client_reads_how_it_is_registered() {
    let server = house().await;
    let own = Own::new(&server, json!({"initiate_login_uri": "https://orbitphotos.example/login"})).await;
    let answer = own.ask(Method::GET, None).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let mut told = answer.json();
    let mut wanted = own.told.clone();
    // A secret is kept as a digest, and told once.
    assert!(told.get("client_secret").is_none());
    wanted.as_object_mut().expect("an object").remove("client_secret");
    assert_eq!(told["initiate_login_uri"].take(), wanted["initiate_login_uri"].take());
    assert_eq!(told, wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7592_s2_another_token_is_told_nothing() {
    let server = house().await;
    let (own, other) = (Own::new(&server, json!({})).await, Own::new(&server, json!({})).await);
    let uri = own.text("registration_client_uri");
    let theirs = other.text("registration_access_token");
    let change = own.change(json!({}));
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let document = (method == Method::PUT).then_some(&change);
        let none = manage(method.clone(), uri, None, document).await;
        assert_eq!(none.status, 401, "{method}");
        assert!(none.header("www-authenticate").is_some_and(|challenge| challenge.starts_with("Bearer")));
        for (what, uri, token) in [
            ("another's", uri, theirs),
            ("a guess", uri, "sw_rg_guess"),
            ("nobody's client", &format!("{}/register/cli_nobody", server.issuer), theirs),
        ] {
            let answer = manage(method.clone(), uri, Some(token), document).await;
            answer.must_refuse(401, "invalid_token");
            assert!(answer.header("www-authenticate").is_some_and(|c| c.contains("invalid_token")), "{method} {what}");
        }
    }
    assert_eq!(manage(Method::POST, uri, Some(theirs), Some(&change)).await.status, 405);
    assert_eq!(own.ask(Method::GET, None).await.status, 200, "nothing happened to it");
    // A client that an operator made has no such token, and one that was shut off cannot change itself.
    server.cli(&["client", "disable", own.text("client_id")]);
    own.ask(Method::GET, None).await.must_refuse(401, "invalid_token");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7592_s2_2_what_is_left_out_is_taken_back() {
    let server = house().await;
    let own = Own::new(&server, json!({"contacts": ["dev@orbitphotos.example"]})).await;
    server.cli(&["client", "verify-domain", own.text("client_id")]);
    let change =
        own.change(json!({"client_name": "Orbit", "client_secret": own.told["client_secret"], "tos_uri": null}));
    let answer = own.ask(Method::PUT, Some(&change)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let told = answer.json();
    assert!(told["client_name"] == "Orbit" && told.get("contacts").is_none(), "{told}");
    for same in ["client_id", "registration_access_token", "registration_client_uri", "client_id_issued_at"] {
        assert_eq!(told[same], own.told[same], "{same}");
    }
    let shown: Value = serde_json::from_str(&server.cli(&["client", "show", own.text("client_id"), "--json"])).unwrap();
    assert!(shown["domain_verified_at"].is_string() && shown["identity_changed_at"].is_string(), "{shown}");
    assert_eq!(own.ask(Method::GET, None).await.json()["client_name"], "Orbit");
    // The secret still works: it was not changed.
    let platform = platform(&server.issuer, &own.told).await;
    platform.sign_in(&mut Person::signed_up(&server).await, "openid").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7592_s2_2_refusals() {
    let server = house().await;
    let own = Own::new(&server, json!({})).await;
    let metadata = "invalid_client_metadata";
    let without = json!({"redirect_uris": [CALLBACK]});
    for (what, document, code) in [
        ("no client_id", without, metadata),
        ("another client_id", own.change(json!({"client_id": "cli_other"})), metadata),
        (
            "a secret of its own",
            own.change(json!({"client_secret": "chosen by the client itself, and long"})),
            metadata,
        ),
        ("a secret of another type", own.change(json!({"client_secret": 1})), metadata),
        ("the token", own.change(json!({"registration_access_token": "x"})), metadata),
        ("the address", own.change(json!({"registration_client_uri": "x"})), metadata),
        ("the end of the secret", own.change(json!({"client_secret_expires_at": 0})), metadata),
        ("the time of issue", own.change(json!({"client_id_issued_at": 0})), metadata),
        ("a bad redirect URI", own.change(json!({"redirect_uris": ["http://a.example/"]})), "invalid_redirect_uri"),
        ("a grant of operators", own.change(json!({"grant_types": ["client_credentials"]})), metadata),
    ] {
        let answer = own.ask(Method::PUT, Some(&document)).await;
        assert_eq!((answer.status, answer.error().as_str()), (400, code), "{what}: {}", answer.text());
    }
    assert_eq!(own.ask(Method::GET, None).await.json()["client_name"], "Orbit Photos", "nothing was changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7592_s2_2_another_method_brings_or_takes_the_secret() {
    let server = house().await;
    let own = Own::new(&server, json!({})).await;
    let public = own.ask(Method::PUT, Some(&own.change(json!({"token_endpoint_auth_method": "none"})))).await.json();
    assert!(public.get("client_secret").is_none() && public.get("client_secret_expires_at").is_none(), "{public}");
    let old = platform(&server.issuer, &own.told).await;
    old.introspect("x").await.must_refuse(401, "invalid_client");
    let change = own.change(json!({"token_endpoint_auth_method": "client_secret_post"}));
    let again = own.ask(Method::PUT, Some(&change)).await.json();
    assert!(again["client_secret"].is_string() && again["client_secret"] != own.told["client_secret"], "{again}");
    assert_eq!(platform(&server.issuer, &again).await.introspect("x").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7592_s2_3_what_is_deleted_is_gone() {
    let server = house().await;
    let own = Own::new(&server, json!({})).await;
    let platform = platform(&server.issuer, &own.told).await;
    let mut person = Person::signed_up(&server).await;
    let tokens = platform.sign_in(&mut person, "openid").await;
    let answer = own.ask(Method::DELETE, None).await;
    assert_eq!((answer.status, answer.body.len()), (204, 0));
    own.ask(Method::GET, None).await.must_refuse(401, "invalid_token");
    own.ask(Method::DELETE, None).await.must_refuse(401, "invalid_token");
    platform.userinfo(&tokens.access).await.must_refuse(401, "invalid_token");
    let page = person.visit(platform.attempt("openid").url.as_str()).await.page();
    assert_eq!(page.status, 400);
}
