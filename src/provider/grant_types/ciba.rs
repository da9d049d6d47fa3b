//! CIBA §10.1: a client asks whether the person whom it named has decided, and gets tokens once.

use crate::app::App;
use crate::error::Error;
use crate::oauth::polling as rules;
use crate::provider::grant_types::Request;
use crate::provider::issue::Issue;
use crate::provider::{backchannel, polling, tokens};
use crate::store::database::backchannel::QuestionState;

/// # Errors
/// `authorization_pending` and `slow_down` while nothing is decided, `access_denied`, `expired_token`; `invalid_grant`
/// for an `auth_req_id` that is unknown, another client's, or redeemed.
pub async fn redeem(app: &App, request: &Request<'_>) -> Result<Issue, Error> {
    let text = request.params.require("auth_req_id")?;
    let id = tokens::open_polled(app, &backchannel::KIND, text).ok_or_else(polling::refusal)?;
    if let Some(issue) = polling::redeem(app, request, id).await? {
        return Ok(issue);
    }
    let Some(row) = backchannel::find(app, id).await? else { return Err(rules::expired().into()) };
    if row.client_id != request.client.id {
        return Err(polling::refusal().into());
    }
    match row.state {
        QuestionState::Denied => Err(rules::denied().into()),
        _ if row.expires_at <= app.now() => Err(rules::expired().into()),
        // Approved between the two readings: the next question finds it.
        QuestionState::Pending | QuestionState::Approved => Err(polling::pending(app, id).await?.into()),
    }
}
