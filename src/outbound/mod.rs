//! Whom we call: mail servers, and the addresses that clients name.

pub mod fetch;
pub mod mail;
pub mod scanner;
