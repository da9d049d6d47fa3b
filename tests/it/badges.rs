//! Badges through the doors: what earns them, what ends them, who is told which (WALLET.md §2.3, §5, §10, §14.2).

use serde_json::{Value, json};
use social_wallet::accounts::{self, NewAccount};
use social_wallet::app::App;
use social_wallet::audit::Origin;
use social_wallet::base::id::{AccountId, BadgeId};
use social_wallet::base::{Clock, Fault, Seconds, Secret};
use social_wallet::store::database::accounts::Role;
use social_wallet::wallet::badges::{self, Award, Level};

use crate::contacts;
use crate::stores::{NOW, Nodes, on_both};
use crate::support::database;
use crate::support::form::Page;
use crate::support::person::Person;
use crate::support::platform::{Answer, Attempt, Method, NewClient, Platform, Tokens};
use crate::support::server::Server;
use crate::support::verified::{award, born, verify_at};

const SCOPE: &str = "openid email phone wallet.profile wallet.trust wallet.badges wallet.age";
const PAGE: &str = "/account/badges";

pub async fn platform(server: &Server, redirect_uri: &str) -> Platform {
    Platform::at(server, &NewClient::new(Method::Basic).with("--scope", SCOPE).redirected_to(redirect_uri)).await
}

/// Shares these lines, and the badges whose choice says one of these words.
pub async fn share(
    person: &mut Person,
    platform: &Platform,
    attempt: Attempt,
    lines: &[&str],
    badges: &[&str],
) -> Tokens {
    let page = person.walk_to_consent(attempt.url.as_str()).await;
    let mut form = page.form("decision").tick_only("claim", lines);
    for (value, words) in choices(&page) {
        let is_wanted = badges.iter().any(|badge| words.starts_with(badge));
        form = form.tick("pick-wallet-badges", &value, is_wanted);
    }
    let callback = person.submit(&page, &form.press("decision", "allow")).await.away();
    let answer = platform.exchange(&attempt, &platform.code(&attempt, &callback)).await;
    platform.tokens(&attempt, answer).await
}

/// The badges that can be picked: what the form sends, and what the page says.
pub fn choices(page: &Page) -> Vec<(String, String)> {
    let values = page.attributes(r#"input[name="pick-wallet-badges"]"#, "value");
    let words = page.texts("fieldset.choices .pick");
    assert_eq!(values.len(), words.len(), "{words:?}");
    values.into_iter().zip(words).collect()
}

async fn told(platform: &Platform, tokens: &Tokens) -> Value {
    platform.userinfo(&tokens.access).await.json()
}

pub async fn api(platform: &Platform, tokens: &Tokens, path: &str) -> Answer {
    Answer::of(platform.http.get(format!("{}/wallet/v1{path}", platform.issuer)).bearer_auth(&tokens.access)).await
}

fn kinds(told: &Value) -> Vec<&str> {
    told.as_array().into_iter().flatten().filter_map(|badge| badge["type"].as_str()).collect()
}

fn row(page: &Page, name: &str) -> String {
    let row = page.texts(".rows li").into_iter().find(|row| row.starts_with(name));
    row.unwrap_or_else(|| panic!("no {name}: {}", page.text()))
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s5_only_what_was_picked_is_told_and_to_each_platform_by_another_name() {
    let server = Server::start().await;
    let mut person = Person::signed_up(&server).await;
    verify_at(&server, &[&person.email], &born(19), Level::DocumentDual).await;
    let (a, b) = (platform(&server, "https://a.example/in").await, platform(&server, "https://b.example/in").await);

    let scope = "openid wallet.trust wallet.badges wallet.age";
    let attempt = a.attempt(scope);
    let page = person.walk_to_consent(attempt.url.as_str()).await;
    for words in ["3 of 4", "18 or older", "Yes"] {
        assert!(page.text().contains(words), "{words}: {}", page.text());
    }
    assert!(!page.text().contains("21 or older Yes") && page.form("decision").ticked("pick-wallet-badges").is_empty());
    let attempt = a.attempt(scope);
    let lines = ["wallet_trust", "wallet_badges", "age_over_18"];
    let of_a = share(&mut person, &a, attempt, &lines, &["Identity checked"]).await;
    let answer = told(&a, &of_a).await;
    assert_eq!(answer["wallet_trust"]["level"], 3, "{answer}");
    assert_eq!((&answer["age_over_18"], answer.get("age_over_21")), (&json!(true), None));
    assert_eq!(kinds(&answer["wallet_badges"]), ["identity_verified"]);
    let badge = &answer["wallet_badges"][0];
    let expected = [("level", "document_dual"), ("status", "active"), ("issuer", "system")];
    assert!(expected.iter().all(|(name, value)| badge[name] == *value), "{badge}");
    for day in [&badge["verified_at"], &badge["expires_at"], &answer["wallet_trust"]["updated_at"]] {
        assert!(day.as_str().is_some_and(|day| day.ends_with("T00:00:00Z")), "{answer}");
    }
    // Nothing of the document goes with it.
    assert!(!answer.to_string().contains("Yusuf") && !answer.to_string().contains(&born(19)));

    // Ages are asked for one by one, and told in the ID Token where they are asked for there.
    let claims = r#"{"id_token":{"age_over_16":null,"age_over_21":null,"wallet_badges":null}}"#;
    let attempt = b.attempt_with("openid wallet.age wallet.badges", &[("claims", Some(claims))]);
    let lines = ["wallet_badges", "age_over_16", "age_over_21"];
    let of_b = share(&mut person, &b, attempt, &lines, &["Identity checked", "Email address confirmed"]).await;
    assert_eq!((&of_b.claims["age_over_16"], &of_b.claims["age_over_21"]), (&json!(true), &json!(false)));
    assert_eq!(kinds(&of_b.claims["wallet_badges"]), ["email_verified", "identity_verified"]);
    assert!(of_b.claims.get("age_over_18").is_none() && told(&b, &of_b).await.get("wallet_trust").is_none());

    let (list_a, list_b) = (api(&a, &of_a, "/badges").await.json(), api(&b, &of_b, "/badges").await.json());
    let id = |list: &Value, kind: &str| {
        let found = list["data"].as_array().expect("a list").iter().find(|badge| badge["type"] == kind);
        found.and_then(|badge| badge["id"].as_str()).unwrap_or_else(|| panic!("{kind}: {list}")).to_owned()
    };
    let (in_a, in_b) = (id(&list_a, "identity_verified"), id(&list_b, "identity_verified"));
    assert!(in_a.starts_with("bdg_") && in_a != in_b);
    assert_eq!(api(&a, &of_a, &format!("/badges/{in_a}")).await.json()["data"], list_a["data"][0]);
    let unpicked = id(&list_b, "email_verified");
    for unknown in [&in_b, &unpicked, "bdg_AAAAAAAAAAAAAAAAAAAAAA", "x"] {
        let answer = api(&a, &of_a, &format!("/badges/{unknown}")).await;
        assert_eq!((answer.status, &answer.json()["code"]), (404, &json!("not_found")), "{unknown}");
    }

    // The person gives the badge up: at once nobody is told, and what followed from it is gone with it.
    let page = person.visit(PAGE).await.page();
    assert!(row(&page, "Identity checked").contains("Valid") && page.text().contains("Trust level 3 of 4"));
    let page = person.submit(&page, &page.form_to("/account/badges/remove")).await.page();
    assert!(!page.text().contains("Identity checked") && page.text().contains("Trust level 1 of 4"), "{}", page.text());
    let answer = told(&a, &of_a).await;
    assert_eq!(answer["wallet_trust"]["level"], 1);
    assert!(answer.get("wallet_badges").is_none() && answer.get("age_over_18").is_none(), "{answer}");
    assert_eq!(api(&a, &of_a, &format!("/badges/{in_a}")).await.status, 404);
    assert_eq!(api(&a, &of_a, "/badges").await.json()["data"], json!([]));
    assert_eq!(kinds(&told(&b, &of_b).await["wallet_badges"]), ["email_verified"]);
    let page = person.visit("/account/activity?kind=security").await.page();
    assert!(page.text().contains("You gave up a badge: Identity checked"), "{}", page.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s7_3_without_a_yes_nothing_is_told() {
    let server = Server::shared().await;
    let mut person = Person::signed_up(server).await;
    let platform = platform(server, "https://a.example/in").await;
    let scope = "openid wallet.trust wallet.badges wallet.age";
    let tokens = share(&mut person, &platform, platform.attempt(scope), &["wallet_trust"], &["Email"]).await;
    let answer = told(&platform, &tokens).await;
    assert_eq!(answer["wallet_trust"]["level"], 1);
    let members: Vec<&String> = answer.as_object().expect("an object").keys().collect();
    assert_eq!(members, ["sub", "wallet_trust"], "no document, no age; no tick, no badge");
    assert_eq!(tokens.body["scope"], "openid wallet.trust");
    let answer = api(&platform, &tokens, "/badges").await;
    assert_eq!((answer.status, &answer.json()["code"]), (403, &json!("insufficient_scope")));
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s10_4_a_contested_number_is_in_doubt_until_it_is_proven_again() {
    let server = contacts::house(&[]).await;
    let (mut first, mut second) = (Person::signed_up(&server).await, Person::signed_up(&server).await);
    let number = contacts::number();
    contacts::prove(&server, &mut first, "phone", &number).await;
    let platform = platform(&server, "https://a.example/in").await;
    let attempt = platform.attempt("openid wallet.trust wallet.badges");
    let lines = ["wallet_trust", "wallet_badges"];
    let tokens = share(&mut first, &platform, attempt, &lines, &["Phone number confirmed"]).await;
    let seen = async || {
        let (answer, list) = (told(&platform, &tokens).await, api(&platform, &tokens, "/badges").await.json());
        let level = answer["wallet_trust"]["level"].as_u64();
        let told = kinds(&answer["wallet_badges"]).len();
        (level, told, list["data"][0]["status"].clone(), list["data"][0]["id"].clone())
    };
    let before = seen().await;
    assert_eq!((before.0, before.1, &before.2), (Some(2), 1, &json!("active")));

    contacts::prove(&server, &mut second, "phone", &number).await;
    let after = seen().await;
    assert_eq!((after.0, after.1, &after.2, &after.3), (Some(1), 0, &json!("suspended"), &before.3));
    let page = first.visit(PAGE).await.page();
    assert!(row(&page, "Phone number confirmed").contains("In doubt"), "{}", page.text());
    let list = async |status: &str| api(&platform, &tokens, &format!("/badges?status={status}")).await.json();
    assert_eq!(list("active").await["data"], json!([]));
    assert_eq!(kinds(&list("suspended").await["data"]), ["phone_verified"]);

    let texts = server.stores.texts().iter().filter(|text| text.to == number).count();
    contacts::act(&mut first, "prove", &number).await;
    let code = contacts::sent_code(&server, "phone", &number, texts).await;
    contacts::enter(&mut first, &code).await;
    assert_eq!(seen().await, before, "the same badge, active again");
    let page = second.visit(PAGE).await.page();
    assert!(row(&page, "Phone number confirmed").contains("In doubt"), "now it is the other's that is in doubt");
    let page = contacts::act(&mut first, "remove", &number).await;
    assert!(!page.text().contains(&number));
    let gone = seen().await;
    assert_eq!((gone.0, gone.1, gone.2), (Some(1), 0, Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s10_2_a_badge_runs_out_and_is_renewed_by_a_new_code() {
    let server = contacts::house(&[]).await;
    let mut person = Person::signed_up(&server).await;
    let platform = platform(&server, "https://a.example/in").await;
    let attempt = platform.attempt("openid email wallet.trust wallet.badges");
    let lines = ["email", "wallet_trust", "wallet_badges"];
    let tokens = share(&mut person, &platform, attempt, &lines, &["Email address confirmed"]).await;
    assert_eq!(kinds(&told(&platform, &tokens).await["wallet_badges"]), ["email_verified"]);
    let id = api(&platform, &tokens, "/badges").await.json()["data"][0]["id"].clone();

    // Two years and a day go by for the address.
    let day: i64 = 86_400_000_000;
    let past = format!("UPDATE contacts SET verified_at = verified_at - {}", 731 * day);
    database::execute(&server.stores, &past).await;
    database::execute(&server.stores, "UPDATE accounts SET revision = revision + 1").await;
    let answer = told(&platform, &tokens).await;
    assert_eq!(answer["wallet_trust"]["level"], 0, "{answer}");
    assert!(answer.get("wallet_badges").is_none());
    assert_eq!(answer["email_verified"], true, "OIDC Core §5.1 asks whether it was verified");
    let list = api(&platform, &tokens, "/badges?status=expired").await.json();
    assert_eq!((&list["data"][0]["id"], &list["data"][0]["status"]), (&id, &json!("expired")));

    let page = person.visit(PAGE).await.page();
    assert!(row(&page, "Email address confirmed").contains("Expired"), "{}", page.text());
    let seen = server.letters_to(&person.email);
    person.submit(&page, &page.form_to("/account/contacts/prove")).await;
    let code = contacts::sent_code(&server, "email", &person.email, seen).await;
    contacts::enter(&mut person, &code).await;
    assert!(row(&person.visit(PAGE).await.page(), "Email address confirmed").contains("Valid"));
    let list = api(&platform, &tokens, "/badges?status=active").await.json();
    assert_eq!(list["data"][0]["id"], id, "it is the same badge");
    assert_eq!(told(&platform, &tokens).await["wallet_trust"]["level"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s14_5_lists_come_in_pages() {
    let server = Server::start().await;
    let (mut person, mut other) = (Person::signed_up(&server).await, Person::signed_up(&server).await);
    let emails = [person.email.clone(), other.email.clone()];
    verify_at(&server, &[&emails[0], &emails[1]], &born(30), Level::Document).await;
    let a = platform(&server, "https://a.example/in").await;
    let every = ["Email", "Identity", "13 or", "16 or", "18 or", "21 or"];
    let tokens = share(&mut person, &a, a.attempt("openid wallet.badges"), &["wallet_badges"], &every).await;
    let theirs = share(&mut other, &a, a.attempt("openid wallet.badges"), &["wallet_badges"], &every).await;

    let whole = api(&a, &tokens, "/badges").await;
    let list = whole.json();
    assert_eq!((list["data"].as_array().map(Vec::len), &list["next_cursor"]), (Some(6), &Value::Null), "{list}");
    assert_eq!(list["sub"], tokens.claims["sub"]);
    let (mut found, mut path) = (Vec::new(), "/badges?limit=4".to_owned());
    let mut cursor = String::new();
    for most in [4, 2] {
        let page = api(&a, &tokens, &path).await.json();
        let badges = page["data"].as_array().expect("a list").clone();
        assert_eq!(badges.len(), most, "{page}");
        found.extend(badges);
        if let Some(next) = page["next_cursor"].as_str() {
            next.clone_into(&mut cursor);
        }
        path = format!("/badges?limit=4&cursor={cursor}");
    }
    assert_eq!(Value::Array(found), list["data"]);
    let of_kind = api(&a, &tokens, "/badges?type=age_over_16&status=active").await.json();
    assert_eq!(kinds(&of_kind["data"]), ["age_over_16"]);
    let badge = &of_kind["data"][0];
    assert_eq!((&badge["source"], &badge["issuer"]["id"]), (&json!("system"), &json!("system")));
    let criteria = badge["criteria_uri"].as_str().expect("an address");
    let kind = Answer::of(a.http.get(criteria).header("accept", "application/json")).await.json();
    assert_eq!(kind["type"], "age_over_16");

    // Unchanged is not sent again, and another page is another answer.
    let etag = whole.header("etag").expect("an entity tag").to_owned();
    let again = |path: &str| {
        let url = format!("{}/wallet/v1{path}", a.issuer);
        Answer::of(a.http.get(url).bearer_auth(&tokens.access).header("if-none-match", &etag))
    };
    assert_eq!((again("/badges").await.status, again("/badges?limit=4").await.status), (304, 200));
    for bad in [
        "status=revoked".to_owned(),
        "status=".to_owned(),
        "limit=0".to_owned(),
        "limit=101".to_owned(),
        "limit=x".to_owned(),
        "cursor=x".to_owned(),
        format!("type=age_over_16&cursor={cursor}"),
    ] {
        let answer = api(&a, &tokens, &format!("/badges?{bad}")).await;
        assert_eq!((answer.status, &answer.json()["code"]), (400, &json!("invalid_parameter")), "{bad}");
    }
    let answer = api(&a, &theirs, &path).await;
    assert_eq!(answer.status, 400, "a cursor of another grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_public_pages_say_what_badges_mean() {
    let server = Server::shared().await;
    let http = crate::support::platform::http();
    let get = async |path: &str, accept: &str| {
        Answer::of(http.get(format!("{}{path}", server.issuer)).header("accept", accept)).await
    };
    let framework = get("/trust-framework/1", "application/json").await.json();
    assert_eq!(framework["trust_framework"], format!("{}/trust-framework/1", server.issuer));
    let levels: Vec<_> =
        framework["levels"].as_array().expect("levels").iter().map(|l| &l["assurance_level"]).collect();
    assert_eq!(levels, ["control", "document", "document_dual"]);
    assert!(framework["not_claimed"].as_array().is_some_and(|all| all.contains(&json!("eidas"))), "{framework}");
    let page = get("/trust-framework/1", "text/html").await;
    assert!(page.text().contains("NIST SP 800-63A"), "{}", page.text());
    for kind in get("/badge-types", "application/json").await.json()["data"].as_array().expect("kinds") {
        let slug = kind["type"].as_str().expect("a slug");
        assert_eq!(&get(&format!("/badge-types/{slug}"), "application/json").await.json(), kind);
        assert_eq!(get(&format!("/badge-types/{slug}"), "text/html").await.status, 200);
    }
    assert_eq!(get("/badge-types/unknown", "application/json").await.status, 404);
}

async fn account_at(app: &App) -> AccountId {
    let new = NewAccount {
        email: "amina@mail.example".to_owned(),
        password: Some(Secret::new("a password that nobody guesses".to_owned())),
        locale: None,
        role: Role::Person,
        values: Vec::new(),
    };
    accounts::create(app, new, &Origin::house()).await.expect("an account")
}

fn advance(house: &Nodes, by: Seconds) {
    for node in &house.nodes {
        node.clock.advance(by);
        if house.nodes[0].db.name() == "sqlite" {
            break;
        }
    }
}

async fn doubt(app: &App, account: AccountId, badge: BadgeId) -> bool {
    let unit = app.clone();
    let work = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { badges::suspend(tx, &unit, account, badge, "fraud_suspected", &Origin::house()).await })
    });
    work.await.expect("the database")
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s10_1_time_ends_badges_and_doubts() {
    on_both(async |house: Nodes| {
        let [a, b] = &house.nodes;
        assert!(matches!(a.clock, Clock::Fixed(_)));
        let account = account_at(a).await;
        let for_days =
            |days| Award { expires_at: Some(a.now() + Seconds::days(days)), ..Award::of("photo_verified", a.now()) };
        let first = award(a, account, for_days(10)).await;
        assert_eq!(badges::upkeep(a).await.expect("upkeep"), 0);
        advance(&house, Seconds::days(10));
        assert_eq!(badges::upkeep(b).await.expect("upkeep"), 1, "it has run out");
        assert_eq!(badges::upkeep(a).await.expect("upkeep"), 0, "once");
        assert!(!doubt(a, account, first).await, "what has run out cannot be in doubt");
        assert_eq!(award(b, account, for_days(100)).await, first, "renewed");
        assert!(doubt(a, account, first).await && !doubt(b, account, first).await);
        advance(&house, Seconds::days(29));
        assert_eq!(badges::upkeep(a).await.expect("upkeep"), 0);
        advance(&house, Seconds::days(2));
        assert_eq!(badges::upkeep(a).await.expect("upkeep"), 1, "a doubt of a month");
        assert_ne!(award(a, account, for_days(100)).await, first, "what was taken back is over");
        assert!(NOW < a.now());
    })
    .await;
}
