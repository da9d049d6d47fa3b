//! The plan of the house: floors, rooms, the two journeys.
#![forbid(unsafe_code)]

pub mod accounts;
pub mod admin;
pub mod app;
pub mod audit;
pub mod base;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod demo;
pub mod error;
pub mod jobs;
pub mod jose;
pub mod metrics;
pub mod oauth;
pub mod outbound;
pub mod privacy;
pub mod provider;
pub mod risk;
pub mod signals;
pub mod store;
pub mod wallet;
pub mod web;
pub mod words;
