//! What becomes of a photo from its last byte until it is ready, and the memory that bad uploads cost.

use std::io::Cursor;
use std::time::Duration;
use std::time::Instant;

use image::ImageEncoder as _;
use image::Rgb;
use image::RgbImage;

use crate::cpu::Family;
use crate::memory::Peak;
use crate::memory::Watch;
use crate::plan::Plan;
use crate::quantiles;
use crate::support::bad_files;
use crate::support::films;
use crate::support::hand::Hand;
use crate::support::server::Backend;
use crate::support::server::Server;
use crate::support::server::Stores;

/// How many one after the other, and how many at once.
const ONE_BY_ONE: usize = 12;
const AT_ONCE: usize = 16;
const PART: usize = 8 * 1024 * 1024;

/// A photo with as much in it as a camera's: shapes, and noise that does not compress.
pub fn photo(width: u32, height: u32, seed: u32) -> Vec<u8> {
    let mut noise = seed.wrapping_mul(0x9e37_79b9) | 1;
    let picture = RgbImage::from_fn(width, height, |x, y| {
        noise ^= noise << 13;
        noise ^= noise >> 17;
        noise ^= noise << 5;
        let grain = noise % 24;
        let wave = ((x as f32 / 37.0).sin() + (y as f32 / 53.0).cos() + 2.0) * 50.0;
        let shade = |base: u32| u8::try_from((base + grain).min(255)).unwrap_or(255);
        Rgb([shade(wave as u32), shade(x * 180 / width), shade(y * 200 / height)])
    });
    let mut out = Vec::new();
    write(&picture, 90, &mut out);
    out
}

fn write(picture: &RgbImage, quality: u8, out: &mut Vec<u8>) {
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(out, quality);
    let (width, height) = picture.dimensions();
    encoder.write_image(picture, width, height, image::ExtendedColorType::Rgb8).expect("a JPEG");
}

/// Seconds to read a photo and to write it once, with the same library and nothing else.
fn once(bytes: &[u8]) -> f64 {
    let mut taken = Vec::new();
    for _ in 0..3 {
        let begun = Instant::now();
        let reader = image::ImageReader::with_format(Cursor::new(bytes), image::ImageFormat::Jpeg);
        let mut out = Vec::new();
        write(&reader.decode().expect("a picture").into_rgb8(), 88, &mut out);
        taken.push(begun.elapsed().as_secs_f64());
    }
    quantiles(taken).0
}

/// Sends a file; gives its identifier once the house has it all.
pub async fn send(hand: &Hand, bytes: &[u8]) -> String {
    let id = hand.begin(bytes.len()).await;
    for (at, part) in bytes.chunks(PART).enumerate() {
        assert_eq!(hand.put(&id, at + 1, part.to_vec()).await.status, 200);
    }
    let done = hand.complete(&id).await;
    assert_eq!(done.status, 200, "{}", done.text());
    id
}

pub async fn measure(plan: &Plan, backend: Backend) {
    let server = Server::on(Stores::new(backend).await, &[]).await;
    let hand = Hand::of(&server).await;
    let photos: Vec<_> = (1..=4).map(|seed| photo(4000, 3000, seed)).collect();
    let yardstick = once(&photos[0]);
    let (one_by_one, at_once) = if plan.is_quick { (2, 4) } else { (ONE_BY_ONE, AT_ONCE) };
    let family = Family::new([server.pid()]);
    let (watch, used) = (Watch::of(server.pid()), family.used());
    let mut taken = Vec::new();
    for n in 0..one_by_one {
        let id = send(&hand, &photos[n % photos.len()]).await;
        let received = Instant::now();
        hand.ready(&id).await;
        taken.push(received.elapsed().as_secs_f64());
    }
    let cpu = family.used().saturating_sub(used).as_secs_f64() / one_by_one as f64;
    let begun = Instant::now();
    let mut ids = Vec::new();
    for n in 0..at_once {
        ids.push(send(&hand, &photos[n % photos.len()]).await);
    }
    for id in &ids {
        hand.ready(id).await;
    }
    let minutes = begun.elapsed().as_secs_f64() / 60.0;
    let peak = watch.end();
    let (p50, p99) = quantiles(taken);
    println!(
        "\na photo of 12 megapixels, {:.1} MB, from its last byte to every size of it",
        photos[0].len() as f64 / 1e6
    );
    println!("  read and written once by the same library: {yardstick:.2} s (yardstick)");
    println!(
        "  received to ready: p50 {p50:.2} s (× {:.1}), slowest {p99:.2} s; processor {cpu:.2} s (× {:.1})",
        p50 / yardstick,
        cpu / yardstick
    );
    println!("  {:.0} photos a minute, uploads counted in, two workers", at_once as f64 / minutes);
    tell("  memory", &peak);
}

fn tell(what: &str, Peak { before, server, worker }: &Peak) {
    println!("{what}: server {before:.0} MB before, {server:.0} MB at most; largest worker {worker:.0} MB");
}

/// Each upload that means no good, on a server that has done nothing else.
pub async fn memory(backend: Backend) {
    println!("\nmemory while bad files are sent");
    let files = [
        ("a pixel flood", bad_files::pixel_flood()),
        ("a bomb that lies", bad_files::png_bomb(7000, 7000)),
        ("a zip bomb of 49 million pixels", bad_files::deflate_bomb()),
        ("a polyglot", bad_files::polyglot()),
        ("EICAR", bad_files::eicar()),
    ];
    for (what, file) in files {
        let server = Server::on(Stores::new(backend).await, &[]).await;
        let hand = Hand::of(&server).await;
        let watch = Watch::of(server.pid());
        let id = send(&hand, &file).await;
        let (state, _) = hand.settled(&id).await;
        tell(&format!("  {what} ({state})"), &watch.end());
    }
    let server = Server::on(Stores::new(backend).await, &[]).await;
    let hand = Hand::of(&server).await;
    let film = films::mp4(b"isom", 209_000_000);
    let watch = Watch::of(server.pid());
    let id = hand.begin(film.len()).await;
    for (at, part) in film.chunks(PART).enumerate() {
        if at == 10 {
            hand.cut(&id, at + 1, part);
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        assert_eq!(hand.put(&id, at + 1, part.to_vec()).await.status, 200);
    }
    assert_eq!(hand.complete(&id).await.status, 200);
    let (state, _) = hand.settled(&id).await;
    tell(&format!("  a video of 209 MB over a cut connection ({state})"), &watch.end());
}
