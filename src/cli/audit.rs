//! `audit`: whether the trail is as it was written.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::failure::Failure;
use super::print_json;
use crate::admin::checkpoints;
use crate::app::App;
use crate::audit::chain;
use crate::audit::verify::Report;
use crate::base::{Seconds, Time};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check every link of the chain, every row and every checkpoint; exit code 1 where one is not as it was.
    Verify(Verify),
    /// Show where the chain stands.
    Status {
        #[arg(long)]
        json: bool,
    },
    /// State and sign what the chain is now; done once a day by itself.
    Checkpoint {
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub struct Verify {
    /// Only what happened on this day or later.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    from: Option<Time>,
    /// Only what happened on this day or before.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    to: Option<Time>,
    #[arg(long)]
    json: bool,
}

fn day(text: &str) -> Result<Time, &'static str> {
    Time::read_day(text).ok_or("must be a day, as 2026-11-25")
}

pub async fn run(command: &Command, app: &App) -> Result<(), Failure> {
    match command {
        Command::Verify(options) => verify(options, app).await,
        Command::Status { json } => {
            let status = chain::status(app).await?;
            let (seq, began) = status.head.map_or((0, None), |head| (head.seq, Some(head.began_at.rfc3339())));
            let last = status.last_checkpoint.map(|(seq, at)| (seq, at.rfc3339()));
            if *json {
                print_json(&json!({
                    "links": seq,
                    "began_at": began,
                    "waiting": status.waiting,
                    "checkpoints": status.checkpoints,
                    "last_checkpoint": last.map(|(seq, at)| json!({ "last_seq": seq, "made_at": at })),
                }));
            } else {
                println!("{seq} links since {}, {} rows wait", began.as_deref().unwrap_or("never"), status.waiting);
                match last {
                    Some((seq, at)) => println!("{} checkpoints, the last at link {seq}, {at}", status.checkpoints),
                    None => println!("no checkpoint yet"),
                }
            }
            Ok(())
        }
        Command::Checkpoint { json } => {
            let made = checkpoints::make(app).await.map_err(|error| Failure::of(error, String::new))?;
            match (made, json) {
                (Some(made), true) => {
                    let (first, last) = (made.first_seq, made.last_seq);
                    print_json(&json!({ "first_seq": first, "last_seq": last, "token": made.token }));
                }
                (Some(made), false) => println!("{}", made.token),
                (None, true) => print_json(&Value::Null),
                (None, false) => eprintln!("Nothing happened since the last checkpoint."),
            }
            Ok(())
        }
    }
}

async fn verify(options: &Verify, app: &App) -> Result<(), Failure> {
    let mut told = 0;
    let to = options.to.map(|day| day + Seconds::days(1));
    let report = checkpoints::check(app, options.from, to, |at, last| {
        if at - told >= 10_000 || at == last {
            told = at;
            eprintln!("{at} of {last} links");
        }
    });
    let report = report.await?;
    if options.json {
        print_json(&document(&report));
    } else {
        println!(
            "{} links good: {} rows, {} removed with a link that says so, {} of people whose key is destroyed; {} checkpoints",
            report.links, report.rows, report.removed, report.keyless, report.checkpoints
        );
    }
    match report.broken {
        None => Ok(()),
        Some(broken) => {
            let event = broken.event.map(|event| format!(" ({event})")).unwrap_or_default();
            Err(Failure::refused(format!("the trail is broken at link {}{event}: {}", broken.seq, broken.why)))
        }
    }
}

fn document(report: &Report) -> Value {
    let broken = report.broken.as_ref();
    json!({
        "first_seq": report.first_seq,
        "last_seq": report.last_seq,
        "links": report.links,
        "rows": report.rows,
        "removed": report.removed,
        "keyless": report.keyless,
        "checkpoints": report.checkpoints,
        "broken": broken.map(|b| json!({ "seq": b.seq, "event": b.event.map(|e| e.to_string()), "why": b.why })),
    })
}
