//! The authorization request, from its parameters to its reply (RFC 6749 §4.1, OIDC Core §3.1.2).

pub mod next_step;
pub mod polled;
pub mod reply;
pub mod request;

pub use next_step::{Approved, Step, next};
pub use polled::Polled;
pub use reply::{Reply, ReplyTo};
pub use request::{AuthorizationRequest, Rejection, read};
