//! Sender constraint at work: what a request shows of its sender, seen once, and what its tokens are bound to.
//!
//! The rules are in [`crate::oauth::sender`]. Here is what they cannot know: whether a proof was used before, which
//! nonces count now, and what the client's registration and profile ask for.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::app::{App, Room};
use crate::base::{Digest, Seconds};
use crate::error::Error;
use crate::jose::certificate::Certificate;
use crate::jose::jwt::SKEW;
use crate::oauth::profile::SenderRule;
use crate::oauth::sender::dpop::{self, Nonces};
use crate::oauth::{self, Binding};
use crate::provider::clients::Registered;
use crate::store::database::revoked;

/// How long one nonce is handed out; it counts for as long again.
const NONCE_LIVES: Seconds = Seconds::minutes(5);

/// What a request shows of its sender beside its credentials. Nothing of it is checked yet.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// Every value of its `DPoP` header.
    pub proofs: Vec<String>,
    pub method: String,
    /// The path that it came to.
    pub path: String,
    /// The certificate of its connection.
    pub certificate: Option<Arc<Certificate>>,
}

/// The key of the nonces, scheduled once. It is the same on every node, so a nonce of one counts at all.
struct NonceKey(Hmac<Sha256>);

impl Room for NonceKey {
    fn open(app: &App) -> Self {
        Self(app.keys.pepper.keyed("dpop-nonce"))
    }
}

/// The nonce that is handed out now (RFC 9449 §8). Nothing is kept: it is a MAC of the hour.
pub fn nonce(app: &App) -> String {
    nonce_of(app, app.now().unix().div_euclid(NONCE_LIVES.0))
}

fn nonce_of(app: &App, window: i64) -> String {
    let mut mac = app.room::<NonceKey>().0.clone();
    mac.update(&window.to_be_bytes());
    URL_SAFE_NO_PAD.encode(&mac.finalize().into_bytes()[..16])
}

/// The nonce of now and the one before; and the next, for a moment, where another node's clock is a little ahead.
fn nonces(app: &App) -> Vec<String> {
    let now = app.now().unix();
    let current = now.div_euclid(NONCE_LIVES.0);
    let last = (now + SKEW.0).div_euclid(NONCE_LIVES.0);
    (current - 1..=last).map(|window| nonce_of(app, window)).collect()
}

/// Sees the proof of a request, if it shows one, and takes it, so that no other request can; gives its key's thumbprint.
///
/// # Errors
/// `invalid_dpop_proof` for several proofs, one that does not fit, and one that was used; `use_dpop_nonce`; a fault when
/// the database does not answer.
pub async fn prove(app: &App, shown: &Shown, access_token: Option<&str>) -> Result<Option<String>, Error> {
    let proof = match shown.proofs.as_slice() {
        [] => return Ok(None),
        [proof] => proof,
        _ => return Err(oauth::Error::invalid_dpop_proof("the request has more than one DPoP header").into()),
    };
    let bases = std::iter::once(app.config.issuer()).chain(app.config.mtls.base());
    let uris: Vec<String> = bases.map(|base| format!("{base}{}", shown.path)).collect();
    let request = dpop::Request { method: &shown.method, uris: &uris, access_token };
    let accepted = nonces(app);
    let rule = Nonces { accepted: &accepted, are_demanded: app.config.dpop.require_nonce };
    let proof = dpop::check(proof, &request, &rule, app.now())?;
    // No client identifier begins with this byte, so no assertion has the same digest.
    let digest = Digest::of([b"\x01dpop\0", proof.jkt.as_bytes(), &[0], proof.jti.as_bytes()].concat());
    let until = proof.until;
    let is_first = app
        .db
        .write(move |tx| {
            Box::pin(async move { Ok::<_, Error>(revoked::use_assertion(tx, digest.as_bytes(), until).await?) })
        })
        .await?;
    match is_first {
        true => Ok(Some(proof.jkt)),
        false => Err(oauth::Error::invalid_dpop_proof("the DPoP proof was used before; its jti must be new").into()),
    }
}

/// What the tokens of a request at the token endpoint are bound to (RFC 9449 §5, RFC 8705 §3).
///
/// A proof binds them to its key. A certificate does where the client is registered so, or must be bound to something.
///
/// # Errors
/// As [`prove`]; and where the client's registration or profile asks for what the request does not show.
pub async fn binding(app: &App, client: &Registered, shown: &Shown) -> Result<Option<Binding>, Error> {
    let jkt = prove(app, shown, None).await?;
    let certificate = shown.certificate.as_ref().map(|certificate| Binding::X5t(certificate.thumbprint().to_owned()));
    let rule = client.rules().sender;
    if client.tls_client_certificate_bound_access_tokens || rule == SenderRule::Certificate {
        let why = match (jkt, &certificate) {
            (None, Some(_)) => return Ok(certificate),
            (None, None) => "the client's tokens are bound to its certificate, and the request shows none",
            (Some(_), _) => "the client's tokens are bound to its certificate, and not to a DPoP key",
        };
        return Err(oauth::Error::invalid_request(why).into());
    }
    if let Some(jkt) = jkt {
        return Ok(Some(Binding::Jkt(jkt)));
    }
    if client.dpop_bound_access_tokens {
        let why = "the client's tokens are bound to a DPoP key, and the request has no DPoP proof";
        return Err(oauth::Error::invalid_dpop_proof(why).into());
    }
    match (rule, certificate) {
        (SenderRule::ByClient, _) => Ok(None),
        (_, Some(certificate)) => Ok(Some(certificate)),
        (_, None) => {
            let why = "the client's tokens are bound to their sender: send a DPoP proof or a certificate";
            Err(oauth::Error::invalid_request(why).into())
        }
    }
}

/// The key that the code of a pushed request is bound to: that of `dpop_jkt`, that of the proof that came with the
/// request, or none (RFC 9449 §10.1). What this gives becomes the request's `dpop_jkt`.
///
/// # Errors
/// As [`prove`]; `invalid_dpop_proof` where the two are different keys.
pub async fn pushed_key(app: &App, dpop_jkt: Option<&str>, shown: &Shown) -> Result<Option<String>, Error> {
    match (prove(app, shown, None).await?, dpop_jkt) {
        (Some(proven), Some(named)) if proven != named => {
            Err(oauth::Error::invalid_dpop_proof("dpop_jkt is not the key of the DPoP proof").into())
        }
        (proven, named) => Ok(proven.or_else(|| named.map(str::to_owned))),
    }
}
