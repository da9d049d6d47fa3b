//! What is refused before anything is kept, with the problem of WALLET.md §19, and nothing left behind.

use reqwest::Method;
use serde_json::{Value, json};

use super::files::jpeg;
use crate::support::database;
use crate::support::films;
use crate::support::hand::{Hand, UPLOADS};
use crate::support::platform::Answer;
use crate::support::server::Server;

const SMALL: &[(&str, &str)] = &[
    ("SW__MEDIA__PHOTO_BYTES", "60000"),
    ("SW__MEDIA__VIDEO_BYTES", "90000"),
    ("SW__MEDIA__VIDEO_LENGTH", "2s"),
    ("SW__MEDIA__PHOTOS", "2"),
    ("SW__MEDIA__VIDEOS", "1"),
    ("SW__MEDIA__TOTAL_BYTES", "100000"),
];

fn is_problem(answer: &Answer, status: u16, code: &str) {
    let told = answer.json();
    let found = (answer.status, told["code"].as_str(), answer.header("content-type"));
    assert_eq!(found, (status, Some(code), Some("application/problem+json")), "{told}");
    assert_eq!(told["status"], status);
    let kind = told["type"].as_str().expect("a type");
    let agreed = format!("https://iana.org/assignments/http-problem-types#{code}");
    assert!(kind.ends_with(&format!("/problems/{code}")) || kind == agreed, "{kind}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s19_what_does_not_fit_is_told_exactly() {
    let server = Server::with(SMALL).await;
    let hand = Hand::of(&server).await;
    let file = |more: Value| {
        let mut wanted = json!({ "file_name": "a.jpg", "size": 1000 });
        wanted.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        wanted
    };
    for (wanted, status, code) in [
        (file(json!({ "size": 0 })), 400, "invalid_parameter"),
        (file(json!({ "size": -1 })), 400, "invalid_parameter"),
        (file(json!({ "kind": "song" })), 400, "invalid_parameter"),
        (file(json!({ "sha256": "abc" })), 400, "invalid_parameter"),
        (file(json!({ "colour": "blue" })), 400, "invalid_parameter"),
        (json!([]), 400, "invalid_parameter"),
        (file(json!({ "size": 90_001 })), 413, "payload_too_large"),
        (file(json!({ "size": 60_001, "kind": "photo" })), 413, "payload_too_large"),
    ] {
        is_problem(&hand.create(&wanted).await, status, code);
    }
    assert_eq!(database::count(&server.stores, "media_assets", "1 = 1").await, 0);

    // The first bytes tell: neither the name nor what was announced counts.
    for (what, bytes) in [
        ("a page", &b"<svg xmlns='http://www.w3.org/2000/svg'></svg>........................................"[..]),
        ("a program", b"\x7fELF\x02\x01\x01...................................................................."),
        ("HEIC", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic........................................................."),
    ] {
        let id = hand.begin(bytes.len()).await;
        let answer = hand.put(&id, 1, bytes.to_vec()).await;
        is_problem(&answer, 415, "unsupported_type");
        assert!(answer.json()["detail"].as_str().expect("a detail").contains("JPEG"), "{what}");
        is_problem(&hand.get(&format!("{UPLOADS}/{id}")).await, 404, "not_found");
    }
    // A photo that was announced as a video is still a photo.
    let id = hand.create(&file(json!({ "size": 70_000, "kind": "video" }))).await.json();
    let id = id["upload_id"].as_str().expect("an identifier").to_owned();
    let mut large = jpeg(40, 40);
    large.resize(70_000, 0);
    is_problem(&hand.put(&id, 1, large).await, 413, "payload_too_large");

    let photo = jpeg(30, 20);
    let id = hand.begin(photo.len()).await;
    is_problem(&hand.put(&id, 2, photo.clone()).await, 400, "invalid_parameter");
    is_problem(&hand.put(&id, 0, photo.clone()).await, 400, "invalid_parameter");
    is_problem(&hand.put(&id, 1, photo[..photo.len() - 1].to_vec()).await, 400, "invalid_parameter");
    is_problem(&hand.put(&id, 1, [&photo[..], b"x"].concat()).await, 413, "payload_too_large");
    is_problem(&hand.complete(&id).await, 400, "invalid_parameter");
    assert_eq!(hand.put(&id, 1, photo.clone()).await.status, 200);
    assert_eq!(hand.complete(&id).await.status, 200);
    hand.ready(&id).await;
    assert_eq!(hand.complete(&id).await.json()["state"], "ready", "it may be said again");
    is_problem(&hand.put(&id, 1, photo.clone()).await, 404, "not_found");

    let wrong = json!({ "file_name": "a", "size": photo.len(), "sha256": "00".repeat(32) });
    let id = hand.create(&wrong).await.json()["upload_id"].as_str().expect("an identifier").to_owned();
    assert_eq!(hand.put(&id, 1, photo.clone()).await.status, 200);
    is_problem(&hand.complete(&id).await, 422, "checksum_mismatch");
    is_problem(&hand.get(&format!("{UPLOADS}/{id}")).await, 404, "not_found");

    // Three seconds, where two are taken.
    let id = hand.upload(&films::mp4(b"isom", 0)).await;
    assert_eq!(hand.settled(&id).await, ("rejected".to_owned(), Value::from("duration")));
    let second = hand.upload(&photo).await;
    hand.ready(&second).await;
    is_problem(&hand.create(&file(json!({ "kind": "photo" }))).await, 507, "quota_exceeded_storage");
    let third = hand.begin(photo.len()).await;
    is_problem(&hand.put(&third, 1, photo.clone()).await, 507, "quota_exceeded_storage");
    let room = json!({ "file_name": "a", "size": 90_000, "kind": "video" });
    assert_eq!(hand.create(&room).await.status, 201);
    is_problem(&hand.create(&room).await, 507, "quota_exceeded_storage");
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s18_uploads_are_counted_by_the_hour() {
    let server = Server::with(&[("SW__LIMITS__ENABLED", "true"), ("SW__LIMITS__UPLOAD", "60/h burst 2")]).await;
    let hand = Hand::of(&server).await;
    for _ in 0..2 {
        hand.begin(1000).await;
    }
    let answer = hand.create(&json!({ "file_name": "a", "size": 1000 })).await;
    is_problem(&answer, 429, "quota-exceeded");
    let wait: u64 = answer.header("retry-after").and_then(|wait| wait.parse().ok()).expect("RFC 6585 §4");
    assert!((1..=60).contains(&wait), "{wait}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_another_or_comes_from_elsewhere_is_not_there() {
    let server = Server::shared().await;
    let (hand, stranger) = (Hand::of(server).await, Hand::of(server).await);
    let id = hand.upload(&jpeg(60, 40)).await;
    hand.ready(&id).await;
    assert_eq!(hand.bytes(&id, "master").await.status, 200);
    let open = hand.begin(1000).await;
    for (method, path) in [
        (Method::GET, format!("/me/media/items/{id}/master")),
        (Method::GET, format!("{UPLOADS}/{id}")),
        (Method::GET, format!("{UPLOADS}/{open}")),
        (Method::PUT, format!("{UPLOADS}/{open}/parts/1")),
        (Method::POST, format!("{UPLOADS}/{open}/complete")),
        (Method::DELETE, format!("{UPLOADS}/{open}")),
        (Method::GET, "/me/media/items/med_00000000000000000000000000/master".to_owned()),
        (Method::GET, "/me/media/items/x/master".to_owned()),
        (Method::GET, format!("/me/media/items/{id}/original")),
    ] {
        let answer = Answer::of(stranger.request(method.clone(), &path).body(vec![0; 1000])).await;
        is_problem(&answer, 404, "not_found");
    }
    let mut person = stranger.person;
    for path in [format!("/account/media/{id}"), "/account/media/x".to_owned()] {
        assert_eq!(person.visit(&path).await.page().status, 404);
    }
    // Without a session, and from a page of another site.
    let nobody = reqwest::Client::new();
    let url = format!("{}/me/media/items/{id}/master", server.issuer);
    is_problem(&Answer::of(nobody.get(&url)).await, 401, "reauthentication_required");
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("x-csrf-token", "x")] {
        let mut request = hand
            .request(Method::POST, UPLOADS)
            .json(&json!({ "file_name": "a", "size": 5 }))
            .build()
            .expect("a request");
        request.headers_mut().insert(name, value.parse().expect("a value"));
        let answer = nobody.execute(request).await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 403, "{name}");
    }
    assert_eq!(Answer::of(hand.request(Method::DELETE, &format!("{UPLOADS}/{open}"))).await.status, 204);
    is_problem(&hand.get(&format!("{UPLOADS}/{open}")).await, 404, "not_found");
}
