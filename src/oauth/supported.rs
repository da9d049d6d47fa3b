//! `Supported`: what the house can do, as lists that the rooms above gather from their tables.

use std::collections::BTreeSet;

use crate::oauth::scope::Scope;

/// One scope that may be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupportedScope {
    pub name: &'static str,
    /// The claims that it asks for (OIDC Core §5.4).
    pub claims: Vec<&'static str>,
    /// Whether only a client acting for itself may have it (RFC 6749 §4.4).
    pub is_for_clients: bool,
    /// Whether only an operator gives it to a client.
    pub is_reviewed: bool,
}

/// What authorization, registration and discovery may promise.
///
/// Filled once by the provider from the tables that do the work, so nothing is promised that is not done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Supported {
    pub scopes: Vec<SupportedScope>,
    /// Claims about a person, whatever scope they belong to; none of [`PROTOCOL_CLAIMS`].
    pub claims: Vec<&'static str>,
    /// Authentication context classes, weakest first.
    pub acr_values: Vec<&'static str>,
    /// Language tags of the pages.
    pub ui_locales: Vec<String>,
    /// Those of the token endpoint, and `implicit`, which has no exchange.
    pub grant_types: Vec<&'static str>,
    pub response_types: Vec<&'static str>,
    pub response_modes: Vec<&'static str>,
    pub prompt_values: Vec<&'static str>,
    pub client_auth_methods: Vec<&'static str>,
    /// Algorithms that sign ID Tokens.
    pub id_token_algs: Vec<&'static str>,
    pub authorization_details_types: Vec<&'static str>,
    /// How answers and request objects may be encrypted: `alg` and `enc` (RFC 7516 §4.1).
    pub encryption_algs: Vec<&'static str>,
    pub encryption_encs: Vec<&'static str>,
    /// Algorithms that a client assertion or a request object may be signed with.
    pub assertion_algs: Vec<&'static str>,
}

/// Claims that the protocol itself makes; nobody is asked for them.
pub const PROTOCOL_CLAIMS: &[&str] = &[
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "nbf",
    "jti",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "c_hash",
    "s_hash",
    "sid",
    "cnf",
    "events",
    "act",
    "client_id",
    "scope",
];

impl Supported {
    pub fn scope(&self, name: &str) -> Option<&SupportedScope> {
        self.scopes.iter().find(|s| s.name == name)
    }

    /// Whether a claim is one about a person that we can give.
    pub fn knows_claim(&self, name: &str) -> bool {
        !PROTOCOL_CLAIMS.contains(&name)
            && (self.claims.contains(&name) || self.scopes.iter().any(|s| s.claims.contains(&name)))
    }

    /// The claims that a scope string asks for (OIDC Core §5.4).
    pub fn claims_of(&self, scope: &Scope) -> BTreeSet<String> {
        let rows = self.scopes.iter().filter(|row| scope.contains(row.name));
        let claims = rows.flat_map(|row| row.claims.iter());
        claims.filter(|c| !PROTOCOL_CLAIMS.contains(c)).map(|c| (*c).to_owned()).collect()
    }
}

#[cfg(test)]
pub(crate) mod sample {
    //! A small house for tests.

    use super::*;
    use crate::oauth::authorization::reply::RESPONSE_MODES;
    use crate::oauth::authorization::response_type::RESPONSE_TYPES;

    pub fn supported() -> Supported {
        let scope = |name, claims: &[&'static str]| SupportedScope {
            name,
            claims: claims.to_vec(),
            is_for_clients: false,
            is_reviewed: name == "wallet.identity",
        };
        Supported {
            scopes: vec![
                scope("openid", &["sub"]),
                scope("profile", &["name", "given_name", "birthdate"]),
                scope("email", &["email", "email_verified"]),
                scope("phone", &["phone_number", "phone_number_verified"]),
                scope("offline_access", &[]),
                SupportedScope { name: "wallet.usage.read", claims: vec![], is_for_clients: true, is_reviewed: false },
                scope("wallet.identity", &["verified_claims.given_name", "verified_claims.birthdate"]),
            ],
            claims: vec!["name", "given_name", "birthdate", "email", "email_verified", "phone_number", "nickname"],
            acr_values: vec!["urn:sw:aal1", "urn:sw:aal2"],
            ui_locales: vec!["en".into(), "ar".into()],
            grant_types: vec!["authorization_code", "refresh_token", "client_credentials"],
            response_types: RESPONSE_TYPES.iter().map(|row| row.name).collect(),
            response_modes: RESPONSE_MODES.iter().map(|row| row.name).collect(),
            authorization_details_types: vec!["wallet_read"],
            prompt_values: vec!["none", "login", "consent", "select_account", "create"],
            client_auth_methods: crate::oauth::client_auth::CLIENT_AUTH_METHODS.iter().map(|row| row.name).collect(),
            encryption_algs: vec!["ECDH-ES", "RSA-OAEP", "RSA-OAEP-256"],
            encryption_encs: vec!["A128CBC-HS256", "A256GCM"],
            id_token_algs: vec!["ES256", "EdDSA", "RS256", "PS256"],
            assertion_algs: vec!["ES256", "EdDSA", "PS256", "RS256"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oidc_core_s5_4_claims_of_scopes() {
        let supported = sample::supported();
        let claims = supported.claims_of(&Scope::of(["openid", "email", "foreign"]));
        assert_eq!(claims.iter().map(String::as_str).collect::<Vec<_>>(), ["email", "email_verified"]);
        assert!(supported.knows_claim("nickname") && supported.knows_claim("phone_number_verified"));
        assert!(!supported.knows_claim("sub") && !supported.knows_claim("shoe_size"));
    }
}
