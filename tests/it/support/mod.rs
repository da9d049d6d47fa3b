//! What tests stand on: real stores, a running wallet, people and platforms.
#![allow(dead_code, reason = "each area uses its own part of this")]

pub mod apps;
pub mod axe;
pub mod bad_files;
pub mod browser;
pub mod certificates;
pub mod cookies;
pub mod database;
pub mod desk;
pub mod documents;
pub mod films;
pub mod form;
pub mod hand;
pub mod letters;
pub mod parts;
pub mod person;
pub mod photos;
pub mod platform;
pub mod proofs;
pub mod registrant;
pub mod relying_party;
pub mod seeded;
pub mod server;
pub mod site;
pub mod verified;
pub mod withdrawal;

use std::time::Duration;
use std::time::Instant;

/// Asks again until `look` finds something; panics with `what` after `limit`.
pub async fn eventually<T>(what: &str, limit: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(start.elapsed() < limit, "{what}: not within {limit:?}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// A name nobody else has: the prefix and sixteen random hexadecimal digits.
pub fn unique(prefix: &str) -> String {
    format!("{prefix}{:016x}", rand::random::<u64>())
}

/// Random text of the base64url alphabet: for `state`, `nonce` and PKCE verifiers (RFC 7636 §4.1).
pub fn random_text() -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}
