//! RFC 7591 and OIDC Registration: clients that register themselves, case by case.

use serde_json::{Value, json};

use crate::support::person::{Answers, Person};
use crate::support::platform::{Answer, Key, http, now};
use crate::support::registrant::{platform, register, registered};
use crate::support::server::Server;
use crate::support::site::Site;
use crate::support::unique;

const CALLBACK: &str = "https://orbitphotos.example/callback";
const MODE: &str = "SW__REGISTRATION__MODE";

/// A house where anybody may register, and which calls this site.
async fn open(site: &Site) -> Server {
    let (host, ca) = (site.host(), site.ca().display().to_string());
    Server::with(&[(MODE, "open"), ("SW__OUTBOUND__ALLOW", &host), ("SW__OUTBOUND__EXTRA_CA", &ca)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7591_s3_2_1_a_client_registers_itself_and_signs_people_in() {
    let site = Site::https().await;
    let server = open(&site).await;
    site.says("/logo.png", "text/html", *b"\x89PNG\r\n\x1a\nrest");
    let document = json!({
        "client_name": "Orbit Photos", "client_name#ar": "مدار", "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"], "contacts": ["dev@orbitphotos.example"],
        "logo_uri": site.url("/logo.png"), "policy_uri": "https://orbitphotos.example/privacy",
        "tos_uri": "https://orbitphotos.example/terms", "initiate_login_uri": "https://orbitphotos.example/login",
        "software_id": "orbit", "an_extension": {"x": [1]}, "domain_verified_at": 1, "is_self_registered": false,
    });
    let answer = register(&server.issuer, None, &document).await;
    assert_eq!((answer.status, answer.header("content-type")), (201, Some("application/json")), "{}", answer.text());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let told = answer.json();
    for name in ["client_name", "redirect_uris", "grant_types", "contacts", "logo_uri", "policy_uri", "tos_uri"] {
        assert_eq!(told[name], document[name], "{name}");
    }
    for name in ["initiate_login_uri", "software_id"] {
        assert_eq!(told[name], document[name], "{name}");
    }
    for absent in ["client_name#ar", "an_extension", "domain_verified_at", "is_self_registered", "require_pkce"] {
        assert!(told.get(absent).is_none(), "{absent}: {told}");
    }
    let id = told["client_id"].as_str().expect("a client_id");
    assert_eq!(told["registration_client_uri"], format!("{}/register/{id}", server.issuer));
    assert_eq!((&told["client_secret_expires_at"], &told["response_types"]), (&json!(0), &json!(["code"])));
    assert!(told["client_secret"].as_str().is_some_and(|secret| secret.len() >= 43));
    assert!(told["registration_access_token"].as_str().is_some_and(|token| token.len() >= 43));
    assert!(told["client_id_issued_at"].as_u64().is_some_and(|at| now() - at < 60));
    assert_eq!(told["scope"], "address email offline_access openid phone profile");

    // It signs people in without PKCE, as the standard's own clients do; the pages say what it is.
    let platform = platform(&server.issuer, &told).await;
    assert_eq!(platform.endpoint("registration_endpoint"), format!("{}/register", server.issuer));
    let bare = [("code_challenge", None), ("code_challenge_method", None)];
    let attempt = platform.attempt_with("openid profile email", &bare);
    let mut person = Person::signed_up(&server).await;
    person.jar = crate::support::cookies::Jar::default();
    let page = person.visit(attempt.url.as_str()).await.page();
    assert!(page.text().contains("This app described itself"), "{}", page.text());
    let shown = &page.body;
    assert!(
        shown.contains("https://orbitphotos.example/privacy") && shown.contains("https://orbitphotos.example/terms")
    );
    assert!(!shown.contains(&site.origin), "the picture is our copy");
    let logo = shown.split("src=\"/logo?").nth(1).and_then(|rest| rest.split('"').next()).expect("a picture");
    let logo = format!("{}/logo?{}", server.issuer, logo.replace("&amp;", "&").replace("&#38;", "&"));
    for _ in 0..2 {
        let picture = Answer::of(http().get(&logo)).await;
        assert_eq!((picture.status, picture.header("content-type")), (200, Some("image/png")), "{logo}");
        assert_eq!(picture.header("x-content-type-options"), Some("nosniff"));
    }
    assert_eq!(site.heard("/logo.png").len(), 1, "fetched once");
    let consent = person.walk_to_consent(attempt.url.as_str()).await;
    assert!(consent.text().contains("This app described itself"), "{}", consent.text());
    let callback = person.decide(&consent, &Answers::only(&["email"])).await.away();
    let code = platform.code(&attempt, &callback);
    let fields = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK)];
    let tokens = platform.tokens(&attempt, platform.token(&fields).await).await;
    for claim in ["name", "email"] {
        assert!(tokens.claims.get(claim).is_none(), "only protocol claims by default: {}", tokens.claims);
    }
    assert_eq!(platform.userinfo(&tokens.access).await.json()["email"], person.email.as_str());
    let shown = server.cli(&["client", "show", id, "--json"]);
    let shown: Value = serde_json::from_str(&shown).expect("JSON");
    assert!(shown["is_self_registered"] == true && shown["domain_verified_at"].is_null(), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn security_s2_pictures_that_are_none_are_not_shown() {
    let site = Site::https().await;
    let server = open(&site).await;
    site.says("/svg", "image/png", *b"<svg xmlns='http://www.w3.org/2000/svg'/>");
    site.says("/large", "image/png", [&b"\x89PNG\r\n\x1a\n"[..], &vec![0; 300 * 1024]].concat());
    for (what, uri) in [("a document", "/svg"), ("too large", "/large"), ("nothing", "/none")] {
        let document = json!({"redirect_uris": [CALLBACK], "logo_uri": site.url(uri)});
        let told = registered(&server.issuer, &document).await;
        let id = told["client_id"].as_str().expect("an id");
        let answer = Answer::of(http().get(format!("{}/logo?client_id={id}", server.issuer))).await;
        assert_eq!(answer.status, 404, "{what}");
    }
    for query in ["", "?client_id=nobody", "?client_id=%00"] {
        assert_eq!(Answer::of(http().get(format!("{}/logo{query}", server.issuer))).await.status, 404, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7591_s3_2_2_refusals() {
    let site = Site::https().await;
    let server = open(&site).await;
    let with = |members: Value| {
        let mut document = json!({"redirect_uris": [CALLBACK]});
        document.as_object_mut().expect("an object").extend(members.as_object().expect("an object").clone());
        document
    };
    let (redirect, metadata) = ("invalid_redirect_uri", "invalid_client_metadata");
    for (what, document, code) in [
        ("a fragment", json!({"redirect_uris": [format!("{CALLBACK}#x")]}), redirect),
        ("plain http", json!({"redirect_uris": ["http://orbitphotos.example/"]}), redirect),
        ("a script", json!({"redirect_uris": ["javascript:alert(1)"]}), redirect),
        ("after signing out, plain http", with(json!({"post_logout_redirect_uris": ["http://a.example/"]})), redirect),
        ("no redirect URI", json!({}), metadata),
        ("a login page without https", with(json!({"initiate_login_uri": "http://orbitphotos.example/"})), metadata),
        ("a script for a policy", with(json!({"policy_uri": "javascript:alert(1)"})), metadata),
        ("an unknown grant type", with(json!({"grant_types": ["password"]})), metadata),
        ("a grant of operators", with(json!({"grant_types": ["authorization_code", "client_credentials"]})), metadata),
        ("an unknown response type", with(json!({"response_types": ["code", "carrier pigeon"]})), metadata),
        ("an unknown method", with(json!({"token_endpoint_auth_method": "password"})), metadata),
        ("a key method without keys", with(json!({"token_endpoint_auth_method": "private_key_jwt"})), metadata),
        ("private keys", with(json!({"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}})), metadata),
        ("no algorithm", with(json!({"id_token_signed_response_alg": "none"})), metadata),
        ("a weak encryption", with(json!({"id_token_encrypted_response_alg": "RSA1_5"})), metadata),
        ("an unknown scope", with(json!({"scope": "openid everything"})), metadata),
        ("a name that turns round", with(json!({"client_name": "Orbit\u{202e}knab"})), metadata),
        ("another type", with(json!({"client_name": ["Orbit"]})), metadata),
        ("sign-outs told to strangers", with(json!({"frontchannel_logout_uri": "https://evil.example/"})), metadata),
        (
            "pairwise for several hosts",
            json!({"redirect_uris": [CALLBACK, "https://b.example/"], "subject_type": "pairwise"}),
            metadata,
        ),
        ("a statement that is none", with(json!({"software_statement": "x.y.z"})), "invalid_software_statement"),
        ("a statement of a number", with(json!({"software_statement": 1})), "invalid_software_statement"),
    ] {
        let answer = register(&server.issuer, None, &document).await;
        assert_eq!((answer.status, answer.error().as_str()), (400, code), "{what}: {}", answer.text());
        assert!(answer.json()["error_description"].as_str().is_some_and(|why| why.len() > 10), "{what}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{what}");
    }
    let endpoint = format!("{}/register", server.issuer);
    let large = format!("{{\"client_name\": \"{}\"}}", "x".repeat(70_000));
    for (what, content_type, body) in [
        ("no JSON", "application/json", "redirect_uris=x"),
        ("a list", "application/json", "[]"),
        ("a member twice", "application/json", r#"{"client_name":"a","client_name":"b"}"#),
        ("too deep", "application/json", &format!("{{\"x\":{}1{}}}", "[".repeat(60), "]".repeat(60))),
        ("a form", "application/x-www-form-urlencoded", "client_name=x"),
        ("too large", "application/json", &large),
        ("nothing", "application/json", ""),
    ] {
        let request = http().post(&endpoint).header("content-type", content_type).body(body.to_owned());
        let answer = Answer::of(request).await;
        assert_eq!((answer.status, answer.error().as_str()), (400, metadata), "{what}: {}", answer.text());
    }
    assert_eq!(Answer::of(http().get(&endpoint)).await.status, 405);
    let clients: Value = serde_json::from_str(&server.cli(&["client", "list", "--json"])).expect("JSON");
    assert_eq!(clients, json!([]), "nothing of it was kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7591_s3_a_token_is_asked_for_and_used_up() {
    let server = Server::with(&[(MODE, "token")]).await;
    let document = json!({"redirect_uris": [CALLBACK]});
    let answer = register(&server.issuer, None, &document).await;
    assert_eq!(answer.status, 401);
    assert!(answer.header("www-authenticate").is_some_and(|c| c.starts_with("Bearer") && !c.contains("error")));
    register(&server.issuer, Some("sw_it_guess"), &document).await.must_refuse(401, "invalid_token");

    let make = |args: &[&str]| -> Value {
        let mut all = vec!["client", "initial-token", "add", "--json"];
        all.extend(args);
        serde_json::from_str(&server.cli(&all)).expect("JSON")
    };
    let made = make(&["--uses", "3", "--label", "Orbit", "--expires", "1h"]);
    let token = made["initial_access_token"].as_str().expect("a token").to_owned();
    // What is refused uses nothing up.
    register(&server.issuer, Some(&token), &json!({})).await.must_refuse(400, "invalid_client_metadata");
    let all = futures_util::future::join_all((0..10).map(|_| register(&server.issuer, Some(&token), &document))).await;
    let statuses: Vec<u16> = all.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 3, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 7, "{statuses:?}");
    let listed = server.cli(&["client", "initial-token", "list", "--json"]);
    let listed: Value = serde_json::from_str(&listed).expect("JSON");
    assert_eq!(
        (&listed[0]["uses"], &listed[0]["label"], &listed[0]["most_uses"]),
        (&json!(3), &json!("Orbit"), &json!(3))
    );
    assert!(!listed.to_string().contains(&token));

    let made = make(&["--expires", "1s"]);
    let (token, id) = (made["initial_access_token"].as_str().expect("a token"), made["id"].as_str().expect("an id"));
    tokio::time::sleep(std::time::Duration::from_millis(1200)).await;
    register(&server.issuer, Some(token), &document).await.must_refuse(401, "invalid_token");
    server.cli(&["client", "initial-token", "remove", id]);
    let (is_done, _, why) = server.try_cli(&["client", "initial-token", "remove", id]);
    assert!(!is_done && why.contains("there is no initial token"), "{why}");
    let made = make(&[]);
    server.cli(&["client", "initial-token", "remove", made["id"].as_str().expect("an id")]);
    let token = made["initial_access_token"].as_str().expect("a token");
    register(&server.issuer, Some(token), &document).await.must_refuse(401, "invalid_token");
    for bad in [&["--uses", "0"][..], &["--expires", "0s"], &["--expires", "soon"]] {
        let mut all = vec!["client", "initial-token", "add"];
        all.extend(bad);
        assert!(!server.try_cli(&all).0, "{bad:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc7591_s2_3_software_statements() {
    let site = Site::https().await;
    let (issuer, key) = ("https://trust.example", Key::generate());
    site.says("/jwks", "application/json", key.jwks());
    let (host, ca) = (site.host(), site.ca().display().to_string());
    let publisher = format!("{issuer} {}", site.url("/jwks"));
    let settings = [
        (MODE, "open"),
        ("SW__OUTBOUND__ALLOW", host.as_str()),
        ("SW__OUTBOUND__EXTRA_CA", ca.as_str()),
        ("SW__REGISTRATION__SOFTWARE_STATEMENTS", publisher.as_str()),
    ];
    let server = Server::with(&settings).await;
    let sign = |key: &Key, changes: Value| {
        let mut claims = json!({"iss": issuer, "iat": now(), "software_id": "orbit-1", "client_name": "Orbit Photos"});
        claims.as_object_mut().expect("an object").extend(changes.as_object().expect("an object").clone());
        claims.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
        key.sign(&claims)
    };
    let with = |statement: &str| json!({"redirect_uris": [CALLBACK], "client_name": "Something else", "software_statement": statement});
    let statement = sign(&key, json!({"exp": now() + 600}));
    let told = registered(&server.issuer, &with(&statement)).await;
    assert_eq!((&told["client_name"], &told["software_id"]), (&json!("Orbit Photos"), &json!("orbit-1")));
    assert_eq!(told["software_statement"], statement.as_str(), "unmodified (RFC 7591 §3.2.1)");
    assert!(told.get("iss").is_none());

    let invalid = "invalid_software_statement";
    let unsigned = format!("{}.{}.", "eyJhbGciOiJub25lIn0", statement.split('.').nth(1).expect("claims"));
    for (what, statement, code) in [
        ("another key", sign(&Key::generate(), json!({})), invalid),
        ("expired", sign(&key, json!({"exp": now() - 60})), invalid),
        ("not signed", unsigned, invalid),
        ("another issuer", sign(&key, json!({"iss": "https://evil.example"})), "unapproved_software_statement"),
        ("no issuer", sign(&key, json!({"iss": null})), "unapproved_software_statement"),
        ("what cannot be", sign(&key, json!({"redirect_uris": ["http://orbit.example/"]})), "invalid_redirect_uri"),
    ] {
        let answer = register(&server.issuer, None, &with(&statement)).await;
        assert_eq!((answer.status, answer.error().as_str()), (400, code), "{what}: {}", answer.text());
    }
    // What a statement said cannot be taken back by leaving it out later.
    let uri = told["registration_client_uri"].as_str().expect("a URI");
    let token = told["registration_access_token"].as_str();
    let change = json!({"client_id": told["client_id"], "redirect_uris": [CALLBACK], "client_name": "Something else"});
    let answer = crate::support::registrant::manage(reqwest::Method::PUT, uri, token, Some(&change)).await;
    answer.must_refuse(400, invalid);
}

#[tokio::test(flavor = "multi_thread")]
async fn oidc_registration_s5_sector_identifiers() {
    let site = Site::https().await;
    let server = open(&site).await;
    let other = "https://photos.example/callback";
    site.says("/both", "application/json", json!([CALLBACK, other, "https://more.example/"]).to_string());
    site.says("/one", "application/json", json!([CALLBACK]).to_string());
    site.says("/object", "application/json", json!({"redirect_uris": [CALLBACK, other]}).to_string());
    site.says("/large", "application/json", json!(["x".repeat(70_000), CALLBACK, other]).to_string());
    let document = |uri: String| json!({"redirect_uris": [CALLBACK, other], "sector_identifier_uri": uri});
    let told = registered(&server.issuer, &document(site.url("/both"))).await;
    assert_eq!(
        (&told["subject_type"], &told["sector_identifier_uri"]),
        (&json!("pairwise"), &json!(site.url("/both")))
    );
    for (what, uri) in [
        ("one is missing", site.url("/one")),
        ("no list", site.url("/object")),
        ("too large", site.url("/large")),
        ("not there", site.url("/none")),
        ("plain http", site.url("/both").replace("https", "http")),
        ("a private address", "https://127.0.0.1:1/list".to_owned()),
        ("an address of the cloud", "https://169.254.169.254/latest/meta-data".to_owned()),
    ] {
        let answer = register(&server.issuer, None, &document(uri)).await;
        assert_eq!((answer.status, answer.error().as_str()), (400, "invalid_client_metadata"), "{what}");
    }
    // Clients of one sector know a person by one name.
    let mut person = Person::signed_up(&server).await;
    let mut subjects = Vec::new();
    for _ in 0..2 {
        let told = registered(&server.issuer, &document(site.url("/both"))).await;
        let platform = platform(&server.issuer, &told).await;
        subjects.push(platform.sign_in(&mut person, "openid").await.claims["sub"].clone());
    }
    let alone = registered(&server.issuer, &json!({"redirect_uris": [CALLBACK]})).await;
    let platform = platform(&server.issuer, &alone).await;
    let alone = platform.sign_in(&mut person, "openid").await.claims["sub"].clone();
    assert!(subjects[0] == subjects[1] && subjects[0] != alone, "{subjects:?} {alone}");
}

#[tokio::test(flavor = "multi_thread")]
async fn registration_is_off_unless_it_is_turned_on() {
    let server = Server::shared().await;
    let document = json!({"redirect_uris": [CALLBACK], "client_name": unique("x")});
    assert_eq!(register(&server.issuer, None, &document).await.status, 404);
    for method in [reqwest::Method::GET, reqwest::Method::DELETE] {
        let answer = Answer::of(http().request(method, format!("{}/register/x", server.issuer)).bearer_auth("x")).await;
        assert_eq!(answer.status, 404);
    }
    let metadata = Answer::of(http().get(format!("{}/.well-known/openid-configuration", server.issuer))).await.json();
    for absent in ["registration_endpoint", "client_id_metadata_document_supported"] {
        assert!(metadata.get(absent).is_none(), "{absent}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn security_s7_registrations_are_counted_by_address() {
    let settings = [(MODE, "open"), ("SW__LIMITS__ENABLED", "true"), ("SW__LIMITS__REGISTER", "1/h burst 2")];
    let server = Server::with(&settings).await;
    let document = json!({"redirect_uris": [CALLBACK]});
    for _ in 0..2 {
        assert_eq!(register(&server.issuer, None, &document).await.status, 201);
    }
    let refused = register(&server.issuer, None, &document).await;
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").is_some());
}
