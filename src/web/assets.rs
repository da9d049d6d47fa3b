//! The static files, in the binary: each under a name that changes with its content.

use std::collections::HashMap;
use std::sync::LazyLock;

use rust_embed::RustEmbed;
use sha2::Digest;
use sha2::Sha256;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

/// One static file.
#[derive(Clone, Debug)]
pub struct Asset {
    pub bytes: &'static [u8],
    pub content_type: &'static str,
    /// Eight hexadecimal digits of the SHA-256 of the bytes: the value of `?v=` and of the entity tag.
    pub version: String,
}

static ASSETS: LazyLock<HashMap<String, Asset>> = LazyLock::new(|| {
    let files = Files::iter().filter_map(|name| {
        let bytes: &'static [u8] = match Files::get(&name)?.data {
            std::borrow::Cow::Borrowed(bytes) => bytes,
            std::borrow::Cow::Owned(bytes) => bytes.leak(),
        };
        let version = Sha256::digest(bytes)[..4].iter().map(|b| format!("{b:02x}")).collect();
        Some((name.to_string(), Asset { bytes, content_type: content_type(&name), version }))
    });
    files.collect()
});

/// The file at `/static/{name}`; a request with its `?v=` may be cached for ever.
pub fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.get(name)
}

/// The address of a static file in a page: `/static/app.css?v=1a2b3c4d`.
pub fn href(name: &str) -> String {
    match find(name) {
        Some(asset) => format!("/static/{name}?v={}", asset.version),
        None => format!("/static/{name}"),
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("mjs" | "js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_a_type_and_a_version() {
        for (name, asset) in ASSETS.iter() {
            assert_ne!(asset.content_type, "application/octet-stream", "{name}");
            assert_eq!(href(name), format!("/static/{name}?v={}", asset.version));
        }
        assert!(find("app.css").is_some_and(|css| css.bytes.len() <= 14 * 1024));
        assert!(find("../Cargo.toml").is_none());
    }
}
