//! A request before it is sent: right by default, with any part of it changed.

use serde_json::{Map, Value};

/// An authorization request before it is sent.
#[derive(Clone)]
pub struct Asked {
    pub parameters: Map<String, Value>,
    /// Beside `parameters` in a signed request.
    pub token: Map<String, Value>,
    pub verifier: String,
}

impl Asked {
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.parameters.insert(name.to_owned(), value.into());
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.parameters.remove(name);
        self
    }

    /// Changes what a signed request says about itself; null takes it away.
    pub fn dated(mut self, name: &str, value: Value) -> Self {
        match value {
            Value::Null => drop(self.token.remove(name)),
            value => drop(self.token.insert(name.to_owned(), value)),
        }
        self
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).and_then(Value::as_str)
    }

    /// All of it as the claims of a request object.
    pub fn claims(&self) -> Value {
        let mut all = self.token.clone();
        all.extend(self.parameters.clone());
        Value::Object(all)
    }

    pub fn pairs(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        self.parameters.iter().map(|(name, value)| (name.clone(), text(value))).collect()
    }
}
