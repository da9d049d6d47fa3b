//! The second listener: liveness, readiness with each part named, metrics. Never for the public.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use poem::http::header::CONTENT_TYPE;
use poem::http::{HeaderValue, StatusCode};
use poem::{Endpoint, Request, Response};
use serde_json::{Map, Value, json};

use crate::app::{App, Room};
use crate::base::Fault;
use crate::outbound::scanner;
use crate::provider::keys;
use crate::wallet::media::Scanner;
use crate::web::answer;

/// How long a part may take to answer before it counts as away.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is told of and not waited for: without bytes people still sign in (SECURITY.md §5.4), and so they do without codes
/// to their phones.
const BLOBS: &str = "blobs";
const SMS: &str = "sms";
const SCANNER: &str = "scanner";

/// Whether the process still takes requests: off while it ends, so that a balancer looks elsewhere first.
pub struct Serving(AtomicBool);

impl Room for Serving {
    fn open(_: &App) -> Self {
        Self(AtomicBool::new(true))
    }
}

impl Serving {
    /// Readiness is false from now on.
    pub fn end(&self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

/// What answers on the second listener.
pub struct Operations(App);

impl Operations {
    pub fn new(app: App) -> Self {
        Self(app)
    }

    /// Every part, asked at once.
    async fn ready(&self) -> Response {
        let app = &self.0;
        let scanner = app.room::<Scanner>();
        let (database, ephemeral, blobs, keys, sms, scanned) = tokio::join!(
            ask(app.db.ping()),
            ask(app.ephemeral.ping()),
            ask(app.blobs.ping()),
            ask(async {
                keys::set(app).await.map(drop).map_err(|_| Fault::unavailable("load the signing keys", "no key set"))
            }),
            async {
                match app.sms.has_gateway() {
                    true => Some(
                        ask(async { app.sms.ping().await.map_err(|e| Fault::unavailable("reach the SMS gateway", e)) })
                            .await,
                    ),
                    false => None,
                }
            },
            ask(scanner.0.ping()),
        );
        let is_serving = app.room::<Serving>().0.load(Ordering::SeqCst);
        let mut parts = vec![
            ("database", app.db.name(), database),
            ("ephemeral", app.ephemeral.name(), ephemeral),
            (BLOBS, app.blobs.name(), blobs),
            ("signing_keys", "jwks", keys),
            (SCANNER, scanner.0.name(), scanned),
        ];
        parts.extend(sms.map(|part| (SMS, app.sms.name(), part)));
        // Our own file check is no part that could be away.
        let has_scanner = matches!(scanner.0, scanner::Scanner::Clamd(_));
        let parts = parts.into_iter().filter(|(name, ..)| has_scanner || *name != SCANNER).collect::<Vec<_>>();
        let is_told_alone = |name: &str| [BLOBS, SMS, SCANNER].contains(&name);
        let is_ready = is_serving && parts.iter().all(|(name, _, part)| part.problem.is_none() || is_told_alone(name));
        let mut told = Map::new();
        for (name, kind, part) in parts {
            told.insert(name.to_owned(), part.tell(kind));
        }
        let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        let state = match (is_ready, is_serving) {
            (true, _) => "ready",
            (false, true) => "not ready",
            (false, false) => "ending",
        };
        say(status, &json!({ "state": state, "parts": told }))
    }

    fn metrics(&self) -> Response {
        let mut response = Response::builder().body(self.0.metrics.render());
        let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, kind);
        response
    }
}

impl Endpoint for Operations {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let version = || json!({ "name": "social-wallet", "version": env!("CARGO_PKG_VERSION") });
        Ok(match request.uri().path() {
            // The process runs and answers; whether its parts do is readiness.
            "/health/live" | "/health/started" => say(StatusCode::OK, &json!({ "state": "alive" })),
            "/health/ready" => self.ready().await,
            "/metrics" => self.metrics(),
            "/version" => say(StatusCode::OK, &version()),
            _ => {
                answer::plain(StatusCode::NOT_FOUND, "/health/live, /health/ready, /health/started, /metrics, /version")
            }
        })
    }
}

/// How a part answered.
struct Part {
    problem: Option<&'static str>,
    took: Duration,
}

impl Part {
    fn tell(&self, kind: &str) -> Value {
        let ms = self.took.as_micros() as f64 / 1000.0;
        match self.problem {
            None => json!({ "ok": true, "kind": kind, "ms": ms }),
            // What was attempted, and nothing of addresses or credentials.
            Some(problem) => json!({ "ok": false, "kind": kind, "ms": ms, "problem": problem }),
        }
    }
}

async fn ask(part: impl Future<Output = Result<(), Fault>>) -> Part {
    let begun = Instant::now();
    let problem = match tokio::time::timeout(PATIENCE, part).await {
        Ok(Ok(())) => None,
        Ok(Err(fault)) => Some(fault.attempted()),
        Err(_) => Some("did not answer in time"),
    };
    Part { problem, took: begun.elapsed() }
}

fn say(status: StatusCode, value: &Value) -> Response {
    let mut response = Response::builder().status(status).body(value.to_string());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
