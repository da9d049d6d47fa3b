//! `Authentication`: who signed in, when and how (`auth_time`, `acr`, `amr`; OIDC Core §2).

use serde::{Deserialize, Serialize};

use crate::base::Time;
use crate::base::id::{AccountId, SessionId};

/// A person who has signed in with this browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authentication {
    pub account: AccountId,
    pub session: SessionId,
    /// When the person last proved who they are.
    pub auth_time: Time,
    /// The authentication context class that was reached.
    pub acr: String,
    /// The methods that were used (RFC 8176).
    pub amr: Vec<String>,
}

impl Authentication {
    /// Whether the person proved who they are at or after `began`.
    pub fn is_since(&self, began: Time) -> bool {
        self.auth_time >= began
    }
}

/// The place of an authentication context class in `order`, weakest first; `None` for one that is not ours.
pub fn strength(order: &[&str], acr: &str) -> Option<usize> {
    order.iter().position(|a| *a == acr)
}

/// Whether `reached` is `wanted` or stronger by `order`, weakest first; equal names always fit.
pub fn reaches(order: &[&str], reached: &str, wanted: &str) -> bool {
    match (strength(order, reached), strength(order, wanted)) {
        (Some(reached), Some(wanted)) => reached >= wanted,
        _ => reached == wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oidc_core_s2_acr_strength() {
        let order = ["one", "two"];
        for (reached, wanted, fits) in
            [("one", "one", true), ("two", "one", true), ("one", "two", false), ("one", "x", false), ("x", "x", true)]
        {
            assert_eq!(reaches(&order, reached, wanted), fits, "{reached} {wanted}");
        }
    }
}
