//! The standards as pure functions: no I/O, no async, no clock of their own.

pub mod authentication;
pub mod authorization;
pub mod authorization_details;
pub mod backchannel;
pub mod claims_request;
pub mod client;
pub mod client_auth;
pub mod device;
pub mod error;
pub mod grant;
pub mod grant_management;
pub mod jwt_answers;
pub mod pairwise_id;
pub mod params;
pub mod pkce;
pub mod polling;
pub mod profile;
pub mod prompt;
pub mod redirect_uri;
pub mod registration;
pub mod request_object;
pub mod resource;
pub mod scope;
pub mod sender;
pub mod step_up;
pub mod subject;
pub mod supported;
pub mod token_exchange;

pub use authentication::Authentication;
pub use client::Client;
pub use error::{Code, Error};
pub use grant::Grant;
pub use params::Params;
pub use scope::Scope;
pub use sender::Binding;
pub use supported::Supported;
