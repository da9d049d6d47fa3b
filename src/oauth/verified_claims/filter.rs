//! What of the held is an answer to what is asked (§5.4 to §5.7).

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::request::{Asked, Element, Limit, Members, Want};
use super::shape::{Field, Shape, VERIFICATION, find};
use super::{EVIDENCE, name_of};
use crate::base::{Seconds, Time};

/// Everything that could be told: `verification` and `claims` in full.
#[derive(Clone)]
pub struct Held {
    pub verification: Map<String, Value>,
    pub claims: Map<String, Value>,
}

impl std::fmt::Debug for Held {
    /// Names nobody.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.claims.keys()).finish()
    }
}

/// What is told.
#[derive(Clone, PartialEq)]
pub struct Answered {
    /// One object, or several in the order in which they were asked for (§5.6).
    pub value: Value,
    /// What of it a person has to have allowed, by the names of grants.
    pub names: BTreeSet<String>,
}

impl std::fmt::Debug for Answered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(&self.names).finish()
    }
}

/// A demand that what is held does not meet.
#[derive(Debug, PartialEq, Eq)]
struct Unmet;

/// Answers each element by itself, with no more than it asks for; `None` where no element can be answered (§5.7).
///
/// What `may_tell` forbids is as if it were not held: no demand on it tells anything of it either. `most` bounds the
/// bytes of the answer; elements that do not fit are left out (§5.7.1).
pub fn answer(
    elements: &[Element],
    held: &Held,
    may_tell: impl Fn(&str) -> bool,
    now: Time,
    most: usize,
) -> Option<Answered> {
    let mut held = held.clone();
    held.claims.retain(|claim, _| may_tell(&name_of(claim)));
    if !may_tell(EVIDENCE) {
        held.verification.remove("evidence");
    }
    let mut names = BTreeSet::new();
    let mut told = Vec::new();
    let mut left = most;
    for element in elements {
        let Ok(Some((verification, claims))) = one(element, &held, now) else { continue };
        let mut of_it: BTreeSet<String> = claims.keys().map(|claim| name_of(claim)).collect();
        of_it.extend(verification.contains_key("evidence").then(|| EVIDENCE.to_owned()));
        let value = object_of([("verification", verification.into()), ("claims", claims.into())]);
        let Some(rest) = left.checked_sub(value.to_string().len()) else { continue };
        left = rest;
        names.extend(of_it);
        told.push(value);
    }
    let value = match told.len() {
        0 => return None,
        1 => told.pop()?,
        _ => Value::Array(told),
    };
    Some(Answered { value, names })
}

fn object_of(members: [(&str, Value); 2]) -> Value {
    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

type Told = (Map<String, Value>, Map<String, Value>);

/// §5.7.4: a demand on the verification that is not met leaves the whole element out, one on a claim that claim; §5.7.5:
/// without claims there is no element.
fn one(element: &Element, held: &Held, now: Time) -> Result<Option<Told>, Unmet> {
    let told = |(name, asked): (&String, &Asked)| {
        let value = limited(&asked.limit, held.claims.get(name), now).ok()??;
        Some((name.clone(), value))
    };
    let claims: Map<String, Value> = element.claims.iter().filter_map(told).collect();
    let verification = object(VERIFICATION, &element.verification, Some(&held.verification), now)?;
    Ok(verification.filter(|_| !claims.is_empty()).map(|verification| (verification, claims)))
}

fn limited(limit: &Limit, held: Option<&Value>, now: Time) -> Result<Option<Value>, Unmet> {
    let is_free = limit.values.is_empty() && limit.max_age.is_none();
    match held {
        None if is_free => Ok(None),
        Some(value) if limit.allows(value, now) => Ok(Some(value.clone())),
        _ => Err(Unmet),
    }
}

impl Limit {
    fn allows(&self, value: &Value, now: Time) -> bool {
        let is_one = self.values.is_empty() || self.values.contains(value);
        // §5.5.2: only what is a date or a time has an age.
        let is_young = match (self.max_age, value.as_str().and_then(last_second)) {
            (Some(most), Some(at)) => now.since(at) <= Seconds(most),
            _ => true,
        };
        is_one && is_young
    }
}

/// The last second of a date, or a time (§5.5.2).
fn last_second(text: &str) -> Option<Time> {
    if let Some(day) = Time::read_day(text) {
        return Some(day + Seconds::days(1) - Seconds(1));
    }
    OffsetDateTime::parse(text, &Rfc3339).ok().map(|at| Time::from_unix(at.unix_timestamp()))
}

/// The members that are asked for; `None` where the object is not held, or would lack what it must have (§5.7.5).
fn object(
    fields: &'static [Field],
    asked: &Members,
    held: Option<&Map<String, Value>>,
    now: Time,
) -> Result<Option<Map<String, Value>>, Unmet> {
    let mut told = Map::new();
    for (name, want) in asked {
        let value = held.and_then(|held| held.get(name));
        let shape = find(fields, name).map(|field| field.shape).ok_or(Unmet)?;
        if let Some(value) = member(shape, want, value, now)? {
            told.insert(name.clone(), value);
        }
    }
    let is_whole = fields.iter().all(|field| !field.is_required || told.contains_key(field.name));
    Ok(Some(told).filter(|told| is_whole && !told.is_empty()))
}

fn member(shape: Shape, want: &Want, held: Option<&Value>, now: Time) -> Result<Option<Value>, Unmet> {
    match (shape, want) {
        (Shape::Value | Shape::EvidenceType, Want::Value(limit)) => limited(limit, held, now),
        (Shape::Object(fields), Want::Object(asked)) => {
            Ok(object(fields, asked, held.and_then(Value::as_object), now)?.map(Value::Object))
        }
        (Shape::List(fields), Want::List(filters)) => list(fields, filters, held, now, false),
        (Shape::Whole(fields), Want::List(filters)) => list(fields, filters, held, now, true),
        // Kept by another version of the table, or never so.
        _ => Err(Unmet),
    }
}

/// The entries that meet a filter, each with what its filters ask for, or whole. Where every filter demands something and
/// no entry meets one, the demand is not met.
fn list(
    fields: &'static [Field],
    filters: &[Members],
    held: Option<&Value>,
    now: Time,
    is_whole: bool,
) -> Result<Option<Value>, Unmet> {
    let entries = held.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let (mut is_met, mut told) = (false, Vec::new());
    for entry in entries {
        let mut of_it = Map::new();
        for filter in filters {
            if let Ok(found) = object(fields, filter, entry.as_object(), now) {
                is_met = true;
                merge(&mut of_it, found.unwrap_or_default());
            }
        }
        told.extend(Some(Value::Object(of_it)).filter(|of_it| of_it != &Value::Object(Map::new())));
    }
    // A filter that demands nothing is met by no entries too.
    is_met = is_met || filters.iter().any(|filter| object(fields, filter, None, now).is_ok());
    match is_met {
        false => Err(Unmet),
        true if is_whole => {
            Ok(Some(entries).filter(|entries| !entries.is_empty()).map(|all| Value::Array(all.to_vec())))
        }
        true => Ok(Some(told).filter(|told| !told.is_empty()).map(Value::Array)),
    }
}

/// Adds what another filter asks for of the same entry.
fn merge(into: &mut Map<String, Value>, more: Map<String, Value>) {
    for (name, value) in more {
        match (into.get_mut(&name), value) {
            (Some(Value::Object(into)), Value::Object(more)) => merge(into, more),
            (Some(Value::Array(into)), Value::Array(more)) => {
                for entry in more {
                    if !into.contains(&entry) {
                        into.push(entry);
                    }
                }
            }
            (_, value) => drop(into.insert(name, value)),
        }
    }
}
