//! What the clock does: cases that are left end, evidence goes when its time is over, and a record says so.

use social_wallet::base::Seconds;
use social_wallet::wallet::verification::upkeep;

use crate::media::upkeep::later;
use crate::support::database;
use crate::support::desk::{Applicant, Clerk};
use crate::support::server::Server;

/// WALLET.md §21.3 R10.
#[tokio::test(flavor = "multi_thread")]
async fn r10_evidence_is_gone_when_its_time_is_over() {
    let server = Server::start().await;
    let mut clerk = Clerk::of(&server, "operator").await;
    let (mut approved, mut rejected, mut fraud) =
        (Applicant::of(&server).await, Applicant::of(&server).await, Applicant::of(&server).await);
    let (mut left, mut waiting, mut gone) =
        (Applicant::of(&server).await, Applicant::of(&server).await, Applicant::of(&server).await);
    let cases = [
        approved.hand_in("document").await,
        rejected.hand_in("document").await,
        fraud.hand_in("document").await,
        left.begin("passport", "document").await,
        waiting.hand_in("document").await,
    ];
    left.pictures(&cases[3], &["front"]).await;
    gone.hand_in("document").await;
    server.cli(&["account", "delete", &gone.hand.person.email]);
    clerk.settle(&cases[0], "approve", &[]).await;
    clerk.settle(&cases[1], "reject", &["unreadable"]).await;
    clerk.settle(&cases[2], "fraud", &["suspected_tamper"]).await;
    server.stop();

    let rows = async |table: &'static str, condition: String| database::count(&server.stores, table, &condition).await;
    let purged =
        async |case: &str| rows("verification_cases", format!("id = '{case}' AND purged_at IS NOT NULL")).await;
    let mut pictures = 2 + 2 + 2 + 1 + 2;
    let steps = [
        (Seconds::hours(23), &[][..]),
        (Seconds(24 * 3600 + 60), &[3][..]),
        (Seconds(7 * 86_400 - 60), &[]),
        (Seconds(7 * 86_400 + 60), &[0]),
        (Seconds(30 * 86_400 - 60), &[]),
        (Seconds(30 * 86_400 + 60), &[1]),
        (Seconds(90 * 86_400 - 60), &[]),
        (Seconds(90 * 86_400 + 60), &[2]),
    ];
    for (by, over) in steps {
        let app = later(&server.stores, by).await;
        upkeep::run(&app).await.expect("upkeep");
        for at in over {
            let case = &cases[*at];
            pictures -= if *at == 3 { 1 } else { 2 };
            assert_eq!(purged(case).await, 1, "{at} after {by:?}");
            let kept = format!("id = '{case}' AND details IS NOT NULL");
            assert_eq!(rows("verification_cases", kept).await, 0);
            let keys = format!("case_id = '{case}' AND content_key IS NOT NULL");
            let hashes = format!("case_id = '{case}' AND state = 'purged' AND sha256 IS NOT NULL");
            assert_eq!(rows("evidence_objects", keys).await, 0);
            assert!(rows("evidence_objects", hashes).await > 0, "hashes remain");
        }
        let blobs = app.blobs.list(&"evidence".parse().expect("a folder"), None, 100).await.expect("the store");
        assert_eq!(blobs.len(), pictures, "after {by:?}");
    }
    assert_eq!(purged(&cases[4]).await, 0, "what waits for a reviewer stays");
    assert_eq!(rows("audit_events", "event = 'verification.evidence_purged' AND released IS NOT NULL".into()).await, 4);
    assert_eq!(rows("review_decisions", "note IS NOT NULL".into()).await, 0);
    assert_eq!(rows("review_decisions", "1 = 1".into()).await, 3, "decisions remain");
    assert_eq!(rows("identity_facts", format!("case_id = '{}'", cases[0])).await, 1, "and what was found out");
    let abandoned = format!("id = '{}' AND state = 'abandoned'", cases[3]);
    assert_eq!(rows("verification_cases", abandoned).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s10_5_who_gives_up_leaves_nothing() {
    let server = Server::shared().await;
    let mut amina = Applicant::of(server).await;
    let case = amina.hand_in("document").await;
    let mut clerk = Clerk::of(server, "reviewer").await;
    let page = clerk.claim(&case).await;
    let done = amina.send("/withdraw", &[]).await;
    assert_eq!(done.texts(".note.green").join(""), "It has ended. Your pictures are destroyed.");
    let src = page.attributes("img.large", "src").remove(0);
    assert_eq!(clerk.look(server, &src).await.status, 404);
    assert_eq!(clerk.decide(&page, "approve", &[]).await.status, 409);
    let gone = format!("id = '{case}' AND state = 'abandoned' AND purged_at IS NOT NULL AND details IS NULL");
    assert_eq!(database::count(&server.stores, "verification_cases", &gone).await, 1);
    let page = amina.page().await;
    assert!(page.text().contains("Your pictures were destroyed on"), "{}", page.text());
}
