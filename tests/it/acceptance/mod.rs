//! The whole wallet in a real browser (issue 4, "Done when" 2): photos and a video, a document check by two reviewers,
//! sharing, stopping, the second node, the trail, export, import elsewhere, deletion.

mod acts;
mod load;
mod rows;
mod stage;

use std::time::Duration;

use crate::support::browser::{Browser, Look};
use crate::support::database;
use crate::support::eventually;
use crate::support::parts::Folder;
use crate::support::person::Person;
use crate::support::platform::Answer;
use crate::support::server::Server;

use self::acts::{NAME, Shared};
use self::stage::{Stage, go_on, until};

#[tokio::test(flavor = "multi_thread")]
async fn issue4_done_2_from_a_photo_to_the_receipt_of_deletion() {
    let stage = Stage::build().await;
    let browser = Browser::open(&Look::default()).await;
    let email = acts::sign_up(&stage, &browser).await;
    acts::upload(&stage, &browser).await;
    acts::document(&stage, &browser, &email).await;

    let shared = acts::share(&stage, &browser).await;
    for node in [&stage.server.address, stage.node()] {
        assert_eq!(statuses(&shared, node).await, ([200, 200, 200], vec![200, 200]), "{node}");
    }
    stop(&stage, &browser).await;
    // The answer to the person has just come: not one read more, wherever it is asked.
    for node in [stage.node(), &stage.server.address] {
        assert_eq!(statuses(&shared, node).await, ([401, 401, 401], vec![410, 410]), "{node}");
    }
    browser.goto(&format!("{}/arrived", stage.origin)).await;
    browser.click("#reload").await;
    crate::journey::says(&browser, "UserInfo was not given").await;
    assert!(!browser.has("#photos").await && !browser.has("#badges").await, "shown no more");
    stage.look(&browser, "50-platform-refused").await;

    trail(&stage, &browser).await;
    move_out(&stage, &browser).await;
    delete(&stage, &browser, &email).await;
    let found = stage.found();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// What the data API and the links of the photos answer at a node.
async fn statuses(shared: &Shared, node: &str) -> ([u16; 3], Vec<u16>) {
    let mut api = [0; 3];
    for (status, path) in api.iter_mut().zip(["/wallet/v1/badges", "/wallet/v1/media", "/userinfo"]) {
        let request = shared.http.get(format!("{node}{path}")).bearer_auth(&shared.access_token);
        *status = Answer::of(request).await.status;
    }
    let mut links = Vec::new();
    for link in &shared.links {
        links.push(Answer::of(shared.http.get(format!("{node}{link}"))).await.status);
    }
    (api, links)
}

async fn stop(stage: &Stage, browser: &Browser) {
    browser.goto(&stage.at("/account/apps")).await;
    stage.look(browser, "40-apps").await;
    go_on(browser, "main a[href*='/account/apps/']").await;
    stage.look(browser, "41-app").await;
    go_on(browser, "main a[href$='/stop']").await;
    stage.look(browser, "42-stop").await;
    go_on(browser, "main form[action$='/stop'] button").await;
}

/// All of it is in the activity.
async fn trail(stage: &Stage, browser: &Browser) {
    let mut words = String::new();
    browser.goto(&stage.at("/account/activity")).await;
    stage.look(browser, "60-activity").await;
    for _ in 0..10 {
        words += &browser.text().await.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(browser.has(".log li").await, "{words}");
        if !browser.has("main a[rel=next]").await {
            break;
        }
        go_on(browser, "main a[rel=next]").await;
    }
    for told in acts::TRAIL {
        assert!(words.contains(told), "{told} is not in the activity:\n{words}");
    }
}

/// Downloads everything, and moves into a house that never saw it.
async fn move_out(stage: &Stage, browser: &Browser) {
    let folder = Folder::new("downloads");
    browser.goto(&stage.at("/account/privacy")).await;
    stage.look(browser, "70-privacy").await;
    go_on(browser, "main a[href$='/privacy/export']").await;
    stage.look(browser, "71-export").await;
    go_on(browser, "form[action$='/export'] button").await;
    until(browser, &stage.at("/account/privacy"), "Download").await;
    stage.look(browser, "72-export-ready").await;
    browser.downloads_to(folder.path()).await;
    browser.click("main a[download]").await;
    let bundle = eventually("the bundle", Duration::from_secs(30), async || {
        let mut files = std::fs::read_dir(folder.path()).expect("our own folder").flatten().map(|file| file.path());
        files.find(|file| file.extension().is_some_and(|end| end == "zip"))
    })
    .await;

    let fresh = Server::start().await;
    let newcomer = Person::signed_up(&fresh).await;
    let there = stage::browser_of(&fresh, &newcomer).await;
    there.goto(&format!("{}/account/privacy", fresh.issuer)).await;
    there.element("#bundle").await.type_text(&bundle.display().to_string()).await;
    go_on(&there, "form[action$='/import'] button").await;
    let page = there.url().await;
    until(&there, &page, "Done").await;
    stage.look(&there, "73-imported").await;
    // Each goes through the same checks as an upload before it is shown.
    eventually("all of them are there", Duration::from_secs(60), async || {
        there.goto(&format!("{}/account/media", fresh.issuer)).await;
        let found = (there.elements(".media img").await.len(), there.elements(".media video").await.len());
        (found == (3, 1)).then_some(())
    })
    .await;
    acts::must_be_shown(&there, ".media img").await;
    stage.look(&there, "74-fresh-media").await;
    there.goto(&format!("{}/account/profile", fresh.issuer)).await;
    let profile = there.text().await;
    assert!(profile.contains(NAME) && profile.contains(acts::BIO), "{profile}");
    stage.look(&there, "75-fresh-profile").await;
}

/// Deletes the wallet at once, and reads the receipt.
async fn delete(stage: &Stage, browser: &Browser, email: &str) {
    let seen = stage.server.letters_to(email);
    browser.goto(&stage.at("/account/privacy/delete")).await;
    browser.click("label[for=pace-now]").await;
    browser.fill("#confirm", email).await;
    stage.look(browser, "80-delete").await;
    browser.click("form:has(#confirm) button.danger").await;
    browser.element("button[name=sure]").await;
    stage.look(browser, "81-delete-sure").await;
    go_on(browser, "button[name=sure]").await;
    stage.look(browser, "82-deleted").await;
    let letter = stage.server.letter_to(email, seen).await;
    assert!(letter.subject.contains("was deleted"), "{}", letter.subject);
    let receipt = letter.text.split_whitespace().find(|word| word.matches('.').count() == 2 && word.len() > 200);
    let (is_ours, told, error) = stage.server.try_cli_with(&["deletion", "verify", "-"], receipt.expect("a receipt"));
    assert!(is_ours && told.contains("keys_sha256"), "{told}{error}");
    assert_eq!(database::count(&stage.server.stores, "media_assets", "1 = 1").await, 0);
    browser.goto(&stage.at("/account")).await;
    assert!(browser.url().await.contains("/signin") && !browser.text().await.contains(NAME));
}
