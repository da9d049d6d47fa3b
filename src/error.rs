//! `Error::{Protocol, Denied, Fault}`: what every verb answers with, sorted by who must act.

use crate::base::{Fault, Seconds, Time};
use crate::oauth;

/// Why a verb did not do what was asked.
#[derive(Debug)]
pub enum Error {
    /// The standards say no: code, description for the client, section.
    Protocol(oauth::Error),
    /// The house says no to a person or a platform.
    Denied(Denied),
    /// Something broke: logged once, at the door, with the request id.
    Fault(Fault),
}

/// The house's own refusals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    /// It does not exist, or not for this person.
    NotFound,
    /// What was typed does not fit; each field with the key of its message.
    Invalid(Vec<FieldError>),
    /// Too often; try again after this long.
    TooMany { retry_after: Seconds },
    /// The sign-in is not fresh or strong enough for this.
    StepUp { acr: &'static str },
    /// Closed until then.
    Locked { until: Time },
    /// Not yours to do.
    Forbidden,
    /// The code, link or form is too old or was used.
    Expired,
    /// It was there and is no more: the code that says so, nothing else (RFC 9110 §15.5.11).
    Gone(&'static str),
    /// Someone else was first.
    Conflict(&'static str),
}

/// A field of a form and the message key that says what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    pub field: &'static str,
    pub message: &'static str,
}

impl Error {
    /// How it ended, as the label of a metric: few values, nothing of the request.
    pub fn outcome(&self) -> &'static str {
        match self {
            Self::Protocol(error) => error.code().name(),
            Self::Denied(Denied::TooMany { .. } | Denied::Locked { .. }) => "too_many",
            Self::Denied(_) => "denied",
            Self::Fault(_) => "fault",
        }
    }
}

/// As [`Error::outcome`]; `"ok"` where all went well.
pub fn outcome<T>(result: &Result<T, Error>) -> &'static str {
    result.as_ref().map_or_else(Error::outcome, |_| "ok")
}

impl Denied {
    /// One field that does not fit.
    pub fn field(field: &'static str, message: &'static str) -> Self {
        Self::Invalid(vec![FieldError { field, message }])
    }
}

impl From<oauth::Error> for Error {
    fn from(error: oauth::Error) -> Self {
        Self::Protocol(error)
    }
}
impl From<Denied> for Error {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}
impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}
