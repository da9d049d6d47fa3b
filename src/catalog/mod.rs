//! The tables of the house: claims, scopes, contexts, events, badges, messages. Data only; no rule of OAuth is known here.

pub mod badges;
pub mod claims;
pub mod contexts;
pub mod countries;
pub mod events;
pub mod messages;
pub mod retention;
pub mod scopes;
pub mod values;

pub use badges::{BADGES, Badge};
pub use claims::{CLAIMS, Claim, Line, Sensitivity, Source, ValueType};
pub use contexts::{CONTEXTS, Context};
pub use events::{EVENTS, Event, SeenBy};
pub use messages::{MESSAGES, Message};
pub use retention::{Kept, RETENTION};
pub use scopes::{SCOPES, Scope, Who};
pub use values::{Address, Problem, check_value};
