//! `client badge-definitions`: badges that clients defined, approved or refused.

use clap::Subcommand;
use serde_json::json;

use super::super::failure::Failure;
use super::super::print_json;
use crate::app::App;
use crate::audit::Origin;
use crate::base::id::DefinitionId;
use crate::wallet::definitions;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// List all definitions.
    List {
        #[arg(long)]
        json: bool,
    },
    /// Let a client issue the badge.
    Approve { id: String },
    /// Do not let it. What was issued stays.
    Refuse { id: String },
}

pub async fn run(command: &Command, app: &App) -> Result<(), Failure> {
    match command {
        Command::List { json } => list(app, *json).await,
        Command::Approve { id } => decide(app, id, true).await,
        Command::Refuse { id } => decide(app, id, false).await,
    }
}

async fn list(app: &App, json: bool) -> Result<(), Failure> {
    let all = definitions::list(app, None).await?;
    if json {
        let row = |one: &definitions::Definition| {
            json!({
                "id": one.id, "type": one.slug, "client_id": one.client_id, "name": one.name,
                "description": one.description, "criteria": one.criteria, "status": one.state.as_str(),
            })
        };
        print_json(&all.iter().map(row).collect());
        return Ok(());
    }
    for one in &all {
        println!(
            "{}  {:<9} {}\n    {}: {}\n    {}",
            one.id,
            one.state.as_str(),
            one.slug,
            one.name,
            one.description,
            one.criteria
        );
    }
    Ok(())
}

async fn decide(app: &App, id: &str, is_approved: bool) -> Result<(), Failure> {
    let missing = || format!("there is no badge definition {id}; `client badge-definitions list` lists them");
    let parsed: DefinitionId = id.parse().map_err(|_| Failure::refused(missing()))?;
    let done = definitions::decide(app, parsed, is_approved, &Origin::house()).await;
    let definition = done.map_err(|e| Failure::of(e, missing))?;
    println!("{} is {}", definition.slug, definition.state.as_str());
    Ok(())
}
