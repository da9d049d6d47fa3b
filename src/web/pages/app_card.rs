//! A platform as pages show it: its name, its domain, how much is known of it.

use url::Url;

use crate::base::url::registrable_domain;
use crate::oauth::Client;
use crate::oauth::redirect_uri;
use crate::web::view::{AppCard, Standing};

/// The card of a client.
pub fn of(client: &Client) -> AppCard {
    let standing = match (client.domain_verified_at, client.is_self_registered) {
        (Some(_), _) => Standing::Verified,
        (None, true) => Standing::SelfRegistered,
        (None, false) => Standing::Unverified,
    };
    let host = redirect_uri::hosts(&client.redirect_uris).into_iter().next();
    // A client that nobody returns to (a device, a service) is known by its own page, else by its identifier.
    let own = || {
        let page = client.client_uri.as_deref().and_then(crate::base::url::web);
        page.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| client.id.to_string())
    };
    let host = host.unwrap_or_else(|| client.redirect_uris.first().map_or_else(own, |uri| scheme(uri)));
    let host = if standing == Standing::Verified { registrable_domain(&host).to_owned() } else { host };
    // A picture is shown from a copy of ours alone, never from where the client keeps it.
    AppCard { name: client.display_name().to_owned(), host, standing, logo: None }
}

/// For an answer to a client that is not looked up: its address says who it is.
pub fn nameless(origin: &str) -> AppCard {
    AppCard { name: origin.to_owned(), host: origin.to_owned(), standing: Standing::Unverified, logo: None }
}

/// The client's own page, where it has one that may be linked to.
pub fn href(client: &Client) -> Option<String> {
    link(client.client_uri.as_deref())
}

/// An address that a page may link to.
pub fn link(uri: Option<&str>) -> Option<String> {
    crate::base::url::web(uri?).map(String::from)
}

fn scheme(uri: &str) -> String {
    Url::parse(uri).map_or(String::new(), |url| format!("{}:", url.scheme()))
}
