//! `retention`, `ropa` and `deletion`: how long things are kept, what for, and what was destroyed.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::failure::Failure;
use super::print_json;
use crate::app::App;
use crate::base::Time;
use crate::privacy::{receipt, retention, ropa};
use crate::store::database::upkeep::Mode;

#[derive(Debug, Args)]
pub struct Retention {
    /// Count what has had its time, and remove nothing.
    #[arg(long)]
    dry_run: bool,
    #[arg(long)]
    json: bool,
}

/// Goes through the table of what is kept, and tells what it removed.
pub async fn retention(options: &Retention, app: &App) -> Result<(), Failure> {
    let mode = if options.dry_run { Mode::Count } else { Mode::Remove };
    let removed = retention::run(app, mode).await?;
    if options.json {
        let told = removed.iter().map(|one| {
            json!({
                "name": one.kept.name,
                "data": one.kept.data,
                "kept_seconds": retention::kept(app, one.kept).0,
                "then": one.kept.then.as_str(),
                "basis": one.kept.basis.as_str(),
                "due": one.count,
            })
        });
        print_json(&Value::Array(told.collect()));
        return Ok(());
    }
    println!("{:<18} {:>8} {:>10}  data", "name", "kept", if options.dry_run { "due" } else { "removed" });
    for one in &removed {
        let kept = ropa::told(retention::kept(app, one.kept).0);
        println!("{:<18} {kept:>8} {:>10}  {}; {}", one.kept.name, one.count, one.kept.data, one.kept.then.as_str());
    }
    Ok(())
}

/// Prints the record of processing activities (GDPR Art. 30) as CSV.
pub fn ropa(app: &App) {
    print!("{}", ropa::table(app));
}

#[derive(Debug, Subcommand)]
pub enum Deletion {
    /// List the last deletions of accounts.
    List {
        #[arg(long, value_name = "N", default_value_t = 50)]
        most: i64,
    },
    /// Check a receipt that this house signed, and print what it says.
    Verify {
        /// The file that holds it; `-` for the standard input.
        file: PathBuf,
    },
}

pub async fn deletion(command: &Deletion, app: &App) -> Result<(), Failure> {
    match command {
        Deletion::List { most } => {
            let rows = receipt::list(app, *most).await?.into_iter().map(|row| {
                json!({
                    "id": row.id,
                    "account_id": row.account_id,
                    "state": row.state.as_str(),
                    "cause": row.cause.as_str(),
                    "steps_done": row.step,
                    "requested_at": row.requested_at.rfc3339(),
                    "due_at": row.due_at.rfc3339(),
                    "done_at": row.done_at.map(Time::rfc3339),
                    "verified_at": row.verified_at.map(Time::rfc3339),
                    "receipt": row.receipt,
                })
            });
            print_json(&Value::Array(rows.collect()));
            Ok(())
        }
        Deletion::Verify { file } => {
            let read = match file.to_str() {
                Some("-") => std::io::read_to_string(std::io::stdin()),
                _ => std::fs::read_to_string(file),
            };
            let token = read.map_err(|e| Failure::usage(format!("{} cannot be read: {e}", file.display())))?;
            match receipt::verify(app, &token).await? {
                Ok(claims) => {
                    print_json(&Value::Object(claims));
                    Ok(())
                }
                Err(why) => Err(Failure::refused(format!("this is no receipt of this house: {why}"))),
            }
        }
    }
}
