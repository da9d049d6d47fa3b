//! What a token's header says, made once for each key; and why a token is refused.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::jose::Alg;

/// Longest token that is looked at, in bytes.
pub const MOST_TOKEN_BYTES: usize = 8 * 1024;

/// What a token says it is in its `typ` header (RFC 8725 §3.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typ {
    /// No `typ`: ID Tokens and client assertions, as every client library knows them.
    Absent,
    Jwt,
    /// RFC 9068 §2.1.
    AccessToken,
    /// OIDC Back-Channel Logout §2.4.
    LogoutToken,
    /// RFC 9701 §5.
    Introspection,
    /// RFC 8417 §2.3.
    SecurityEvent,
    /// What was destroyed of an account, of our own kind.
    DeletionReceipt,
    /// A receipt of consent, of our own kind.
    ConsentReceipt,
    /// A statement of what the audit chain was, of our own kind.
    AuditCheckpoint,
}

impl Typ {
    pub(super) const ALL: [Typ; 9] = [
        Typ::Absent,
        Typ::Jwt,
        Typ::AccessToken,
        Typ::LogoutToken,
        Typ::Introspection,
        Typ::SecurityEvent,
        Typ::DeletionReceipt,
        Typ::ConsentReceipt,
        Typ::AuditCheckpoint,
    ];

    pub fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Absent => None,
            Self::Jwt => Some("JWT"),
            Self::AccessToken => Some("at+jwt"),
            Self::LogoutToken => Some("logout+jwt"),
            Self::Introspection => Some("token-introspection+jwt"),
            Self::SecurityEvent => Some("secevent+jwt"),
            Self::DeletionReceipt => Some("deletion-receipt+jwt"),
            Self::ConsentReceipt => Some("consent-receipt+jwt"),
            Self::AuditCheckpoint => Some("audit-checkpoint+jwt"),
        }
    }
}

/// The encoded headers of one key with the dot that follows them, one for each [`Typ`]: made once, copied per token.
pub(super) struct Headers([String; Typ::ALL.len()]);

impl Headers {
    pub(super) fn of(alg: Alg, kid: &str) -> Self {
        Self(Typ::ALL.map(|typ| {
            let mut header = Map::from_iter([("alg".to_owned(), alg.as_str().into()), ("kid".to_owned(), kid.into())]);
            header.extend(typ.as_str().map(|typ| ("typ".to_owned(), typ.into())));
            URL_SAFE_NO_PAD.encode(Value::Object(header).to_string()) + "."
        }))
    }

    pub(super) fn for_typ(&self, typ: Typ) -> &str {
        &self.0[typ as usize]
    }
}

/// Why a token is not believed. The text may go into an error description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the token is longer than 8 KiB")]
    TooLong,
    #[error("the token is not a JWS in compact form")]
    NotCompact,
    #[error("the header of the token is malformed")]
    Header,
    #[error("the token has a crit header, none of which is understood")]
    Critical,
    #[error("the alg of the token is not allowed here")]
    Alg,
    #[error("the payload of the token is not a JSON object with unique member names")]
    Payload,
    #[error("no key matches the kid and alg of the token")]
    UnknownKey,
    #[error("several keys match; the token needs a kid that names one of them")]
    AmbiguousKey,
    #[error("the key of the token is for another alg")]
    AlgOfKey,
    #[error("the key of the token is not a valid key")]
    UnusableKey,
    #[error("the signature of the token is wrong")]
    Signature,
}

impl Refused {
    /// Whether fetching the signer's keys again may help: it may have rotated them.
    pub fn may_be_rotation(self) -> bool {
        matches!(self, Self::UnknownKey | Self::AmbiguousKey | Self::AlgOfKey | Self::Signature)
    }
}
