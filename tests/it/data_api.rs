//! The data API (WALLET.md §14) through the doors: what it tells, to whom, and how it refuses.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use social_wallet::web::ROUTES;
use social_wallet::web::door::Door;

use crate::badges;
use crate::media::platforms::Shared;
use crate::protocol::oidc_core_userinfo::fill_profile;
use crate::protocol::oidc_identity_assurance;
use crate::signals;
use crate::support::person::{Answers, Person};
use crate::support::platform::{Answer, Method, NewClient, Platform, Tokens, http};
use crate::support::proofs::ProofKey;
use crate::support::server::{Server, setting};

const SCOPE: &str = "openid profile email phone wallet.profile";
const APP: &str = "https://app.orbitphotos.example";

/// A platform that a person shares some lines with.
struct Scene {
    platform: Platform,
    person: Person,
    tokens: Tokens,
}

impl Scene {
    async fn on(server: &Server, scope: &str, lines: &[&str]) -> Self {
        let client = NewClient::new(Method::Basic).with("--scope", SCOPE).with("--cors-origin", APP);
        let platform = Platform::at(server, &client).await;
        let mut person = Person::signed_up(server).await;
        fill_profile(&mut person).await;
        let attempt = platform.attempt(scope);
        let tokens = platform.sign_in_with(&mut person, attempt, &Answers::only(lines)).await;
        Self { platform, person, tokens }
    }

    async fn ask(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let url = format!("{}/wallet/v1{path}", self.platform.issuer);
        let mut request = self.platform.http.get(url).bearer_auth(&self.tokens.access);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::of(request).await
    }

    /// Changes the lines of the one app that the person has.
    async fn ticks(&mut self, lines: &[&str]) {
        let list = self.person.visit("/account/apps").await.page();
        let page = self.person.visit(list.link("/account/apps/").expect("an app").as_str()).await.page();
        let form = page.form("duration").tick_only("claim", lines);
        assert_eq!(self.person.submit(&page, &form).await.page().status, 200);
    }
}

/// A refusal: its status, the problem's code, and that nothing of the person is in it.
fn must_be_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    let problem = answer.json();
    assert_eq!((&problem["code"], &problem["status"]), (&json!(code), &json!(status)), "{problem}");
    assert!(problem["type"].as_str().is_some_and(|kind| kind.starts_with("http") && kind.ends_with(code)), "{problem}");
    for member in ["title", "detail", "instance"] {
        assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {problem}");
    }
    assert!(!answer.text().contains("Yusuf"));
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s14_2_who_the_person_is_and_what_was_given() {
    let server = Server::shared().await;
    let scene = Scene::on(server, SCOPE, &["nickname", "wallet_bio"]).await;
    let told = scene.ask("/me", &[]).await;
    assert_eq!((told.status, told.header("content-type")), (200, Some("application/json")), "{}", told.text());
    assert_eq!(told.header("cache-control"), Some("private, no-cache"));
    assert!(told.header("vary").is_some_and(|vary| vary.contains("Authorization")));
    let body = told.json();
    assert_eq!(body["sub"], scene.tokens.claims["sub"]);
    let grant = &body["grant"];
    assert_eq!((&grant["state"], &grant["duration"]), (&json!("active"), &json!("days90")));
    assert_eq!(grant["claims"], json!(["nickname", "updated_at", "wallet_bio"]), "{grant}");
    assert!(grant["expires_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{grant}");
    assert_eq!(grant["id"], scene.tokens.body["grant_id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s14_2_fields_say_where_they_come_from() {
    let server = Server::shared().await;
    let scene = Scene::on(server, SCOPE, &["nickname", "email", "wallet_links"]).await;
    let body = scene.ask("/profile", &[]).await.json();
    let names: Vec<&str> = body["fields"].as_object().expect("fields").keys().map(String::as_str).collect();
    assert_eq!(names, ["nickname", "email", "links"], "{body}");
    assert_eq!(body["meta"]["granted_fields"], json!(["nickname", "email", "links"]));
    let nickname = &body["fields"]["nickname"];
    assert_eq!((&nickname["value"], &nickname["source"]), (&json!("Mina"), &json!("self")));
    assert!(
        nickname["verified_at"].is_null() && nickname["updated_at"].is_string() && nickname["expires_at"].is_null()
    );
    let email = &body["fields"]["email"];
    assert_eq!((&email["value"], &email["source"]), (&json!(scene.person.email), &json!("control")));
    // Days alone: by seconds two platforms could tell that they know the same person.
    for time in [&nickname["updated_at"], &email["verified_at"], &email["updated_at"], &email["expires_at"]] {
        assert!(time.as_str().is_some_and(|time| time.ends_with("T00:00:00Z")), "{body}");
    }
    assert_eq!(body["fields"]["links"]["value"], json!(["https://a.example/"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s14_4_fields_can_be_chosen() {
    let server = Server::shared().await;
    let scene = Scene::on(server, SCOPE, &["nickname", "email"]).await;
    for (query, wanted) in [
        ("?fields=nickname", Some(vec!["nickname"])),
        ("?fields=nickname,email", Some(vec!["nickname", "email"])),
        // What is not shared and what is not held look the same.
        ("?fields=nickname,birthdate,middle_name", Some(vec!["nickname"])),
        ("?fields=shoe_size", None),
        ("?fields=wallet_bio", None),
        ("?fields=", None),
        ("?fields=nickname,,email", None),
    ] {
        let answer = scene.ask(&format!("/profile{query}"), &[]).await;
        match wanted {
            Some(wanted) => {
                let body = answer.json();
                let names: Vec<&str> = body["fields"].as_object().expect("fields").keys().map(String::as_str).collect();
                assert_eq!(names, wanted, "{query}");
            }
            None => must_be_problem(&answer, 400, "unknown_field"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rfc9110_s13_1_2_what_has_not_changed_is_not_sent_again() {
    let server = Server::shared().await;
    let mut scene = Scene::on(server, SCOPE, &["nickname", "email"]).await;
    let first = scene.ask("/profile", &[]).await;
    let etag = first.header("etag").expect("an entity tag").to_owned();
    assert!(etag.starts_with('"') && etag.len() == 24, "{etag}");
    let again = scene.ask("/profile", &[("if-none-match", &etag)]).await;
    assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, Some(&*etag)));
    let other = scene.ask("/profile?fields=nickname", &[("if-none-match", &etag)]).await;
    assert_eq!(other.status, 200, "another selection is another answer");
    assert_ne!(scene.ask("/me", &[]).await.header("etag"), Some(&*etag));

    // Less is shared: the token of before opens nothing, a new one gets a new answer.
    scene.ticks(&["nickname"]).await;
    must_be_problem(&scene.ask("/profile", &[("if-none-match", &etag)]).await, 401, "invalid_token");
    let attempt = scene.platform.attempt(SCOPE);
    scene.tokens = scene.platform.sign_in_with(&mut scene.person, attempt, &Answers::allow()).await;
    let after = scene.ask("/profile", &[("if-none-match", &etag)]).await;
    assert_eq!(after.status, 200);
    assert!(after.json()["fields"].get("email").is_none(), "{}", after.text());

    // A value changed, and nothing else did.
    let etag = after.header("etag").expect("an entity tag").to_owned();
    let page = scene.person.visit("/account/profile/edit").await.page();
    scene.person.submit(&page, &page.form("given_name").fill("nickname", "Nina")).await.page();
    let changed = scene.ask("/profile", &[("if-none-match", &etag)]).await;
    assert_eq!((changed.status, &changed.json()["fields"]["nickname"]["value"]), (200, &json!("Nina")));
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s14_6_refusals_are_problems_and_challenges() {
    let server = Server::shared().await;
    let scene = Scene::on(server, SCOPE, &["nickname"]).await;
    let url = format!("{}/wallet/v1/profile", scene.platform.issuer);
    let http = &scene.platform.http;
    let metadata = format!("{}/.well-known/oauth-protected-resource/wallet/v1", scene.platform.issuer);

    let none = Answer::of(http.get(&url)).await;
    must_be_problem(&none, 401, "invalid_token");
    let challenge = none.header("www-authenticate").expect("a challenge");
    assert!(challenge.contains(&metadata) && !challenge.contains("error="), "{challenge}");
    must_be_problem(&Answer::of(http.get(&url).bearer_auth("x")).await, 401, "invalid_token");
    // RFC 6750 §2.2 and §2.3 are not for this resource.
    let in_query = Answer::of(http.get(format!("{url}?access_token={}", scene.tokens.access))).await;
    must_be_problem(&in_query, 401, "invalid_token");

    let email = Scene::on(server, "openid", &[]).await;
    let refused = email.ask("/profile", &[]).await;
    must_be_problem(&refused, 403, "insufficient_scope");
    assert!(refused.header("www-authenticate").is_some_and(|c| c.contains("insufficient_scope")));
    must_be_problem(&email.ask("/me", &[]).await, 403, "insufficient_scope");

    let key = ProofKey::generate();
    let proof = key.proof_with("GET", &url, &scene.tokens.access).text();
    let scheme = format!("DPoP {}", scene.tokens.access);
    let unbound = Answer::of(http.get(&url).header("authorization", scheme).header("dpop", proof)).await;
    must_be_problem(&unbound, 401, "invalid_token");

    for (method, status) in [("POST", 405), ("PUT", 405), ("DELETE", 405)] {
        let request = http.request(method.parse().expect("a method"), &url).bearer_auth(&scene.tokens.access);
        assert_eq!(Answer::of(request).await.status, status, "{method}");
    }
    let head = Answer::of(http.head(&url).bearer_auth(&scene.tokens.access)).await;
    assert_eq!((head.status, head.body.len(), head.header("etag").is_some()), (200, 0, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s14_8_pages_of_other_origins_are_refused_before_anything_is_read() {
    let server = Server::shared().await;
    let scene = Scene::on(server, SCOPE, &["nickname"]).await;
    let own = scene.ask("/profile", &[("origin", APP)]).await;
    assert_eq!((own.status, own.header("access-control-allow-origin")), (200, Some(APP)));
    assert!(own.header("access-control-expose-headers").is_some_and(|names| names.contains("ETag")));
    for origin in ["https://evil.example", "null", "https://app.orbitphotos.example.evil.example"] {
        let refused = scene.ask("/profile", &[("origin", origin)]).await;
        must_be_problem(&refused, 403, "origin_not_allowed");
        assert_eq!(refused.header("access-control-allow-origin"), None, "{origin}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s14_7_how_often_is_said_in_structured_fields() {
    let server = Server::with(&[(setting::LIMITS, "true"), ("SW__LIMITS__DATA_API", "2/h burst 2")]).await;
    let scene = Scene::on(&server, SCOPE, &["wallet_bio"]).await;
    for _ in 0..2 {
        let answer = scene.ask("/me", &[]).await;
        assert_eq!((answer.status, answer.header("ratelimit-policy")), (200, Some("\"user\";q=2;w=3600")));
    }
    let refused = scene.ask("/me", &[]).await;
    must_be_problem(&refused, 429, "quota-exceeded");
    let after: u64 = refused.header("retry-after").and_then(|text| text.parse().ok()).expect("Retry-After");
    assert_eq!(refused.header("ratelimit"), Some(&*format!("\"user\";r=0;t={after}")));
    assert_eq!(refused.json()["violated-policies"], json!(["user"]));
    assert!(refused.json()["type"].as_str().is_some_and(|kind| kind.starts_with("https://iana.org/")));
}

/// A list of a structured field: each name with its numbers, read by a parser of others (RFC 9651).
fn structured(answer: &Answer, name: &str) -> BTreeMap<String, BTreeMap<String, i64>> {
    let text = answer.header(name).unwrap_or_else(|| panic!("no {name}"));
    let list: sfv::List = sfv::Parser::new(text).parse().unwrap_or_else(|error| panic!("{name}: {text}: {error}"));
    let items = list.iter().map(|entry| match entry {
        sfv::ListEntry::Item(item) => item,
        other => panic!("{name}: {other:?}"),
    });
    let number = |value: &sfv::BareItem| i64::from(value.as_integer().expect("a number"));
    items
        .map(|item| {
            let numbers = item.params.iter().map(|(key, value)| (key.as_str().to_owned(), number(value)));
            (item.bare_item.as_string().expect("a name").as_str().to_owned(), numbers.collect())
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn r20_rate_limit_headers_are_structured_fields() {
    let server = Server::with(&[(setting::LIMITS, "true"), ("SW__LIMITS__DATA_API", "3/h burst 1")]).await;
    let scene = Scene::on(&server, SCOPE, &["wallet_bio"]).await;
    let (told, refused) = (scene.ask("/me", &[]).await, scene.ask("/me", &[]).await);
    assert_eq!((told.status, refused.status), (200, 429), "{}", refused.text());
    for answer in [&told, &refused] {
        let policy = structured(answer, "ratelimit-policy");
        assert_eq!(policy["user"], [("q".to_owned(), 3), ("w".to_owned(), 3600)].into());
    }
    let left = structured(&refused, "ratelimit");
    let after: i64 = refused.header("retry-after").and_then(|text| text.parse().ok()).expect("Retry-After");
    assert_eq!(left["user"], [("r".to_owned(), 0), ("t".to_owned(), after)].into());
    assert!((1..=3600).contains(&after), "{after}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s9_every_read_and_refusal_is_on_record() {
    let server = Server::shared().await;
    let mut scene = Scene::on(server, SCOPE, &["nickname", "email"]).await;
    let etag = scene.ask("/profile?fields=nickname", &[]).await.header("etag").expect("a tag").to_owned();
    scene.ask("/profile?fields=nickname", &[("if-none-match", &etag)]).await;
    scene.ask("/profile", &[("origin", "https://evil.example")]).await;
    let page = scene.person.visit("/account/activity").await.page().text();
    assert!(page.contains("By the data API") && page.contains("Nickname"), "{page}");
    assert!(page.contains("refused") || page.contains("Refused"), "{page}");
}

/// RFC 9470: sensitive fields need a young sign-in where the operator says so.
#[tokio::test(flavor = "multi_thread")]
async fn rfc9470_s3_sensitive_fields_need_a_young_sign_in() {
    let server = Server::with(&[("SW__STEP_UP__MAX_AGE", "2s")]).await;
    let scene = Scene::on(&server, SCOPE, &["nickname", "birthdate"]).await;
    tokio::time::sleep(Duration::from_millis(3100)).await;
    let refused = scene.ask("/profile", &[]).await;
    must_be_problem(&refused, 401, "insufficient_user_authentication");
    assert!(refused.header("www-authenticate").is_some_and(|c| c.contains("max_age=\"2\"")));
    assert_eq!(scene.ask("/profile?fields=nickname", &[]).await.status, 200, "what is not sensitive is told");
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s14_2_the_catalogue_is_what_discovery_promises() {
    let server = Server::shared().await;
    let read = async |path: &str| {
        let request = http().get(format!("{}{path}", server.issuer)).header("origin", "https://anywhere.example");
        let answer = Answer::of(request).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some("*")), "{path}");
        answer.json()
    };
    let (catalogue, discovery) =
        (read("/wallet/v1/catalogue.json").await, read("/.well-known/openid-configuration").await);
    let names = |list: &Value, of: &str| -> BTreeSet<String> {
        let all = list.as_array().expect("a list").iter();
        all.map(|one| one.get(of).unwrap_or(one).as_str().expect("a name").to_owned()).collect()
    };
    // Discovery names the claims of the protocol beside those of the person, and those in verified_claims elsewhere.
    let (scopes, mut claims) = (names(&catalogue["scopes"], "name"), names(&catalogue["claims"], "name"));
    assert!(names(&discovery["scopes_supported"], "name").is_subset(&scopes), "{scopes:?}");
    claims.retain(|name| !name.contains('.'));
    assert!(claims.is_subset(&names(&discovery["claims_supported"], "name")), "{claims:?}");
    let scope =
        catalogue["scopes"].as_array().unwrap().iter().find(|one| one["name"] == "wallet.age").expect("a scope");
    assert_eq!((&scope["claims"], &scope["granted_by"]), (&json!(["age_over_18"]), &json!("person")));
    assert!(scope["title"].as_str().is_some_and(|title| !title.is_empty() && title != "scope-wallet-age"));
    assert!(names(&catalogue["badges"], "type").contains("identity_verified"));
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s14_10_the_document_describes_every_operation_and_a_validator_accepts_it() {
    let server = Server::shared().await;
    let scene = Scene::on(server, SCOPE, &["nickname", "email", "wallet_links", "wallet_bio"]).await;
    let shared = Shared::of(server, &["a photo", "a video"]).await;
    let list = shared.get("/media").await.json();
    let name = list["data"][0]["id"].as_str().expect("a name").to_owned();
    let url = format!("{}/wallet/v1/openapi.json", scene.platform.issuer);
    let answer = Answer::of(scene.platform.http.get(&url).header("origin", "https://anywhere.example")).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some("*")));
    let document = answer.json();
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1.")));
    let described: BTreeSet<String> = document["paths"].as_object().expect("paths").keys().cloned().collect();
    assert_eq!(described, paths().collect());

    let (reader, mut person) =
        (badges::platform(server, "https://a.example/in").await, Person::signed_up(server).await);
    let attempt = reader.attempt("openid wallet.badges");
    let tokens = badges::share(&mut person, &reader, attempt, &["wallet_badges"], &["Email"]).await;
    let api = async |path: &str| badges::api(&reader, &tokens, path).await.json();
    let held = api("/badges").await;

    let [changes, people, grants] = signals::changes::told_by_the_api(server).await;

    // Our own answers hold against it, by a validator of others.
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, value: &Value| {
        let file = folder.path().join(name);
        std::fs::write(&file, value.to_string()).expect("a file");
        file
    };
    let files = [
        write("openapi.json", &document),
        write("Me.json", &scene.ask("/me", &[]).await.json()),
        write("Identity.json", &oidc_identity_assurance::told_by_the_api(server).await),
        write("Profile.json", &scene.ask("/profile", &[]).await.json()),
        write("Badges.json", &held),
        write("OneBadge.json", &api(&format!("/badges/{}", held["data"][0]["id"].as_str().expect("an id"))).await),
        write("MediaList.json", &list),
        write("MediaItem.json", &shared.get(&format!("/media/{name}")).await.json()),
        write("MediaLink.json", &shared.link(&name, &json!({})).await.json()),
        write("Changes.json", &changes),
        write("ClientChanges.json", &people),
        write("ClientGrants.json", &grants),
        write("Problem.json", &scene.ask("/profile?fields=x", &[]).await.json()),
    ];
    let python = concat!(env!("CARGO_MANIFEST_DIR"), "/target/interop-python/bin/python");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/python/openapi.py");
    let output = Command::new(python).arg(script).args(&files).output().expect("the Python of the tests");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Schemathesis makes requests of its own from the document, good ones and bad ones, and holds every answer against it.
#[tokio::test(flavor = "multi_thread")]
async fn wallet_s14_10_whatever_is_asked_by_the_document_is_answered_by_it() {
    let server = Server::with(&[("SW__LIMITS__ENABLED", "false")]).await;
    let scene = Scene::on(&server, SCOPE, &["nickname", "email", "wallet_links", "wallet_bio"]).await;
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/target/interop-python/bin/schemathesis");
    let folder = tempfile::tempdir().expect("a folder");
    let output = tokio::process::Command::new(program)
        .current_dir(folder.path())
        .arg("run")
        .arg(format!("{}/wallet/v1/openapi.json", scene.platform.issuer))
        .args(["--header", &format!("Authorization: Bearer {}", scene.tokens.access)])
        .args(["--checks", "not_a_server_error,status_code_conformance,content_type_conformance"])
        .args(["--checks", "response_headers_conformance,response_schema_conformance"])
        .args(["--max-examples", "40", "--seed", "20261125", "--phases", "examples,coverage,fuzzing", "--no-color"])
        .output()
        .await
        .expect("the Python of the tests");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_the_api_shows_every_operation() {
    let server = Server::shared().await;
    let mut reader = Person::new(server);
    let page = reader.visit("/developers").await.page();
    let page = reader.visit(page.link("/developers/api").expect("a link").as_str()).await.page();
    for path in paths() {
        assert!(page.text().contains(&path), "{path}: {}", page.text());
    }
}

/// The paths of the API as OpenAPI writes them.
fn paths() -> impl Iterator<Item = String> {
    ROUTES.iter().filter(|row| row.door == Door::Api).map(|row| {
        let parts = row.path.split('/').map(|part| match part.strip_prefix(':') {
            Some(name) => format!("{{{name}}}"),
            None => part.to_owned(),
        });
        parts.collect::<Vec<_>>().join("/")
    })
}
