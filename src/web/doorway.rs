//! A doorway: one path with its methods; runs a request through the row that answers it.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use poem::http::header::ALLOW;
use poem::http::{HeaderValue, Method, StatusCode};
use poem::{Body, Endpoint, Request, Response};
use uuid::{Builder, Uuid};

use crate::app::App;
use crate::base::{Fault, Seconds};
use crate::error::Error;
use crate::risk::limits;
use crate::web::answer;
use crate::web::call::Call;
use crate::web::door::{Door, Row, Verb};
use crate::web::error;
use crate::web::middleware::cors;
use crate::web::visit::Visit;

/// Answers of protected resources carry it.
const INTERACTION_ID: &str = "x-fapi-interaction-id";

/// How long a request with an upload may take.
const LONG: Seconds = Seconds::minutes(15);

/// All routes of one path.
pub struct Doorway {
    app: App,
    rows: Vec<&'static Row>,
}

impl Doorway {
    /// `rows` share their path and are not empty.
    pub fn new(app: App, rows: Vec<&'static Row>) -> Self {
        Self { app, rows }
    }

    fn methods(&self) -> String {
        let mut methods: Vec<&str> = Vec::new();
        for row in &self.rows {
            methods.extend(match row.verb {
                Verb::Get => &["GET", "HEAD"][..],
                Verb::Post => &["POST"],
                Verb::Put => &["PUT"],
                Verb::Patch => &["PATCH"],
                Verb::Delete => &["DELETE"],
            });
        }
        methods.push("OPTIONS");
        methods.join(", ")
    }

    /// The client's own name of this exchange, or a new one where it gives none that is a UUID (FAPI 1.0 Baseline
    /// §6.2.1-11).
    fn interaction_id(&self, request: &Request) -> HeaderValue {
        let given = request.headers().get(INTERACTION_ID);
        let given = given.filter(|id| Uuid::try_parse_ascii(id.as_bytes()).is_ok()).cloned();
        given.unwrap_or_else(|| {
            let id = Builder::from_random_bytes(self.app.random.bytes()).into_uuid().to_string();
            HeaderValue::try_from(id).unwrap_or(HeaderValue::from_static(""))
        })
    }

    async fn run(&self, row: &Row, visit: &Visit, request: Request) -> Result<Response, Error> {
        if let Some(limit) = row.limit {
            limits::check_address(&self.app, limit, visit.address()).await?;
        }
        let call = Call::new(self.app.clone(), visit.clone(), request);
        let work = AssertUnwindSafe((row.handler)(call)).catch_unwind();
        let http = &self.app.config.http;
        // A body has a time of its own: one that is late is its sender's fault, and no outage of ours.
        let has_body = matches!(row.verb, Verb::Post | Verb::Put | Verb::Patch);
        let for_body = if has_body { http.body_timeout.duration() } else { Duration::ZERO };
        let patience = if row.is_long { LONG.duration() } else { http.request_timeout.duration() + for_body };
        match tokio::time::timeout(patience, work).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(Fault::broken("answer a request: the handler panicked").into()),
            Err(elapsed) => Err(Fault::unavailable("answer a request in time", elapsed).into()),
        }
    }
}

/// Who answered: kept with the answer for its headers, its log line and its metrics.
#[derive(Clone)]
pub struct Answered {
    pub door: Door,
    /// The route's pattern.
    pub route: &'static str,
    pub visit: Visit,
}

impl Answered {
    /// Notes with an answer who gave it.
    pub fn by(door: Door, route: &'static str, visit: &Visit, mut response: Response) -> Response {
        response.extensions_mut().insert(Self { door, route, visit: visit.clone() });
        response
    }
}

impl Endpoint for Doorway {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let Some(visit) = request.extensions().get::<Visit>().cloned() else {
            return Err(poem::Error::from_status(StatusCode::INTERNAL_SERVER_ERROR));
        };
        let first = self.rows[0];
        let is_head = request.method() == Method::HEAD;
        let wanted = match *request.method() {
            Method::GET | Method::HEAD => Some(Verb::Get),
            Method::POST => Some(Verb::Post),
            Method::PUT => Some(Verb::Put),
            Method::PATCH => Some(Verb::Patch),
            Method::DELETE => Some(Verb::Delete),
            _ => None,
        };
        let page_origin = request.header("origin").map(str::to_owned);
        let interaction_id = self.interaction_id(&request);
        let row = self.rows.iter().copied().find(|row| Some(row.verb) == wanted);
        let mut response = match row {
            Some(row) => {
                let outcome = self.run(row, &visit, request).await;
                outcome.unwrap_or_else(|error| error::answer(row.door, error, &visit))
            }
            None if request.method() == Method::OPTIONS => {
                let outcome = cors::preflight(&self.app, &request, first.readers, &self.methods()).await;
                outcome.unwrap_or_else(|error| error::answer(first.door, error, &visit))
            }
            None => answer::plain(StatusCode::METHOD_NOT_ALLOWED, "this address does not answer to that method"),
        };
        if response.status() == StatusCode::METHOD_NOT_ALLOWED
            && let Ok(methods) = HeaderValue::from_str(&self.methods())
        {
            response.headers_mut().insert(ALLOW, methods);
        }
        let row = row.unwrap_or(first);
        if matches!(row.door, Door::Bearer | Door::Api) {
            response.headers_mut().insert(INTERACTION_ID, interaction_id);
        }
        if let Some(origin) = page_origin.filter(|_| wanted.is_some()) {
            cors::allow(&visit, &origin, row.readers, &mut response);
        }
        if is_head {
            response.set_body(Body::empty());
        }
        Ok(Answered::by(row.door, row.path, &visit, response))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Origin;
    use crate::base::{Clock, Random, Seconds};
    use crate::config::Config;
    use crate::web::call::Call;
    use crate::web::door::row;
    use crate::web::visit::Arrival;

    static PANICS: Row = row(Verb::Get, "/panics", Door::Protocol, |call| Box::pin(panics(call)));
    static SLEEPS: Row = row(Verb::Get, "/sleeps", Door::Page, |call| Box::pin(sleeps(call)));

    async fn panics(_: Call) -> Result<Response, Error> {
        panic!("on purpose: the text of a panic stays inside")
    }

    async fn sleeps(_: Call) -> Result<Response, Error> {
        std::future::pending().await
    }

    #[tokio::test]
    async fn m9_a_handler_that_panics_or_sleeps_is_answered_for() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.data.dir = folder.path().to_owned();
        config.http.request_timeout = Seconds(1);
        let app = App::start_with(config, Clock::System, Random::Os).await.unwrap();
        for (row, status, kind) in [(&PANICS, 500, "application/json"), (&SLEEPS, 503, "text/html; charset=utf-8")] {
            let mut request = Request::builder().uri_str(row.path).finish();
            let arrival = Arrival { address: [127, 0, 0, 1].into(), origin: Origin::house() };
            let visit = Visit::new(&app, arrival, &request);
            request.extensions_mut().insert(visit);
            let response = Doorway::new(app.clone(), vec![row]).call(request).await.unwrap();
            assert_eq!((response.status().as_u16(), response.content_type()), (status, Some(kind)), "{}", row.path);
            let text = response.into_body().into_string().await.unwrap();
            assert!(!text.contains("on purpose"), "{text}");
        }
    }
}
