//! Photos are made anew within their bounds.

use std::convert::Infallible;
use std::io::Cursor;

use image::{Rgb, Rgba};
use proptest::prelude::*;

use super::*;
use crate::wallet::media::kinds::sniff;
use crate::wallet::media::looks::distance;

fn slope(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([(x * 255 / width) as u8, (y * 255 / height) as u8, 90]))
}

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut out = Vec::new();
    write_jpeg(&mut out, picture).unwrap();
    out
}

/// A JPEG with an EXIF block: an orientation, and a text where cameras write the place.
fn with_exif(jpeg: &[u8], orientation: u8, text: &[u8]) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x02".to_vec();
    exif.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    exif.extend([0x01, 0x0e, 0, 2]);
    exif.extend((text.len() as u32).to_be_bytes());
    exif.extend(38_u32.to_be_bytes());
    exif.extend([0; 4]);
    exif.extend(text);
    let mut out = jpeg[..2].to_vec();
    out.extend([0xff, 0xe1]);
    out.extend((exif.len() as u16 + 2).to_be_bytes());
    out.extend(exif);
    out.extend(&jpeg[2..]);
    out
}

fn made(bytes: &[u8]) -> Result<(Vec<Made>, Looks), Reason> {
    let mut all = Vec::new();
    let format = sniff(bytes).map_err(|_| Reason::Decode)?;
    let small = Bounds { pixels: 4_000_000, side: 3000, memory: 64 << 20 };
    let looks = process::<Infallible>(Cursor::new(bytes), format, small, |one| {
        all.push(one);
        Ok(())
    })?;
    Ok((all, looks.unwrap_or_default()))
}

#[test]
fn wallet_s13_4_turned_upright_and_nothing_beside_the_picture_left() {
    let secret = b"52.5200N 13.4050E, Amina's kitchen";
    let (all, looks) = made(&with_exif(&jpeg(&slope(900, 600)), 6, secret)).unwrap();
    assert_eq!((looks.width, looks.height), (600, 900));
    let sizes: Vec<_> = all.iter().map(|m| (m.variant, m.width, m.height)).collect();
    assert_eq!(
        sizes,
        [
            (Variant::Master, 600, 900),
            (Variant::L1600, 600, 900),
            (Variant::M800, 533, 800),
            (Variant::S320, 213, 320),
            (Variant::T96, 96, 96)
        ]
    );
    for one in &all {
        assert_eq!((sniff(&one.bytes), one.format), (Ok(Format::Jpeg), Format::Jpeg));
        let has = |text: &[u8]| one.bytes.windows(text.len()).any(|w| w == text);
        assert!(!has(secret) && !has(b"Exif") && !has(b"http://ns.adobe.com"), "{:?}", one.variant);
    }
    // Red grew from left to right; turned by a quarter it grows from top to bottom.
    let master = image::load_from_memory(&all[0].bytes).unwrap().into_rgb8();
    assert!(master.get_pixel(300, 850).0[0] > 200 && master.get_pixel(300, 50).0[0] < 60);
}

#[test]
fn wallet_s13_4_clear_pixels_stay_clear() {
    let picture = RgbaImage::from_fn(50, 40, |x, _| Rgba([200, 10, 10, if x < 25 { 0 } else { 255 }]));
    let mut bytes = Vec::new();
    write_png(&mut bytes, &picture).unwrap();
    let (all, _) = made(&bytes).unwrap();
    assert!(all.iter().all(|m| m.format == Format::Png));
    let opaque = RgbaImage::from_pixel(50, 40, Rgba([1, 2, 3, 255]));
    let mut bytes = Vec::new();
    write_png(&mut bytes, &opaque).unwrap();
    assert!(made(&bytes).unwrap().0.iter().all(|m| m.format == Format::Jpeg));
}

#[test]
fn wallet_s13_3_too_many_pixels_are_refused_before_they_are_decoded() {
    let wide = jpeg(&slope(3001, 1));
    assert_eq!(made(&wide), Err(Reason::Pixels));
    // The header alone tells; the pixels are not there at all.
    let mut flood = jpeg(&slope(8, 8));
    let at = flood.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    flood[at + 5..at + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    assert_eq!(made(&flood), Err(Reason::Pixels));
    let whole = jpeg(&slope(200, 200));
    assert!(matches!(made(&whole[..40]), Err(Reason::Decode)));
}

#[test]
fn wallet_s13_6_alike_photos_have_alike_fingerprints() {
    let one = made(&jpeg(&slope(640, 480))).unwrap().1;
    let smaller = made(&jpeg(&slope(320, 240))).unwrap().1;
    let other = RgbImage::from_fn(640, 480, |x, y| Rgb([((x ^ y) % 251) as u8, (x * y % 256) as u8, 0]));
    let other = made(&jpeg(&other)).unwrap().1;
    assert!(distance(one.fingerprint, smaller.fingerprint) <= 4);
    assert!(distance(one.fingerprint, other.fingerprint) > 10);
    assert_eq!((one.placeholder.len(), &one.placeholder[..1]), (28, "L"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_bytes_have_an_answer(tail: Vec<u8>, which in 0usize..4, at: prop::sample::Index, byte: u8) {
        let heads: [&[u8]; 4] = [b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x20\0\0\0WEBPVP8 ", b"GIF89a"];
        let mut file = heads[which].to_vec();
        file.extend(tail);
        let _ = made(&file);
        let mut real = jpeg(&slope(24, 16));
        let at = at.index(real.len());
        real[at] = byte;
        let _ = made(&real);
    }
}
