//! Who you are: accounts, their addresses, passwords and sessions.

pub mod bounces;
mod challenge;
pub mod confirm;
mod contact_changes;
pub mod contacts;
mod guard;
mod notice;
mod open;
pub mod password;
pub mod recovery;
pub mod register;
pub mod reports;
pub mod sealing;
pub mod sessions;
pub mod settings;
pub mod sign_in;
mod sign_out;
mod summary;

pub use self::guard::KEPT as COUNTS_KEPT;
pub use self::notice::{Wake, address, notify, notify_kept, write_to};
pub use self::open::{NewAccount, Opening, create, open, prepare};
pub use self::sealing::load_key as person_key;
pub use self::sessions::Session;
pub use self::sign_out::tell_of_stop;
pub use self::summary::{Summary, summary};
