//! The plan of the house: floors, rooms, the two journeys.
#![forbid(unsafe_code)]

pub mod app;
pub mod base;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod error;
pub mod jose;
pub mod oauth;
pub mod store;
pub mod web;
