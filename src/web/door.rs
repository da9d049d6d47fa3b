//! A row of the table of routes: what kind of door it is, its limit, who may read its answers, who answers.

use futures_util::future::BoxFuture;
use poem::Response;

use crate::error::Error;
use crate::web::call::Call;
use crate::web::middleware::cors::Readers;

/// What stands behind a path, and so how an error is told and which headers an answer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// A page for a person.
    Page,
    /// An endpoint whose errors are JSON (RFC 6749 §5.2).
    Protocol,
    /// A protected resource: errors are challenges (RFC 6750 §3).
    Bearer,
    /// A resource of the data API: errors are challenges and problems (RFC 9457).
    Api,
    /// A photo or video by a link, for pages of others: errors are problems.
    Link,
    /// A public document.
    Document,
}

/// A method that a path answers to. HEAD is GET without its body, OPTIONS is the preflight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

type Handler = fn(Call) -> BoxFuture<'static, Result<Response, Error>>;

/// One route.
pub struct Row {
    pub verb: Verb,
    pub path: &'static str,
    pub door: Door,
    pub readers: Readers,
    /// The limit of `risk::limits::LIMITS` that counts by network address.
    pub limit: Option<&'static str>,
    /// Whether a request may take as long as an upload does; each of its pieces is still awaited for a while alone.
    pub is_long: bool,
    pub(super) handler: Handler,
}

/// A route that our own pages alone may read.
pub const fn row(verb: Verb, path: &'static str, door: Door, handler: Handler) -> Row {
    Row { verb, path, door, readers: Readers::Own, limit: None, is_long: false, handler }
}

impl Row {
    pub const fn limit(self, name: &'static str) -> Self {
        Self { limit: Some(name), ..self }
    }

    pub const fn long(self) -> Self {
        Self { is_long: true, ..self }
    }

    pub const fn readers(self, readers: Readers) -> Self {
        Self { readers, ..self }
    }
}
