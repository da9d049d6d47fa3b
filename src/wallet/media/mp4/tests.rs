use std::io::Cursor;

use proptest::prelude::*;

use super::*;

fn boxed(kind: &[u8; 4], parts: &[Vec<u8>]) -> Vec<u8> {
    let body = parts.concat();
    let mut out = (body.len() as u32 + 8).to_be_bytes().to_vec();
    out.extend(kind);
    out.extend(body);
    out
}

fn words(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_be_bytes()).collect()
}

fn track(handler: &[u8; 4], entry: &[u8; 4], chunk_at: u32, sample: u32) -> Vec<u8> {
    let mut header = words(&[0, 11, 12, 1, 0, 3000]);
    header.resize(84 - 8 - 36, 0);
    header.extend(words(&[0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000, 640 << 16, 480 << 16]));
    let mut hdlr = words(&[0, 0]);
    hdlr.extend(handler);
    hdlr.extend([0; 12]);
    hdlr.extend(b"Amina's camera\0");
    let table = [
        boxed(b"stsd", &[words(&[0, 1]), boxed(entry, &[vec![0; 78]])]),
        boxed(b"stsc", &[words(&[0, 1, 1, 1, 1])]),
        boxed(b"stsz", &[words(&[0, sample, 1])]),
        boxed(b"stco", &[words(&[0, 1, chunk_at])]),
    ];
    let media = [
        boxed(b"mdhd", &[words(&[0, 11, 12, 1000, 3000, 0])]),
        boxed(b"hdlr", &[hdlr]),
        boxed(b"minf", &[boxed(b"stbl", &table)]),
        boxed(b"udta", &[b"+52.5200+013.4050/".to_vec()]),
    ];
    boxed(b"trak", &[boxed(b"tkhd", &[header]), boxed(b"mdia", &media)])
}

pub const PLACE: &[u8] = b"+52.5200+013.4050/";

/// A small film with its place in every corner where cameras write it.
pub fn film(brand: &[u8; 4]) -> Vec<u8> {
    let file_type = boxed(b"ftyp", &[brand.to_vec(), vec![0; 4], brand.to_vec()]);
    let place = PLACE.to_vec();
    let data_at = file_type.len() as u32 + 8;
    let picture = b"pictures and sound".to_vec();
    let data = boxed(b"mdat", &[picture.clone(), place.clone()]);
    let location = boxed(b"\xa9xyz", &[words(&[0x0012_15c7]), place.clone()]);
    let mut movie = words(&[0, 11, 12, 1000, 3000]);
    movie.resize(100, 0);
    let movie = boxed(
        b"moov",
        &[
            boxed(b"mvhd", &[movie]),
            boxed(b"udta", &[location]),
            boxed(b"meta", &[words(&[0]), b"com.apple.quicktime.location.ISO6709".to_vec(), place.clone()]),
            track(b"vide", b"avc1", data_at, picture.len() as u32),
            track(b"meta", b"gpmd", data_at + picture.len() as u32, place.len() as u32),
        ],
    );
    let other = boxed(b"uuid", &[vec![7; 16], b"<x:xmpmeta>".to_vec(), place]);
    [file_type, data, movie, other, boxed(b"free", &[PLACE.to_vec()])].concat()
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
