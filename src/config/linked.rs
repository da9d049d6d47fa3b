//! Providers at which people show that an account is theirs: any of OpenID Connect.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde::Deserialize;
use url::Url;

use crate::base::Secret;
use crate::base::url::is_loopback;
use crate::oauth::scope::is_scope_token;

/// A provider of OpenID Connect of which this house is a client.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Written")]
pub struct LinkedProvider {
    /// In addresses of ours, so in the redirect URI: it never changes.
    pub id: String,
    /// What people know it by.
    pub name: String,
    /// Its issuer identifier, as its discovery document says it (OIDC Discovery §4.3).
    pub issuer: String,
    pub client_id: String,
    pub client_secret: Secret<String>,
    /// What is asked for beside `openid`.
    pub scopes: Vec<String>,
    /// The https URL of a picture.
    pub logo: Option<Url>,
}

/// As an operator writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    name: String,
    issuer: String,
    client_id: String,
    #[serde(default)]
    client_secret: Option<Secret<String>>,
    #[serde(default)]
    client_secret_file: Option<PathBuf>,
    #[serde(default = "scopes")]
    scopes: Vec<String>,
    #[serde(default)]
    logo: Option<Url>,
}

fn scopes() -> Vec<String> {
    vec!["profile".to_owned()]
}

impl TryFrom<Written> for LinkedProvider {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, &'static str> {
        let client_secret = match (written.client_secret, written.client_secret_file) {
            (Some(secret), None) => secret,
            (None, Some(file)) => {
                let text = fs::read_to_string(file).map_err(|_| "client_secret_file cannot be read")?;
                Secret::new(text.trim_end_matches(['\r', '\n']).to_owned())
            }
            _ => return Err("needs client_secret or client_secret_file, and one of them alone"),
        };
        let Written { id, name, issuer, client_id, scopes, logo, .. } = written;
        Ok(Self { id, name, issuer, client_id, client_secret, scopes, logo })
    }
}

/// What cannot work about them, in words for the operator.
pub(super) fn problems(providers: &[LinkedProvider]) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    let mut ids = BTreeSet::new();
    for provider in providers {
        let id = &provider.id;
        let mut when = |is_so: bool, what: &str, mend: &'static str| {
            if is_so {
                found.push((format!("linked_providers: {id} {what}"), mend));
            }
        };
        let is_plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        let fits = (1..=40).contains(&id.len()) && id.bytes().all(is_plain);
        when(!fits, "has an id that is no word for an address", "Take up to 40 of a-z, 0-9 and -.");
        when(!ids.insert(id.clone()), "is there twice", "Name each provider once.");
        when(provider.name.trim().is_empty(), "has no name", "Say what people know it by.");
        when(
            !is_issuer(&provider.issuer),
            "has no issuer",
            "Write it like https://id.example.org, as its discovery does.",
        );
        when(provider.client_id.is_empty(), "has no client_id", "Register this wallet there.");
        when(provider.client_secret.expose().is_empty(), "has no client_secret", "Register this wallet there.");
        let are_scopes = provider.scopes.iter().all(|scope| is_scope_token(scope));
        when(!are_scopes, "has a scope with a character that none may have", "RFC 6749 section 3.3 has the list.");
        let is_https = provider.logo.as_ref().is_none_or(|logo| logo.scheme() == "https");
        when(!is_https, "has a logo that is no https URL", "Write it like https://id.example.org/logo.png.");
    }
    found
}

/// An https URL without query and fragment (OIDC Discovery §3), or http on this machine, which production refuses.
fn is_issuer(issuer: &str) -> bool {
    Url::parse(issuer).is_ok_and(|url| {
        let is_here = url.scheme() == "http" && url.host_str().is_some_and(is_loopback);
        (url.scheme() == "https" || is_here) && url.query().is_none() && url.fragment().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct All {
        linked_providers: Vec<LinkedProvider>,
    }

    fn read(changes: &[(&str, &str)]) -> Result<Vec<LinkedProvider>, toml::de::Error> {
        let mut lines = vec![
            ("id", "\"orbit\""),
            ("name", "\"Orbit\""),
            ("issuer", "\"https://id.orbit.example\""),
            ("client_id", "\"wallet\""),
            ("client_secret", "\"secret\""),
        ];
        for (name, value) in changes {
            lines.retain(|(one, _)| one != name);
            lines.push((name, value));
        }
        let lines = lines.iter().filter(|(_, value)| !value.is_empty());
        let lines: String = lines.map(|(name, value)| format!("{name} = {value}\n")).collect();
        toml::from_str::<All>(&format!("[[linked_providers]]\n{lines}")).map(|all| all.linked_providers)
    }

    #[test]
    fn each_mistake_is_one_problem() {
        let good = read(&[]).unwrap();
        assert_eq!((problems(&good).len(), &good[0].scopes[..]), (0, &["profile".to_owned()][..]));
        assert!(!format!("{good:?}").contains("\"secret\""));
        assert_eq!(problems(&[good.clone(), good].concat()).len(), 1, "twice");
        for (name, value) in [
            ("id", "\"Orbit\""),
            ("id", "\"a/b\""),
            ("name", "\" \""),
            ("issuer", "\"http://id.orbit.example\""),
            ("issuer", "\"https://id.orbit.example?a\""),
            ("issuer", "\"orbit\""),
            ("client_id", "\"\""),
            ("client_secret", "\"\""),
            ("scopes", "[\"a b\"]"),
            ("logo", "\"http://id.orbit.example/logo.png\""),
        ] {
            assert_eq!(problems(&read(&[(name, value)]).unwrap()).len(), 1, "{name} = {value}");
        }
        assert!(problems(&read(&[("issuer", "\"http://127.0.0.1:8081\"")]).unwrap()).is_empty());
    }

    #[test]
    fn a_secret_comes_from_the_text_or_from_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        fs::write(&file, "from a file\n").unwrap();
        let named = format!("{:?}", file.display().to_string());
        let read_secret = |changes: &[(&str, &str)]| read(changes).map(|all| all[0].client_secret.expose().clone());
        assert_eq!(read_secret(&[("client_secret", ""), ("client_secret_file", &named)]).unwrap(), "from a file");
        for bad in [
            &[("client_secret", "")][..],
            &[("client_secret_file", &*named)],
            &[("client_secret", ""), ("client_secret_file", "\"/nowhere/at/all\"")],
            &[("secret", "\"x\"")],
        ] {
            assert!(read_secret(bad).is_err(), "{bad:?}");
        }
    }
}
