//! A cookie jar that shows everything it holds (RFC 6265).

use std::fmt::Write as _;

use reqwest::header::HeaderMap;
use reqwest::header::SET_COOKIE;
use url::Url;

/// One cookie, as it was set.
#[derive(Clone, Debug)]
pub struct Cookie {
    pub host: String,
    pub name: String,
    pub value: String,
    pub path: String,
    /// Its attributes as they were written, lower case.
    pub attributes: Vec<String>,
}

impl Cookie {
    pub fn has(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|one| one == &attribute.to_ascii_lowercase())
    }
}

/// The cookies of one person. Like a browser's, it does not tell ports of one host apart.
#[derive(Clone, Default, Debug)]
pub struct Jar(Vec<Cookie>);

impl Jar {
    /// Keeps what an answer from `url` sets, and forgets what it expires.
    pub fn keep(&mut self, url: &Url, headers: &HeaderMap) {
        let host = url.host_str().unwrap_or_default().to_owned();
        for line in headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            let mut parts = line.split(';').map(str::trim);
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { continue };
            let attributes: Vec<_> = parts.map(str::to_ascii_lowercase).collect();
            let attribute = |name: &str| attributes.iter().find_map(|one| one.strip_prefix(name)?.strip_prefix('='));
            let path = attribute("path").filter(|path| path.starts_with('/')).unwrap_or("/").to_owned();
            let is_over = attribute("max-age").is_some_and(|age| age.parse().is_ok_and(|age: i64| age <= 0))
                || attribute("expires").is_some_and(|date| date.contains(" 1970 "));
            self.0.retain(|cookie| (&*cookie.host, &*cookie.name, &*cookie.path) != (&*host, name, &*path));
            if !is_over {
                let (name, value) = (name.to_owned(), value.to_owned());
                self.0.push(Cookie { host: host.clone(), name, value, path, attributes });
            }
        }
    }

    /// The `Cookie` header for a request to `url`; nothing if there is none to send.
    pub fn header(&self, url: &Url) -> Option<String> {
        let mut header = String::new();
        for cookie in &self.0 {
            let is_inside = url.path() == cookie.path
                || url.path().strip_prefix(cookie.path.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'));
            if url.host_str() == Some(&cookie.host) && is_inside {
                let _ = write!(header, "{}{}={}", if header.is_empty() { "" } else { "; " }, cookie.name, cookie.value);
            }
        }
        (!header.is_empty()).then_some(header)
    }

    pub fn all(&self) -> &[Cookie] {
        &self.0
    }

    pub fn find(&self, name: &str) -> Option<&Cookie> {
        self.0.iter().find(|cookie| cookie.name == name)
    }

    /// Loses one cookie, as a person does who clears a site's data.
    pub fn drop(&mut self, name: &str) {
        self.0.retain(|cookie| cookie.name != name);
    }

    /// Replaces a value, as an attacker would.
    pub fn put(&mut self, name: &str, value: &str) {
        let cookie = self.0.iter_mut().find(|cookie| cookie.name == name);
        value.clone_into(&mut cookie.unwrap_or_else(|| panic!("no cookie {name}")).value);
    }
}
