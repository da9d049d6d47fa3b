//! The modules: what the suite asks, once for all the variants that list it.

pub mod assertion;
pub mod backchannel;
pub mod backchannel_object;
pub mod dpop;
pub mod flow;
pub mod par;
pub mod ping;
pub mod request_object;
pub mod token;
