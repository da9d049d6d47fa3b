//! The whole way: by one reviewer, by two, turned down and appealed, asked again, disputed.

use super::reviews::badge;
use crate::support::database;
use crate::support::desk::{Applicant, Clerk, PAGE};
use crate::support::server::Server;

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s10_5_one_reviewer_and_a_badge() {
    let server = Server::shared().await;
    let (mut amina, mut clerk) = (Applicant::of(server).await, Clerk::of(server, "reviewer").await);
    let case = amina.begin("idcard", "document").await;
    let page = amina.page().await;
    let number = page.texts("strong.code").join("");
    assert!(number.len() == 4 && number.bytes().all(|b| b.is_ascii_digit()), "{number}");
    assert!(page.has("input[type=file][capture=user]") && page.has("#missing"), "{}", page.text());
    assert_eq!(amina.send("/submit", &[]).await.status, 422, "nothing is there yet");
    assert_eq!(amina.fill().await.texts(".note.green").join(""), "Your changes are saved.");
    amina.pictures(&case, &["front", "back", "selfie"]).await;
    let page = amina.send("/submit", &[]).await;
    assert_eq!(page.texts(".note.green").join(""), "You have handed it in.");
    let page = amina.reaches("Under review").await;
    assert!(page.text().contains("Reviewers decide by"), "{}", page.text());

    let desk = clerk.person.visit("/desk").await.page();
    assert!(desk.text().contains("Identity card (DEU)") && !desk.text().contains("Haddad"), "{}", desk.text());
    let page = clerk.claim(&case).await;
    for told in ["Haddad", "1990-05-17", &amina.number, &number, "It is yours until"] {
        assert!(page.text().contains(told), "{told}: {}", page.text());
    }
    let shown = page.attributes("img.large", "src");
    assert_eq!(shown.len(), 3, "{}", page.text());
    for src in &shown {
        let seen = clerk.look(server, src).await;
        assert_eq!((seen.status, seen.header("content-type")), (200, Some("image/jpeg")), "{}", seen.text());
    }
    // Nothing is approved unseen.
    let form = page.form("outcome").choose("outcome", "approve");
    let refused = clerk.person.submit(&page, &form).await.page();
    assert_eq!(refused.status, 422);
    assert!(refused.has("#checklist[aria-invalid=true]"), "{}", refused.text());
    let done = clerk.decide(&page, "approve", &[]).await;
    assert_eq!(done.texts(".note.green").join(""), "Your decision is kept.");

    let page = amina.reaches("Confirmed").await;
    assert!(page.text().contains("Your pictures will be destroyed on"), "{}", page.text());
    assert_eq!(badge(server, &case).await, Some("document"));
    let letter = server.letter_to(&amina.hand.person.email, 0).await;
    assert_eq!(letter.subject, "Your identity was confirmed");
    let activity = amina.hand.person.visit("/account/activity?kind=security").await.page().text();
    for told in
        ["You agreed that people look", "A reviewer looked at a picture", "The back of your document", "confirmed your"]
    {
        assert!(activity.contains(told) || told.starts_with("You agreed"), "{told}: {activity}");
    }
    assert!(!activity.contains(&clerk.person.email), "as a reviewer, not by name");
    let all = amina.hand.person.visit("/account/activity").await.page().text();
    assert!(all.contains("You agreed that people look"), "{all}");
    let badges = amina.hand.person.visit("/account/badges").await.page();
    assert_eq!(badges.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s10_5_two_reviewers_where_the_person_wants_them() {
    let server = Server::shared().await;
    let mut amina = Applicant::of(server).await;
    let (mut first, mut second) = (Clerk::of(server, "reviewer").await, Clerk::of(server, "reviewer").await);
    let case = amina.hand_in("document_dual").await;
    first.settle(&case, "approve", &[]).await;
    amina.reaches("Under review").await;
    assert_eq!(badge(server, &case).await, None, "one is not enough");
    let page = second.claim(&case).await;
    assert!(page.status == 200 && !page.has("#decisions"), "the first decision is not told: {}", page.text());
    let done = second.decide(&page, "approve", &[]).await;
    assert_eq!(done.status, 200, "{}", done.text());
    amina.reaches("Confirmed").await;
    assert_eq!(badge(server, &case).await, Some("document_dual"));
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s10_5_turned_down_and_appealed_to_others() {
    let server = Server::shared().await;
    let mut amina = Applicant::of(server).await;
    let mut first = Clerk::of(server, "reviewer").await;
    let case = amina.hand_in("document").await;
    let page = first.claim(&case).await;
    let form = page.form("outcome").choose("outcome", "reject");
    assert_eq!(first.person.submit(&page, &form).await.page().status, 422, "nothing is refused without a reason");
    first.decide(&page, "reject", &["mismatch_face", "cropped"]).await;
    let page = amina.reaches("Not confirmed").await;
    let reasons = page.texts("#reasons li");
    assert!(reasons.len() == 2 && reasons.iter().any(|one| one.contains("part of the document")), "{reasons:?}");
    let letter = server.letter_to(&amina.hand.person.email, 0).await;
    assert!(letter.text.contains("part of the document is missing"), "{}", letter.text);

    let page = amina.send("/appeal", &[]).await;
    assert_eq!(page.texts(".note.green").join(""), "Other people will look again.");
    let refused = first.claim(&case).await;
    assert_eq!(refused.status, 409, "whoever decided does not decide again: {}", refused.text());
    assert!(refused.text().contains("You have decided on this check already"), "{}", refused.text());
    let desk = first.person.visit("/desk").await.page();
    assert!(!desk.body.contains(&format!("/desk/{case}/claim")), "nor is it offered");

    let (mut second, mut third) = (Clerk::of(server, "reviewer").await, Clerk::of(server, "reviewer").await);
    let desk = second.person.visit("/desk").await.page();
    let rows = desk.attributes("form[action$='/claim']", "action");
    assert_eq!(rows.first(), Some(&format!("/desk/{case}/claim")), "an appeal comes before all others: {rows:?}");
    second.settle(&case, "approve", &[]).await;
    third.settle(&case, "approve", &[]).await;
    amina.reaches("Confirmed").await;
    assert_eq!(badge(server, &case).await, Some("document_dual"));
    assert!(!amina.page().await.has("form[action$='/appeal']"));
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s10_5_asked_again_with_another_challenge() {
    let server = Server::shared().await;
    let (mut amina, mut clerk) = (Applicant::of(server).await, Clerk::of(server, "reviewer").await);
    let case = amina.hand_in("document").await;
    let page = clerk.claim(&case).await;
    let number = page.texts("strong.code").join("");
    clerk.decide(&page, "again", &["unreadable"]).await;
    let page = amina.reaches("Waits for you").await;
    assert!(page.texts("#reasons li").join("").contains("cannot be read"), "{}", page.text());
    assert_ne!((page.texts("strong.code").join(""), page.has("#missing")), (number, false), "another number");
    assert_eq!(page.attributes("#number", "value"), [amina.number.as_str()], "what was typed is still there");
    let evidence = format!("case_id = '{case}'");
    assert_eq!(database::count(&server.stores, "evidence_objects", &evidence).await, 0);
    let purged = "event = 'verification.evidence_purged'";
    assert!(database::count(&server.stores, "audit_events", purged).await > 0);
    amina.pictures(&case, &["front", "selfie"]).await;
    amina.send("/submit", &[]).await;
    amina.reaches("Under review").await;
    clerk.settle(&case, "approve", &[]).await;
    amina.reaches("Confirmed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s10_5_this_was_not_me() {
    let server = Server::shared().await;
    let (mut amina, mut clerk) = (Applicant::of(server).await, Clerk::of(server, "reviewer").await);
    let case = amina.hand_in("document").await;
    clerk.settle(&case, "approve", &[]).await;
    amina.reaches("Confirmed").await;
    let letter = server.letter_to(&amina.hand.person.email, 0).await;
    let link = letter.text.split_whitespace().find(|word| word.contains("/verification/dispute/")).expect("a link");
    let link = link.to_owned();
    // Whoever reads the mail: without a sign-in; and opening it changes nothing.
    let mut anybody = amina.hand.person.elsewhere();
    let page = anybody.visit(&link).await.page();
    assert_eq!((page.status, badge(server, &case).await), (200, Some("document")));
    for _ in 0..2 {
        let done = anybody.submit(&page, &page.form_to("/verification/dispute/")).await.page();
        assert!(done.text().contains("The badge is taken away"), "{}", done.text());
    }
    assert_eq!(badge(server, &case).await, None);
    let owner = format!("account_id = (SELECT account_id FROM verification_cases WHERE id = '{case}')");
    assert_eq!(database::count(&server.stores, "identity_facts", &owner).await, 0);
    assert_eq!(anybody.visit("/verification/dispute/bGluaw").await.page().status, 404);
    let page = amina.reaches("Under review").await;
    assert!(!page.has("form[action$='/withdraw']"), "the pictures stay until it is decided");

    let other = Clerk::of(server, "reviewer").await.claim(&case).await;
    assert_eq!(other.status, 403, "{}", other.text());
    let mut senior = Clerk::of(server, "operator").await;
    let page = senior.claim(&case).await;
    assert!(page.texts("#decisions li").join("").contains("First reviewer: Confirm"), "{}", page.text());
    senior.decide(&page, "fraud", &["suspected_tamper"]).await;
    amina.reaches("Not confirmed").await;
    let page = amina.page().await;
    let start = page.form("country").fill("country", "DEU").choose("kind", "passport");
    let barred = amina.hand.person.submit(&page, &start).await.page();
    assert_eq!(barred.status, 403, "{}", barred.text());
    assert!(amina.hand.person.visit(&format!("{PAGE}/cases/{case}")).await.page().text().contains("cannot accept"));
}
