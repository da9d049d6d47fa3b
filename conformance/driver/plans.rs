//! `plans.toml`: which plans, with which clients, and what is expected of them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::Result;
use crate::outcome::Outcome;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plans {
    pub plan: Vec<Plan>,
    #[serde(default)]
    pub clients: BTreeMap<String, ClientSet>,
    #[serde(default)]
    pub expect: Vec<Expectation>,
}

/// One plan of the suite with one choice of its variants.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub name: String,
    /// Its name in the suite.
    pub suite: String,
    #[serde(default)]
    pub variant: BTreeMap<String, String>,
    /// The set of clients to register; none where the suite registers its own.
    pub clients: Option<String>,
    /// Merged over the configuration that the driver makes.
    #[serde(default)]
    pub config: Value,
    /// Settings of the provider, by the names of its environment variables.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
    /// Whether reviewers have checked a document of the account's person.
    #[serde(default)]
    pub document: bool,
    /// What the provider lacks for it; such a plan is run only when it is named.
    pub waits_for: Option<String>,
}

/// Clients to register through the command line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientSet {
    /// Their keys in the suite's configuration.
    pub names: Vec<String>,
    pub auth: String,
    /// More options of `client add`.
    #[serde(default)]
    pub args: Vec<String>,
    /// The algorithm of a key that each has for itself.
    pub key: Option<String>,
    /// Whether each has a TLS certificate; the suite keeps the one of `client` under `mtls`, of `client2` under `mtls2`.
    #[serde(default)]
    pub certificate: bool,
    /// Appended to the redirect URI of `client2`.
    #[serde(default)]
    pub second_query: String,
    /// More of what the suite is told about each.
    #[serde(default)]
    pub config: Value,
}

/// A module that is not simply passed, and why that is right.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// `*` stands for any text.
    pub plan: String,
    pub module: String,
    pub outcome: Outcome,
    pub reason: String,
}

impl Plans {
    pub fn read() -> Result<Self> {
        let plans: Self = toml::from_str(include_str!("../plans.toml"))?;
        for plan in &plans.plan {
            if let Some(set) = plan.clients.as_ref().filter(|set| !plans.clients.contains_key(*set)) {
                return Err(format!("{}: there is no set of clients {set}", plan.name).into());
            }
        }
        Ok(plans)
    }

    /// The plans of these names; without names those that are ready.
    pub fn choose(&self, names: &[String]) -> Result<Vec<&Plan>> {
        if names.is_empty() {
            return Ok(self.plan.iter().filter(|plan| plan.waits_for.is_none()).collect());
        }
        for name in names {
            if !self.plan.iter().any(|plan| matches(name, &plan.name)) {
                return Err(format!("plans.toml has no plan {name}").into());
            }
        }
        Ok(self.plan.iter().filter(|plan| names.iter().any(|name| matches(name, &plan.name))).collect())
    }

    pub fn expectation(&self, plan: &str, module: &str) -> Option<&Expectation> {
        self.expect.iter().find(|one| matches(&one.plan, plan) && matches(&one.module, module))
    }
}

/// Whether a text fits a pattern in which `*` stands for any text.
pub fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(start) else { return false };
    (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| matches(rest, &text[at..]))
}

/// Writes `over` into `base`, object by object.
pub fn merge(base: &mut Value, over: &Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (name, value) in over {
                merge(base.entry(name).or_insert(Value::Null), value);
            }
        }
        (_, Value::Null) => {}
        (base, over) => base.clone_from(over),
    }
}

/// Replaces `{name}` in all texts.
pub fn fill(value: &mut Value, names: &[(&str, &str)]) {
    match value {
        Value::String(text) => *text = fill_text(text, names),
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, names)),
        Value::Object(members) => members.values_mut().for_each(|member| fill(member, names)),
        _ => {}
    }
}

pub fn fill_text(text: &str, names: &[(&str, &str)]) -> String {
    names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}
