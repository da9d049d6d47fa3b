//! Your rights over it: take everything along, bring it elsewhere, have it deleted; and how long anything is kept.

pub mod bundle;
pub mod erasure;
pub mod export;
pub mod import;
pub mod parts;
pub mod receipt;
pub mod retention;
pub mod ropa;
pub mod zip;
