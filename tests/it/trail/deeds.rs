//! What a person and their apps do, one after the other, for tests of other rooms too.

use serde_json::{Value, json};
use social_wallet::app::App;
use social_wallet::base::{Clock, Random, Seconds, Secret, Time};
use social_wallet::config::Config;
use social_wallet::jobs::upkeep;
use url::Url;

use crate::support::database;
use crate::support::form::Page;
use crate::support::person::{Answers, Person};
use crate::support::platform::{Answer, Method, NewClient, Platform, Tokens, http, now};
use crate::support::server::Server;

/// Where the platform is written to about people's data.
pub const CONTACT: &str = "privacy@orbitphotos.example";
pub const SCOPE: &str = "openid profile email phone offline_access";

/// A platform that can answer wishes.
pub async fn platform(server: &Server) -> Platform {
    let client = NewClient::new(Method::Basic)
        .with("--contact", CONTACT)
        .with("--scope", "openid profile email phone offline_access wallet.profile wallet.erasure.report");
    let grants = ["authorization_code", "refresh_token", "client_credentials"];
    let client = grants.into_iter().fold(client, |client, name| client.with("--grant-type", name));
    Platform::at(server, &client).await
}

/// Shares some lines with it until stopped.
pub async fn share(platform: &Platform, person: &mut Person, claims: &[&str]) -> Tokens {
    let answers = Answers::only(&[claims, &["offline_access"]].concat()).for_duration("until_stopped");
    platform.sign_in_with(person, platform.attempt(SCOPE), &answers).await
}

/// Writes something into the social profile.
pub async fn fill_bio(person: &mut Person) {
    let page = person.visit("/account/profile/edit").await.page();
    person.submit(&page, &page.form("wallet_bio").fill("wallet_bio", "Old lenses.")).await;
}

/// The page of the app that was connected last.
pub async fn app_page(person: &mut Person) -> Page {
    let list = person.visit("/account/apps").await.page();
    let link = list.attributes(".rows a.act", "href").into_iter().next();
    person.visit(&link.unwrap_or_else(|| panic!("no app: {}", list.text()))).await.page()
}

/// Presses a button of the page of the app.
pub async fn press(person: &mut Person, end: &str) -> Page {
    let page = app_page(person).await;
    person.submit(&page, &page.form_to(end)).await.page()
}

/// Asks the app to delete.
pub async fn ask(person: &mut Person) -> Page {
    let page = app_page(person).await;
    let page = person.visit(page.link("/erasure").expect("a way to ask").as_str()).await.page();
    person.submit(&page, &page.form_to("/erasure")).await.page()
}

/// Reports the app.
pub async fn report(person: &mut Person, category: &str, words: &str) -> Page {
    let page = app_page(person).await;
    let page = person.visit(page.link("/report").expect("a way to report").as_str()).await.page();
    let form = page.form("words").choose("category", category).fill("words", words);
    person.submit(&page, &form).await.page()
}

/// The address at which the platform answers the wish that it was written of.
pub async fn answer_url(server: &Server, seen: usize) -> Url {
    let letter = server.letter_to(CONTACT, seen).await;
    let url = letter.text.split_whitespace().find(|word| word.contains("/wallet/v1/erasure-requests/"));
    Url::parse(url.expect("an address")).expect("an address")
}

/// An access token of the platform itself.
pub async fn own_token(platform: &Platform, scope: &str) -> String {
    let asked = [("grant_type", "client_credentials"), ("scope", scope)];
    let answer = platform.token(&asked).await.json();
    answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

pub async fn answer(url: &Url, token: &str, body: &Value) -> Answer {
    Answer::of(http().post(url.clone()).bearer_auth(token).json(body)).await
}

/// The house as it will be, beside the server.
pub async fn later(server: &Server, days: i64) -> App {
    let mut config = Config::default();
    config.http.public_url = server.issuer.parse().expect("the issuer");
    config.data.dir = server.stores.data.path().to_owned();
    config.database.url = server.stores.database_url.clone().map(Secret::new);
    let at = Time::from_unix(now().cast_signed()) + Seconds::days(days) + Seconds(5);
    App::start_with(config, Clock::fixed(at), Random::Os).await.expect("the house starts")
}

/// An operator, signed in.
pub async fn operator(server: &Server) -> Person {
    let mut operator = Person::new(server);
    let args = ["account", "create", "--email", &operator.email, "--role", "operator", "--password-stdin"];
    let (is_success, _, error) = server.try_cli_with(&args, &format!("{}\n", operator.password));
    assert!(is_success, "{error}");
    operator.sign_in().await;
    operator
}

/// Deals with the first report that is open.
pub async fn close_report(server: &Server) -> Page {
    let mut operator = operator(server).await;
    let page = operator.visit("/admin").await.page();
    operator.submit(&page, &page.form_to("/admin/reports/close")).await.page()
}

/// All of it: every door and every event of the trail.
pub async fn all(server: &Server, person: &mut Person) {
    let platform = platform(server).await;
    share(&platform, person, &["name"]).await;
    press(person, "/pause").await;
    press(person, "/resume").await;
    let seen = server.letters_to(CONTACT);
    ask(person).await;
    let url = answer_url(server, seen).await;
    let token = own_token(&platform, "wallet.erasure.report").await;
    let done = answer(&url, &token, &json!({ "state": "completed" })).await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert!(report(person, "spam", "Every day.").await.text().contains("Thank you"));
    assert!(close_report(server).await.text().contains("The report is closed."));

    let list = person.visit("/account/receipts").await.page();
    let receipt = person.visit(list.link("/account/receipts/").expect("a receipt").as_str()).await.page();
    let page = person.visit("/receipts/verify").await.page();
    let found = person.submit(&page, &page.form("receipt").fill("receipt", &receipt.body)).await.page();
    assert!(found.text().contains("This wallet signed it"), "{}", found.text());
    assert_eq!(person.visit("/account/activity/download?format=csv").await.page().status, 200);

    let page = person.visit("/account/apps/stop-all").await.page();
    let page = person.submit(&page, &page.form_to("/stop-all")).await.page();
    assert!(page.text().contains("Sharing is stopped with every app."), "{}", page.text());
    // A wish that nobody answers, and a grant that ends by itself.
    share(&platform, person, &["name"]).await;
    ask(person).await;
    platform.sign_in(person, SCOPE).await;
    database::execute(&server.stores, "UPDATE grants SET expires_at = 1 WHERE state = 'active'").await;
    database::execute(&server.stores, "UPDATE erasure_requests SET created_at = 1 WHERE state = 'delivered'").await;
    upkeep::follow_up(&later(server, 0).await).await.expect("followed up");
}
