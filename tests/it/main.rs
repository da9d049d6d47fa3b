//! End-to-end tests: through the doors only, on real parts. One binary, because each one more links the whole crate.
#![allow(clippy::disallowed_methods, reason = "tests read the environment and the clock; the product does not")]

mod account_pages;
mod admin;
mod blobs;
mod chaos;
mod cli;
mod client_auth;
mod client_proofs;
mod contacts;
mod data_api;
mod demo;
mod deploy;
mod docs;
mod doctor;
mod ephemeral;
mod events;
mod fuzz_corpus;
mod gates;
mod house;
mod interop;
mod jobs;
mod journey;
mod limits;
mod media;
mod outbox;
mod parts;
mod protocol;
mod recovery;
mod registering;
mod security;
mod sender;
mod serve;
mod stores;
mod support;
mod tables;
mod verification;
