//! HTTP GET and POST to a client's URLs: no private addresses, no redirects, bounded in size and time.
//!
//! Names are resolved by us and the addresses that are left are the only ones that are connected to, so what was checked
//! is what is called. A host that may be private has to be named in the settings (`outbound.allow`).

mod deliver;
mod exchange;
mod post;

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use moka::sync::Cache;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder};
use url::{Host, Url};

use crate::base::url::is_public;
use crate::base::{Clock, Fault, Seconds, Time};
use crate::config::Outbound;

pub use self::deliver::{Answered, Reach};
pub use reqwest::header::{ACCEPT, AUTHORIZATION};

/// The most bytes that anything small may have: a JWK Set, a list of redirect URIs.
pub const MOST_BYTES: usize = 64 * 1024;
/// How long a failure is answered again without another try.
pub const REMEMBERED: Seconds = Seconds(60);
const CONNECT: Duration = Duration::from_secs(3);
const TOTAL: Duration = Duration::from_secs(5);
/// How many failures are remembered.
const MOST_FAILURES: u64 = 1024;

/// What a URL gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    pub body: Bytes,
}

/// Why nothing was fetched. The text names no address and goes into logs and descriptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// Our own rules forbid it; trying again does not help.
    #[error("the URL may not be fetched: {0}")]
    Refused(&'static str),
    #[error("the server answered with status {0}")]
    Status(u16),
    /// Nobody answered, or not to the end in time.
    #[error("the server did not answer: {0}")]
    Unanswered(&'static str),
}

/// Fetches what clients publish; cheap to clone.
#[derive(Clone)]
pub struct Fetch(Arc<Inner>);

struct Inner {
    /// Connects to public addresses alone.
    strict: Client,
    /// For what the settings allow by name.
    lenient: Client,
    allowed: HashSet<String>,
    flights: Mutex<HashMap<Key, Flight>>,
    failures: Cache<Key, (FetchError, Time)>,
    clock: Clock,
}

type Key = (String, usize);
type Flight = Shared<BoxFuture<'static, Result<Fetched, FetchError>>>;

impl Fetch {
    /// `allowed` are `host:port` pairs that may be private and plain http.
    ///
    /// # Errors
    /// A fault where TLS cannot be set up.
    pub fn new(allowed: &[String], clock: Clock) -> Result<Self, Fault> {
        Self::open(&Outbound { allow: allowed.to_vec(), extra_ca: None }, clock)
    }

    /// As the settings say.
    ///
    /// # Errors
    /// A fault where TLS cannot be set up, or the authority for tests cannot be read.
    pub fn open(settings: &Outbound, clock: Clock) -> Result<Self, Fault> {
        let built =
            |builder: ClientBuilder| builder.build().map_err(|e| Fault::internal("set up outgoing requests", e));
        let mut lenient = client();
        if let Some(file) = &settings.extra_ca {
            let pem = std::fs::read(file).map_err(|e| Fault::internal("read outbound.extra_ca", e))?;
            let read = Certificate::from_pem_bundle(&pem).map_err(|e| Fault::internal("read outbound.extra_ca", e))?;
            lenient = read.into_iter().fold(lenient, ClientBuilder::add_root_certificate);
        }
        let allowed = &settings.allow;
        let inner = Inner {
            strict: built(client().https_only(true).dns_resolver(Arc::new(PublicOnly)))?,
            lenient: built(lenient)?,
            allowed: allowed.iter().map(|pair| pair.to_ascii_lowercase()).collect(),
            flights: Mutex::default(),
            failures: Cache::builder().max_capacity(MOST_FAILURES).build(),
            clock,
        };
        Ok(Self(Arc::new(inner)))
    }

    /// The body of a URL that answers 200, of at most `most_bytes`.
    ///
    /// Callers that ask for the same at once share one request. A failure is remembered for [`REMEMBERED`].
    ///
    /// # Errors
    /// Refused by our rules, another status, or no answer within five seconds.
    pub async fn get(&self, url: &Url, most_bytes: usize) -> Result<Fetched, FetchError> {
        let client = self.client_for(url)?.clone();
        let key = (url.as_str().to_owned(), most_bytes);
        let now = self.0.clock.now();
        if let Some((error, at)) = self.0.failures.get(&key)
            && now < at + REMEMBERED
        {
            return Err(error);
        }
        self.flight(client, url.clone(), key).await
    }

    /// Posts a form; what the other side answers is not read, but that it took it (200, 202 or 204).
    ///
    /// # Errors
    /// As [`Fetch::get`]; nothing is remembered.
    pub async fn post_form(&self, url: &Url, form: &[(&str, &str)]) -> Result<(), FetchError> {
        let response = self.client_for(url)?.post(url.clone()).form(form).send().await.map_err(|e| unanswered(&e))?;
        match response.status().as_u16() {
            200 | 202 | 204 => Ok(()),
            300..=399 => Err(FetchError::Refused("redirects are not followed")),
            status => Err(FetchError::Status(status)),
        }
    }

    /// The request that is under way for `key`, or a new one. It finishes even when every caller goes away.
    fn flight(&self, client: Client, url: Url, key: Key) -> Flight {
        let mut flights = self.0.flights.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = flights.get(&key) {
            return flight.clone();
        }
        let (inner, own) = (Arc::clone(&self.0), key.clone());
        let task = tokio::spawn(async move {
            let outcome = get(&client, url, own.1).await;
            if let Err(error) = outcome {
                inner.failures.insert(own.clone(), (error, inner.clock.now()));
            }
            inner.flights.lock().unwrap_or_else(PoisonError::into_inner).remove(&own);
            outcome
        });
        let flight = task.map(|joined| joined.unwrap_or(Err(FetchError::Unanswered("the request was cut off"))));
        let flight = flight.boxed().shared();
        flights.insert(key, flight.clone());
        flight
    }

    /// Checks what can be told from the URL itself.
    fn client_for(&self, url: &Url) -> Result<&Client, FetchError> {
        let refused = |why| Err(FetchError::Refused(why));
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return refused("it has no host");
        };
        if !url.username().is_empty() || url.password().is_some() {
            return refused("it has credentials");
        }
        let is_web = matches!(url.scheme(), "https" | "http");
        if is_web && self.0.allowed.contains(&format!("{host}:{port}")) {
            return Ok(&self.0.lenient);
        }
        if url.scheme() != "https" {
            return refused("only https is fetched");
        }
        if port != 443 {
            return refused("only port 443 is called");
        }
        match host {
            Host::Ipv4(ip) if !is_public(IpAddr::V4(ip)) => refused(NotPublic::WHY),
            Host::Ipv6(ip) if !is_public(IpAddr::V6(ip)) => refused(NotPublic::WHY),
            _ => Ok(&self.0.strict),
        }
    }
}

fn client() -> ClientBuilder {
    Client::builder()
        .user_agent(concat!("SocialWallet/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .no_proxy()
        .referer(false)
        .connect_timeout(CONNECT)
        .timeout(TOTAL)
        // A connection is used once: nothing is kept open to strangers.
        .pool_max_idle_per_host(0)
}

async fn get(client: &Client, url: Url, most_bytes: usize) -> Result<Fetched, FetchError> {
    let mut response = client.get(url).send().await.map_err(|e| unanswered(&e))?;
    let status = response.status();
    if status.is_redirection() {
        return Err(FetchError::Refused("redirects are not followed"));
    }
    if status != reqwest::StatusCode::OK {
        return Err(FetchError::Status(status.as_u16()));
    }
    let too_large = FetchError::Refused("the answer is too large");
    if response.content_length().is_some_and(|length| length > most_bytes as u64) {
        return Err(too_large);
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| unanswered(&e))? {
        if body.len() + chunk.len() > most_bytes {
            return Err(too_large);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Fetched { body: body.freeze() })
}

fn unanswered(error: &reqwest::Error) -> FetchError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<NotPublic>() {
            return FetchError::Refused(NotPublic::WHY);
        }
        cause = error.source();
    }
    FetchError::Unanswered(match error {
        error if error.is_timeout() => "it took too long",
        error if error.is_connect() => "no connection",
        _ => "the connection broke",
    })
}

/// Resolves names to public addresses alone.
struct PublicOnly;

/// A name without a public address.
#[derive(Debug, thiserror::Error)]
#[error("the name has no public address")]
struct NotPublic;

impl NotPublic {
    const WHY: &str = "its address is not public";
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(NotPublic.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests;
