//! WALLET §7.7, §8.7: an app is paused, asked to delete, reported; all are stopped.

use serde_json::{Value, json};
use social_wallet::jobs::upkeep;

use super::deeds::{self, CONTACT};
use crate::support::database;
use crate::support::person::{Answers, Person};
use crate::support::platform::{Answer, http, now};
use crate::support::seeded;
use crate::support::server::Server;

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s7_7_a_paused_app_reads_nothing_and_keeps_what_it_has() {
    let server = Server::start().await;
    let mut person = seeded::signed_in(&server).await;
    deeds::fill_bio(&mut person).await;
    let platform = deeds::platform(&server).await;
    let answers = Answers::only(&["name", "wallet_bio", "offline_access"]).for_duration("until_stopped");
    let attempt = platform.attempt("openid profile offline_access wallet.profile");
    let tokens = platform.sign_in_with(&mut person, attempt, &answers).await;
    let refresh = tokens.refresh.clone().expect("a refresh token");
    let data =
        async |token: &str| Answer::of(http().get(format!("{}/wallet/v1/me", server.issuer)).bearer_auth(token)).await;
    assert_eq!(data(&tokens.access).await.status, 200);

    let page = deeds::press(&mut person, "/pause").await;
    assert!(page.text().contains("The app is paused.") && page.text().contains("Paused since"), "{}", page.text());
    let refused = data(&tokens.access).await;
    assert_eq!((refused.status, &refused.json()["code"]), (403, &Value::from("grant_paused")), "{}", refused.text());
    platform.userinfo(&tokens.access).await.must_refuse(403, "insufficient_scope");
    platform.refresh(&refresh).await.must_refuse(400, "access_denied");
    assert_eq!(platform.introspect(&tokens.access).await.json()["active"], false);
    let told = person.visit("/account/activity?outcome=refused").await.page().text();
    assert!(told.contains("Orbit Photos"), "{told}");

    // Who signs in to the app again says so on the page of the request.
    let url = platform.attempt("openid profile offline_access wallet.profile").url;
    let page = person.walk_to_consent(url.as_str()).await;
    assert!(page.has("form") && page.status == 200, "{}", page.text());

    let page = deeds::press(&mut person, "/resume").await;
    assert!(page.text().contains("The app can read again"), "{}", page.text());
    assert_eq!(data(&tokens.access).await.status, 200, "the token was kept");
    assert_eq!(platform.refresh(&refresh).await.status, 200, "and the refresh token too");

    deeds::press(&mut person, "/pause").await;
    platform
        .sign_in_with(&mut person, platform.attempt("openid profile offline_access wallet.profile"), &answers)
        .await;
    assert_eq!(data(&tokens.access).await.status, 200, "a new yes lets it go on");
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s8_7_a_wish_goes_its_way() {
    let server = Server::start().await;
    let mut person = seeded::signed_in(&server).await;
    let platform = deeds::platform(&server).await;
    let tokens = deeds::share(&platform, &mut person, &["name"]).await;
    let page = deeds::ask(&mut person).await;
    assert!(page.text().contains("It was told. No answer yet."), "{}", page.text());
    assert!(page.link("/erasure").is_none(), "one at a time");
    let letter = server.letter_to(CONTACT, 0).await;
    let sub = tokens.claims["sub"].as_str().expect("a sub");
    assert!(letter.text.contains(sub) && !letter.text.contains(&person.email), "{}", letter.text);

    let url = deeds::answer_url(&server, 0).await;
    let token = deeds::own_token(&platform, "wallet.erasure.report").await;
    let other = deeds::platform(&server).await;
    let others = deeds::own_token(&other, "wallet.erasure.report").await;
    let problem = async |token: &str, body: &Value| {
        let answer = deeds::answer(&url, token, body).await;
        (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
    };
    let fine = json!({ "state": "acknowledged" });
    for (token, body, status, code) in [
        (&others, &fine, 404, "not_found"),
        (&tokens.access, &fine, 403, "insufficient_scope"),
        (&"x".to_owned(), &fine, 401, "invalid_token"),
        (&token, &json!({ "state": "gone" }), 400, "invalid_parameter"),
        (&token, &json!({}), 400, "invalid_parameter"),
        (&token, &json!({ "state": "completed", "status_uri": "javascript:alert(1)" }), 400, "invalid_parameter"),
        (&token, &json!({ "state": "refused", "reason": "x".repeat(501) }), 400, "invalid_parameter"),
        (&token, &json!({ "state": "refused", "more": 1 }), 400, "invalid_parameter"),
    ] {
        assert_eq!(problem(token, body).await, (status, code.to_owned()), "{body}");
    }
    let missing = format!("{}/wallet/v1/erasure-requests/wsh_AAAAAAAAAAAAAAAAAAAAAA/status", server.issuer);
    let missing = deeds::answer(&missing.parse().expect("a URL"), &token, &fine).await;
    assert_eq!(missing.status, 404, "as that of another");

    let code = json!({ "state": "acknowledged", "confirmation_code": "O-17", "status_uri": "https://orbitphotos.example/w/1" });
    let answered = deeds::answer(&url, &token, &code).await;
    assert_eq!((answered.status, &answered.json()["state"]), (200, &Value::from("acknowledged")));
    let page = deeds::app_page(&mut person).await;
    assert!(page.text().contains("It is working on it.") && page.text().contains("O-17"), "{}", page.text());
    for _ in 0..2 {
        let done = deeds::answer(&url, &token, &json!({ "state": "completed" })).await;
        assert_eq!((done.status, &done.json()["state"]), (200, &Value::from("completed")), "said twice, too");
    }
    assert_eq!(problem(&token, &json!({ "state": "refused" })).await, (409, "conflict".to_owned()));
    let page = deeds::app_page(&mut person).await;
    assert!(page.text().contains("It says that your data is deleted."), "{}", page.text());

    // Another wish, after the end of sharing, and nobody answers.
    let page = person.visit("/account/apps/stop-all").await.page();
    person.submit(&page, &page.form_to("/stop-all")).await;
    let seen = server.letters_to(CONTACT);
    let page = deeds::ask(&mut person).await;
    assert!(page.text().contains("It was told."), "{}", page.text());
    server.letter_to(CONTACT, seen).await;
    // Letters of the days to come wait for these days.
    for (days, waiting, state) in [(13, 0, "told"), (15, 1, "told"), (26, 2, "told"), (31, 2, "let a month pass")] {
        let house = deeds::later(&server, days).await;
        upkeep::follow_up(&house).await.expect("followed up");
        upkeep::follow_up(&house).await.expect("twice does no harm");
        let waits = format!("kind = 'mail' AND state = 'queued' AND run_at > {}000000", now() + 86_400);
        assert_eq!(database::count(&server.stores, "jobs", &waits).await, waiting, "{days}");
        let text = deeds::app_page(&mut person).await.text();
        assert!(text.contains(state), "{days}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s8_7_a_silent_platform_is_told_of() {
    let server = Server::start().await;
    let platform = deeds::platform(&server).await;
    let asked = async |person: &mut Person| {
        let page = person.walk_to_consent(platform.attempt("openid email").url.as_str()).await;
        page.text().contains("has left people without an answer")
    };
    for overdue in 0..2 {
        let mut person = seeded::signed_in(&server).await;
        assert!(!asked(&mut person).await, "{overdue}");
        deeds::share(&platform, &mut person, &["name"]).await;
        deeds::ask(&mut person).await;
        database::execute(&server.stores, "UPDATE erasure_requests SET created_at = 1 WHERE state = 'delivered'").await;
        upkeep::follow_up(&deeds::later(&server, 0).await).await.expect("followed up");
    }
    assert!(asked(&mut seeded::signed_in(&server).await).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s8_7_a_report_is_sealed_and_read_by_staff() {
    let server = Server::start().await;
    let mut person = seeded::signed_in(&server).await;
    let platform = deeds::platform(&server).await;
    deeds::share(&platform, &mut person, &["name"]).await;
    let page = deeds::app_page(&mut person).await;
    let page = person.visit(page.link("/report").expect("a way to report").as_str()).await.page();
    let form = page.form("words").fill("words", "nothing chosen");
    let again = person.submit(&page, &form).await.page();
    assert!(
        again.text().contains("Choose one") && again.form("words").value("words").as_deref() == Some("nothing chosen")
    );
    let form = again.form("words").choose("category", "other").fill("words", &"x".repeat(2001));
    let long = person.submit(&again, &form).await;
    assert!(long.page().text().contains("Shorten it"));
    let told = deeds::report(&mut person, "asks_too_much", "It wants <everything> of me.").await;
    assert!(told.text().contains("Thank you. The report is sent."), "{}", told.text());
    let plain = "CAST(words AS TEXT) LIKE '%everything%'";
    if server.stores.database_url.is_none() {
        assert_eq!(database::count(&server.stores, "app_reports", plain).await, 0);
    }
    assert_eq!(person.visit("/admin").await.page().status, 403);
    let mut operator = deeds::operator(&server).await;
    let page = operator.visit("/admin").await.page();
    assert!(page.text().contains("It wants <everything> of me.") && page.text().contains("It asks for too much"));
    assert!(!page.text().contains(&person.email), "who wrote it is not told");
    let page = operator.submit(&page, &page.form_to("/admin/reports/close")).await.page();
    assert!(page.text().contains("The report is closed.") && !page.text().contains("everything"), "{}", page.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_another_is_not_there() {
    let server = Server::start().await;
    let mut person = seeded::signed_in(&server).await;
    let platform = deeds::platform(&server).await;
    deeds::share(&platform, &mut person, &["name"]).await;
    let page = deeds::app_page(&mut person).await;
    let path = page.url.path().to_owned();
    let receipt = page.link("/account/receipts/").expect("a receipt").path().to_owned();
    let mut stranger = seeded::signed_in(&server).await;
    for path in [format!("{path}/erasure"), format!("{path}/report"), receipt] {
        assert_eq!(stranger.visit(&path).await.page().status, 404, "{path}");
        assert_eq!(person.visit(&path).await.page().status, 200, "{path}");
    }
    let own = stranger.visit("/account/settings").await.page();
    for end in ["pause", "resume", "erasure", "report"] {
        let mut form = own.forms().into_iter().find(|form| form.is_post).expect("a form");
        form.action = own.url.join(&format!("{path}/{end}")).expect("a URL");
        assert_eq!(stranger.submit(&own, &form).await.page().status, 404, "{end}");
    }
}
