//! What each module of the suite demands. Its name is the suite's, with underscores and without `oidcc-`.

pub mod ekyc;
pub mod endings;
pub mod flow;
pub mod parameters;
pub mod registration;
pub mod request_object;
pub mod session;
pub mod token;
pub mod userinfo;
