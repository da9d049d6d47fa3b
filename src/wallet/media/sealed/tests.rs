//! Ranges open, and nothing that was cut, moved or altered does.

use super::*;

fn seal(body: &[u8], key: &ContentKey, name: &str) -> Vec<u8> {
    let (mut sealing, header) = Sealing::new(key, name, &Random::seeded(7));
    let mut out = header.to_vec();
    for part in body.chunks(10_007) {
        sealing.push(part, &mut out).unwrap();
    }
    assert_eq!(sealing.finish(&mut out).unwrap(), body.len() as u64);
    assert_eq!(out.len() as u64, sealed_length(body.len() as u64));
    out
}

/// What a body opens to, range by range.
fn open(
    dir: &std::path::Path,
    sealed: &[u8],
    key: &ContentKey,
    length: usize,
    range: Range<u64>,
) -> Result<Vec<u8>, Fault> {
    let mut config = crate::config::Config::default();
    config.data.dir = dir.to_owned();
    let blobs = Blobs::open(&config)?;
    let blob: BlobKey = "media/a".parse().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        blobs.put(&blob, sealed.to_vec().into()).await?;
        let body = Sealed { blobs, blob, key: key.clone(), length: length as u64 };
        use futures_util::TryStreamExt;
        let parts: Vec<Bytes> = body.stream(range).try_collect().await?;
        Ok(parts.concat())
    })
}

#[test]
fn a_range_opens_without_the_whole_and_what_was_cut_or_moved_opens_nowhere() {
    let dir = tempfile::tempdir().unwrap();
    let key = ContentKey::new(&Random::seeded(1));
    for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 5, 20 * PIECE] {
        let body: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
        let sealed = seal(&body, &key, "media/a");
        for (from, to) in [(0, length), (0, 1), (length / 2, length), (length.saturating_sub(1), length + 9), (9, 9)] {
            let wanted = body.get(from..to.min(length).max(from)).unwrap_or_default();
            let opened = open(dir.path(), &sealed, &key, length, from as u64..to as u64).unwrap();
            assert_eq!(opened, wanted, "{length}: {from}..{to}");
        }
    }
    let body = vec![9; 3 * PIECE + 5];
    let sealed = seal(&body, &key, "media/a");
    let whole = 0..body.len() as u64;
    let bad = |sealed: &[u8], length: usize| open(dir.path(), sealed, &key, length, whole.clone()).is_err();
    assert!(bad(&sealed[..HEADER + SEALED], PIECE), "cut after a piece, and its row with it");
    assert!(bad(&sealed[..sealed.len() - 1], body.len()));
    let mut moved = sealed.clone();
    moved[HEADER..HEADER + 2 * SEALED].rotate_left(SEALED);
    assert!(bad(&moved, body.len()));
    let mut altered = sealed.clone();
    altered[HEADER + 3] ^= 1;
    assert!(bad(&altered, body.len()));
    assert!(bad(&seal(&body, &key, "media/b"), body.len()), "the body of another name");
    let other = ContentKey::new(&Random::seeded(2));
    assert!(open(dir.path(), &sealed, &other, body.len(), whole.clone()).is_err());
}
