//! How a photo looks, in a few bytes: a blurred placeholder (BlurHash), and a fingerprint that survives scaling.

use std::f32::consts::PI;

use image::DynamicImage;
use image::imageops::FilterType;

/// What is kept of how a photo looks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looks {
    pub width: u32,
    pub height: u32,
    /// BlurHash.
    pub placeholder: String,
    /// 64 bits, of which alike photos share most.
    pub fingerprint: u64,
}

const DIGITS: &[u8; 83] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";
/// Components across and down.
const ACROSS: usize = 4;
const DOWN: usize = 3;
/// The side of the small picture that is looked at.
const SMALL: u32 = 32;

/// The BlurHash of a picture.
pub fn placeholder(picture: &DynamicImage) -> String {
    let small = picture.resize_exact(SMALL, SMALL, FilterType::Triangle).into_rgb8();
    let side = SMALL as f32;
    let mut factors = [[0.0_f32; 3]; ACROSS * DOWN];
    for (at, factor) in factors.iter_mut().enumerate() {
        let (i, j) = ((at % ACROSS) as f32, (at / ACROSS) as f32);
        let scale = if at == 0 { 1.0 } else { 2.0 } / (side * side);
        for (x, y, pixel) in small.enumerate_pixels() {
            let basis = (PI * i * x as f32 / side).cos() * (PI * j * y as f32 / side).cos();
            for (sum, value) in factor.iter_mut().zip(pixel.0) {
                *sum += scale * basis * to_linear(value);
            }
        }
    }
    let [first, rest @ ..] = &factors;
    let most = rest.iter().flatten().fold(0.0_f32, |most, value| most.max(value.abs()));
    let quantised = (most * 166.0 - 0.5).floor().clamp(0.0, 82.0) as usize;
    let bound = (quantised + 1) as f32 / 166.0;
    let mut text = String::with_capacity(6 + 2 * (ACROSS * DOWN - 1));
    push(&mut text, ACROSS - 1 + (DOWN - 1) * 9, 1);
    push(&mut text, quantised, 1);
    let [r, g, b] = first.map(to_srgb);
    push(&mut text, r << 16 | g << 8 | b, 4);
    for factor in rest {
        let [r, g, b] = factor.map(|value| {
            let value = value / bound;
            (value.signum() * value.abs().sqrt() * 9.0 + 9.5).floor().clamp(0.0, 18.0) as usize
        });
        push(&mut text, r * 19 * 19 + g * 19 + b, 2);
    }
    text
}

fn push(text: &mut String, value: usize, length: u32) {
    for at in (0..length).rev() {
        text.push(char::from(DIGITS[value / 83_usize.pow(at) % 83]));
    }
}

fn to_linear(value: u8) -> f32 {
    let value = f32::from(value) / 255.0;
    if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

fn to_srgb(value: f32) -> usize {
    let value = value.clamp(0.0, 1.0);
    let value = if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 };
    (value * 255.0 + 0.5) as usize
}

/// 64 bits: whether it grows brighter from left to right, then from top to bottom.
pub fn fingerprint(picture: &DynamicImage) -> u64 {
    let (across, down) = (super::images::grey(picture, 9, 4), super::images::grey(picture, 4, 9));
    let mut bits = 0;
    for y in 0..4 {
        for x in 0..8 {
            bits = bits << 1 | u64::from(across[y * 9 + x] < across[y * 9 + x + 1]);
        }
    }
    for y in 0..8 {
        for x in 0..4 {
            bits = bits << 1 | u64::from(down[y * 4 + x] < down[(y + 1) * 4 + x]);
        }
    }
    bits
}

/// In how many bits two fingerprints differ.
pub fn distance(one: u64, other: u64) -> u32 {
    (one ^ other).count_ones()
}
