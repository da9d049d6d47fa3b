//! `doctor`: looks at every part that the settings name and says, a line a part, how it stands and how to mend it.
//!
//! It changes nothing but a passing file in the data folder and in the bucket.

mod outside;
mod parts;

use clap::Args;
use serde_json::{Value, json};

use super::failure::Failure;
use super::{print_json, runtime};
use crate::base::Fault;
use crate::config::{Loaded, check};

#[derive(Debug, Args)]
pub struct Options {
    #[arg(long)]
    json: bool,
}

/// How one part stands.
pub struct Finding {
    part: &'static str,
    state: State,
    detail: String,
    /// What to do about it; empty where nothing needs doing.
    mend: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Ok,
    /// Nothing to look at, or nothing that keeps the house from working.
    Note,
    Failed,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Failed => "failed",
        }
    }
}

impl Finding {
    fn ok(part: &'static str, detail: impl Into<String>) -> Self {
        Self { part, state: State::Ok, detail: detail.into(), mend: String::new() }
    }

    fn note(part: &'static str, detail: impl Into<String>) -> Self {
        Self { part, state: State::Note, detail: detail.into(), mend: String::new() }
    }

    fn failed(part: &'static str, detail: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { part, state: State::Failed, detail: detail.into(), mend: mend.into() }
    }

    /// Fine with `detail`, or failed with what was wrong.
    fn of<E: std::fmt::Display>(part: &'static str, done: Result<String, E>, mend: &str) -> Self {
        match done {
            Ok(detail) => Self::ok(part, detail),
            Err(error) => Self::failed(part, error.to_string(), mend),
        }
    }
}

/// Looks at everything; fails when a part failed.
pub fn run(options: &Options, loaded: &Loaded) -> Result<(), Failure> {
    let mut found: Vec<Finding> = check(&loaded.config)
        .into_iter()
        .map(|problem| Finding::failed("settings", problem.what, problem.mend))
        .collect();
    if found.is_empty() {
        let mode = format!("{:?}", loaded.config.mode).to_lowercase();
        found.push(Finding::ok("settings", format!("{mode}, issuer {}", loaded.config.issuer())));
    }
    runtime(2)?.block_on(async {
        found.extend(parts::look(&loaded.config).await);
        found.extend(outside::look(&loaded.config).await);
        Ok::<_, Fault>(())
    })?;
    if options.json {
        print_json(&found.iter().map(document).collect());
    } else {
        found.iter().for_each(print);
    }
    match found.iter().filter(|finding| finding.state == State::Failed).count() {
        0 => Ok(()),
        1 => Err(Failure::refused("one thing needs mending")),
        n => Err(Failure::refused(format!("{n} things need mending"))),
    }
}

fn print(finding: &Finding) {
    println!("{:<7} {:<11} {}", finding.state.name(), finding.part, finding.detail);
    if !finding.mend.is_empty() {
        println!("{:<7} {:<11} {}", "", "", finding.mend);
    }
}

fn document(finding: &Finding) -> Value {
    json!({
        "part": finding.part,
        "state": finding.state.name(),
        "detail": finding.detail,
        "mend": (!finding.mend.is_empty()).then_some(&finding.mend),
    })
}
