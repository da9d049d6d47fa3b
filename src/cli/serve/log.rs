//! The log: lines of JSON, or lines for people on a terminal.

use std::io::IsTerminal;
use std::panic;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::cli::failure::Failure;
use crate::config::{Log, LogFormat, Problem};

/// Sets the process's log up; to be called once.
///
/// # Errors
/// The settings when `log.level` holds no level or directives.
pub fn begin(log: &Log) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&log.level).map_err(|_| Problem {
        what: "log.level holds neither a level nor directives".into(),
        mend: "Write error, warn, info, debug or trace, or directives such as info,social_wallet::web=debug.".into(),
    })?;
    let is_pretty = match log.format {
        LogFormat::Pretty => true,
        LogFormat::Json => false,
        LogFormat::Auto => std::io::stdout().is_terminal(),
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stdout);
    let set = if is_pretty {
        tracing_subscriber::registry().with(filter).with(lines.with_target(false)).try_init()
    } else {
        let lines = lines.json().flatten_event(true).with_current_span(false).with_span_list(false);
        tracing_subscriber::registry().with(filter).with(lines).try_init()
    };
    set.map_err(|e| crate::base::Fault::internal("begin the log", e))?;
    // A panic is one request's or one job's end; its words may hold what a log must not.
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(code.location = place, "panicked");
    }));
    Ok(())
}
