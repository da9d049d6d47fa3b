//! "Orbit Photos": a sample platform that signs people in with Social Wallet. A stranger to this house: it knows the
//! issuer's address and its own credentials, and talks plain HTTP to it through `openidconnect`.

mod pages;
mod relying_party;
mod views;
mod visitors;

use std::sync::Arc;

use poem::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, HeaderName, LOCATION, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS,
};
use poem::http::{HeaderValue, Method, StatusCode};
use poem::{Endpoint, Request, Response};

use self::relying_party::RelyingParty;
use self::visitors::Visitors;
use crate::base::{Fault, Secret};

/// What it asks a person for.
pub const SCOPE: &[&str] = &["openid", "profile", "email", "phone", "wallet.badges", "wallet.photos", "offline_access"];

/// The cookie that tells visitors apart.
const COOKIE_NAME: &str = "orbit-visitor";

/// Nothing but its own stylesheets, and pictures of its own and of these origins; no scripts at all.
fn policy(pictures: &[String]) -> String {
    format!(
        "default-src 'none'; style-src 'self'; img-src 'self' {}; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'",
        pictures.join(" ")
    )
}

/// What an operator gave the platform.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The provider's issuer identifier.
    pub issuer: String,
    pub client_id: String,
    pub client_secret: Secret<String>,
    /// Where the platform itself is reached: `http://localhost:8090`.
    pub origin: String,
}

impl Settings {
    /// Where people come back to with a code.
    pub fn redirect_uri(&self) -> String {
        format!("{}/callback", self.origin)
    }

    /// Where people come back to when they have signed out.
    pub fn post_logout_redirect_uri(&self) -> String {
        format!("{}/signed-out", self.origin)
    }

    pub fn policy_uri(&self) -> String {
        format!("{}/privacy", self.origin)
    }

    pub fn tos_uri(&self) -> String {
        format!("{}/terms", self.origin)
    }
}

/// The platform, as what answers its requests.
pub struct Platform {
    party: RelyingParty,
    visitors: Visitors,
}

impl Platform {
    /// # Errors
    /// A fault when the issuer or an address of the settings is no URL.
    pub fn new(settings: Settings) -> Result<Arc<Self>, Fault> {
        Ok(Arc::new(Self { party: RelyingParty::new(settings)?, visitors: Visitors::default() }))
    }
}

impl Endpoint for Platform {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let known = cookie(&request);
        let query = request.uri().query().unwrap_or_default();
        let path = request.uri().path();
        let visit = pages::Visit { platform: self, known: known.as_deref(), query };
        let answer = match (request.method(), path) {
            (&Method::GET, "/") => visit.home(),
            (&Method::GET, "/login") => visit.login().await,
            (&Method::GET, "/callback") => visit.callback().await,
            (&Method::GET, "/arrived") => visit.arrived(),
            (&Method::POST, "/reload") => visit.reload().await,
            (&Method::POST, "/refresh") => visit.refresh().await,
            (&Method::GET, "/logout") => visit.logout().await,
            (&Method::GET, "/signed-out") => visit.signed_out(),
            (&Method::GET, "/privacy") => pages::privacy(),
            (&Method::GET, "/terms") => pages::terms(),
            (&Method::GET, path) => pages::file(path).unwrap_or_else(pages::not_found),
            _ => pages::not_found(),
        };
        Ok(answer.into_response())
    }
}

/// What a page answers.
enum Answer {
    /// `pictures`: the origins that it shows pictures of, beside its own.
    Page {
        status: StatusCode,
        page: String,
        pictures: Vec<String>,
    },
    File {
        content_type: &'static str,
        bytes: &'static [u8],
    },
    /// 303 See Other.
    Elsewhere {
        location: String,
        cookie: Option<String>,
    },
}

impl Answer {
    fn into_response(self) -> Response {
        let mut own = policy(&[]);
        let mut response = match self {
            Self::Page { status, page, pictures } => {
                own = policy(&pictures);
                with(Response::builder().status(status).body(page), CONTENT_TYPE, "text/html; charset=utf-8")
            }
            Self::File { content_type, bytes } => {
                let mut response = with(Response::builder().body(bytes), CONTENT_TYPE, content_type);
                response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("max-age=3600"));
                response
            }
            Self::Elsewhere { location, cookie } => {
                let mut response = Response::builder().status(StatusCode::SEE_OTHER).finish();
                for (name, value) in [(LOCATION, Some(location)), (SET_COOKIE, cookie)] {
                    if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
                        response.headers_mut().insert(name, value);
                    }
                }
                response
            }
        };
        if let Ok(policy) = HeaderValue::from_str(&own) {
            response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
        }
        for (name, value) in
            [(X_CONTENT_TYPE_OPTIONS, "nosniff"), (REFERRER_POLICY, "no-referrer"), (CACHE_CONTROL, "no-store")]
        {
            response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
        }
        response
    }
}

fn with(mut response: Response, name: HeaderName, value: &'static str) -> Response {
    response.headers_mut().insert(name, HeaderValue::from_static(value));
    response
}

fn cookie(request: &Request) -> Option<String> {
    let pairs = request.headers().get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = pairs.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE_NAME).map(|(_, value)| value.to_owned())
}

#[cfg(test)]
mod tests;
