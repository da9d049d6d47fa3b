//! Runs the OpenID Foundation's conformance suite against this provider: `cargo test --test conformance -- --help`.

// A tool for the developer's machine: no app whose clock and settings it could use.
#![allow(clippy::disallowed_methods, reason = "the rule is for the provider")]

mod browser;
mod camera;
mod certificates;
mod clients;
mod house;
mod identity;
mod keys;
mod module;
mod outcome;
mod plan;
mod plans;
mod results;
mod suite;

// What the project's own tests read pages with.
#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../../tests/it/support/cookies.rs"]
mod cookies;
#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../../tests/it/support/form.rs"]
mod form;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use url::Url;

use self::plans::Plans;
use self::suite::Suite;

/// What goes wrong ends the run with these words.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Runs plans of a conformance suite that is up already against this provider, which it starts itself.
#[derive(Parser)]
#[command(name = "conformance")]
struct Options {
    /// Where the suite is, as people's browsers reach it.
    #[arg(long, value_name = "URL")]
    suite: Url,
    /// PEM file of the authority that signed the suite's certificate.
    #[arg(long, value_name = "FILE")]
    suite_ca: Option<PathBuf>,
    /// A token for the suite's API; not needed in its developer mode.
    #[arg(long)]
    token: Option<String>,
    /// Only these plans, by their names in plans.toml, `*` for any text; may be repeated. Without it: all that are ready.
    #[arg(long, value_name = "NAME")]
    plan: Vec<String>,
    /// Only these modules, `*` for any text; may be repeated. Expectations that then meet nothing are no surprise.
    #[arg(long, value_name = "NAME")]
    module: Vec<String>,
    /// Writes the plans' sections of conformance/RESULTS.md.
    #[arg(long, conflicts_with = "module")]
    write: bool,
    /// Lists the plans and ends.
    #[arg(long)]
    list: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("conformance: {error}");
            ExitCode::from(2)
        }
    }
}

/// Whether everything was as expected.
async fn run(options: &Options) -> Result<bool> {
    let plans = Plans::read()?;
    let chosen = plans.choose(&options.plan)?;
    if options.list {
        for plan in chosen {
            println!("{:<28} {}", plan.name, plan.waits_for.as_deref().unwrap_or("ready"));
        }
        return Ok(true);
    }
    let suite = Suite::connect(options.suite.clone(), options.suite_ca.as_deref(), options.token.as_deref()).await?;
    println!("suite {} at {}", suite.version, suite.base);
    let mut reports = Vec::new();
    for plan in chosen {
        let report = match plan::run(&suite, plan, &plans, &options.module, options.suite_ca.as_deref()).await {
            Ok(report) => report,
            Err(error) => plan::Report::broken(plan, error.to_string()),
        };
        report.print();
        if options.write && report.trouble.is_none() {
            results::write(&suite, &report)?;
        }
        reports.push(report);
    }
    println!();
    reports.iter().for_each(plan::Report::print_line);
    Ok(reports.iter().all(plan::Report::is_as_expected))
}
