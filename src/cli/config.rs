//! `config show` and `config check`.

use clap::Subcommand;

use super::Failure;
use crate::config::{Loaded, Refused, check};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print every setting in force; secrets are masked.
    Show {
        /// Say where each value came from.
        #[arg(long)]
        origin: bool,
    },
    /// List what must be mended before the house starts; exit code 2 when there is something.
    Check,
}

pub fn run(command: &Command, loaded: &Loaded) -> Result<(), Failure> {
    match command {
        Command::Show { origin } => {
            for setting in &loaded.settings {
                if *origin {
                    println!("{} = {}  # {}", setting.key, setting.value, setting.origin);
                } else {
                    println!("{} = {}", setting.key, setting.value);
                }
            }
            Ok(())
        }
        Command::Check => {
            let problems = check(&loaded.config);
            if !problems.is_empty() {
                return Err(Refused(problems).into());
            }
            println!("the settings can be used");
            Ok(())
        }
    }
}
