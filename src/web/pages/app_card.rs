//! A platform as pages show it: its name, its domain, how much is known of it.

use url::Url;

use crate::base::url::registrable_domain;
use crate::oauth::Client;
use crate::oauth::redirect_uri;
use crate::oauth::registration;
use crate::provider::logos;
use crate::web::view::{AppCard, Standing};

/// The card of a client.
pub fn of(client: &Client) -> AppCard {
    let standing = match (client.domain_verified_at, client.is_self_registered) {
        (Some(_), _) => Standing::Verified,
        (None, true) => Standing::SelfRegistered,
        (None, false) => Standing::Unverified,
    };
    let host = redirect_uri::hosts(&client.redirect_uris).into_iter().next();
    let host = host.unwrap_or_else(|| client.redirect_uris.first().map_or(String::new(), |uri| scheme(uri)));
    // Of a client that is known by its own document, the address of that is what is certain.
    let host = if registration::is_document_url(client.id.as_str()) { document_host(client) } else { host };
    let host = if standing == Standing::Verified { registrable_domain(&host).to_owned() } else { host };
    AppCard {
        name: client.display_name().to_owned(),
        host,
        standing,
        logo: logos::href(client),
        policy: link(client.policy_uri.as_deref()),
        terms: link(client.tos_uri.as_deref()),
    }
}

/// For an answer to a client that is not looked up: its address says who it is.
pub fn nameless(origin: &str) -> AppCard {
    let (name, host) = (origin.to_owned(), origin.to_owned());
    AppCard { name, host, standing: Standing::Unverified, logo: None, policy: None, terms: None }
}

/// The client's own page, where it has one that may be linked to.
pub fn href(client: &Client) -> Option<String> {
    link(client.client_uri.as_deref())
}

/// An address that a page may link to.
pub fn link(uri: Option<&str>) -> Option<String> {
    crate::base::url::web(uri?).map(String::from)
}

fn document_host(client: &Client) -> String {
    Url::parse(client.id.as_str()).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

fn scheme(uri: &str) -> String {
    Url::parse(uri).map_or(String::new(), |url| format!("{}:", url.scheme()))
}
