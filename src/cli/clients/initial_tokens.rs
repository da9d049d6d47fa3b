//! `client initial-token`: tokens with which others may register clients, where `registration.mode` is `token`.

use clap::Subcommand;
use serde_json::{Value, json};

use crate::app::App;
use crate::audit::Origin;
use crate::base::Seconds;
use crate::base::id::InitialTokenId;
use crate::cli::failure::Failure;
use crate::cli::print_json;
use crate::config::RegistrationMode;
use crate::config::read::lifetime;
use crate::error::Error;
use crate::provider::initial_tokens;
use crate::store::database::registrations::InitialToken;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a token, printed this once.
    Add {
        /// Whom it is for, in your words.
        #[arg(long, default_value = "")]
        label: String,
        /// How many clients may be registered with it.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(i32).range(1..=1_000_000))]
        uses: i32,
        /// How long it works: 12h, 30d.
        #[arg(long, default_value = "7d", value_parser = life)]
        expires: Seconds,
        #[arg(long)]
        json: bool,
    },
    /// List all tokens, with how often each was used; never the tokens themselves.
    List {
        #[arg(long)]
        json: bool,
    },
    /// Take a token back: nobody can register with it any more. Clients that were registered with it stay.
    Remove { id: String },
}

fn life(text: &str) -> Result<Seconds, String> {
    let life = lifetime(text).map_err(|e| e.to_string())?;
    if life > Seconds(0) { Ok(life) } else { Err("must be longer than nothing".to_owned()) }
}

pub async fn run(command: &Command, app: &App) -> Result<(), Failure> {
    let house = Origin::house();
    match command {
        Command::Add { label, uses, expires, json } => {
            let (row, token) = initial_tokens::make(app, label.trim(), *uses, *expires, &house).await?;
            if *json {
                let mut answer = document(&row);
                answer["initial_access_token"] = json!(token.expose());
                print_json(&answer);
            } else {
                println!("initial_access_token  {}", token.expose());
                eprintln!("It is not shown again. It works {uses} times until {}.", row.expires_at.rfc3339());
            }
            if app.config.registration.mode != RegistrationMode::Token {
                eprintln!("Set registration.mode to \"token\": as it is set now, nobody asks for it.");
            }
        }
        Command::List { json } => {
            let all = initial_tokens::list(app).await?;
            if *json {
                print_json(&all.iter().map(document).collect());
                return Ok(());
            }
            for row in &all {
                let until = row.expires_at.rfc3339();
                println!("{}  {} of {}  until {until}  {}", row.id, row.uses, row.most_uses, row.label);
            }
        }
        Command::Remove { id } => {
            let missing = || format!("there is no initial token {id}; `client initial-token list` lists them");
            let found: InitialTokenId = id.parse().map_err(|_| Failure::refused(missing()))?;
            let done = initial_tokens::remove(app, found, &house).await;
            done.map_err(|error: Error| Failure::of(error, missing))?;
            println!("{id} removed");
        }
    }
    Ok(())
}

fn document(row: &InitialToken) -> Value {
    json!({
        "id": row.id,
        "label": row.label,
        "uses": row.uses,
        "most_uses": row.most_uses,
        "created_at": row.created_at.rfc3339(),
        "expires_at": row.expires_at.rfc3339(),
    })
}
