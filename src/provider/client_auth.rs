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
use crate::base::{Digest, Time};
use crate::error::Error;
use crate::jose::certificate::Certificate;
use crate::jose::hmac::UnverifiedHmac;
use crate::jose::{Unverified, Verified};
use crate::oauth;
use crate::oauth::client_auth::assertion::{self, Ourselves};
use crate::oauth::client_auth::{self, Credentials, Proof, attestation, certificate};
use crate::provider::clients::{self, Registered};
use crate::provider::{client_documents, client_keys, discovery, trust};
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
    let used = method(found.as_deref(), &credentials);
    let count = |outcome| app.metrics.count("sw_client_auth_total", &[used, outcome]);
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
        _ => false,
    };
    let Some(client) = client else { return Ok(Err(Refused::plain("client_unknown"))) };
    if let Err(reason) = may_use(client, credentials) {
        return Ok(Err(Refused::plain(reason)));
    }
    if is_wrong {
        return Ok(Err(Refused::plain("wrong_secret")));
    }
    let checked = match &credentials.proof {
        Proof::None | Proof::Secret(_) => return Ok(Ok(())),
        Proof::Certificate(certificate) => return Ok(certified(app, client, certificate).await),
        Proof::Assertion(token) => match verify(app, client, token.expose()).await? {
            Ok(verified) => check(app, client, verified),
            Err(refused) => Err(refused),
        },
        Proof::SecretAssertion(token) => {
            verify_hmac(app, client, token.expose()).and_then(|verified| check(app, client, verified))
        }
        Proof::Attestation { attestation, proof } => attested(app, client, attestation.expose(), proof.expose()),
    };
    match checked {
        Ok(once) => use_once(app, &client.id, once).await,
        Err(refused) => Ok(Err(refused)),
    }
}

/// The method that a request uses, where the client is registered so.
fn method(client: Option<&Registered>, credentials: &Credentials) -> &'static str {
    let row = client.and_then(|client| client_auth::find(&client.token_endpoint_auth_method));
    match (&credentials.proof, row) {
        (Proof::Certificate(_), Some(row)) if row.is_by_certificate() => row.name,
        _ => credentials.method,
    }
}

fn may_use(client: &Registered, credentials: &Credentials) -> Result<(), &'static str> {
    if client.is_disabled {
        return Err("client_disabled");
    }
    let method = method(Some(client), credentials);
    if client.token_endpoint_auth_method != method {
        return Err("wrong_method");
    }
    if !client.rules().client_auth_methods.contains(&method) {
        return Err("method_not_in_profile");
    }
    Ok(())
}

/// Checks whose certificate it is (RFC 8705 §2); for a client without credentials it is nobody's (§4).
async fn certified(app: &App, client: &Registered, certificate: &Certificate) -> Result<(), Refused> {
    let is_right = match client.token_endpoint_auth_method.as_str() {
        "tls_client_auth" => trust::vouches(app, certificate) && certificate::has_name(client, certificate),
        "self_signed_tls_client_auth" => {
            let keys = client_keys::load(app, client).await;
            let keys = keys.map_err(|error| Refused { reason: "keys_unavailable", error })?;
            certificate::is_registered(&keys, certificate)
                || match client_keys::renew(app, client, &keys).await {
                    Some(renewed) => certificate::is_registered(&renewed, certificate),
                    None => false,
                }
        }
        _ => true,
    };
    is_right.then_some(()).ok_or_else(|| Refused::plain("wrong_certificate"))
}

/// Checks an attestation and the proof of its instance.
fn attested(app: &App, client: &Registered, attestation: &str, proof: &str) -> Result<Once, Refused> {
    let refuse = |error| Refused { reason: "wrong_attestation", error };
    let algs = assertion::algs(client, client.rules());
    let verified = trust::verify_attestation(app, attestation, &algs)
        .map_err(|why| refuse(oauth::Error::invalid_client(format!("the attestation cannot be taken: {why}"))))?;
    let key = attestation::check(verified, client.id.as_str(), app.now()).map_err(refuse)?;
    let issuer = app.config.issuer();
    let possession = attestation::check_proof(proof, &key, client.id.as_str(), issuer, &algs, app.now());
    let attestation::Possession { jti, until } = possession.map_err(refuse)?;
    // Instances do not know of each other's names.
    Ok(Once { jti: format!("{}.{jti}", key.thumbprint()), until })
}

/// Checks that a token was made with a secret of the client's.
fn verify_hmac(app: &App, client: &Registered, token: &str) -> Result<Verified, Refused> {
    let secrets = clients::signing_secrets(app, client);
    let verified = UnverifiedHmac::read(token)
        .and_then(|unverified| unverified.verify(secrets.iter().map(|secret| secret.expose().as_slice())));
    verified.map_err(wrong_assertion)
}

fn wrong_assertion(why: impl std::fmt::Display) -> Refused {
    let refused = Refused::plain("wrong_assertion");
    Refused { error: refused.error.with_detail(why.to_string()), ..refused }
}

/// Checks who signed. Where no key fits, the client may have changed them: then they are read once more.
async fn verify(app: &App, client: &Registered, token: &str) -> Result<Result<Verified, Refused>, Error> {
    let unverified = match Unverified::read(token) {
        Ok(unverified) => unverified,
        Err(why) => return Ok(Err(wrong_assertion(why))),
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
    Ok(verified.map_err(wrong_assertion))
}

/// What may be used once only: a name, and until when it would be good.
struct Once {
    jti: String,
    until: Time,
}

fn check(app: &App, client: &Registered, verified: Verified) -> Result<Once, Refused> {
    let issuer = app.config.issuer();
    let bases = std::iter::once(issuer).chain(app.config.mtls.base());
    let endpoints: Vec<String> =
        bases.flat_map(|base| discovery::CLIENT_ENDPOINTS.map(|path| format!("{base}{path}"))).collect();
    let endpoints: Vec<&str> = endpoints.iter().map(String::as_str).collect();
    let ourselves = Ourselves { issuer, endpoints: &endpoints };
    let refuse = |error| Refused { reason: "wrong_assertion", error };
    let checked = assertion::check(verified, client, client.rules(), ourselves, app.now()).map_err(refuse)?;
    match (checked.jti(), checked.remember_until()) {
        (Some(jti), Some(until)) => Ok(Once { jti: jti.to_owned(), until }),
        _ => Err(refuse(oauth::Error::invalid_client("the token lacks jti or exp"))),
    }
}

/// Takes a `jti`, which no other request can take then (RFC 7523 §3); one insert decides.
async fn use_once(app: &App, client: &ClientId, once: Once) -> Result<Result<(), Refused>, Error> {
    let digest = Digest::of([client.as_str().as_bytes(), &[0], once.jti.as_bytes()].concat());
    let until = once.until;
    let is_first = app
        .db
        .write(move |tx| {
            Box::pin(async move { Ok::<_, Error>(revoked::use_assertion(tx, digest.as_bytes(), until).await?) })
        })
        .await?;
    Ok(is_first.then_some(()).ok_or_else(|| Refused {
        reason: "assertion_replayed",
        error: oauth::Error::invalid_client("the proof of the client was used before; its jti must be new"),
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
