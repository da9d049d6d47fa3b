//! What every request passes, in this order: reference and address, framing, host, size, the limit of its address; then
//! its door; then headers, cookies, the log line and the metrics.

pub mod client_address;
pub mod client_certificate;
pub mod cors;
pub mod csrf;
pub mod headers;
pub mod trace;

use std::time::Instant;

use poem::http::header::{CONNECTION, HOST, HeaderName, SET_COOKIE};
use poem::http::{HeaderValue, StatusCode};
use poem::{Endpoint, Request, Response, Route};

use crate::app::App;
use crate::error::Error;
use crate::provider::sender;
use crate::risk::limits;
use crate::web::answer;
use crate::web::door::Door;
use crate::web::doorway::Answered;
use crate::web::error;
use crate::web::links::BELOW;
use crate::web::pages::public;
use crate::web::server::Ambiguous;
use crate::web::visit::{Arrival, Visit};

/// The most bytes of a request's path and query.
const MOST_URI_BYTES: usize = 8 * 1024;

/// The whole house behind one listener.
pub struct House {
    app: App,
    routes: Route,
}

impl House {
    pub fn new(app: App, routes: Route) -> Self {
        Self { app, routes }
    }

    async fn answer(&self, mut request: Request) -> Response {
        let begun = Instant::now();
        let arrival = trace::arrive(&self.app, &request);
        let method = request.method().clone();
        let mut response = match self.refusal(&request, &arrival).await {
            None => {
                request.extensions_mut().insert(arrival.clone());
                let visit = Visit::new(&self.app, arrival.clone(), &request);
                request.extensions_mut().insert(visit.clone());
                match self.routes.call(request).await {
                    Ok(response) => response,
                    Err(_) => Answered::by(Door::Page, "none", &visit, public::not_found(&visit)),
                }
            }
            Some(refusal) => refusal,
        };
        let answered = response.extensions().get::<Answered>().cloned();
        let (door, route) = answered.as_ref().map_or((Door::Document, "refused"), |a| (a.door, a.route));
        let is_https = self.app.config.http.public_url.scheme() == "https";
        headers::set(&mut response, door, is_https);
        if let Some(answered) = &answered {
            for cookie in answered.visit.take_cookies() {
                if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                    response.headers_mut().append(SET_COOKIE, cookie);
                }
            }
            if answered.visit.uses_dpop()
                && let Ok(nonce) = HeaderValue::from_str(&sender::nonce(&self.app))
            {
                // RFC 9449 §8.2: the next proof has it, so that it need not be sent twice.
                response.headers_mut().insert(HeaderName::from_static("dpop-nonce"), nonce);
            }
        }
        if let Ok(reference) = HeaderValue::from_str(&arrival.origin.request_id) {
            response.headers_mut().insert(HeaderName::from_static("x-request-id"), reference);
        }
        let (status, took) = (response.status().as_u16(), begun.elapsed());
        let client = answered.as_ref().and_then(|a| a.visit.client()).map(|client| client.id.as_str());
        trace::Line { arrival: &arrival, method: method.as_str(), route, status, took, client }.write();
        self.app.metrics.request(route, method.as_str(), status, took.as_secs_f64());
        response
    }

    /// What is refused before any work is done.
    async fn refusal(&self, request: &Request, arrival: &Arrival) -> Option<Response> {
        let refuse = |status: StatusCode, why: &'static str| Some(answer::plain(status, why));
        if request.extensions().get::<Ambiguous>().is_some() {
            let mut refusal = answer::plain(StatusCode::BAD_REQUEST, "the request tells the length of its body twice");
            refusal.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            return Some(refusal);
        }
        if request.original_uri().path_and_query().is_some_and(|p| p.as_str().len() > MOST_URI_BYTES) {
            return refuse(StatusCode::URI_TOO_LONG, "the address is longer than 8 KiB");
        }
        match self.host(request) {
            Host::Bad => return refuse(StatusCode::BAD_REQUEST, "the request needs one Host header"),
            // Links alone are at their own host, and at no other.
            Host::Media if !request.uri().path().starts_with(BELOW) => {
                return refuse(StatusCode::NOT_FOUND, "there is nothing at this address");
            }
            Host::Media => {}
            Host::Ours if self.app.config.http.media_url.is_some() && request.uri().path().starts_with(BELOW) => {
                return refuse(StatusCode::NOT_FOUND, "there is nothing at this address");
            }
            Host::Foreign => return refuse(StatusCode::MISDIRECTED_REQUEST, "this host is not served here"),
            Host::Ours => {}
        }
        match limits::check_address(&self.app, "address", arrival.address).await {
            Ok(()) => None,
            Err(denied) => Some(error::protocol(&Error::Denied(denied), arrival)),
        }
    }

    /// The issuer is configuration, and no header changes it. A foreign name is refused all the same: a page that
    /// resolves its own name to our address must not read what we answer (DNS rebinding).
    fn host(&self, request: &Request) -> Host {
        let named: Vec<&HeaderValue> = request.headers().get_all(HOST).iter().collect();
        let named = match named.as_slice() {
            [] => None,
            [host] => Some(host.to_str().unwrap_or_default()),
            _ => return Host::Bad,
        };
        // RFC 9112 §3.2.2, RFC 9113 §8.3.1: the target itself may name a host; two names are one too many.
        let target = request.original_uri();
        if target.scheme_str().is_some_and(|scheme| !matches!(scheme, "http" | "https")) {
            return Host::Bad;
        }
        let host = match (named, target.authority().map(|authority| authority.as_str())) {
            (Some(host), Some(authority)) if !host.eq_ignore_ascii_case(authority) => return Host::Bad,
            (Some(host), _) | (None, Some(host)) => host,
            (None, None) => return Host::Bad,
        };
        if host.is_empty() {
            return Host::Bad;
        }
        let config = &self.app.config;
        if config.http.media_url.as_ref().is_some_and(|url| client_certificate::is_host(url, host)) {
            return Host::Media;
        }
        let mut urls = std::iter::once(&config.http.public_url).chain(&config.mtls.public_url);
        let is_public = urls.any(|url| client_certificate::is_host(url, host));
        let is_this_socket = || {
            let local = request.local_addr().as_socket_addr();
            local.is_some_and(|a| host == a.to_string() || host == format!("localhost:{}", a.port()))
        };
        if is_public || is_this_socket() || client_address::is_proxied(&self.app, request) {
            Host::Ours
        } else {
            Host::Foreign
        }
    }
}

enum Host {
    Ours,
    /// The host of links to photos and videos.
    Media,
    Foreign,
    Bad,
}

impl Endpoint for House {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        Ok(self.answer(request).await)
    }
}
