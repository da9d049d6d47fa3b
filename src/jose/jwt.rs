//! What the claims of a verified token must say: time, issuer, audience, type (RFC 7519, RFC 8725).

use serde_json::{Map, Value};

use crate::base::{Seconds, Time};
use crate::jose::jws::{Header, Verified};

/// How long after `exp` a token is still taken: clocks differ.
pub const SKEW: Seconds = Seconds(10);
/// How far ahead `nbf` and `iat` may lie. FAPI 2.0 §5.3.2.1 demands that 10 s pass and that more than 60 s do not; a
/// client whose clock runs ahead gains nothing by what lies between.
pub const MOST_AHEAD: Seconds = Seconds(60);
/// Longest `iss`, `sub` or `jti` that is looked at.
const MOST_TEXT: usize = 512;

/// Which `aud` is right.
#[derive(Clone, Copy, Debug)]
pub enum Audience<'a> {
    /// `aud` is not looked at.
    Any,
    /// One of these, alone or in an array with others (RFC 7519 §4.1.3).
    Includes(&'a [&'a str]),
    /// One of these as the only value, and not in an array (FAPI 2.0 §5.3.2.1).
    Single(&'a [&'a str]),
    /// One or several of these, and nobody else.
    Only(&'a [&'a str]),
}

/// Which `typ` header is right; letter case and an `application/` prefix do not matter (RFC 7515 §4.1.9).
#[derive(Clone, Copy, Debug)]
pub enum TypRule<'a> {
    Any,
    Exactly(&'a str),
    AbsentOr(&'a [&'a str]),
}

/// What a use of tokens demands. Start from one of the constants and set the rest.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    pub typ: TypRule<'a>,
    /// Claims that must be there.
    pub required: &'a [&'a str],
    pub issuer: Option<&'a str>,
    pub subject: Option<&'a str>,
    pub audience: Audience<'a>,
    /// Whether `exp` in the past is forgiven (`id_token_hint`, OIDC RP-Initiated Logout §2).
    pub may_be_expired: bool,
    /// How far in the future `exp` may lie at most.
    pub most_lifetime: Option<Seconds>,
    /// How long ago `iat`, or `nbf` where there is no `iat`, may lie at most.
    pub most_age: Option<Seconds>,
}

impl Rules<'_> {
    /// Client authentication (RFC 7523 §3, OIDC Core §9); `issuer`, `subject` and `audience` are to be set. An hour is
    /// what common client libraries ask for; a stricter profile sets `most_lifetime` lower.
    pub const CLIENT_ASSERTION: Rules<'static> = Rules {
        typ: TypRule::AbsentOr(&["JWT", "client-authentication+jwt"]),
        required: &["iss", "sub", "aud", "exp", "jti"],
        issuer: None,
        subject: None,
        audience: Audience::Any,
        may_be_expired: false,
        most_lifetime: Some(Seconds::hours(1)),
        most_age: None,
    };
    /// An ID Token of ours that comes back as `id_token_hint`; `issuer` is to be set.
    pub const ID_TOKEN_HINT: Rules<'static> = Rules {
        typ: TypRule::AbsentOr(&["JWT"]),
        required: &["iss", "sub", "aud", "exp", "iat"],
        issuer: None,
        subject: None,
        audience: Audience::Any,
        may_be_expired: true,
        most_lifetime: None,
        most_age: None,
    };
    /// An access token of ours in JWT form (RFC 9068 §2.2, §4); `issuer` and `audience` are to be set.
    pub const ACCESS_TOKEN: Rules<'static> = Rules {
        typ: TypRule::Exactly("at+jwt"),
        required: &["iss", "exp", "aud", "sub", "client_id", "iat", "jti"],
        issuer: None,
        subject: None,
        audience: Audience::Any,
        may_be_expired: false,
        most_lifetime: None,
        most_age: None,
    };
    /// What an attester says of a client's instance; `subject` is to be set (draft-ietf-oauth-attestation-based-client-auth
    /// §5.1).
    pub const CLIENT_ATTESTATION: Rules<'static> = Rules {
        typ: TypRule::Exactly("oauth-client-attestation+jwt"),
        required: &["sub", "exp", "cnf"],
        issuer: None,
        subject: None,
        audience: Audience::Any,
        may_be_expired: false,
        most_lifetime: None,
        most_age: None,
    };
    /// The proof that an instance holds its key; `audience` and `most_age` are to be set (§5.2 there).
    pub const CLIENT_ATTESTATION_POP: Rules<'static> = Rules {
        typ: TypRule::Exactly("oauth-client-attestation-pop+jwt"),
        required: &["aud", "jti"],
        issuer: None,
        subject: None,
        audience: Audience::Any,
        may_be_expired: false,
        most_lifetime: None,
        most_age: None,
    };
    /// A DPoP proof (RFC 9449 §4.3); its `htm`, `htu`, `ath` and `nonce` are for `oauth::sender::dpop`.
    pub const DPOP_PROOF: Rules<'static> = Rules {
        typ: TypRule::Exactly("dpop+jwt"),
        required: &["jti", "htm", "htu", "iat"],
        issuer: None,
        subject: None,
        audience: Audience::Any,
        may_be_expired: false,
        most_lifetime: None,
        most_age: Some(Seconds(60)),
    };
}

/// Whose matter a refusal is: what to tell, and whether a retry can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The token was made wrong; its maker must mend the program.
    Maker,
    /// The token, or a clock, is early or late; a new token may pass.
    Clock,
    /// The token is about another party, or for another use.
    Other,
}

/// Why claims are not accepted. The text may go into an error description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the token lacks a claim that is required: {0}")]
    Missing(&'static str),
    #[error("a claim of the token has the wrong form: {0}")]
    Form(&'static str),
    #[error("the typ of the token is wrong for this use")]
    Typ,
    #[error("the iss of the token is wrong")]
    Issuer,
    #[error("the sub of the token is wrong")]
    Subject,
    #[error("the aud of the token is wrong")]
    Audience,
    #[error("the token has expired")]
    Expired,
    #[error("the token is not valid yet, or its iat is in the future")]
    TooEarly,
    #[error("the token is too old")]
    TooOld,
    #[error("the exp of the token is too far in the future")]
    LivesTooLong,
}

impl Refused {
    pub fn whose(self) -> Whose {
        match self {
            Self::Missing(_) | Self::Form(_) | Self::LivesTooLong => Whose::Maker,
            Self::Expired | Self::TooEarly | Self::TooOld => Whose::Clock,
            Self::Typ | Self::Issuer | Self::Subject | Self::Audience => Whose::Other,
        }
    }
}

/// A token that was signed right and says what its use demands. Only [`check`] makes one.
#[derive(Clone, Debug)]
pub struct Checked(Verified);

impl Checked {
    pub fn header(&self) -> &Header {
        self.0.header()
    }

    pub fn claims(&self) -> &Map<String, Value> {
        self.0.claims()
    }

    /// A claim that is text.
    pub fn text(&self, claim: &str) -> Option<&str> {
        self.claims().get(claim)?.as_str()
    }

    /// Who it is about; empty where `sub` was not required and is not there.
    pub fn sub(&self) -> &str {
        self.text("sub").unwrap_or_default()
    }

    /// Its own name, for use-once rules.
    pub fn jti(&self) -> Option<&str> {
        self.text("jti")
    }

    /// `aud`, whether it is one text or several.
    pub fn aud(&self) -> Vec<&str> {
        audiences(self.claims()).unwrap_or_default()
    }

    pub fn exp(&self) -> Option<Time> {
        date(self.claims(), "exp").ok().flatten()
    }

    pub fn iat(&self) -> Option<Time> {
        date(self.claims(), "iat").ok().flatten()
    }

    /// How long the token must be remembered so that it cannot be used twice: past `exp` by the forgiven skew.
    pub fn remember_until(&self) -> Option<Time> {
        self.exp().map(|exp| exp + SKEW + Seconds(1))
    }
}

/// Checks the claims of a token against the rules of its use, at `now`.
pub fn check(token: Verified, rules: &Rules<'_>, now: Time) -> Result<Checked, Refused> {
    let claims = token.claims();
    check_typ(token.header().typ.as_deref(), rules.typ)?;
    for &name in rules.required {
        if claims.get(name).is_none_or(Value::is_null) {
            return Err(missing(name));
        }
    }
    for name in ["iss", "sub", "jti"] {
        let is_text = |value: &Value| value.as_str().is_some_and(|t| !t.is_empty() && t.len() <= MOST_TEXT);
        if claims.get(name).is_some_and(|value| !is_text(value)) {
            return Err(Refused::Form(name));
        }
    }
    if rules.issuer.is_some_and(|iss| claims.get("iss").is_none_or(|own| own != iss)) {
        return Err(Refused::Issuer);
    }
    if rules.subject.is_some_and(|sub| claims.get("sub").is_none_or(|own| own != sub)) {
        return Err(Refused::Subject);
    }
    check_audience(claims, rules.audience)?;
    check_times(claims, rules, now)?;
    Ok(Checked(token))
}

fn check_typ(typ: Option<&str>, rule: TypRule<'_>) -> Result<(), Refused> {
    let is = |wanted: &str| {
        typ.is_some_and(|typ| {
            let short = typ.split_at_checked("application/".len());
            let short = short.filter(|(front, _)| front.eq_ignore_ascii_case("application/")).map_or(typ, |(_, t)| t);
            short.eq_ignore_ascii_case(wanted)
        })
    };
    let fits = match rule {
        TypRule::Any => true,
        TypRule::Exactly(wanted) => is(wanted),
        TypRule::AbsentOr(wanted) => typ.is_none() || wanted.iter().any(|wanted| is(wanted)),
    };
    fits.then_some(()).ok_or(Refused::Typ)
}

fn check_audience(claims: &Map<String, Value>, rule: Audience<'_>) -> Result<(), Refused> {
    let found = audiences(claims)?;
    let fits = match rule {
        Audience::Any => true,
        Audience::Includes(ours) => found.iter().any(|aud| ours.contains(aud)),
        Audience::Only(ours) => !found.is_empty() && found.iter().all(|aud| ours.contains(aud)),
        Audience::Single(ours) => {
            claims.get("aud").is_some_and(Value::is_string) && found.iter().all(|aud| ours.contains(aud))
        }
    };
    fits.then_some(()).ok_or(Refused::Audience)
}

fn check_times(claims: &Map<String, Value>, rules: &Rules<'_>, now: Time) -> Result<(), Refused> {
    let (exp, nbf, iat) = (date(claims, "exp")?, date(claims, "nbf")?, date(claims, "iat")?);
    if let Some(exp) = exp {
        if !rules.may_be_expired && now >= exp + SKEW {
            return Err(Refused::Expired);
        }
        if rules.most_lifetime.is_some_and(|most| exp > now + most + MOST_AHEAD) {
            return Err(Refused::LivesTooLong);
        }
    }
    if [nbf, iat].into_iter().flatten().any(|at| at > now + MOST_AHEAD) {
        return Err(Refused::TooEarly);
    }
    let made = iat.or(nbf);
    if rules.most_age.is_some_and(|most| made.is_some_and(|at| now > at + most + SKEW)) {
        return Err(Refused::TooOld);
    }
    Ok(())
}

/// A NumericDate (RFC 7519 §2): a JSON number, fractions dropped, within what a calendar can hold.
fn date(claims: &Map<String, Value>, name: &'static str) -> Result<Option<Time>, Refused> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let seconds = value.as_f64().filter(|s| (0.0..253_402_300_800.0).contains(s)).ok_or(Refused::Form(name))?;
    Ok(Some(Time::from_unix(seconds as i64)))
}

fn audiences(claims: &Map<String, Value>) -> Result<Vec<&str>, Refused> {
    match claims.get("aud") {
        None => Ok(Vec::new()),
        Some(Value::String(aud)) => Ok(vec![aud]),
        Some(Value::Array(list)) => list.iter().map(Value::as_str).collect::<Option<_>>().ok_or(Refused::Form("aud")),
        Some(_) => Err(Refused::Form("aud")),
    }
}

/// Names of rules are constants, but borrowed for less: give back the registered one.
fn missing(name: &str) -> Refused {
    const NAMES: [&str; 11] = ["iss", "sub", "aud", "exp", "iat", "nbf", "jti", "client_id", "htm", "htu", "cnf"];
    Refused::Missing(NAMES.into_iter().find(|known| *known == name).unwrap_or("a claim of this use"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::jose::{Alg, JwkSet, SigningKey, Typ, verify};

    const NOW: Time = Time::from_unix(1_795_000_000);

    fn token(typ: Typ, claims: Value) -> Verified {
        let key = SigningKey::generate(Alg::EdDsa).unwrap();
        let token = key.sign(typ, &claims).unwrap();
        verify(&token, &JwkSet::of(vec![key.public().clone()]), &[Alg::EdDsa]).unwrap()
    }

    fn assertion(change: impl FnOnce(&mut Map<String, Value>)) -> Verified {
        let mut claims = json!({"iss":"c","sub":"c","aud":"https://op.example","jti":"1","exp":NOW.unix() + 60});
        change(claims.as_object_mut().unwrap());
        token(Typ::Absent, claims)
    }

    fn result(token: Verified) -> Result<(), Refused> {
        let rules = Rules {
            issuer: Some("c"),
            subject: Some("c"),
            audience: Audience::Includes(&["https://op.example"]),
            ..Rules::CLIENT_ASSERTION
        };
        check(token, &rules, NOW).map(|_| ())
    }

    #[test]
    fn rfc7523_s3_each_claim() {
        type Change = (&'static str, Value);
        let cases: &[(Change, Result<(), Refused>)] = &[
            (("x", json!(1)), Ok(())),
            (("iss", json!("d")), Err(Refused::Issuer)),
            (("iss", json!(1)), Err(Refused::Form("iss"))),
            (("sub", json!("d")), Err(Refused::Subject)),
            (("sub", Value::Null), Err(Refused::Missing("sub"))),
            (("jti", json!("")), Err(Refused::Form("jti"))),
            (("aud", json!(["https://x", "https://op.example"])), Ok(())),
            (("aud", json!([])), Err(Refused::Audience)),
            (("aud", json!("https://op.example/")), Err(Refused::Audience)),
            (("aud", json!(["https://op.example", 1])), Err(Refused::Form("aud"))),
            (("aud", json!({})), Err(Refused::Form("aud"))),
            (("exp", json!(NOW.unix() - 9)), Ok(())),
            (("exp", json!(NOW.unix() - 10)), Err(Refused::Expired)),
            (("exp", json!(NOW.unix() as f64 + 0.5)), Ok(())),
            (("exp", json!(NOW.unix() + 3661)), Err(Refused::LivesTooLong)),
            (("exp", json!("1795000060")), Err(Refused::Form("exp"))),
            (("exp", json!(1e300)), Err(Refused::Form("exp"))),
            (("exp", json!(-1)), Err(Refused::Form("exp"))),
            (("nbf", json!(NOW.unix() + 10)), Ok(())),
            (("nbf", json!(NOW.unix() + 61)), Err(Refused::TooEarly)),
            (("iat", json!(NOW.unix() + 10)), Ok(())),
            (("iat", json!(NOW.unix() + 61)), Err(Refused::TooEarly)),
            (("iat", json!(true)), Err(Refused::Form("iat"))),
        ];
        for ((name, value), wanted) in cases {
            let got = result(assertion(|claims| drop(claims.insert((*name).to_owned(), value.clone()))));
            assert_eq!(got, *wanted, "{name} {value}");
        }
        for name in Rules::CLIENT_ASSERTION.required {
            assert_eq!(result(assertion(|claims| drop(claims.remove(*name)))), Err(missing(name)), "{name}");
        }
    }

    #[test]
    fn an_audience_may_have_to_stand_alone() {
        let rules = Rules { audience: Audience::Single(&["https://op.example"]), ..Rules::CLIENT_ASSERTION };
        assert!(check(assertion(|_| ()), &rules, NOW).is_ok());
        let listed = assertion(|claims| drop(claims.insert("aud".into(), json!(["https://op.example"]))));
        assert_eq!(check(listed, &rules, NOW).unwrap_err(), Refused::Audience);
        let rules = Rules { audience: Audience::Only(&["https://op.example", "https://op.example/token"]), ..rules };
        for (aud, fits) in [
            (json!("https://op.example/token"), true),
            (json!(["https://op.example", "https://op.example/token"]), true),
            (json!(["https://op.example", "https://other.example"]), false),
            (json!([]), false),
        ] {
            let token = assertion(|claims| drop(claims.insert("aud".into(), aud.clone())));
            assert_eq!(check(token, &rules, NOW).is_ok(), fits, "{aud}");
        }
    }

    #[test]
    fn types_are_not_confused() {
        let claims =
            json!({"iss":"c","sub":"c","aud":"a","jti":"1","exp":NOW.unix() + 60,"iat":NOW.unix(),"client_id":"c"});
        assert!(check(token(Typ::AccessToken, claims.clone()), &Rules::ACCESS_TOKEN, NOW).is_ok());
        for typ in [Typ::Absent, Typ::Jwt, Typ::LogoutToken] {
            assert_eq!(check(token(typ, claims.clone()), &Rules::ACCESS_TOKEN, NOW).unwrap_err(), Refused::Typ);
        }
        for typ in [Typ::AccessToken, Typ::LogoutToken] {
            assert_eq!(check(token(typ, claims.clone()), &Rules::ID_TOKEN_HINT, NOW).unwrap_err(), Refused::Typ);
        }
        assert!(check_typ(Some("application/AT+JWT"), TypRule::Exactly("at+jwt")).is_ok());
        assert!(check_typ(Some("applicatiön/at+jwt"), TypRule::Exactly("at+jwt")).is_err());
    }

    #[test]
    fn an_id_token_hint_may_be_old() {
        let claims = json!({"iss":"op","sub":"s","aud":["c"],"exp":1_000,"iat":900});
        let rules = Rules { issuer: Some("op"), ..Rules::ID_TOKEN_HINT };
        let hint = check(token(Typ::Absent, claims), &rules, NOW).unwrap();
        assert_eq!((hint.sub(), hint.aud(), hint.jti()), ("s", vec!["c"], None));
        assert_eq!((hint.iat(), hint.remember_until()), (Some(Time::from_unix(900)), Some(Time::from_unix(1_011))));
        let claims = json!({"iss":"op","sub":"s","aud":["c"],"exp":NOW.unix() + 5,"iat":NOW.unix() - 100});
        let young = Rules { most_age: Some(Seconds(60)), ..rules };
        assert_eq!(check(token(Typ::Absent, claims), &young, NOW).unwrap_err(), Refused::TooOld);
        assert_eq!(Refused::TooOld.whose(), Whose::Clock);
    }
}
