//! Whom we call: mail servers, the gateway to phones, and the addresses that clients name.

pub mod fetch;
pub mod mail;
pub mod scanner;
pub mod sms;
pub mod webhook;
