//! Pictures of clients: fetched by us and shown from our own address, so that no client learns who looks at which page.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use moka::sync::Cache;
use url::Url;

use crate::app::{App, Room};
use crate::base::Digest;
use crate::base::id::ClientId;
use crate::config::LinkedProvider;
use crate::error::Error;
use crate::oauth::Client;
use crate::oauth::params;
use crate::provider::clients;

/// The most bytes of a picture, and of all that are kept.
const MOST_BYTES: usize = 256 * 1024;
const MOST_KEPT: u64 = 32 * 1024 * 1024;
/// How long a picture is shown before it is fetched anew.
const FRESH: Duration = Duration::from_secs(3600);

/// What a picture begins with. No SVG: it is a document that can hold more than a picture.
const KINDS: &[(&str, &[u8])] = &[
    ("image/png", b"\x89PNG\r\n\x1a\n"),
    ("image/jpeg", b"\xff\xd8\xff"),
    ("image/gif", b"GIF87a"),
    ("image/gif", b"GIF89a"),
];

/// A picture.
#[derive(Debug)]
pub struct Logo {
    pub content_type: &'static str,
    pub bytes: Bytes,
}

/// Pictures that were fetched before, by where they are from.
struct Logos(Cache<String, Arc<Logo>>);

impl Room for Logos {
    fn open(_: &App) -> Self {
        let weigh = |uri: &String, logo: &Arc<Logo>| u32::try_from(uri.len() + logo.bytes.len()).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(MOST_KEPT).weigher(weigh).time_to_live(FRESH).build())
    }
}

/// Where our copy of a client's picture is; nothing where it has none.
pub fn href(client: &Client) -> Option<String> {
    Some(address("client_id", client.id.as_str(), client.logo_uri.as_ref()?))
}

/// Where our copy of the picture of a provider of accounts is; nothing where it has none.
pub fn provider_href(provider: &LinkedProvider) -> Option<String> {
    Some(address("provider", &provider.id, provider.logo.as_ref()?.as_str()))
}

fn address(kind: &str, id: &str, uri: &str) -> String {
    let mut href = format!("/logo?{kind}=");
    params::encode(id, &mut href);
    // Another picture has another address.
    let digest = Digest::of(uri);
    href.push_str("&v=");
    href.extend(digest.as_bytes()[..4].iter().map(|byte| format!("{byte:02x}")));
    href
}

/// The picture of a client; `None` where it has none, or none that can be shown.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn find(app: &App, id: &ClientId) -> Result<Option<Arc<Logo>>, Error> {
    let client = clients::find(app, id).await?.filter(|client| !client.is_disabled);
    let Some(uri) = client.and_then(|client| client.logo_uri.clone()) else { return Ok(None) };
    Ok(copy(app, uri).await)
}

/// The picture of a provider of accounts; `None` where it has none, or none that can be shown.
pub async fn of_provider(app: &App, id: &str) -> Option<Arc<Logo>> {
    let provider = app.config.linked_providers.iter().find(|provider| provider.id == id)?;
    copy(app, provider.logo.as_ref()?.to_string()).await
}

async fn copy(app: &App, uri: String) -> Option<Arc<Logo>> {
    let room = app.room::<Logos>();
    if let Some(kept) = room.0.get(&uri) {
        return Some(kept);
    }
    let url = Url::parse(&uri).ok()?;
    match app.fetch.get(&url, MOST_BYTES).await {
        Ok(fetched) => {
            let logo = kind(&fetched.body).map(|content_type| Arc::new(Logo { content_type, bytes: fetched.body }));
            if let Some(logo) = &logo {
                room.0.insert(uri, Arc::clone(logo));
            }
            logo
        }
        Err(why) => {
            tracing::info!(logo_uri = uri, reason = %why, "a picture could not be fetched");
            None
        }
    }
}

/// By what it is, never by what it is called.
fn kind(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Some("image/webp");
    }
    KINDS.iter().find(|(_, start)| bytes.starts_with(start)).map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_known_by_their_first_bytes() {
        for (bytes, wanted) in [
            (&b"\x89PNG\r\n\x1a\nrest"[..], Some("image/png")),
            (b"\xff\xd8\xff\xe0", Some("image/jpeg")),
            (b"GIF89a", Some("image/gif")),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some("image/webp")),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
            (b"<html>", None),
            (b"RIFF", None),
            (b"", None),
        ] {
            assert_eq!(kind(bytes), wanted, "{bytes:?}");
        }
    }

    #[test]
    fn a_picture_has_an_address_of_ours() {
        let mut client = Client::new("https://a.example/app".into());
        assert_eq!(href(&client), None);
        client.logo_uri = Some("https://a.example/logo.png".into());
        let first = href(&client).expect("an address");
        assert!(first.starts_with("/logo?client_id=https%3A%2F%2Fa.example%2Fapp&v="), "{first}");
        client.logo_uri = Some("https://a.example/new.png".into());
        assert_ne!(href(&client), Some(first));
    }
}
