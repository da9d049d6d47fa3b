//! `client webhook`: where clients are called, and what came of it.

use clap::Subcommand;
use clap::builder::PossibleValuesParser;
use serde_json::{Value, json};

use crate::app::App;
use crate::audit::Origin;
use crate::base::Time;
use crate::base::id::{ClientId, EndpointId, MessageId};
use crate::catalog::messages;
use crate::cli::failure::Failure;
use crate::cli::print_json;
use crate::error::{Denied, Error};
use crate::provider::webhooks::endpoints::{self, Credentials, MOST, OLD_SECRET_SIGNS, Wanted};
use crate::store::database::webhooks::{Endpoint, Message, Scheme};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Call a client at an address; what its receiver needs to know us by is printed.
    Add {
        client: String,
        /// An https address on port 443; in development also one of this machine.
        #[arg(long)]
        url: String,
        /// A type of message that it wants; may be repeated. Without it, all of them.
        #[arg(long, value_parser = PossibleValuesParser::new(messages::webhooks()))]
        event: Vec<String>,
        /// Sign with a shared secret (HMAC-SHA256) instead of a key of our own (Ed25519).
        #[arg(long)]
        hmac: bool,
        #[arg(long)]
        json: bool,
    },
    /// List the endpoints of a client.
    List {
        client: String,
        #[arg(long)]
        json: bool,
    },
    /// Stop calling an address, and forget its messages.
    Remove { endpoint: String },
    /// Make a new key or secret. The one before signs beside it for another day.
    Rotate {
        endpoint: String,
        #[arg(long)]
        json: bool,
    },
    /// Call an endpoint again that was switched off.
    Enable { endpoint: String },
    /// Show the newest messages to an endpoint, and how they went.
    Log {
        endpoint: String,
        #[arg(long)]
        json: bool,
    },
    /// Send again what was given up, or one message. An endpoint that was switched off is called again.
    Replay {
        endpoint: String,
        /// The identifier of one message, as the log shows it.
        #[arg(long)]
        message: Option<String>,
    },
}

pub async fn run(command: &Command, app: &App) -> Result<(), Failure> {
    let house = Origin::house();
    match command {
        Command::Add { client, url, event, hmac, json } => {
            let scheme = if *hmac { Scheme::V1 } else { Scheme::V1a };
            let wanted = Wanted { url: url.clone(), events: event.clone(), scheme };
            let made = endpoints::add(app, &ClientId::from(&**client), wanted, &house).await;
            print(&made.map_err(|error| refused(error, client))?, *json);
        }
        Command::List { client, json } => {
            let all = endpoints::list(app, &ClientId::from(&**client)).await;
            list(app, &all.map_err(|error| refused(error, client))?, *json)?;
        }
        Command::Remove { endpoint } => {
            endpoints::remove(app, find(endpoint)?, &house).await.map_err(|error| failure(error, endpoint))?;
            println!("{endpoint} removed");
        }
        Command::Rotate { endpoint, json } => {
            let made = endpoints::rotate(app, find(endpoint)?, &house).await;
            print(&made.map_err(|error| failure(error, endpoint))?, *json);
            if !json {
                let hours = OLD_SECRET_SIGNS.0 / 3600;
                eprintln!("Until {hours} hours from now messages carry both signatures.");
            }
        }
        Command::Enable { endpoint } => {
            endpoints::enable(app, find(endpoint)?, &house).await.map_err(|error| failure(error, endpoint))?;
            println!("{endpoint} is enabled");
        }
        Command::Log { endpoint, json } => {
            let all = endpoints::log(app, find(endpoint)?).await.map_err(|error| failure(error, endpoint))?;
            log(&all, *json);
        }
        Command::Replay { endpoint, message } => {
            let missing =
                || Failure::refused(format!("{endpoint} has no such message; `client webhook log` lists them"));
            let message: Option<MessageId> = match message {
                Some(text) => Some(text.parse().map_err(|_| missing())?),
                None => None,
            };
            let sent = endpoints::replay(app, find(endpoint)?, message, &house).await;
            let sent = sent.map_err(|error| match message {
                Some(_) => Failure::of(error, || format!("{endpoint} has no such message")),
                None => failure(error, endpoint),
            })?;
            println!("{sent} messages are sent again");
        }
    }
    Ok(())
}

fn print(made: &Credentials, json: bool) {
    let (name, key) = match made.scheme {
        Scheme::V1a => ("public_key", made.key.expose()),
        Scheme::V1 => ("secret", made.key.expose()),
    };
    if json {
        return print_json(&json!({ "id": made.id, "scheme": made.scheme.as_str(), name: key }));
    }
    println!("endpoint    {}", made.id);
    println!("{name:<11} {key}");
    if made.scheme == Scheme::V1 {
        eprintln!("The secret is not shown again; `client webhook rotate {}` makes another.", made.id);
    }
}

fn list(app: &App, all: &[Endpoint], json: bool) -> Result<(), Failure> {
    let documents = all.iter().map(|endpoint| endpoints::document(app, endpoint)).collect::<Result<Vec<Value>, _>>();
    let documents = documents.map_err(Error::from)?;
    if json {
        print_json(&Value::Array(documents));
        return Ok(());
    }
    if all.is_empty() {
        eprintln!("No endpoints yet; `client webhook add --help` says how to add one.");
    }
    for endpoint in all {
        let events = match endpoint.events.0.is_empty() {
            true => "all messages".to_owned(),
            false => endpoint.events.0.join(" "),
        };
        let why = endpoint.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        println!("{}  {}{why}  {}  {events}", endpoint.id, endpoint.state.as_str(), endpoint.url);
    }
    Ok(())
}

fn log(all: &[Message], json: bool) {
    if json {
        let document = |message: &Message| {
            json!({
                "id": message.id,
                "type": message.kind,
                "state": message.state.as_str(),
                "attempts": message.attempts,
                "outcome": message.outcome,
                "created_at": message.created_at.rfc3339(),
                "tried_at": message.tried_at.map(Time::rfc3339),
            })
        };
        return print_json(&all.iter().map(document).collect());
    }
    for message in all {
        let outcome = message.outcome.as_deref().unwrap_or("not tried yet");
        let at = message.created_at.rfc3339();
        println!(
            "{}  {at}  {:<24} {:<10} {}  {outcome}",
            message.id,
            message.kind,
            message.state.as_str(),
            message.attempts
        );
    }
}

fn find(endpoint: &str) -> Result<EndpointId, Failure> {
    endpoint.parse().map_err(|_| Failure::refused(missing(endpoint)))
}

fn failure(error: Error, endpoint: &str) -> Failure {
    Failure::of(error, || missing(endpoint))
}

/// Why an endpoint was not added.
fn refused(error: Error, client: &str) -> Failure {
    match &error {
        Error::Denied(Denied::Conflict(_)) => Failure::refused(format!("{client} has {MOST} endpoints already")),
        Error::Denied(Denied::Invalid(fields)) if fields.iter().any(|field| field.field == "url") => Failure::refused(
            "the URL cannot be called: it has to be https on port 443 at a public address, without credentials \
             (in development also http at localhost)",
        ),
        _ => super::failure(error, client),
    }
}

fn missing(endpoint: &str) -> String {
    format!("there is no endpoint {endpoint}; `client webhook list` lists those of a client")
}
