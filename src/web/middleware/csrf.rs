//! Form tokens: a form counts only where the page that holds it was made for this browser and this session.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use poem::Request;
use sha2::Sha256;

use crate::app::{App, Room};
use crate::base::secret::same;

/// The key of the form tokens, scheduled once.
struct Key(Hmac<Sha256>);

impl Room for Key {
    fn open(app: &App) -> Self {
        Self(app.keys.pepper.keyed("form-token"))
    }
}

/// The token of every form that is shown to a browser in a session.
pub fn token(app: &App, browser: &str, session: &str) -> String {
    let mut mac = app.room::<Key>().0.clone();
    mac.update(browser.as_bytes());
    mac.update(&[0]);
    mac.update(session.as_bytes());
    URL_SAFE_NO_PAD.encode(&mac.finalize().into_bytes()[..18])
}

/// Whether a posted token is the one that was shown.
pub fn is_token(app: &App, browser: &str, session: &str, posted: &str) -> bool {
    same(token(app, browser, session).as_bytes(), posted.as_bytes())
}

/// Whether a request that changes something comes from our own page, as far as its browser tells.
///
/// `Sec-Fetch-Site` says it outright. `Origin` is `null` under our own referrer policy, so only a foreign one counts.
pub fn is_from_here(request: &Request) -> bool {
    let site = request.header("sec-fetch-site").unwrap_or("same-origin");
    if !matches!(site, "same-origin" | "none") {
        return false;
    }
    match request.header("origin") {
        None | Some("null") => true,
        Some(origin) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == request.header("host").or(request.uri().authority().map(|a| a.as_str()))
        }
    }
}
