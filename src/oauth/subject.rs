//! Subject identifiers: pairwise by default, public by an operator's choice (OIDC Core §8).

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::Url;

use crate::base::id::AccountId;
use crate::base::seal::Pepper;
use crate::oauth::error::Error;
use crate::oauth::redirect_uri;

/// The host that pairwise identifiers are made for (OIDC Core §8.1): clients of one sector know a person by one `sub`.
///
/// Fails with `invalid_client_metadata` where redirect URIs of several hosts come without a `sector_identifier_uri`.
pub fn sector(sector_identifier_uri: Option<&str>, redirect_uris: &[String]) -> Result<String, Error> {
    if let Some(uri) = sector_identifier_uri {
        let host = Url::parse(uri).ok().filter(|u| u.scheme() == "https").and_then(|u| u.host_str().map(str::to_owned));
        return host.ok_or_else(|| Error::invalid_client_metadata("sector_identifier_uri must be an https URL"));
    }
    let hosts: BTreeSet<String> = redirect_uri::hosts(redirect_uris);
    let mut hosts = hosts.into_iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => Ok(host),
        (Some(_), Some(_)) => Err(Error::invalid_client_metadata(
            "redirect_uris on several hosts need a sector_identifier_uri for pairwise subjects",
        )),
        // A native client with private-use schemes alone: its first URI is its sector.
        (None, _) => redirect_uris
            .first()
            .cloned()
            .ok_or_else(|| Error::invalid_client_metadata("pairwise subjects need a redirect URI")),
    }
}

/// The `sub` that clients of `sector` know an account by: 43 characters, the same for ever, unlinkable without the key.
pub fn pairwise(pepper: &Pepper, sector: &str, account: AccountId) -> String {
    let mut message = Vec::with_capacity(sector.len() + 17);
    message.extend_from_slice(sector.as_bytes());
    message.push(0);
    message.extend_from_slice(account.as_bytes());
    URL_SAFE_NO_PAD.encode(pepper.mac("pairwise-subject", &message))
}

/// The `sub` that every client with public subjects knows an account by; it does not give the account's own id away.
pub fn public(pepper: &Pepper, account: AccountId) -> String {
    URL_SAFE_NO_PAD.encode(pepper.mac("public-subject", account.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Random, Time};

    #[test]
    fn oidc_core_s8_1_one_sector_one_subject() {
        let pepper = Pepper::new([9; 32]);
        let random = Random::seeded(3);
        let [a, b] = [1, 2].map(|s| AccountId::new(Time::from_unix(s), &random));
        let sub = pairwise(&pepper, "a.example", a);
        assert_eq!(sub, pairwise(&pepper, "a.example", a));
        assert_eq!(sub.len(), 43);
        let others = [
            pairwise(&pepper, "b.example", a),
            pairwise(&pepper, "a.example", b),
            pairwise(&Pepper::new([8; 32]), "a.example", a),
            public(&pepper, a),
        ];
        assert!(!others.contains(&sub));
    }

    #[test]
    fn oidc_core_s8_1_the_sector_is_a_host() {
        let uris = |list: &[&str]| list.iter().map(|u| (*u).to_owned()).collect::<Vec<_>>();
        let one = uris(&["https://a.example/x", "https://a.example/y"]);
        let two = uris(&["https://a.example/x", "https://b.example/y"]);
        assert_eq!(sector(None, &one).unwrap(), "a.example");
        assert!(sector(None, &two).is_err());
        assert_eq!(sector(Some("https://s.example/list.json"), &two).unwrap(), "s.example");
        assert!(sector(Some("http://s.example/list.json"), &two).is_err());
        assert_eq!(sector(None, &uris(&["com.example.app:/cb"])).unwrap(), "com.example.app:/cb");
        assert!(sector(None, &[]).is_err());
    }
}
