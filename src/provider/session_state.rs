//! What clients watch a session by (OIDC Session Management §3): a value of the browser, and a digest of it per client.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use url::Url;

use crate::app::App;
use crate::base::id::SessionId;
use crate::base::url::origin;
use crate::store::database::families::Family;

/// The value that the browser keeps for our own frame while a session lasts. It grants nothing, and tells nobody which
/// session it is.
pub fn of_browser(app: &App, session: SessionId) -> String {
    URL_SAFE_NO_PAD.encode(&app.keys.pepper.mac("browser-state", session.as_bytes())[..16])
}

/// The `session_state` of an answer (§2), where it is one of OpenID Connect and goes to a web page.
pub fn of(app: &App, family: &Family) -> Option<String> {
    let page = Url::parse(&family.redirect_uri).ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
    let session = family.session_id.filter(|_| family.scope.contains("openid"))?;
    let (salt, browser) = (app.random.token(9), of_browser(app, session));
    Some(state(family.client_id.as_str(), &origin(&page), &browser, &salt))
}

/// The digest that our frame makes as well (`static/js/check_session.mjs`).
fn state(client: &str, origin: &str, browser: &str, salt: &str) -> String {
    let digest = Sha256::digest(format!("{client} {origin} {browser} {salt}"));
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{hex}.{salt}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oidc_session_s3_the_digest_of_all_four() {
        let one = state("c", "https://a.example", "b", "s");
        // printf 'c https://a.example b s' | sha256sum
        assert_eq!(one.split_once('.').map(|(hash, salt)| (hash.len(), salt)), Some((64, "s")));
        for other in [
            state("d", "https://a.example", "b", "s"),
            state("c", "https://b.example", "b", "s"),
            state("c", "https://a.example", "", "s"),
            state("c", "https://a.example", "b", "t"),
        ] {
            assert_ne!(one, other);
        }
    }
}
