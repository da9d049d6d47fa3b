//! What one metadata field may hold: the checks that the rows of the table name.

use std::collections::BTreeMap;

use ::url::Url;
use serde_json::Value;

use crate::base::{Seconds, text, url};
use crate::jose::{Alg, JwkSet};
use crate::oauth::authorization::response_type;
use crate::oauth::client::Client;
use crate::oauth::error::Error;
use crate::oauth::profile::Profile;
use crate::oauth::redirect_uri::{self, MOST_BYTES};
use crate::oauth::scope::Scope;
use crate::oauth::supported::Supported;

/// The longest name of a client, the longest purpose, and the longest of any other line, in characters.
const MOST_NAME: usize = 100;
const MOST_PURPOSE: usize = 200;
const MOST_LINE: usize = 255;
/// How many values a list may have.
const MOST_ITEMS: usize = 100;

/// What a check may need to know beside the value.
pub struct Facts<'a> {
    pub client: &'a Client,
    pub supported: &'a Supported,
    pub rules: &'a Profile,
}

/// Why a value is refused.
pub enum Bad {
    /// In words that follow the name of the field; `invalid_client_metadata`.
    Is(&'static str),
    Error(Error),
}

impl From<Error> for Bad {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

pub type Outcome = Result<(), Bad>;

fn when(is_right: bool, otherwise: &'static str) -> Outcome {
    is_right.then_some(()).ok_or(Bad::Is(otherwise))
}

/// Nothing to see to: the type says it all, or nobody but an operator writes it.
pub fn any<T>(_: &T, _: &Facts<'_>) -> Outcome {
    Ok(())
}

/// What people read: no text that hides something.
fn is_line(text: &str, most: usize) -> bool {
    text::line(text, most).as_deref() == Some(text)
}

pub fn name(value: &str, _: &Facts<'_>) -> Outcome {
    when(
        value.is_empty() || is_line(value, MOST_NAME),
        "must be one line of at most 100 characters, without hidden ones",
    )
}

pub fn line(value: &Option<String>, _: &Facts<'_>) -> Outcome {
    when(value.as_ref().is_none_or(|text| is_line(text, MOST_LINE)), "must be one line of at most 255 characters")
}

pub fn lines(values: &[String], _: &Facts<'_>) -> Outcome {
    let is_right = values.len() <= MOST_ITEMS && values.iter().all(|text| is_line(text, MOST_LINE));
    when(is_right, "must be at most 100 lines of at most 255 characters")
}

pub fn purposes(values: &BTreeMap<String, String>, facts: &Facts<'_>) -> Outcome {
    let is_right = values.values().all(|purpose| is_line(purpose, MOST_PURPOSE));
    when(is_right, "must be lines of at most 200 characters, without hidden ones")?;
    when(values.keys().all(|name| is_claim(name, facts)), "names a claim that is not supported")
}

pub fn claims(values: &[String], facts: &Facts<'_>) -> Outcome {
    when(values.iter().all(|name| is_claim(name, facts)), "names a claim that is not supported")
}

fn is_claim(name: &str, facts: &Facts<'_>) -> bool {
    facts.supported.knows_claim(name) || facts.supported.scope(name).is_some()
}

/// A web page, or something that is fetched like one; this machine's own may be plain http.
fn page(uri: &str) -> Option<Url> {
    url::web(uri).filter(|_| uri.len() <= MOST_BYTES)
}

pub fn web(value: &Option<String>, _: &Facts<'_>) -> Outcome {
    when(value.as_ref().is_none_or(|uri| page(uri).is_some()), "must be an https URL")
}

/// https, even on this machine (OIDC Registration §2).
pub fn https(value: &Option<String>, _: &Facts<'_>) -> Outcome {
    let is_https = |uri: &String| page(uri).is_some_and(|url| url.scheme() == "https");
    when(value.as_ref().is_none_or(is_https), "must be an https URL")
}

/// The request objects that may be named (OIDC Registration §2); a fragment tells their versions apart.
pub fn web_list(values: &[String], _: &Facts<'_>) -> Outcome {
    let is_right = values.len() <= MOST_ITEMS && values.iter().all(|uri| page(uri).is_some());
    when(is_right, "must be at most 100 https URLs")
}

pub fn redirect_uris(values: &[String], facts: &Facts<'_>) -> Outcome {
    when(values.len() <= MOST_ITEMS, "must be at most 100 URIs")?;
    for uri in values {
        redirect_uri::check(uri, facts.client.application_type)?;
    }
    Ok(())
}

/// Called by the browser with the cookies of the client's site (OIDC Front-Channel Logout §2).
pub fn frontchannel(value: &Option<String>, facts: &Facts<'_>) -> Outcome {
    let Some(uri) = value else { return Ok(()) };
    let Some(called) = page(uri).filter(|url| url.fragment().is_none()) else {
        return Err(Bad::Is("must be an https URL without a fragment"));
    };
    let urls = facts.client.redirect_uris.iter().filter_map(|uri| Url::parse(uri).ok());
    let is_of_client = urls.into_iter().any(|url| url.origin() == called.origin());
    when(is_of_client, "must have the scheme, host and port of one of the redirect_uris")
}

/// Called by us (OIDC Back-Channel Logout §2.2, CIBA §4).
pub fn called(value: &Option<String>, _: &Facts<'_>) -> Outcome {
    let is_right = |uri: &String| page(uri).is_some_and(|url| url.fragment().is_none());
    when(value.as_ref().is_none_or(is_right), "must be an https URL without a fragment")
}

pub fn origins(values: &[String], _: &Facts<'_>) -> Outcome {
    let is_origin = |text: &String| url::web(text).is_some_and(|found| url::origin(&found) == *text);
    when(
        values.len() <= MOST_ITEMS && values.iter().all(is_origin),
        "has one that is not an origin such as https://app.example",
    )
}

/// Whether all that is given is something the house does.
pub fn known(given: &[String], known: &[&'static str]) -> Outcome {
    when(given.iter().all(|one| known.contains(&one.as_str())), "has one that is not supported")
}

pub fn grant_types(given: &[String], facts: &Facts<'_>) -> Outcome {
    known(given, &facts.supported.grant_types)
}

/// By whatever order of their words (RFC 6749 §3.1.1).
pub fn response_types(given: &[String], facts: &Facts<'_>) -> Outcome {
    let rows: Vec<_> = given.iter().filter_map(|name| response_type::find(name)).collect();
    let are_known =
        rows.len() == given.len() && rows.iter().all(|row| facts.supported.response_types.contains(&row.name));
    when(are_known, "has one that is not supported")?;
    let is_implicit = facts.client.has_grant_type("implicit");
    when(is_implicit || rows.iter().all(|row| !row.is_front()), "has one that needs the grant type implicit")
}

pub fn authorization_details_types(given: &[String], facts: &Facts<'_>) -> Outcome {
    known(given, &facts.supported.authorization_details_types)
}

pub fn response_modes(given: &[String], facts: &Facts<'_>) -> Outcome {
    known(given, &facts.supported.response_modes)
}

pub fn scope(given: &Scope, facts: &Facts<'_>) -> Outcome {
    when(given.iter().all(|name| facts.supported.scope(name).is_some()), "has one that is not supported")
}

pub fn auth_method(method: &str, facts: &Facts<'_>) -> Outcome {
    when(facts.supported.client_auth_methods.contains(&method), "is not supported")?;
    when(facts.rules.client_auth_methods.contains(&method), "is not one that the profile allows")
}

fn is_alg(alg: &str, facts: &Facts<'_>) -> bool {
    alg.parse::<Alg>().is_ok() && facts.rules.algs.contains(&alg)
}

pub fn alg(value: &str, facts: &Facts<'_>) -> Outcome {
    when(is_alg(value, facts), "is not a signature algorithm that is supported")
}

pub fn optional_alg(value: &Option<String>, facts: &Facts<'_>) -> Outcome {
    when(value.as_ref().is_none_or(|value| is_alg(value, facts)), "is not a signature algorithm that is supported")
}

/// `alg` of a JWE (RFC 7516 §4.1.1).
pub fn encryption_alg(value: &Option<String>, facts: &Facts<'_>) -> Outcome {
    let is_known = |value: &String| facts.supported.encryption_algs.contains(&value.as_str());
    when(value.as_ref().is_none_or(is_known), "is not an encryption algorithm that is supported")
}

/// `enc` of a JWE (RFC 7516 §4.1.2).
pub fn encryption_enc(value: &Option<String>, facts: &Facts<'_>) -> Outcome {
    let is_known = |value: &String| facts.supported.encryption_encs.contains(&value.as_str());
    when(value.as_ref().is_none_or(is_known), "is not a content encryption that is supported")
}

pub fn jwks(value: &Option<Value>, _: &Facts<'_>) -> Outcome {
    let is_set = |jwks: &Value| JwkSet::read(jwks.clone()).is_ok();
    when(value.as_ref().is_none_or(is_set), "is not a JWK Set of public keys that are supported")
}

/// A year is longer than any session.
pub fn max_age(value: &Option<Seconds>, _: &Facts<'_>) -> Outcome {
    when(value.is_none_or(|age| (0..=31_536_000).contains(&age.0)), "must be a number of seconds, at most a year")
}

pub fn delivery_mode(value: &Option<String>, _: &Facts<'_>) -> Outcome {
    let is_known = |mode: &String| ["poll", "ping"].contains(&mode.as_str());
    when(value.as_ref().is_none_or(is_known), "must be poll or ping")
}
