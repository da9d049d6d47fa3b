//! The hosted pages: each reads, calls one verb, and fills a view.

pub mod activity;
pub mod admin;
pub mod api;
pub mod app_card;
pub mod approvals;
pub mod assets;
pub mod challenge;
pub mod connections;
pub mod consent;
pub mod contacts;
pub mod device;
pub mod home;
pub mod journey;
pub mod media;
pub mod notice;
pub mod outbox;
pub mod picture;
pub mod profile;
pub mod public;
pub mod recover;
pub mod security;
pub mod sessions;
pub mod settings;
pub mod setup;
pub mod sign_in;
pub mod sign_up;
