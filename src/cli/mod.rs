//! The command line: reads the settings, runs one command, says how to mend what went wrong.

mod config;
mod migrate;

use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::base::Fault;
use crate::catalog;
use crate::config::{Config, Loaded, Problem, Refused, check, load};

/// An OpenID Connect provider: one wallet, shared claim by claim, revocable at once.
///
/// Exit codes: 0 done, 1 the command failed, 2 the command line or the configuration cannot be used.
#[derive(Debug, Parser)]
#[command(name = "social-wallet", version)]
struct Cli {
    /// A configuration file (TOML); may be repeated, later ones win. Default: $SW_CONFIG, else ./social-wallet.toml.
    #[arg(long, global = true, value_name = "FILE")]
    config: Vec<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the settings in force, or check them.
    #[command(subcommand)]
    Config(config::Command),
    /// Bring the database up to date, or show what is pending.
    Migrate {
        #[command(subcommand)]
        command: Option<migrate::Command>,
    },
    /// Print the tables of claims and scopes as Markdown.
    Docs,
}

/// Why a command did not do its work.
enum Failure {
    /// The settings cannot be used: exit code 2.
    Settings(Refused),
    /// Exit code 1.
    Fault(Fault),
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::Settings(refused)
    }
}
impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Settings(Refused(vec![problem]))
    }
}
impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(refused) => write!(f, "the settings cannot be used:\n{refused}"),
            Self::Fault(fault) => write!(f, "could not {fault}"),
        }
    }
}

/// Parses the command line of this process and runs it.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match execute(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("social-wallet: {failure}");
            ExitCode::from(if matches!(failure, Failure::Settings(_)) { 2 } else { 1 })
        }
    }
}

fn execute(cli: &Cli) -> Result<(), Failure> {
    match &cli.command {
        Command::Config(command) => config::run(command, &load(&cli.config, &[])?),
        Command::Migrate { command } => {
            let config = usable(load(&cli.config, &[])?)?;
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            let runtime = runtime.map_err(|e| Fault::internal("start the runtime", e))?;
            runtime.block_on(migrate::run(command.as_ref().unwrap_or(&migrate::Command::Up), &config))
        }
        Command::Docs => {
            print!("{}", catalog::docs::markdown());
            Ok(())
        }
    }
}

/// The configuration, once nothing in it has to be mended.
fn usable(loaded: Loaded) -> Result<Config, Refused> {
    let problems = check(&loaded.config);
    if problems.is_empty() { Ok(loaded.config) } else { Err(Refused(problems)) }
}
