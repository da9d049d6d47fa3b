//! `Client`: its metadata, by the names of RFC 7591 §2 and OIDC Registration §2.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::id::ClientId;
use crate::base::{Seconds, Time};
use crate::oauth::authorization::response_type::{self, ResponseType};
use crate::oauth::redirect_uri::{self, ApplicationType};
use crate::oauth::scope::Scope;

/// How people are named to a client (OIDC Core §8).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SubjectType {
    /// Another identifier for every sector.
    #[default]
    Pairwise,
    /// The same identifier for all clients that have this type.
    Public,
}

/// Which claims about a person the ID Token carries beyond those that the `claims` parameter names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IdTokenClaims {
    /// None: the standard's default.
    #[default]
    Protocol,
    /// Those that were granted, for clients that never ask UserInfo.
    Granted,
}

/// A registered relying party. Its secrets are kept apart and never come here.
///
/// Kept as a JSON document: members that are absent get the standards' defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Client {
    pub id: ClientId,
    #[serde(default)]
    pub client_name: String,
    #[serde(default)]
    pub application_type: ApplicationType,
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<String>,
    #[serde(default = "default_grant_types")]
    pub grant_types: Vec<String>,
    #[serde(default = "default_response_types")]
    pub response_types: Vec<String>,
    /// The response modes that it may use; empty for all that its profile allows.
    #[serde(default)]
    pub response_modes: Vec<String>,
    /// The most that the client may ask for.
    #[serde(default)]
    pub scope: Scope,
    #[serde(default = "default_auth_method")]
    pub token_endpoint_auth_method: String,
    /// The one algorithm of its assertions; any that is allowed when absent.
    #[serde(default)]
    pub token_endpoint_auth_signing_alg: Option<String>,
    #[serde(default)]
    pub jwks: Option<Value>,
    #[serde(default)]
    pub jwks_uri: Option<String>,
    #[serde(default = "default_id_token_alg")]
    pub id_token_signed_response_alg: String,
    #[serde(default)]
    pub subject_type: SubjectType,
    #[serde(default)]
    pub sector_identifier_uri: Option<String>,
    #[serde(default)]
    pub require_auth_time: bool,
    #[serde(default)]
    pub default_max_age: Option<Seconds>,
    #[serde(default)]
    pub default_acr_values: Vec<String>,
    #[serde(default)]
    pub logo_uri: Option<String>,
    #[serde(default)]
    pub client_uri: Option<String>,
    #[serde(default)]
    pub policy_uri: Option<String>,
    #[serde(default)]
    pub tos_uri: Option<String>,
    #[serde(default)]
    pub contacts: Vec<String>,
    #[serde(default)]
    pub initiate_login_uri: Option<String>,
    /// Origins whose pages may read our answers (CORS).
    #[serde(default)]
    pub cors_origins: Vec<String>,

    /// Encryption of ID Tokens to the client's keys: the `alg` and `enc` of the JWE (OIDC Registration §2).
    #[serde(default)]
    pub id_token_encrypted_response_alg: Option<String>,
    #[serde(default)]
    pub id_token_encrypted_response_enc: Option<String>,
    /// UserInfo as a signed JWT where this is there, encrypted where the next is; otherwise plain JSON.
    #[serde(default)]
    pub userinfo_signed_response_alg: Option<String>,
    #[serde(default)]
    pub userinfo_encrypted_response_alg: Option<String>,
    #[serde(default)]
    pub userinfo_encrypted_response_enc: Option<String>,
    /// Introspection answers as JWTs (RFC 9701 §6).
    #[serde(default)]
    pub introspection_signed_response_alg: Option<String>,
    #[serde(default)]
    pub introspection_encrypted_response_alg: Option<String>,
    #[serde(default)]
    pub introspection_encrypted_response_enc: Option<String>,
    /// Authorization responses as JWTs (JARM §3).
    #[serde(default)]
    pub authorization_signed_response_alg: Option<String>,
    #[serde(default)]
    pub authorization_encrypted_response_alg: Option<String>,
    #[serde(default)]
    pub authorization_encrypted_response_enc: Option<String>,
    /// The one algorithm of its request objects; any that is allowed when absent.
    #[serde(default)]
    pub request_object_signing_alg: Option<String>,
    /// How it may encrypt its request objects to us; it may do so otherwise, too (OIDC Registration §2).
    #[serde(default)]
    pub request_object_encryption_alg: Option<String>,
    #[serde(default)]
    pub request_object_encryption_enc: Option<String>,
    /// The request objects that it may name by reference (OIDC Core §6.2).
    #[serde(default)]
    pub request_uris: Vec<String>,
    /// Whether it never asks without a signed request object (RFC 9101 §10.5).
    #[serde(default)]
    pub require_signed_request_object: bool,
    /// Whether it never asks but by a pushed request (RFC 9126 §6).
    #[serde(default)]
    pub require_pushed_authorization_requests: bool,
    /// Whether its tokens are always bound to a DPoP key (RFC 9449 §5.2).
    #[serde(default)]
    pub dpop_bound_access_tokens: bool,
    /// Whether its tokens are always bound to its certificate (RFC 8705 §3.4).
    #[serde(default)]
    pub tls_client_certificate_bound_access_tokens: bool,
    /// Which certificate is its own, by one of these names (RFC 8705 §2.1.2).
    #[serde(default)]
    pub tls_client_auth_subject_dn: Option<String>,
    #[serde(default)]
    pub tls_client_auth_san_dns: Option<String>,
    #[serde(default)]
    pub tls_client_auth_san_uri: Option<String>,
    #[serde(default)]
    pub tls_client_auth_san_ip: Option<String>,
    #[serde(default)]
    pub tls_client_auth_san_email: Option<String>,
    /// Where it hears of sign-outs in the browser (OIDC Front-Channel Logout §2).
    #[serde(default)]
    pub frontchannel_logout_uri: Option<String>,
    #[serde(default)]
    pub frontchannel_logout_session_required: bool,
    /// Where it hears of sign-outs from us (OIDC Back-Channel Logout §2.2).
    #[serde(default)]
    pub backchannel_logout_uri: Option<String>,
    #[serde(default)]
    pub backchannel_logout_session_required: bool,
    /// How it learns of the end of a backchannel authentication: `poll` or `ping` (CIBA §4).
    #[serde(default)]
    pub backchannel_token_delivery_mode: Option<String>,
    #[serde(default)]
    pub backchannel_client_notification_endpoint: Option<String>,
    #[serde(default)]
    pub backchannel_authentication_request_signing_alg: Option<String>,
    /// The types of authorization details that it may ask for (RFC 9396 §10).
    #[serde(default)]
    pub authorization_details_types: Vec<String>,
    /// What software it is an instance of (RFC 7591 §2).
    #[serde(default)]
    pub software_id: Option<String>,
    #[serde(default)]
    pub software_version: Option<String>,

    /// The row of [`crate::oauth::profile::PROFILES`] that it is held to.
    #[serde(default = "default_profile")]
    pub profile: String,
    #[serde(default = "yes")]
    pub require_pkce: bool,
    #[serde(default)]
    pub id_token_claims: IdTokenClaims,
    /// Why the client asks for a claim, in its own words.
    #[serde(default)]
    pub purposes: BTreeMap<String, String>,
    /// Claims that signing up with the client needs.
    #[serde(default)]
    pub essential_claims: Vec<String>,
    /// Claims that the consent page may tick beforehand.
    #[serde(default)]
    pub recommended_claims: Vec<String>,
    /// When the client proved that it holds its domain.
    #[serde(default)]
    pub domain_verified_at: Option<Time>,
    /// Whether it described itself, with nobody of ours having looked.
    #[serde(default)]
    pub is_self_registered: bool,
    /// Whether its assertions may name the token endpoint as their audience.
    #[serde(default)]
    pub legacy_assertion_aud: bool,
    /// Whether an operator has shut it off.
    #[serde(default)]
    pub is_disabled: bool,
    /// When what people see of it last changed; consent given earlier is asked for again.
    #[serde(default)]
    pub identity_changed_at: Option<Time>,
}

fn default_grant_types() -> Vec<String> {
    vec!["authorization_code".into()]
}
fn default_response_types() -> Vec<String> {
    vec!["code".into()]
}
fn default_auth_method() -> String {
    "client_secret_basic".into()
}
fn default_id_token_alg() -> String {
    "RS256".into()
}
fn default_profile() -> String {
    "oidc".into()
}
fn yes() -> bool {
    true
}

impl Client {
    /// A client with the standards' defaults, which may do nothing yet.
    pub fn new(id: ClientId) -> Self {
        Self {
            id,
            client_name: String::new(),
            application_type: ApplicationType::default(),
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            grant_types: default_grant_types(),
            response_types: default_response_types(),
            response_modes: Vec::new(),
            scope: Scope::empty(),
            token_endpoint_auth_method: default_auth_method(),
            token_endpoint_auth_signing_alg: None,
            jwks: None,
            jwks_uri: None,
            id_token_signed_response_alg: default_id_token_alg(),
            subject_type: SubjectType::default(),
            sector_identifier_uri: None,
            require_auth_time: false,
            default_max_age: None,
            default_acr_values: Vec::new(),
            logo_uri: None,
            client_uri: None,
            policy_uri: None,
            tos_uri: None,
            contacts: Vec::new(),
            initiate_login_uri: None,
            cors_origins: Vec::new(),
            id_token_encrypted_response_alg: None,
            id_token_encrypted_response_enc: None,
            userinfo_signed_response_alg: None,
            userinfo_encrypted_response_alg: None,
            userinfo_encrypted_response_enc: None,
            introspection_signed_response_alg: None,
            introspection_encrypted_response_alg: None,
            introspection_encrypted_response_enc: None,
            authorization_signed_response_alg: None,
            authorization_encrypted_response_alg: None,
            authorization_encrypted_response_enc: None,
            request_object_signing_alg: None,
            request_object_encryption_alg: None,
            request_object_encryption_enc: None,
            request_uris: Vec::new(),
            require_signed_request_object: false,
            require_pushed_authorization_requests: false,
            dpop_bound_access_tokens: false,
            tls_client_certificate_bound_access_tokens: false,
            tls_client_auth_subject_dn: None,
            tls_client_auth_san_dns: None,
            tls_client_auth_san_uri: None,
            tls_client_auth_san_ip: None,
            tls_client_auth_san_email: None,
            frontchannel_logout_uri: None,
            frontchannel_logout_session_required: false,
            backchannel_logout_uri: None,
            backchannel_logout_session_required: false,
            backchannel_token_delivery_mode: None,
            backchannel_client_notification_endpoint: None,
            backchannel_authentication_request_signing_alg: None,
            authorization_details_types: Vec::new(),
            software_id: None,
            software_version: None,
            profile: default_profile(),
            require_pkce: true,
            id_token_claims: IdTokenClaims::default(),
            purposes: BTreeMap::new(),
            essential_claims: Vec::new(),
            recommended_claims: Vec::new(),
            domain_verified_at: None,
            is_self_registered: false,
            legacy_assertion_aud: false,
            is_disabled: false,
            identity_changed_at: None,
        }
    }

    /// Whether a request's redirect URI is one of this client's.
    pub fn has_redirect_uri(&self, presented: &str) -> bool {
        redirect_uri::is_registered(&self.redirect_uris, self.application_type, presented)
    }

    /// Whether it has no credentials of its own (RFC 6749 §2.1).
    pub fn is_public(&self) -> bool {
        self.token_endpoint_auth_method == "none"
    }

    pub fn has_grant_type(&self, name: &str) -> bool {
        self.grant_types.iter().any(|g| g == name)
    }

    /// Whether it is registered for a response type, by whatever order of its words.
    pub fn has_response_type(&self, wanted: &ResponseType) -> bool {
        let is_wanted = |name: &String| response_type::find(name) == Some(wanted);
        self.response_types.iter().any(is_wanted) && wanted.grant_types().iter().all(|name| self.has_grant_type(name))
    }

    /// Whether its authorization requests must carry a PKCE challenge by its own switch.
    pub fn needs_pkce(&self) -> bool {
        self.require_pkce || self.is_public()
    }

    /// Whether it wants to be told that a session is over (OIDC Front-Channel Logout, OIDC Back-Channel Logout).
    pub fn hears_of_sign_outs(&self) -> bool {
        self.frontchannel_logout_uri.is_some() || self.backchannel_logout_uri.is_some()
    }

    /// What a person calls it: its name, or its identifier where it has none.
    pub fn display_name(&self) -> &str {
        if self.client_name.is_empty() { self.id.as_str() } else { &self.client_name }
    }

    /// Whether people would see another client than in `other`: name, logo, pages or the host they return to.
    pub fn looks_different_from(&self, other: &Client) -> bool {
        let face = |c: &Client| {
            (c.client_name.clone(), c.logo_uri.clone(), c.client_uri.clone(), c.policy_uri.clone(), c.tos_uri.clone())
        };
        face(self) != face(other)
            || redirect_uri::hosts(&self.redirect_uris) != redirect_uri::hosts(&other.redirect_uris)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc7591_s2_defaults() {
        let client: Client = serde_json::from_str(r#"{"id": "orbit", "unknown_later": 1}"#).unwrap();
        assert_eq!(client, Client::new("orbit".into()));
        assert_eq!(client.token_endpoint_auth_method, "client_secret_basic");
        assert!(client.has_grant_type("authorization_code") && !client.has_grant_type("refresh_token"));
        assert!(client.needs_pkce() && !client.is_public());
        assert_eq!((client.subject_type, client.id_token_claims), (SubjectType::Pairwise, IdTokenClaims::Protocol));
        assert_eq!(serde_json::from_value::<Client>(serde_json::to_value(&client).unwrap()).unwrap(), client);
        assert!(serde_json::from_str::<Client>("{}").is_err());
    }

    #[test]
    fn wallet_s7_1_client_changed() {
        let before = Client {
            client_name: "Orbit".into(),
            redirect_uris: vec!["https://a.example/cb".into()],
            ..Client::new("o".into())
        };
        let mut after = before.clone();
        after.redirect_uris.push("https://a.example/other".into());
        after.contacts.push("x@a.example".into());
        assert!(!after.looks_different_from(&before));
        after.redirect_uris.push("https://b.example/".into());
        assert!(after.looks_different_from(&before));
        assert!(Client { client_name: "Orbit 2".into(), ..before.clone() }.looks_different_from(&before));
    }
}
