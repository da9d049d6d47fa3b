//! The authorization request, from its parameters to its reply (RFC 6749 §4.1, OIDC Core §3.1.2).

pub mod next_step;
pub mod reply;
pub mod request;
pub mod response_type;

pub use next_step::{Approved, Step, next};
pub use reply::{Fields, Reply, ReplyTo};
pub use request::{AuthorizationRequest, Rejection, Way, read};
pub use response_type::ResponseType;
