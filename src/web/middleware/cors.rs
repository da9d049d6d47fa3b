//! Which pages of other origins may read an answer: those that its client registered (Fetch Standard §3.2).

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};

use poem::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, VARY,
};
use poem::http::{HeaderValue, StatusCode};
use poem::{Request, Response};

use crate::app::{App, Room};
use crate::base::{Seconds, Time};
use crate::error::Error;
use crate::provider::clients;
use crate::web::visit::Visit;

/// Who may read the answers of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Our own pages.
    Own,
    /// The origins of the client that the request is about.
    Client,
    /// Everybody: public documents, without credentials.
    All,
}

/// How old the list of origins may be by which a preflight is answered; the answer itself asks the client.
const REFRESH: Seconds = Seconds(30);

/// The origins of all clients.
struct Origins(RwLock<Option<(Time, Arc<HashSet<String>>)>>);

impl Room for Origins {
    fn open(_: &App) -> Self {
        Self(RwLock::default())
    }
}

async fn origins(app: &App) -> Result<Arc<HashSet<String>>, Error> {
    let room = app.room::<Origins>();
    let known = room.0.read().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((_, origins)) = known.filter(|(at, _)| (0..REFRESH.0).contains(&app.now().since(*at).0)) {
        return Ok(origins);
    }
    let origins = Arc::new(clients::cors_origins(app).await?);
    *room.0.write().unwrap_or_else(PoisonError::into_inner) = Some((app.now(), Arc::clone(&origins)));
    Ok(origins)
}

/// Answers a preflight (Fetch Standard §3.2.2): it names no client, so any client's origin may go on to ask.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn preflight(app: &App, request: &Request, readers: Readers, methods: &str) -> Result<Response, Error> {
    let mut response = Response::builder().status(StatusCode::NO_CONTENT).finish();
    let Some(origin) = request.header("origin") else { return Ok(response) };
    let allowed = match readers {
        Readers::Own => None,
        Readers::All => Some("*"),
        Readers::Client => origins(app).await?.contains(origin).then_some(origin),
    };
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("Origin"));
    if let Some(allowed) = allowed.and_then(|allowed| HeaderValue::from_str(allowed).ok()) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        headers.insert(
            ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("authorization, content-type, dpop, if-none-match, range"),
        );
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        if let Ok(methods) = HeaderValue::from_str(methods) {
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
        }
    }
    Ok(response)
}

/// Lets a page read an answer, where it may. Never with credentials.
pub fn allow(visit: &Visit, origin: &str, readers: Readers, response: &mut Response) {
    let allowed = match readers {
        Readers::Own => return,
        Readers::All => Some("*"),
        Readers::Client => {
            response.headers_mut().append(VARY, HeaderValue::from_static("Origin"));
            let is_registered = visit.client().is_some_and(|client| client.cors_origins.iter().any(|o| o == origin));
            is_registered.then_some(origin)
        }
    };
    if let Some(allowed) = allowed.and_then(|allowed| HeaderValue::from_str(allowed).ok()) {
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        let exposed = HeaderValue::from_static(
            "WWW-Authenticate, Retry-After, DPoP-Nonce, ETag, Link, RateLimit, RateLimit-Policy, X-Request-Id, Content-Range",
        );
        response.headers_mut().insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
}
