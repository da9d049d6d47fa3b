//! Client-initiated backchannel authentication (OpenID CIBA Core 1.0): the rules of its request.

use crate::base::{Seconds, text};
use crate::oauth::client::Client;
use crate::oauth::error::{Code, Error};
use crate::oauth::params::Params;
use crate::oauth::profile::{Profile, RequestRule};

/// The name of the grant type (CIBA §10.1).
pub const GRANT_TYPE: &str = "urn:openid:params:grant-type:ciba";
/// How a client may learn of the end (CIBA §5); `push` is not offered: tokens are fetched by who proves that they may.
pub const DELIVERY_MODES: &[&str] = &["poll", "ping"];
/// The longest message that both sides show, in characters.
const MOST_MESSAGE: usize = 100;
/// The longest notification token (CIBA §7.1).
const MOST_TOKEN: usize = 1024;

/// Who is to be asked (CIBA §7.1): one hint, no more and no less.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint<'a> {
    Login(&'a str),
    /// An ID Token of ours.
    IdToken(&'a str),
    /// What somebody whom we trust says about the person.
    LoginToken(&'a str),
}

/// What is special about a backchannel request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question<'a> {
    pub hint: Hint<'a>,
    pub binding_message: Option<&'a str>,
    pub expires_in: Seconds,
    /// What our notification is sent with; there where the client is notified.
    pub notification_token: Option<&'a str>,
}

/// Whether a client's requests must be signed.
pub fn must_sign(client: &Client, profile: &Profile) -> bool {
    client.backchannel_authentication_request_signing_alg.is_some()
        || client.require_signed_request_object
        || matches!(profile.request, RequestRule::Signed | RequestRule::PushedAndSigned)
}

/// Whether the client is told when the person has decided.
pub fn is_pinged(client: &Client) -> bool {
    client.backchannel_token_delivery_mode.as_deref() == Some("ping")
}

/// Reads a request; its scope is read with those of every authorization request.
///
/// # Errors
/// The errors of CIBA §13.
pub fn read<'a>(p: &'a Params, client: &Client, longest: Seconds) -> Result<Question<'a>, Error> {
    let scope = p.require("scope")?;
    if !scope.split(' ').any(|value| value == "openid") {
        return Err(Error::invalid_scope("scope must have the value openid"));
    }
    Ok(Question {
        notification_token: notification_token(p, client)?,
        hint: hint(p)?,
        binding_message: binding_message(p)?,
        expires_in: requested_expiry(p)?.unwrap_or(longest).min(longest),
    })
}

fn hint(p: &Params) -> Result<Hint<'_>, Error> {
    match (p.get("login_hint"), p.get("id_token_hint"), p.get("login_hint_token")) {
        (Some(hint), None, None) => Ok(Hint::Login(hint)),
        (None, Some(token), None) => Ok(Hint::IdToken(token)),
        (None, None, Some(token)) => Ok(Hint::LoginToken(token)),
        (None, None, None) => {
            Err(Error::invalid_request("one of login_hint, id_token_hint and login_hint_token must be there"))
        }
        _ => Err(Error::invalid_request("only one of login_hint, id_token_hint and login_hint_token may be there")),
    }
}

/// One line that people can compare: what would look another way here than there is refused.
fn binding_message(p: &Params) -> Result<Option<&str>, Error> {
    let Some(message) = p.get("binding_message") else { return Ok(None) };
    match text::line(message, MOST_MESSAGE).as_deref() == Some(message) {
        true => Ok(Some(message)),
        false => Err(Error::new(
            Code::InvalidBindingMessage,
            "binding_message must be one line of at most 100 characters, without hidden ones",
        )),
    }
}

fn requested_expiry(p: &Params) -> Result<Option<Seconds>, Error> {
    let Some(text) = p.get("requested_expiry") else { return Ok(None) };
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    match text.parse::<i64>() {
        Ok(seconds @ 1..) if digits => Ok(Some(Seconds(seconds))),
        _ => Err(Error::invalid_request("requested_expiry must be a positive number of seconds")),
    }
}

/// Needed where the client is notified (CIBA §7.1), in the characters of a bearer token (RFC 6750 §2.1).
fn notification_token<'a>(p: &'a Params, client: &Client) -> Result<Option<&'a str>, Error> {
    if !is_pinged(client) {
        return Ok(None);
    }
    let token = p.require("client_notification_token")?;
    let is_bearer = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b);
    if token.len() > MOST_TOKEN || !token.bytes().all(is_bearer) {
        return Err(Error::invalid_request(
            "client_notification_token must have at most 1024 characters of those of a bearer token",
        ));
    }
    // CIBA §7.1: 128 bits at least, which 22 characters of base64url can hold.
    if token.len() < 22 {
        return Err(Error::invalid_request("client_notification_token must be random: 22 characters at least"));
    }
    Ok(Some(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(mode: &str) -> Client {
        Client { backchannel_token_delivery_mode: Some(mode.into()), ..Client::new("c".into()) }
    }

    #[test]
    fn ciba_s7_1_each_parameter() {
        let base = "scope=openid&login_hint=a";
        for (more, mode, wanted) in [
            ("", "poll", None),
            ("&binding_message=W4SCT", "poll", None),
            ("&binding_message=%E2%9C%93%20%D9%85", "poll", None),
            ("&binding_message=a%20%20b", "poll", Some(Code::InvalidBindingMessage)),
            ("&binding_message=a%E2%80%AEb", "poll", Some(Code::InvalidBindingMessage)),
            ("&id_token_hint=x", "poll", Some(Code::InvalidRequest)),
            ("&login_hint_token=x", "poll", Some(Code::InvalidRequest)),
            ("&requested_expiry=30", "poll", None),
            ("&requested_expiry=0", "poll", Some(Code::InvalidRequest)),
            ("&requested_expiry=-1", "poll", Some(Code::InvalidRequest)),
            ("&requested_expiry=1.5", "poll", Some(Code::InvalidRequest)),
            ("", "ping", Some(Code::InvalidRequest)),
            ("&client_notification_token=short", "ping", Some(Code::InvalidRequest)),
            ("&client_notification_token=abcdefghijklmnopqrstuvwxyz", "ping", None),
            ("&client_notification_token=abcdefghijklmnopqrstuvwx%20z", "ping", Some(Code::InvalidRequest)),
        ] {
            let params = Params::from_query(&format!("{base}{more}")).unwrap();
            let refused = read(&params, &client(mode), Seconds(300)).err().map(|error| error.code());
            assert_eq!(refused, wanted, "{more} {mode}");
        }
        for (query, wanted) in [
            ("login_hint=a", Code::InvalidRequest),
            ("scope=profile&login_hint=a", Code::InvalidScope),
            ("scope=openid", Code::InvalidRequest),
        ] {
            let params = Params::from_query(query).unwrap();
            assert_eq!(read(&params, &client("poll"), Seconds(300)).unwrap_err().code(), wanted, "{query}");
        }
    }

    #[test]
    fn ciba_s7_1_requested_expiry_only_shortens() {
        let expiry = |text: &str| {
            let params = Params::from_query(&format!("scope=openid&login_hint=a&requested_expiry={text}")).unwrap();
            read(&params, &client("poll"), Seconds(300)).unwrap().expires_in
        };
        assert_eq!((expiry("30"), expiry("9000")), (Seconds(30), Seconds(300)));
    }
}
