//! The pages, and the bytes as their person gets them.

use std::time::Duration;

use reqwest::Method;

use super::files::{has, jpeg, jpeg_with_place};
use crate::support::database;
use crate::support::films::{self, PLACE};
use crate::support::hand::Hand;
use crate::support::platform::Answer;
use crate::support::server::Server;

#[tokio::test(flavor = "multi_thread")]
async fn rfc9110_s14_parts_of_a_video_and_what_a_browser_has_already() {
    let hand = Hand::of(Server::shared().await).await;
    let file = films::mp4(b"isom", 700_000);
    let id = hand.upload(&file).await;
    hand.ready(&id).await;
    let path = format!("/me/media/items/{id}/play");
    let whole = hand.get(&path).await;
    assert_eq!((whole.status, whole.body.len()), (200, file.len()));
    let header = |answer: &Answer, name: &str| answer.header(name).unwrap_or_default().to_owned();
    for (name, value) in [
        ("content-length", file.len().to_string().as_str()),
        ("accept-ranges", "bytes"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "private, no-cache"),
        ("content-disposition", &format!("inline; filename=\"{id}.mp4\"")),
    ] {
        assert_eq!(header(&whole, name), value, "{name}");
    }
    let tag = header(&whole, "etag");
    let last = file.len() - 1;
    for (range, from, to) in [
        ("bytes=0-0".to_owned(), 0, 0),
        ("bytes=65530-65550".to_owned(), 65530, 65550),
        ("bytes=600000-".to_owned(), 600_000, last),
        ("bytes=-10".to_owned(), last - 9, last),
        (format!("bytes=131071-{}", file.len() + 500), 131_071, last),
    ] {
        let answer = Answer::of(hand.request(Method::GET, &path).header("range", &range)).await;
        assert_eq!(
            (answer.status, header(&answer, "content-range")),
            (206, format!("bytes {from}-{to}/{}", file.len()))
        );
        assert_eq!(answer.body, whole.body[from..=to], "{range}");
    }
    let with = async |headers: &[(&str, &str)]| {
        let request = headers.iter().fold(hand.request(Method::GET, &path), |r, (name, value)| r.header(*name, *value));
        Answer::of(request).await
    };
    let beyond = with(&[("range", "bytes=99999999-")]).await;
    assert_eq!((beyond.status, beyond.json()["code"].as_str()), (416, Some("range_not_satisfiable")));
    assert_eq!(header(&beyond, "content-range"), format!("bytes */{}", file.len()));
    let known = with(&[("if-none-match", &tag)]).await;
    assert_eq!((known.status, known.body.len(), header(&known, "etag")), (304, 0, tag.clone()));
    assert_eq!(with(&[("range", "bytes=0-9"), ("if-range", &tag)]).await.status, 206);
    assert_eq!(with(&[("range", "bytes=0-9"), ("if-range", "\"another\"")]).await.status, 200);
    let head = Answer::of(hand.request(Method::HEAD, &path)).await;
    assert_eq!((head.status, head.body.len(), header(&head, "etag")), (200, 0, tag));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_without_a_script_takes_files_as_they_come() {
    let server = Server::shared().await;
    let mut hand = Hand::of(server).await;
    let csrf = hand.csrf.clone();
    let photo = jpeg_with_place(300, 200);
    let film = films::mp4(b"isom", 9_000_000);
    let page = hand.post_form(&csrf, &[("سوق.jpg", &photo), ("film.mp4", &film)]).await;
    assert_eq!((page.status, page.texts(".note.green").join("")), (200, "Your upload has arrived.".to_owned()));
    let tiles = page.attributes(".media a", "href");
    assert_eq!(tiles.len(), 2, "{}", page.text());
    for tile in &tiles {
        hand.ready(tile.rsplit('/').next().expect("an identifier")).await;
    }
    let page = hand.person.visit("/account/media").await.page();
    assert!(page.text().contains("سوق.jpg") && page.text().contains("1 photo, 1 video"), "{}", page.text());
    assert_eq!((page.attributes(".media img", "alt").len(), page.attributes(".media video", "src").len()), (1, 1));
    let src = page.attributes(".media img", "src").remove(0);
    assert!(!has(&hand.get(&src).await.body, PLACE));
    let ids = page.attributes(".media video", "src");
    let video = hand.get(&ids[0]).await;
    assert_eq!(video.body.len(), film.len(), "more than one part");

    for (what, files, told) in [
        ("nothing", &[][..], "Choose a file to upload"),
        ("no name", &[("", &b""[..])][..], "Choose a file to upload"),
        ("a page", &[("a.jpg", &b"<html><body>Hello, I am no photo at all</body></html>"[..])][..], "Choose a JPEG"),
        ("HEIC", &[("a.heic", &b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..])][..], "Choose the photo as JPEG"),
    ] {
        let page = hand.post_form(&csrf, files).await;
        assert_eq!(page.status, 422, "{what}");
        assert!(page.title().starts_with("Error: ") && page.text().contains(told), "{what}: {}", page.text());
        assert!(page.has("#file[aria-invalid=true]"), "{what}");
    }
    let page = hand.post_form("x", &[("a.jpg", &photo)]).await;
    assert_eq!(page.status, 400, "the token of another page: {}", page.text());
    let page = hand.person.visit("/account/media").await.page();
    assert_eq!(page.attributes(".media a", "href").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s13_8_named_deleted_brought_back_and_destroyed() {
    let server = Server::shared().await;
    let mut hand = Hand::of(server).await;
    let id = hand.upload(&jpeg(500, 400)).await;
    hand.ready(&id).await;
    let path = format!("/account/media/{id}");
    let page = hand.person.visit(&path).await.page();
    assert!(!page.has("#alike"), "nothing looks the same");
    let smaller = hand.upload(&jpeg(250, 200)).await;
    hand.ready(&smaller).await;
    let page = hand.person.visit(&format!("/account/media/{smaller}")).await.page();
    assert_eq!(page.attributes("#alike", "href"), [path.as_str()], "wallet s13.6: the other size of it");
    for deed in ["delete", "destroy"] {
        let page = hand.person.visit(&format!("/account/media/{smaller}")).await.page();
        hand.person.submit(&page, &page.form_to(&format!("/{deed}"))).await;
    }
    let page = hand.person.visit(&path).await.page();
    assert!(page.text().contains("500 × 400") && page.text().contains("IMG_1.jpg"), "{}", page.text());
    let long = "x".repeat(121);
    let form = page.form("title").fill("title", &long).fill("album", "Zanzibar");
    let refused = hand.person.submit(&page, &form).await.page();
    assert!(refused.has("#title-error") && refused.form("title").value("album").as_deref() == Some("Zanzibar"));
    let form = page.form("title").fill("title", "Stone <Town>").fill("alt", "A door, carved").fill("album", "Zanzibar");
    let saved = hand.person.submit(&page, &form).await.page();
    assert_eq!(saved.texts(".note.green").join(""), "Your changes are saved.");
    let list = hand.person.visit("/account/media?album=Zanzibar").await.page();
    assert_eq!(list.attributes(".media img", "alt"), ["A door, carved"]);
    assert!(list.text().contains("Stone <Town>"));
    let other = hand.person.visit("/account/media?album=Paris").await.page();
    assert!(other.attributes(".media a", "href").is_empty());
    let sealed = "media_assets";
    let found =
        database::count(&server.stores, sealed, &format!("id = '{id}' AND CAST(details AS TEXT) LIKE '%Stone%'")).await;
    assert_eq!(found, 0, "what is said is sealed");

    let page = hand.person.visit(&path).await.page();
    let done = hand.person.submit(&page, &page.form_to("/delete")).await.page();
    assert_eq!(done.texts(".note.green").join(""), "It is in the trash.");
    assert!(done.attributes(".media a", "href").is_empty());
    assert_eq!(hand.bytes(&id, "s320").await.status, 200, "its person still sees it");
    let trash = hand.person.visit("/account/media?show=trash").await.page();
    assert_eq!(trash.attributes(".media a", "href"), [path.as_str()]);
    let page = hand.person.visit(&path).await.page();
    let back = hand.person.submit(&page, &page.form_to("/restore")).await.page();
    assert_eq!(back.texts(".note.green").join(""), "It is back.");

    let late = hand.person.submit(&page, &page.form_to("/destroy")).await.page();
    assert_eq!(late.status, 404, "what is no longer in the trash is not destroyed by an old page");
    let page = hand.person.visit(&path).await.page();
    hand.person.submit(&page, &page.form_to("/delete")).await;
    let page = hand.person.visit(&path).await.page();
    let gone = hand.person.submit(&page, &page.form_to("/destroy")).await.page();
    assert_eq!(gone.texts(".note.green").join(""), "It is deleted for good.");
    assert_eq!(hand.bytes(&id, "s320").await.status, 404);
    assert_eq!(database::count(&server.stores, "media_assets", &format!("id = '{id}'")).await, 0);
    let activity = hand.person.visit("/account/activity?kind=security").await.page().text();
    for told in ["was added to your wallet", "to the trash", "back from the trash", "was deleted for good"] {
        assert!(activity.contains(told), "{told}: {activity}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_at_work_does_it_again() {
    let server = Server::start().await;
    let hand = Hand::of(&server).await;
    let photo = jpeg(3000, 2000);
    let id = hand.upload(&photo).await;
    tokio::time::sleep(Duration::from_millis(150)).await;
    server.kill();
    server.restart().await;
    // Its claim has to run out.
    let (state, _) = crate::support::eventually("the upload is ready", Duration::from_secs(120), async || {
        let status = hand.status(&id).await;
        (status["state"] == "ready").then(|| (status["state"].clone(), ()))
    })
    .await;
    assert_eq!(state, "ready");
    assert_eq!(hand.bytes(&id, "master").await.status, 200);
}
