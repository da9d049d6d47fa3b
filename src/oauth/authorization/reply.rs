//! `ReplyTo`: where an answer may be sent; `RESPONSE_MODES`: how it travels.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::oauth::authorization::polled::Polled;
use crate::oauth::client::Client;
use crate::oauth::error::{CODES, Code, Error};
use crate::oauth::params;

/// How the parameters of an answer travel to the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    Query,
    FormPost,
}

/// One response mode.
#[derive(Debug)]
pub struct ResponseMode {
    pub mode: Mode,
    /// The value of `response_mode`.
    pub name: &'static str,
    pub section: &'static str,
}

/// Every response mode, the default first.
pub const RESPONSE_MODES: &[ResponseMode] = &[
    ResponseMode { mode: Mode::Query, name: "query", section: "OAuth 2.0 Multiple Response Types §2.1" },
    ResponseMode { mode: Mode::FormPost, name: "form_post", section: "OAuth 2.0 Form Post Response Mode §2" },
];

/// The response mode of this name.
pub fn find(name: &str) -> Option<&'static ResponseMode> {
    RESPONSE_MODES.iter().find(|row| row.name == name)
}

/// Where an answer may be sent: [`ReplyTo::of`] makes one once the client and its redirect URI are known to match,
/// [`ReplyTo::poller`] where no browser carries the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyTo {
    redirect_uri: String,
    mode: Mode,
    state: Option<String>,
    issuer: String,
    #[serde(default)]
    polled: Option<Box<Polled>>,
}

/// An answer on its way to the client.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// The browser goes to this address.
    Redirect(String),
    /// The browser posts these fields (OAuth 2.0 Form Post Response Mode §2).
    Form { action: String, fields: Vec<(String, String)> },
    /// The browser stays here: the answer is fetched at the token endpoint.
    Polled { is_allowed: bool },
}

impl std::fmt::Debug for Reply {
    /// Without the parameters: a code is among them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "reply to {}", self.origin())
    }
}

impl Reply {
    fn target(&self) -> &str {
        match self {
            Self::Redirect(target) | Self::Form { action: target, .. } => target,
            Self::Polled { .. } => "",
        }
    }

    /// How the request ended, as the label of a metric: `code`, or the error's name.
    pub fn outcome(&self) -> &'static str {
        let error = match self {
            Self::Polled { is_allowed: true } => None,
            Self::Polled { is_allowed: false } => Some(Code::AccessDenied.name().to_owned()),
            Self::Form { fields, .. } => {
                fields.iter().find(|(name, _)| name == "error").map(|(_, value)| value.clone())
            }
            Self::Redirect(target) => Url::parse(target).ok().and_then(|url| {
                url.query_pairs().find(|(name, _)| name == "error").map(|(_, value)| value.into_owned())
            }),
        };
        let Some(error) = error else { return "code" };
        CODES.iter().find(|row| row.name == error).map_or("error", |row| row.name)
    }

    /// Where the browser goes, as far as it is shown to a person: never the whole address.
    pub fn origin(&self) -> String {
        origin(self.target())
    }
}

/// The origin of a redirect URI; of a private-use scheme (RFC 8252 §7.1), which has none, the scheme.
pub fn origin(redirect_uri: &str) -> String {
    match Url::parse(redirect_uri) {
        Ok(url) if url.has_host() && matches!(url.scheme(), "https" | "http") => crate::base::url::origin(&url),
        Ok(url) => format!("{}:", url.scheme()),
        Err(_) => String::new(),
    }
}

impl ReplyTo {
    /// `None` when the redirect URI is not one of the client's (RFC 6749 §3.1.2.4): then no answer may be sent anywhere.
    pub fn of(client: &Client, redirect_uri: &str, mode: Mode, state: Option<&str>, issuer: &str) -> Option<Self> {
        client.has_redirect_uri(redirect_uri).then(|| Self {
            redirect_uri: redirect_uri.to_owned(),
            mode,
            state: state.map(str::to_owned),
            issuer: issuer.to_owned(),
            polled: None,
        })
    }

    /// An answer that waits for its poller.
    pub(super) fn poller(polled: Polled, issuer: &str) -> Self {
        let polled = Some(Box::new(polled));
        Self { redirect_uri: String::new(), mode: Mode::Query, state: None, issuer: issuer.to_owned(), polled }
    }

    /// For whom the answer waits, where no browser carries it.
    pub fn polled(&self) -> Option<&Polled> {
        self.polled.as_deref()
    }

    /// Empty where no browser carries the answer.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// The answer to an approved request (RFC 6749 §4.1.2).
    pub fn code(&self, code: &str) -> Reply {
        self.reply(&[("code", code)])
    }

    /// The answer to a refused request (RFC 6749 §4.1.2.1, OIDC Core §3.1.2.6).
    pub fn error(&self, error: &Error) -> Reply {
        self.reply(&[("error", error.code().name()), ("error_description", error.description())])
    }

    /// `state` comes back unchanged; `iss` says who answers (RFC 9207 §2).
    fn reply(&self, fields: &[(&'static str, &str)]) -> Reply {
        if self.polled.is_some() {
            return Reply::Polled { is_allowed: fields.iter().all(|(name, _)| *name != "error") };
        }
        let state = self.state.as_deref().map(|state| ("state", state));
        let fields = fields.iter().copied().chain(state).chain([("iss", self.issuer.as_str())]);
        match self.mode {
            Mode::Query => {
                let mut target = self.redirect_uri.clone();
                let mut separator = if target.contains('?') { '&' } else { '?' };
                for (name, value) in fields {
                    if !target.ends_with(['?', '&']) {
                        target.push(separator);
                    }
                    separator = '&';
                    target.push_str(name);
                    target.push('=');
                    params::encode(value, &mut target);
                }
                Reply::Redirect(target)
            }
            Mode::FormPost => Reply::Form {
                action: self.redirect_uri.clone(),
                fields: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> Client {
        let uris = ["https://a.example/cb", "https://a.example/cb?x=1", "com.example.app:/cb"];
        Client { redirect_uris: uris.map(str::to_owned).into(), ..Client::new("c".into()) }
    }

    fn reply_to(uri: &str, mode: Mode) -> Option<ReplyTo> {
        ReplyTo::of(&client(), uri, mode, Some("a b&c=ü"), "https://op.example")
    }

    #[test]
    fn rfc6749_s4_1_2_and_rfc9207_s2_a_query() {
        for (uri, start) in [
            ("https://a.example/cb", "https://a.example/cb?code=x"),
            ("https://a.example/cb?x=1", "https://a.example/cb?x=1&code=x"),
            ("com.example.app:/cb", "com.example.app:/cb?code=x"),
        ] {
            let Reply::Redirect(target) = reply_to(uri, Mode::Query).unwrap().code("x") else { panic!("{uri}") };
            assert_eq!(target, format!("{start}&state=a%20b%26c%3D%C3%BC&iss=https%3A%2F%2Fop.example"));
        }
    }

    #[test]
    fn form_post_s2_fields_travel_as_they_are() {
        let refused = Error::invalid_scope("scope has a \"thing\"");
        let Reply::Form { action, fields } =
            reply_to("https://a.example/cb?x=1", Mode::FormPost).unwrap().error(&refused)
        else {
            panic!("a form")
        };
        assert_eq!(action, "https://a.example/cb?x=1");
        let field = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        assert_eq!((field("error"), field("state")), (Some("invalid_scope"), Some("a b&c=ü")));
        assert_eq!((field("iss"), field("code")), (Some("https://op.example"), None));
    }

    #[test]
    fn rfc6749_s3_1_2_4_nothing_goes_to_a_stranger() {
        for uri in ["https://a.example/cb/", "https://evil.example/cb", "", "https://a.example/cb?x=2"] {
            assert!(reply_to(uri, Mode::Query).is_none(), "{uri}");
        }
        let shown = reply_to("https://a.example/cb?x=1", Mode::Query).unwrap().code("secret");
        assert_eq!(shown.origin(), "https://a.example");
        assert!(!format!("{shown:?}").contains("secret"));
        assert_eq!(reply_to("com.example.app:/cb", Mode::Query).unwrap().code("x").origin(), "com.example.app:");
    }

    #[test]
    fn the_table_is_complete() {
        for (at, row) in RESPONSE_MODES.iter().enumerate() {
            assert!(RESPONSE_MODES[..at].iter().all(|other| other.name != row.name && other.mode != row.mode));
            assert!(find(row.name).is_some_and(|found| found.mode == row.mode) && row.section.contains('§'));
        }
    }
}
