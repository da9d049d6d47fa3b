//! Whom we call: mail servers, the gateway to phones, and the addresses that clients name.

pub mod fetch;
pub mod identity_check;
pub mod mail;
pub mod openid;
pub mod scanner;
pub mod sms;
pub mod webhook;
