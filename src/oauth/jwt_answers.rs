//! `JWT_ANSWERS`: which of our answers a client may have as JWTs, signed, encrypted or both.

use crate::oauth::client::Client;
use crate::oauth::profile;

/// One kind of answer.
pub struct JwtAnswer {
    /// What its members of discovery begin with; those of a client's registration are named alike.
    pub name: &'static str,
    pub section: &'static str,
    /// What a client has registered for it.
    pub chosen: fn(&Client) -> Chosen<'_>,
}

/// The algorithms that a client has registered for one kind of answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen<'a> {
    /// `None` where the answer is not signed.
    pub sign: Option<&'a str>,
    /// `None` where the answer is not encrypted.
    pub alg: Option<&'a str>,
    /// `None` for A128CBC-HS256, where there is an `alg`.
    pub enc: Option<&'a str>,
}

pub const ID_TOKEN: JwtAnswer = JwtAnswer {
    name: "id_token",
    section: "OIDC Registration §2",
    chosen: |client| Chosen {
        sign: Some(&client.id_token_signed_response_alg),
        alg: client.id_token_encrypted_response_alg.as_deref(),
        enc: client.id_token_encrypted_response_enc.as_deref(),
    },
};

/// Plain JSON where the client has registered nothing.
pub const USERINFO: JwtAnswer = JwtAnswer {
    name: "userinfo",
    section: "OIDC Core §5.3.2",
    chosen: |client| Chosen {
        sign: client.userinfo_signed_response_alg.as_deref(),
        alg: client.userinfo_encrypted_response_alg.as_deref(),
        enc: client.userinfo_encrypted_response_enc.as_deref(),
    },
};

pub const AUTHORIZATION: JwtAnswer = JwtAnswer {
    name: "authorization",
    section: "JARM §3",
    chosen: |client| Chosen {
        sign: Some(client.authorization_signed_response_alg.as_deref().unwrap_or(&client.id_token_signed_response_alg)),
        alg: client.authorization_encrypted_response_alg.as_deref(),
        enc: client.authorization_encrypted_response_enc.as_deref(),
    },
};

/// Signed by RS256 where the client has not registered anything (RFC 9701 §6); where its profile forbids that, like its
/// ID Tokens.
pub const INTROSPECTION: JwtAnswer = JwtAnswer {
    name: "introspection",
    section: "RFC 9701 §6",
    chosen: |client| Chosen {
        sign: Some(client.introspection_signed_response_alg.as_deref().unwrap_or_else(|| {
            let is_allowed = profile::find(&client.profile).is_none_or(|rules| rules.algs.contains(&"RS256"));
            if is_allowed { "RS256" } else { &client.id_token_signed_response_alg }
        })),
        alg: client.introspection_encrypted_response_alg.as_deref(),
        enc: client.introspection_encrypted_response_enc.as_deref(),
    },
};

/// All of them.
pub const JWT_ANSWERS: &[JwtAnswer] = &[ID_TOKEN, USERINFO, AUTHORIZATION, INTROSPECTION];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oidc_registration_s2_what_a_client_that_says_nothing_gets() {
        let client = Client::new("orbit".into());
        for row in JWT_ANSWERS {
            let chosen = (row.chosen)(&client);
            assert_eq!((chosen.alg, chosen.enc), (None, None), "{}", row.name);
            assert_eq!(chosen.sign, (row.name != "userinfo").then_some("RS256"), "{}", row.name);
            assert!(row.section.contains('§'));
        }
    }
}
