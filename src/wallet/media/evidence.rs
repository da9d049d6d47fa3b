//! Pictures that support a verification: made anew without a word of what was beside them, measured, and stamped for
//! whoever looks at them.

use std::io::{BufRead, Seek};

use image::{DynamicImage, GrayImage, Rgb, RgbImage};

use crate::wallet::media::images::{Bounds, decode, fit, write_jpeg};
use crate::wallet::media::kinds::{Format, Reason};
use crate::wallet::media::looks;

/// The file that is made.
pub const OUTPUT: &str = "evidence";
/// The longest side of what is kept, and of what is shown.
const KEPT: u32 = 4096;
const SHOWN: u32 = 2000;
/// The longest side of the picture whose sharpness is measured, so that sizes can be compared.
const MEASURED: u32 = 1000;

/// A picture, written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub bytes: Vec<u8>,
    pub width: u32,
    pub height: u32,
    pub fingerprint: u64,
    pub sharpness: i32,
}

/// Makes a picture anew: upright, in sRGB, as JPEG.
///
/// # Errors
/// Why it is refused.
pub fn prepare(input: impl BufRead + Seek, format: Format, bounds: Bounds) -> Result<Made, Reason> {
    let picture = within(decode(input, format, bounds)?, KEPT);
    write(&picture.into_rgb8())
}

/// The picture as somebody sees it: with words across it that tell who looks.
///
/// # Errors
/// Why it cannot be shown.
pub fn stamp(input: impl BufRead + Seek, format: Format, bounds: Bounds, words: &str) -> Result<Made, Reason> {
    let mut picture = within(decode(input, format, bounds)?, SHOWN).into_rgb8();
    cover(&mut picture, words);
    write(&picture)
}

fn within(picture: DynamicImage, most: u32) -> DynamicImage {
    if picture.width().max(picture.height()) <= most {
        return picture;
    }
    let (width, height) = fit(picture.width(), picture.height(), most);
    picture.thumbnail_exact(width, height)
}

fn write(picture: &RgbImage) -> Result<Made, Reason> {
    let mut bytes = Vec::new();
    write_jpeg(&mut bytes, picture).map_err(|_| Reason::Decode)?;
    let (width, height) = picture.dimensions();
    let small = within(DynamicImage::ImageRgb8(picture.clone()), MEASURED);
    Ok(Made {
        bytes,
        width,
        height,
        fingerprint: looks::fingerprint(&small),
        sharpness: sharpness(&small.into_luma8()),
    })
}

/// The variance of the Laplacian: how much edges stand out. A blurred picture has little of it.
pub fn sharpness(grey: &GrayImage) -> i32 {
    let (width, height) = grey.dimensions();
    if width < 3 || height < 3 {
        return 0;
    }
    let at = |x: u32, y: u32| i64::from(grey.get_pixel(x, y).0[0]);
    let (mut sum, mut squares, mut count) = (0_i64, 0_i64, 0_i64);
    for y in 1..height - 1 {
        for x in 1..width - 1 {
            let edge = at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1) - 4 * at(x, y);
            sum += edge;
            squares += edge * edge;
            count += 1;
        }
    }
    let mean = sum / count;
    i32::try_from(squares / count - mean * mean).unwrap_or(i32::MAX)
}

/// Letters of 5 by 7 points, a row a number: no font is needed for a stamp.
const LETTERS: &[(char, [u8; 7])] = &[
    ('0', [14, 17, 19, 21, 25, 17, 14]),
    ('1', [4, 12, 4, 4, 4, 4, 14]),
    ('2', [14, 17, 1, 2, 4, 8, 31]),
    ('3', [31, 2, 4, 2, 1, 17, 14]),
    ('4', [2, 6, 10, 18, 31, 2, 2]),
    ('5', [31, 16, 30, 1, 1, 17, 14]),
    ('6', [6, 8, 16, 30, 17, 17, 14]),
    ('7', [31, 1, 2, 4, 8, 8, 8]),
    ('8', [14, 17, 17, 14, 17, 17, 14]),
    ('9', [14, 17, 17, 15, 1, 2, 12]),
    ('A', [14, 17, 17, 31, 17, 17, 17]),
    ('B', [30, 17, 17, 30, 17, 17, 30]),
    ('C', [14, 17, 16, 16, 16, 17, 14]),
    ('D', [28, 18, 17, 17, 17, 18, 28]),
    ('E', [31, 16, 16, 30, 16, 16, 31]),
    ('F', [31, 16, 16, 30, 16, 16, 16]),
    ('G', [14, 17, 16, 23, 17, 17, 15]),
    ('H', [17, 17, 17, 31, 17, 17, 17]),
    ('I', [14, 4, 4, 4, 4, 4, 14]),
    ('J', [7, 2, 2, 2, 2, 18, 12]),
    ('K', [17, 18, 20, 24, 20, 18, 17]),
    ('L', [16, 16, 16, 16, 16, 16, 31]),
    ('M', [17, 27, 21, 21, 17, 17, 17]),
    ('N', [17, 17, 25, 21, 19, 17, 17]),
    ('O', [14, 17, 17, 17, 17, 17, 14]),
    ('P', [30, 17, 17, 30, 16, 16, 16]),
    ('Q', [14, 17, 17, 17, 21, 18, 13]),
    ('R', [30, 17, 17, 30, 20, 18, 17]),
    ('S', [15, 16, 16, 14, 1, 1, 30]),
    ('T', [31, 4, 4, 4, 4, 4, 4]),
    ('U', [17, 17, 17, 17, 17, 17, 14]),
    ('V', [17, 17, 17, 17, 17, 10, 4]),
    ('W', [17, 17, 17, 21, 21, 21, 10]),
    ('X', [17, 17, 10, 4, 10, 17, 17]),
    ('Y', [17, 17, 17, 10, 4, 4, 4]),
    ('Z', [31, 1, 2, 4, 8, 16, 31]),
    ('-', [0, 0, 0, 31, 0, 0, 0]),
    ('_', [0, 0, 0, 0, 0, 0, 31]),
    (':', [0, 12, 12, 0, 12, 12, 0]),
    ('.', [0, 0, 0, 0, 0, 12, 12]),
];

/// How much of the picture is left where a letter is, in percent.
const LEFT: u16 = 45;

/// Repeats the words all over a picture: light letters with a dark edge, so that they show on any ground.
fn cover(picture: &mut RgbImage, words: &str) {
    let (width, height) = picture.dimensions();
    let point = (width.max(height) / 500).max(1);
    let line = format!("{}   ", words.to_uppercase());
    let length = u32::try_from(line.chars().count()).unwrap_or(1).max(1) * 6 * point;
    for (row, top) in (0..height).step_by((24 * point) as usize).enumerate() {
        // Each row begins elsewhere: no part of the picture is without a whole stamp.
        let mut left = i64::from(length / 3) * (row as i64 % 3) - i64::from(length);
        while left < i64::from(width) {
            for (at, letter) in line.chars().enumerate() {
                draw(picture, letter, left + i64::from(6 * point) * at as i64, i64::from(top), i64::from(point));
            }
            left += i64::from(length);
        }
    }
}

fn draw(picture: &mut RgbImage, letter: char, left: i64, top: i64, point: i64) {
    let Some((_, rows)) = LETTERS.iter().find(|(one, _)| *one == letter) else { return };
    for (shift, tone) in [((point + 1) / 2, 0_u16), (0, 255)] {
        for (y, row) in (0_i64..).zip(rows) {
            for x in (0_i64..5).filter(|x| row >> (4 - x) & 1 == 1) {
                for (dx, dy) in (0..point).flat_map(|dx| (0..point).map(move |dy| (dx, dy))) {
                    let (x, y) = (left + x * point + dx + shift, top + y * point + dy + shift);
                    let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { continue };
                    if let Some(Rgb(parts)) = picture.get_pixel_mut_checked(x, y) {
                        for part in parts {
                            *part = ((u16::from(*part) * LEFT + tone * (100 - LEFT)) / 100) as u8;
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::imageops::{self, FilterType};

    use super::*;

    fn blurred(grey: &GrayImage) -> GrayImage {
        let (width, height) = grey.dimensions();
        let small = imageops::resize(grey, width / 12, height / 12, FilterType::Triangle);
        imageops::resize(&small, width, height, FilterType::Triangle)
    }

    fn checks(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| if (x / 8 + y / 8) % 2 == 0 { Rgb([30; 3]) } else { Rgb([220; 3]) })
    }

    #[test]
    fn wallet_s10_5_a_blurred_picture_has_little_variance() {
        let sharp = DynamicImage::ImageRgb8(checks(400, 300)).into_luma8();
        assert!(sharpness(&sharp) > 1000 && sharpness(&blurred(&sharp)) < 60, "{}", sharpness(&blurred(&sharp)));
        assert_eq!(sharpness(&GrayImage::new(2, 2)), 0);
    }

    #[test]
    fn a_stamp_is_everywhere_and_the_picture_still_there() {
        let mut jpeg = Vec::new();
        write_jpeg(&mut jpeg, &RgbImage::from_pixel(900, 600, Rgb([128; 3]))).unwrap();
        let made = stamp(Cursor::new(jpeg), Format::Jpeg, Bounds::default(), "acc_1 2026-11-25 12:00 ver_1").unwrap();
        assert_eq!((made.width, made.height), (900, 600));
        let picture = image::load_from_memory(&made.bytes).unwrap().into_rgb8();
        for (x, y) in [(0, 0), (300, 0), (600, 0), (0, 300), (300, 300), (600, 300)] {
            let part = imageops::crop_imm(&picture, x, y, 300, 300).to_image();
            let changed = part.pixels().filter(|p| p.0[0].abs_diff(128) > 30).count();
            assert!(changed > 2000 && changed < 60_000, "{x} {y}: {changed}");
        }
    }
}
