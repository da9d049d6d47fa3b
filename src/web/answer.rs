//! Answers of the usual kinds: a page, JSON, a way to another page.

use askama::Template;
use bytes::Bytes;
use poem::http::header::{CONTENT_TYPE, LOCATION};
use poem::http::{HeaderValue, StatusCode};
use poem::{Body, Response};
use serde::Serialize;

use crate::base::Fault;
use crate::error::Error;

/// A page.
///
/// # Errors
/// A fault when its template fails.
pub fn html(page: &impl Template) -> Result<Response, Error> {
    html_with(StatusCode::OK, page)
}

/// A page with another status than 200.
///
/// # Errors
/// As [`html`].
pub fn html_with(status: StatusCode, page: &impl Template) -> Result<Response, Error> {
    let text = page.render().map_err(|e| Fault::internal("render a page", e))?;
    Ok(with_type(Response::builder().status(status).body(text), "text/html; charset=utf-8"))
}

/// A JSON document (RFC 8259).
///
/// # Errors
/// A fault when it cannot be written.
pub fn json(value: &impl Serialize) -> Result<Response, Error> {
    let bytes = serde_json::to_vec(value).map_err(|e| Fault::internal("write a JSON answer", e))?;
    Ok(json_bytes(bytes.into()))
}

/// A JSON document that is made already.
pub fn json_bytes(bytes: Bytes) -> Response {
    with_type(Response::builder().body(Body::from_bytes(bytes)), "application/json")
}

/// A token as the whole answer, under its own media type.
pub fn token(text: String, media_type: &'static str) -> Response {
    with_type(Response::builder().body(text), media_type)
}

fn with_type(mut response: Response, content_type: &'static str) -> Response {
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// On to another address, by GET (303: RFC 9700 §4.12).
pub fn see_other(target: &str) -> Response {
    let mut response = Response::builder().status(StatusCode::SEE_OTHER).finish();
    if let Ok(target) = HeaderValue::from_str(target) {
        response.headers_mut().insert(LOCATION, target);
    }
    response
}

/// A refusal in one line, for what is neither a page nor a program's request.
pub fn plain(status: StatusCode, why: &'static str) -> Response {
    let mut response = Response::builder().status(status).body(Body::from(format!("{why}\n")));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
