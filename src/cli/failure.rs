//! Why a command did not do its work, in words that say how to mend it.

use std::fmt;
use std::process::ExitCode;

use crate::base::Fault;
use crate::config::{Problem, Refused};
use crate::error::{Denied, Error};
use crate::words::Words;

/// Why a command did not do its work.
#[derive(Debug)]
pub enum Failure {
    /// The settings cannot be used: exit code 2.
    Settings(Refused),
    /// The command line cannot be used: exit code 2.
    Usage(String),
    /// The house says no: exit code 1.
    Refused(String),
    /// Something broke: exit code 1.
    Fault(Fault),
}

impl Failure {
    pub fn usage(what: impl Into<String>) -> Self {
        Self::Usage(what.into())
    }

    pub fn refused(what: impl Into<String>) -> Self {
        Self::Refused(what.into())
    }

    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Settings(_) | Self::Usage(_) => 2,
            Self::Refused(_) | Self::Fault(_) => 1,
        })
    }

    /// What an error of a verb means to an operator; `missing` says what was not found.
    pub fn of(error: Error, missing: impl FnOnce() -> String) -> Self {
        match error {
            Error::Fault(fault) => Self::Fault(fault),
            Error::Protocol(error) => Self::Refused(format!("{}: {}", error.code(), error.description())),
            Error::Denied(Denied::NotFound) => Self::Refused(missing()),
            Error::Denied(denied) => Self::Refused(words(&denied)),
        }
    }
}

fn words(denied: &Denied) -> String {
    let english = Words::English;
    match denied {
        Denied::NotFound => "there is no such thing here".into(),
        Denied::Invalid(fields) => {
            let lines: Vec<String> = fields.iter().map(|f| format!("{}: {}", f.field, english.t(f.message))).collect();
            lines.join("\n")
        }
        Denied::Conflict("client_id") => {
            "a client has this identifier already; choose another --client-id, or `client update` that one".into()
        }
        Denied::Conflict("key") => {
            "the newest key does not sign yet; `key list` says when it does, and then the next one can be made".into()
        }
        Denied::Conflict(what) => {
            english.find_message(what).unwrap_or_else(|| "it was changed at the same moment; try again".into())
        }
        Denied::TooMany { retry_after } => format!("too many at once; try again in {} s", retry_after.0),
        Denied::Locked { until } => format!("it is locked until {until:?}"),
        Denied::Expired | Denied::Gone(_) => "it is too old or was used already".into(),
        Denied::StepUp { .. } | Denied::Forbidden => "that is not allowed".into(),
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::Settings(refused)
    }
}
impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Settings(Refused(vec![problem]))
    }
}
impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::of(error, || words(&Denied::NotFound))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(refused) => write!(f, "the settings cannot be used:\n{refused}"),
            Self::Usage(what) | Self::Refused(what) => f.write_str(what),
            Self::Fault(fault) => write!(f, "could not {fault}"),
        }
    }
}
