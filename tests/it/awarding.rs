//! Badges that clients award (WALLET.md §11.6) through the doors: defined, approved, offered, taken, renewed, taken back.

use serde_json::{Value, json};

use crate::support::person::Person;
use crate::support::platform::{Answer, Method, NewClient, Platform, Tokens, http};
use crate::support::server::Server;
use crate::support::unique;

const OFFERS: &str = "/account/badges/offers";

/// A client that may issue, and a person who shares something with it.
pub struct Scene<'a> {
    server: &'a Server,
    pub platform: Platform,
    pub person: Person,
    sub: String,
}

pub async fn client(server: &Server) -> Platform {
    let client = NewClient::new(Method::Basic)
        .with("--grant-type", "authorization_code")
        .with("--grant-type", "client_credentials")
        .with("--scope", "openid email wallet.badges wallet.badges.issue grant_management_query");
    Platform::at(server, &client).await
}

impl<'a> Scene<'a> {
    pub async fn on(server: &'a Server) -> Self {
        let platform = client(server).await;
        let mut person = Person::signed_up(server).await;
        let tokens = platform.sign_in(&mut person, "openid email").await;
        let sub = tokens.claims["sub"].as_str().expect("a sub").to_owned();
        Self { server, platform, person, sub }
    }

    pub async fn define(&self, name: &str) -> Value {
        let answer = define(&self.platform, name).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    pub fn approve(&self, definition: &Value) {
        self.server.cli(&["client", "badge-definitions", "approve", definition["id"].as_str().expect("an id")]);
    }

    pub async fn issue(&self, definition: &Value) -> Answer {
        post(&self.platform, "/badges/issue", &json!({ "sub": self.sub, "definition": definition["id"] })).await
    }

    pub async fn withdraw(&self, id: &Value) -> Answer {
        let url = format!("{}/wallet/v1/badges/issued/{}", self.platform.issuer, id.as_str().expect("an id"));
        Answer::of(http().delete(url).bearer_auth(token(&self.platform).await)).await
    }

    /// Presses a button of the one offer; gives the words of the page that follows.
    pub async fn answer(&mut self, deed: &str) -> String {
        let page = self.person.visit(OFFERS).await.page();
        self.person.submit(&page, &page.form_to(&format!("/{deed}"))).await.page().text()
    }

    async fn badges(&mut self) -> String {
        self.person.visit("/account/badges").await.page().text()
    }
}

/// Asks for a badge of this name.
pub async fn define(platform: &Platform, name: &str) -> Answer {
    post(platform, "/badge-definitions", &definition(name)).await
}

fn definition(name: &str) -> Value {
    json!({ "name": name, "description": "Sells a lot, and well", "criteria": "A hundred sales.\nNo complaint." })
}

async fn token(platform: &Platform) -> String {
    let answer = platform.token(&[("grant_type", "client_credentials"), ("scope", "wallet.badges.issue")]).await;
    answer.json()["access_token"].as_str().unwrap_or_else(|| panic!("{}", answer.text())).to_owned()
}

async fn post(platform: &Platform, path: &str, body: &Value) -> Answer {
    let url = format!("{}/wallet/v1{path}", platform.issuer);
    Answer::of(http().post(url).bearer_auth(token(platform).await).json(body)).await
}

/// Shares every badge of a person with a platform.
pub async fn share_badges(platform: &Platform, person: &mut Person) -> Tokens {
    let attempt = platform.attempt_with("openid wallet.badges", &[("prompt", Some("consent"))]);
    let page = person.walk_to_consent(attempt.url.as_str()).await;
    let mut form = page.form("decision").tick_only("claim", &["wallet_badges"]);
    for value in page.attributes("input[name=pick-wallet-badges]", "value") {
        form = form.tick("pick-wallet-badges", &value, true);
    }
    let callback = person.submit(&page, &form.press("decision", "allow")).await.away();
    platform.tokens(&attempt, platform.exchange(&attempt, &platform.code(&attempt, &callback)).await).await
}

fn must_be_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{code}: {}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert_eq!(answer.json()["code"], code, "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s11_6_a_badge_is_defined_approved_offered_taken_renewed_and_withdrawn() {
    let server = Server::shared().await;
    let mut scene = Scene::on(server).await;
    let defined = scene.define("Top seller").await;
    assert_eq!(defined["status"], "proposed");
    let slug = defined["type"].as_str().expect("a type").to_owned();
    assert!(slug.starts_with("client:") && slug.ends_with(":top_seller"), "{slug}");
    assert_eq!(scene.define("Top seller").await, defined, "the same again is the same");
    must_be_problem(&scene.issue(&defined).await, 409, "badge_definition_unapproved");
    let public = format!("/badge-types/{slug}");
    assert_eq!(scene.person.visit(&public).await.page().status, 404, "nobody reads what nobody approved");
    scene.approve(&defined);
    assert_eq!(scene.define("Top seller").await["status"], "approved");
    let page = scene.person.visit(&public).await.page();
    assert!(page.text().contains("A hundred sales.") && page.text().contains("Orbit Photos"), "{}", page.text());

    let seen = server.letters_to(&scene.person.email);
    let offered = scene.issue(&defined).await.json();
    assert_eq!((&offered["status"], &offered["type"]), (&json!("offered"), &json!(slug)));
    assert!(offered["answer_by"].as_str().is_some_and(|at| at.ends_with("T00:00:00Z")), "{offered}");
    let letter = server.letter_to(&scene.person.email, seen).await;
    assert!(letter.text.contains("Top seller") && letter.text.contains(OFFERS), "{}", letter.text);
    assert!(!scene.badges().await.contains("Top seller"), "nobody has a badge that they did not take");
    // Offered once more it is the same offer, and nobody is written to again.
    assert_eq!(scene.issue(&defined).await.json()["id"], offered["id"]);
    let words = scene.answer("accept").await;
    assert!(words.contains("You have the badge."), "{words}");
    assert_eq!(server.letters_to(&scene.person.email), seen + 1);
    assert!(scene.badges().await.contains("Top seller"));

    // It is told under its type, with the client as its issuer.
    let tokens = share_badges(&scene.platform, &mut scene.person).await;
    let told = scene.platform.userinfo(&tokens.access).await.json();
    let badge = told["wallet_badges"].as_array().and_then(|all| all.iter().find(|one| one["type"] == json!(slug)));
    assert_eq!(badge.unwrap_or_else(|| panic!("{told}"))["issuer"], json!(scene.platform.client.id));

    let renewed = scene.issue(&defined).await.json();
    assert_eq!((&renewed["status"], &renewed["answer_by"]), (&json!("accepted"), &Value::Null), "{renewed}");
    assert_eq!(renewed["id"], offered["id"]);
    for _ in 0..2 {
        assert_eq!(scene.withdraw(&offered["id"]).await.status, 204);
    }
    assert!(!scene.badges().await.contains("Top seller"), "a badge that was taken back is gone");
    let trail = scene.person.visit("/account/activity").await.page().text();
    assert!(trail.contains("offered you a badge") && trail.contains("was taken back"), "{trail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s11_6_what_a_person_does_not_want_is_not_offered_again() {
    let server = Server::shared().await;
    let mut scene = Scene::on(server).await;
    let defined = scene.define("Helper").await;
    scene.approve(&defined);
    let offered = scene.issue(&defined).await.json();
    // Nobody answers for somebody else.
    let mut other = Person::signed_up(server).await;
    let page = scene.person.visit(OFFERS).await.page();
    let theirs = other.visit(OFFERS).await.page();
    assert!(theirs.text().contains("No app offers you a badge"), "{}", theirs.text());
    let mut form = page.form_to("/accept");
    form.controls.clone_from(&theirs.forms()[0].controls);
    assert!(other.submit(&theirs, &form).await.page().status >= 400);

    assert!(scene.answer("decline").await.contains("You did not take the badge."));
    must_be_problem(&scene.issue(&defined).await, 409, "badge_not_accepted");
    assert_eq!(scene.withdraw(&offered["id"]).await.status, 204, "what is over stays as it is");
    must_be_problem(&scene.issue(&defined).await, 409, "badge_not_accepted");

    // What was taken and given up is not pressed on anybody either.
    let defined = scene.define("Second helper").await;
    scene.approve(&defined);
    scene.issue(&defined).await;
    scene.answer("accept").await;
    let page = scene.person.visit("/account/badges").await.page();
    let mut forms = page.forms().into_iter();
    let form = forms.find(|form| form.buttons.iter().any(|button| button.words.contains("Second helper")));
    assert_eq!(scene.person.submit(&page, &form.expect("a form")).await.page().status, 200);
    must_be_problem(&scene.issue(&defined).await, 409, "badge_not_accepted");

    // An offer that is taken back in time is gone.
    let defined = scene.define("Third helper").await;
    scene.approve(&defined);
    let offered = scene.issue(&defined).await.json();
    assert_eq!(scene.withdraw(&offered["id"]).await.status, 204);
    assert!(scene.person.visit(OFFERS).await.page().text().contains("No app offers you a badge"));
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s19_what_stands_in_the_way_of_a_badge_has_a_name() {
    let server = Server::shared().await;
    let mut scene = Scene::on(server).await;
    let defined = scene.define("Top seller").await;
    scene.approve(&defined);

    // Who may.
    let url = format!("{}/wallet/v1/badge-definitions", server.issuer);
    let own = scene.platform.token(&[("grant_type", "client_credentials"), ("scope", "grant_management_query")]).await;
    let own = own.json()["access_token"].as_str().expect("a token").to_owned();
    let tokens = scene.platform.sign_in(&mut scene.person, "openid email").await;
    for token in [own, tokens.access] {
        let answer = Answer::of(http().post(&url).bearer_auth(token).json(&definition("x"))).await;
        must_be_problem(&answer, 403, "insufficient_scope");
    }
    let answer = Answer::of(http().post(&url).json(&definition("x"))).await;
    assert_eq!(answer.status, 401, "{}", answer.text());

    // What is sent.
    let long = |n: usize| "x".repeat(n);
    for (path, body) in [
        ("/badge-definitions", json!({ "name": "x", "description": "d" })),
        ("/badge-definitions", json!({ "name": 1, "description": "d", "criteria": "c" })),
        ("/badge-definitions", json!({ "name": long(61), "description": "d", "criteria": "c" })),
        ("/badge-definitions", json!({ "name": "x", "description": long(501), "criteria": "c" })),
        ("/badge-definitions", json!({ "name": "x", "description": "d", "criteria": long(2001) })),
        ("/badge-definitions", json!({ "name": "x", "description": "d", "criteria": "c", "color": "red" })),
        ("/badge-definitions", json!(["name"])),
        ("/badge-definitions", json!({ "name": "x", "description": long(70_000), "criteria": "c" })),
        ("/badges/issue", json!({ "sub": scene.sub })),
        ("/badges/issue", json!({ "sub": scene.sub, "definition": defined["id"], "expires_at": "tomorrow" })),
        (
            "/badges/issue",
            json!({ "sub": scene.sub, "definition": defined["id"], "expires_at": "2020-01-01T00:00:00Z" }),
        ),
        (
            "/badges/issue",
            json!({ "sub": scene.sub, "definition": defined["id"], "expires_at": "2099-01-01T00:00:00Z" }),
        ),
        ("/badges/issue", json!({ "sub": scene.sub, "definition": defined["id"], "evidence_url": "http://a.example" })),
        ("/badges/issue", json!({ "sub": scene.sub, "definition": defined["id"], "evidence_url": "javascript:x" })),
    ] {
        let answer = post(&scene.platform, path, &body).await;
        must_be_problem(&answer, 400, "invalid_parameter");
        assert!(!answer.text().contains(&scene.sub), "{}", answer.text());
    }
    let bytes = http().post(&url).bearer_auth(token(&scene.platform).await).body("{");
    must_be_problem(&Answer::of(bytes).await, 400, "invalid_parameter");

    // Another text under the same name, and one definition too many.
    let mut changed = definition("Top seller");
    changed["criteria"] = json!("Ten sales");
    must_be_problem(&post(&scene.platform, "/badge-definitions", &changed).await, 409, "badge_definition_exists");
    for n in 1..20 {
        scene.define(&format!("Number {n}")).await;
    }
    let answer = post(&scene.platform, "/badge-definitions", &definition("Number 20")).await;
    must_be_problem(&answer, 409, "too_many_badge_definitions");

    // Whom and what.
    let issue = async |platform: &Platform, sub: &str, definition: &Value| {
        post(platform, "/badges/issue", &json!({ "sub": sub, "definition": definition })).await
    };
    must_be_problem(&issue(&scene.platform, &unique("nobody"), &defined["id"]).await, 409, "no_active_grant");
    must_be_problem(&issue(&scene.platform, &scene.sub, &json!("bdf_x")).await, 404, "not_found");
    let by_type = issue(&scene.platform, &scene.sub, &defined["type"]).await;
    assert_eq!(by_type.status, 200, "{}", by_type.text());
    let other = client(server).await;
    must_be_problem(&issue(&other, &scene.sub, &defined["id"]).await, 404, "not_found");
    let theirs = Scene { server, platform: other, person: Person::new(server), sub: scene.sub.clone() };
    let own = theirs.define("Top seller").await;
    theirs.approve(&own);
    must_be_problem(&theirs.issue(&own).await, 409, "no_active_grant");
    let id = by_type.json()["id"].clone();
    for name in [id.as_str().expect("an id"), "bof_x", "x"] {
        must_be_problem(&theirs.withdraw(&json!(name)).await, 404, "not_found");
    }

    // The person has stopped sharing.
    let list = scene.person.visit("/account/apps").await.page();
    let app = list.link("/account/apps/").expect("an app");
    let page = scene.person.visit(&format!("{app}/stop")).await.page();
    let stopped = scene.person.submit(&page, &page.form_to("/stop")).await.page();
    assert_eq!(stopped.status, 200);
    must_be_problem(&scene.issue(&defined).await, 409, "no_active_grant");
    assert_eq!(scene.withdraw(&id).await.status, 204, "what was offered can be taken back all the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_looks_at_definitions_on_a_page() {
    let server = Server::start().await;
    let scene = Scene::on(&server).await;
    let defined = scene.define("Top seller").await;
    let mut person = Person::signed_up(&server).await;
    assert_eq!(person.visit("/admin/badge-definitions").await.page().status, 403);
    server.cli(&["account", "role", &person.email, "operator"]);
    let page = person.visit("/admin/badge-definitions").await.page();
    assert!(page.text().contains("Top seller") && page.text().contains("Waits"), "{}", page.text());
    let page = person.submit(&page, &page.form_to("/approve")).await.page();
    assert!(page.text().contains("Approved"), "{}", page.text());
    assert_eq!(scene.issue(&defined).await.status, 200);
    let page = person.submit(&page, &page.form_to("/refuse")).await.page();
    assert!(page.text().contains("Refused"), "{}", page.text());
    must_be_problem(&scene.issue(&defined).await, 409, "badge_definition_unapproved");
    let listed = server.cli(&["client", "badge-definitions", "list"]);
    assert!(listed.contains("refused") && listed.contains("Top seller"), "{listed}");
    let (is_done, _, error) = server.try_cli(&["client", "badge-definitions", "approve", "bdf_x"]);
    assert!(!is_done && error.contains("no badge definition"), "{error}");
}
