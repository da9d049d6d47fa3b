//! The tables of the protocol: grant types, client authentication, response types and modes, profiles, algorithms,
//! endpoints, limits, client metadata, errors.

use super::{code, codes, table};
use crate::base::Seconds;
use crate::config::Config;
use crate::jose::jwe::{ENCS, KEY_ALGS};
use crate::jose::{ALGORITHMS, hmac};
use crate::oauth::authorization::reply::RESPONSE_MODES;
use crate::oauth::authorization::response_type::RESPONSE_TYPES;
use crate::oauth::authorization_details::DETAIL_TYPES;
use crate::oauth::client_auth::CLIENT_AUTH_METHODS;
use crate::oauth::error::CODES;
use crate::oauth::jwt_answers::JWT_ANSWERS;
use crate::oauth::profile::{AssertionAudience, PROFILES, PkceRule, Profile, RequestObjects, RequestRule, SenderRule};
use crate::oauth::registration::{FIELDS, SetBy};
use crate::provider::grant_types::GRANT_TYPES;
use crate::risk::limits::{LIMITS, Per};
use crate::web::ROUTES;
use crate::web::door::{Door, Row};
use crate::web::middleware::cors::Readers;

/// Each as one Markdown table.
pub fn tables() -> Vec<String> {
    vec![
        grant_types(),
        client_auth_methods(),
        response_types(),
        response_modes(),
        detail_types(),
        profiles(),
        signing(),
        encryption(),
        answers(),
        endpoints(),
        limits(),
        fields(),
        errors(),
    ]
}

fn grant_types() -> String {
    let rows = GRANT_TYPES.iter().map(|row| vec![code(row.name), codes(row.params), row.section.to_owned()]);
    table("Grant types", &["grant_type", "Parameters of its own", "Defined in"], rows)
}

/// The names of the profiles that let a client use something.
fn of_profiles(list: fn(&Profile) -> &'static [&'static str], name: &str) -> String {
    codes(&PROFILES.iter().filter(|row| list(row).contains(&name)).map(|row| row.name).collect::<Vec<_>>())
}

fn client_auth_methods() -> String {
    let rows = CLIENT_AUTH_METHODS.iter().map(|row| {
        vec![code(row.name), of_profiles(|profile| profile.client_auth_methods, row.name), row.section.to_owned()]
    });
    table("Client authentication methods", &["token_endpoint_auth_method", "Profiles", "Defined in"], rows)
}

fn response_types() -> String {
    let rows = RESPONSE_TYPES.iter().map(|row| {
        let profiles = of_profiles(|profile| profile.response_types, row.name);
        vec![code(row.name), codes(row.grant_types()), profiles, row.section.to_owned()]
    });
    table("Response types", &["response_type", "Grant types it needs", "Profiles", "Defined in"], rows)
}

fn response_modes() -> String {
    let rows = RESPONSE_MODES.iter().map(|row| {
        vec![code(row.name), of_profiles(|profile| profile.response_modes, row.name), row.section.to_owned()]
    });
    table("Response modes", &["response_mode", "Profiles", "Defined in"], rows)
}

fn detail_types() -> String {
    let rows = DETAIL_TYPES.iter().map(|row| vec![code(row.name), row.section.to_owned()]);
    table("Authorization details", &["type", "Defined in"], rows)
}

/// One rule of every profile.
type Rule = (&'static str, fn(&Profile) -> String);

const RULES: &[Rule] = &[
    ("Defined in", |p| p.section.to_owned()),
    ("PKCE", |p| {
        let rule = match p.pkce {
            PkceRule::Required => "required",
            PkceRule::WhenPushed => "required where the request is pushed",
            PkceRule::ByClient => "by the client's registration",
        };
        rule.to_owned()
    }),
    ("Requests", |p| {
        let rule = match p.request {
            RequestRule::ByClient => "by the client's registration",
            RequestRule::Pushed => "pushed",
            RequestRule::PushedAndSigned => "pushed and signed",
            RequestRule::Signed => "signed",
        };
        rule.to_owned()
    }),
    ("Request objects", |p| {
        let rule = match p.request_objects {
            RequestObjects::Lenient => "dated or not, parameters beside them count",
            RequestObjects::Dated => "with aud, nbf and exp, alone",
        };
        rule.to_owned()
    }),
    ("Nonce, or state without openid", |p| yes(p.needs_nonce_or_state)),
    ("Tokens are bound", |p| {
        let rule = match p.sender {
            SenderRule::ByClient => "by the client's registration",
            SenderRule::Required => "to a DPoP key or a certificate",
            SenderRule::Certificate => "to a certificate",
        };
        rule.to_owned()
    }),
    ("Client authentication", |p| codes(p.client_auth_methods)),
    ("Assertion audience", |p| {
        let rule = match p.assertion_audience {
            AssertionAudience::Issuer => "the issuer alone",
            AssertionAudience::AnyOfOurs => "the issuer or any endpoint",
            AssertionAudience::ByClient => "the issuer, or by the client's registration any endpoint",
        };
        rule.to_owned()
    }),
    ("Assertion lifetime at most", |p| span(p.assertion_lifetime)),
    ("Signatures", |p| codes(p.algs)),
    ("Response types", |p| codes(p.response_types)),
    ("Response modes", |p| codes(p.response_modes)),
    ("Code lifetime", |p| span(p.code_lifetime)),
    ("Access token lifetime at most", |p| span(p.access_token_lifetime)),
    ("ID Token lifetime at most", |p| span(p.id_token_lifetime)),
    ("Refresh tokens stay the same", |p| yes(p.keeps_refresh_tokens)),
    ("Grace of a used refresh token", |p| span(p.refresh_grace)),
];

fn yes(is_so: bool) -> String {
    if is_so { "yes" } else { "" }.to_owned()
}

fn span(time: Seconds) -> String {
    format!("{} s", time.0)
}

fn profiles() -> String {
    let head: Vec<&str> = std::iter::once("Rule").chain(PROFILES.iter().map(|row| row.name)).collect();
    let rows =
        RULES.iter().map(|(name, told)| std::iter::once((*name).to_owned()).chain(PROFILES.iter().map(told)).collect());
    table("Profiles", &head, rows)
}

fn signing() -> String {
    let of_clients = (hmac::ALG, "a secret of the client", "client assertions", "RFC 7518 §3.2");
    let rows = ALGORITHMS.iter().map(|row| (row.name, row.crv.unwrap_or(row.kty), "all", row.section));
    let rows = rows
        .chain([of_clients])
        .map(|(name, key, signs, section)| vec![code(name), key.to_owned(), signs.to_owned(), section.to_owned()]);
    table("Signing algorithms, the preferred first", &["alg", "Key", "Signs", "Defined in"], rows)
}

fn encryption() -> String {
    let keys = KEY_ALGS.iter().map(|row| ("alg", row.name, row.section));
    let contents = ENCS.iter().map(|row| ("enc", row.name, row.section));
    let rows = keys.chain(contents);
    let rows = rows.map(|(member, name, section)| vec![code(name), code(member), section.to_owned()]);
    table("Encryption algorithms, the preferred first", &["Algorithm", "Header", "Defined in"], rows)
}

fn answers() -> String {
    let rows = JWT_ANSWERS.iter().map(|row| {
        let members = ["signed_response_alg", "encrypted_response_alg", "encrypted_response_enc"];
        let members = members.map(|member| code(&format!("{}_{member}", row.name)));
        vec![code(row.name), members.join(", "), row.section.to_owned()]
    });
    table("Answers as JWTs", &["Answer", "Client metadata", "Defined in"], rows)
}

/// What clients call; pages and what belongs to them is for people.
fn is_for_clients(row: &&Row) -> bool {
    match row.door {
        Door::Protocol | Door::Bearer | Door::Api | Door::Link => true,
        Door::Document => row.readers == Readers::All || row.path == "/check_session",
        Door::Page => ["/authorize", "/logout"].contains(&row.path),
    }
}

fn endpoints() -> String {
    let rows = ROUTES.iter().filter(is_for_clients).map(|row| {
        let readers = match row.readers {
            Readers::Own => "",
            Readers::Client => "origins of the client",
            Readers::All => "everybody",
        };
        let path = row.path.split('/').map(|part| match part.strip_prefix(':') {
            Some(name) => format!("{{{name}}}"),
            None => part.to_owned(),
        });
        let path = path.collect::<Vec<_>>().join("/");
        let request = format!("{} {path}", format!("{:?}", row.verb).to_uppercase());
        vec![code(&request), readers.to_owned(), row.limit.map(code).unwrap_or_default()]
    });
    table("Endpoints", &["Request", "Scripts of others may read it", "Limit by address"], rows)
}

fn limits() -> String {
    let defaults = Config::default().limits;
    let rows = LIMITS.iter().map(|row| {
        let per = match row.per {
            Per::Client => "client",
            Per::Host => "host that is called",
            Per::Account => "person",
            Per::AccountAndClient => "person and client",
            Per::Address => "network address",
        };
        vec![code(&format!("limits.{}", row.name)), per.to_owned(), (row.rate)(&defaults).to_string()]
    });
    table("Limits", &["Setting", "Counted by", "Default"], rows)
}

fn fields() -> String {
    let rows = FIELDS.iter().map(|row| {
        let by = match row.set_by {
            SetBy::Anyone => "whoever registers the client",
            SetBy::Operator => "an operator",
        };
        vec![code(row.name), by.to_owned(), row.section.to_owned()]
    });
    table("Client metadata", &["Field", "Set by", "Defined in"], rows)
}

fn errors() -> String {
    let rows = CODES.iter().map(|row| vec![code(row.name), row.status.to_string(), row.section.to_owned()]);
    table("Error codes", &["error", "Status", "Defined in"], rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_printed_once() {
        for (text, rows) in [
            (grant_types(), GRANT_TYPES.len()),
            (client_auth_methods(), CLIENT_AUTH_METHODS.len()),
            (response_types(), RESPONSE_TYPES.len()),
            (response_modes(), RESPONSE_MODES.len()),
            (profiles(), RULES.len()),
            (signing(), ALGORITHMS.len() + 1),
            (encryption(), KEY_ALGS.len() + ENCS.len()),
            (limits(), LIMITS.len()),
            (fields(), FIELDS.len()),
            (errors(), CODES.len()),
        ] {
            assert_eq!(text.lines().filter(|line| line.starts_with("| ")).count(), rows + 1, "{text}");
        }
        assert!(profiles().contains("| fapi2_message_signing | fapi1 |"));
        assert!(limits().contains("| `limits.token` | client | 50/s burst 100 |"), "{}", limits());
        let endpoints = endpoints();
        for request in
            ["POST /token", "GET /authorize", "GET /grants/{id}", "GET /jwks", "DELETE /register/{client_id}"]
        {
            assert!(endpoints.contains(&code(request)), "{request} is not in {endpoints}");
        }
        assert!(!endpoints.contains("/account") && !endpoints.contains("/static"));
    }
}
