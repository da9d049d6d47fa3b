//! Authenticates the calling client: by the one method that it is registered for, at its current state.
//!
//! Whether a client is unknown, shut off, registered for another method or has the wrong secret is told to nobody but
//! the trail and the log: the answer and the work are the same.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use moka::sync::Cache;

use crate::app::{App, Room};
use crate::audit::{self, Origin, Record};
use crate::base::id::ClientId;
use crate::base::{Digest, Fault, Time};
use crate::error::Error;
use crate::jose::jwt::Checked;
use crate::jose::{Unverified, Verified};
use crate::oauth;
use crate::oauth::client_auth::assertion::{self, Ourselves};
use crate::oauth::client_auth::{self, Credentials, Proof};
use crate::provider::clients::{self, Registered};
use crate::provider::{client_documents, client_keys, discovery};
use crate::store::database::revoked;

pub use crate::oauth::client_auth::Presented;

/// A client that has shown who it is; one that is registered without credentials has only said so. Only
/// [`authenticate`] makes one.
#[derive(Debug)]
pub struct AuthenticatedClient {
    client: Arc<Registered>,
}

impl Deref for AuthenticatedClient {
    type Target = Registered;
    fn deref(&self) -> &Registered {
        &self.client
    }
}

impl AuthenticatedClient {
    pub fn registered(&self) -> &Arc<Registered> {
        &self.client
    }
}

/// Finds out which client calls, and sees the proof that its registration asks for (RFC 6749 §2.3).
///
/// # Errors
/// `invalid_client` (with a challenge where the `Authorization` header was tried), `invalid_request` for a request that
/// authenticates wrongly or in several ways; a fault when the database does not answer.
pub async fn authenticate(app: &App, presented: &Presented<'_>, origin: &Origin) -> Result<AuthenticatedClient, Error> {
    let challenged = |error: oauth::Error| match error.code() {
        oauth::Code::InvalidClient if presented.authorization.is_some() => error.with_challenge(),
        _ => error,
    };
    let credentials = client_auth::read(presented).map_err(challenged)?;
    let document = client_documents::prepare(app, &credentials.client_id, origin).await;
    let told = |why: oauth::Error| oauth::Error::invalid_client(why.description().to_owned());
    document.map_err(|error| match error {
        Error::Protocol(why) => challenged(told(why)).into(),
        other => other,
    })?;
    let found = clients::find(app, &credentials.client_id).await?;
    let count = |outcome| app.metrics.count("sw_client_auth_total", &[credentials.method, outcome]);
    let refused = match (prove(app, found.as_deref(), &credentials).await?, found) {
        (Ok(()), Some(client)) => {
            count("ok");
            return Ok(AuthenticatedClient { client });
        }
        (Err(refused), Some(client)) => {
            note(app, &client.id, refused.reason, origin).await?;
            refused
        }
        (_, None) => Refused::plain("client_unknown"),
    };
    count(refused.reason);
    Err(challenged(refused.error).into())
}

/// Why a client is not believed.
struct Refused {
    /// For the trail.
    reason: &'static str,
    error: oauth::Error,
}

impl Refused {
    /// What is told of all refusals but those that only the holder of a key can meet.
    fn plain(reason: &'static str) -> Self {
        let error = oauth::Error::invalid_client(
            "the client is unknown or disabled, or did not prove who it is in the way that it is registered for",
        );
        Self { reason, error: error.with_detail(reason) }
    }
}

async fn prove(
    app: &App,
    client: Option<&Registered>,
    credentials: &Credentials,
) -> Result<Result<(), Refused>, Error> {
    // Looked at first, so that it costs the same whoever is named.
    let is_wrong = match &credentials.proof {
        Proof::Secret(secret) => !clients::is_secret(app, client, secret.expose()),
        Proof::None | Proof::Assertion(_) => false,
    };
    let Some(client) = client else { return Ok(Err(Refused::plain("client_unknown"))) };
    if let Err(reason) = may_use(client, credentials.method) {
        return Ok(Err(Refused::plain(reason)));
    }
    if is_wrong {
        return Ok(Err(Refused::plain("wrong_secret")));
    }
    let Proof::Assertion(token) = &credentials.proof else { return Ok(Ok(())) };
    let checked = match verify(app, client, token.expose()).await? {
        Ok(verified) => check(app, client, verified),
        Err(refused) => Err(refused),
    };
    match checked {
        Ok(checked) => use_once(app, &client.id, &checked).await,
        Err(refused) => Ok(Err(refused)),
    }
}

fn may_use(client: &Registered, method: &str) -> Result<(), &'static str> {
    if client.is_disabled {
        return Err("client_disabled");
    }
    if client.token_endpoint_auth_method != method {
        return Err("wrong_method");
    }
    if !client.rules().client_auth_methods.contains(&method) {
        return Err("method_not_in_profile");
    }
    Ok(())
}

/// Checks who signed. Where no key fits, the client may have changed them: then they are read once more.
async fn verify(app: &App, client: &Registered, token: &str) -> Result<Result<Verified, Refused>, Error> {
    let wrong = |detail: String| {
        let refused = Refused::plain("wrong_assertion");
        Refused { error: refused.error.with_detail(detail), ..refused }
    };
    let unverified = match Unverified::read(token) {
        Ok(unverified) => unverified,
        Err(why) => return Ok(Err(wrong(why.to_string()))),
    };
    let algs = assertion::algs(client, client.rules());
    let keys = match client_keys::load(app, client).await {
        Ok(keys) => keys,
        Err(error) => return Ok(Err(Refused { reason: "keys_unavailable", error })),
    };
    let verified = match unverified.clone().verify(&keys, &algs) {
        Err(why) if why.may_be_rotation() => match client_keys::renew(app, client, &keys).await {
            Some(renewed) => unverified.verify(&renewed, &algs),
            None => Err(why),
        },
        outcome => outcome,
    };
    Ok(verified.map_err(|why| wrong(why.to_string())))
}

fn check(app: &App, client: &Registered, verified: Verified) -> Result<Checked, Refused> {
    let issuer = app.config.issuer();
    let endpoints = discovery::CLIENT_ENDPOINTS.map(|path| format!("{issuer}{path}"));
    let endpoints = endpoints.each_ref().map(String::as_str);
    let ourselves = Ourselves { issuer, endpoints: &endpoints };
    let checked = assertion::check(verified, client, client.rules(), ourselves, app.now());
    checked.map_err(|error| Refused { reason: "wrong_assertion", error })
}

/// Takes an assertion's `jti`, which no other request can take then (RFC 7523 §3); one insert decides.
async fn use_once(app: &App, client: &ClientId, checked: &Checked) -> Result<Result<(), Refused>, Error> {
    let (Some(jti), Some(until)) = (checked.jti(), checked.remember_until()) else {
        return Err(Fault::broken("use a client assertion without jti or exp").into());
    };
    let digest = Digest::of([client.as_str().as_bytes(), &[0], jti.as_bytes()].concat());
    let is_first = app
        .db
        .write(move |tx| {
            Box::pin(async move { Ok::<_, Error>(revoked::use_assertion(tx, digest.as_bytes(), until).await?) })
        })
        .await?;
    Ok(is_first.then_some(()).ok_or_else(|| Refused {
        reason: "assertion_replayed",
        error: oauth::Error::invalid_client("the client_assertion was used before; its jti must be new"),
    }))
}

/// When refusals of a client were last written down on this node, in seconds: a flood must not fill the trail.
struct Noted {
    at: Cache<ClientId, Arc<AtomicI64>>,
}

impl Room for Noted {
    fn open(_: &App) -> Self {
        Self { at: Cache::new(4096) }
    }
}

impl Noted {
    /// Whether this second is the first caller's.
    fn is_due(&self, client: &ClientId, now: Time) -> bool {
        let last = self.at.get_with(client.clone(), || Arc::new(AtomicI64::new(i64::MIN)));
        last.swap(now.unix(), Ordering::Relaxed) != now.unix()
    }
}

/// Writes a refusal of a known client down, at most once a second.
async fn note(app: &App, client: &ClientId, reason: &'static str, origin: &Origin) -> Result<(), Error> {
    if !app.room::<Noted>().is_due(client, app.now()) {
        return Ok(());
    }
    let record = Record { client: Some(client.clone()), ..Record::new("client.authentication_refused") };
    let record = record.refused(reason);
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| Box::pin(async move { Ok::<_, Error>(audit::record(tx, &unit, &record, &origin).await?) }))
        .await
}
