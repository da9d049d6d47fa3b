//! The doors that people and programs knock at: pages and endpoints.

pub mod assets;
pub mod connection;
pub mod server;
pub mod tls;
pub mod view;
pub mod views;
