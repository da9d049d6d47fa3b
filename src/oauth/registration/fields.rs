//! `FIELDS`: every metadata field, who may set it, how it is read, written and checked.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::oauth::client::Client;
use crate::oauth::error::Error;
use crate::oauth::registration::checks::{self, Bad, Facts, Outcome};

/// Who may set a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetBy {
    /// Whoever registers the client.
    Anyone,
    /// An operator: it says what we think of the client, or makes it more than others.
    Operator,
}

/// One metadata field.
pub struct Field {
    /// As registered with IANA ("OAuth Dynamic Client Registration Metadata").
    pub name: &'static str,
    pub section: &'static str,
    pub set_by: SetBy,
    read: fn(&mut Client, &Value) -> bool,
    write: fn(&Client) -> Value,
    check: fn(&Client, &Facts<'_>) -> Outcome,
}

impl Field {
    /// Writes a member of a document into the client.
    ///
    /// # Errors
    /// `invalid_client_metadata` for a value of another type.
    pub fn read(&self, client: &mut Client, value: &Value) -> Result<(), Error> {
        let wrong = || Error::invalid_client_metadata(format!("{} is not of the type that it must be", self.name));
        (self.read)(client, value).then_some(()).ok_or_else(wrong)
    }

    /// The member of a document; null where there is none.
    pub fn write(&self, client: &Client) -> Value {
        (self.write)(client)
    }

    /// Whether the client's value is one that can work.
    ///
    /// # Errors
    /// `invalid_client_metadata` or `invalid_redirect_uri` (RFC 7591 §3.2.2).
    pub fn check(&self, client: &Client, facts: &Facts<'_>) -> Result<(), Error> {
        (self.check)(client, facts).map_err(|bad| match bad {
            Bad::Is(what) => Error::invalid_client_metadata(format!("{} {what}", self.name)),
            Bad::Error(error) => error,
        })
    }
}

fn read_into<T: DeserializeOwned>(place: &mut T, value: &Value) -> bool {
    match serde_json::from_value(value.clone()) {
        Ok(read) => {
            *place = read;
            true
        }
        Err(_) => false,
    }
}

fn written(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

macro_rules! fields {
    ($($name:ident $set_by:ident $section:literal $check:ident;)*) => {
        /// Every field, in the order in which they are checked: the first that is wrong is told.
        pub const FIELDS: &[Field] = &[$(Field {
            name: stringify!($name),
            section: $section,
            set_by: SetBy::$set_by,
            read: |client, value| read_into(&mut client.$name, value),
            write: |client| written(&client.$name),
            check: |client, facts| checks::$check(&client.$name, facts),
        }),*];
    };
}

fields! {
    client_name Anyone "RFC 7591 §2" name;
    application_type Anyone "OIDC Registration §2" any;
    logo_uri Anyone "RFC 7591 §2" web;
    client_uri Anyone "RFC 7591 §2" web;
    policy_uri Anyone "RFC 7591 §2" web;
    tos_uri Anyone "RFC 7591 §2" web;
    contacts Anyone "RFC 7591 §2" lines;
    software_id Anyone "RFC 7591 §2" line;
    software_version Anyone "RFC 7591 §2" line;
    redirect_uris Anyone "RFC 7591 §2" redirect_uris;
    post_logout_redirect_uris Anyone "OIDC RP-Initiated Logout §3.1" redirect_uris;
    initiate_login_uri Anyone "OIDC Registration §2" https;
    grant_types Anyone "RFC 7591 §2" grant_types;
    response_types Anyone "RFC 7591 §2" response_types;
    response_modes Anyone "OIDC Discovery §3" response_modes;
    scope Anyone "RFC 7591 §2" scope;
    profile Operator "DESIGN §0.7" any;
    token_endpoint_auth_method Anyone "RFC 7591 §2" auth_method;
    token_endpoint_auth_signing_alg Anyone "OIDC Registration §2" assertion_alg;
    jwks Anyone "RFC 7591 §2" jwks;
    jwks_uri Anyone "RFC 7591 §2" web;
    tls_client_auth_subject_dn Anyone "RFC 8705 §2.1.2" line;
    tls_client_auth_san_dns Anyone "RFC 8705 §2.1.2" line;
    tls_client_auth_san_uri Anyone "RFC 8705 §2.1.2" line;
    tls_client_auth_san_ip Anyone "RFC 8705 §2.1.2" line;
    tls_client_auth_san_email Anyone "RFC 8705 §2.1.2" line;
    tls_client_certificate_bound_access_tokens Anyone "RFC 8705 §3.4" any;
    dpop_bound_access_tokens Anyone "RFC 9449 §5.2" any;
    subject_type Anyone "OIDC Registration §2" any;
    sector_identifier_uri Anyone "OIDC Registration §2" https;
    id_token_signed_response_alg Anyone "OIDC Registration §2" alg;
    id_token_encrypted_response_alg Anyone "OIDC Registration §2" encryption_alg;
    id_token_encrypted_response_enc Anyone "OIDC Registration §2" encryption_enc;
    userinfo_signed_response_alg Anyone "OIDC Registration §2" optional_alg;
    userinfo_encrypted_response_alg Anyone "OIDC Registration §2" encryption_alg;
    userinfo_encrypted_response_enc Anyone "OIDC Registration §2" encryption_enc;
    introspection_signed_response_alg Anyone "RFC 9701 §6" optional_alg;
    introspection_encrypted_response_alg Anyone "RFC 9701 §6" encryption_alg;
    introspection_encrypted_response_enc Anyone "RFC 9701 §6" encryption_enc;
    authorization_signed_response_alg Anyone "JARM §3" optional_alg;
    authorization_encrypted_response_alg Anyone "JARM §3" encryption_alg;
    authorization_encrypted_response_enc Anyone "JARM §3" encryption_enc;
    request_object_signing_alg Anyone "OIDC Registration §2" optional_alg;
    request_object_encryption_alg Anyone "OIDC Registration §2" encryption_alg;
    request_object_encryption_enc Anyone "OIDC Registration §2" encryption_enc;
    request_uris Anyone "OIDC Registration §2" web_list;
    require_signed_request_object Anyone "RFC 9101 §10.5" any;
    require_pushed_authorization_requests Anyone "RFC 9126 §6" any;
    authorization_details_types Anyone "RFC 9396 §10" authorization_details_types;
    require_auth_time Anyone "OIDC Registration §2" any;
    default_max_age Anyone "OIDC Registration §2" max_age;
    default_acr_values Anyone "OIDC Registration §2" lines;
    frontchannel_logout_uri Anyone "OIDC Front-Channel Logout §2" frontchannel;
    frontchannel_logout_session_required Anyone "OIDC Front-Channel Logout §2" any;
    backchannel_logout_uri Anyone "OIDC Back-Channel Logout §2.2" called;
    backchannel_logout_session_required Anyone "OIDC Back-Channel Logout §2.2" any;
    backchannel_token_delivery_mode Anyone "CIBA §4" delivery_mode;
    backchannel_client_notification_endpoint Anyone "CIBA §4" called;
    backchannel_authentication_request_signing_alg Anyone "CIBA §4" optional_alg;
    cors_origins Operator "DESIGN §0.9" origins;
    require_pkce Operator "DESIGN §0.7" any;
    id_token_claims Operator "DESIGN §0.8" any;
    purposes Operator "DESIGN §0.8" purposes;
    essential_claims Operator "DESIGN §0.8" claims;
    recommended_claims Operator "DESIGN §0.8" claims;
    domain_verified_at Operator "DESIGN §0.7" any;
    is_self_registered Operator "DESIGN §0.7" any;
    legacy_assertion_aud Operator "OIDC Core §9" any;
    is_disabled Operator "DESIGN §0.7" any;
    identity_changed_at Operator "DESIGN §0.7" any;
}
