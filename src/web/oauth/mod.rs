//! The endpoints that the standards define.

pub mod authorize;
pub mod check_session;
pub mod documents;
pub mod interaction;
pub mod logout;
pub mod pushed;
pub mod register;
pub mod token;
pub mod userinfo;
