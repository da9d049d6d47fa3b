//! A bundle in another wallet: what comes, what does not and why; and bundles that nobody of good will makes.

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use social_wallet::base::Time;
use social_wallet::privacy::export::sum_of;
use social_wallet::privacy::zip::Method;
use social_wallet::privacy::zip::layout::{Entry, Layout};

use super::bundles::{PAGE, ordered};
use crate::media::files::jpeg;
use crate::support::database;
use crate::support::form::Page;
use crate::support::hand::Hand;
use crate::support::platform::Answer;
use crate::support::server::Server;

/// Brings a bundle by the form; gives the page that comes.
pub async fn bring(hand: &mut Hand, bundle: &[u8]) -> Page {
    let boundary = "----a-boundary-of-ours";
    let mut body = Vec::new();
    let csrf = &hand.csrf;
    body.extend(format!("--{boundary}\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n").bytes());
    let head = "Content-Disposition: form-data; name=\"bundle\"; filename=\"b.zip\"\r\nContent-Type: application/zip";
    body.extend(format!("--{boundary}\r\n{head}\r\n\r\n").bytes());
    body.extend_from_slice(bundle);
    body.extend(format!("\r\n--{boundary}--\r\n").bytes());
    let request = hand.request(reqwest::Method::POST, "/account/privacy/import").body(body);
    let answer = Answer::of(request.header("content-type", format!("multipart/form-data; boundary={boundary}"))).await;
    match answer.header("location") {
        Some(target) => hand.person.visit(target).await.page(),
        None => {
            let url = url::Url::parse(&format!("{}{PAGE}", hand.issuer)).expect("a URL");
            Page { url, status: answer.status, headers: answer.headers.clone(), body: answer.text() }
        }
    }
}

/// Waits until it is settled; gives its page.
pub async fn settled(hand: &mut Hand, page: &Page) -> Page {
    let path = page.url.path().to_owned();
    for _ in 0..600 {
        let page = hand.person.visit(&path).await.page();
        if !page.text().contains("Open this page again") {
            return page;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("not within two minutes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_moves_into_a_fresh_house() {
    let old = Server::shared().await;
    let mut hand = Hand::of(old).await;
    let page = hand.person.visit("/account/profile/edit").await.page();
    let form = page.form("wallet_bio").fill("wallet_bio", "Old lenses.").fill("nickname", "Mina");
    hand.person.submit(&page, &form).await;
    let page = hand.person.visit("/account/contacts").await.page();
    hand.person.submit(&page, &page.form("phone").fill("phone", "+4915112345601")).await;
    let id = hand.upload(&jpeg(120, 90)).await;
    hand.ready(&id).await;
    let page = hand.person.visit(&format!("/account/media/{id}")).await.page();
    let form = page.form("title").fill("title", "Stone Town").fill("alt", "A door").fill("album", "Zanzibar");
    hand.person.submit(&page, &form).await;
    let path = ordered(&mut hand.person).await;
    let bundle = hand.get(&path).await.body;

    let fresh = Server::start().await;
    let mut there = Hand::of(&fresh).await;
    let page = there.person.visit("/account/profile/edit").await.page();
    there.person.submit(&page, &page.form("nickname").fill("nickname", "Amy")).await;
    let page = bring(&mut there, &bundle).await;
    let page = settled(&mut there, &page).await;
    let text = page.text();
    assert!(text.contains("Done") && text.contains("Stone Town"), "{text}");
    assert!(text.contains(&format!("{} : add it under Email and phone", hand.person.email)), "{text}");
    assert!(text.contains("+4915112345601 : not checked yet"), "{text}");
    assert!(text.contains("you have another value here"), "the nickname: {text}");
    let profile = there.person.visit("/account/profile").await.page().text();
    assert!(profile.contains("Old lenses.") && profile.contains("Amy") && !profile.contains("Mina"), "{profile}");
    let proven = "kind = 'phone' AND verified_at IS NOT NULL";
    assert_eq!(database::count(&fresh.stores, "contacts", proven).await, 0, "nothing counts as proven");
    assert_eq!(database::count(&fresh.stores, "profile_values", "source <> 'self'").await, 0);
    let page = there.person.visit("/account/media?album=Zanzibar").await.page();
    assert!(page.text().contains("Stone Town"), "{}", page.text());
    crate::support::eventually("the photo is made", Duration::from_secs(60), async || {
        let ready = database::count(&fresh.stores, "media_assets", "state = 'ready'").await;
        (ready == 1).then_some(())
    })
    .await;

    let page = bring(&mut there, &bundle).await;
    let text = settled(&mut there, &page).await.text();
    assert!(text.contains("Here already"), "{text}");
    assert_eq!(database::count(&fresh.stores, "media_assets", "1 = 1").await, 1, "it is known by its sum");
    assert_eq!(database::count(&fresh.stores, "contacts", "kind = 'phone'").await, 1);
    // In the wallet that it came from, nothing is new.
    let page = bring(&mut hand, &bundle).await;
    let text = settled(&mut hand, &page).await.text();
    assert!(text.contains("Here already") && !text.contains("Not taken in"), "{text}");
}

/// Files as they are, or with another size than they have.
struct Made {
    name: String,
    bytes: Vec<u8>,
    size: u64,
    crc: u32,
    method: Method,
}

fn stored(name: &str, bytes: &[u8]) -> Made {
    let (size, crc) = (bytes.len() as u64, crc32fast::hash(bytes));
    Made { name: name.to_owned(), bytes: bytes.to_vec(), size, crc, method: Method::Stored }
}

fn zip(files: &[Made]) -> Vec<u8> {
    let entry = |made: &Made| Entry {
        name: made.name.clone(),
        crc: made.crc,
        size: made.size,
        packed: made.bytes.len() as u64,
        method: made.method,
        at: Time::from_unix(1_795_000_000),
    };
    let layout = Layout::of(&files.iter().map(entry).collect::<Vec<_>>());
    let mut out = Vec::new();
    for (header, made) in layout.headers.iter().zip(files) {
        out.extend_from_slice(header);
        out.extend_from_slice(&made.bytes);
    }
    out.extend_from_slice(&layout.directory);
    out
}

fn sum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// With a manifest that fits.
fn bundle(mut files: Vec<Made>, whole: &[&[u8]]) -> Vec<u8> {
    let sums: Vec<(String, String)> =
        files.iter().zip(whole).map(|(made, bytes)| (sum(bytes), made.name.clone())).collect();
    let listed: Vec<_> = sums.iter().map(|(sha256, path)| json!({ "path": path, "sha256": sha256 })).collect();
    let total = sum_of(sums.iter().map(|(sum, path)| (sum.as_str(), path.as_str())));
    let manifest = json!({ "schema_version": 1, "files": listed, "files_sha256": total });
    files.push(stored("manifest.json", manifest.to_string().as_bytes()));
    zip(&files)
}

fn bomb() -> Made {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::best());
    for _ in 0..64 {
        packer.write_all(&[b' '; 1024 * 1024]).expect("packed");
    }
    let bytes = packer.finish().expect("packed");
    Made { name: "profile.json".to_owned(), bytes, size: 64 << 20, crc: 0, method: Method::Deflated }
}

#[tokio::test(flavor = "multi_thread")]
async fn bundles_of_ill_will_are_refused_and_nothing_is_lost() {
    let server = Server::start().await;
    let mut hand = Hand::of(&server).await;
    let profile = json!({ "schema_version": 1, "values": [
        { "name": "nickname", "text": "Mina" }, { "name": "sub", "text": "x" }, { "name": "birthdate", "text": "soon" },
        { "name": "email_verified", "text": "true" },
    ] });
    let profile = profile.to_string().into_bytes();
    let whole = || bundle(vec![stored("profile.json", &profile)], &[&profile]);
    let mut lying = bomb();
    // It says that it is small.
    lying.size = 1000;
    let mut changed = whole();
    let at = changed.windows(4).position(|four| four == b"Mina").expect("there");
    changed[at] = b'N';
    let mut encrypted = whole();
    let central = encrypted.windows(4).position(|four| four == b"PK\x01\x02").expect("there");
    encrypted[central + 8] |= 1;
    let newer = zip(&[stored("manifest.json", br#"{"schema_version":2,"files":[],"files_sha256":""}"#)]);
    let form = bundle(vec![stored("profile.json", b"[1,2")], &[b"[1,2"]);
    let mut cut = whole();
    cut.truncate(cut.len() / 2);
    let sums = zip(&[stored("manifest.json", br#"{"schema_version":1,"files":[],"files_sha256":"00"}"#)]);
    for (what, bytes, told) in [
        ("no archive", b"hello, this is no archive".to_vec(), "no ZIP file"),
        ("cut off", cut, "no ZIP file"),
        ("a path that leads out", zip(&[stored("../../etc/passwd", b"x")]), "lead elsewhere"),
        ("an absolute path", zip(&[stored("/etc/passwd", b"x")]), "lead elsewhere"),
        ("no manifest", zip(&[stored("profile.json", b"{}")]), "no list of its files"),
        ("a newer form", newer, "A newer Social Wallet made it"),
        ("a bomb", bundle(vec![bomb()], &[b""]), "too large"),
        ("a bomb that lies", bundle(vec![lying], &[b""]), "too large"),
        ("a changed byte", changed, "no ZIP file"),
        ("wrong sums", sums, "was changed after it was made"),
        ("encrypted", encrypted, "protected by a password"),
        ("no JSON", form, "cannot be read"),
    ] {
        let page = bring(&mut hand, &bytes).await;
        assert_eq!(page.status, 200, "{what}: {}", page.text());
        let text = settled(&mut hand, &page).await.text();
        assert!(text.contains(told), "{what}: {text}");
    }
    assert_eq!(database::count(&server.stores, "profile_values", "name = 'nickname'").await, 0);
    let page = bring(&mut hand, b"").await;
    assert_eq!(page.status, 422, "{}", page.text());
    assert!(page.has("#bundle[aria-invalid=true]") && page.text().contains("Choose a ZIP file"), "{}", page.text());

    let page = bring(&mut hand, &whole()).await;
    let text = settled(&mut hand, &page).await.text();
    for told in ["Taken in", "this wallet knows no such detail", "does not take such a value"] {
        assert!(text.contains(told), "{told}: {text}");
    }
    assert_eq!(database::count(&server.stores, "profile_values", "name = 'nickname' AND source = 'self'").await, 1);
    let odd = "name IN ('sub', 'email_verified', 'birthdate')";
    assert_eq!(database::count(&server.stores, "profile_values", odd).await, 0);
    match &server.stores.s3 {
        Some(s3) => assert!(!s3.objects().iter().any(|name| name.contains("imports/")), "{:?}", s3.objects()),
        None => {
            let left = walk(&server.stores.data.join("blobs").join("imports"));
            assert!(left.is_empty(), "{left:?}");
        }
    }
}

/// Every file below a folder.
pub fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(walk(&path));
        } else {
            found.push(path);
        }
    }
    found
}
