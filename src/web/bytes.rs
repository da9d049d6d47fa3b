//! The bytes of a photo or video as an answer: ranges, conditional requests, and headers under which nothing of it runs.

use futures_util::TryStreamExt;
use poem::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, HeaderName, LAST_MODIFIED,
};
use poem::http::{HeaderValue, StatusCode};
use poem::{Body, Response};
use time::format_description::well_known::Rfc2822;

use crate::wallet::media::Opened;
use crate::web::call::Call;
use crate::web::problem::{self, Problem};
use crate::web::range::{self, Wanted};

/// Under which nothing of it runs, should anybody open it as a page.
const SANDBOX: &str = "default-src 'none'; sandbox";

/// The answer to a request for a body. `name`: what it is saved as, of our own making; `cache`: who may keep it, and
/// `readers`: `Cross-Origin-Resource-Policy`.
pub fn answer(call: &Call, opened: &Opened, name: &str, cache: &'static str, readers: &'static str) -> Response {
    let tag = format!("\"{}\"", opened.etag);
    let names_it =
        |list: &str| list.split(',').any(|one| matches!(one.trim(), "*") || one.trim().trim_start_matches("W/") == tag);
    if call.header("if-none-match").is_some_and(names_it) {
        let mut response = Response::builder().status(StatusCode::NOT_MODIFIED).finish();
        describe(&mut response, opened, &tag, name, cache, readers);
        return response;
    }
    // RFC 9110 §13.1.5: a part counts only of what the caller has already.
    let is_same = call.header("if-range").is_none_or(|known| known == tag);
    let wanted = range::read(call.header("range").filter(|_| is_same), opened.length);
    let (status, part) = match wanted {
        Wanted::Whole => (StatusCode::OK, 0..opened.length),
        Wanted::Part(part) => (StatusCode::PARTIAL_CONTENT, part),
        Wanted::Nothing => {
            let detail = "nothing of this range is there";
            let mut response =
                problem::answer(&Problem::new(416, "range_not_satisfiable", detail), call.app.config.issuer());
            set(&mut response, CONTENT_RANGE, &format!("bytes */{}", opened.length));
            return response;
        }
    };
    let length = part.end - part.start;
    let reference = call.visit.reference().to_owned();
    let bytes = opened.stream(part.clone()).map_err(move |fault| {
        // The answer has begun: all that can be done is to break it off.
        tracing::error!(request.id = reference, fault = %fault, "a body could not be read to its end");
        std::io::Error::other("a part of the service is away")
    });
    let mut response = Response::builder().status(status).body(Body::from_bytes_stream(bytes));
    describe(&mut response, opened, &tag, name, cache, readers);
    set(&mut response, CONTENT_LENGTH, &length.to_string());
    if status == StatusCode::PARTIAL_CONTENT {
        set(&mut response, CONTENT_RANGE, &format!("bytes {}-{}/{}", part.start, part.end - 1, opened.length));
    }
    response
}

fn describe(
    response: &mut Response,
    opened: &Opened,
    tag: &str,
    name: &str,
    cache: &'static str,
    readers: &'static str,
) {
    set(response, CONTENT_TYPE, opened.mime());
    set(response, CONTENT_SECURITY_POLICY, SANDBOX);
    set(response, CONTENT_DISPOSITION, &format!("inline; filename=\"{name}.{}\"", opened.format.ending()));
    set(response, HeaderName::from_static("cross-origin-resource-policy"), readers);
    set(response, CACHE_CONTROL, cache);
    set(response, ACCEPT_RANGES, "bytes");
    set(response, ETAG, tag);
    if let Ok(date) = opened.modified.utc().format(&Rfc2822) {
        // An IMF-fixdate ends in GMT.
        set(response, LAST_MODIFIED, &date.replace("+0000", "GMT"));
    }
}

fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
