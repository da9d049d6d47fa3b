//! What you hold.

pub mod badges;
pub mod disclosure;
pub mod holdings;
pub mod identity;
pub mod media;
pub mod profile;
pub mod projection;
pub mod standing;

pub use crate::accounts::sealing;
pub use crate::signals::changes;
