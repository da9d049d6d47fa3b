//! `authorization_details`: what is asked for, item by item (RFC 9396); the wallet's own types.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::jose::json;
use crate::oauth::error::{Code, Error};

/// One type of authorization details.
#[derive(Debug)]
pub struct DetailType {
    pub name: &'static str,
    pub section: &'static str,
    /// The members that it may have beside `type`; any other is refused (RFC 9396 §5).
    members: &'static [&'static str],
}

/// Every type that may be asked for.
pub const DETAIL_TYPES: &[DetailType] =
    &[DetailType { name: "wallet_read", section: "RFC 9396 §2.2", members: &["actions", "datatypes"] }];

/// The most bytes of the parameter, and the most items of it.
const MOST_BYTES: usize = 8 * 1024;
const MOST_ITEMS: usize = 20;

/// One item: reading these claims of the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    #[serde(rename = "type")]
    pub kind: String,
    /// `read`, the one thing that may be done.
    pub actions: Vec<String>,
    /// The claims, by their names.
    pub datatypes: Vec<String>,
}

impl Detail {
    /// As much of it as a person allowed; `None` where that is nothing (RFC 9396 §7.1).
    pub fn within(&self, allowed: &BTreeSet<String>) -> Option<Self> {
        let datatypes: Vec<String> = self.datatypes.iter().filter(|name| allowed.contains(*name)).cloned().collect();
        (!datatypes.is_empty()).then(|| Self { datatypes, ..self.clone() })
    }
}

/// Reads the parameter; `types` are those that the client is registered for, none of them meaning all.
///
/// # Errors
/// `invalid_authorization_details` for whatever is not of a known type, form and value (RFC 9396 §5): nothing is passed
/// over, for the client would believe that it had been granted.
pub fn read(text: &str, types: &[String], may_ask: impl Fn(&str) -> bool) -> Result<Vec<Detail>, Error> {
    if text.len() > MOST_BYTES {
        return Err(bad("authorization_details is larger than 8 KiB"));
    }
    let Ok(Value::Array(items)) = json::value(text.as_bytes()) else {
        return Err(bad("authorization_details is not a JSON array whose objects name no member twice"));
    };
    if items.is_empty() || items.len() > MOST_ITEMS {
        return Err(bad("authorization_details must have 1 to 20 items"));
    }
    items.iter().map(|item| item_of(item, types, &may_ask)).collect()
}

fn bad(why: &'static str) -> Error {
    Error::new(Code::InvalidAuthorizationDetails, why)
}

fn item_of(item: &Value, types: &[String], may_ask: impl Fn(&str) -> bool) -> Result<Detail, Error> {
    let item = item.as_object().ok_or_else(|| bad("an item of authorization_details is not a JSON object"))?;
    let kind = item.get("type").and_then(Value::as_str).ok_or_else(|| bad("an item lacks type"))?;
    let row = DETAIL_TYPES
        .iter()
        .find(|row| row.name == kind && (types.is_empty() || types.iter().any(|own| own == kind)))
        .ok_or_else(|| bad("an item has a type that is not supported for this client"))?;
    if item.keys().any(|name| name != "type" && !row.members.contains(&name.as_str())) {
        return Err(bad("an item has a member that its type does not have"));
    }
    let actions = match item.get("actions") {
        None => vec!["read".to_owned()],
        Some(_) => texts(item, "actions")?,
    };
    if actions.iter().any(|action| action != "read") {
        return Err(bad("actions has one that is not supported; read is"));
    }
    let datatypes = texts(item, "datatypes")?;
    if !datatypes.iter().all(|name| may_ask(name)) {
        return Err(bad("datatypes has a claim that is not supported, or not for this client"));
    }
    Ok(Detail { kind: row.name.to_owned(), actions, datatypes })
}

fn texts(item: &Map<String, Value>, name: &str) -> Result<Vec<String>, Error> {
    let wrong = || bad("actions and datatypes must be arrays of texts that are not empty");
    let values = item.get(name).and_then(Value::as_array).filter(|values| !values.is_empty()).ok_or_else(wrong)?;
    values.iter().map(|value| value.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_here(text: &str) -> Result<Vec<Detail>, Error> {
        read(text, &[], |name| ["email", "address"].contains(&name))
    }

    #[test]
    fn rfc9396_s2_items_are_read() {
        let found = read_here(r#"[{"type":"wallet_read","datatypes":["email","address"]}]"#).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].actions.as_slice(), found[0].datatypes.len()), (["read".to_owned()].as_slice(), 2));
        let some = found[0].within(&["email".to_owned()].into()).unwrap();
        assert_eq!(some.datatypes, ["email"]);
        assert!(found[0].within(&BTreeSet::new()).is_none());
        let json = serde_json::to_string(&some).unwrap();
        assert_eq!(json, r#"{"type":"wallet_read","actions":["read"],"datatypes":["email"]}"#);
    }

    #[test]
    fn rfc9396_s5_whatever_is_not_understood_is_refused() {
        for text in [
            "{}",
            "[]",
            "[1]",
            "x",
            r#"[{}]"#,
            r#"[{"type":"payment"}]"#,
            r#"[{"type":"wallet_read"}]"#,
            r#"[{"type":"wallet_read","datatypes":[]}]"#,
            r#"[{"type":"wallet_read","datatypes":["shoe_size"]}]"#,
            r#"[{"type":"wallet_read","datatypes":[1]}]"#,
            r#"[{"type":"wallet_read","datatypes":["email"],"datatypes":["address"]}]"#,
            r#"[{"type":"wallet_read","datatypes":"email"}]"#,
            r#"[{"type":"wallet_read","datatypes":["email"],"actions":["write"]}]"#,
            r#"[{"type":"wallet_read","datatypes":["email"],"locations":["https://x.example"]}]"#,
        ] {
            assert_eq!(read_here(text).unwrap_err().code(), Code::InvalidAuthorizationDetails, "{text}");
        }
        let many = format!("[{}1]", "1,".repeat(20));
        assert!(read_here(&many).is_err() && read_here(&" ".repeat(MOST_BYTES + 1)).is_err());
        let other = read(r#"[{"type":"wallet_read","datatypes":["email"]}]"#, &["other".into()], |_| true);
        assert_eq!(other.unwrap_err().code(), Code::InvalidAuthorizationDetails);
    }
}
