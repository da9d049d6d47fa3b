//! The doors that people and programs knock at: pages and endpoints.

pub mod connection;
pub mod server;
pub mod tls;
