//! Whom we call.

pub mod fetch;
