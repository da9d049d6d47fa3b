//! Who may decide: never oneself, never twice, never late.

use crate::support::database;
use crate::support::desk::{Applicant, Clerk};
use crate::support::form::Page;
use crate::support::person::Person;
use crate::support::server::Server;

/// The level of the active badge that a case led to.
pub async fn badge(server: &Server, case: &str) -> Option<&'static str> {
    let of = |level: &str| {
        format!("kind = 'identity_verified' AND case_id = '{case}' AND state = 'active' AND level = '{level}'")
    };
    for level in ["document", "document_dual"] {
        if database::count(&server.stores, "badges", &of(level)).await == 1 {
            return Some(level);
        }
    }
    None
}

async fn decisions(server: &Server, case: &str) -> usize {
    database::count(&server.stores, "review_decisions", &format!("case_id = '{case}'")).await
}

async fn state(server: &Server, case: &str, state: &str) -> bool {
    let rows = format!("id = '{case}' AND state = '{state}'");
    database::count(&server.stores, "verification_cases", &rows).await == 1
}

fn approval(page: &Page) -> crate::support::form::Form {
    let form = page.form("outcome").choose("outcome", "approve");
    form.tick_only("check", &crate::support::desk::CHECKLIST)
}

/// WALLET.md §21.3 R9.
#[tokio::test(flavor = "multi_thread")]
async fn r9_two_sessions_of_one_account_are_one_reviewer() {
    let server = Server::with(&[("SW__VERIFICATION__TWO_PERSON", "always")]).await;
    let mut amina = Applicant::of(&server).await;
    assert!(!amina.page().await.has("#level"), "there is no choice");
    let mut one = Clerk::of(&server, "operator").await;
    let mut other = Clerk { person: one.person.elsewhere() };
    other.person.sign_in().await;
    let case = amina.hand_in("document").await;
    // Both sessions have the page of the case, since the account has it.
    let page = one.claim(&case).await;
    let same = other.claim(&case).await;
    assert_eq!((page.status, same.status), (200, 200));
    // All at once, from both.
    let mut sessions: Vec<(Person, Page)> =
        (0..4).flat_map(|_| [(one.person.beside(), page.clone()), (other.person.beside(), same.clone())]).collect();
    let sent = sessions.iter_mut().map(|(person, page)| async {
        let form = approval(page);
        person.submit(page, &form).await.page().status
    });
    let mut statuses = futures_util::future::join_all(sent).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409, 409, 409]);
    assert!(state(&server, &case, "awaiting_second").await && decisions(&server, &case).await == 1);
    for (clerk, page) in [(&mut one, &page), (&mut other, &same)] {
        let refused = clerk.claim(&case).await;
        assert_eq!(refused.status, 409, "{}", refused.text());
        let form = approval(page);
        let again = clerk.person.submit(page, &form).await.page();
        assert_eq!(again.status, 409, "a page of before: {}", again.text());
    }
    assert_eq!((decisions(&server, &case).await, badge(&server, &case).await), (1, None));

    // Even where the lock is theirs by some mistake, the table has one seat for an account.
    let email = &one.person.email;
    let shown: serde_json::Value =
        serde_json::from_str(&server.cli(&["account", "show", email, "--json"])).expect("JSON");
    let id = shown["account_id"].as_str().expect("an identifier");
    let given = format!(
        "UPDATE verification_cases SET state = 'in_review_second', reviewer_id = '{id}', \
         locked_until = 9000000000000000 WHERE id = '{case}'"
    );
    database::execute(&server.stores, &given).await;
    let form = approval(&same);
    let refused = other.person.submit(&same, &form).await.page();
    assert!(refused.status == 409 && refused.text().contains("decided on this check already"), "{}", refused.text());
    assert_eq!((decisions(&server, &case).await, badge(&server, &case).await), (1, None));
    let taken = format!(
        "UPDATE verification_cases SET state = 'awaiting_second', reviewer_id = NULL, locked_until = NULL WHERE id = '{case}'"
    );
    database::execute(&server.stores, &taken).await;

    Clerk::of(&server, "reviewer").await.settle(&case, "approve", &[]).await;
    assert_eq!(badge(&server, &case).await, Some("document_dual"));
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s10_5_two_who_disagree_leave_it_to_a_senior() {
    let server = Server::shared().await;
    let mut amina = Applicant::of(server).await;
    let case = amina.hand_in("document_dual").await;
    Clerk::of(server, "reviewer").await.settle(&case, "approve", &[]).await;
    Clerk::of(server, "reviewer").await.settle(&case, "reject", &["mismatch_face"]).await;
    assert!(state(server, &case, "escalated").await);
    amina.reaches("Under review").await;
    let mut third = Clerk::of(server, "reviewer").await;
    assert_eq!(third.claim(&case).await.status, 403);
    assert!(!third.person.visit("/desk").await.page().body.contains(&case));
    let mut senior = Clerk::of(server, "operator").await;
    let page = senior.claim(&case).await;
    let told = page.texts("#decisions li");
    assert!(told.len() == 2 && told[1].contains("Do not confirm") && told[1].contains("Seen."), "{told:?}");
    senior.decide(&page, "reject", &["mismatch_face"]).await;
    amina.reaches("Not confirmed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s19_nobody_reviews_themselves_and_people_have_no_desk() {
    let server = Server::shared().await;
    let mut clerk = Clerk::of(server, "reviewer").await;
    let mut own = Applicant::with(server, clerk.person.beside()).await;
    let case = own.hand_in("document").await;
    assert!(!clerk.person.visit("/desk").await.page().body.contains(&case), "not offered");
    let refused = clerk.claim(&case).await;
    assert!(refused.status == 403 && refused.text().contains("your own"), "{}", refused.text());
    assert_eq!(clerk.person.visit(&format!("/desk/{case}")).await.page().status, 403);
    let mut person = crate::support::seeded::signed_in(server).await;
    assert_eq!(person.visit("/desk").await.page().status, 403);
    assert_eq!(person.visit(&format!("/desk/{case}")).await.page().status, 403);
    let mut anybody = person.elsewhere();
    assert_eq!(anybody.visit("/desk").await.page().url.path(), "/signin");
    assert_eq!(clerk.person.visit("/desk/ver_00000000000000000000000000").await.page().status, 404);
    assert_eq!(clerk.person.visit("/desk/nothing").await.page().status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s10_5_a_lock_is_renewed_twice_lost_and_taken_by_another() {
    let server = Server::shared().await;
    let mut amina = Applicant::of(server).await;
    let (mut late, mut other) = (Clerk::of(server, "reviewer").await, Clerk::of(server, "reviewer").await);
    let case = amina.hand_in("document").await;
    let page = late.claim(&case).await;
    let refused = other.claim(&case).await;
    assert!(refused.status == 409 && refused.text().contains("no longer yours"), "{}", refused.text());
    assert!(other.person.visit(&format!("/desk/{case}")).await.page().text().contains("You do not have this check"));
    for told in ["You have fifteen minutes more.", "You have fifteen minutes more."] {
        assert_eq!(late.post(&case, "renew").await.texts(".note.green").join(""), told);
    }
    assert_eq!(late.post(&case, "renew").await.status, 409, "twice, and no more");
    assert!(!late.person.visit(&format!("/desk/{case}")).await.page().has("form[action$='/renew']"));
    let over = format!("UPDATE verification_cases SET locked_until = 1 WHERE id = '{case}'");
    database::execute(&server.stores, &over).await;
    let src = page.attributes("img.large", "src").remove(0);
    let seen = late.look(server, &src).await;
    assert_eq!((seen.status, seen.json()["code"].as_str()), (409, Some("lock_lost")));
    let refused = late.decide(&page, "approve", &[]).await;
    assert!(refused.status == 409 && refused.text().contains("no longer yours"), "{}", refused.text());
    assert_eq!((decisions(server, &case).await, late.post(&case, "renew").await.status), (0, 409));

    let page = other.claim(&case).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let seen = other.look(server, &src).await;
    assert_eq!(seen.status, 404, "a link is for whom it was made");
    assert_eq!(other.post(&case, "release").await.texts(".note.green").join(""), "It waits for somebody else.");
    late.settle(&case, "approve", &[]).await;
    amina.reaches("Confirmed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s10_5_what_was_seen_before_is_told_and_two_look() {
    let server = Server::shared().await;
    let mut first = Applicant::of(server).await;
    let case = first.begin("passport", "document").await;
    first.fill().await;
    let (front, selfie) = (crate::support::desk::picture(1200, 800), crate::support::desk::picture(1200, 800));
    first.upload(&case, "front", &front).await;
    first.upload(&case, "selfie", &selfie).await;
    first.send("/submit", &[]).await;
    first.reaches("Under review").await;

    let mut second = Applicant::of(server).await;
    second.number = first.number.to_lowercase();
    let case = second.begin("passport", "document").await;
    second.fill().await;
    let zone = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<11";
    let page = second.send("/data", &[("mrz", zone), ("expires_on", "2020-01-01")]).await;
    assert_eq!(page.status, 200, "{}", page.text());
    second.upload(&case, "front", &front).await;
    second.pictures(&case, &["selfie"]).await;
    second.send("/submit", &[]).await;
    second.reaches("Under review").await;
    let mut clerk = Clerk::of(server, "reviewer").await;
    let page = clerk.claim(&case).await;
    let found = page.texts("#findings li").join("\n");
    for told in [
        "wrong check digit",
        "do not say what was typed",
        "no longer valid",
        "Front of the document: another wallet has sent the same file",
        "Front of the document: another wallet has sent a picture that looks the same",
        "Another wallet has shown this document",
    ] {
        assert!(found.contains(told), "{told}: {found}");
    }
    assert!(!found.contains("You with the sheet") && !found.contains("blurred"), "{found}");
    let refused = clerk.decide(&page, "approve", &[]).await;
    assert!(refused.status == 422 && refused.text().contains("cannot be confirmed"), "{}", refused.text());
    let two = format!("id = '{case}' AND two_person");
    assert_eq!(database::count(&server.stores, "verification_cases", &two).await, 1);
}
