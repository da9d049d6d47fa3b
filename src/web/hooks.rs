//! Calls of outside services that work for the house, each signed (Standard Webhooks).

use poem::Response;
use poem::http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::accounts::bounces::{self, Bounce};
use crate::accounts::reports::{self, Name, State};
use crate::base::{Secret, Time};
use crate::config::sms_key;
use crate::error::{Denied, Error};
use crate::outbound::webhook;
use crate::wallet::verification::service::{self, Answer};
use crate::wallet::verification::{Failure, Refusal};
use crate::web::call::Call;
use crate::web::problem::{self, Problem};

fn tell(call: &Call, code: &'static str, detail: &'static str) -> Response {
    problem::answer(&Problem::new(code, detail), &call.visit)
}

fn done() -> Response {
    Response::builder().status(StatusCode::NO_CONTENT).finish()
}

fn unsigned(call: &Call) -> Response {
    tell(call, "invalid_signature", "the call is not signed by our key, or late")
}

/// What a service that signs under `secret` says, and when; nobody is heard where there is none.
async fn hear<T: DeserializeOwned>(
    call: &mut Call,
    secret: Option<&Secret<String>>,
) -> Result<Result<(T, Time), Response>, Error> {
    let body = call.text_body().await?;
    let key = secret.and_then(|secret| sms_key(secret.expose())).ok_or(Denied::NotFound)?;
    let header = |name: &str| call.header(name).unwrap_or_default();
    let (id, at, signed) = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
    let Some(at) = webhook::read(&key, call.app.now(), id, at, signed, &body) else { return Ok(Err(unsigned(call))) };
    match serde_json::from_str(&body) {
        Ok(told) => Ok(Ok((told, at))),
        Err(_) => Ok(Err(tell(call, "invalid_parameter", "the body is not the JSON that is told here"))),
    }
}

/// `POST /hooks/verification`: the decision of the service that checks identity documents.
pub async fn verification(mut call: Call) -> Result<Response, Error> {
    let body = call.text_body().await?;
    let header = |name: &str| call.header(name).unwrap_or_default().to_owned();
    let (id, at, signed) = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
    match service::is_from_it(&call.app, &id, &at, &signed, &body) {
        None => return Err(Denied::NotFound.into()),
        Some(false) => return Ok(unsigned(&call)),
        Some(true) => {}
    }
    let Ok(answer) = serde_json::from_str::<Answer>(&body) else {
        return Ok(tell(&call, "invalid_parameter", "the body is not the JSON of a decision"));
    };
    match service::hear(&call.app, answer).await {
        Ok(_) => Ok(done()),
        Err(Failure::Refused(Refusal::Purged)) => Ok(tell(&call, "verification_state_conflict", "it is purged")),
        Err(Failure::Refused(_)) => {
            Ok(tell(&call, "verification_state_conflict", "the case does not wait for this decision"))
        }
        Err(Failure::Error(Error::Denied(Denied::Invalid(_)))) => {
            Ok(tell(&call, "invalid_parameter", "outcome or reasons are not of those that there are"))
        }
        Err(Failure::Error(error)) => Err(error),
    }
}

#[derive(Deserialize)]
struct Bounced {
    recipient: String,
    event: String,
}

/// `POST /hooks/mail`: a mail came back.
pub async fn mail(mut call: Call) -> Result<Response, Error> {
    let secret = call.app.config.mail.hook_secret.clone();
    let (told, at): (Bounced, Time) = match hear(&mut call, secret.as_ref()).await? {
        Ok(told) => told,
        Err(response) => return Ok(response),
    };
    let Ok(bounce) = told.event.parse::<Bounce>() else {
        return Ok(tell(&call, "invalid_parameter", "event is neither hard_bounce nor soft_bounce"));
    };
    match bounces::hear(&call.app, bounce, &told.recipient, at).await {
        Ok(()) => Ok(done()),
        Err(Error::Denied(Denied::Invalid(_))) => Ok(tell(&call, "invalid_parameter", "recipient is no mail address")),
        Err(error) => Err(error),
    }
}

#[derive(Deserialize)]
struct Reported {
    id: Option<String>,
    message_id: Option<String>,
    state: String,
    code: Option<String>,
}

/// `POST /hooks/sms`: what became of a text message.
pub async fn sms(mut call: Call) -> Result<Response, Error> {
    let secret = call.app.config.sms.secret.clone().filter(|_| call.app.sms.has_gateway());
    let (told, _): (Reported, Time) = match hear(&mut call, secret.as_ref()).await? {
        Ok(told) => told,
        Err(response) => return Ok(response),
    };
    let Ok(state) = told.state.parse::<State>() else {
        return Ok(tell(&call, "invalid_parameter", "state is none of queued, sent, delivered and failed"));
    };
    let name = match (told.id, told.message_id) {
        (Some(id), _) => Name::Own(id.parse().map_err(|_| Error::Denied(Denied::NotFound))?),
        (None, Some(id)) => Name::Gateways(id),
        (None, None) => return Ok(tell(&call, "invalid_parameter", "id or message_id is needed")),
    };
    reports::hear(&call.app, name, state, told.code.as_deref()).await?;
    Ok(done())
}
