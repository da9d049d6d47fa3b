//! Requests that are signed as Standard Webhooks says, by us and by those who call us.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::base::secret::same;
use crate::base::{Seconds, Time};

/// How far the clock of a caller may be from ours.
pub const MOST_APART: Seconds = Seconds::minutes(5);

/// The identifier and the time are signed with the body, so that neither can be exchanged.
pub fn signature(key: &[u8], id: &str, timestamp: &str, body: &str) -> String {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// When a call was made that is signed by our key, and of now; `None` for any other. `signatures` may be several, with
/// spaces between them.
pub fn read(key: &[u8], now: Time, id: &str, timestamp: &str, signatures: &str, body: &str) -> Option<Time> {
    let at = timestamp.parse::<i64>().ok().filter(|at| now.unix().abs_diff(*at) <= MOST_APART.0.unsigned_abs())?;
    let ours = signature(key, id, timestamp, body);
    signatures.split(' ').any(|given| same(given.as_bytes(), ours.as_bytes())).then(|| Time::from_unix(at))
}
