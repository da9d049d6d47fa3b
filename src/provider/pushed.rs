//! Pushed authorization requests (RFC 9126): kept for a minute and a half, and good for one authorization.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use crate::app::App;
use crate::base::{Digest, Seconds, Time};
use crate::error::Error;
use crate::oauth::authorization::{Rejection, Way, request};
use crate::oauth::{self, Code, Params};
use crate::provider::client_auth::AuthenticatedClient;
use crate::provider::clients::Registered;
use crate::provider::supported::supported;
use crate::provider::{authorization, parameters};
use crate::store::database::{Conn, revoked};
use crate::store::ephemeral::Entry;
use crate::store::ephemeral::entries::Pushed;

/// What every `request_uri` of ours begins with (RFC 9126 §2.2).
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// What authenticates the client stands in the request, but is no part of what it asks for.
const CREDENTIALS: &[&str] = &["client_secret", "client_assertion", "client_assertion_type", "request"];

/// The answer to a pushed request (RFC 9126 §2.2).
#[derive(Debug, Serialize)]
pub struct PushedResponse {
    pub request_uri: String,
    pub expires_in: i64,
}

impl Pushed {
    pub(super) fn params(self) -> Params {
        Params::of(self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }
}

/// Whether a `request_uri` is one of ours.
pub(super) fn is_pushed(uri: &str) -> bool {
    uri.starts_with(PREFIX)
}

/// Takes a request in, once it keeps all the rules that it would have to keep at the authorization endpoint.
///
/// # Errors
/// The errors of the authorization endpoint (RFC 9126 §2.3); a fault when a store does not answer.
pub async fn push(app: &App, client: &AuthenticatedClient, params: Params) -> Result<PushedResponse, Error> {
    let registered = client.registered();
    let gathered = parameters::at_endpoint(app, registered, &params).await?;
    let params = gathered.params.without(CREDENTIALS);
    if params.get("client_id").is_some_and(|named| named != client.id.as_str()) {
        return Err(oauth::Error::invalid_request("client_id is another client's").into());
    }
    let request_uri = format!("{PREFIX}{}", app.random.token(32));
    let way = Way { pushed: Some(request_uri.clone()), is_signed: gathered.way.is_signed };
    let hinted = authorization::hinted(app, &params, registered).await?;
    let facts = request::Facts {
        client: registered,
        profile: registered.rules(),
        supported: supported(),
        issuer: app.config.issuer(),
        way: &way,
        hinted,
    };
    match request::read(&params, &facts) {
        Ok(_) => {}
        Err(Rejection::Page(error) | Rejection::Reply(_, error)) => return Err(error.into()),
    }
    let pushed = Pushed { client: client.id.clone(), pairs: params.into_pairs(), is_signed: way.is_signed };
    app.ephemeral.put(&key(&request_uri), &pushed).await?;
    Ok(PushedResponse { request_uri, expires_in: Pushed::LIFETIME.0 })
}

/// The pushed request of a `request_uri`, if it is this client's.
///
/// # Errors
/// `invalid_request_uri` where there is none; a fault when the store does not answer.
pub(super) async fn find(app: &App, uri: &str, client: &Registered) -> Result<Pushed, Error> {
    let found: Option<Pushed> = app.ephemeral.find(&key(uri)).await?;
    Ok(found.filter(|pushed| pushed.client == client.id).ok_or_else(spent)?)
}

/// Spends a pushed request in the unit that keeps its authorization: one insert decides.
///
/// # Errors
/// `invalid_request_uri` where it was spent before; a fault when the database does not answer.
pub(super) async fn spend(conn: &mut Conn<'_>, uri: &str, now: Time) -> Result<(), Error> {
    // A request that was begun in time may wait for its person far longer than it could have been begun.
    let until = now + Seconds::days(1);
    match revoked::use_assertion(conn, Digest::of(uri).as_bytes(), until).await? {
        true => Ok(()),
        false => Err(spent().into()),
    }
}

/// Forgets a pushed request that was spent; until then it may be opened again, as by reloading a page.
pub(super) async fn forget(app: &App, uri: &str) -> Result<(), Error> {
    let _: Option<Pushed> = app.ephemeral.take(&key(uri)).await?;
    Ok(())
}

fn spent() -> oauth::Error {
    oauth::Error::new(Code::InvalidRequestUri, "request_uri is unknown, expired or was used; push the request again")
}

/// The store learns a digest alone.
fn key(uri: &str) -> String {
    URL_SAFE_NO_PAD.encode(Digest::of(uri).as_bytes())
}
