//! JSON of strangers, read strictly: a member named twice is refused (RFC 7515 §4, RFC 7519 §4), nesting is bounded.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// How deep objects and arrays may nest.
pub const MOST_NESTED: u8 = 32;

/// The bytes are not JSON, name a member twice, or nest too deep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not well-formed JSON with unique member names")]
pub struct NotStrict;

/// Reads one JSON value and nothing after it.
pub fn value(bytes: &[u8]) -> Result<Value, NotStrict> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { left: MOST_NESTED }.deserialize(&mut reader).map_err(|_| NotStrict)?;
    reader.end().map_err(|_| NotStrict)?;
    Ok(value)
}

/// Reads one JSON object and nothing after it.
pub fn object(bytes: &[u8]) -> Result<Map<String, Value>, NotStrict> {
    match value(bytes)? {
        Value::Object(map) => Ok(map),
        _ => Err(NotStrict),
    }
}

#[derive(Clone, Copy)]
struct Strict {
    left: u8,
}

impl Strict {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        let left = self.left.checked_sub(1).ok_or_else(|| E::custom("nested too deep"))?;
        Ok(Self { left })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Value, D::Error> {
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E: Error>(self, v: bool) -> Result<Value, E> {
        Ok(Value::Bool(v))
    }
    fn visit_i64<E: Error>(self, v: i64) -> Result<Value, E> {
        Ok(Value::from(v))
    }
    fn visit_u64<E: Error>(self, v: u64) -> Result<Value, E> {
        Ok(Value::from(v))
    }
    fn visit_f64<E: Error>(self, v: f64) -> Result<Value, E> {
        Number::from_f64(v).map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
    }
    fn visit_str<E: Error>(self, v: &str) -> Result<Value, E> {
        Ok(Value::String(v.to_owned()))
    }
    fn visit_string<E: Error>(self, v: String) -> Result<Value, E> {
        Ok(Value::String(v))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(inner)?;
            if map.insert(name, value).is_some() {
                return Err(A::Error::custom("a member is named twice"));
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_serde_json_reads_and_nothing_doubled() {
        let text = br#"{"a":[1,-2,1.5,null,true,{"b":"\u00e9"}],"c":{}}"#;
        assert_eq!(value(text).unwrap(), serde_json::from_slice::<Value>(text).unwrap());
        for bad in [r#"{"a":1,"a":2}"#, r#"{"x":{"a":1,"\u0061":1}}"#, r#"[{"a":1,"a":1}]"#, "{} {}", "{", "", "NaN"] {
            assert_eq!(value(bad.as_bytes()), Err(NotStrict), "{bad}");
        }
        assert_eq!(value(b"{\"a\":\"\xff\"}"), Err(NotStrict));
        assert_eq!(object(b"[]"), Err(NotStrict));
        let deep = |n: usize| [vec![b'['; n], vec![b']'; n]].concat();
        assert!(value(&deep(32)).is_ok());
        assert_eq!(value(&deep(33)), Err(NotStrict));
        assert_eq!(value(&deep(100_000)), Err(NotStrict));
    }
}
