//! The device authorization endpoint (RFC 8628 §3.1).

use poem::Response;

use crate::error::Error;
use crate::provider::device;
use crate::web::answer;
use crate::web::call::Call;
use crate::web::oauth::token::authenticate;

pub async fn authorization(mut call: Call) -> Result<Response, Error> {
    let (client, params) = authenticate(&mut call, "token").await?;
    answer::json(&device::begin(&call.app, &client, &params, call.visit.origin()).await?)
}
