//! A person's rights over their data: take it along, bring it, have it deleted; and what the clock deletes.

pub mod bundles;
pub mod deletion;
pub mod import;
mod retention;
