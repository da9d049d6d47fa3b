//! `Call`: a request as its handler sees it: parameters, forms, who is signed in.

use std::io;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use poem::Request;
use serde_json::{Map, Value};

use crate::accounts::{self, Session, Summary};
use crate::app::App;
use crate::base::Fault;
use crate::catalog::contexts;
use crate::error::{Denied, Error};
use crate::jose::json;
use crate::oauth::{self, Params, params};
use crate::provider::authorization::Visitor;
use crate::provider::sender::Shown;
use crate::web::form::Form;
use crate::web::middleware::{client_certificate, csrf};
use crate::web::view::Frame;
use crate::web::visit::Visit;
use crate::words::Words;

/// A request on its way through a handler.
pub struct Call {
    pub app: App,
    pub visit: Visit,
    request: Request,
}

/// Who is signed in, and in which language they read.
pub struct Person {
    pub session: Session,
    pub summary: Summary,
    pub words: Words,
}

impl Person {
    /// The frame of a page of this person's.
    pub fn frame(&self, visit: &Visit) -> Frame {
        let mut frame = visit.frame_in(self.words);
        frame.person = Some(self.summary.name().to_owned());
        frame.is_admin = self.summary.is_admin();
        frame.is_reviewer = self.summary.is_reviewer();
        frame
    }
}

impl Call {
    pub fn new(app: App, visit: Visit, request: Request) -> Self {
        Self { app, visit, request }
    }

    /// The request itself, for what reads it by rules of its own.
    pub fn into_request(self) -> Request {
        self.request
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.request.header(name)
    }

    /// The `Authorization` header (RFC 9110 §11.6.2).
    ///
    /// # Errors
    /// `invalid_request` for several: a proxy may have looked at another of them than we do.
    pub fn authorization(&self) -> Result<Option<&str>, Error> {
        let mut values = self.request.headers().get_all("authorization").iter();
        match (values.next(), values.next()) {
            (_, Some(_)) => {
                Err(oauth::Error::invalid_request("the request has more than one Authorization header").into())
            }
            (value, None) => Ok(value.and_then(|value| value.to_str().ok())),
        }
    }

    /// Every value of a header.
    pub fn all(&self, name: &str) -> Vec<String> {
        let values = self.request.headers().get_all(name).iter();
        values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect()
    }

    /// What the request shows of its sender beside its credentials. A `DPoP` header is remembered: the answer then has
    /// the nonce for the next proof.
    ///
    /// # Errors
    /// `invalid_request` where a proxy hands on what is no certificate.
    pub fn shown(&self) -> Result<Shown, Error> {
        let proofs = self.all("dpop");
        if !proofs.is_empty() {
            self.visit.note_dpop();
        }
        let path = self.request.original_uri().path().to_owned();
        let certificate = client_certificate::find(&self.app, &self.request)?;
        Ok(Shown { proofs, method: self.request.method().to_string(), path, certificate })
    }

    /// Whether the caller names a media type among those it would like (RFC 9110 §12.5.1); ranges do not name it.
    pub fn accepts(&self, media_type: &str) -> bool {
        let listed = self.header("accept").unwrap_or_default().split(',');
        let is_it = |entry: &str| {
            let mut parts = entry.split(';').map(str::trim);
            let names_it = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(media_type));
            let is_refused = |part: &str| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0_f32));
            names_it && !parts.any(is_refused)
        };
        listed.into_iter().any(is_it)
    }

    /// A part of the path, by its name in the route.
    pub fn path(&self, name: &str) -> &str {
        self.request.raw_path_param(name).unwrap_or_default()
    }

    /// A part of the path as an identifier.
    ///
    /// # Errors
    /// Not found where it is none.
    pub fn id<T: std::str::FromStr>(&self, name: &str) -> Result<T, Error> {
        self.path(name).parse().map_err(|_| Error::Denied(Denied::NotFound))
    }

    /// The query's parameters, strictly read (RFC 6749 §3.1).
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn query(&self) -> Result<Params, Error> {
        Ok(Params::from_query(self.request.uri().query().unwrap_or_default())?)
    }

    /// One parameter of the query of a page; what cannot be read counts as absent.
    pub fn query_value(&self, name: &str) -> Option<String> {
        self.query().ok()?.get(name).map(str::to_owned)
    }

    /// The body's parameters (RFC 6749 appendix B).
    ///
    /// # Errors
    /// `invalid_request` for another content type, a body that is too large, and whatever [`Params`] refuses.
    pub async fn params(&mut self) -> Result<Params, Error> {
        Ok(Params::from_form(&self.form_bytes().await?)?)
    }

    /// The form of one of our own pages.
    ///
    /// # Errors
    /// Expired where it was not made for this browser and session; as [`Call::params`].
    pub async fn form(&mut self) -> Result<Form, Error> {
        if !csrf::is_from_here(&self.request) {
            return Err(Denied::Forbidden.into());
        }
        let form = Form::read(&self.form_bytes().await?)?;
        let posted = form.get("csrf").unwrap_or_default();
        match self.visit.is_csrf(posted) {
            true => Ok(form),
            false => Err(Denied::Expired.into()),
        }
    }

    /// The JSON object of a client's metadata (RFC 7591 §3.1).
    ///
    /// # Errors
    /// `invalid_client_metadata` for another content type, a body that is too large, and what is no JSON object.
    pub async fn json_object(&mut self) -> Result<Map<String, Value>, Error> {
        let bad = |why: &'static str| Error::from(oauth::Error::invalid_client_metadata(why));
        if !self.is_of_type("application/json") {
            return Err(bad("the body must be application/json"));
        }
        let bytes = self.body().await.map_err(bad)?;
        json::object(&bytes).map_err(|_| bad("the body must be one JSON object that names no member twice"))
    }

    /// The JSON object of a request to an API.
    ///
    /// # Errors
    /// `invalid_request` for another content type, a body that is too large, and what is no JSON object.
    pub async fn json_request(&mut self) -> Result<Map<String, Value>, Error> {
        if !self.is_of_type("application/json") {
            return Err(oauth::Error::invalid_request("the body must be application/json").into());
        }
        let bytes = self.body().await.map_err(oauth::Error::invalid_request)?;
        let why = "the body must be one JSON object that names no member twice";
        json::object(&bytes).map_err(|_| oauth::Error::invalid_request(why).into())
    }

    /// Whether a request of a script comes from one of our own pages, of this browser and session.
    ///
    /// # Errors
    /// Forbidden, or expired.
    pub fn check_script(&self) -> Result<(), Error> {
        if !csrf::is_from_here(&self.request) {
            return Err(Denied::Forbidden.into());
        }
        match self.visit.is_csrf(self.header("x-csrf-token").unwrap_or_default()) {
            true => Ok(()),
            false => Err(Denied::Expired.into()),
        }
    }

    /// The body as text, for what signs it as it is.
    ///
    /// # Errors
    /// `invalid_request` where it is too large, cut off or no text.
    pub async fn text_body(&mut self) -> Result<String, Error> {
        let bytes = self.body().await.map_err(oauth::Error::invalid_request)?;
        String::from_utf8(bytes).map_err(|_| oauth::Error::invalid_request("the body is not UTF-8").into())
    }

    /// Whether a form comes from one of our own pages, as far as its browser tells.
    pub fn is_from_here(&self) -> bool {
        csrf::is_from_here(&self.request)
    }

    /// The JSON body of a request of our own script.
    ///
    /// # Errors
    /// `None` for what is no JSON of this shape, or too large.
    pub async fn script_json<T: serde::de::DeserializeOwned>(&mut self) -> Option<T> {
        if !self.is_of_type("application/json") {
            return None;
        }
        serde_json::from_slice(&self.body().await.ok()?).ok()
    }

    pub fn content_type(&self) -> &str {
        self.request.content_type().unwrap_or_default()
    }

    /// How long the body is, where its sender says so.
    pub fn content_length(&self) -> Option<u64> {
        self.header("content-length").and_then(|length| length.parse().ok())
    }

    /// The body as it comes; an error where nothing comes for a while.
    pub fn body_stream(&mut self) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        let limit = self.app.config.http.body_timeout.duration();
        let body = Box::pin(self.request.take_body().into_bytes_stream());
        stream::unfold(body, move |mut body| async move {
            match tokio::time::timeout(limit, body.next()).await {
                Ok(piece) => Some((piece?, body)),
                Err(_) => Some((Err(io::ErrorKind::TimedOut.into()), body)),
            }
        })
    }

    fn is_of_type(&self, wanted: &str) -> bool {
        let content_type = self.request.content_type().unwrap_or_default();
        content_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(wanted)
    }

    /// Reads the body, as far as one may go, and puts it back for whoever reads it next.
    ///
    /// # Errors
    /// `invalid_request` where it is cut off or too large.
    pub async fn buffer(&mut self) -> Result<(), Error> {
        if !matches!(*self.request.method(), poem::http::Method::POST | poem::http::Method::PUT) {
            return Ok(());
        }
        let bytes = self.body().await.map_err(oauth::Error::invalid_request)?;
        self.request.set_body(bytes);
        Ok(())
    }

    async fn form_bytes(&mut self) -> Result<Vec<u8>, Error> {
        if !self.is_of_type("application/x-www-form-urlencoded") {
            return Err(oauth::Error::invalid_request("the body must be application/x-www-form-urlencoded").into());
        }
        Ok(self.body().await.map_err(oauth::Error::invalid_request)?)
    }

    /// The bytes of the body, or why there are none.
    async fn body(&mut self) -> Result<Vec<u8>, &'static str> {
        let limit = self.app.config.http.body_timeout.duration();
        let body = self.request.take_body().into_bytes_limit(params::MOST_BYTES);
        match tokio::time::timeout(limit, body).await {
            Ok(Ok(bytes)) => Ok(bytes.to_vec()),
            Ok(Err(_)) => Err("the body is cut off or larger than 64 KiB"),
            Err(_) => Err("the body did not arrive in time"),
        }
    }

    /// The session of this browser.
    ///
    /// # Errors
    /// A fault when the database does not answer.
    pub async fn session(&self) -> Result<Option<&Session>, Fault> {
        self.visit.session().await
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// Step up where nobody is: a page door then leads to the sign-in page and back.
    pub async fn person(&self) -> Result<Person, Error> {
        let session = self.session().await?.ok_or(STEP_UP)?.clone();
        let summary = accounts::summary(&self.app, session.account).await?;
        let words = summary.locale.as_deref().and_then(Words::find).unwrap_or(self.visit.words());
        Ok(Person { session, summary, words })
    }

    /// Whether the person proved lately who they are.
    pub fn is_fresh(&self, session: &Session) -> bool {
        self.app.now() < session.auth_time + self.app.config.sessions.fresh
    }
}

/// Signing in is what reaches the strongest context there is.
pub(super) const STEP_UP: Denied = Denied::StepUp { acr: contexts::CONTEXTS[0].acr };

/// Whose browser a request with a session and a browser digest belongs to.
pub fn visitor<'a>(session: Option<&'a Session>, browser: Option<&'a str>) -> Visitor<'a> {
    Visitor { session, browser }
}
