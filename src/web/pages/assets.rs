//! The static files and the small documents that crawlers and password managers ask for.

use bytes::Bytes;
use poem::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use poem::http::{HeaderValue, StatusCode};
use poem::{Body, Response};

use crate::base::id::ClientId;
use crate::error::{Denied, Error};
use crate::provider::logos;
use crate::web::answer;
use crate::web::assets;
use crate::web::call::Call;

/// A file of `static/`; for ever where the address names its version.
pub async fn file(call: Call) -> Result<Response, Error> {
    let asset = assets::find(call.path("name")).ok_or(Denied::NotFound)?;
    let tag = format!("\"{}\"", asset.version);
    let is_versioned = call.query_value("v").is_some_and(|version| version == asset.version);
    let is_known = call.header("if-none-match").is_some_and(|known| known.split(',').any(|one| one.trim() == tag));
    let mut response = match is_known {
        true => Response::builder().status(StatusCode::NOT_MODIFIED).finish(),
        false => Response::builder().body(Body::from_bytes(Bytes::from_static(asset.bytes))),
    };
    let headers = response.headers_mut();
    let cache = if is_versioned { "public, max-age=31536000, immutable" } else { "public, max-age=300" };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    Ok(response)
}

/// Our copy of the picture of a client, or of a provider of accounts.
pub async fn logo(call: Call) -> Result<Response, Error> {
    let logo = match (call.query_value("client_id"), call.query_value("provider")) {
        (Some(id), _) => logos::find(&call.app, &ClientId::from(id)).await?,
        (None, Some(id)) => logos::of_provider(&call.app, &id).await,
        (None, None) => None,
    };
    let logo = logo.ok_or(Denied::NotFound)?;
    let mut response = Response::builder().body(Body::from_bytes(logo.bytes.clone()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(logo.content_type));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    Ok(response)
}

pub async fn favicon(_: Call) -> Result<Response, Error> {
    Ok(answer::see_other(&assets::href("favicon.svg")))
}

/// Public pages may be found; what belongs to a person or a request is not for crawlers.
pub async fn robots(_: Call) -> Result<Response, Error> {
    let text = "User-agent: *\nDisallow: /account\nDisallow: /admin\nDisallow: /authorize\nDisallow: /interaction\n\
                Disallow: /signin\nDisallow: /signup\nDisallow: /recover\nDisallow: /setup\nDisallow: /dev\n";
    let mut response = Response::builder().body(text);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    Ok(response)
}

/// Where a password is changed (W3C A Well-Known URL for Changing Passwords).
pub async fn change_password(_: Call) -> Result<Response, Error> {
    Ok(answer::see_other("/account/security"))
}

/// Whether the process answers at all; the second listener tells more.
pub async fn healthz(_: Call) -> Result<Response, Error> {
    Ok(Response::builder().status(StatusCode::NO_CONTENT).finish())
}
