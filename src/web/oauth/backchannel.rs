//! The backchannel authentication endpoint (CIBA §7), and in development mode the one that answers for people.

use poem::Response;
use poem::http::StatusCode;

use crate::error::{Denied, Error};
use crate::provider::{approvals, backchannel};
use crate::web::answer;
use crate::web::call::Call;
use crate::web::oauth::token::authenticate;

pub async fn authorize(mut call: Call) -> Result<Response, Error> {
    let (client, params) = authenticate(&mut call, "token").await?;
    answer::json(&backchannel::begin(&call.app, &client, &params, call.visit.origin()).await?)
}

/// For conformance runs, which have nobody to ask. In production there is no such endpoint.
pub async fn stand_in(call: Call) -> Result<Response, Error> {
    let allows = match call.path("action") {
        "allow" => true,
        "deny" => false,
        _ => return Err(Denied::NotFound.into()),
    };
    approvals::stand_in(&call.app, call.path("auth_req_id"), allows).await?;
    Ok(Response::builder().status(StatusCode::NO_CONTENT).finish())
}
