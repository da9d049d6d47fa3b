//! The trail: its chain, what a person sees of it, receipts of consent, what a person asks of an app.

mod activity;
mod chain;
pub mod deeds;
mod proxy;
mod receipts;
mod wishes;
