//! What happened: every act leaves a row in the transaction that did it.

pub mod activity;
pub mod record;

pub use self::record::{Origin, Record, record};
pub use crate::store::database::audit::Outcome;
