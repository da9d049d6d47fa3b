//! `Client`: its metadata, by the names of RFC 7591 §2 and OIDC Registration §2.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::id::ClientId;
use crate::base::{Seconds, Time};
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
    #[serde(default = "default_response_modes")]
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
fn default_response_modes() -> Vec<String> {
    vec!["query".into(), "form_post".into()]
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
            response_modes: default_response_modes(),
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

    /// Whether its authorization requests must carry a PKCE challenge by its own switch.
    pub fn needs_pkce(&self) -> bool {
        self.require_pkce || self.is_public()
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
