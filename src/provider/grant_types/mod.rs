//! `GRANT_TYPES`: name, section, parameters, and the function that redeems.

mod authorization_code;
mod ciba;
mod client_credentials;
mod device_code;
pub mod jwt_bearer;
mod refresh_token;
mod token_exchange;

use futures_util::future::BoxFuture;

use crate::app::App;
use crate::audit::Origin;
use crate::error::Error;
use crate::oauth::token_exchange as rules;
use crate::oauth::{self, Binding, Params, backchannel, device};
use crate::provider::client_auth::AuthenticatedClient;
use crate::provider::issue::Issue;

/// A request at the token endpoint whose client is known.
pub struct Request<'a> {
    pub client: &'a AuthenticatedClient,
    pub params: &'a Params,
    /// The key or certificate that the request shows, to which its tokens are bound then.
    pub binding: Option<&'a Binding>,
    pub origin: &'a Origin,
}

type Redeem = for<'a> fn(&'a App, &'a Request<'a>) -> BoxFuture<'a, Result<Issue, Error>>;

/// One exchange at the token endpoint.
pub struct GrantType {
    /// The value of `grant_type`.
    pub name: &'static str,
    pub section: &'static str,
    /// The parameters of its own.
    pub params: &'static [&'static str],
    pub redeem: Redeem,
}

/// Every grant type.
pub const GRANT_TYPES: &[GrantType] = &[
    GrantType {
        name: "authorization_code",
        section: "RFC 6749 §4.1.3",
        params: &["code", "redirect_uri", "code_verifier", "resource"],
        redeem: |app, request| Box::pin(authorization_code::redeem(app, request)),
    },
    GrantType {
        name: "refresh_token",
        section: "RFC 6749 §6",
        params: &["refresh_token", "scope", "resource"],
        redeem: |app, request| Box::pin(refresh_token::redeem(app, request)),
    },
    GrantType {
        name: "client_credentials",
        section: "RFC 6749 §4.4.2",
        params: &["scope", "resource"],
        redeem: |app, request| Box::pin(client_credentials::redeem(app, request)),
    },
    GrantType {
        name: device::GRANT_TYPE,
        section: "RFC 8628 §3.4",
        params: &["device_code", "resource"],
        redeem: |app, request| Box::pin(device_code::redeem(app, request)),
    },
    GrantType {
        name: backchannel::GRANT_TYPE,
        section: "CIBA §10.1",
        params: &["auth_req_id", "resource"],
        redeem: |app, request| Box::pin(ciba::redeem(app, request)),
    },
    GrantType {
        name: rules::GRANT_TYPE,
        section: "RFC 8693 §2.1",
        params: &[
            "subject_token",
            "subject_token_type",
            "actor_token",
            "actor_token_type",
            "requested_token_type",
            "audience",
            "resource",
            "scope",
        ],
        redeem: |app, request| Box::pin(token_exchange::redeem(app, request)),
    },
    GrantType {
        name: jwt_bearer::GRANT_TYPE,
        section: "RFC 7523 §2.1",
        params: &["assertion", "scope", "resource"],
        redeem: |app, request| Box::pin(jwt_bearer::redeem(app, request)),
    },
];

/// The person has paused the grant. No code of RFC 6749 says so; `invalid_grant` would make clients throw away what works
/// again later.
fn paused() -> oauth::Error {
    let why = "the person has paused sharing with this client: keep what you have, and try again later";
    oauth::Error::new(oauth::Code::AccessDenied, why).with_status(400)
}

/// The grant type of this name.
pub fn find(name: &str) -> Option<&'static GrantType> {
    GRANT_TYPES.iter().find(|row| row.name == name)
}
