//! What you hold.

pub mod disclosure;
pub mod holdings;
pub mod media;
pub mod profile;
pub mod projection;

pub use crate::accounts::sealing;
