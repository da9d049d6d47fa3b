//! Photos to upload.

use image::{ImageEncoder as _, Rgb, RgbImage};

pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| Rgb([(x * 255 / width) as u8, (y * 255 / height) as u8, 90]));
    let mut out = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, 90);
    encoder.write_image(&picture, width, height, image::ExtendedColorType::Rgb8).expect("a JPEG");
    out
}
