//! Whom we call: mail servers.

pub mod mail;
