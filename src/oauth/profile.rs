//! `PROFILES`: how strictly a client is treated, as rows of rules.

use crate::base::Seconds;

/// Whether an authorization request must carry a PKCE challenge (RFC 7636).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PkceRule {
    Required,
    /// It must where it is pushed (FAPI 1.0 Advanced §5.2.2-18).
    WhenPushed,
    /// The client's own switch decides; public clients must always.
    ByClient,
}

/// Which `aud` a client assertion may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssertionAudience {
    /// The issuer as a single string (RFC 7523bis).
    Issuer,
    /// The issuer or any of our endpoints, alone or among others.
    AnyOfOurs,
    /// The issuer, or for clients with `legacy_assertion_aud` also the token endpoint (OIDC Core §9).
    ByClient,
}

/// What a client's tokens must be bound to (RFC 8705 §3, RFC 9449).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SenderRule {
    /// Nothing, unless the client's registration says so.
    ByClient,
    /// A DPoP key or a certificate.
    Required,
    /// A certificate.
    Certificate,
}

/// How an authorization request must reach us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestRule {
    /// In any way, unless the client's registration says otherwise.
    ByClient,
    /// Pushed (RFC 9126).
    Pushed,
    /// Pushed, as a signed request object (RFC 9101).
    PushedAndSigned,
    /// As a signed request object, pushed or not.
    Signed,
}

/// What the claims of a request object must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestObjects {
    /// As OIDC Core §6.1 has it: dates and audience where they are there; parameters beside it count too.
    Lenient,
    /// `aud`, `nbf` and `exp`, an hour apart at most; what stands beside it counts for nothing (FAPI 2.0 Message Signing
    /// §5.3.1, FAPI 1.0 Advanced §5.2.2).
    Dated,
}

/// One set of rules. A new profile is a row; a new kind of rule is a column.
#[derive(Debug, Clone, Copy)]
pub struct Profile {
    pub name: &'static str,
    /// The document that asks for these rules.
    pub section: &'static str,
    pub pkce: PkceRule,
    pub sender: SenderRule,
    pub request: RequestRule,
    /// Whether refresh tokens of clients with credentials stay the same when they are used (FAPI 2.0 SP §5.3.2.1-9).
    pub keeps_refresh_tokens: bool,
    /// Signatures that ID Tokens and client assertions may have.
    pub algs: &'static [&'static str],
    pub assertion_audience: AssertionAudience,
    /// How far ahead the `exp` of a client assertion may lie.
    pub assertion_lifetime: Seconds,
    pub request_objects: RequestObjects,
    pub code_lifetime: Seconds,
    pub response_types: &'static [&'static str],
    pub response_modes: &'static [&'static str],
    pub client_auth_methods: &'static [&'static str],
    pub access_token_lifetime: Seconds,
    pub id_token_lifetime: Seconds,
    /// How long after a rotation the same successor is answered again.
    pub refresh_grace: Seconds,
    /// Whether who asks for `openid` must send a nonce, whatever the response type, and who does not a state (FAPI 1.0
    /// Baseline §5.2.2.2, §5.2.2.3).
    pub needs_nonce_or_state: bool,
}

const JWT_MODES: [&str; 4] = ["jwt", "query.jwt", "fragment.jwt", "form_post.jwt"];

const OIDC: Profile = Profile {
    name: "oidc",
    section: "OIDC Core §3.1, RFC 9700 §2",
    pkce: PkceRule::ByClient,
    sender: SenderRule::ByClient,
    request: RequestRule::ByClient,
    keeps_refresh_tokens: false,
    algs: &["ES256", "EdDSA", "RS256", "PS256"],
    assertion_audience: AssertionAudience::ByClient,
    // What common client libraries ask for; a strict profile says five minutes.
    assertion_lifetime: Seconds::hours(1),
    request_objects: RequestObjects::Lenient,
    code_lifetime: Seconds(60),
    response_types: &["code", "code id_token", "code token", "code id_token token", "id_token", "id_token token"],
    response_modes: &["query", "fragment", "form_post", JWT_MODES[0], JWT_MODES[1], JWT_MODES[2], JWT_MODES[3]],
    client_auth_methods: &[
        "none",
        "client_secret_basic",
        "client_secret_post",
        "client_secret_jwt",
        "private_key_jwt",
        "tls_client_auth",
        "self_signed_tls_client_auth",
        "attest_jwt_client_auth",
    ],
    access_token_lifetime: Seconds::minutes(5),
    id_token_lifetime: Seconds::minutes(10),
    refresh_grace: Seconds(10),
    needs_nonce_or_state: false,
};

const FAPI2: Profile = Profile {
    name: "fapi2",
    section: "FAPI 2.0 Security Profile §5.3",
    pkce: PkceRule::Required,
    sender: SenderRule::Required,
    request: RequestRule::Pushed,
    keeps_refresh_tokens: true,
    algs: &["ES256", "EdDSA", "PS256"],
    assertion_audience: AssertionAudience::Issuer,
    assertion_lifetime: Seconds::minutes(5),
    request_objects: RequestObjects::Dated,
    response_types: &["code"],
    response_modes: &["query", "form_post", JWT_MODES[0], JWT_MODES[1], JWT_MODES[3]],
    client_auth_methods: &["private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"],
    ..OIDC
};

/// The security profiles a client may have.
pub const PROFILES: &[Profile] = &[
    OIDC,
    FAPI2,
    Profile {
        name: "fapi2_message_signing",
        section: "FAPI 2.0 Message Signing §5",
        request: RequestRule::PushedAndSigned,
        ..FAPI2
    },
    Profile {
        name: "fapi1",
        section: "FAPI 1.0 Advanced §5.2",
        pkce: PkceRule::WhenPushed,
        sender: SenderRule::Certificate,
        request: RequestRule::Signed,
        algs: &["ES256", "PS256"],
        assertion_audience: AssertionAudience::AnyOfOurs,
        response_types: &["code id_token", "code"],
        needs_nonce_or_state: true,
        response_modes: &["fragment", JWT_MODES[0], JWT_MODES[1], JWT_MODES[2], JWT_MODES[3]],
        ..FAPI2
    },
];

/// The profile of this name.
pub fn find(name: &str) -> Option<&'static Profile> {
    PROFILES.iter().find(|p| p.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_well_formed() {
        for (i, row) in PROFILES.iter().enumerate() {
            assert!(PROFILES[..i].iter().all(|other| other.name != row.name), "{}", row.name);
            assert!(row.section.contains('§') && row.code_lifetime <= Seconds(60), "{}", row.name);
            assert!(!row.algs.contains(&"none"), "{}", row.name);
        }
        assert!(find("oidc").is_some() && find("none").is_none());
    }
}
