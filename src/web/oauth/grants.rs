//! The Grant Management endpoint: one grant at a time, by the client that it was given to.

use poem::Response;
use poem::http::StatusCode;

use crate::base::id::GrantId;
use crate::error::Error;
use crate::oauth;
use crate::provider::grant_management;
use crate::web::answer;
use crate::web::call::Call;
use crate::web::oauth::protected;

/// There is no list of grants: a client asks about those whose identifier it keeps.
pub async fn index(call: Call) -> Result<Response, Error> {
    protected::access(&call).await?;
    Err(oauth::Error::invalid_request("name one grant: /grants/ and the grant_id of the token response").into())
}

pub async fn query(call: Call) -> Result<Response, Error> {
    let access = protected::access(&call).await?;
    answer::json(&grant_management::query(&call.app, access, call.id::<GrantId>("id")?).await?)
}

pub async fn revoke(call: Call) -> Result<Response, Error> {
    let access = protected::access(&call).await?;
    grant_management::revoke(&call.app, access, call.id::<GrantId>("id")?, call.visit.origin()).await?;
    Ok(Response::builder().status(StatusCode::NO_CONTENT).finish())
}
