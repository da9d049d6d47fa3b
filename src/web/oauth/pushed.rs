//! The pushed authorization request endpoint (RFC 9126).

use poem::Response;
use poem::http::StatusCode;

use crate::error::Error;
use crate::provider::pushed;
use crate::web::answer;
use crate::web::call::Call;
use crate::web::oauth::token::authenticate;

/// Takes a request in; the answer is 201 (RFC 9126 §2.2).
pub async fn push(mut call: Call) -> Result<Response, Error> {
    let (client, params) = authenticate(&mut call, "par").await?;
    let mut response = answer::json(&pushed::push(&call.app, &client, params).await?)?;
    response.set_status(StatusCode::CREATED);
    Ok(response)
}
