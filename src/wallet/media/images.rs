//! Photos: decoded within bounds, turned upright, brought to sRGB, written anew without a word of what was beside the
//! picture, in the sizes in which it is kept.

use std::io::{BufRead, Seek};

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType as PngFilter, PngEncoder};
use image::imageops::{self, FilterType};
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits, RgbImage, RgbaImage,
};
use moxcms::{ColorProfile, Layout, TransformOptions};

use crate::wallet::media::kinds::{Format, Reason, Variant};
use crate::wallet::media::looks::{self, Looks};

/// The most pixels, the longest side, and the most memory of a decoder.
pub const MOST_PIXELS: u64 = 50_000_000;
pub const LONGEST_SIDE: u32 = 12_000;
const MOST_MEMORY: u64 = 512 * 1024 * 1024;
/// How well JPEG keeps the picture.
const QUALITY: u8 = 88;

/// One size of a photo, written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub variant: Variant,
    pub format: Format,
    pub width: u32,
    pub height: u32,
    pub bytes: Vec<u8>,
}

/// The bounds of decoding; tests and the fuzzer set smaller ones.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    pub pixels: u64,
    pub side: u32,
    pub memory: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { pixels: MOST_PIXELS, side: LONGEST_SIDE, memory: MOST_MEMORY }
    }
}

/// Makes every size of a photo, the largest first, each told to `keep` as soon as it is there.
///
/// # Errors
/// Why the photo is refused; whatever `keep` answers.
pub fn process<E>(
    input: impl BufRead + Seek,
    format: Format,
    bounds: Bounds,
    mut keep: impl FnMut(Made) -> Result<(), E>,
) -> Result<Result<Looks, E>, Reason> {
    let mut picture = decode(input, format, bounds)?;
    let is_clear = picture.color().has_alpha() && has_clear_pixels(&picture);
    if !is_clear && picture.color().has_alpha() {
        picture = DynamicImage::ImageRgb8(picture.into_rgb8());
    }
    let (width, height) = (picture.width(), picture.height());
    let longest = width.max(height);
    if longest > Variant::Master.most() {
        let (w, h) = fit(width, height, Variant::Master.most());
        // Box sampling: quick, and without the large intermediate picture of a filter.
        picture = picture.thumbnail_exact(w, h);
    }
    let mut looks = Looks { width: picture.width(), height: picture.height(), ..Looks::default() };
    for variant in Variant::PHOTO {
        picture = match variant {
            Variant::Master => picture,
            Variant::T96 => {
                let side = picture.width().min(picture.height());
                let (x, y) = ((picture.width() - side) / 2, (picture.height() - side) / 2);
                let square = picture.crop_imm(x, y, side, side);
                let side = side.min(variant.most());
                square.resize_exact(side, side, FilterType::Triangle)
            }
            _ if picture.width().max(picture.height()) <= variant.most() => picture,
            _ => {
                let (w, h) = fit(picture.width(), picture.height(), variant.most());
                picture.resize_exact(w, h, FilterType::CatmullRom)
            }
        };
        if variant == Variant::S320 {
            looks.placeholder = looks::placeholder(&picture);
            looks.fingerprint = looks::fingerprint(&picture);
        }
        let made = encode(&picture, variant)?;
        if let Err(error) = keep(made) {
            return Ok(Err(error));
        }
    }
    Ok(Ok(looks))
}

/// The size whose longest side is `most`.
pub(super) fn fit(width: u32, height: u32, most: u32) -> (u32, u32) {
    let longest = u64::from(width.max(height).max(1));
    let scaled = |side: u32| {
        let side = (u64::from(side) * u64::from(most) + longest / 2) / longest;
        u32::try_from(side).unwrap_or(most).clamp(1, most)
    };
    (scaled(width), scaled(height))
}

/// Upright, in sRGB, with 8 bits a channel.
pub(super) fn decode(input: impl BufRead + Seek, format: Format, bounds: Bounds) -> Result<DynamicImage, Reason> {
    let format = match format {
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Png => ImageFormat::Png,
        Format::Webp => ImageFormat::WebP,
        Format::Gif => ImageFormat::Gif,
        Format::Mp4 | Format::Mov | Format::Webm => return Err(Reason::Decode),
    };
    let mut reader = ImageReader::with_format(input, format);
    reader.limits(Limits::no_limits());
    let mut decoder = reader.into_decoder().map_err(|_| Reason::Decode)?;
    let (width, height) = decoder.dimensions();
    if width > bounds.side || height > bounds.side || u64::from(width) * u64::from(height) > bounds.pixels {
        return Err(Reason::Pixels);
    }
    if width == 0 || height == 0 {
        return Err(Reason::Decode);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(bounds.memory);
    decoder.set_limits(limits).map_err(|_| Reason::Decode)?;
    let orientation = decoder.orientation().ok();
    let profile = decoder.icc_profile().ok().flatten();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| Reason::Decode)?;
    picture = match picture.color().has_alpha() {
        true => DynamicImage::ImageRgba8(picture.into_rgba8()),
        false => DynamicImage::ImageRgb8(picture.into_rgb8()),
    };
    if let Some(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    if let Some(profile) = profile {
        to_srgb(&mut picture, &profile);
    }
    Ok(picture)
}

/// Brings the colours to sRGB; a profile that cannot be read or is for no RGB picture is let go.
fn to_srgb(picture: &mut DynamicImage, profile: &[u8]) {
    let Ok(profile) = ColorProfile::new_from_slice(profile) else { return };
    if profile.color_space != moxcms::DataColorSpace::Rgb {
        return;
    }
    let layout = if picture.color().has_alpha() { Layout::Rgba } else { Layout::Rgb };
    let srgb = ColorProfile::new_srgb();
    let Ok(transform) = profile.create_transform_8bit(layout, &srgb, layout, TransformOptions::default()) else {
        return;
    };
    let samples: &mut [u8] = match picture {
        DynamicImage::ImageRgb8(rgb) => rgb,
        DynamicImage::ImageRgba8(rgba) => rgba,
        _ => return,
    };
    // Row by row would do as well; some tens of thousands of pixels at once keep the copy small.
    let step = 3 * 4 * 4096;
    let mut before = vec![0; step];
    for piece in samples.chunks_mut(step) {
        let before = &mut before[..piece.len()];
        before.copy_from_slice(piece);
        if transform.transform(before, piece).is_err() {
            piece.copy_from_slice(before);
            return;
        }
    }
}

fn has_clear_pixels(picture: &DynamicImage) -> bool {
    picture.as_rgba8().is_some_and(|rgba| rgba.pixels().any(|p| p.0[3] != 255))
}

fn encode(picture: &DynamicImage, variant: Variant) -> Result<Made, Reason> {
    let (width, height) = (picture.width(), picture.height());
    let mut bytes = Vec::new();
    let (format, done) = match picture {
        DynamicImage::ImageRgba8(rgba) => (Format::Png, write_png(&mut bytes, rgba)),
        other => (Format::Jpeg, write_jpeg(&mut bytes, &other.to_rgb8())),
    };
    done.map_err(|_| Reason::Decode)?;
    Ok(Made { variant, format, width, height, bytes })
}

fn write_png(out: &mut Vec<u8>, rgba: &RgbaImage) -> image::ImageResult<()> {
    PngEncoder::new_with_quality(out, CompressionType::Fast, PngFilter::Adaptive).write_image(
        rgba,
        rgba.width(),
        rgba.height(),
        ExtendedColorType::Rgba8,
    )
}

pub(super) fn write_jpeg(out: &mut Vec<u8>, rgb: &RgbImage) -> image::ImageResult<()> {
    JpegEncoder::new_with_quality(out, QUALITY).write_image(rgb, rgb.width(), rgb.height(), ExtendedColorType::Rgb8)
}

/// A small grey picture of a picture, for its looks.
pub fn grey(picture: &DynamicImage, width: u32, height: u32) -> Vec<u8> {
    imageops::resize(&picture.to_luma8(), width, height, FilterType::Triangle).into_raw()
}

#[cfg(test)]
mod tests;
