//! `serve`: the web and the jobs in one process, from the first listener to the last answer.

mod banner;
mod log;
mod running;

use clap::{Args, ValueEnum};

pub use self::banner::Banner;
pub use self::log::begin as begin_log;
pub use self::running::Running;
use super::failure::Failure;
use super::{runtime, usable};
use crate::app::App;
use crate::base::Random;
use crate::config::{Keys, Loaded};

#[derive(Debug, Default, Args)]
pub struct Options {
    /// Runs one half alone: the listeners, or the jobs (with the operations listener) [default: both].
    #[arg(long, value_name = "HALF")]
    pub only: Option<Half>,
}

/// One half of what a node does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Half {
    Web,
    Worker,
}

pub fn run(options: &Options, loaded: Loaded) -> Result<(), Failure> {
    let config = usable(loaded)?;
    Keys::load(&config, &Random::Os)?;
    begin_log(&config.log)?;
    runtime(cores())?.block_on(async {
        let app = App::start(config).await?;
        let mut running = Running::start(&app, options.only).await?;
        let try_it = "social-wallet demo – a sample platform at http://localhost:8090";
        Banner::of(&app).await?.and("Try it", try_it).show();
        running.until_told().await?;
        running.end().await;
        Ok(())
    })
}

/// How many threads do the work of a node.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}
