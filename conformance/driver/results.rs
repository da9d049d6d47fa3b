//! `RESULTS.md`: one row and one section a plan, written from runs alone.

use std::fs;
use std::path::PathBuf;

use time::OffsetDateTime;
use time::macros::format_description;

use crate::Result;
use crate::outcome::Outcome;
use crate::plan::{Line, Report};
use crate::suite::Suite;

const HEAD: &str = "# Results of the conformance suite

Written by the driver (`--write`) from runs of the OpenID Foundation's conformance suite against this program.
Review means that the suite keeps a picture for a human; every picture was made by the driver of the page in question.

";
const COLUMNS: &str = "| plan | variant | modules | passed | warning | review | skipped | failed | suite | run on |
|---|---|---|---|---|---|---|---|---|---|
";

/// Replaces what is said of a plan, leaves the others.
pub fn write(suite: &Suite, report: &Report) -> Result<()> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("conformance/RESULTS.md");
    let before = fs::read_to_string(&file).unwrap_or_default();
    let mut rows: Vec<String> = before.lines().filter(|line| line.starts_with("| [")).map(str::to_owned).collect();
    let mut sections: Vec<String> = before.split("\n## ").skip(1).map(|text| text.trim().to_owned()).collect();
    let today = OffsetDateTime::now_utc().format(format_description!("[year]-[month]-[day]"))?;
    put(&mut rows, &format!("| [{}]", report.plan), row(suite, report, &today));
    put(&mut sections, &format!("{}\n", report.plan), section(report));
    let mut text = format!("{HEAD}{COLUMNS}{}\n", rows.join("\n"));
    for section in sections {
        text.push_str(&format!("\n## {section}\n"));
    }
    fs::write(file, text)?;
    Ok(())
}

/// Puts a text where the one with the same start is, or at the end.
fn put(texts: &mut Vec<String>, start: &str, text: String) {
    match texts.iter_mut().find(|one| one.starts_with(start)) {
        Some(place) => *place = text,
        None => texts.push(text),
    }
}

fn row(suite: &Suite, report: &Report, today: &str) -> String {
    let variant = if report.variant.is_empty() { "–" } else { &report.variant };
    let failed = report.count(Outcome::Failed) + report.count(Outcome::Interrupted);
    format!(
        "| [{name}](#{name}) | {variant} | {} | {} | {} | {} | {} | {failed} | {} | {today} |",
        report.modules.len(),
        report.count(Outcome::Passed),
        report.count(Outcome::Warning),
        report.count(Outcome::Review),
        report.count(Outcome::Skipped),
        suite.version,
        name = report.plan,
    )
}

fn section(report: &Report) -> String {
    let mut text = format!("{}\n\n`{}`", report.plan, report.suite_plan);
    let rest: Vec<&Line> = report.modules.iter().filter(|line| line.outcome != Outcome::Passed).collect();
    if rest.is_empty() {
        text.push_str(". Every module passed.");
        return text;
    }
    text.push_str(". Passed, except:\n");
    for line in rest {
        text.push_str(&format!("\n- `{}` {}: ", line.module, line.outcome.name()));
        match &line.reason {
            Some(reason) if line.is_expected => text.push_str(reason),
            _ => text.push_str(&format!("not expected. {}", line.complaints.join("; "))),
        }
    }
    text
}
