//! The frame by which clients watch a session (OIDC Session Management §3.3): the one page that others may frame.

use askama::Template;
use poem::Response;
use poem::http::HeaderValue;
use poem::http::header::CONTENT_SECURITY_POLICY;

use crate::accounts::Session;
use crate::error::Error;
use crate::provider::session_state;
use crate::web::answer;
use crate::web::assets;
use crate::web::call::Call;
use crate::web::cookies::Cookie;
use crate::web::middleware::headers::{FRAMED, MayBeFramed};
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "oauth/check_session.html")]
struct CheckSession {
    script: String,
}

pub async fn page(_: Call) -> Result<Response, Error> {
    let mut response = answer::html(&CheckSession { script: assets::href("js/check_session.mjs") })?;
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(FRAMED));
    response.extensions_mut().insert(MayBeFramed);
    Ok(response)
}

/// Lets the browser keep what the frame looks at, for as long as the session.
pub fn keep(visit: &Visit, session: &Session) {
    let value = session_state::of_browser(visit.app(), session.id);
    if visit.cookie(Cookie::State) != Some(&value) {
        let life = session.remembered.then(|| session.expires_at.since(visit.app().now()));
        visit.set_cookie_for(Cookie::State, &value, life);
    }
}

/// Forgets the session of this browser: both what proves it and what the frame looks at.
pub fn forget(visit: &Visit) {
    visit.clear_cookie(Cookie::Session);
    visit.clear_cookie(Cookie::State);
}
