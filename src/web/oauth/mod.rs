//! The endpoints that the standards define.

pub mod authorize;
pub mod documents;
pub mod grants;
pub mod interaction;
pub mod logout;
pub mod pushed;
pub mod token;
pub mod userinfo;
