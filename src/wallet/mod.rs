//! What you hold.

pub mod profile;

pub use crate::accounts::sealing;
