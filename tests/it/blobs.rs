//! Bytes on both backends with the same cases: whole or not at all, in order, and S3 when it is away.

use std::time::{Duration, Instant};

use bytes::Bytes;
use social_wallet::base::fault::FaultKind;
use social_wallet::base::{Random, Secret};
use social_wallet::config::{self, Config};
use social_wallet::store::blobs::{BlobKey, Blobs};

use crate::support::parts::wire::Mode;
use crate::support::parts::{Folder, S3};

fn on_s3(s3: &S3, secret: &str) -> Blobs {
    let settings = config::S3 {
        endpoint: s3.endpoint(),
        region: s3.region.clone(),
        bucket: s3.bucket.clone(),
        access_key: Secret::new(s3.access_key.clone()),
        secret_key: Secret::new(secret.to_owned()),
        path_style: true,
    };
    Blobs::open(&Config { s3: Some(settings), ..Config::default() }).expect("a bucket")
}

fn on_files(folder: &Folder) -> Blobs {
    let mut config = Config::default();
    config.data.dir = folder.path().join("data");
    Blobs::open(&config).expect("a folder")
}

async fn on_both(case: impl AsyncFn(Blobs)) {
    let folder = Folder::new("blobs");
    case(on_files(&folder)).await;
    let s3 = S3::start().await;
    case(on_s3(&s3, &s3.secret_key)).await;
}

fn key(text: &str) -> BlobKey {
    text.parse().expect("a key")
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_are_kept_under_their_key() {
    on_both(async |blobs| {
        let name = blobs.name();
        let one = BlobKey::new("media", &Random::Os).unwrap();
        assert_eq!(blobs.get(&one).await.unwrap(), None, "{name}");
        assert!(!blobs.exists(&one).await.unwrap(), "{name}");
        blobs.delete(&one).await.unwrap_or_else(|e| panic!("{name}: nothing to delete: {e}"));
        for bytes in [Bytes::from_static(b"first"), Bytes::new(), Bytes::from(vec![0xa5; 3 << 20])] {
            blobs.put(&one, bytes.clone()).await.unwrap();
            assert!(blobs.get(&one).await.unwrap() == Some(bytes), "{name}");
            assert!(blobs.exists(&one).await.unwrap(), "{name}");
        }
        blobs.delete(&one).await.unwrap();
        assert_eq!(blobs.get(&one).await.unwrap(), None, "{name}");
        blobs.ping().await.unwrap();
        blobs.probe(&Random::Os).await.unwrap();
        assert_eq!(blobs.list(&key("probe"), None, 9).await.unwrap(), [], "{name}: a probe leaves nothing");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn large_ones_are_written_and_read_in_parts() {
    on_both(async |blobs| {
        let (name, one) = (blobs.name(), key("media/aa/1"));
        assert_eq!(blobs.read(&one, 0, 10).await.unwrap(), None, "{name}");
        // Nothing, less than a piece of S3's, exactly two, and more than two.
        for length in [0_usize, 1000, 16 << 20, (17 << 20) + 5] {
            let bytes: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            let mut writer = blobs.write(&one).await.unwrap();
            for part in bytes.chunks(700_001) {
                writer.push(Bytes::copy_from_slice(part)).await.unwrap();
            }
            let before = blobs.get(&one).await.unwrap();
            assert!(before.is_none_or(|before| before.len() != bytes.len()), "{name}: there before it is whole");
            writer.finish().await.unwrap();
            assert!(blobs.get(&one).await.unwrap().is_some_and(|kept| kept == bytes), "{name} {length}");
            for (from, count) in [(0, 10), (length / 2, 100_000), (length.saturating_sub(3), 10)] {
                let to = (from + count).min(length);
                let part = blobs.read(&one, from as u64, count as u64).await.unwrap();
                assert!(length == 0 || part.is_some_and(|part| part == bytes[from..to]), "{name} {length} {from}");
            }
        }
        let mut writer = blobs.write(&key("media/aa/2")).await.unwrap();
        writer.push(Bytes::from(vec![1; 9 << 20])).await.unwrap();
        writer.abort().await;
        assert_eq!(blobs.list(&key("media"), None, 9).await.unwrap(), [one], "{name}: what was given up is not there");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_listed_in_order_a_page_at_a_time() {
    on_both(async |blobs| {
        let mut keys = ["media/aa/1", "media/aa/2", "media/aa_b/1", "media/ab/1", "media/zz", "media/a1/9"].map(key);
        for one in &keys {
            blobs.put(one, Bytes::from_static(b"x")).await.unwrap();
        }
        blobs.put(&key("media2/aa/1"), Bytes::from_static(b"x")).await.unwrap();
        keys.sort();
        let mut found = Vec::new();
        loop {
            let page = blobs.list(&key("media"), found.last(), 4).await.unwrap();
            assert!(page.len() <= 4);
            if page.is_empty() {
                break;
            }
            found.extend(page);
        }
        assert_eq!(found, keys, "{}", blobs.name());
        assert_eq!(blobs.list(&key("none"), None, 4).await.unwrap(), [], "{}", blobs.name());
    })
    .await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn files_are_their_owners_alone_and_whole() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("blobs");
    let blobs = on_files(&folder);
    let one = key("media/aa/1");
    let (short, long) = (Bytes::from(vec![1; 100]), Bytes::from(vec![2; 200_000]));
    blobs.put(&one, short.clone()).await.unwrap();
    let mode = |path: &str| {
        let path = folder.path().join("data/blobs").join(path);
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    assert_eq!((mode("."), mode("media/aa"), mode("media/aa/1")), (0o700, 0o700, 0o600));

    let reader = tokio::spawn({
        let (blobs, one) = (blobs.clone(), one.clone());
        async move {
            let mut seen = [0; 2];
            while seen.iter().sum::<usize>() < 400 {
                let bytes = blobs.get(&one).await.unwrap().expect("always there");
                assert!(bytes.iter().all(|b| *b == bytes[0]) && [100, 200_000].contains(&bytes.len()));
                seen[usize::from(bytes.len() > 100)] += 1;
            }
        }
    });
    while !reader.is_finished() {
        blobs.put(&one, long.clone()).await.unwrap();
        blobs.put(&one, short.clone()).await.unwrap();
    }
    reader.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_away_is_told_in_time() {
    let s3 = S3::start().await;
    let blobs = on_s3(&s3, &s3.secret_key);
    let one = key("media/aa/1");
    blobs.put(&one, Bytes::from_static(b"x")).await.unwrap();
    for mode in [Mode::Cut, Mode::Hold] {
        s3.wire.set(mode.clone());
        let start = Instant::now();
        let faults = [
            blobs.get(&one).await.map(drop),
            blobs.exists(&one).await.map(drop),
            blobs.put(&one, Bytes::from_static(b"y")).await,
            blobs.ping().await,
        ];
        for fault in faults {
            assert_eq!(fault.expect_err("away").kind(), FaultKind::Unavailable, "{mode:?}");
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{mode:?} took {:?}", start.elapsed());
    }
    s3.wire.set(Mode::Pass);
    assert!(blobs.get(&one).await.unwrap().is_some(), "used again at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_our_own_fault() {
    let s3 = S3::start().await;
    let blobs = on_s3(&s3, "another secret");
    for fault in [blobs.ping().await, blobs.probe(&Random::Os).await] {
        let fault = fault.expect_err("refused");
        assert_eq!(fault.kind(), FaultKind::Internal, "{fault}");
        assert!(!fault.to_string().contains(&s3.access_key), "{fault}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_never_leads_to_another_host() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    let victim = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let elsewhere = victim.local_addr().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ = socket.read(&mut [0; 4096]).await;
            let head = format!("HTTP/1.1 307 Go\r\nlocation: http://{elsewhere}/x\r\ncontent-length: 0\r\n\r\n");
            let _ = socket.write_all(head.as_bytes()).await;
        }
    });
    let settings = config::S3 {
        endpoint,
        region: "us-east-1".to_owned(),
        bucket: "wallet-media".to_owned(),
        access_key: Secret::new("a".to_owned()),
        secret_key: Secret::new("b".to_owned()),
        path_style: true,
    };
    let blobs = Blobs::open(&Config { s3: Some(settings), ..Config::default() }).unwrap();
    assert!(blobs.get(&key("media/aa/1")).await.is_err());
    let visited = tokio::time::timeout(Duration::from_millis(200), victim.accept()).await;
    assert!(visited.is_err(), "the other host was asked");
    server.abort();
}
