//! Scope strings: their grammar, and scopes as sets that narrow and join (RFC 6749 §3.3).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::oauth::error::Error;

/// The most values of one scope string.
pub const MOST_VALUES: usize = 50;

/// A set of scope values, kept in alphabetical order so that equal sets have one writing.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Scope {
    values: Vec<Box<str>>,
}

impl Scope {
    /// The set without values.
    pub const fn empty() -> Self {
        Self { values: Vec::new() }
    }

    /// Reads a scope string; fails with `invalid_scope` where the grammar is broken or there are over 50 values.
    pub fn read(text: &str) -> Result<Self, Error> {
        let mut scope = Self::empty();
        for value in text.split(' ').filter(|v| !v.is_empty()) {
            if !is_scope_token(value) {
                return Err(Error::invalid_scope("scope has a character that RFC 6749 section 3.3 does not allow"));
            }
            scope.insert(value);
            if scope.values.len() > MOST_VALUES {
                return Err(Error::invalid_scope("scope has more than 50 values"));
            }
        }
        Ok(scope)
    }

    /// The set of values that our own tables name.
    pub fn of<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        let mut scope = Self::empty();
        for value in values {
            scope.insert(value);
        }
        scope
    }

    fn insert(&mut self, value: &str) {
        if let Err(at) = self.position(value) {
            self.values.insert(at, value.into());
        }
    }

    fn position(&self, value: &str) -> Result<usize, usize> {
        self.values.binary_search_by(|v| (**v).cmp(value))
    }

    pub fn contains(&self, value: &str) -> bool {
        self.position(value).is_ok()
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The scope string; `None` for the empty set, which has none (RFC 6749 §3.3).
    pub fn text(&self) -> Option<String> {
        (!self.is_empty()).then(|| self.to_string())
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(|v| &**v)
    }

    /// Whether every value is also in `wider`.
    pub fn is_within(&self, wider: &Scope) -> bool {
        self.iter().all(|v| wider.contains(v))
    }

    /// The values that are also in `limit`.
    pub fn narrow(&self, limit: &Scope) -> Scope {
        self.filter(|v| limit.contains(v))
    }

    /// The values that are not in `other`.
    pub fn without(&self, other: &Scope) -> Scope {
        self.filter(|v| !other.contains(v))
    }

    /// The values of both.
    pub fn merge(&self, other: &Scope) -> Scope {
        Scope::of(self.iter().chain(other.iter()))
    }

    /// The values for which `keep` holds.
    pub fn filter(&self, keep: impl Fn(&str) -> bool) -> Scope {
        Self { values: self.values.iter().filter(|v| keep(v)).cloned().collect() }
    }
}

/// `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`.
pub fn is_scope_token(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, value) in self.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            f.write_str(value)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{self}]")
    }
}

impl FromStr for Scope {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::read(text)
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        Self::read(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::error::Code;
    use proptest::prelude::*;

    fn scope() -> impl Strategy<Value = Scope> {
        proptest::collection::vec("[a-d]{1,2}", 0..6).prop_map(|v| Scope::of(v.iter().map(String::as_str)))
    }

    #[test]
    fn rfc6749_s3_3_grammar() {
        let scope = Scope::read("profile  openid email openid").unwrap();
        assert_eq!(scope.to_string(), "email openid profile");
        assert_eq!(scope, Scope::read("email profile openid").unwrap());
        assert!(scope.contains("openid") && !scope.contains("open"));
        assert_eq!((scope.text().as_deref(), Scope::empty().text()), (Some("email openid profile"), None));
        for bad in ["a\"b", "a\\b", "é", "a\u{7f}"] {
            assert_eq!(Scope::read(bad).unwrap_err().code(), Code::InvalidScope, "{bad:?}");
        }
        let many: Vec<String> = (0..=MOST_VALUES).map(|i| format!("s{i}")).collect();
        assert!(Scope::read(&many.join(" ")).is_err() && Scope::read(&many[1..].join(" ")).is_ok());
    }

    #[test]
    fn serialized_as_a_scope_string() {
        let scope = Scope::read("openid email").unwrap();
        assert_eq!(serde_json::to_string(&scope).unwrap(), r#""email openid""#);
        assert_eq!(serde_json::from_str::<Scope>(r#""openid email""#).unwrap(), scope);
    }

    proptest! {
        #[test]
        fn narrowing_never_widens(a in scope(), b in scope()) {
            let narrow = a.narrow(&b);
            prop_assert!(narrow.is_within(&a) && narrow.is_within(&b));
            prop_assert!(a.is_within(&a.merge(&b)) && b.is_within(&a.merge(&b)));
            prop_assert_eq!(a.without(&b).narrow(&b), Scope::empty());
            prop_assert_eq!(Scope::read(&a.to_string()).unwrap(), a);
        }

        #[test]
        fn reading_never_panics(text: String) {
            let _ = Scope::read(&text);
        }
    }
}
