//! What gateways tell of text messages, and how they answer (WALLET.md §10.4).

use std::time::Duration;

use serde_json::{Value, json};
use social_wallet::base::Time;

use super::{SECRET, call, refuses};
use crate::contacts::{enter, number};
use crate::support::person::Person;
use crate::support::platform::{Answer, http, now};
use crate::support::server::Server;
use crate::support::site::Site;
use crate::support::{database, eventually};

const PAGE: &str = "/account/contacts";

async fn house(site: &Site) -> Server {
    let settings = [
        ("SW__CODES__RESEND", "0s"),
        ("SW__SMS__GATEWAY", "http"),
        ("SW__SMS__URL", &*site.url("/sms")),
        ("SW__SMS__SECRET", SECRET),
        ("SW__OUTBOUND__ALLOW", &*site.host()),
    ];
    Server::with(&settings).await
}

/// The messages that the gateway got.
async fn messages(site: &Site, times: usize) -> Vec<Value> {
    eventually("messages at the gateway", Duration::from_secs(20), async || {
        let posts = site.heard("/sms").into_iter().filter(|heard| heard.method == "POST");
        let posts: Vec<Value> = posts.map(|heard| serde_json::from_str(&heard.body).expect("JSON")).collect();
        (posts.len() >= times).then_some(posts)
    })
    .await
}

async fn add(person: &mut Person, number: &str) {
    let page = person.visit(PAGE).await.page();
    person.submit(&page, &page.form("phone").fill("phone", number)).await.page();
}

/// Waits until the page says so.
async fn says(person: &mut Person, words: &str) {
    let mut last = String::new();
    for _ in 0..80 {
        last = person.visit(PAGE).await.page().text();
        if last.contains(words) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    panic!("{words} is not in {last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_4_a_person_is_told_what_became_of_the_message() {
    let site = Site::http().await;
    site.says("/sms", "application/json", json!({ "message_id": "gw-1" }).to_string());
    let server = house(&site).await;
    let mut person = Person::signed_up(&server).await;
    add(&mut person, &number()).await;
    says(&mut person, "The phone network has the message.").await;
    let id = messages(&site, 1).await[0]["id"].clone();
    let good = json!({ "id": id, "state": "queued" });
    let bad = [json!({}), json!({ "id": id }), json!({ "id": id, "state": "lost" }), json!({ "state": "sent" })];
    refuses(&server, "/hooks/sms", &good, &bad).await;
    let tell = async |body: Value| call(&server, "/hooks/sms", SECRET, now(), &body).await.status;
    for unknown in [
        json!({ "id": "job_00000000000000000000000000", "state": "sent" }),
        json!({ "id": "x", "state": "sent" }),
        json!({ "message_id": "gw-9", "state": "sent" }),
    ] {
        assert_eq!(tell(unknown.clone()).await, 404, "{unknown}");
    }

    assert_eq!(tell(json!({ "id": id, "state": "failed", "code": "30005" })).await, 204);
    says(&mut person, "The message was not delivered. Check the number.").await;
    says(&mut person, "Not delivered: check the number").await;
    // Reports come in any order, and more than once: nothing goes back.
    for (state, words) in [
        ("sent", "The message was not delivered."),
        ("delivered", "The message arrived on the phone."),
        ("failed", "The message arrived on the phone."),
        ("queued", "The message arrived on the phone."),
    ] {
        assert_eq!(tell(json!({ "message_id": "gw-1", "state": state, "code": "x" })).await, 204);
        says(&mut person, words).await;
    }
    let kept = database::count(&server.stores, "text_messages", "state = 'delivered' AND gateway_id = 'gw-1'").await;
    assert_eq!(kept, 1);
    let metrics = Answer::of(http().get(format!("{}/metrics", server.operations))).await.text();
    for line in ["sw_sms_reports_total{state=\"failed\"} 1", "sw_sms_reports_total{state=\"delivered\"} 1"] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }

    // What the gateway never takes was not delivered either.
    site.answers("/sms", 422, "text/plain", "no such number");
    let mut other = Person::signed_up(&server).await;
    add(&mut other, &number()).await;
    says(&mut other, "The message was not delivered. Check the number.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_4_after_a_new_sim_card_no_code_counts_for_72_hours() {
    let site = Site::http().await;
    let changed = |hours: i64| {
        let at = Time::from_unix(now() as i64 - hours * 3600).rfc3339();
        json!({ "message_id": "gw-1", "sim_changed_at": at }).to_string()
    };
    site.says("/sms", "application/json", changed(71));
    let server = house(&site).await;
    let mut person = Person::signed_up(&server).await;
    let phone = number();
    add(&mut person, &phone).await;
    let code = |message: &Value| {
        let text = message["text"].as_str().expect("a text").to_owned();
        text.rsplit_once(" #").expect("the line for browsers").1.to_owned()
    };
    let first = code(&messages(&site, 1).await[0]);
    says(&mut person, "The SIM card of this number was changed not long ago.").await;
    let page = enter(&mut person, &first).await;
    assert!(page.text().contains("codes count again 72 hours after") && page.has("#code-error"), "{}", page.text());
    let page = person.submit(&page, &page.form_to("/code/again")).await.page();
    assert!(page.text().contains("The SIM card of this number was changed"), "{}", page.text());
    assert_eq!(messages(&site, 1).await.len(), 1, "nor is a new one sent");
    assert_eq!(database::count(&server.stores, "contacts", "kind = 'phone' AND verified_at IS NOT NULL").await, 0);

    // The hold is over; the gateway knows of the same change.
    database::execute(&server.stores, "UPDATE text_messages SET held_until = held_until - 7200000000").await;
    site.says("/sms", "application/json", changed(73));
    let page = person.visit(PAGE).await.page();
    person.submit(&page, &page.form_to("/code/again")).await.page();
    let second = code(&messages(&site, 2).await[1]);
    says(&mut person, "The phone network has the message.").await;
    let page = enter(&mut person, &second).await;
    assert!(page.text().contains("You showed that it is yours."), "{}", page.text());
}
