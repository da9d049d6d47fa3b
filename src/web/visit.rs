//! `Visit`: what is known of a request beside what it asks for: whose browser, from where, in which language.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use poem::Request;
use tokio::sync::OnceCell;

use crate::accounts::{Session, sessions};
use crate::app::App;
use crate::audit::Origin;
use crate::base::{Fault, Seconds};
use crate::provider::clients::Registered;
use crate::web::cookies::{self, Cookie};
use crate::web::middleware::csrf;
use crate::web::view::{Frame, Theme};
use crate::words::Words;

/// A request's circumstances; cheap to clone, the same for the handler and for the door that tells of its errors.
#[derive(Clone)]
pub struct Visit(Arc<Inner>);

struct Inner {
    app: App,
    arrival: Arrival,
    words: Words,
    theme: Theme,
    here: String,
    cookies: String,
    browser: OnceLock<String>,
    session: OnceCell<Option<Session>>,
    set_cookies: Mutex<Vec<String>>,
    client: OnceLock<Arc<Registered>>,
    uses_dpop: AtomicBool,
}

/// What is known as soon as a request arrives.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Who sent it, seen through trusted proxies.
    pub address: IpAddr,
    pub origin: Origin,
}

impl Visit {
    pub fn new(app: &App, arrival: Arrival, request: &Request) -> Self {
        let cookies = cookies::header(request);
        let find = |cookie: Cookie| cookies::find(app, &cookies, cookie);
        let words = Words::negotiate(None, find(Cookie::Language), request.header("accept-language"));
        let theme = Theme::read(find(Cookie::Theme));
        let here = request.original_uri().path_and_query().map_or("/", |p| p.as_str()).to_owned();
        Self(Arc::new(Inner {
            app: app.clone(),
            arrival,
            words,
            theme,
            here,
            cookies,
            browser: OnceLock::new(),
            session: OnceCell::new(),
            set_cookies: Mutex::default(),
            client: OnceLock::new(),
            uses_dpop: AtomicBool::new(false),
        }))
    }

    pub fn app(&self) -> &App {
        &self.0.app
    }

    pub fn address(&self) -> IpAddr {
        self.0.arrival.address
    }

    pub fn origin(&self) -> &Origin {
        &self.0.arrival.origin
    }

    /// The reference that the person and the log both have.
    pub fn reference(&self) -> &str {
        &self.0.arrival.origin.request_id
    }

    /// The language that the person chose in this browser, or that the browser prefers.
    pub fn words(&self) -> Words {
        self.0.words
    }

    /// Whether the language was chosen in this browser.
    pub fn has_chosen_language(&self) -> bool {
        self.cookie(Cookie::Language).is_some()
    }

    /// The words for a page of a client that would like these languages, the best first.
    pub fn words_for(&self, ui_locales: &[String]) -> Words {
        let wished = || ui_locales.iter().find_map(|tag| Words::find(tag));
        if self.has_chosen_language() { self.words() } else { wished().unwrap_or(self.words()) }
    }

    pub fn here(&self) -> &str {
        &self.0.here
    }

    pub fn cookie(&self, cookie: Cookie) -> Option<&str> {
        cookies::find(&self.0.app, &self.0.cookies, cookie)
    }

    /// Sets a cookie with the answer, whatever it is.
    pub fn set_cookie(&self, cookie: Cookie, value: &str) {
        self.push(cookies::set(&self.0.app, cookie, value));
    }

    /// As [`Visit::set_cookie`], for a time of the caller's; `None`: until the browser closes.
    pub fn set_cookie_for(&self, cookie: Cookie, value: &str, life: Option<Seconds>) {
        self.push(cookies::set_for(&self.0.app, cookie, value, life));
    }

    pub fn clear_cookie(&self, cookie: Cookie) {
        self.push(cookies::clear(&self.0.app, cookie));
    }

    fn push(&self, line: String) {
        self.0.set_cookies.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    /// The cookies to be set with the answer.
    pub fn take_cookies(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.set_cookies.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The value that names this browser: from its cookie, or a new one that is set with the answer.
    pub fn browser(&self) -> &str {
        self.0.browser.get_or_init(|| {
            let known = self.cookie(Cookie::Browser).filter(|value| cookies::is_token(value));
            known.map(str::to_owned).unwrap_or_else(|| {
                let fresh = self.0.app.random.token(16);
                self.set_cookie(Cookie::Browser, &fresh);
                fresh
            })
        })
    }

    /// The digest by which pages are bound to this browser.
    pub fn browser_digest(&self) -> String {
        cookies::digest(self.browser())
    }

    /// The same, where the browser sent its cookie.
    pub fn known_browser_digest(&self) -> Option<String> {
        self.cookie(Cookie::Browser).filter(|value| cookies::is_token(value)).map(cookies::digest)
    }

    /// The live session of this browser, looked up once.
    ///
    /// # Errors
    /// A fault when the database does not answer.
    pub async fn session(&self) -> Result<Option<&Session>, Fault> {
        let look = async || match self.cookie(Cookie::Session).filter(|value| cookies::is_token(value)) {
            Some(value) => sessions::find(&self.0.app, value).await,
            None => Ok(None),
        };
        Ok(self.0.session.get_or_try_init(look).await?.as_ref())
    }

    /// The token that every form of this browser carries.
    pub fn csrf(&self) -> String {
        let session = self.cookie(Cookie::Session).unwrap_or_default();
        csrf::token(&self.0.app, self.browser(), session)
    }

    /// Whether a posted token is this browser's and session's.
    pub fn is_csrf(&self, posted: &str) -> bool {
        let session = self.cookie(Cookie::Session).unwrap_or_default();
        let browser = self.cookie(Cookie::Browser).unwrap_or_default();
        cookies::is_token(browser) && csrf::is_token(&self.0.app, browser, session, posted)
    }

    /// The frame of a page, in this browser's language.
    pub fn frame(&self) -> Frame {
        self.frame_in(self.words())
    }

    /// The frame of a page, in a language that the account or the client prefers where this browser has no choice.
    pub fn frame_in(&self, words: Words) -> Frame {
        let words = if self.has_chosen_language() { self.words() } else { words };
        let mut frame = Frame::new(words, self.0.theme, &self.csrf(), self.here());
        frame.is_development = !self.0.app.config.is_production();
        frame
    }

    /// Remembers which client this was about, for CORS and the log.
    pub fn set_client(&self, client: &Arc<Registered>) {
        // The first stays: a request has one client.
        let _ = self.0.client.set(Arc::clone(client));
    }

    pub fn client(&self) -> Option<&Arc<Registered>> {
        self.0.client.get()
    }

    /// Remembers that the request speaks DPoP (RFC 9449), for the nonce and the challenge of its answer.
    pub fn note_dpop(&self) {
        self.0.uses_dpop.store(true, Ordering::Relaxed);
    }

    pub fn uses_dpop(&self) -> bool {
        self.0.uses_dpop.load(Ordering::Relaxed)
    }
}
