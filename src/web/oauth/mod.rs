//! The endpoints that the standards define.

pub mod authorize;
pub mod backchannel;
pub mod device;
pub mod documents;
pub mod interaction;
pub mod logout;
pub mod token;
pub mod userinfo;
