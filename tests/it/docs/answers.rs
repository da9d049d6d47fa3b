//! Whether an answer is the one that stands on the page. `…` stands for any text, a member `…` for any others.

use serde_json::{Map, Value};

use super::page;
use crate::support::platform::Answer;

/// What stands for anything.
const ANY: &str = "…";

/// Numbers above this are times.
const TIMES: f64 = 1e9;

/// Compares an answer with the one of the page, whose placeholders are filled in.
pub fn compare(answer: &Answer, wanted: &page::Answer) -> Result<(), String> {
    if answer.status != wanted.status {
        return Err(format!("the status is {}, not {}", answer.status, wanted.status));
    }
    for (name, pattern) in &wanted.headers {
        let values: Vec<&str> = answer.headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
        let is_right =
            |value: &&str| if name == "location" { same_place(pattern, value) } else { fits(pattern, value) };
        if !values.iter().any(is_right) {
            return Err(format!("the header {name} is {values:?}, not {pattern}"));
        }
    }
    let text = answer.text();
    if wanted.body.starts_with(['{', '[']) {
        let pattern: Value =
            serde_json::from_str(&wanted.body).map_err(|why| format!("the page has no JSON: {why}"))?;
        let value: Value = serde_json::from_str(&text).map_err(|why| format!("no JSON came: {why}"))?;
        return same(&pattern, &value, "the body");
    }
    let kind = answer.header("content-type").unwrap_or_default();
    match wanted.body.is_empty() {
        // Pages of ours are not written out.
        true if kind.starts_with("text/html") || text.is_empty() => Ok(()),
        false if fits(&wanted.body, text.trim()) => Ok(()),
        _ => Err("another body came than the page has".to_owned()),
    }
}

/// Whether a text is a pattern's.
pub fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split(ANY);
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, inner)) = parts.split_last() else { return rest.is_empty() };
    for part in inner {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// The address without its parameters, and these.
pub fn parameters(url: &str) -> (String, Vec<(String, String)>) {
    let at = url.find(['?', '#']).unwrap_or(url.len());
    let query = url.get(at + 1..).unwrap_or_default();
    let mut pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    pairs.sort();
    let end = (at + 1).min(url.len());
    (url[..end].to_owned(), pairs)
}

fn same_place(pattern: &str, url: &str) -> bool {
    let ((place, wanted), (other, found)) = (parameters(pattern), parameters(url));
    let is_same = |((name, pattern), (other, value)): (&(String, String), &(String, String))| {
        name == other && fits(pattern, value)
    };
    place == other && wanted.len() == found.len() && wanted.iter().zip(&found).all(is_same)
}

fn same(pattern: &Value, value: &Value, at: &str) -> Result<(), String> {
    let is_same = match (pattern, value) {
        (Value::Object(pattern), Value::Object(value)) => return same_members(pattern, value, at),
        (Value::Array(pattern), Value::Array(value)) => return same_items(pattern, value, at),
        (Value::String(pattern), Value::String(value)) => fits(pattern, value),
        (Value::Number(pattern), Value::Number(value)) => {
            let [pattern, value] = [pattern, value].map(|number| number.as_f64().unwrap_or_default());
            // A second may pass while a request is answered.
            (pattern - value).abs() <= 2.0 || (pattern > TIMES && value > TIMES)
        }
        _ => pattern == value,
    };
    if is_same { Ok(()) } else { Err(format!("{at} is {value}, not {pattern}")) }
}

fn same_members(pattern: &Map<String, Value>, value: &Map<String, Value>, at: &str) -> Result<(), String> {
    for (name, pattern) in pattern.iter().filter(|(name, _)| *name != ANY) {
        let value = value.get(name).ok_or_else(|| format!("{at} lacks {name}"))?;
        same(pattern, value, &format!("{name} of {at}"))?;
    }
    match value.keys().find(|name| !pattern.contains_key(*name) && !pattern.contains_key(ANY)) {
        Some(name) => Err(format!("{at} has {name} as well")),
        None => Ok(()),
    }
}

/// In order; where the last is `…`, in any order and among others.
fn same_items(pattern: &[Value], value: &[Value], at: &str) -> Result<(), String> {
    if let Some((last, some)) = pattern.split_last()
        && last == ANY
    {
        let is_there = |item: &&Value| value.iter().any(|value| same(item, value, at).is_ok());
        return match some.iter().find(|item| !is_there(item)) {
            Some(item) => Err(format!("{at} lacks {item}")),
            None => Ok(()),
        };
    }
    if pattern.len() != value.len() {
        return Err(format!("{at} has {} items, not {}", value.len(), pattern.len()));
    }
    pattern.iter().zip(value).try_for_each(|(pattern, value)| same(pattern, value, &format!("an item of {at}")))
}

#[test]
fn what_differs_is_told() {
    for (pattern, text, is_right) in [
        ("a", "a", true),
        ("a", "ab", false),
        ("sw_…", "sw_x", true),
        ("sw_…", "x", false),
        ("a…b…c", "a1b2c", true),
        ("a…b…c", "a1c", false),
        ("…", "", true),
    ] {
        assert_eq!(fits(pattern, text), is_right, "{pattern} {text}");
    }
    assert!(same_place("https://a/?code=…&state=x", "https://a/?state=x&code=1"));
    assert!(
        !same_place("https://a/?code=…", "https://a/?code=1&state=x")
            && !same_place("https://a/?b=1", "https://a/#b=1")
    );
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    for (pattern, value, is_right) in [
        (r#"{"a": 300, "b": "x…"}"#, r#"{"a": 299, "b": "xy"}"#, true),
        (r#"{"a": 300}"#, r#"{"a": 200}"#, false),
        (r#"{"a": 1795000000}"#, r#"{"a": 1800000000}"#, true),
        (r#"{"a": 300}"#, r#"{"a": 300, "b": 1}"#, false),
        (r#"{"a": 300, "…": "…"}"#, r#"{"a": 300, "b": 1}"#, true),
        (r#"{"a": 300, "b": 1}"#, r#"{"a": 300}"#, false),
        (r#"{"a": {"b": "…"}}"#, r#"{"a": {"c": "x"}}"#, false),
        (r#"{"a": ["x"]}"#, r#"{"a": ["x", "y"]}"#, false),
        (r#"{"a": ["y", "…"]}"#, r#"{"a": ["x", "y"]}"#, true),
        (r#"{"a": ["z", "…"]}"#, r#"{"a": ["x", "y"]}"#, false),
        (r#"{"a": "1"}"#, r#"{"a": 1}"#, false),
    ] {
        assert_eq!(same(&json(pattern), &json(value), "it").is_ok(), is_right, "{pattern} {value}");
    }
}
