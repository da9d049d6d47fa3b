//! What is not taken: strangers' cases, steps at the wrong time, files that are no such pictures, too many tries.

use std::time::Duration;

use crate::media::files::{jpeg, jpeg_with_place};
use crate::support::database;
use crate::support::desk::{Applicant, PAGE, picture};
use crate::support::eventually;
use crate::support::platform::Answer;
use crate::support::server::Server;

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s19_a_case_of_another_person_is_not_there() {
    let server = Server::shared().await;
    let (mut amina, mut eve) = (Applicant::of(server).await, Applicant::of(server).await);
    let case = amina.begin("passport", "document").await;
    let own = eve.begin("passport", "document").await;
    assert_eq!(eve.hand.person.visit(&format!("{PAGE}/cases/{own}")).await.page().status, 200);
    for path in [format!("{PAGE}/cases/{case}"), format!("{PAGE}/cases/ver_00000000000000000000000000")] {
        assert_eq!(eve.hand.person.visit(&path).await.page().status, 404, "{path}");
    }
    let page = eve.page().await;
    for deed in ["/data", "/challenge", "/submit", "/withdraw"] {
        let form = page.form_to(deed).forge("case", &case);
        let form = match deed {
            "/data" => form
                .fill("given_name", "E")
                .fill("birthdate", "1990-01-01")
                .fill("number", "1")
                .fill("nationality", "DEU"),
            _ => form,
        };
        let answer = eve.hand.person.submit(&page, &form).await.page();
        assert_eq!(answer.status, 404, "{deed}: {}", answer.text());
    }
    assert_eq!(eve.upload(&case, "front", &picture(1200, 800)).await.status, 404);
    let found = format!("case_id = '{case}'");
    assert_eq!(database::count(&server.stores, "evidence_objects", &found).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s19_steps_have_an_order() {
    let server = Server::shared().await;
    let mut amina = Applicant::of(server).await;
    let page = amina.page().await;
    for (country, status) in [("Germany", 422), ("", 422), ("UTO", 422)] {
        let form = page.form("country").fill("country", country).choose("kind", "passport");
        let answer = amina.hand.person.submit(&page, &form).await.page();
        assert_eq!((answer.status, answer.has("#country[aria-invalid=true]")), (status, true), "{country}");
    }
    let forged = page.form("country").fill("country", "DEU").forge("kind", "library_card");
    assert_eq!(amina.hand.person.submit(&page, &forged).await.page().status, 422);
    let form = page.form("country").fill("country", "DEU").choose("kind", "passport");
    let begun = amina.hand.person.submit(&page, &form).await.page();
    let case = amina.case(&begun);
    let twice = amina.hand.person.submit(&page, &form).await.page();
    assert!(twice.status == 409 && twice.text().contains("begun a check already"), "{}", twice.text());
    // Nothing is taken before its person agreed.
    let early = amina.upload(&case, "front", &picture(1200, 800)).await;
    assert!(early.status == 403 && early.text().contains("First agree"), "{}", early.text());
    let without = amina.hand.person.submit(&begun, &begun.form_to("/consent")).await.page();
    assert!(without.status == 422 && without.has("#agree[aria-invalid=true]"), "{}", without.text());
    let agreed = amina.send("/consent", &[("agree", "yes")]).await;
    assert_eq!(agreed.status, 200);
    let again = amina.send_from(&begun, "/consent", &[("agree", "yes")]).await;
    assert_eq!(again.status, 409, "{}", again.text());
    let wrong = amina.send("/data", &[("birthdate", "yesterday"), ("mrz", "P<")]).await;
    assert_eq!(wrong.status, 422);
    for field in ["birthdate", "number", "nationality", "mrz", "family_name"] {
        assert!(wrong.has(&format!("#{field}[aria-invalid=true]")), "{field}");
    }
    assert_eq!(wrong.attributes("#birthdate", "value"), ["yesterday"], "what was typed is kept");
    let passport = amina.upload(&case, "back", &picture(1200, 800)).await;
    assert_eq!(passport.status, 409, "a passport has no back");
    let stale = amina.page().await;
    let gone = amina.send("/withdraw", &[]).await;
    assert_eq!(gone.texts(".note.green").join(""), "It has ended. Your pictures are destroyed.");
    for deed in ["/submit", "/withdraw", "/challenge"] {
        assert_eq!(amina.send_from(&stale, deed, &[]).await.status, 409, "{deed}");
    }
    assert_eq!(amina.upload(&case, "front", &picture(1200, 800)).await.status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s10_5_pictures_are_told_by_their_content() {
    let server = Server::with(&[("SW__VERIFICATION__PICTURE_BYTES", "2000000")]).await;
    let mut amina = Applicant::of(&server).await;
    let case = amina.begin("passport", "document").await;
    amina.fill().await;
    let large = [picture(1200, 800), vec![0; 2_000_000]].concat();
    for (what, file, status) in [
        ("a page", &b"<html><body>No picture</body></html>"[..], 415),
        ("GIF", &b"GIF89a\0\0\0\0"[..], 415),
        ("a film", &b"\0\0\0\x14ftypisom\0\0\0\0mp41"[..], 415),
        ("nothing", &b""[..], 415),
        ("large", &large[..], 413),
    ] {
        let page = amina.upload(&case, "front", file).await;
        assert_eq!(
            (page.status, page.has("#picture-front[aria-invalid=true]")),
            (status, true),
            "{what}: {}",
            page.text()
        );
    }
    let rows = format!("case_id = '{case}'");
    assert_eq!(database::count(&server.stores, "evidence_objects", &rows).await, 0);
    // Too few pixels, and cut off: known once it is opened.
    amina.upload(&case, "front", &jpeg(900, 600)).await;
    let whole = picture(1200, 800);
    amina.upload(&case, "selfie", &whole[..whole.len() / 2]).await;
    amina.send("/submit", &[]).await;
    let page = amina.reaches("Waits for you").await;
    let told = page.texts("#reasons li").join("\n");
    assert!(told.contains("Front of the document: The picture has too few pixels."), "{told}");
    assert!(page.has("#missing"), "others are asked for");
    amina.upload(&case, "front", &jpeg_with_place(1200, 900)).await;
    amina.pictures(&case, &["selfie"]).await;
    amina.send("/submit", &[]).await;
    amina.reaches("Under review").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s10_5_what_does_harm_ends_the_case() {
    let server = Server::shared().await;
    let mut amina = Applicant::of(server).await;
    let case = amina.begin("passport", "document").await;
    amina.fill().await;
    let marker = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"].concat();
    let mut harmful = picture(1200, 800);
    harmful.extend(marker.bytes());
    amina.upload(&case, "front", &harmful).await;
    amina.pictures(&case, &["selfie"]).await;
    amina.send("/submit", &[]).await;
    let page = amina.reaches("Not confirmed").await;
    assert!(page.text().contains("something harmful") && !page.has("form[action$='/appeal']"), "{}", page.text());
    let kept = format!("case_id = '{case}' AND content_key IS NOT NULL");
    let gone = format!("id = '{case}' AND purged_at IS NOT NULL AND details IS NULL");
    eventually("all of it is destroyed", Duration::from_secs(20), async || {
        let rows = database::count(&server.stores, "verification_cases", &gone).await;
        (rows == 1).then_some(())
    })
    .await;
    assert_eq!(database::count(&server.stores, "evidence_objects", &kept).await, 0);
    amina.begin("passport", "document").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s18_five_tries_a_day_and_a_quarter_of_an_hour() {
    let server = Server::shared().await;
    let mut amina = Applicant::of(server).await;
    let case = amina.begin("passport", "document").await;
    let number = amina.page().await.texts("strong.code").join("");
    amina.pictures(&case, &["selfie"]).await;
    let page = amina.send("/challenge", &[]).await;
    assert_eq!(page.texts(".note.green").join(""), "This is your new number.");
    assert!(number.len() == 4 && page.texts(".chip.green").is_empty(), "the picture with the old one is gone");
    amina.send("/withdraw", &[]).await;
    for _ in 1..5 {
        amina.begin("passport", "document").await;
        amina.send("/withdraw", &[]).await;
    }
    let page = amina.page().await;
    let form = page.form("country").fill("country", "DEU").choose("kind", "passport");
    let begun = amina.hand.person.submit(&page, &form).await.page();
    let refused = amina.send_from(&begun, "/consent", &[("agree", "yes")]).await;
    assert!(refused.status == 429 && refused.text().contains("too often"), "{}", refused.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s19_a_challenge_that_is_over_takes_no_picture() {
    let server = Server::start().await;
    let mut amina = Applicant::of(&server).await;
    let case = amina.begin("passport", "document").await;
    let account = amina.hand.person.email.clone();
    let csrf = amina.hand.csrf.clone();
    assert!(!account.is_empty() && !csrf.is_empty());
    // By the clock of a house that is a quarter of an hour ahead.
    server.stop();
    let app = crate::media::upkeep::later(&server.stores, social_wallet::base::Seconds::minutes(16)).await;
    let owner =
        social_wallet::admin::people::find_by_email(&app, &account).await.expect("an answer").expect("a person");
    let file = futures_util::stream::iter([Ok(bytes::Bytes::from(picture(1200, 800)))]);
    let case: social_wallet::base::id::CaseId = case.parse().expect("a case");
    let side = social_wallet::wallet::verification::Side::Selfie;
    let taken = social_wallet::wallet::verification::uploads::take(&app, owner, case, side, file).await;
    use social_wallet::wallet::verification::{Failure, Refusal};
    assert!(matches!(taken, Err(Failure::Refused(Refusal::ChallengeOver))), "{taken:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_form_of_a_check_counts_without_its_token() {
    let server = Server::shared().await;
    let mut amina = Applicant::of(server).await;
    let case = amina.begin("passport", "document").await;
    amina.hand.csrf = "x".to_owned();
    assert_eq!(amina.upload(&case, "front", &picture(1200, 800)).await.status, 400);
    let bare = amina.hand.request(reqwest::Method::POST, &format!("{PAGE}/picture")).body("csrf=x");
    let answer = Answer::of(bare.header("content-type", "application/x-www-form-urlencoded")).await;
    assert_eq!(answer.status, 400);
}
