//! The log: lines of JSON, or lines for people on a terminal.

use std::io::IsTerminal;
use std::panic;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::cli::failure::Failure;
use crate::config::{Log, LogFormat, Problem};

/// Sets the process's log up; to be called once.
///
/// # Errors
/// The settings when `log.level` holds no level or directives.
pub fn begin(log: &Log) -> Result<(), Failure> {
    let filter = filter(&log.level).ok_or_else(|| Problem {
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

/// Libraries that tell at `debug` what they carry: parameters of statements, mails, bytes.
const TALKATIVE: &[&str] = &["tokio_postgres", "redis", "lettre", "s3", "reqwest", "hyper", "h2", "rustls"];

/// What is logged: a level is for the house itself, its libraries warn; directives are taken as they are, except that
/// no library tells what it carries (SECURITY.md §6).
fn filter(level: &str) -> Option<EnvFilter> {
    let directives = match level.parse::<LevelFilter>() {
        Ok(level) => format!("warn,social_wallet={level}"),
        Err(_) => level.to_owned(),
    };
    let asked = EnvFilter::try_new(directives).ok()?;
    let capped = |filter: EnvFilter, name: &&str| Some(filter.add_directive(format!("{name}=info").parse().ok()?));
    TALKATIVE.iter().try_fold(asked, capped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_library_tells_what_it_carries() {
        for level in ["debug", "trace", "debug,tokio_postgres=trace", "social_wallet::web=debug"] {
            let told = filter(level).expect("a filter").to_string();
            assert!(TALKATIVE.iter().all(|name| told.contains(&format!("{name}=info"))), "{told}");
            assert!(!told.contains("tokio_postgres=trace"), "{told}");
        }
        assert!(filter("debug").expect("a filter").to_string().contains("social_wallet=debug"));
        assert!(filter("loud=very").is_none());
    }
}
