//! Films lose what stands beside picture and sound, and nothing moves.

use std::io::Cursor;

use proptest::prelude::*;

use super::*;

use crate::wallet::media::films::{PLACE, webm as film};

fn cleaned(mut file: Vec<u8>) -> Result<(Probe, Vec<u8>), Bad> {
    let probe = clean(Cursor::new(&mut file[..]))?;
    Ok((probe, file))
}

#[test]
fn wallet_s13_4_no_place_is_left_and_no_offset_moves() {
    for is_live in [false, true] {
        let before = film(is_live);
        let (probe, after) = cleaned(before.clone()).unwrap();
        let has = |file: &[u8], text: &[u8]| file.windows(text.len()).any(|w| w == text);
        assert!(before.len() == after.len() && has(&before, PLACE) && !has(&after, PLACE) && !has(&after, b"camera"));
        assert!(has(&after, b"pictures"));
        assert_eq!(probe, Probe { width: 640, height: 480, duration_ms: 2500, codec: "V_VP9".to_owned() });
        assert_eq!(cleaned(after.clone()).unwrap().1, after, "a clean film stays as it is");
    }
}

#[test]
fn wallet_s13_4_other_codecs_and_broken_films_are_refused() {
    let mut other = film(false);
    let at = other.windows(5).position(|w| w == b"V_VP9").unwrap();
    other[at + 4] = b'7';
    assert!(matches!(cleaned(other), Err(Bad::Refused(Reason::Policy))));
    let whole = film(false);
    for length in [0, 5, 30, whole.len() / 2, whole.len() - 1] {
        assert!(cleaned(whole[..length].to_vec()).is_err(), "{length}");
    }
}

proptest! {
    #[test]
    fn any_bytes_have_an_answer(file: Vec<u8>, at: prop::sample::Index, bytes: [u8; 4]) {
        let _ = cleaned(file);
        let mut film = film(false);
        let at = at.index(film.len() - 4);
        film[at..at + 4].copy_from_slice(&bytes);
        let _ = cleaned(film);
    }
}
