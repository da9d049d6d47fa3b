//! End-to-end tests: through the doors only, on real parts. One binary, because each one more links the whole crate.
#![allow(clippy::disallowed_methods, reason = "tests read the environment and the clock; the product does not")]

mod admin;
mod blobs;
mod cli;
mod client_auth;
mod ephemeral;
mod house;
mod jobs;
mod parts;
mod protocol;
mod stores;
mod support;
