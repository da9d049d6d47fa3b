//! Well-known documents: metadata (OIDC Discovery §4, RFC 8414 §3) and keys (RFC 7517 §5).

use poem::Response;

use crate::error::Error;
use crate::provider::{discovery, keys};
use crate::web::answer;
use crate::web::call::Call;

pub async fn metadata(call: Call) -> Result<Response, Error> {
    Ok(answer::json_bytes(discovery::document(&call.app)))
}

pub async fn jwks(call: Call) -> Result<Response, Error> {
    Ok(answer::json_bytes(keys::jwks(&call.app).await?))
}
