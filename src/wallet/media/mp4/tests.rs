//! Films lose what stands beside picture and sound, and nothing moves.

use std::io::Cursor;

use proptest::prelude::*;

use super::*;

use crate::wallet::media::films::{self, PLACE, boxed};

fn film(brand: &[u8; 4]) -> Vec<u8> {
    films::mp4(brand, 0)
}

fn cleaned(mut file: Vec<u8>) -> Result<(Probe, Vec<u8>), Bad> {
    let probe = clean(Cursor::new(&mut file[..]))?;
    Ok((probe, file))
}

fn has(file: &[u8], text: &[u8]) -> bool {
    file.windows(text.len()).any(|w| w == text)
}

#[test]
fn wallet_s13_4_no_place_is_left_and_no_offset_moves() {
    for brand in [b"isom", b"qt  "] {
        let before = film(brand);
        let (probe, after) = cleaned(before.clone()).unwrap();
        assert_eq!(after.len(), before.len());
        for secret in [PLACE, b"xmpmeta", b"ISO6709", b"gpmd", b"Amina"] {
            assert!(has(&before, secret) && !has(&after, secret), "{}", String::from_utf8_lossy(secret));
        }
        let at = |file: &[u8]| file.windows(8).position(|w| w == b"pictures");
        assert_eq!(at(&before), at(&after));
        let wanted = Probe { width: 640, height: 480, duration_ms: 3000, codec: "avc1".to_owned() };
        assert_eq!(probe, wanted);
        assert_eq!(cleaned(after.clone()).unwrap().1, after, "a clean film stays as it is");
    }
}

#[test]
fn wallet_s13_4_other_codecs_and_broken_films_are_refused() {
    let mut other = film(b"isom");
    let at = other.windows(4).position(|w| w == b"avc1").unwrap();
    other[at..at + 4].copy_from_slice(b"mjpa");
    assert!(matches!(cleaned(other), Err(Bad::Refused(Reason::Policy))));
    let whole = film(b"isom");
    for length in [8, 20, 60, whole.len() / 2, whole.len() - 3] {
        assert!(cleaned(whole[..length].to_vec()).is_err(), "{length}");
    }
    let deep = (0..40).fold(Vec::new(), |inner, _| boxed(b"moof", &[inner]));
    assert!(cleaned([boxed(b"ftyp", &[b"isom".to_vec()]), deep].concat()).is_err());
}

proptest! {
    #[test]
    fn any_bytes_have_an_answer(file: Vec<u8>, at: prop::sample::Index, bytes: [u8; 4]) {
        let _ = cleaned(file);
        let mut film = film(b"isom");
        let at = at.index(film.len() - 4);
        film[at..at + 4].copy_from_slice(&bytes);
        let _ = cleaned(film);
    }
}
