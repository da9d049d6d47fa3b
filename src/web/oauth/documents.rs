//! Well-known documents: metadata (OIDC Discovery §4, RFC 8414 §3, RFC 9728 §3) and keys (RFC 7517 §5).

use poem::Response;

use crate::error::{Denied, Error};
use crate::provider::supported::supported;
use crate::provider::{discovery, keys, protected};
use crate::web::answer;
use crate::web::call::Call;

pub async fn metadata(call: Call) -> Result<Response, Error> {
    Ok(answer::json_bytes(discovery::document(&call.app)))
}

/// The metadata of the protected resource at `path`.
pub async fn resource(call: Call, path: &'static str) -> Result<Response, Error> {
    let resource = protected::at(path);
    if !protected::is_offered(&call.app.config, resource) {
        return Err(Denied::NotFound.into());
    }
    answer::json(&resource.metadata(&call.app.config, supported()))
}

pub async fn jwks(call: Call) -> Result<Response, Error> {
    Ok(answer::json_bytes(keys::jwks(&call.app).await?))
}
