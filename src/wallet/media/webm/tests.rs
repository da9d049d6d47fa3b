use std::io::Cursor;

use proptest::prelude::*;

use super::*;

fn element(id: u32, body: &[u8]) -> Vec<u8> {
    let id: Vec<u8> = id.to_be_bytes().into_iter().skip_while(|b| *b == 0).collect();
    let mut size = (body.len() as u64).to_be_bytes();
    size[0] |= 1;
    [id, size.to_vec(), body.to_vec()].concat()
}

pub const PLACE: &[u8] = b"52.5200N 13.4050E";

/// A small film with its place among the tags, attachments, chapters and a track of its own.
pub fn film(is_live: bool) -> Vec<u8> {
    let track = |number: u8, kind: u8, codec: &[u8], more: Vec<u8>| {
        let parts =
            [element(TRACK_NUMBER, &[number]), element(TRACK_TYPE, &[kind]), element(CODEC, codec), element(TRACK_NAME, PLACE), more];
        element(TRACK_ENTRY, &parts.concat())
    };
    let size = element(VIDEO, &[element(WIDTH, &[2, 128]), element(HEIGHT, &[1, 224])].concat());
    let info = [
        element(SCALE, &1_000_000_u32.to_be_bytes()),
        element(DURATION, &2500.0_f64.to_be_bytes()),
        element(0x7ba9, PLACE),
        element(0x4461, &[1; 8]),
        element(MUXING_APP, b"camera"),
    ];
    let tracks = [track(1, 1, b"V_VP9", size), track(2, 0x11, b"D_WEBVTT/METADATA", Vec::new())];
    let block = |track: u8, data: &[u8]| [&[0x80 | track, 0, 0, 0x80], data].concat();
    let blocks = [
        element(TIMECODE, &[3]),
        element(SIMPLE_BLOCK, &block(1, b"pictures")),
        element(SIMPLE_BLOCK, &block(2, PLACE)),
        element(BLOCK_GROUP, &element(BLOCK, &block(2, PLACE))),
    ];
    let cluster = element(CLUSTER, &blocks.concat());
    let parts = [
        element(INFO, &info.concat()),
        element(TRACKS, &tracks.concat()),
        element(0x1941_a469, PLACE),
        cluster,
        element(0x1043_a770, PLACE),
        element(0x1254_c367, PLACE),
        element(VOID, PLACE),
    ];
    let mut film = [element(EBML, &[0x42, 0x82, 0x84, b'w', b'e', b'b', b'm']), element(SEGMENT, &parts.concat())].concat();
    if is_live {
        for id in [SEGMENT, CLUSTER] {
            let at = film.windows(4).position(|w| w == id.to_be_bytes()).unwrap();
            film[at + 4..at + 12].copy_from_slice(&[1, 255, 255, 255, 255, 255, 255, 255]);
        }
    }
    film
}

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
