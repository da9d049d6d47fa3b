//! Mail that came back (WALLET.md §10.2, §10.3).

use std::time::Duration;

use serde_json::json;

use super::{SECRET, call, refuses};
use crate::contacts::{self, house};
use crate::support::person::Person;
use crate::support::platform::{Answer, http, now};
use crate::support::server::Server;
use crate::support::{eventually, unique};

async fn bounce(server: &Server, event: &str, recipient: &str, at: u64) {
    let told = json!({ "event": event, "recipient": recipient, "code": "5.1.1", "provider": "any" });
    let answer = call(server, "/hooks/mail", SECRET, at, &told).await;
    assert_eq!(answer.status, 204, "{}", answer.text());
}

async fn badge(person: &mut Person) -> String {
    let page = person.visit("/account/badges").await.page();
    let rows = page.texts(".rows li");
    rows.into_iter().find(|row| row.contains("Email address confirmed")).unwrap_or_else(|| panic!("{}", page.text()))
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_2_after_a_hard_bounce_an_address_counts_as_not_confirmed_until_it_is() {
    let server = house(&[("SW__MAIL__HOOK_SECRET", SECRET)]).await;
    let mut person = Person::signed_up(&server).await;
    let good = json!({ "event": "hard_bounce", "recipient": person.email });
    let bad = [
        json!({}),
        json!({ "event": "hard_bounce" }),
        json!({ "event": "bounce", "recipient": person.email }),
        json!({ "event": "hard_bounce", "recipient": "nobody" }),
    ];
    refuses(&server, "/hooks/mail", &good, &bad).await;
    bounce(&server, "soft_bounce", &person.email, now() + 1).await;
    bounce(&server, "hard_bounce", "stranger@mail.example", now() + 1).await;
    assert!(badge(&mut person).await.contains("Valid"));
    assert!(!person.visit("/account").await.page().text().contains("so it does not count as confirmed"));

    let at = now() + 1;
    bounce(&server, "hard_bounce", &person.email.to_uppercase(), at).await;
    assert!(badge(&mut person).await.contains("In doubt"));
    let mut elsewhere = person.elsewhere();
    let home = elsewhere.sign_in().await;
    assert_eq!(home.url.path(), "/account", "it still is theirs");
    let home = elsewhere.visit("/account").await.page();
    assert!(home.text().contains(&format!("Mail to {} came back", person.email)), "{}", home.text());
    let page = person.visit("/account/contacts").await.page();
    assert!(page.text().contains("Mail comes back"), "{}", page.text());
    let activity = person.visit("/account/activity?kind=security").await.page().text();
    assert!(activity.contains("It is not confirmed any more"), "{activity}");

    eventually("a later second", Duration::from_secs(10), async || (now() > at + 1).then_some(())).await;
    let seen = server.letters_to(&person.email);
    person.submit(&page, &page.form_to("/account/contacts/prove")).await;
    let code = contacts::sent_code(&server, "email", &person.email, seen).await;
    contacts::enter(&mut person, &code).await;
    for replay in [false, true] {
        if replay {
            bounce(&server, "hard_bounce", &person.email.to_uppercase(), at).await;
        }
        assert!(badge(&mut person).await.contains("Valid"), "replayed: {replay}");
        assert!(
            !person.visit("/account").await.page().text().contains("so it does not count as confirmed"),
            "replayed: {replay}"
        );
    }
    let metrics = Answer::of(http().get(format!("{}/metrics", server.operations))).await.text();
    assert!(metrics.contains("sw_mail_bounces_total{event=\"hard_bounce\"} 3"), "{metrics}");
    assert!(!server.log().contains(&person.email));
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_3_who_waits_for_a_message_that_came_back_is_told() {
    let server = house(&[("SW__MAIL__HOOK_SECRET", SECRET)]).await;
    let mut person = Person::signed_up(&server).await;
    let second = format!("{}@work.example", unique("a-"));
    let page = person.visit("/account/contacts").await.page();
    person.submit(&page, &page.form("email").fill("email", &second)).await;
    let is_told = async |person: &mut Person, path: &str| {
        let page = person.visit(path).await.page();
        (page.text().contains("The message came back"), page)
    };
    assert!(!is_told(&mut person, "/account/contacts").await.0);
    bounce(&server, "hard_bounce", &second, now()).await;
    let (told, page) = is_told(&mut person, "/account/contacts").await;
    assert!(told, "{}", page.text());
    person.submit(&page, &page.form_to("/code/again")).await;
    assert!(!is_told(&mut person, "/account/contacts").await.0, "a new message is on its way");

    let mut stranger = Person::new(&server);
    let page = stranger.visit("/signup").await.page();
    let waits = stranger.submit(&page, &page.form("email").fill("email", &stranger.email)).await.page();
    bounce(&server, "hard_bounce", &stranger.email, now()).await;
    assert!(is_told(&mut stranger, "/signup/code").await.0);
    let page = stranger.submit(&waits, &waits.form_to("/signup/code/confirmed")).await.page();
    assert!(page.text().contains("The message came back"), "{}", page.text());
}
