//! WALLET §7.6: every event of a consent has a receipt that anybody can check.

use serde_json::Value;
use social_wallet::jobs::upkeep;

use super::deeds;
use crate::support::database;
use crate::support::person::Person;
use crate::support::platform::{Answer, http, jose_header, payload};
use crate::support::seeded;
use crate::support::server::Server;

/// The receipts of a person, oldest first.
async fn receipts(person: &mut Person) -> Vec<String> {
    let list = person.visit("/account/receipts").await.page();
    let mut links = list.attributes(".log a", "href");
    links.reverse();
    let mut tokens = Vec::new();
    for link in links {
        let receipt = person.visit(&link).await.page();
        assert_eq!(receipt.header("content-type"), Some("application/jwt"));
        assert!(receipt.header("content-disposition").is_some_and(|value| value.starts_with("attachment")));
        tokens.push(receipt.body.trim().to_owned());
    }
    tokens
}

async fn checked(server: &Server, receipt: &str) -> Value {
    let request = http().post(format!("{}/receipts/verify", server.issuer)).header("accept", "application/json");
    Answer::of(request.form(&[("receipt", receipt)])).await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s7_6_every_event_has_its_receipt() {
    let server = Server::start().await;
    let mut person = seeded::signed_in(&server).await;
    let platform = deeds::platform(&server).await;
    let tokens = deeds::share(&platform, &mut person, &["name", "email"]).await;
    let page = deeds::app_page(&mut person).await;
    person.submit(&page, &page.form("duration").tick_only("claim", &["name"])).await;
    let page = person.visit(page.link("/stop").expect("a way to stop").as_str()).await.page();
    person.submit(&page, &page.form_to("/stop")).await;
    deeds::share(&platform, &mut person, &["name"]).await;
    database::execute(&server.stores, "UPDATE grants SET expires_at = 1 WHERE state = 'active'").await;
    let house = deeds::later(&server, 0).await;
    let (one, two) = tokio::join!(upkeep::follow_up(&house), upkeep::follow_up(&house));
    one.and(two).expect("followed up");

    let all = receipts(&mut person).await;
    let told: Vec<Value> = all.iter().map(|receipt| payload(receipt)).collect();
    let events: Vec<&str> = told.iter().map(|body| body["event"].as_str().expect("an event")).collect();
    assert_eq!(events, ["given", "changed", "withdrawn", "given", "expired"]);
    let statuses: Vec<&Value> = told.iter().map(|body| &body["dpv:hasConsentStatus"]).collect();
    let expected = ["ConsentGiven", "RenewedConsentGiven", "ConsentWithdrawn", "ConsentGiven", "ConsentExpired"];
    assert_eq!(statuses, expected.map(|status| format!("dpv:{status}")).iter().collect::<Vec<_>>());

    let (first, body) = (&all[0], &told[0]);
    let header = jose_header(first);
    assert_eq!((&header["typ"], &header["alg"]), (&"consent-receipt+jwt".into(), &"ES256".into()));
    assert_eq!(body["dpv:hasDataSubject"]["dpv:hasIdentifier"], tokens.claims["sub"], "as the app knows the person");
    assert_eq!(body["dct:conformsTo"], "https://w3id.org/dpv/schema/dpv-27560#receipt-record");
    assert_eq!(body["dpv:hasPersonalData"], serde_json::json!(["dpv:PersonalData", "pd:EmailAddress", "pd:Name"]));
    for member in [
        "@id",
        "dpv:hasIdentifier",
        "dpv:hasNotice",
        "dpv:hasPurpose",
        "dpv:hasDataController",
        "dpv:hasStorageCondition",
        "dpv:hasRecipient",
        "dpv:hasConsentControl",
        "dpv:hasActivity",
    ] {
        assert!(!body[member].is_null(), "{member}: {body}");
    }
    for receipt in &all {
        let text = payload(receipt).to_string();
        assert!(!text.contains(&person.email) && !text.contains("Amina"), "kinds of data, never data: {text}");
    }

    // Anybody can check them, also with the keys alone, and after the key was replaced.
    server.cli(&["key", "rotate", "--alg", "ES256", "--now"]);
    for receipt in &all {
        let found = checked(&server, receipt).await;
        assert_eq!((&found["valid"], &found["receipt"]), (&Value::from(true), &payload(receipt)));
    }
    let (head, rest) = first.split_once('.').expect("a JWS");
    let (middle, tail) = rest.split_once('.').expect("a JWS");
    let other = all[1].split('.').nth(1).expect("a payload");
    let swapped = format!("{head}.{other}.{tail}");
    let at = tail.len() - 20;
    let flipped = if &tail[at..=at] == "A" { "B" } else { "A" };
    let cut = format!("{head}.{middle}.{}{flipped}{}", &tail[..at], &tail[at + 1..]);
    for (receipt, reason) in [
        (swapped.as_str(), "not_ours"),
        (cut.as_str(), "not_ours"),
        (tokens.id_token.as_deref().expect("an ID token"), "no_receipt"),
        ("", "no_receipt"),
        ("a.b.c", "no_receipt"),
    ] {
        let found = checked(&server, receipt).await;
        assert_eq!((&found["valid"], found["reason"].as_str()), (&Value::from(false), Some(reason)), "{receipt}");
    }
    let page = person.visit("/receipts/verify").await.page();
    let found = person.submit(&page, &page.form("receipt").fill("receipt", &swapped)).await.page();
    assert!(found.text().contains("did not sign it"), "{}", found.text());
}

/// By a JOSE library of others: josekit, as platforms in Rust have it.
#[tokio::test(flavor = "multi_thread")]
async fn wallet_s7_6_a_stock_library_checks_a_receipt() {
    let server = Server::start().await;
    let mut person = seeded::signed_in(&server).await;
    let platform = deeds::platform(&server).await;
    deeds::share(&platform, &mut person, &["name"]).await;
    let receipt = receipts(&mut person).await.pop().expect("a receipt");
    let keys = Answer::of(http().get(format!("{}/receipts/keys", server.issuer))).await.json();
    let kid = jose_header(&receipt)["kid"].clone();
    let key = keys["keys"].as_array().expect("keys").iter().find(|key| key["kid"] == kid).expect("its key");
    let jwk = josekit::jwk::Jwk::from_map(key.as_object().expect("a key").clone()).expect("a JWK");
    let verifier = josekit::jws::ES256.verifier_from_jwk(&jwk).expect("a verifier");
    let (_, header) = josekit::jws::deserialize_compact(&receipt, &verifier).expect("good");
    assert_eq!(header.token_type(), Some("consent-receipt+jwt"));
    let mut changed = receipt.clone();
    changed.replace_range(
        receipt.len() - 5..receipt.len() - 4,
        if &receipt[receipt.len() - 5..receipt.len() - 4] == "A" { "B" } else { "A" },
    );
    assert!(josekit::jws::deserialize_compact(&changed, &verifier).is_err());
}
