//! Request objects: parameters that a client signed (RFC 9101 §4, CIBA §7.1.1). What signs, for whom and for how long is
//! the caller's to say; which error a refusal becomes, too.

use serde_json::{Map, Value};

use crate::base::{Seconds, Time};
use crate::jose::jwt::{self, Audience, TypRule};
use crate::jose::{self, Alg, JwkSet, Unverified};
use crate::oauth::params::{MOST_PARAMS, MOST_VALUE_BYTES, Params};

/// What a use of request objects demands.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    pub algs: &'a [Alg],
    /// Who signs: the client.
    pub issuer: &'a str,
    /// Who we are: `aud` is one of these, alone or among others.
    pub audience: &'a [&'a str],
    /// Claims that must be there beside `iss` and `aud`.
    pub required: &'a [&'a str],
    /// How far ahead `exp` may lie at most.
    pub most_lifetime: Option<Seconds>,
    /// How long ago `iat` and `nbf` may lie at most.
    pub most_age: Option<Seconds>,
}

impl Rules<'_> {
    /// A signed authentication request (CIBA §7.1.1): all of them, and an hour as FAPI has it.
    pub const BACKCHANNEL: Rules<'static> = Rules {
        algs: &[],
        issuer: "",
        audience: &[],
        required: &["exp", "iat", "nbf", "jti"],
        most_lifetime: Some(Seconds::hours(1)),
        most_age: Some(Seconds::hours(1)),
    };
}

/// The claims of the token itself; all others are parameters.
const OF_THE_TOKEN: &[&str] = &["iss", "aud", "exp", "iat", "nbf", "jti", "sub"];

/// A request object that was signed right and keeps the rules. Only [`verify`] makes one.
#[derive(Debug, Clone)]
pub struct RequestObject {
    params: Params,
    jti: Option<String>,
    remember_until: Option<Time>,
}

impl RequestObject {
    /// What it asks: texts as they are, numbers and truth values as JSON writes them, objects as JSON.
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// Its own name, with the time until which it must not be used again.
    pub fn use_once(&self) -> Option<(&str, Time)> {
        Some((self.jti.as_deref()?, self.remember_until?))
    }
}

/// Why a request object is not believed. The text may go into an error description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("{0}")]
    Signature(#[from] jose::Refused),
    #[error("{0}")]
    Claims(#[from] jwt::Refused),
    #[error("the nbf of the token is too old")]
    TooOld,
    #[error("a request object cannot hold another one")]
    Nested,
    #[error("a parameter of the request object is too long, has control characters, or there are too many")]
    Params,
}

impl Refused {
    /// Whether fetching the client's keys again may help.
    pub fn may_be_rotation(self) -> bool {
        matches!(self, Self::Signature(refused) if refused.may_be_rotation())
    }
}

/// Checks who signed a request object and what it says, at `now`.
///
/// # Errors
/// What is wrong with it.
pub fn verify(token: Unverified<'_>, keys: &JwkSet, rules: &Rules<'_>, now: Time) -> Result<RequestObject, Refused> {
    let verified = token.verify(keys, rules.algs)?;
    let required: Vec<&str> = ["iss", "aud"].iter().chain(rules.required).copied().collect();
    let claims = jwt::Rules {
        typ: TypRule::AbsentOr(&["JWT", "oauth-authz-req+jwt"]),
        required: &required,
        issuer: Some(rules.issuer),
        subject: None,
        audience: Audience::Includes(rules.audience),
        may_be_expired: false,
        most_lifetime: rules.most_lifetime,
        most_age: rules.most_age,
    };
    let checked = jwt::check(verified, &claims, now)?;
    if rules.most_age.is_some_and(|most| began_before(checked.claims(), now - most - jwt::SKEW)) {
        return Err(Refused::TooOld);
    }
    let params = params(checked.claims())?;
    Ok(RequestObject { params, jti: checked.jti().map(str::to_owned), remember_until: checked.remember_until() })
}

/// Whether `nbf` lies before a time. The age of a token counts from its `iat`; one that could be used for long before is
/// as old (FAPI 1.0 Advanced §5.2.2-14, FAPI 2.0 Message Signing §5.3.1).
pub fn began_before(claims: &Map<String, Value>, time: Time) -> bool {
    let nbf = claims.get("nbf").and_then(Value::as_f64).map(|seconds| Time::from_unix(seconds as i64));
    nbf.is_some_and(|nbf| nbf < time)
}

/// The claims that are parameters; nothing else is in a request object but what is about itself.
///
/// # Errors
/// For an object in an object, and for values that no parameter may have.
pub fn params(claims: &Map<String, Value>) -> Result<Params, Refused> {
    if claims.contains_key("request") || claims.contains_key("request_uri") {
        return Err(Refused::Nested);
    }
    let mut pairs: Vec<(&str, String)> = Vec::new();
    for (name, value) in claims.iter().filter(|(name, _)| !OF_THE_TOKEN.contains(&name.as_str())) {
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        if pairs.len() == MOST_PARAMS || text.len() > MOST_VALUE_BYTES || text.chars().any(char::is_control) {
            return Err(Refused::Params);
        }
        pairs.push((name, text));
    }
    Ok(Params::of(pairs.iter().map(|(name, text)| (*name, text.as_str()))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::jose::{SigningKey, Typ};

    const NOW: Time = Time::from_unix(1_795_000_000);

    fn read(change: impl FnOnce(&mut Map<String, Value>)) -> Result<RequestObject, Refused> {
        let key = SigningKey::generate(Alg::Es256).unwrap();
        let now = NOW.unix();
        let mut claims = json!({
            "iss": "c", "aud": "https://op.example", "exp": now + 60, "iat": now, "nbf": now, "jti": "1",
            "scope": "openid", "requested_expiry": 30, "claims": {"userinfo": {"name": null}},
        });
        change(claims.as_object_mut().unwrap());
        let token = key.sign(Typ::Absent, &claims).unwrap();
        let keys = JwkSet::of(vec![key.public().clone()]);
        let audience = ["https://op.example"];
        let rules = Rules { algs: &[Alg::Es256], issuer: "c", audience: &audience, ..Rules::BACKCHANNEL };
        verify(Unverified::read(&token)?, &keys, &rules, NOW)
    }

    #[test]
    fn ciba_s7_1_1_parameters_of_every_kind() {
        let object = read(|_| ()).unwrap();
        let get = |name| object.params().get(name);
        assert_eq!((get("scope"), get("requested_expiry"), get("iss")), (Some("openid"), Some("30"), None));
        assert_eq!(get("claims"), Some(r#"{"userinfo":{"name":null}}"#));
        assert_eq!(object.use_once().map(|(jti, _)| jti), Some("1"));
    }

    #[test]
    fn conformance_s2_15_each_claim() {
        let now = NOW.unix();
        type Case = (&'static str, Option<Value>);
        let cases: &[Case] = &[
            ("aud", None),
            ("iss", None),
            ("exp", None),
            ("iat", None),
            ("nbf", None),
            ("jti", None),
            ("aud", Some(json!("https://other.example"))),
            ("iss", Some(json!("d"))),
            ("exp", Some(json!(now - 300))),
            ("exp", Some(json!(now + 70 * 60))),
            ("nbf", Some(json!(now + 10 * 60))),
            ("nbf", Some(json!(now - 70 * 60))),
            ("request", Some(json!("x"))),
            ("scope", Some(json!("a\u{0}b"))),
        ];
        for (name, value) in cases {
            let outcome = read(|claims| match value {
                None => drop(claims.remove(*name)),
                Some(value) => drop(claims.insert((*name).to_owned(), value.clone())),
            });
            assert!(outcome.is_err(), "{name} {value:?}");
        }
    }

    #[test]
    fn conformance_s2_15_only_the_algorithms_of_the_rules() {
        let key = SigningKey::generate(Alg::EdDsa).unwrap();
        let token = key.sign(Typ::Absent, &json!({"iss": "c"})).unwrap();
        let keys = JwkSet::of(vec![key.public().clone()]);
        let rules = Rules { algs: &[Alg::Es256], issuer: "c", ..Rules::BACKCHANNEL };
        let refused = verify(Unverified::read(&token).unwrap(), &keys, &rules, NOW).unwrap_err();
        assert_eq!(refused, Refused::Signature(jose::Refused::Alg));
        assert!(!refused.may_be_rotation());
    }
}
