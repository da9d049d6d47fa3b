//! `client`: register platforms, show them, change them, take them off.

mod definitions;
mod initial_tokens;
mod metadata;
mod webhooks;

use std::sync::Arc;

use clap::Subcommand;
use serde_json::{Value, json};

use self::metadata::Metadata;
use super::failure::Failure;
use super::{print_json, read_secret};
use crate::admin;
use crate::app::App;
use crate::audit::Origin;
use crate::base::id::ClientId;
use crate::base::{Secret, Time};
use crate::error::Error;
use crate::oauth::client::IdTokenClaims;
use crate::oauth::registration::USUAL_SCOPE;
use crate::oauth::{Client, Scope};
use crate::provider::clients::{self, Created, Registered};
use crate::store::database::clients::ClientState;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Register a client; its secret is printed this once.
    Add {
        /// What people call it.
        #[arg(long)]
        name: String,
        /// An identifier of your choice; one is made up otherwise.
        #[arg(long, value_name = "ID")]
        client_id: Option<String>,
        /// Takes the client's secret from the standard input instead of making one.
        #[arg(long)]
        secret_stdin: bool,
        #[command(flatten)]
        metadata: Box<Metadata>,
        #[arg(long)]
        json: bool,
    },
    /// List all clients.
    List {
        #[arg(long)]
        json: bool,
    },
    /// Show one client, and what its developers have to configure.
    Show {
        id: String,
        #[arg(long)]
        json: bool,
    },
    /// Change what is given of a client, leave the rest.
    Update {
        id: String,
        /// What people call it.
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        metadata: Box<Metadata>,
    },
    /// Make a new secret, printed this once. The one before works for another seven days.
    RotateSecret {
        id: String,
        #[arg(long)]
        json: bool,
    },
    /// Let a client act again.
    Enable { id: String },
    /// Shut a client off: nothing is issued to it, and nothing that it holds works.
    Disable { id: String },
    /// Remove a client with all its grants and tokens, for good.
    Remove { id: String },
    /// Vouch for it that a client holds its domain: pages show the mark.
    VerifyDomain { id: String },
    /// Take the mark back.
    UnverifyDomain { id: String },
    /// Tokens with which others may register clients themselves.
    #[command(subcommand)]
    InitialToken(initial_tokens::Command),
    /// Where a client is called when something happens (Standard Webhooks).
    #[command(subcommand)]
    Webhook(webhooks::Command),
    /// Badges that clients defined.
    #[command(subcommand)]
    BadgeDefinitions(definitions::Command),
}

pub async fn run(command: &Command, app: &App) -> Result<(), Failure> {
    let house = Origin::house();
    match command {
        Command::Add { name, client_id, secret_stdin, metadata, json } => {
            let secret = secret_stdin.then(|| read_secret("client secret")).transpose()?;
            let id = client_id.clone().map_or_else(|| ClientId::new(&app.random), ClientId::from);
            let client = new_client(app, id, name, metadata)?;
            let created = match secret {
                Some(secret) => clients::create_with_secret(app, client, Some(strong(secret)?), &house).await,
                None => clients::create(app, client, &house).await,
            };
            print_created(app, &created.map_err(Failure::from)?, *json);
        }
        Command::List { json } => list(app, *json).await?,
        Command::Show { id, json } => {
            let found = find(app, id).await?;
            show(app, &found, *json);
        }
        Command::Update { id, name, metadata } => {
            let found = find(app, id).await?;
            let before: &Client = &found;
            let mut after = before.clone();
            metadata.apply(&mut after, app.now())?;
            after.client_name = name.clone().unwrap_or(after.client_name);
            if after == *before {
                return Err(Failure::usage("nothing would change; `client update --help` lists what can"));
            }
            let done = clients::update(app, &ClientId::from(&**id), |client| *client = after, &house).await;
            done.map_err(|e| failure(e, id))?;
            println!("{id} changed");
        }
        Command::RotateSecret { id, json } => {
            if !find(app, id).await?.token_endpoint_auth_method.starts_with("client_secret") {
                return Err(Failure::refused(format!("{id} does not authenticate with a secret")));
            }
            let secret = clients::rotate_secret(app, &ClientId::from(&**id), &house).await;
            let secret = secret.map_err(|e| failure(e, id))?;
            if *json {
                print_json(&json!({ "client_id": id, "client_secret": secret.expose() }));
            } else {
                println!("client_secret  {}", secret.expose());
                let days = clients::OLD_SECRET_LIVES.0 / 86_400;
                eprintln!("It is not shown again. The one before works for {days} days, older ones no more.");
            }
        }
        Command::Enable { id } => set_state(app, id, ClientState::Active).await?,
        Command::Disable { id } => set_state(app, id, ClientState::Disabled).await?,
        Command::Remove { id } => {
            let done = clients::remove(app, &ClientId::from(&**id), &house).await;
            done.map_err(|e| failure(e, id))?;
            println!("{id} removed");
        }
        Command::VerifyDomain { id } => {
            let done = admin::clients::verify_domain(app, &ClientId::from(&**id), &house).await;
            done.map_err(|e| failure(e, id))?;
            println!("the domain of {id} is marked as verified");
        }
        Command::UnverifyDomain { id } => {
            let done = admin::clients::unverify_domain(app, &ClientId::from(&**id), &house).await;
            done.map_err(|e| failure(e, id))?;
            println!("the domain of {id} is no longer marked as verified");
        }
        Command::InitialToken(command) => initial_tokens::run(command, app).await?,
        Command::Webhook(command) => webhooks::run(command, app).await?,
        Command::BadgeDefinitions(command) => definitions::run(command, app).await?,
    }
    Ok(())
}

fn new_client(app: &App, id: ClientId, name: &str, metadata: &Metadata) -> Result<Client, Failure> {
    let mut client = Client {
        client_name: name.trim().to_owned(),
        grant_types: vec!["authorization_code".into(), "refresh_token".into()],
        id_token_signed_response_alg: app.config.keys.default_alg.clone(),
        id_token_claims: IdTokenClaims::Granted,
        ..Client::new(id)
    };
    metadata.apply(&mut client, app.now())?;
    // Every other grant type is about people.
    let is_about_people = |name: &String| !["client_credentials", "refresh_token"].contains(&name.as_str());
    if client.scope.is_empty() && client.grant_types.iter().any(is_about_people) {
        let usual = Scope::read(USUAL_SCOPE).map_err(Error::Protocol)?;
        client.scope = usual.filter(|name| name != "offline_access" || client.has_grant_type("refresh_token"));
    }
    // The default is for those who use codes; what was asked for stays, and is checked.
    if metadata.response_type.is_empty() && !client.has_grant_type("authorization_code") {
        client.response_types.clear();
    }
    Ok(client)
}

/// A secret that was not made here is kept as a keyed digest, so it must be too long to be guessed.
fn strong(secret: Secret<String>) -> Result<Secret<String>, Failure> {
    if secret.expose().len() < 32 {
        return Err(Failure::usage("a client secret needs at least 32 characters; leave it out to have one made"));
    }
    Ok(secret)
}

fn print_created(app: &App, created: &Created, json: bool) {
    if json {
        let mut answer = json!({ "client_id": created.id, "issuer": app.config.issuer() });
        if let Some(secret) = &created.secret {
            answer["client_secret"] = json!(secret.expose());
        }
        return print_json(&answer);
    }
    println!("client_id      {}", created.id);
    if let Some(secret) = &created.secret {
        println!("client_secret  {}", secret.expose());
    }
    println!("issuer         {}", app.config.issuer());
    if created.secret.is_some() {
        eprintln!("The secret is not shown again; `client rotate-secret {}` makes another.", created.id);
    }
}

async fn list(app: &App, json: bool) -> Result<(), Failure> {
    let all = clients::list(app).await?;
    if json {
        print_json(&all.iter().map(document).collect());
        return Ok(());
    }
    if all.is_empty() {
        eprintln!("No clients yet; `client add --help` says how to register one.");
    }
    for client in &all {
        let state = if client.is_disabled { "disabled" } else { "enabled" };
        let domain = if client.domain_verified_at.is_some() { "verified" } else { "unverified" };
        println!("{:<28} {state:<9} {domain:<11} {:<20} {}", client.id, auth_method(client), client.display_name());
    }
    Ok(())
}

fn auth_method(client: &Client) -> &str {
    client.token_endpoint_auth_method.trim_start_matches("client_")
}

fn show(app: &App, client: &Registered, json: bool) {
    let document = document(client);
    if json {
        return print_json(&document);
    }
    for (name, value) in document.as_object().into_iter().flatten() {
        match value {
            Value::Null => {}
            Value::Array(items) if items.is_empty() => {}
            Value::Object(items) if items.is_empty() => {}
            Value::String(text) => println!("{name:<32} {text}"),
            Value::Array(items) if items.iter().all(Value::is_string) => {
                let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                println!("{name:<32} {}", items.join(" "));
            }
            other => println!("{name:<32} {other}"),
        }
    }
    let issuer = app.config.issuer();
    println!("\nWhat its developers need:\n");
    println!("issuer                           {issuer}");
    println!("discovery                        {issuer}/.well-known/openid-configuration");
    for endpoint in ["authorize", "token", "userinfo", "jwks", "logout"] {
        println!("{endpoint:<32} {issuer}/{endpoint}");
    }
}

/// A client by the names of RFC 7591 and RFC 7592, with what the house adds.
fn document(client: &Registered) -> Value {
    let metadata: &Client = client;
    let mut document = serde_json::to_value(metadata).unwrap_or_default();
    let Some(members) = document.as_object_mut() else { return document };
    members.remove("id");
    members.insert("client_id".into(), json!(client.id));
    members.insert("client_id_issued_at".into(), json!(client.created_at.unix()));
    let text = |time: Option<Time>| json!(time.map(Time::rfc3339));
    members.insert("domain_verified_at".into(), text(client.domain_verified_at));
    members.insert("identity_changed_at".into(), text(client.identity_changed_at));
    members.insert("created_at".into(), text(Some(client.created_at)));
    members.insert("updated_at".into(), text(Some(client.updated_at)));
    document
}

async fn set_state(app: &App, id: &str, state: ClientState) -> Result<(), Failure> {
    let done = clients::set_state(app, &ClientId::from(id), state, &Origin::house()).await;
    done.map_err(|e| failure(e, id))?;
    println!("{id} is {}", if state == ClientState::Active { "enabled" } else { "disabled" });
    Ok(())
}

async fn find(app: &App, id: &str) -> Result<Arc<Registered>, Failure> {
    clients::find(app, &ClientId::from(id)).await?.ok_or_else(|| Failure::refused(missing(id)))
}

fn failure(error: Error, id: &str) -> Failure {
    Failure::of(error, || missing(id))
}

fn missing(id: &str) -> String {
    format!("there is no client {id}; `client list` lists them")
}
