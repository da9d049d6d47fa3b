//! The registration endpoint (RFC 7591 §3) and the client configuration endpoint (RFC 7592 §2).

use poem::Response;
use poem::http::StatusCode;
use serde_json::Value;

use crate::base::id::ClientId;
use crate::error::{Denied, Error};
use crate::oauth;
use crate::provider::registration;
use crate::web::answer;
use crate::web::call::Call;
use crate::web::error;
use crate::web::oauth::userinfo::in_header;

/// Where nobody may register there is no such address.
fn must_be_on(call: &Call) -> Result<(), Error> {
    if registration::is_on(&call.app) { Ok(()) } else { Err(Denied::NotFound.into()) }
}

/// Registers a client.
pub async fn register(mut call: Call) -> Result<Response, Error> {
    must_be_on(&call)?;
    let token = in_header(&call)?;
    if token.is_none() && registration::needs_token(&call.app) {
        return Err(error::no_token());
    }
    let document = call.json_object().await?;
    let told = registration::register(&call.app, token.as_deref(), document, call.visit.origin()).await?;
    let mut response = answer::json(&told)?;
    response.set_status(StatusCode::CREATED);
    Ok(response)
}

/// Whose registration it is, and the token that was shown for it.
fn managed(call: &Call) -> Result<(ClientId, String), Error> {
    must_be_on(call)?;
    let token = in_header(call)?.ok_or_else(error::no_token)?;
    Ok((ClientId::from(call.path("client_id")), token))
}

/// Tells a client how it is registered.
pub async fn read(call: Call) -> Result<Response, Error> {
    let (id, token) = managed(&call)?;
    answer::json(&registration::read(&call.app, &id, &token).await?)
}

/// Replaces what a client has said of itself.
pub async fn update(mut call: Call) -> Result<Response, Error> {
    let (id, token) = managed(&call)?;
    let document = call.json_object().await?;
    let told: Value = match registration::update(&call.app, &id, &token, document, call.visit.origin()).await {
        Err(Error::Denied(Denied::Conflict(_))) => {
            let why = "the registration was changed at the same moment; read it and try again";
            return Err(oauth::Error::invalid_client_metadata(why).into());
        }
        outcome => outcome?,
    };
    answer::json(&told)
}

/// Ends a registration.
pub async fn remove(call: Call) -> Result<Response, Error> {
    let (id, token) = managed(&call)?;
    registration::remove(&call.app, &id, &token, call.visit.origin()).await?;
    Ok(Response::builder().status(StatusCode::NO_CONTENT).finish())
}
