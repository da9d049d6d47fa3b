//! What happened: every act leaves a row in the transaction that did it.

pub mod activity;
mod canonical;
pub mod chain;
mod merkle;
pub mod record;
pub mod verify;

pub use self::record::{Origin, Record, record};
pub use crate::store::database::audit::Outcome;
