//! The standards, case by case, through the doors; files and tests are named after the sections.

mod bad_input;
mod ciba;
mod client_id_metadata;
mod conformance;
mod consent;
mod cors_and_limits;
mod discovery;
mod grant_management;
mod log;
mod logout;
mod metadata_truth;
mod metrics;
mod oidc_backchannel_logout;
mod oidc_core_authentication;
mod oidc_core_response_types;
pub mod oidc_core_userinfo;
mod oidc_frontchannel_logout;
pub mod oidc_identity_assurance;
mod oidc_session_management;
mod oidc_userinfo_jwt;
mod parties;
mod rfc6749_authorization;
mod rfc6749_token;
mod rfc7009_rfc7662;
mod rfc7516_encryption;
mod rfc7523_jwt_bearer;
mod rfc7591_registration;
mod rfc7592_management;
mod rfc8628_device;
mod rfc8693_token_exchange;
mod rfc8705_mtls;
mod rfc8707_resources;
mod rfc9068_access_tokens;
mod rfc9101_request_objects;
mod rfc9126_pushed_requests;
mod rfc9396_authorization_details;
mod rfc9449_dpop;
mod rfc9470_step_up;
mod rfc9701_introspection;
mod rfc9728_resource_metadata;

use url::Url;

use crate::support::person::{Answers, Landing, Person};
use crate::support::platform::{Attempt, Method, NewClient, Platform};
use crate::support::server::Server;

/// Where an authorization request must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// On a page of ours that shows this error to the developer; nothing goes to the client.
    Page(&'static str),
    /// At the client, with this error, its `state` and our `iss`.
    Client(&'static str),
    /// At the client with a code.
    Code,
}

/// A platform with credentials, and a person who is signed in.
pub async fn pair() -> (Platform, Person) {
    let server = Server::shared().await;
    (Platform::at(server, &NewClient::new(Method::Basic)).await, Person::signed_up(server).await)
}

/// A platform.
pub async fn platform(client: &NewClient) -> Platform {
    Platform::at(Server::shared().await, client).await
}

/// Walks a request to its end and checks that it is the right one.
pub async fn must_end(person: &mut Person, platform: &Platform, attempt: &Attempt, ends: Ends, what: &str) {
    match (person.walk(attempt.url.as_str(), &Answers::allow()).await, ends) {
        (Landing::Page(page), Ends::Page(error)) => {
            assert_eq!(page.status, 400, "{what}");
            assert!(page.text().contains(error), "{what}: {}", page.text());
            assert!(page.header("location").is_none() && page.header("refresh").is_none(), "{what}");
        }
        (Landing::Away(url), Ends::Client(error)) => {
            let got = answers(&url);
            assert_eq!(got("error").as_deref(), Some(error), "{what}: {url}");
            assert_eq!(got("iss").as_deref(), Some(platform.issuer.as_str()), "{what}: RFC 9207 §2");
            assert!(got("code").is_none() && url.fragment().is_none(), "{what}: {url}");
            let is_printable = |c: char| matches!(c, '\x20'..='\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e');
            let why = got("error_description").unwrap_or_default();
            assert!(!why.is_empty() && why.chars().all(is_printable), "{what}: {why}");
            if attempt.url.query_pairs().any(|(name, value)| name == "state" && value == attempt.state) {
                assert_eq!(got("state").as_deref(), Some(attempt.state.as_str()), "{what}");
            }
        }
        (Landing::Away(url), Ends::Code) => assert!(platform.code(attempt, &url).len() > 32, "{what}"),
        (landing, ends) => panic!("{what}: {ends:?} was expected, not {landing:?}"),
    }
}

/// The parameters that came back.
pub fn answers(url: &Url) -> impl Fn(&str) -> Option<String> + use<> {
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    move |name| pairs.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone())
}
