//! Redirect URIs: which may be registered, and exact matching (RFC 9700 §4.1.3, RFC 8252 §7).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::base::url::is_loopback;
use crate::oauth::error::{Code, Error};

/// Where a client runs (OIDC Registration §2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApplicationType {
    #[default]
    Web,
    Native,
}

/// The most bytes of a redirect URI.
pub const MOST_BYTES: usize = 2048;

/// Whether a request's redirect URI is one that the client registered.
///
/// Strings are compared byte by byte, nothing is normalised. The one exception is the port of an `http` loopback
/// address that a native client registered, because it gets its port at run time (RFC 8252 §7.3).
pub fn is_registered(registered: &[String], application_type: ApplicationType, presented: &str) -> bool {
    registered.iter().any(|registered| {
        registered == presented
            || (application_type == ApplicationType::Native && differs_in_port_alone(registered, presented))
    })
}

/// Splits `http://127.0.0.1:port/rest` into host and rest; `None` for anything else.
fn loopback_parts(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let host = ["127.0.0.1", "[::1]"].into_iter().find(|host| rest.starts_with(host))?;
    let rest = &rest[host.len()..];
    let rest = match rest.strip_prefix(':') {
        None => rest,
        Some(port_on) => {
            let after = port_on.trim_start_matches(|c: char| c.is_ascii_digit());
            let port = &port_on[..port_on.len() - after.len()];
            port.parse::<u16>().ok()?;
            after
        }
    };
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((host, rest))
}

fn differs_in_port_alone(registered: &str, presented: &str) -> bool {
    match (loopback_parts(registered), loopback_parts(presented)) {
        (Some(registered), Some(presented)) => registered == presented,
        _ => false,
    }
}

/// Checks a redirect URI that is to be registered; fails with `invalid_redirect_uri`.
///
/// Allowed are `https`, `http` on this machine, and for native clients a private-use scheme in reverse domain form
/// (RFC 8252 §7.1). No fragment, no credentials, no wildcard, and only characters that a URI has.
pub fn check(uri: &str, application_type: ApplicationType) -> Result<(), Error> {
    let refuse = |why: &'static str| Err(Error::new(Code::InvalidRedirectUri, why));
    if uri.is_empty() || uri.len() > MOST_BYTES {
        return refuse("a redirect URI is empty or longer than 2048 bytes");
    }
    if !uri.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}*".contains(&b)) {
        return refuse("a redirect URI has a character that does not belong into one");
    }
    if uri.contains('#') {
        return refuse("a redirect URI must not have a fragment");
    }
    let Ok(url) = Url::parse(uri) else {
        return refuse("a redirect URI is not an absolute URI");
    };
    if !url.username().is_empty() || url.password().is_some() || has_at_sign_in_authority(uri) {
        return refuse("a redirect URI must not have credentials");
    }
    // The text, not what a parser made of it, is what is compared later: it must not hide another scheme or host.
    let scheme = uri.split(':').next().unwrap_or_default();
    match scheme {
        "https" | "http" => {
            let host = url.host_str().unwrap_or_default();
            if !uri[scheme.len()..].starts_with("://") || host.is_empty() {
                return refuse("a redirect URI must have a host");
            }
            if scheme == "http" && !is_loopback(host) {
                return refuse("a redirect URI must use https, except on the own machine");
            }
            if url.path().split('/').any(|part| part == ".." || part == ".") || uri.contains("/../") {
                return refuse("a redirect URI must not have dot segments");
            }
            Ok(())
        }
        scheme if is_reverse_domain(scheme) => match application_type {
            ApplicationType::Native => Ok(()),
            ApplicationType::Web => refuse("only native clients may have a redirect URI with a private-use scheme"),
        },
        _ => refuse("a redirect URI must use https, loopback http, or a private-use scheme in reverse domain form"),
    }
}

fn has_at_sign_in_authority(uri: &str) -> bool {
    let after = uri.split_once("://").map_or("", |(_, rest)| rest);
    after.split(['/', '?']).next().is_some_and(|authority| authority.contains('@'))
}

/// `com.example.app`: lower case, at least one dot, every part a label (RFC 8252 §7.1).
fn is_reverse_domain(scheme: &str) -> bool {
    let is_label = |l: &str| {
        !l.is_empty()
            && l.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && l.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    scheme.contains('.') && scheme.starts_with(|c: char| c.is_ascii_lowercase()) && scheme.split('.').all(is_label)
}

/// The hosts of web redirect URIs, as registered names or addresses.
pub fn hosts(uris: &[String]) -> BTreeSet<String> {
    let urls = uris.iter().filter_map(|uri| Url::parse(uri).ok());
    urls.filter(|url| matches!(url.scheme(), "https" | "http"))
        .filter_map(|url| url.host_str().map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::client::Client;
    use proptest::prelude::*;

    fn is_registered(client: &Client, presented: &str) -> bool {
        client.has_redirect_uri(presented)
    }

    fn client(uris: &[&str], application_type: ApplicationType) -> Client {
        let redirect_uris = uris.iter().map(|u| (*u).to_owned()).collect();
        Client { redirect_uris, application_type, ..Client::new("c".into()) }
    }

    #[test]
    fn rfc9700_s4_1_3_exact_match() {
        let client = client(&["https://a.example/cb", "https://a.example/q?x=1"], ApplicationType::Web);
        assert!(is_registered(&client, "https://a.example/cb") && is_registered(&client, "https://a.example/q?x=1"));
        for bad in [
            "https://a.example/cb/",
            "https://a.example/cb?",
            "https://a.example/cb?x=1",
            "https://a.example/cb/../evil",
            "https://A.example/cb",
            "https://a.example:443/cb",
            "https://a.example/cb#",
            "https://a.example/%63b",
            "https://a.example.evil.example/cb",
            "https://a.example@evil.example/cb",
            "https://a.example/q?x=1&y=2",
            "https://a.example/q?x=2",
            "http://a.example/cb",
            "",
        ] {
            assert!(!is_registered(&client, bad), "{bad}");
        }
    }

    #[test]
    fn rfc8252_s7_3_loopback_port() {
        let uris = ["http://127.0.0.1/cb", "http://[::1]:3000/cb?x=1", "http://localhost:3000/cb"];
        let native = client(&uris, ApplicationType::Native);
        for good in ["http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", "http://[::1]:1/cb?x=1", uris[2]] {
            assert!(is_registered(&native, good), "{good}");
        }
        for bad in [
            "http://127.0.0.1:51004/other",
            "http://127.0.0.1:99999/cb",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:80@evil.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://[::1]:1/cb",
            "https://127.0.0.1:51004/cb",
            "http://localhost:51004/cb",
            "http://127.0.0.2:1/cb",
        ] {
            assert!(!is_registered(&native, bad), "{bad}");
        }
        assert!(!is_registered(&client(&uris, ApplicationType::Web), "http://127.0.0.1:51004/cb"));
    }

    #[test]
    fn oidc_registration_s2_what_may_be_registered() {
        use ApplicationType::{Native, Web};
        for (uri, kind) in [
            ("https://a.example/cb?x=1", Web),
            ("http://localhost:3000/cb", Web),
            ("http://127.0.0.1/cb", Native),
            ("http://[::1]:9/", Native),
            ("com.example.app:/cb", Native),
            ("com.example.app://cb", Native),
        ] {
            assert_eq!(check(uri, kind), Ok(()), "{uri}");
        }
        for (uri, kind) in [
            ("", Web),
            ("/cb", Web),
            ("http://a.example/cb", Web),
            ("https://a.example/cb#x", Web),
            ("https://a.example/cb#", Web),
            ("https://u:p@a.example/cb", Web),
            ("https://@a.example/cb", Web),
            ("https://*.example/cb", Web),
            ("https://a.example/../cb", Web),
            ("https://a.example/a\\b", Web),
            ("https:a.example/cb", Web),
            ("HTTPS://a.example/cb", Web),
            ("https://a.exämple/cb", Web),
            ("https://a.example/c b", Web),
            ("com.example.app:/cb", Web),
            ("javascript:alert(1)", Native),
            ("JavaScript:alert(1)", Native),
            ("data:text/html,x", Native),
            ("vbscript:x", Native),
            ("file:///etc/passwd", Native),
            ("myapp:/cb", Native),
            ("com..example:/cb", Native),
            ("Com.example:/cb", Native),
        ] {
            assert_eq!(check(uri, kind).unwrap_err().code(), Code::InvalidRedirectUri, "{uri}");
        }
    }

    proptest! {
        #[test]
        fn registered_uris_match_exactly_themselves(
            registered in "https://[a-z]{1,8}\\.example/[a-z?=&]{0,8}",
            presented in "https://[a-z]{1,8}\\.example/[a-z?=&]{0,8}",
            native: bool,
        ) {
            let kind = if native { ApplicationType::Native } else { ApplicationType::Web };
            let client = client(&[&registered], kind);
            prop_assert!(is_registered(&client, &registered));
            prop_assert_eq!(is_registered(&client, &presented), registered == presented);
        }

        #[test]
        fn reading_never_panics(uri: String) {
            let _ = check(&uri, ApplicationType::Native);
            let _ = is_registered(&client(&["http://127.0.0.1/cb"], ApplicationType::Native), &uri);
        }
    }
}
