//! A person with a browser: uploads with progress that is seen, and without a script.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::files::jpeg_with_place;
use crate::support::axe;
use crate::support::browser::{Browser, Look};
use crate::support::hand::Hand;
use crate::support::parts::Folder;
use crate::support::server::Server;

/// Records a second of a moving canvas, as a page with a camera does.
pub const RECORD: &str = "
    const done = arguments[arguments.length - 1];
    const canvas = document.createElement('canvas');
    canvas.width = 320; canvas.height = 240;
    const pen = canvas.getContext('2d');
    let step = 0;
    const paint = setInterval(() => { pen.fillStyle = `hsl(${step++ * 9} 80% 50%)`; pen.fillRect(0, 0, 320, 240); }, 40);
    const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/webm;codecs=vp8' });
    const pieces = [];
    recorder.ondataavailable = (event) => pieces.push(event.data);
    recorder.onstop = async () => {
        clearInterval(paint);
        const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
        let text = '';
        for (const byte of bytes) text += String.fromCharCode(byte);
        done(btoa(text));
    };
    recorder.start(200);
    setTimeout(() => recorder.stop(), 1200);";

async fn signed_in(browser: &Browser, server: &Server, hand: &Hand) {
    browser.goto(&format!("{}/signin", server.issuer)).await;
    browser.fill("input[name=identifier]", &hand.person.email).await;
    browser.click("form:has(input[name=identifier]) button").await;
    browser.fill("input[name=password]", &hand.person.password).await;
    browser.click("form:has(input[name=password]) button.wide").await;
    browser.wait_for_url(|url| url.contains("/account")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn issue4_done_2_photo_and_video_with_progress_that_is_seen() {
    let server = Server::shared().await;
    let mut hand = Hand::of(server).await;
    let browser = Browser::open(&Look::default()).await;
    signed_in(&browser, server, &hand).await;
    let folder = Folder::new("uploads");
    browser.goto("about:blank").await;
    let film = browser.run_async(RECORD, json!([])).await;
    let film = STANDARD.decode(film.as_str().expect("a film")).expect("base64");
    fs::write(folder.join("clip.webm"), &film).expect("a file");
    fs::write(folder.join("photo.jpg"), jpeg_with_place(1600, 1200)).expect("a file");

    browser.goto(&format!("{}/account/media", server.issuer)).await;
    browser.screenshot("media-1-empty").await;
    // Slow enough for a person to see it move.
    let slow = json!({ "offline": false, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 200_000 });
    browser.devtools("Network.enable", json!({})).await;
    browser.devtools("Network.emulateNetworkConditions", slow).await;
    let files = format!("{}\n{}", folder.join("photo.jpg").display(), folder.join("clip.webm").display());
    browser.element("#file").await.type_text(&files).await;
    browser.fill("#album", "Zanzibar").await;
    browser.click("form[data-upload] button").await;
    let mut seen = Vec::new();
    for _ in 0..400 {
        let value = browser.run("const bar = document.querySelector('progress'); return bar && bar.hasAttribute('value') ? bar.value : null", json!([])).await;
        if let Some(value) = value.as_f64().filter(|value| *value > 0.0 && *value < 1.0 && seen.last() != Some(value)) {
            seen.push(value);
            if seen.len() == 2 {
                browser.screenshot("media-2-progress").await;
            }
        }
        if browser.url().await.contains("done=media-taken") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert!(seen.len() >= 2 && seen.is_sorted(), "progress was seen: {seen:?}; {}", browser.text().await);
    browser.wait_for_url(|url| url.contains("done=media-taken")).await;
    assert_eq!(browser.elements(".media a").await.len(), 2, "{}", browser.text().await);
    let loaded = "const done = arguments[arguments.length - 1];
        const photo = document.querySelector('.media img'), film = document.querySelector('.media video');
        const told = () => done([photo.naturalWidth, film.videoWidth, film.error && film.error.message]);
        const ready = () => photo.complete ? told() : (photo.onload = photo.onerror = told);
        film.readyState > 0 ? ready() : (film.onloadedmetadata = ready, film.onerror = ready);";
    let shown = browser.run_async(loaded, json!([])).await;
    assert_eq!(shown, json!([240, 320, null]), "both are shown, the photo upright");
    browser.screenshot("media-3-there").await;
    assert_eq!(
        axe::violations(&browser).await.iter().map(|v| format!("{v:?}")).collect::<Vec<_>>(),
        Vec::<String>::new()
    );
    let mut items = Vec::new();
    for (name, at) in [("photo", "a:has(img)"), ("video", "a:has(video)")] {
        let href = browser.element(&format!(".media {at}")).await.attribute("href").await.expect("an address");
        items.push((name, href));
    }
    for (name, href) in items {
        for (width, is_dark) in [(1280, false), (320, true)] {
            browser.goto(&format!("{}{href}", server.issuer)).await;
            browser.resize(width, 900).await;
            browser.set_dark(is_dark).await;
            assert!(!browser.overflows().await, "{href} at {width}");
            let found = axe::violations(&browser).await;
            assert!(found.is_empty(), "{href} at {width}: {found:?}");
            browser.screenshot(&format!("media-4-{name}-{width}")).await;
        }
    }
    let said = browser.console().await;
    let bad: Vec<_> = said.iter().filter(|line| line.contains("SEVERE") && line.contains(&server.issuer)).collect();
    assert!(bad.is_empty(), "{bad:?}");
    assert!(hand.person.visit("/account/media").await.page().text().contains("1 photo, 1 video"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_script_on_a_phone_in_arabic() {
    let server = Server::shared().await;
    let hand = Hand::of(server).await;
    let look = Look { width: 320, height: 800, has_scripts: false, is_dark: true, language: "ar" };
    let browser = Browser::open(&look).await;
    signed_in(&browser, server, &hand).await;
    let folder = Folder::new("uploads");
    fs::write(folder.join("photo.jpg"), jpeg_with_place(800, 600)).expect("a file");
    browser.goto(&format!("{}/account/media", server.issuer)).await;
    browser.element("#file").await.type_text(&folder.join("photo.jpg").display().to_string()).await;
    browser.click("form[data-upload] button").await;
    browser.wait_for_url(|url| url.contains("done=media-taken")).await;
    let href = browser.element(".media a").await.attribute("href").await.expect("an address");
    hand.ready(href.rsplit('/').next().expect("an identifier")).await;
    browser.goto(&format!("{}/account/media", server.issuer)).await;
    assert!(browser.has(".media img").await && !browser.overflows().await, "{}", browser.text().await);
    browser.screenshot("media-5-arabic-no-scripts").await;
}
