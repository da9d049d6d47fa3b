//! Pictures: sealed apart from the wallet, without a word of where and when, shown for a minute and never given away.

use social_wallet::accounts::sealing;
use social_wallet::base::seal::Place;
use social_wallet::base::{Fault, Seconds};
use social_wallet::error::{Denied, Error};
use social_wallet::store::database::evidence;
use social_wallet::wallet::verification::desk::Reviewer;
use social_wallet::wallet::verification::{Failure, pictures};

use crate::media::files::{has, jpeg_with_place};
use crate::media::upkeep::later;
use crate::support::database;
use crate::support::desk::{Applicant, Clerk, picture};
use crate::support::films::PLACE;
use crate::support::platform::Answer;
use crate::support::server::Server;

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s10_5_a_picture_is_shown_stamped_for_a_minute_and_on_record() {
    let server = Server::start().await;
    let (mut amina, mut clerk) = (Applicant::of(&server).await, Clerk::of(&server, "reviewer").await);
    let case = amina.begin("passport", "document").await;
    amina.fill().await;
    let sent = jpeg_with_place(1500, 1000);
    assert!(has(&sent, PLACE));
    amina.upload(&case, "front", &sent).await;
    amina.pictures(&case, &["selfie"]).await;
    amina.send("/submit", &[]).await;
    amina.reaches("Under review").await;
    let page = clerk.claim(&case).await;
    let src = page.attributes("img.large", "src").remove(0);
    let seen = clerk.look(&server, &src).await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    for (name, value) in [
        ("content-type", "image/jpeg"),
        ("cache-control", "no-store"),
        ("content-disposition", "inline"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("cross-origin-resource-policy", "same-origin"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(seen.header(name), Some(value), "{name}");
    }
    assert!(!has(&seen.body, PLACE) && !has(&seen.body, b"Exif") && !has(&seen.body, b"xmpmeta"));
    let shown = image::load_from_memory(&seen.body).expect("a picture").into_rgb8();
    assert_eq!(shown.dimensions(), (1000, 1500), "upright");
    // The gradient alone has no pixel that is nearly white in its dark corner.
    let stamped = shown.enumerate_pixels().filter(|(x, y, p)| *x < 300 && *y < 300 && p.0[2] > 150).count();
    assert!(stamped > 1000, "the words are across it: {stamped}");

    // Not as a page of its own, not by others, not without a session.
    let url = format!("{}{src}", server.issuer);
    assert_eq!(clerk.person.visit(&src).await.page().status, 400);
    assert_eq!(Answer::of(crate::support::platform::http().get(&url)).await.status, 400);
    let mut other = Clerk::of(&server, "operator").await;
    assert_eq!(other.look(&server, &src).await.status, 404);
    assert_eq!(clerk.look(&server, "/desk-pictures/bGluaw").await.status, 404);
    let person = &mut Clerk { person: amina.hand.person.beside() };
    assert_ne!(person.look(&server, &src).await.status, 200);

    let seen =
        "event = 'review.evidence_seen' AND channel = 'document_front' AND address_prefix IS NULL AND agent IS NULL";
    assert_eq!(database::count(&server.stores, "audit_events", seen).await, 1, "every view, and no other");
    let opened = "event = 'review.evidence_opened'";
    assert_eq!(database::count(&server.stores, "audit_events", opened).await, 1, "staff know who it was");

    // Half a minute more than a minute later.
    server.stop();
    let app = later(&server.stores, Seconds(75)).await;
    let account = social_wallet::admin::people::find_by_email(&app, &clerk.person.email).await;
    let reviewer = Reviewer { account: account.expect("an answer").expect("a person"), is_senior: false };
    let link = src.rsplit('/').next().expect("a link");
    let late = pictures::show(&app, reviewer, link, &social_wallet::audit::Origin::house()).await;
    assert!(matches!(late, Err(Failure::Error(Error::Denied(Denied::Expired)))));
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s16_3_the_key_of_a_person_opens_no_evidence() {
    let server = Server::start().await;
    let mut amina = Applicant::of(&server).await;
    let case = amina.begin("passport", "document").await;
    amina.fill().await;
    let front = picture(1200, 800);
    amina.upload(&case, "front", &front).await;
    amina.pictures(&case, &["selfie"]).await;
    let page = amina.page().await;
    assert!(!page.has("img"), "not even its person gets it back");
    server.stop();
    let app = later(&server.stores, Seconds(1)).await;
    let account = social_wallet::admin::people::find_by_email(&app, &amina.hand.person.email).await;
    let account = account.expect("an answer").expect("a person");
    let case: social_wallet::base::id::CaseId = case.parse().expect("a case");
    let unit = app.clone();
    let opened = app.db.read::<_, Fault, _>(move |conn| {
        Box::pin(async move {
            let key = sealing::load_key(conn, &unit, account).await?;
            let rows = evidence::list(conn, case).await?;
            let found = social_wallet::store::database::cases::find(conn, case).await?.expect("a case");
            let mut opened = Vec::new();
            for row in &rows {
                let (id, wrapped) = (row.id.to_string(), row.content_key.clone().expect("a key"));
                let place = Place { table: "evidence_objects", column: "content_key", row: &id };
                opened.push(key.open_at(place, &wrapped).is_ok() || key.open(row.id.as_bytes(), &wrapped[1..]).is_ok());
                assert!(unit.sealers.evidence.open(row.id.as_bytes(), &wrapped).is_ok());
                assert!(unit.sealers.person_key.open(row.id.as_bytes(), &wrapped).is_err());
            }
            let details = found.details.expect("details");
            opened.push(key.open(case.as_bytes(), &details[1..]).is_ok());
            Ok(opened)
        })
    });
    assert_eq!(opened.await.expect("an answer"), [false; 3]);
    // Nor do the bytes lie about as they were sent, or what was typed.
    let blobs = app.blobs.list(&"evidence".parse().expect("a folder"), None, 100).await.expect("the store");
    assert_eq!(blobs.len(), 2);
    for blob in &blobs {
        let bytes = app.blobs.get(blob).await.expect("the store").expect("a blob");
        assert!(!has(&bytes, &front[..64]) && !has(&bytes, b"JFIF"));
    }
    let typed = format!("id = '{case}' AND CAST(details AS TEXT) LIKE '%Haddad%'");
    assert_eq!(database::count(&server.stores, "verification_cases", &typed).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn security_r22_evidence_is_sealed_anew_with_the_master_key() {
    let server = Server::start().await;
    let mut amina = Applicant::of(&server).await;
    amina.hand_in("document").await;
    let said = server.cli(&["key", "rewrap"]);
    assert!(said.contains("0 pieces of evidence"), "nothing is stale yet: {said}");
}
