//! The hosted pages: each reads, calls one verb, and fills a view.

pub mod app_card;
pub mod assets;
pub mod challenge;
pub mod consent;
pub mod journey;
pub mod public;
pub mod recover;
pub mod settings;
pub mod sign_in;
pub mod sign_up;
