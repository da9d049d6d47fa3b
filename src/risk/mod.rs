//! How sure we are: today, how often anyone may ask.

pub mod limits;
