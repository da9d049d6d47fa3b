//! RFC 8628 §3.4: a device asks whether its person has decided, and gets tokens once.

use crate::app::App;
use crate::error::Error;
use crate::oauth::polling as rules;
use crate::provider::grant_types::Request;
use crate::provider::issue::Issue;
use crate::provider::{device, polling, tokens};

/// # Errors
/// `authorization_pending` and `slow_down` while nothing is decided, `access_denied`, `expired_token`; `invalid_grant`
/// for a code that is unknown, another client's, or redeemed.
pub async fn redeem(app: &App, request: &Request<'_>) -> Result<Issue, Error> {
    let text = request.params.require("device_code")?;
    let id = tokens::open_polled(app, &tokens::DEVICE, text).ok_or_else(polling::refusal)?;
    if let Some(issue) = polling::redeem(app, request, id).await? {
        return Ok(issue);
    }
    // Nobody said yes. A device that is not known any more may start again.
    let Some(waiting) = device::find(app, id).await? else { return Err(rules::expired().into()) };
    if waiting.request.client != request.client.id {
        return Err(polling::refusal().into());
    }
    if waiting.is_denied {
        return Err(rules::denied().into());
    }
    Err(polling::pending(app, id).await?.into())
}
