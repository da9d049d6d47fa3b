//! Streams of security events for clients (OpenID Shared Signals Framework 1.0): we are the transmitter.
//!
//! [`streams`] is the API with which a receiver makes and changes its one stream; [`poll`] and [`push`] are the two ways in
//! which its events reach it; [`token`] is what they look like.

pub mod poll;
pub mod push;
pub mod streams;
mod token;
pub mod upkeep;

use serde_json::{Value, json};

use crate::app::App;
use crate::base::id::ClientId;
use crate::catalog::scopes::{SSF_MANAGE, SSF_READ};
use crate::error::{Denied, Error};
use crate::oauth::{self, Code};
use crate::provider::access::Access;
use crate::risk::limits;
use crate::store::database::Conn;
use crate::store::database::streams::Delivery;

/// The path of the API, and so of its protected resource.
pub const BASE: &str = "/ssf";

/// The URN of a way of delivery (RFC 8935 §2, RFC 8936 §2).
pub fn urn(method: Delivery) -> &'static str {
    match method {
        Delivery::Push => "urn:ietf:rfc:8935",
        Delivery::Poll => "urn:ietf:rfc:8936",
    }
}

/// Where nobody may have a stream there are no such addresses.
///
/// # Errors
/// Not found.
pub fn must_be_on(app: &App) -> Result<(), Error> {
    if app.config.ssf.enabled { Ok(()) } else { Err(Denied::NotFound.into()) }
}

/// The metadata of the transmitter (SSF §7.1).
///
/// # Errors
/// Not found where it is off.
pub fn metadata(app: &App) -> Result<Value, Error> {
    must_be_on(app)?;
    let issuer = app.config.issuer();
    let at = |path: &str| format!("{issuer}{BASE}{path}");
    Ok(json!({
        "spec_version": "1_0",
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/jwks"),
        "delivery_methods_supported": Delivery::ALL.map(urn),
        "configuration_endpoint": at("/stream"),
        "status_endpoint": at("/status"),
        "add_subject_endpoint": at("/subjects/add"),
        "remove_subject_endpoint": at("/subjects/remove"),
        "verification_endpoint": at("/verify"),
        "authorization_schemes": [{ "spec_urn": "urn:ietf:rfc:6749" }],
        "default_subjects": "ALL",
    }))
}

/// What a call does to a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Read,
    Manage,
}

/// Lets a token of a client's own in that may do this.
async fn admit(app: &App, access: &Access, what: Use) -> Result<(), Error> {
    must_be_on(app)?;
    let opens = match what {
        Use::Read => &[SSF_READ, SSF_MANAGE][..],
        Use::Manage => &[SSF_MANAGE],
    };
    if !opens.iter().any(|scope| access.scope().contains(scope)) {
        let why = match what {
            Use::Read => "the access token has neither of the scopes ssf.read and ssf.manage",
            Use::Manage => "the access token has not the scope ssf.manage",
        };
        return Err(oauth::Error::new(Code::InsufficientScope, why).into());
    }
    Ok(limits::check(app, "signals", &access.counted_as()).await?)
}

/// Whose stream it is.
async fn receiver(conn: &mut Conn<'_>, app: &App, access: &Access) -> Result<ClientId, Error> {
    access.client(conn, app).await
}
