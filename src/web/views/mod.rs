//! The views: for each page a struct of ready words, and the template it fills.

pub mod account;
pub mod activity;
pub mod admin;
pub mod api;
pub mod approvals;
pub mod apps;
pub mod badges;
pub mod consent;
pub mod contacts;
pub mod desk;
pub mod device;
pub mod linked;
pub mod media;
pub mod offers;
pub mod privacy;
pub mod profile;
pub mod public;
pub mod receipts;
pub mod recover;
pub mod sign_in;
pub mod sign_up;
pub mod verification;
pub mod wishes;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
