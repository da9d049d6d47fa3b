//! RFC 6749 §4.4: a token for the client itself. Nothing is written; the token's own seal is all there is of it.

use std::sync::Arc;

use crate::app::App;
use crate::error::Error;
use crate::oauth::{self, Scope};
use crate::provider::grant_types::Request;
use crate::provider::issue::Issue;
use crate::provider::supported::supported;

/// # Errors
/// `unauthorized_client` for a client without credentials, `invalid_scope` for a scope that is not its own.
pub async fn redeem(_: &App, request: &Request<'_>) -> Result<Issue, Error> {
    let client = request.client;
    if client.is_public() {
        return Err(oauth::Error::unauthorized_client("a client without credentials cannot act for itself").into());
    }
    let own = client.scope.filter(|name| supported().scope(name).is_some_and(|s| s.is_for_clients));
    let scope = match request.params.get("scope") {
        None => own,
        Some(text) => {
            let asked = Scope::read(text)?;
            if !asked.is_within(&own) {
                return Err(oauth::Error::invalid_scope("scope has a value that this client has not by itself").into());
            }
            asked
        }
    };
    Ok(Issue::Client { client: Arc::clone(client.registered()), scope, binding: request.binding.cloned() })
}
