//! `Fault`: an internal failure with its chain and place; never shown to a client.

use std::fmt;
use std::panic::Location;

/// Whether trying again may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// A part of the house is away: 503 with Retry-After.
    Unavailable,
    /// Something is wrong with us: 500.
    Internal,
}

/// Something broke. Logged once, at the door.
pub struct Fault {
    kind: FaultKind,
    attempted: &'static str,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
    place: &'static Location<'static>,
}

impl Fault {
    /// A failure of our own while `attempted` was tried.
    #[track_caller]
    pub fn internal(attempted: &'static str, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { kind: FaultKind::Internal, attempted, cause: Some(cause.into()), place: Location::caller() }
    }

    /// A store or service did not answer in time.
    #[track_caller]
    pub fn unavailable(attempted: &'static str, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { kind: FaultKind::Unavailable, attempted, cause: Some(cause.into()), place: Location::caller() }
    }

    /// A broken invariant, without a foreign cause.
    #[track_caller]
    pub fn broken(attempted: &'static str) -> Self {
        Self { kind: FaultKind::Internal, attempted, cause: None, place: Location::caller() }
    }

    pub fn kind(&self) -> FaultKind {
        self.kind
    }

    /// What was attempted, safe to log and to count by.
    pub fn attempted(&self) -> &'static str {
        self.attempted
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}:{})", self.attempted, self.place.file(), self.place.line())?;
        let mut cause = self.cause.as_deref().map(|c| c as &dyn std::error::Error);
        while let Some(c) = cause {
            write!(f, ": {c}")?;
            cause = c.source();
        }
        Ok(())
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Fault {}
