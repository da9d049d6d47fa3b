//! `account`: people's accounts, found by identifier or address.

use clap::Subcommand;
use clap::builder::PossibleValuesParser;
use serde_json::{Value, json};

use super::failure::Failure;
use super::{print_json, read_secret};
use crate::accounts::{self, NewAccount};
use crate::admin::people::{self, Person};
use crate::app::App;
use crate::audit::Origin;
use crate::base::id::AccountId;
use crate::base::{Time, text};
use crate::error::Error;
use crate::provider::supported::UI_LOCALES;
use crate::store::database::accounts::Role;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// List accounts, newest first.
    List {
        /// How many.
        #[arg(long, value_name = "N", default_value_t = 50)]
        most: usize,
        /// Only those after this place: the `next` of the list before.
        #[arg(long, value_name = "CURSOR")]
        after: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// Show one account; never what its wallet holds.
    Show {
        /// An identifier (acc_…) or the email address.
        account: String,
        #[arg(long)]
        json: bool,
    },
    /// Open an account without asking for a code.
    Create {
        /// Counts as proven.
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: Option<String>,
        /// Takes the password from the standard input; without one the person sets it by "Trouble signing in?".
        #[arg(long)]
        password_stdin: bool,
        #[arg(long, value_parser = ["person", "reviewer", "operator"], default_value = "person")]
        role: String,
        /// The language of its pages and mails.
        #[arg(long, value_parser = PossibleValuesParser::new(UI_LOCALES))]
        locale: Option<String>,
        /// What else the wallet begins with, by the claim's name: phone_number=+4915112345678; may be repeated.
        #[arg(long, value_name = "CLAIM=TEXT")]
        value: Vec<String>,
        #[arg(long)]
        json: bool,
    },
    /// Close an account: signed out everywhere, and nothing it shared can be read until it is unlocked.
    Lock { account: String },
    /// Open a closed account again.
    Unlock { account: String },
    /// Delete an account with all that its wallet holds, for good.
    Delete { account: String },
    /// Give an account another role.
    Role {
        account: String,
        #[arg(value_parser = ["person", "reviewer", "operator"])]
        role: String,
    },
}

pub async fn run(command: &Command, app: &App) -> Result<(), Failure> {
    let house = Origin::house();
    match command {
        Command::List { most, after, json } => list(app, *most, after.as_deref(), *json).await?,
        Command::Show { account, json } => {
            let person = people::show(app, find(app, account).await?).await;
            show(&person.map_err(|e| failure(e, account))?, *json);
        }
        Command::Create { email, name, password_stdin, role, locale, value, json } => {
            let password = password_stdin.then(|| read_secret("password")).transpose()?;
            let mut values = read_values(value)?;
            values.extend(name.clone().map(|name| ("name".to_owned(), name)));
            let role = read_role(role)?;
            let new = NewAccount { email: email.clone(), password, locale: locale.clone(), role, values };
            let id = accounts::create(app, new, &house).await?;
            if *json {
                print_json(&json!({ "account_id": id, "email": text::email(email) }));
            } else {
                println!("{id}");
            }
        }
        Command::Lock { account } => {
            let id = find(app, account).await?;
            let is_done = people::lock(app, id, &house).await.map_err(|e| failure(e, account))?;
            println!("{id} {}", if is_done { "is locked" } else { "was locked already" });
        }
        Command::Unlock { account } => {
            let id = find(app, account).await?;
            let is_done = people::unlock(app, id, &house).await.map_err(|e| failure(e, account))?;
            println!("{id} {}", if is_done { "is unlocked" } else { "was not locked" });
        }
        Command::Delete { account } => {
            let id = find(app, account).await?;
            people::delete(app, id, &house).await.map_err(|e| failure(e, account))?;
            println!("{id} is deleted");
        }
        Command::Role { account, role } => {
            let id = find(app, account).await?;
            let done = people::set_role(app, id, read_role(role)?, &house).await;
            let is_done = done.map_err(|e| failure(e, account))?;
            println!("{id} {} {role}", if is_done { "is now" } else { "was already" });
        }
    }
    Ok(())
}

fn read_role(role: &str) -> Result<Role, Failure> {
    role.parse().map_err(|()| Failure::usage(format!("{role} is not a role")))
}

fn read_values(given: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let pairs = given.iter().map(|given| {
        let (claim, text) = given
            .split_once('=')
            .ok_or_else(|| Failure::usage(format!("--value {given}: write it as claim=text, as given_name=Amina")))?;
        let is_known = crate::catalog::claims::find(claim).is_some_and(|c| c.is_typed() || c.name == "phone_number");
        if !is_known {
            return Err(Failure::usage(format!("--value {claim}: nobody types that; `docs` lists the claims")));
        }
        Ok((claim.to_owned(), text.to_owned()))
    });
    pairs.collect()
}

async fn list(app: &App, most: usize, after: Option<&str>, json: bool) -> Result<(), Failure> {
    let page = people::list(app, after, most).await?;
    if json {
        let items: Vec<Value> = page.items.iter().map(document).collect();
        print_json(&json!({ "items": items, "next": page.next }));
        return Ok(());
    }
    for person in &page.items {
        let account = &person.account;
        let email = person.email.as_deref().unwrap_or("-");
        println!("{}  {:<9} {:<8} {email}", account.id, account.state.as_str(), account.role.as_str());
    }
    if let Some(next) = page.next {
        eprintln!("There are more: --after {next}");
    }
    Ok(())
}

fn show(person: &Person, json: bool) {
    let document = document(person);
    if json {
        return print_json(&document);
    }
    for (name, value) in document.as_object().into_iter().flatten() {
        match value {
            Value::Null => {}
            Value::String(text) => println!("{name:<18} {text}"),
            other => println!("{name:<18} {other}"),
        }
    }
}

fn document(person: &Person) -> Value {
    let account = &person.account;
    json!({
        "account_id": account.id,
        "email": person.email,
        "email_verified_at": person.email_verified_at.map(Time::rfc3339),
        "state": account.state.as_str(),
        "role": account.role.as_str(),
        "locale": account.locale,
        "sessions": person.sessions,
        "created_at": account.created_at.rfc3339(),
        "updated_at": account.updated_at.rfc3339(),
    })
}

/// The account that an identifier or an address names.
async fn find(app: &App, given: &str) -> Result<AccountId, Failure> {
    if let Ok(id) = given.parse() {
        return Ok(id);
    }
    people::find_by_email(app, given).await?.ok_or_else(|| Failure::refused(missing(given)))
}

fn failure(error: Error, given: &str) -> Failure {
    Failure::of(error, || missing(given))
}

fn missing(given: &str) -> String {
    format!("there is no account {given}; name it by its identifier (acc_…) or its proven email address")
}
