//! The endpoints that the standards define.

pub mod authorize;
pub mod backchannel;
pub mod check_session;
pub mod device;
pub mod documents;
pub mod grants;
pub mod interaction;
pub mod logout;
pub mod protected;
pub mod pushed;
pub mod register;
pub mod ssf;
pub mod token;
pub mod userinfo;
