//! The endpoints that the standards define.

pub mod authorize;
pub mod documents;
pub mod interaction;
pub mod logout;
pub mod protected;
pub mod token;
pub mod userinfo;
