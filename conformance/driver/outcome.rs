//! How a module ended.

use serde::Deserialize;
use serde_json::Value;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Outcome {
    Passed,
    Warning,
    /// Pictures wait for a human.
    Review,
    /// The module found that the provider does not offer what it is about.
    Skipped,
    Failed,
    /// The suite gave up, or nothing happened for too long.
    Interrupted,
}

impl Outcome {
    pub const ALL: [Self; 6] =
        [Self::Passed, Self::Warning, Self::Review, Self::Skipped, Self::Failed, Self::Interrupted];

    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warning => "warning",
            Self::Review => "review",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }

    /// From the suite's `status` and `result`.
    pub fn of(status: &str, result: &str) -> Self {
        match (status, result) {
            ("FINISHED", "PASSED") => Self::Passed,
            ("FINISHED", "WARNING") => Self::Warning,
            ("FINISHED", "REVIEW") => Self::Review,
            ("FINISHED", "SKIPPED") => Self::Skipped,
            ("FINISHED", _) => Self::Failed,
            _ => Self::Interrupted,
        }
    }
}

/// What a module's log says against the provider, one line for each: condition and words.
pub fn complaints(log: &[Value]) -> Vec<String> {
    let text = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    let is_complaint = |entry: &&Value| matches!(entry["result"].as_str(), Some("FAILURE" | "WARNING" | "SKIPPED"));
    let lines = log.iter().filter(is_complaint).map(|entry| {
        let line = format!("{}: {}", text(entry, "src"), text(entry, "msg"));
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    });
    lines.collect()
}
