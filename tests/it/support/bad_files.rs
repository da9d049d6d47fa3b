//! Files that somebody sends who means no good.

use image::ExtendedColorType;
use image::ImageEncoder as _;

use super::photos::jpeg;

/// A JPEG whose header tells of four thousand million pixels.
pub fn pixel_flood() -> Vec<u8> {
    let mut flood = jpeg(8, 8);
    let at = flood.windows(2).position(|w| w == [0xff, 0xc0]).expect("a frame header");
    flood[at + 5..at + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    flood
}

/// A PNG of so many pixels that is small on the wire: all of one colour, and its rows written by a machine.
pub fn png_bomb(width: u32, height: u32) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8; 4], body: &[u8]| {
        out.extend((body.len() as u32).to_be_bytes());
        out.extend(kind);
        out.extend(body);
        let mut crc = u32::MAX;
        for byte in kind.iter().chain(body) {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
            }
        }
        out.extend((!crc).to_be_bytes());
    };
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([8, 6, 0, 0, 0]);
    chunk(b"IHDR", &header);
    // Stored blocks would be as large as the picture; these are cut off, as a bomb that lies about its size.
    chunk(b"IDAT", &[0x78, 0x01, 0x01, 0x05, 0x00, 0xfa, 0xff, 0, 0, 0, 0, 0]);
    chunk(b"IEND", &[]);
    out
}

/// Forty-nine million pixels in a few hundred kilobytes: allowed by every number, and much work.
pub fn deflate_bomb() -> Vec<u8> {
    let (side, mut out) = (7000, Vec::new());
    let pixels = vec![0x5a; side as usize * side as usize];
    let encoder = image::codecs::png::PngEncoder::new(&mut out);
    encoder.write_image(&pixels, side, side, ExtendedColorType::L8).expect("a PNG");
    assert!(out.len() < 1_000_000, "{}", out.len());
    out
}

/// A photo that is a ZIP archive, too.
pub fn polyglot() -> Vec<u8> {
    let mut archive = jpeg(40, 40);
    archive.extend(b"PK\x03\x04\x14\0\0\0\x08\0 a polyglot that is a ZIP archive, too");
    archive
}

/// A photo that carries the file by which virus scanners are tried.
pub fn eicar() -> Vec<u8> {
    let mut harmful = jpeg(40, 40);
    harmful.extend(b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*");
    harmful
}
