//! `key`: signing keys and their rotation, master keys and the pepper.

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::failure::Failure;
use super::print_json;
use crate::accounts::sealing;
use crate::app::App;
use crate::base::{Random, Time};
use crate::config::secrets;
use crate::jobs;
use crate::provider::keys::{self, KeyInfo, Purpose};
use crate::provider::{ssf, webhooks};
use crate::wallet::verification;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the signing keys that are published.
    List {
        #[arg(long)]
        json: bool,
    },
    /// Make the next key. It is published now and signs after keys.publish_before; enc-EC and enc-RSA open what is
    /// encrypted to us.
    Rotate {
        #[arg(long, value_name = "ALG", value_parser = PossibleValuesParser::new(Purpose::ALL.map(Purpose::as_str)))]
        alg: String,
        /// Signs as soon as every node has published it: for a key that may have leaked.
        #[arg(long)]
        now: bool,
        #[arg(long)]
        json: bool,
    },
    /// Print new master keys and a new pepper as settings; keeps them nowhere.
    Generate(Generate),
    /// Seal under the newest master key what older ones have sealed. May run while the house serves.
    Rewrap,
}

#[derive(Debug, Args)]
pub struct Generate {
    /// Prints one more master key under this number, to be appended to secrets.master_keys; the pepper never changes.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(1..))]
    next: Option<u8>,
    #[arg(long)]
    json: bool,
}

/// `key generate`, which needs neither settings nor a database.
pub fn generate(options: &Generate) -> Result<(), Failure> {
    if let Some(number) = options.next {
        let key = format!("{number}:{}", Random::Os.token(32));
        if options.json {
            print_json(&json!({ "master_key": key }));
        } else {
            println!("{key}");
            eprintln!("Append it to secrets.master_keys after a comma, restart every node, then `key rewrap`.");
        }
        return Ok(());
    }
    let (master_keys, pepper) = secrets::generate(&Random::Os);
    if options.json {
        print_json(&json!({ "master_keys": master_keys.expose(), "pepper": pepper.expose() }));
    } else {
        println!("[secrets]");
        println!("master_keys = \"{}\"", master_keys.expose());
        println!("pepper = \"{}\"", pepper.expose());
        eprintln!("Keep both where the data is not, and a copy of them: without them the data cannot be opened.");
    }
    Ok(())
}

pub async fn run(command: &Command, app: &App) -> Result<(), Failure> {
    match command {
        Command::List { json } => {
            let keys = keys::list(app).await?;
            if *json {
                print_json(&keys.iter().map(document).collect());
            } else if keys.is_empty() {
                eprintln!("No signing keys yet; the first start makes them.");
            } else {
                keys.iter().for_each(print);
            }
        }
        Command::Rotate { alg, now, json } => {
            let alg = Purpose::find(alg).ok_or_else(|| Failure::usage(format!("{alg} is not an algorithm")))?;
            let made = keys::rotate(app, alg, *now).await?;
            if *json {
                print_json(&document(&made));
            } else {
                print(&made);
                eprintln!("It signs from {}; clients find it in the key set by then.", made.active_at.rfc3339());
            }
        }
        Command::Rewrap => rewrap(app).await?,
        Command::Generate(options) => generate(options)?,
    }
    Ok(())
}

async fn rewrap(app: &App) -> Result<(), Failure> {
    let done = sealing::rewrap(app, |so_far| {
        eprintln!("{} data keys looked at, {} wrapped anew", so_far.seen, so_far.changed);
    });
    let done = done.await?;
    let signing = keys::rewrap(app).await?;
    let waiting = jobs::rewrap(app).await?;
    let evidence = verification::locks::rewrap(app).await?;
    let told = webhooks::endpoints::rewrap(app).await? + ssf::push::rewrap(app).await?;
    app.renew_key_proof().await?;
    println!(
        "{} of {} data keys and {signing} signing keys wrapped anew, {waiting} waiting jobs, {evidence} pieces of evidence, {told} secrets of receivers",
        done.changed, done.seen
    );
    if done.changed + signing + waiting + evidence + told > 0 {
        let days = app.config.tokens.refresh_absolute.0 / 86_400 + 1;
        eprintln!(
            "Refresh tokens that older master keys sealed live for {days} days at the most. Remove an older key then; \
             if it is removed before, those people are asked to sign in once more."
        );
    }
    Ok(())
}

fn print(key: &KeyInfo) {
    let until = key.removed_at.map(|at| format!(", published until {}", at.rfc3339())).unwrap_or_default();
    println!(
        "{:<44} {:<6} {:<10} signs from {}{until}",
        key.kid,
        key.alg.as_str(),
        key.state.as_str(),
        key.active_at.rfc3339()
    );
}

fn document(key: &KeyInfo) -> Value {
    json!({
        "kid": key.kid,
        "alg": key.alg.as_str(),
        "state": key.state.as_str(),
        "created_at": key.created_at.rfc3339(),
        "active_at": key.active_at.rfc3339(),
        "retired_at": key.retired_at.map(Time::rfc3339),
        "removed_at": key.removed_at.map(Time::rfc3339),
    })
}
