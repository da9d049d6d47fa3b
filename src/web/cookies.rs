//! The cookies of the house (RFC 6265): names, attributes, reading and writing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poem::Request;
use poem::http::header::COOKIE;

use crate::app::App;
use crate::base::{Digest, Seconds};

/// One cookie of the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    /// The signed-in session.
    Session,
    /// What clients watch the session by (OIDC Session Management §3.2): read by the script of our own frame.
    State,
    /// Names the browser: binds interactions and form tokens to it.
    Browser,
    Language,
    Theme,
    /// A sign-up or recovery in progress.
    Challenge,
}

struct Rule {
    cookie: Cookie,
    name: &'static str,
    /// `None`: until the browser closes.
    life: Option<Seconds>,
    /// Whether it is for the script of a page of ours that stands in another site's page.
    is_for_frames: bool,
}

const fn rule(cookie: Cookie, name: &'static str, life: Option<Seconds>) -> Rule {
    Rule { cookie, name, life, is_for_frames: false }
}

const COOKIES: &[Rule] = &[
    rule(Cookie::Session, "sw", None),
    Rule { is_for_frames: true, ..rule(Cookie::State, "sw-state", None) },
    rule(Cookie::Browser, "sw-browser", Some(Seconds::days(365))),
    rule(Cookie::Language, "sw-lang", Some(Seconds::days(365))),
    rule(Cookie::Theme, "sw-theme", Some(Seconds::days(365))),
    rule(Cookie::Challenge, "sw-challenge", None),
];

impl Cookie {
    fn rule(self) -> &'static Rule {
        COOKIES.iter().find(|rule| rule.cookie == self).unwrap_or(&COOKIES[0])
    }
}

/// `__Host-` binds a cookie to this very host and to https; plain http is for development alone.
fn prefix(app: &App) -> &'static str {
    if app.config.http.public_url.scheme() == "https" { "__Host-" } else { "" }
}

/// All cookies that a request carries, as one text.
pub fn header(request: &Request) -> String {
    let lines: Vec<&str> = request.headers().get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).collect();
    lines.join("; ")
}

/// The value of a cookie; nothing where it is there twice, since then one of them is somebody else's.
pub fn find<'a>(app: &App, header: &'a str, cookie: Cookie) -> Option<&'a str> {
    let (prefix, name) = (prefix(app), cookie.rule().name);
    let is_it = |pair: &&str| {
        pair.strip_prefix(prefix).and_then(|rest| rest.strip_prefix(name)).is_some_and(|rest| rest.starts_with('='))
    };
    let mut found = header.split(';').map(str::trim).filter(is_it);
    match (found.next(), found.next()) {
        (Some(pair), None) => pair.split_once('=').map(|(_, value)| value).filter(|value| !value.is_empty()),
        _ => None,
    }
}

/// A `Set-Cookie` line. `SameSite=Lax` lets a link from a platform arrive signed in, and no form of a stranger.
pub fn set(app: &App, cookie: Cookie, value: &str) -> String {
    set_for(app, cookie, value, cookie.rule().life)
}

/// As [`set`], for a time of the caller's; `None`: until the browser closes.
pub fn set_for(app: &App, cookie: Cookie, value: &str, life: Option<Seconds>) -> String {
    let age = life.map_or(String::new(), |life| format!("; Max-Age={}", life.0));
    line(app, cookie, value, &age)
}

/// A `Set-Cookie` line that ends a cookie.
pub fn clear(app: &App, cookie: Cookie) -> String {
    line(app, cookie, "", "; Max-Age=0")
}

fn line(app: &App, cookie: Cookie, value: &str, age: &str) -> String {
    let (prefix, rule) = (prefix(app), cookie.rule());
    let secure = if prefix.is_empty() { "" } else { "; Secure" };
    let reach = match (rule.is_for_frames, prefix.is_empty()) {
        (false, _) => "; HttpOnly; SameSite=Lax",
        (true, false) => "; SameSite=None",
        // Browsers take `None` over https alone.
        (true, true) => "; SameSite=Lax",
    };
    format!("{prefix}{}={value}; Path=/{reach}{secure}{age}", rule.name)
}

/// Whether a value could be one that the house made: base64url of at least 16 bytes.
pub fn is_token(value: &str) -> bool {
    (22..=64).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// A cookie's value as it is kept elsewhere.
pub fn digest(value: &str) -> String {
    URL_SAFE_NO_PAD.encode(Digest::of(value).as_bytes())
}
