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
use crate::web::visit::Visit;

/// Under which nothing of it runs, should anybody open it as a page.
const SANDBOX: &str = "default-src 'none'; sandbox";

/// What a request says of the bytes that it wants.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    if_none_match: Option<String>,
    if_range: Option<String>,
    range: Option<String>,
}

impl Wishes {
    pub fn of(call: &Call) -> Self {
        let header = |name: &str| call.header(name).map(str::to_owned);
        Self { if_none_match: header("if-none-match"), if_range: header("if-range"), range: header("range") }
    }
}

/// How an answer with bytes may be kept, and what it is saved as.
pub struct Manner<'a> {
    /// Of our own making; its ending follows.
    pub name: &'a str,
    pub cache: &'a str,
    /// `Cross-Origin-Resource-Policy`.
    pub readers: &'static str,
}

/// The answer to a request for a body.
pub fn answer(visit: &Visit, wishes: &Wishes, opened: &Opened, manner: &Manner<'_>) -> Response {
    let tag = format!("\"{}\"", opened.etag);
    let names_it =
        |list: &str| list.split(',').any(|one| matches!(one.trim(), "*") || one.trim().trim_start_matches("W/") == tag);
    if wishes.if_none_match.as_deref().is_some_and(names_it) {
        let mut response = Response::builder().status(StatusCode::NOT_MODIFIED).finish();
        describe(&mut response, opened, &tag, manner);
        return response;
    }
    // RFC 9110 §13.1.5: a part counts only of what the caller has already.
    let is_same = wishes.if_range.as_ref().is_none_or(|known| *known == tag);
    let wanted = range::read(wishes.range.as_deref().filter(|_| is_same), opened.length);
    let (status, part) = match wanted {
        Wanted::Whole => (StatusCode::OK, 0..opened.length),
        Wanted::Part(part) => (StatusCode::PARTIAL_CONTENT, part),
        Wanted::Nothing => {
            let problem = Problem::new("range_not_satisfiable", "nothing of this range is there");
            let mut response = problem::answer(&problem, visit);
            set(&mut response, CONTENT_RANGE, &format!("bytes */{}", opened.length));
            return response;
        }
    };
    let length = part.end - part.start;
    let reference = visit.reference().to_owned();
    let bytes = opened.stream(part.clone()).map_err(move |fault| {
        // The answer has begun: all that can be done is to break it off.
        tracing::error!(request.id = reference, fault = %fault, "a body could not be read to its end");
        std::io::Error::other("a part of the service is away")
    });
    let mut response = Response::builder().status(status).body(Body::from_bytes_stream(bytes));
    describe(&mut response, opened, &tag, manner);
    set(&mut response, CONTENT_LENGTH, &length.to_string());
    if status == StatusCode::PARTIAL_CONTENT {
        set(&mut response, CONTENT_RANGE, &format!("bytes {}-{}/{}", part.start, part.end - 1, opened.length));
    }
    response
}

fn describe(response: &mut Response, opened: &Opened, tag: &str, manner: &Manner<'_>) {
    set(response, CONTENT_TYPE, opened.mime());
    set(response, CONTENT_SECURITY_POLICY, SANDBOX);
    set(response, CONTENT_DISPOSITION, &format!("inline; filename=\"{}.{}\"", manner.name, opened.format.ending()));
    set(response, HeaderName::from_static("cross-origin-resource-policy"), manner.readers);
    set(response, CACHE_CONTROL, manner.cache);
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
