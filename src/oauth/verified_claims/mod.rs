//! `verified_claims`: what is asked for, and how much of what is held answers it (OpenID Connect for Identity Assurance
//! 1.0 §5).
//!
//! [`read`] takes a request in, [`answer`] filters what is held by it. Both follow one table, [`shape::VERIFICATION`].
//! In a grant, on the consent page and in the trail each claim has a name of its own ([`name_of`]), like any other.

mod filter;
mod request;
mod shape;

pub use self::filter::{Answered, Held, answer};
pub use self::request::{Asked, Element, of_scope, read, within};

/// The member of `claims.userinfo` and `claims.id_token`, and of what they answer.
pub const MEMBER: &str = "verified_claims";

/// What a grant calls the details of the document, which a person allows beside the claims that were read off it.
pub const EVIDENCE: &str = "verification.evidence";

const PREFIX: &str = "verified_claims.";

/// What a grant calls a claim inside of `verified_claims`.
pub fn name_of(claim: &str) -> String {
    format!("{PREFIX}{claim}")
}

/// The claim inside of `verified_claims` that has this name in a grant.
pub fn claim_of(name: &str) -> Option<&str> {
    name.strip_prefix(PREFIX)
}

/// Whether a name of a grant is about `verified_claims`. No request asks for it by that name.
pub fn is_part(name: &str) -> bool {
    name == MEMBER || name == EVIDENCE || name.starts_with(PREFIX)
}

#[cfg(test)]
mod tests;
