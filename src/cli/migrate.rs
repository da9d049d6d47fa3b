//! `migrate up` and `migrate status`.

use clap::Subcommand;

use super::Failure;
use crate::base::{Clock, Random};
use crate::config::{Config, Keys};
use crate::store::database::Db;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Apply what is pending: all of it or nothing, one node at a time.
    Up,
    /// List what is applied and what is pending.
    Status,
}

pub async fn run(command: &Command, config: &Config) -> Result<(), Failure> {
    // The keys come first: a database is never made without the keys that its rows will be sealed with.
    Keys::load(config, &Random::Os)?;
    let db = match &config.database.url {
        Some(url) => Db::postgres(url.expose(), 1).await?,
        None => Db::sqlite(&config.database_file()).await?,
    };
    match command {
        Command::Up => {
            let begun = Clock::System.now();
            let applied = db.migrate().await?;
            for name in &applied {
                println!("applied {name}");
            }
            println!("{} is up to date ({} s)", db.name(), Clock::System.now().since(begun).0);
        }
        Command::Status => {
            let state = db.migrations().await?;
            for name in &state.applied {
                println!("applied  {name}");
            }
            for name in &state.pending {
                println!("pending  {name}");
            }
        }
    }
    Ok(())
}
