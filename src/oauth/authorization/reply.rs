//! `ReplyTo`: where an answer may be sent; `RESPONSE_MODES`: how it travels.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::oauth::authorization::response_type::ResponseType;
use crate::oauth::client::Client;
use crate::oauth::error::{CODES, Error};
use crate::oauth::params;

/// Where the parameters of an answer travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carrier {
    Query,
    Fragment,
    FormPost,
}

/// How an answer travels to the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mode {
    pub carrier: Carrier,
    /// Whether the answer is one signed JWT (JARM §2).
    pub is_jwt: bool,
}

/// One response mode.
#[derive(Debug)]
pub struct ResponseMode {
    /// The value of `response_mode`.
    pub name: &'static str,
    pub section: &'static str,
    pub is_jwt: bool,
    /// `None` for that of the response type.
    carrier: Option<Carrier>,
}

const fn row(name: &'static str, section: &'static str, is_jwt: bool, carrier: Option<Carrier>) -> ResponseMode {
    ResponseMode { name, section, is_jwt, carrier }
}

/// Every response mode.
pub const RESPONSE_MODES: &[ResponseMode] = &[
    row("query", "OAuth 2.0 Multiple Response Types §2.1", false, Some(Carrier::Query)),
    row("fragment", "OAuth 2.0 Multiple Response Types §2.1", false, Some(Carrier::Fragment)),
    row("form_post", "OAuth 2.0 Form Post Response Mode §2", false, Some(Carrier::FormPost)),
    row("query.jwt", "JARM §2.3.1", true, Some(Carrier::Query)),
    row("fragment.jwt", "JARM §2.3.2", true, Some(Carrier::Fragment)),
    row("form_post.jwt", "JARM §2.3.3", true, Some(Carrier::FormPost)),
    row("jwt", "JARM §2.3.4", true, None),
];

impl ResponseMode {
    /// The mode for an answer of this type; `None` where tokens would travel in a query in the clear.
    pub fn of(&self, response: ResponseType) -> Option<Mode> {
        let carrier = self.carrier.unwrap_or(Mode::default(response).carrier);
        let leaks = response.is_front() && carrier == Carrier::Query;
        // JARM §2.3.1: not even signed, unless encrypted; and encryption is not ours to know here.
        (!leaks).then_some(Mode { carrier, is_jwt: self.is_jwt })
    }
}

impl Mode {
    /// What a request without `response_mode` gets (OAuth 2.0 Multiple Response Types §2.1).
    pub fn default(response: ResponseType) -> Self {
        let carrier = if response.is_front() { Carrier::Fragment } else { Carrier::Query };
        Self { carrier, is_jwt: false }
    }

    /// The value of `response_mode` for it.
    pub fn name(self) -> &'static str {
        let is_it = |row: &&ResponseMode| row.carrier == Some(self.carrier) && row.is_jwt == self.is_jwt;
        RESPONSE_MODES.iter().find(is_it).map_or("", |row| row.name)
    }
}

/// The response mode of this name.
pub fn find(name: &str) -> Option<&'static ResponseMode> {
    RESPONSE_MODES.iter().find(|row| row.name == name)
}

/// Where an answer may be sent. Only [`ReplyTo::of`] makes one: once the client and its redirect URI are known to match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyTo {
    redirect_uri: String,
    mode: Mode,
    state: Option<String>,
    issuer: String,
}

/// The parameters of an answer, not yet on their way.
pub type Fields = Vec<(&'static str, String)>;

/// An answer on its way to the client.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// The browser goes to this address.
    Redirect(String),
    /// The browser posts these fields (OAuth 2.0 Form Post Response Mode §2).
    Form { action: String, fields: Vec<(String, String)> },
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
        }
    }

    /// Where the browser goes, as far as it is shown to a person: never the whole address.
    pub fn origin(&self) -> String {
        origin(self.target())
    }
}

/// How a request ended, as the label of a metric: `approved`, or the error's name.
pub fn outcome(fields: &Fields) -> &'static str {
    let error = fields.iter().find(|(name, _)| *name == "error");
    error.map_or("approved", |(_, error)| CODES.iter().find(|row| row.name == error).map_or("error", |row| row.name))
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
        })
    }

    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// Whether the answer is one signed JWT.
    pub fn is_jwt(&self) -> bool {
        self.mode.is_jwt
    }

    /// The answer to a refused request (RFC 6749 §4.1.2.1, OIDC Core §3.1.2.6).
    pub fn error(error: &Error) -> Fields {
        vec![("error", error.code().name().to_owned()), ("error_description", error.description().to_owned())]
    }

    /// What an answer carries beside its own fields: `state` unchanged, and who answers (RFC 9207 §2, JARM §2.1).
    pub fn complete(&self, mut fields: Fields) -> Fields {
        fields.extend(self.state.clone().map(|state| ("state", state)));
        fields.push(("iss", self.issuer.clone()));
        fields
    }

    /// Sends complete fields, or the one field `response` of a JWT, on their way.
    pub fn carry(&self, fields: &Fields) -> Reply {
        let separator = match self.mode.carrier {
            Carrier::Query => '?',
            Carrier::Fragment => '#',
            Carrier::FormPost => {
                let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
                return Reply::Form { action: self.redirect_uri.clone(), fields };
            }
        };
        let mut target = self.redirect_uri.clone();
        let mut separator = if target.contains(separator) { '&' } else { separator };
        for (name, value) in fields {
            if !target.ends_with(['?', '&']) || separator == '#' {
                target.push(separator);
            }
            separator = '&';
            target.push_str(name);
            target.push('=');
            params::encode(value, &mut target);
        }
        Reply::Redirect(target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::authorization::response_type::RESPONSE_TYPES;

    const CODE: ResponseType = RESPONSE_TYPES[0];

    fn client() -> Client {
        let uris = ["https://a.example/cb", "https://a.example/cb?x=1", "com.example.app:/cb"];
        Client { redirect_uris: uris.map(str::to_owned).into(), ..Client::new("c".into()) }
    }

    fn reply_to(uri: &str, carrier: Carrier) -> Option<ReplyTo> {
        ReplyTo::of(&client(), uri, Mode { carrier, is_jwt: false }, Some("a b&c=ü"), "https://op.example")
    }

    fn send(uri: &str, carrier: Carrier, fields: Fields) -> Reply {
        let reply_to = reply_to(uri, carrier).unwrap();
        reply_to.carry(&reply_to.complete(fields))
    }

    fn code() -> Fields {
        vec![("code", "x".to_owned())]
    }

    #[test]
    fn rfc6749_s4_1_2_and_rfc9207_s2_a_query_or_a_fragment() {
        use Carrier::{Fragment, Query};
        for (uri, carrier, start) in [
            ("https://a.example/cb", Query, "https://a.example/cb?code=x"),
            ("https://a.example/cb?x=1", Query, "https://a.example/cb?x=1&code=x"),
            ("com.example.app:/cb", Query, "com.example.app:/cb?code=x"),
            ("https://a.example/cb", Fragment, "https://a.example/cb#code=x"),
            ("https://a.example/cb?x=1", Fragment, "https://a.example/cb?x=1#code=x"),
        ] {
            let Reply::Redirect(target) = send(uri, carrier, code()) else { panic!("{uri}") };
            assert_eq!(target, format!("{start}&state=a%20b%26c%3D%C3%BC&iss=https%3A%2F%2Fop.example"));
        }
    }

    #[test]
    fn form_post_s2_fields_travel_as_they_are() {
        let refused = ReplyTo::error(&Error::invalid_scope("scope has a \"thing\""));
        assert_eq!((outcome(&refused), outcome(&code())), ("invalid_scope", "approved"));
        let Reply::Form { action, fields } = send("https://a.example/cb?x=1", Carrier::FormPost, refused) else {
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
            assert!(reply_to(uri, Carrier::Query).is_none(), "{uri}");
        }
        let shown = send("https://a.example/cb?x=1", Carrier::Query, vec![("code", "secret".into())]);
        assert_eq!(shown.origin(), "https://a.example");
        assert!(!format!("{shown:?}").contains("secret"));
        assert_eq!(send("com.example.app:/cb", Carrier::Query, code()).origin(), "com.example.app:");
    }

    #[test]
    fn multiple_response_types_s2_1_modes() {
        let front = |row: &&ResponseType| row.is_front();
        for response in RESPONSE_TYPES.iter().filter(front) {
            assert_eq!(Mode::default(*response).carrier, Carrier::Fragment);
            for row in RESPONSE_MODES {
                let mode = row.of(*response);
                assert_eq!(mode.is_none(), row.name.starts_with("query"), "{} {}", row.name, response.name);
                assert!(mode.is_none_or(|mode| mode.is_jwt == row.name.contains("jwt")));
            }
        }
        assert_eq!(Mode::default(CODE).carrier, Carrier::Query);
        assert_eq!(find("jwt").unwrap().of(CODE), Some(Mode { carrier: Carrier::Query, is_jwt: true }));
    }

    #[test]
    fn the_table_is_complete() {
        for (at, row) in RESPONSE_MODES.iter().enumerate() {
            assert!(RESPONSE_MODES[..at].iter().all(|other| other.name != row.name));
            assert!(find(row.name).is_some_and(|found| found.name == row.name) && row.section.contains('§'));
            assert_eq!(row.is_jwt, row.name.ends_with("jwt"));
        }
    }
}
