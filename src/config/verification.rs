//! `[verification]`: who looks at identity documents, and how long their pictures are kept.

use serde::Deserialize;
use url::Url;

use super::read;
use crate::base::{Seconds, Secret};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verification {
    pub service: Service,
    #[serde(deserialize_with = "read::optional")]
    pub url: Option<Url>,
    #[serde(deserialize_with = "read::optional_secret")]
    pub secret: Option<Secret<String>>,
    pub two_person: TwoPerson,
    pub min_age: u32,
    pub attempts_day: u32,
    pub attempts_month: u32,
    pub picture_bytes: u64,
    pub picture_side: u32,
    #[serde(deserialize_with = "read::seconds")]
    pub keep_approved: Seconds,
    #[serde(deserialize_with = "read::seconds")]
    pub keep_rejected: Seconds,
    #[serde(deserialize_with = "read::seconds")]
    pub keep_fraud: Seconds,
    #[serde(deserialize_with = "read::seconds")]
    pub keep_abandoned: Seconds,
}

/// Who looks first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// The reviewers of this house.
    Desk,
    /// An outside service.
    Http,
}

/// When two reviewers must agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TwoPerson {
    Off,
    HighRisk,
    Always,
}

/// What makes no sense: what it is, and how to mend it.
pub(super) fn problems(verification: &Verification) -> Vec<(&'static str, &'static str)> {
    let is_http = verification.service == Service::Http;
    let key = verification.secret.as_ref().map(|secret| read::sms_key(secret.expose()));
    let mut found = Vec::new();
    if is_http && (verification.url.is_none() || verification.secret.is_none()) {
        found.push((
            "verification.service is http, and verification.url or verification.secret is missing",
            "Set both, or choose the desk.",
        ));
    }
    if key.is_some_and(|key| key.is_none()) {
        found.push((
            "verification.secret is too short for a key",
            "Take 32 random bytes or more, as text or as whsec_ and base64.",
        ));
    }
    if verification.attempts_day == 0 || verification.attempts_month < verification.attempts_day {
        found.push((
            "verification.attempts_day and verification.attempts_month let nobody begin",
            "Allow at least one try a day, and no fewer in a month.",
        ));
    }
    let largest = 1 << 26;
    if !(1..=largest).contains(&verification.picture_bytes) || verification.picture_side > 4000 {
        found.push((
            "verification.picture_bytes or verification.picture_side lets no picture in",
            "Allow at most 64 MiB, and ask for at most 4000 pixels.",
        ));
    }
    let kept =
        [verification.keep_approved, verification.keep_rejected, verification.keep_fraud, verification.keep_abandoned];
    if kept.iter().any(|kept| *kept > Seconds::days(180)) {
        found.push((
            "verification.keep_… keeps pictures of documents for longer than 180d",
            "Shorten it: what is not there cannot be lost.",
        ));
    }
    found
}
