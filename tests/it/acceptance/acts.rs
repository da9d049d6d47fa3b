//! What the people of the story do, page by page.

use std::fs;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use url::Url;

use super::stage::{Stage, browser_of, go_on, until};
use crate::journey::tick;
use crate::media::browser::RECORD;
use crate::media::files::jpeg_with_place;
use crate::support::browser::Browser;
use crate::support::desk::{CHECKLIST, picture};
use crate::support::parts::Folder;
use crate::support::platform::{Credentials, Method, Platform, http};
use crate::support::{seeded, unique};

pub const NAME: &str = "Amina Yusuf";
pub const BIO: &str = "Old lenses, new light.";

/// What the activity must tell of the story, in its words.
pub const TRAIL: &[&str] = &[
    "Orbit Photos tried to read your details. Refused",
    "You stopped sharing with Orbit Photos.",
    "Orbit Photos read: Name, Email address, Photos you pick and Badges.",
    "By the data API",
    "By a link to a photo or video",
    "You shared with Orbit Photos: Name, Email address, Photos you pick and Badges.",
    "Reviewers confirmed your identity.",
    "You got a badge: Identity checked.",
    "A reviewer looked at a picture of your identity check.",
    "You handed in an identity check.",
    "You agreed that people look at pictures of your document and your face.",
    "A photo or video was added to your wallet.",
    "You changed your profile: Name and About me.",
];

/// Opens a wallet and says who they are; gives the address.
pub async fn sign_up(stage: &Stage, browser: &Browser) -> String {
    let email = format!("{}@mail.example", unique("amina-"));
    browser.goto(&stage.at("/signup")).await;
    stage.look(browser, "01-sign-up").await;
    browser.fill("input[name=email]", &email).await;
    go_on(browser, "form:has(input[name=email]) button").await;
    let code = stage.server.letter_to(&email, 0).await.code().expect("a code");
    browser.fill("input[name=code]", &code).await;
    stage.look(browser, "02-code").await;
    go_on(browser, "form:has(input[name=code]) button").await;
    browser.fill("input[name=password]", &unique("long and unlikely ")).await;
    stage.look(browser, "03-password").await;
    go_on(browser, "form:has(input[name=password]) button.wide").await;
    browser.wait_for_url(|url| url.contains("/account")).await;
    browser.goto(&stage.at("/account/profile/edit")).await;
    browser.fill("input[name=name]", NAME).await;
    browser.fill("[name=wallet_bio]", BIO).await;
    go_on(browser, "form:has(input[name=name]) .actions button").await;
    stage.look(browser, "04-profile").await;
    email
}

/// Uploads three photos and a video, slowly enough to see them move.
pub async fn upload(stage: &Stage, browser: &Browser) {
    let folder = Folder::new("uploads");
    browser.goto("about:blank").await;
    let film = browser.run_async(RECORD, json!([])).await;
    let film = STANDARD.decode(film.as_str().expect("a film")).expect("base64");
    fs::write(folder.join("clip.webm"), &film).expect("a file");
    let mut files = Vec::new();
    for (name, width, height) in [("door", 1200, 900), ("tram", 900, 1200), ("lens", 800, 800)] {
        fs::write(folder.join(&format!("{name}.jpg")), jpeg_with_place(width, height)).expect("a file");
        files.push(folder.join(&format!("{name}.jpg")).display().to_string());
    }
    files.push(folder.join("clip.webm").display().to_string());
    browser.goto(&stage.at("/account/media")).await;
    let network =
        |speed: i64| json!({ "offline": false, "latency": 5, "downloadThroughput": -1, "uploadThroughput": speed });
    browser.devtools("Network.enable", json!({})).await;
    browser.devtools("Network.emulateNetworkConditions", network(150_000)).await;
    browser.element("#file").await.type_text(&files.join("\n")).await;
    browser.fill("#album", "Zanzibar").await;
    browser.click("form[data-upload] button").await;
    let read =
        "return [...document.querySelectorAll('progress')].map(bar => bar.hasAttribute('value') ? bar.value : 0)";
    let mut seen: Vec<f64> = Vec::new();
    for _ in 0..1200 {
        let bars = browser.run(read, json!([])).await;
        let moving =
            bars.as_array().into_iter().flatten().filter_map(Value::as_f64).filter(|at| *at > 0.0 && *at < 1.0);
        seen.extend(moving);
        seen.dedup();
        if seen.len() == 3 {
            stage.look(browser, "10-progress").await;
            seen.push(1.0);
        }
        if browser.url().await.contains("done=media-taken") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    browser.wait_for_url(|url| url.contains("done=media-taken")).await;
    browser.devtools("Network.emulateNetworkConditions", network(-1)).await;
    assert!(seen.len() > 3, "progress was seen: {seen:?}");
    until_counted(browser, ".media img", 3).await;
    until_counted(browser, ".media video", 1).await;
    must_be_shown(browser, ".media img").await;
    stage.look(browser, "11-media").await;
}

async fn until_counted(browser: &Browser, css: &str, count: usize) {
    crate::support::eventually(&format!("{count} of {css}"), Duration::from_secs(60), async || {
        (browser.elements(css).await.len() == count).then_some(())
    })
    .await;
}

/// Pictures that have arrived, not their frames alone.
pub async fn must_be_shown(browser: &Browser, css: &str) {
    let read = "const done = arguments[arguments.length - 1];
        const all = [...document.querySelectorAll(arguments[0])];
        all.forEach(img => img.loading = 'eager');
        Promise.all(all.map(img => img.decode().then(() => img.naturalWidth, () => 0))).then(done)";
    let widths = browser.run_async(read, json!([css])).await;
    let all = widths.as_array().cloned().unwrap_or_default();
    assert!(!all.is_empty() && all.iter().all(|width| width.as_u64() > Some(0)), "{css}: {widths}");
}

/// Shows a passport; two reviewers look at it, each in a browser of their own.
pub async fn document(stage: &Stage, browser: &Browser, email: &str) {
    let page = stage.at("/account/verification");
    let folder = Folder::new("document");
    browser.goto(&page).await;
    browser.click("label[for=kind-passport]").await;
    browser.fill("#country", "DEU").await;
    browser.click("label[for=level-document_dual]").await;
    stage.look(browser, "20-check-begin").await;
    browser.click("form:has(#country) .actions button").await;
    browser.element("#agree").await;
    browser.click("label[for=agree]").await;
    stage.look(browser, "21-check-consent").await;
    browser.click("form[action$='/consent'] button").await;
    browser.element("#given_name").await;
    for (field, text) in [
        ("given_name", "Amina"),
        ("family_name", "Yusuf"),
        ("birthdate", "1990-05-17"),
        ("number", &format!("L{:08}", rand::random::<u32>() % 100_000_000)),
        ("nationality", "DEU"),
        ("issued_on", "2022-01-01"),
        ("expires_on", "2032-01-01"),
    ] {
        browser.fill(&format!("#{field}"), text).await;
    }
    browser.click("form[action$='/data'] .actions button").await;
    browser.element(".note.green").await;
    for side in ["front", "selfie"] {
        let file = folder.join(&format!("{side}.jpg"));
        fs::write(&file, picture(1200, 800)).expect("a file");
        let form = format!("form:has(input[name=side][value={side}])");
        browser.element(&format!("{form} input[type=file]")).await.type_text(&file.display().to_string()).await;
        browser.click(&format!("{form} button")).await;
        browser.element(&format!("{form} .chip.green")).await;
    }
    stage.look(browser, "22-check-pictures").await;
    browser.click("form[action$='/submit'] button").await;
    until(browser, &page, "Under review").await;
    stage.look(browser, "23-check-waits").await;

    for (at, who) in ["first", "second"].into_iter().enumerate() {
        let person = seeded::signed_in(&stage.server).await;
        stage.server.cli(&["account", "role", &person.email, "reviewer"]);
        let desk = browser_of(&stage.server, &person).await;
        review(stage, &desk, who).await;
        browser.goto(&page).await;
        let is_confirmed = browser.text().await.contains("Confirmed");
        assert_eq!(is_confirmed, at == 1, "by two, and not by one");
    }
    stage.look(browser, "27-check-confirmed").await;
    assert!(stage.server.letters_to(email) > 1);
    browser.goto(&stage.at("/account/badges")).await;
    assert!(browser.text().await.contains("Identity checked"));
    stage.look(browser, "28-badges").await;
}

async fn review(stage: &Stage, desk: &Browser, who: &str) {
    until(desk, &stage.at("/desk"), "Passport").await;
    stage.look(desk, &format!("24-desk-{who}")).await;
    go_on(desk, "form[action$='/claim'] button").await;
    must_be_shown(desk, "img.large").await;
    stage.look(desk, &format!("25-case-{who}")).await;
    for line in CHECKLIST {
        desk.click(&format!("label[for=check-{line}]")).await;
    }
    desk.click("label[for=outcome-approve]").await;
    desk.fill("#note", "Everything fits.").await;
    go_on(desk, "form[action$='/decide'] .actions button").await;
    crate::journey::says(desk, "Your decision is kept.").await;
    stage.look(desk, &format!("26-decided-{who}")).await;
}

/// What the platform can do by now.
pub struct Shared {
    pub http: reqwest::Client,
    pub access_token: String,
    /// The paths of the photos' links.
    pub links: Vec<String>,
}

/// Shares the badge and two of the photos with the sample platform, which shows them.
pub async fn share(stage: &Stage, browser: &Browser) -> Shared {
    browser.goto(&stage.origin).await;
    stage.look(browser, "30-platform").await;
    browser.click("#sign-in").await;
    browser.wait_for_url(|url| url.contains("/interaction/")).await;
    for claim in ["name", "wallet_badges", "offline_access"] {
        tick(browser, claim).await;
    }
    pick(browser, "pick-wallet-badges", |words| words.starts_with("Identity checked")).await;
    pick(browser, "pick-wallet-photos", |words| words.contains("door") || words.contains("tram")).await;
    stage.look(browser, "31-consent").await;
    let cookies = browser.cookies().await;
    browser.click("button[value=allow]:enabled").await;
    let origin = stage.origin.clone();
    browser.wait_for_url(|url| url.starts_with(&origin)).await;
    browser.element("#photos").await;
    must_be_shown(browser, "#photos img").await;
    let (photos, badges) = (browser.elements("#photos img").await, browser.element("#badges").await.text().await);
    assert!(photos.len() == 2 && badges.contains("Identity checked"), "{badges}");
    stage.look(browser, "32-platform-shows").await;
    let mut links = Vec::new();
    for photo in photos {
        let src = Url::parse(&photo.attribute("src").await.expect("an address")).expect("a URL");
        links.push(src.path().to_owned());
    }
    Shared { http: http(), access_token: access_token(stage, &cookies).await, links }
}

/// Ticks exactly the choices of a line whose words fit.
async fn pick(browser: &Browser, name: &str, fits: impl Fn(&str) -> bool) {
    let read = "return [...document.querySelectorAll(`input[name='${arguments[0]}']`)].map(box =>
        [box.id, document.querySelector(`label[for='${box.id}']`).innerText.trim(), box.checked])";
    let choices = browser.run(read, json!([name])).await;
    let mut count = 0;
    for choice in choices.as_array().into_iter().flatten() {
        let is_wanted = fits(choice[1].as_str().unwrap_or_default());
        count += usize::from(is_wanted);
        if choice[2] != json!(is_wanted) {
            browser.click(&format!("label[for='{}']", choice[0].as_str().expect("an id"))).await;
        }
    }
    assert!(count > 0, "{name}: {choices}");
}

/// A token of the platform under the same grant, got as the platform would get it, for reads that it does not make.
async fn access_token(stage: &Stage, cookies: &str) -> String {
    let file = stage.server.stores.data.join("demo.json");
    let seeded: Value = serde_json::from_slice(&fs::read(file).expect("demo.json")).expect("JSON");
    let secret = seeded["client_secret"].as_str().map(str::to_owned);
    let client = Credentials { id: "orbit-photos".to_owned(), secret, method: Method::Basic, key: None };
    let platform = Platform::discover(&stage.server.issuer, client, format!("{}/callback", stage.origin)).await;
    let attempt = platform.attempt_with("openid wallet.badges wallet.photos", &[("prompt", Some("none"))]);
    let request = platform.http.get(attempt.url.clone()).header("cookie", cookies);
    let request = request.header("sec-fetch-mode", "navigate").header("sec-fetch-dest", "document");
    let answer = crate::support::platform::Answer::of(request.header("sec-fetch-site", "cross-site")).await;
    let back = Url::parse(answer.header("location").unwrap_or_else(|| panic!("{}", answer.text()))).expect("a URL");
    let answer = platform.exchange(&attempt, &platform.code(&attempt, &back)).await;
    platform.tokens(&attempt, answer).await.access
}
