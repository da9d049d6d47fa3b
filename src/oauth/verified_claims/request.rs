//! What a request asks of `verified_claims`, read strictly (§5.3 to §5.6).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::shape::{Field, Shape, VERIFICATION, find};
use super::{EVIDENCE, name_of};
use crate::oauth::error::Error;

/// The most elements that one destination asks for (WALLET.md §18).
const MOST_ELEMENTS: usize = 10;
/// The most members of an object, and entries or values of a list.
const MOST_MEMBERS: usize = 100;
/// How long a purpose is, in characters.
const PURPOSE: std::ops::RangeInclusive<usize> = 3..=300;

/// One element: claims, and what must be so of their verification. Elements are answered each by itself (§5.6).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Element {
    pub(super) verification: Members,
    /// Those that the house has; others are passed over (§5.7.2).
    pub(super) claims: BTreeMap<String, Asked>,
}

/// What is asked of the members of an object, by their names.
pub(super) type Members = BTreeMap<String, Want>;

/// What is asked of one member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Want {
    Value(Limit),
    Object(Members),
    List(Vec<Members>),
    /// Something certain of a member that nobody here has: never so.
    Never,
}

/// What a value must be.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// One of these; none means any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) values: Vec<Value>,
    /// So many seconds ago at most, where it is a date or a time (§5.5.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) max_age: Option<i64>,
}

/// How one claim is asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    #[serde(flatten)]
    pub(super) limit: Limit,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_essential: bool,
    /// Why, in the client's words: for the consent page alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
}

impl Element {
    /// What it asks for, by the names that grants have for it.
    pub fn names(&self) -> impl Iterator<Item = String> + '_ {
        let evidence = self.verification.contains_key("evidence").then(|| EVIDENCE.to_owned());
        // Without a claim there is no answer that could have evidence.
        let evidence = evidence.filter(|_| !self.claims.is_empty());
        self.claims.keys().map(|claim| name_of(claim)).chain(evidence)
    }

    /// How it asks for a claim, if it does.
    pub fn claim(&self, claim: &str) -> Option<&Asked> {
        self.claims.get(claim)
    }
}

/// Reads the member `verified_claims` of one destination: one element, or a list of them.
///
/// # Errors
/// `invalid_request` for whatever is not of the form that the standard defines. What is unknown is no error: it is passed
/// over, or never so where something certain is demanded of it.
pub fn read(value: &Value, is_known: &impl Fn(&str) -> bool) -> Result<Vec<Element>, Error> {
    match value {
        Value::Array(elements) if elements.len() > MOST_ELEMENTS => {
            Err(Error::invalid_request("verified_claims has more than 10 elements"))
        }
        Value::Array(elements) => elements.iter().map(|one| element(one, is_known)).collect(),
        one => Ok(vec![element(one, is_known)?]),
    }
}

/// What the scope asks for that stands for the house's verified claims (§5.8).
pub fn of_scope(claims: impl IntoIterator<Item = &'static str>) -> Element {
    let any = || Want::Value(Limit::default());
    let verification = ["trust_framework", "assurance_level", "time"].map(|name| (name.to_owned(), any()));
    let claims = claims.into_iter().map(|name| (name.to_owned(), Asked::default()));
    Element { verification: verification.into(), claims: claims.collect() }
}

/// The elements, of verifications that are so many seconds old at most.
pub fn within(elements: &[Element], seconds: i64) -> Vec<Element> {
    let mut all = elements.to_vec();
    for element in &mut all {
        let time = element.verification.entry("time".to_owned()).or_insert_with(|| Want::Value(Limit::default()));
        if let Want::Value(limit) = time {
            limit.max_age = Some(limit.max_age.map_or(seconds, |asked| asked.min(seconds)));
        }
    }
    all
}

fn bad(what: &'static str) -> Error {
    Error::invalid_request(what)
}

fn element(value: &Value, is_known: &impl Fn(&str) -> bool) -> Result<Element, Error> {
    let members = value.as_object().ok_or_else(|| bad("an element of verified_claims is not an object"))?;
    let verification = members
        .get("verification")
        .and_then(Value::as_object)
        .ok_or_else(|| bad("an element of verified_claims has no object verification"))?;
    let claims = match members.get("claims") {
        Some(Value::Object(claims)) if !claims.is_empty() => claims.clone(),
        // Nothing certain is asked for, and so nothing is told.
        Some(Value::Null) => Map::new(),
        _ => return Err(bad("an element of verified_claims has no object claims with a member")),
    };
    if claims.len() > MOST_MEMBERS {
        return Err(bad("an element of verified_claims asks for more than 100 claims"));
    }
    let mut asked = BTreeMap::new();
    for (name, value) in &claims {
        let one = claim(value)?;
        if is_known(&name_of(name)) {
            asked.insert(name.clone(), one);
        }
    }
    Ok(Element { verification: object(VERIFICATION, verification)?, claims: asked })
}

fn claim(value: &Value) -> Result<Asked, Error> {
    let Some(members) = nothing_or_object(value)? else { return Ok(Asked::default()) };
    let purpose = match members.get("purpose") {
        None => None,
        Some(Value::String(text)) if PURPOSE.contains(&text.chars().count()) => Some(text.clone()),
        Some(_) => return Err(bad("a purpose in verified_claims is not a text of 3 to 300 characters")),
    };
    Ok(Asked { limit: limit(members)?, is_essential: essential(members)?, purpose })
}

fn nothing_or_object(value: &Value) -> Result<Option<&Map<String, Value>>, Error> {
    match value {
        Value::Null => Ok(None),
        Value::Object(members) => Ok(Some(members)),
        _ => Err(bad("a member of verified_claims is asked for neither by null nor by an object")),
    }
}

fn essential(members: &Map<String, Value>) -> Result<bool, Error> {
    match members.get("essential") {
        None => Ok(false),
        Some(value) => value.as_bool().ok_or_else(|| bad("an essential in verified_claims is neither true nor false")),
    }
}

fn limit(members: &Map<String, Value>) -> Result<Limit, Error> {
    let values = match (members.get("value"), members.get("values")) {
        (None, None) => Vec::new(),
        (Some(value), None) => vec![value.clone()],
        (None, Some(Value::Array(values))) if (1..=MOST_MEMBERS).contains(&values.len()) => values.clone(),
        _ => return Err(bad("verified_claims demands a value in a way that is not defined")),
    };
    let max_age = match members.get("max_age") {
        None => None,
        Some(age) => {
            let seconds = age.as_u64().ok_or_else(|| bad("a max_age in verified_claims is no number of seconds"))?;
            Some(i64::try_from(seconds).unwrap_or(i64::MAX))
        }
    };
    Ok(Limit { values, max_age })
}

fn object(fields: &'static [Field], asked: &Map<String, Value>) -> Result<Members, Error> {
    if asked.len() > MOST_MEMBERS {
        return Err(bad("an object of verified_claims has more than 100 members"));
    }
    if fields.iter().any(|field| field.is_asked && !asked.contains_key(field.name)) {
        return Err(bad("verified_claims lacks trust_framework, or the type, check_method or check_id of an entry"));
    }
    let mut members = Members::new();
    for (name, value) in asked {
        let want = match find(fields, name) {
            Some(field) => Some(want(field.shape, value)?),
            None => demands(value).then_some(Want::Never),
        };
        members.extend(want.map(|want| (name.clone(), want)));
    }
    Ok(members)
}

fn want(shape: Shape, value: &Value) -> Result<Want, Error> {
    match shape {
        Shape::Value => {
            let Some(members) = nothing_or_object(value)? else { return Ok(Want::Value(Limit::default())) };
            essential(members)?;
            Ok(Want::Value(limit(members)?))
        }
        Shape::EvidenceType => match value.as_object().and_then(|members| members.get("value")) {
            Some(one @ Value::String(_)) if value.get("values").is_none() => {
                Ok(Want::Value(Limit { values: vec![one.clone()], max_age: None }))
            }
            _ => Err(bad("an entry of evidence is not asked for by the one value of its type")),
        },
        Shape::Object(fields) => {
            let members =
                value.as_object().ok_or_else(|| bad("an object of verified_claims is not asked for as one"))?;
            Ok(Want::Object(object(fields, members)?))
        }
        Shape::List(fields) | Shape::Whole(fields) => {
            let entries = value.as_array().filter(|entries| (1..=MOST_MEMBERS).contains(&entries.len()));
            let entries =
                entries.ok_or_else(|| bad("a list of verified_claims is not asked for as one with entries"))?;
            let entry = |entry: &Value| {
                let members = entry.as_object().ok_or_else(|| bad("an entry of verified_claims is not an object"))?;
                object(fields, members)
            };
            Ok(Want::List(entries.iter().map(entry).collect::<Result<_, Error>>()?))
        }
    }
}

/// Whether something certain is demanded of a member that is not known, at whatever depth.
fn demands(value: &Value) -> bool {
    match value {
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| matches!(name.as_str(), "value" | "values" | "max_age") || demands(value)),
        Value::Array(entries) => entries.iter().any(demands),
        _ => false,
    }
}
