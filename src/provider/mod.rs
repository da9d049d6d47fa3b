//! What you let others see: the OpenID Provider at work.

pub mod access;
pub mod authorization;
pub mod backchannel_logout;
pub mod client_auth;
pub mod client_documents;
pub mod client_keys;
pub mod clients;
pub mod consent;
pub mod discovery;
pub mod grant_types;
pub mod grants;
pub mod initial_tokens;
pub mod interaction;
pub mod introspection;
pub mod issue;
pub mod keys;
pub mod logos;
pub mod logout;
pub mod registration;
pub mod respond;
pub mod revocation;
pub mod session_state;
pub mod supported;
pub mod token;
pub mod tokens;
pub mod userinfo;
