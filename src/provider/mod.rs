//! What you let others see: the OpenID Provider at work.

pub mod access;
pub mod authorization;
pub mod client_auth;
pub mod client_keys;
pub mod clients;
pub mod consent;
pub mod discovery;
pub mod envelope;
pub mod grant_management;
pub mod grant_types;
pub mod grants;
pub mod interaction;
pub mod introspection;
pub mod issue;
pub mod keys;
pub mod logout;
pub mod parameters;
pub mod pushed;
pub mod resources;
pub mod respond;
pub mod revocation;
pub mod supported;
pub mod token;
pub mod tokens;
pub mod userinfo;
