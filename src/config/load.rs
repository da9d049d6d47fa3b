//! Gathers the settings: built-in defaults, files, the environment, flags; each value remembers where it came from.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::{Config, DEFAULTS, Problem};

/// The file that is read when none is named, if it is there.
const USUAL_FILE: &str = "social-wallet.toml";

/// Keys that are never shown.
const SECRETS: &[&str] = &[
    "database.url",
    "redis.url",
    "s3.access_key",
    "s3.secret_key",
    "mail.smtp_url",
    "sms.secret",
    "secrets.master_keys",
    "secrets.pepper",
    "linked_providers",
];

/// Other names of a setting in the environment; the `SW__` name wins.
const SYNONYMS: &[(&str, &str)] = &[("DATABASE_URL", "database.url"), ("REDIS_URL", "redis.url")];

/// Reads every layer and makes the configuration of them.
///
/// `files` are those of `--config`; with none SW_CONFIG names one, else `social-wallet.toml` in the working folder is
/// read if it is there. `flags` are keys with their values. Fails with everything that cannot be read or is unknown;
/// what is readable but unsafe is for [`super::check`] to say.
pub fn load(files: &[PathBuf], flags: &[(&str, String)]) -> Result<Loaded, Refused> {
    let environment: Vec<(OsString, OsString)> = std::env::vars_os().collect();
    let named = |name: &str| environment.iter().find(|(n, v)| n == name && !v.is_empty()).map(|(_, v)| v.clone());
    let files = match (files, named("SW_CONFIG")) {
        ([], Some(path)) => vec![PathBuf::from(path)],
        ([], None) if Path::new(USUAL_FILE).exists() => vec![PathBuf::from(USUAL_FILE)],
        (files, _) => files.to_vec(),
    };
    let environment = environment.iter().filter_map(|(n, v)| Some((n.to_str()?, v.to_str()))).collect::<Vec<_>>();
    load_from(&files, &environment, flags)
}

fn load_from(
    files: &[PathBuf],
    environment: &[(&str, Option<&str>)],
    flags: &[(&str, String)],
) -> Result<Loaded, Refused> {
    let mut layers = Layers::new();
    for path in files {
        layers.file(path);
    }
    for (name, key) in SYNONYMS {
        for (variable, value) in environment {
            if variable.strip_suffix("_FILE").unwrap_or(variable) == *name {
                layers.variable(variable, key, variable.ends_with("_FILE"), *value);
            }
        }
    }
    for (variable, value) in environment.iter().filter(|(name, _)| name.starts_with("SW__")) {
        layers.prefixed(variable, *value);
    }
    for (key, value) in flags {
        layers.text(key, value, Origin::Flag);
    }
    layers.finish()
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Default,
    File(PathBuf),
    Environment(String),
    /// A file that a variable named.
    FileOf(String, PathBuf),
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Environment(name) => f.write_str(name),
            Self::FileOf(name, path) => write!(f, "{name} ({})", path.display()),
            Self::Flag => f.write_str("flag"),
        }
    }
}

/// A configuration and where each of its values came from.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub config: Config,
    /// In the order of their keys, secrets masked: fit to be shown.
    pub settings: Vec<Setting>,
}

/// One value as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    pub key: String,
    /// As TOML writes it; `"[secret]"` for a secret that is set.
    pub value: String,
    pub origin: Origin,
}

/// Why there is no configuration, or none that may be used: everything at once, each with how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(pub Vec<Problem>);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{:>3}. {}\n     {}", i + 1, problem.what, problem.mend)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}

struct Layers {
    values: BTreeMap<String, (Value, Origin)>,
    problems: Vec<Problem>,
}

impl Layers {
    fn new() -> Self {
        let mut layers = Self { values: BTreeMap::new(), problems: Vec::new() };
        let defaults: Table = DEFAULTS.parse().expect("the built-in settings are read by a test");
        for (key, value) in flatten(&defaults) {
            layers.values.insert(key, (value.clone(), Origin::Default));
        }
        layers
    }

    fn refuse(&mut self, what: String, mend: impl Into<String>) {
        self.problems.push(Problem { what, mend: mend.into() });
    }

    fn file(&mut self, path: &Path) {
        let shown = path.display();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) => return self.refuse(format!("{shown} cannot be read: {e}"), "Name a readable file."),
        };
        let table: Table = match text.parse() {
            Ok(table) => table,
            // The message alone: toml's own display repeats the line, which may hold a secret.
            Err(e) => {
                let line = e.span().map_or(1, |s| text[..s.start.min(text.len())].matches('\n').count() + 1);
                return self.refuse(format!("{shown}, line {line}: {}", e.message().trim()), "Write it as TOML.");
            }
        };
        for (key, value) in flatten(&table) {
            let origin = Origin::File(path.to_owned());
            match self.known(&key) {
                true => self.set(&key, value.clone(), origin),
                false => {
                    let mend = match nearest(&key, self.values.keys()) {
                        Some(near) => format!("Did you mean {near}?"),
                        None => "Remove it; config/wallet.toml lists every key.".to_owned(),
                    };
                    self.refuse(format!("{shown}: unknown key {key}"), mend);
                }
            }
        }
    }

    fn prefixed(&mut self, variable: &str, value: Option<&str>) {
        let path = variable.trim_start_matches("SW__").to_ascii_lowercase().replace("__", ".");
        if self.known(&path) {
            return self.variable(variable, &path, false, value);
        }
        if let Some(key) = path.strip_suffix("_file").filter(|key| self.known(key)) {
            return self.variable(variable, key, true, value);
        }
        let mend = match nearest(&path, self.values.keys()) {
            Some(near) => format!("Did you mean {}?", variable_of(near)),
            None => "Remove it; config/wallet.toml lists every key.".to_owned(),
        };
        self.refuse(format!("unknown variable {variable}"), mend);
    }

    fn variable(&mut self, variable: &str, key: &str, is_file: bool, value: Option<&str>) {
        let Some(value) = value else {
            return self.refuse(format!("{variable} is not UTF-8"), "Write it as UTF-8.");
        };
        if !is_file {
            return self.text(key, value, Origin::Environment(variable.to_owned()));
        }
        match std::fs::read_to_string(value) {
            Ok(text) => {
                let text = text.trim_end_matches(['\r', '\n']);
                self.text(key, text, Origin::FileOf(variable.to_owned(), value.into()));
            }
            Err(e) => self.refuse(
                format!("{variable} names {value}, which cannot be read: {e}"),
                "Name a file that this process may read.",
            ),
        }
    }

    /// Sets a key from a text, read as the kind of value that the key's default is.
    fn text(&mut self, key: &str, text: &str, origin: Origin) {
        let Some((default, _)) = self.values.get(key) else {
            return self.refuse(format!("unknown key {key}"), "config/wallet.toml lists every key.");
        };
        let value = match default {
            Value::Integer(_) => text.trim().parse().map(Value::Integer).ok(),
            Value::Boolean(_) => text.trim().parse().map(Value::Boolean).ok(),
            Value::Array(_) => {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                Some(Value::Array(parts.map(|part| Value::String(part.to_owned())).collect()))
            }
            _ => Some(Value::String(text.to_owned())),
        };
        match value {
            Some(value) => self.set(key, value, origin),
            None => {
                let kind = default.type_str();
                self.refuse(format!("{key} must be a {kind} (from {origin})"), format!("Write a {kind}."));
            }
        }
    }

    fn set(&mut self, key: &str, value: Value, origin: Origin) {
        let Some((place, from)) = self.values.get_mut(key) else { return };
        let value = match (&*place, value) {
            // A bare number where a text with a unit is usual.
            (Value::String(_), Value::Integer(n)) => Value::String(n.to_string()),
            (_, value) => value,
        };
        if place.same_type(&value) {
            *place = value;
            *from = origin;
        } else {
            let kind = place.type_str();
            let what = format!("{key} must be a {kind}, not a {} (from {origin})", value.type_str());
            self.refuse(what, format!("Write a {kind}."));
        }
    }

    fn known(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    fn finish(mut self) -> Result<Loaded, Refused> {
        let mut root = Table::new();
        for (key, (value, _)) in &self.values {
            insert(&mut root, key, value.clone());
        }
        let config = match serde_path_to_error::deserialize::<_, Config>(Value::Table(root)) {
            Ok(config) => config,
            Err(e) => {
                let key = e.path().to_string();
                let origin = self.values.get(&key).map_or(String::new(), |(_, origin)| format!(" (from {origin})"));
                // The cause alone: it never holds the value of a secret, which is any text.
                self.refuse(
                    format!("{key}{origin}: {}", e.inner().message().trim()),
                    "config/wallet.toml describes every key.",
                );
                return Err(Refused(self.problems));
            }
        };
        if !self.problems.is_empty() {
            return Err(Refused(self.problems));
        }
        let settings = self.values.into_iter().map(|(key, (value, origin))| {
            let is_set = value.as_str() != Some("") && value.as_array().is_none_or(|all| !all.is_empty());
            let value = if is_set && SECRETS.contains(&&*key) { "\"[secret]\"".into() } else { value.to_string() };
            Setting { key, value, origin }
        });
        Ok(Loaded { config, settings: settings.collect() })
    }
}

/// The leaves of a table with their dotted keys.
fn flatten(table: &Table) -> Vec<(String, &Value)> {
    let mut leaves = Vec::new();
    let mut open = vec![(String::new(), table)];
    while let Some((prefix, table)) = open.pop() {
        for (name, value) in table {
            let key = format!("{prefix}{name}");
            match value {
                Value::Table(inner) => open.push((format!("{key}."), inner)),
                leaf => leaves.push((key, leaf)),
            }
        }
    }
    leaves
}

fn insert(root: &mut Table, key: &str, value: Value) {
    match key.split_once('.') {
        None => {
            root.insert(key.to_owned(), value);
        }
        Some((section, rest)) => {
            let inner = root.entry(section).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                insert(inner, rest, value);
            }
        }
    }
}

/// `http.public_url` as the environment names it.
fn variable_of(key: &str) -> String {
    format!("SW__{}", key.replace('.', "__").to_ascii_uppercase())
}

/// The known key that an unknown one was probably meant to be.
fn nearest<'a>(key: &str, known: impl Iterator<Item = &'a String>) -> Option<&'a str> {
    let likeness = |candidate: &str| {
        let last = |text: &str| text.rsplit('.').next().unwrap_or_default().to_owned();
        // The right name in the wrong section is as good a guess as a slip of the finger.
        let by_name = strsim::normalized_damerau_levenshtein(&last(candidate), &last(key)) - 0.1;
        strsim::normalized_damerau_levenshtein(candidate, key).max(by_name)
    };
    let best = known.map(|candidate| (likeness(candidate), candidate)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 > 0.6).then_some(best.1.as_str())
}

#[cfg(test)]
mod tests;
