//! What a client says of its backchannel requests (CIBA §4).

use crate::base::url;
use crate::oauth::backchannel::{DELIVERY_MODES, GRANT_TYPE, is_pinged};
use crate::oauth::profile::Profile;
use crate::oauth::{Client, Error, redirect_uri};

/// # Errors
/// `invalid_client_metadata`.
pub(super) fn check(client: &Client, rules: &Profile) -> Result<(), Error> {
    let bad = |what: &'static str| Err(Error::invalid_client_metadata(what));
    let mode = client.backchannel_token_delivery_mode.as_deref();
    if mode.is_some_and(|mode| !DELIVERY_MODES.contains(&mode)) {
        return bad("backchannel_token_delivery_mode must be poll or ping");
    }
    let endpoint = client.backchannel_client_notification_endpoint.as_deref();
    if endpoint.is_some_and(|uri| uri.len() > redirect_uri::MOST_BYTES || url::web(uri).is_none()) {
        return bad("backchannel_client_notification_endpoint must be an https URL");
    }
    if is_pinged(client) && endpoint.is_none() {
        return bad("the delivery mode ping needs a backchannel_client_notification_endpoint");
    }
    let alg = client.backchannel_authentication_request_signing_alg.as_deref();
    if alg.is_some_and(|alg| !rules.algs.contains(&alg)) {
        return bad("backchannel_authentication_request_signing_alg is not supported");
    }
    if alg.is_some() && client.jwks.is_none() && client.jwks_uri.is_none() {
        return bad("signed backchannel requests need jwks or jwks_uri");
    }
    if client.has_grant_type(GRANT_TYPE) && client.is_public() {
        return bad("a client without credentials cannot ask people by the backchannel");
    }
    Ok(())
}
