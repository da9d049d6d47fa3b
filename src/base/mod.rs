//! Words that every room uses; knows nothing of the domain.

pub mod fault;
pub mod id;
pub mod page;
pub mod random;
pub mod seal;
pub mod secret;
pub mod text;
pub mod time;
pub mod url;

pub use fault::Fault;
pub use id::Id;
pub use random::Random;
pub use secret::{Digest, Secret};
pub use time::{Clock, Seconds, Time};
