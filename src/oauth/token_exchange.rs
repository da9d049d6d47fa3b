//! Token exchange (RFC 8693): its parameters, and who acts for whom.

use serde_json::{Map, Value, json};

use crate::oauth::error::Error;
use crate::oauth::params::Params;

/// The name of the grant type (RFC 8693 §2.1).
pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// What a token is (RFC 8693 §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenType {
    Access,
    Refresh,
    Id,
    Jwt,
}

impl TokenType {
    pub const ALL: [TokenType; 4] = [TokenType::Access, TokenType::Refresh, TokenType::Id, TokenType::Jwt];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Access => "urn:ietf:params:oauth:token-type:access_token",
            Self::Refresh => "urn:ietf:params:oauth:token-type:refresh_token",
            Self::Id => "urn:ietf:params:oauth:token-type:id_token",
            Self::Jwt => "urn:ietf:params:oauth:token-type:jwt",
        }
    }

    fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

/// A token that was brought, and what it is said to be.
#[derive(Debug, Clone, Copy)]
pub struct Brought<'a> {
    pub token: &'a str,
    pub kind: TokenType,
}

/// What is brought and what is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    pub subject: Brought<'a>,
    /// Who acts, where the subject delegates (RFC 8693 §1.1); without it the new token is as the subject's own.
    pub actor: Option<Brought<'a>>,
    /// `Access`, or `Jwt` where it must be one.
    pub requested: TokenType,
}

/// Reads the parameters (RFC 8693 §2.1).
///
/// # Errors
/// `invalid_request`.
pub fn read(p: &Params) -> Result<Exchange<'_>, Error> {
    let subject = brought(p.require("subject_token")?, p.require("subject_token_type")?, "subject_token_type")?;
    let actor = match (p.get("actor_token"), p.get("actor_token_type")) {
        (None, None) => None,
        (Some(token), Some(kind)) => Some(brought(token, kind, "actor_token_type")?),
        (Some(_), None) => return Err(Error::invalid_request("actor_token comes without actor_token_type")),
        (None, Some(_)) => return Err(Error::invalid_request("actor_token_type comes without actor_token")),
    };
    let requested = match p.get("requested_token_type").map(TokenType::read) {
        None => TokenType::Access,
        Some(Some(kind @ (TokenType::Access | TokenType::Jwt))) => kind,
        Some(_) => return Err(Error::invalid_request("requested_token_type must be an access_token or a jwt")),
    };
    Ok(Exchange { subject, actor, requested })
}

fn brought<'a>(token: &'a str, kind: &str, name: &str) -> Result<Brought<'a>, Error> {
    match TokenType::read(kind) {
        Some(kind) => Ok(Brought { token, kind }),
        None => Err(Error::invalid_request(format!("{name} is not a token type that is taken here"))),
    }
}

/// How many actors may stand one behind the other.
const MOST_ACTORS: usize = 5;

/// The `act` claim (RFC 8693 §4.1): who acts now, and within it who acted before.
///
/// # Errors
/// `invalid_request` where the chain grows too long.
pub fn act(subject: &str, before: Option<&Value>) -> Result<Value, Error> {
    let mut act = Map::from_iter([("sub".to_owned(), json!(subject))]);
    if let Some(before) = before {
        let mut length = 1;
        let mut at = Some(before);
        while let Some(inner) = at {
            length += 1;
            at = inner.get("act");
        }
        if length > MOST_ACTORS {
            return Err(Error::invalid_request("too many have acted for one another already"));
        }
        act.insert("act".to_owned(), before.clone());
    }
    Ok(Value::Object(act))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::error::Code;

    #[test]
    fn rfc8693_s2_1_parameters() {
        const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";
        let good = format!("subject_token=a&subject_token_type={ACCESS}");
        let cases = [
            ("", true),
            ("&requested_token_type=urn:ietf:params:oauth:token-type:jwt", true),
            (&format!("&actor_token=b&actor_token_type={ACCESS}"), true),
            ("&actor_token=b", false),
            (&format!("&actor_token_type={ACCESS}"), false),
            ("&requested_token_type=urn:ietf:params:oauth:token-type:refresh_token", false),
            ("&requested_token_type=x", false),
        ];
        for (more, fits) in cases {
            let params = Params::from_query(&format!("{good}{more}")).unwrap();
            let outcome = read(&params);
            assert_eq!(outcome.is_ok(), fits, "{more}");
            assert!(outcome.err().is_none_or(|error| error.code() == Code::InvalidRequest));
        }
        for bad in ["subject_token=a", "subject_token_type=x&subject_token=a", &format!("subject_token_type={ACCESS}")]
        {
            assert!(read(&Params::from_query(bad).unwrap()).is_err(), "{bad}");
        }
    }

    #[test]
    fn rfc8693_s4_1_chains_of_actors() {
        let first = act("a", None).unwrap();
        assert_eq!(act("b", Some(&first)).unwrap(), json!({"sub": "b", "act": {"sub": "a"}}));
        let mut chain = first;
        for _ in 1..MOST_ACTORS {
            chain = act("x", Some(&chain)).unwrap();
        }
        assert!(act("x", Some(&chain)).is_err());
    }
}
