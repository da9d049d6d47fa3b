//! What you hold.

pub mod assurance;
pub mod badges;
pub mod definitions;
pub mod disclosure;
pub mod holdings;
pub mod identity;
pub mod linked;
pub mod media;
pub mod offers;
pub mod profile;
pub mod projection;
pub mod standing;
pub mod verification;

pub use crate::accounts::sealing;
pub use crate::signals::changes;
