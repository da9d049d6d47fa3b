//! WALLET §9, R6: the activity is what left, and is found by app, thing, way, outcome and day.

use std::collections::BTreeSet;

use serde_json::Value;

use super::deeds;
use crate::support::database;
use crate::support::person::{Answers, Person};
use crate::support::platform::{Answer, http};
use crate::support::seeded;
use crate::support::server::Server;

pub async fn rows(person: &mut Person, query: &str) -> Vec<Value> {
    let file = person.visit(&format!("/account/activity/download?format=ndjson{query}")).await.page();
    assert_eq!(file.status, 200, "{}", file.text());
    file.body.lines().map(|line| serde_json::from_str(line).expect("a JSON object a line")).collect()
}

pub fn names(row: &Value) -> BTreeSet<String> {
    row["released"].as_array().expect("names").iter().map(|name| name.as_str().expect("a name").to_owned()).collect()
}

/// What is about a person in an answer: not the frame of the protocol.
pub fn told(answer: &Value) -> BTreeSet<String> {
    const FRAME: &[&str] =
        &["sub", "iss", "aud", "exp", "iat", "nonce", "auth_time", "acr", "amr", "azp", "at_hash", "sid", "jti"];
    let members = answer.as_object().expect("an object").keys();
    members.filter(|name| !FRAME.contains(&name.as_str())).cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn r6_the_activity_is_what_a_platform_received() {
    let server = Server::start().await;
    let mut person = seeded::signed_in(&server).await;
    deeds::fill_bio(&mut person).await;
    let platform = deeds::platform(&server).await;
    let answers = Answers::only(&["name", "given_name", "email", "wallet_bio", "offline_access"]);
    let scope = "openid profile email wallet.profile offline_access";
    let attempt = platform.attempt(scope);
    let tokens = platform.sign_in_with(&mut person, attempt, &answers).await;
    let mut received = vec![("id_token", told(&tokens.claims))];
    received.push(("userinfo", told(&platform.userinfo(&tokens.access).await.json())));
    let profile =
        Answer::of(http().get(format!("{}/wallet/v1/profile", server.issuer)).bearer_auth(&tokens.access)).await;
    let fields: BTreeSet<String> = profile.json()["fields"].as_object().expect("fields").keys().cloned().collect();
    received.push(("data_api", fields));
    platform.refresh(tokens.refresh.as_deref().expect("a refresh token")).await;

    let reads = rows(&mut person, "&kind=reads").await;
    for (channel, names_received) in &received {
        let of_channel: Vec<&Value> = reads.iter().filter(|row| row["channel"] == *channel).collect();
        assert!(!of_channel.is_empty(), "{channel}: {reads:?}");
        let recorded: BTreeSet<String> = of_channel.iter().flat_map(|row| names(row)).filter(|n| n != "sub").collect();
        // The API calls fields by names of its own.
        if *channel == "data_api" {
            assert_eq!(recorded.len(), names_received.len(), "{channel}: {recorded:?} and {names_received:?}");
        } else {
            assert_eq!(recorded, *names_received, "{channel}");
        }
    }
    assert_eq!(reads.iter().filter(|row| row["event"] == "data.read").count(), 4, "one row for each answer: {reads:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s9_2_the_activity_is_filtered_and_downloaded() {
    let server = Server::start().await;
    let mut person = seeded::signed_in(&server).await;
    let platform = deeds::platform(&server).await;
    let tokens = deeds::share(&platform, &mut person, &["name", "email"]).await;
    for _ in 0..3 {
        assert_eq!(platform.userinfo(&tokens.access).await.status, 200);
    }
    platform.revoke(&tokens.access).await;
    platform.userinfo(&tokens.access).await.must_refuse(401, "invalid_token");
    let client = platform.client.id.clone();
    let today = social_wallet::base::Time::from_unix(crate::support::platform::now().cast_signed()).rfc3339();
    let today = &today[..10];
    for (query, expected) in [
        (format!("&app={client}&kind=reads"), 5),
        ("&item=email&channel=userinfo".to_owned(), 3),
        ("&item=phone_number".to_owned(), 0),
        ("&channel=userinfo&outcome=refused".to_owned(), 1),
        ("&channel=id_token".to_owned(), 1),
        ("&channel=nonsense".to_owned(), 0),
        (format!("&kind=reads&from={today}&to={today}"), 5),
        ("&kind=reads&to=2020-01-01".to_owned(), 0),
        ("&kind=reads&from=2090-01-01".to_owned(), 0),
        ("&kind=reads&from=nonsense".to_owned(), 5),
    ] {
        assert_eq!(rows(&mut person, &query).await.len(), expected, "{query}");
    }
    let page = person.visit("/account/activity?item=email&channel=userinfo").await.page();
    assert!(page.text().contains("and 2 more times that day"), "equal rows are one line: {}", page.text());
    assert_eq!(page.attributes("select#item option[selected]", "value"), ["email"]);
    let csv = page.attributes("a[download]", "href").into_iter().find(|href| href.contains("csv")).expect("a file");
    let file = person.visit(&csv).await.page();
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(file.body.lines().count(), 4, "the head and each row by itself: {}", file.body);

    // Many rows: page after page, and a filter that fits none of them is answered at once.
    let old = "SELECT account_id FROM audit_events WHERE event = 'consent.given'";
    let many = match server.stores.database_url {
        None => "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)",
        Some(_) => "WITH n(i) AS (SELECT generate_series(1, 5000))",
    };
    let id = "'evt_0' || substr('0000000000000000000000000' || i, -25)";
    let id = if server.stores.database_url.is_none() {
        id.to_owned()
    } else {
        "'evt_0' || lpad(i::text, 25, '0')".to_owned()
    };
    let insert = "INSERT INTO audit_events (id, at, event, account_id, client_id, channel, outcome, released)";
    database::execute(
        &server.stores,
        &format!("{insert} {many} SELECT {id}, 1000, 'data.read', ({old}), 'x', 'userinfo', 'ok', '[\"name\"]' FROM n"),
    )
    .await;
    let rows = rows(&mut person, "").await;
    assert!(rows.len() > 5000, "{}", rows.len());
    let ids: BTreeSet<&str> = rows.iter().map(|row| row["id"].as_str().expect("an id")).collect();
    assert_eq!(ids.len(), rows.len(), "none twice, none left out");
    let page = person.visit("/account/activity?item=phone_number").await.page();
    assert!(page.has("a[rel=next]"), "a page looks at so many rows and no more");

    // A download needs a sign-in that is fresh.
    database::execute(&server.stores, "UPDATE sessions SET auth_time = 1").await;
    let landed = person.visit("/account/activity/download?format=csv").await.page();
    assert_eq!(landed.url.path(), "/signin", "{}", landed.text());
}
