//! The command line: reads the settings, runs one command, says how to mend what went wrong.

mod accounts;
mod admin;
mod audit;
mod clients;
mod config;
mod demo;
mod docs;
mod doctor;
mod failure;
mod healthcheck;
mod keys;
mod migrate;
mod rights;
mod seed;
mod serve;

use std::io::{IsTerminal, Read};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use serde_json::Value;

use self::failure::Failure;
use crate::app::App;
use crate::base::{Fault, Random, Secret};
use crate::config::{Config, Keys, Loaded, Refused, check, load};
use crate::wallet::media::bench;

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
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server; what is done when no command is given.
    Serve(serve::Options),
    /// Run the server with a sample platform beside it, and two people to sign in as.
    Demo(demo::Options),
    /// Register platforms and look after them.
    #[command(subcommand)]
    Client(clients::Command),
    /// Look after people's accounts.
    #[command(subcommand)]
    Account(accounts::Command),
    /// Signing keys, master keys and the pepper.
    #[command(subcommand)]
    Key(keys::Command),
    /// The first administrator.
    #[command(subcommand)]
    Admin(admin::Command),
    /// Check the audit trail, and state what it is.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Show the settings in force, or check them.
    #[command(subcommand)]
    Config(config::Command),
    /// Remove what has had its time, as the server does each hour, and tell how much that was.
    Retention(rights::Retention),
    /// Print the record of processing activities (GDPR Art. 30) as CSV.
    Ropa,
    /// Deletions of accounts, and their receipts.
    #[command(subcommand)]
    Deletion(rights::Deletion),
    /// Bring the database up to date, or show what is pending.
    Migrate {
        #[command(subcommand)]
        command: Option<migrate::Command>,
    },
    /// Look at every part that the settings name, and say how to mend what is wrong.
    Doctor(doctor::Options),
    /// Ask the running server whether it is ready; for containers and supervisors.
    Healthcheck,
    /// Print the tables that the house works by, or a page about one capability, as Markdown.
    Docs(docs::Options),
    /// What the server starts to work on an upload: reads an order from the standard input.
    #[command(hide = true)]
    MediaWorker,
}

/// Parses the command line of this process and runs it.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match execute(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("social-wallet: {failure}");
            failure.exit_code()
        }
    }
}

fn execute(cli: &Cli) -> Result<(), Failure> {
    let settings = || load(&cli.config, &[]);
    match cli.command.as_ref().unwrap_or(&Command::Serve(serve::Options::default())) {
        Command::Serve(options) => serve::run(options, settings()?),
        Command::Demo(options) => demo::run(options, settings()?),
        Command::Client(command) => on_house(settings()?, async |app| clients::run(command, app).await),
        Command::Account(command) => on_house(settings()?, async |app| accounts::run(command, app).await),
        Command::Admin(command) => on_house(settings()?, async |app| admin::run(command, app).await),
        Command::Audit(command) => on_house(settings()?, async |app| audit::run(command, app).await),
        Command::Key(keys::Command::Generate(options)) => keys::generate(options),
        Command::Key(command) => on_house(settings()?, async |app| keys::run(command, app).await),
        Command::Config(command) => config::run(command, &settings()?),
        Command::Retention(options) => on_house(settings()?, async |app| rights::retention(options, app).await),
        Command::Ropa => on_house(settings()?, async |app| {
            rights::ropa(app);
            Ok(())
        }),
        Command::Deletion(command) => on_house(settings()?, async |app| rights::deletion(command, app).await),
        Command::Migrate { command } => {
            let config = usable(settings()?)?;
            let command = command.as_ref().unwrap_or(&migrate::Command::Up);
            runtime(2)?.block_on(migrate::run(command, &config))
        }
        Command::Doctor(options) => doctor::run(options, &settings()?),
        Command::Healthcheck => runtime(1)?.block_on(healthcheck::run(&settings()?.config)),
        Command::MediaWorker => Ok(bench::run().map_err(|e| Fault::internal("work on an upload", e))?),
        Command::Docs(options) => {
            print!("{}", docs::text(options));
            Ok(())
        }
    }
}

/// Opens the house for one command.
fn on_house(loaded: Loaded, command: impl AsyncFnOnce(&App) -> Result<(), Failure>) -> Result<(), Failure> {
    let mut config = usable(loaded)?;
    config.database.pool = config.database.pool.min(2);
    // Before anything is opened: what is wrong with the keys is for the operator to mend.
    Keys::load(&config, &Random::Os)?;
    runtime(2)?.block_on(async {
        let app = App::start(config).await?;
        command(&app).await
    })
}

fn runtime(threads: usize) -> Result<tokio::runtime::Runtime, Fault> {
    let built = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build();
    built.map_err(|e| Fault::internal("start the runtime", e))
}

/// The configuration, once nothing in it has to be mended.
fn usable(loaded: Loaded) -> Result<Config, Refused> {
    let problems = check(&loaded.config);
    if problems.is_empty() { Ok(loaded.config) } else { Err(Refused(problems)) }
}

fn print_json(value: &Value) {
    println!("{value:#}");
}

/// A secret from the standard input: its first line, so that it stands neither in the shell's history nor in the list
/// of processes.
fn read_secret(what: &str) -> Result<Secret<String>, Failure> {
    const MOST_BYTES: u64 = 4096;
    let mut input = std::io::stdin();
    if input.is_terminal() {
        eprintln!("Type the {what}, then Enter and Ctrl-D; it is shown as you type.");
    }
    let mut text = String::new();
    let read = input.by_ref().take(MOST_BYTES).read_to_string(&mut text);
    read.map_err(|e| Fault::internal("read the standard input", e))?;
    let line = Secret::new(text.lines().next().unwrap_or_default().to_owned());
    zeroize::Zeroize::zeroize(&mut text);
    if line.expose().is_empty() {
        return Err(Failure::usage(format!("the standard input holds no {what}; pipe it in, as `… < file`")));
    }
    Ok(line)
}
