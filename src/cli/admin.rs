//! `admin`: the first administrator.

use clap::Subcommand;
use serde_json::json;

use super::failure::Failure;
use super::print_json;
use crate::admin::setup;
use crate::app::App;
use crate::audit::Origin;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a link that opens one administrator's account: valid for half an hour, once; voids the one before.
    SetupLink {
        #[arg(long)]
        json: bool,
    },
}

pub async fn run(command: &Command, app: &App) -> Result<(), Failure> {
    let Command::SetupLink { json } = command;
    let token = setup::make_link(app, &Origin::house()).await?;
    let href = setup::href(app, &token);
    if *json {
        print_json(&json!({ "url": href, "expires_in": setup::LIFETIME.0 }));
    } else {
        println!("{href}");
        eprintln!("Valid for {} minutes, once. Whoever opens it first administers this house.", setup::LIFETIME.0 / 60);
    }
    Ok(())
}
