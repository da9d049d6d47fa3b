//! The `claims` parameter: which claims are asked for one by one, and where (OIDC Core §5.5), `verified_claims` among
//! them (OpenID Identity Assurance §5.3).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::jose::json;
use crate::oauth::error::Error;
use crate::oauth::verified_claims::{self, Asked, Element};

/// The most bytes of the parameter.
pub const MOST_BYTES: usize = 16 * 1024;
/// The deepest nesting of the parameter.
pub const DEEPEST: usize = 12;
/// The most claims of one member, and the most values of one claim.
pub const MOST_MEMBERS: usize = 100;

/// How one claim is asked for (OIDC Core §5.5.1).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Wanted {
    /// Whether the client says that it cannot do without; a person may still refuse.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub essential: bool,
    /// The values that would do (`value` or `values`); none means any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
}

impl Wanted {
    /// Whether a value is one of those that would do; a claim with another value is left out.
    pub fn allows(&self, value: &Value) -> bool {
        self.values.is_empty() || self.values.contains(value)
    }
}

/// The claims of one destination by name.
pub type WantedClaims = BTreeMap<String, Wanted>;

/// What the `claims` parameter asks for; claims that the house does not know are not in it (OIDC Core §5.5).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ClaimsRequest {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub userinfo: WantedClaims,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub id_token: WantedClaims,
    /// What UserInfo and the ID Token are asked for of `verified_claims`; `None` where they are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_userinfo: Option<Vec<Element>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_id_token: Option<Vec<Element>>,
}

impl ClaimsRequest {
    /// Reads the parameter, keeping the claims that `is_known` knows, and `sub`, `acr` and `auth_time`.
    ///
    /// Fails with `invalid_request` when it is no JSON of the defined form, when it is over the limits, and when it
    /// asks for two different values of `sub`.
    pub fn read(text: &str, is_known: impl Fn(&str) -> bool) -> Result<Self, Error> {
        if text.len() > MOST_BYTES {
            return Err(Error::invalid_request("claims is larger than 16 KiB"));
        }
        let Ok(members) = json::object(text.as_bytes()) else {
            return Err(Error::invalid_request("claims is not one JSON object that names no member twice"));
        };
        if members.values().any(|v| depth(v) >= DEEPEST) {
            return Err(Error::invalid_request("claims is nested too deeply"));
        }
        let request = Self {
            userinfo: destination(&members, "userinfo", &is_known)?,
            id_token: destination(&members, "id_token", &is_known)?,
            verified_userinfo: verified(&members, "userinfo", &is_known)?,
            verified_id_token: verified(&members, "id_token", &is_known)?,
        };
        let mut subjects = request.subjects();
        let first = subjects.next();
        if subjects.any(|s| Some(s) != first) {
            return Err(Error::invalid_request("claims asks for more than one value of sub"));
        }
        drop(subjects);
        Ok(request)
    }

    pub fn is_empty(&self) -> bool {
        let is_plain = self.verified_userinfo.is_none() && self.verified_id_token.is_none();
        is_plain && self.userinfo.is_empty() && self.id_token.is_empty()
    }

    /// The one subject that may be answered about, where the client names it (OIDC Core §5.5.1).
    pub fn subject(&self) -> Option<&str> {
        self.subjects().next()
    }

    fn subjects(&self) -> impl Iterator<Item = &str> {
        let asked = [&self.id_token, &self.userinfo].into_iter().filter_map(|d| d.get("sub"));
        asked.flat_map(|wanted| wanted.values.iter()).filter_map(Value::as_str)
    }

    /// The authentication context classes of which one must be reached; `None` when `acr` is not essential.
    pub fn essential_acr(&self) -> Option<Vec<&str>> {
        let acr = self.id_token.get("acr").filter(|acr| acr.essential)?;
        let values: Vec<&str> = acr.values.iter().filter_map(Value::as_str).collect();
        (!values.is_empty()).then_some(values)
    }

    /// The authentication context classes that are wished for, in the client's order.
    pub fn voluntary_acr(&self) -> Vec<&str> {
        let acr = self.id_token.get("acr").filter(|acr| !acr.essential);
        acr.map(|acr| acr.values.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
    }

    /// Whether the ID Token must say when the person signed in.
    pub fn asks_auth_time(&self) -> bool {
        self.id_token.contains_key("auth_time")
    }

    /// The names of all claims that are asked for, those of the protocol included, those inside of `verified_claims` as
    /// grants name them.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.userinfo.keys().chain(self.id_token.keys()).cloned().chain(self.elements().flat_map(Element::names))
    }

    /// Whether a claim is asked for as essential anywhere.
    pub fn is_essential(&self, name: &str) -> bool {
        let is_plain = [&self.userinfo, &self.id_token].into_iter().any(|d| d.get(name).is_some_and(|w| w.essential));
        is_plain || self.verified(name).any(|asked| asked.is_essential)
    }

    /// Why a claim inside of `verified_claims` is asked for, in the client's words.
    pub fn purpose(&self, name: &str) -> Option<&str> {
        self.verified(name).find_map(|asked| asked.purpose.as_deref())
    }

    /// How a claim inside of `verified_claims` is asked for, everywhere.
    fn verified(&self, name: &str) -> impl Iterator<Item = &Asked> {
        let claim = verified_claims::claim_of(name);
        self.elements().filter_map(move |element| element.claim(claim?))
    }

    fn elements(&self) -> impl Iterator<Item = &Element> {
        [&self.verified_userinfo, &self.verified_id_token].into_iter().flatten().flatten()
    }
}

/// The member of one destination; `None` where nothing is asked of it.
fn asked_of<'a>(members: &'a Map<String, Value>, name: &'static str) -> Result<Option<&'a Map<String, Value>>, Error> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(members)) => Ok(Some(members)),
        Some(_) => Err(Error::invalid_request(format!("the member {name} of claims is not an object"))),
    }
}

fn verified(
    members: &Map<String, Value>,
    name: &'static str,
    is_known: &impl Fn(&str) -> bool,
) -> Result<Option<Vec<Element>>, Error> {
    let asked = asked_of(members, name)?.and_then(|members| members.get(verified_claims::MEMBER));
    asked.map(|asked| verified_claims::read(asked, is_known)).transpose()
}

fn destination(
    members: &Map<String, Value>,
    name: &'static str,
    is_known: &impl Fn(&str) -> bool,
) -> Result<WantedClaims, Error> {
    let Some(members) = asked_of(members, name)? else { return Ok(WantedClaims::new()) };
    if members.len() > MOST_MEMBERS {
        return Err(Error::invalid_request(format!("the member {name} of claims has more than 100 members")));
    }
    let is_plain = |claim: &str| {
        matches!(claim, "sub" | "acr" | "auth_time") || (!verified_claims::is_part(claim) && is_known(claim))
    };
    let known = members.iter().filter(|(claim, _)| is_plain(claim));
    known.map(|(claim, value)| Ok((claim.clone(), wanted(value)?))).collect()
}

fn wanted(value: &Value) -> Result<Wanted, Error> {
    let wrong =
        || Error::invalid_request("a claim of the claims parameter is not asked for as OIDC Core 5.5.1 defines");
    let members = match value {
        Value::Null => return Ok(Wanted::default()),
        Value::Object(members) => members,
        _ => return Err(wrong()),
    };
    let essential = match members.get("essential") {
        None | Some(Value::Null) => false,
        Some(essential) => essential.as_bool().ok_or_else(wrong)?,
    };
    let values = match (members.get("value"), members.get("values")) {
        (None, None) => Vec::new(),
        (Some(value), None) => vec![value.clone()],
        (None, Some(Value::Array(values))) if values.len() <= MOST_MEMBERS => values.clone(),
        _ => return Err(wrong()),
    };
    Ok(Wanted { essential, values })
}

/// Levels of nesting; the parser itself stops at 128.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::error::Code;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(value: &Value) -> Result<ClaimsRequest, Error> {
        ClaimsRequest::read(&value.to_string(), |name| ["name", "email", "email_verified"].contains(&name))
    }

    #[test]
    fn oidc_core_s5_5_reading() {
        let request = read(&json!({
            "userinfo": {"name": {"essential": true}, "email": null, "shoe_size": null, "http://x/y": {"value": 1}},
            "id_token": {"auth_time": {"essential": true}, "acr": {"values": ["a", "b"]}, "email_verified": {"value": true}},
            "verified_claims": {"x": 1}
        }))
        .unwrap();
        assert_eq!(request.userinfo.keys().collect::<Vec<_>>(), ["email", "name"]);
        assert!(request.is_essential("name") && !request.is_essential("email") && request.asks_auth_time());
        assert_eq!((request.essential_acr(), request.voluntary_acr()), (None, vec!["a", "b"]));
        assert!(request.id_token["email_verified"].allows(&json!(true)));
        assert!(!request.id_token["email_verified"].allows(&json!(false)));
        assert_eq!(serde_json::from_value::<ClaimsRequest>(serde_json::to_value(&request).unwrap()).unwrap(), request);
    }

    #[test]
    fn oidc_core_s5_5_1_sub_and_essential_acr() {
        let request = read(&json!({"id_token": {"sub": {"value": "x"}, "acr": {"essential": true, "values": ["2"]}}}));
        let request = request.unwrap();
        assert_eq!((request.subject(), request.essential_acr()), (Some("x"), Some(vec!["2"])));
        let same = json!({"id_token": {"sub": {"value": "x"}}, "userinfo": {"sub": {"value": "x"}}});
        assert!(
            read(&same).is_ok()
                && read(&json!({"id_token": {"acr": {"essential": true}}})).unwrap().essential_acr().is_none()
        );
        let two = json!({"id_token": {"sub": {"value": "x"}}, "userinfo": {"sub": {"value": "y"}}});
        assert_eq!(read(&two).unwrap_err().code(), Code::InvalidRequest);
    }

    #[test]
    fn ida_s5_3_verified_claims_are_a_member_of_their_own() {
        let is_known = |name: &str| ["name", "verified_claims.given_name", "verification.evidence"].contains(&name);
        let element = |claims: Value| json!({"verification": {"trust_framework": null, "evidence": [{"type": {"value": "document"}}]}, "claims": claims});
        let text = json!({
            "userinfo": {"name": null, "verified_claims": element(json!({"given_name": {"essential": true, "purpose": "To know you"}}))},
            "id_token": {"verified_claims": [element(json!({"shoe_size": null})), element(json!({"given_name": null}))]},
        });
        let request = ClaimsRequest::read(&text.to_string(), is_known).unwrap();
        assert_eq!(request.userinfo.keys().collect::<Vec<_>>(), ["name"]);
        let names: std::collections::BTreeSet<String> = request.names().collect();
        assert_eq!(
            names.into_iter().collect::<Vec<_>>(),
            ["name", "verification.evidence", "verified_claims.given_name"]
        );
        assert!(request.is_essential("verified_claims.given_name") && !request.is_essential("name"));
        assert!(!request.is_essential("given_name") && request.purpose("given_name").is_none());
        assert_eq!(request.purpose("verified_claims.given_name"), Some("To know you"));
        assert_eq!(serde_json::from_value::<ClaimsRequest>(serde_json::to_value(&request).unwrap()).unwrap(), request);
        // Nobody asks by the names that grants have for them.
        let plain = json!({"userinfo": {"verified_claims.given_name": null, "verification.evidence": null}});
        assert!(ClaimsRequest::read(&plain.to_string(), is_known).unwrap().is_empty());
        let none = json!({"userinfo": {"verified_claims": []}});
        assert!(!ClaimsRequest::read(&none.to_string(), is_known).unwrap().is_empty(), "it was asked for");
        let bad = json!({"userinfo": {"verified_claims": {"claims": {"given_name": null}}}});
        assert_eq!(ClaimsRequest::read(&bad.to_string(), is_known).unwrap_err().code(), Code::InvalidRequest);
    }

    #[test]
    fn oidc_core_s5_5_refusals() {
        let deep = (0..40).fold(json!(null), |inner, _| json!({ "x": inner }));
        let wide: Map<String, Value> = (0..=MOST_MEMBERS).map(|i| (i.to_string(), Value::Null)).collect();
        for (name, text) in [
            ("no JSON", "{".to_owned()),
            ("no object", "[]".to_owned()),
            ("a string for a member", json!({"userinfo": "name"}).to_string()),
            ("true for a claim", json!({"userinfo": {"name": true}}).to_string()),
            ("essential as text", json!({"userinfo": {"name": {"essential": "true"}}}).to_string()),
            ("value and values", json!({"userinfo": {"name": {"value": 1, "values": [1]}}}).to_string()),
            ("values no array", json!({"userinfo": {"name": {"values": "x"}}}).to_string()),
            ("too deep", json!({"userinfo": {"x": deep}}).to_string()),
            ("too wide", json!({"userinfo": wide}).to_string()),
            ("too long", format!("{{\"x\":\"{}\"}}", "y".repeat(MOST_BYTES))),
            ("a member twice", r#"{"userinfo":{"name":null},"userinfo":{"email":null}}"#.to_owned()),
            ("a claim twice", r#"{"userinfo":{"name":null,"n\u0061me":{"essential":true}}}"#.to_owned()),
            ("a parser's nightmare", "[".repeat(4000)),
        ] {
            assert_eq!(ClaimsRequest::read(&text, |_| true).unwrap_err().code(), Code::InvalidRequest, "{name}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text: String) {
            let _ = ClaimsRequest::read(&text, |_| true);
        }
    }
}
