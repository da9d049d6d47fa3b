//! The token endpoint: finds the grant type, lets it redeem, mints.

use crate::app::App;
use crate::audit::Origin;
use crate::error::Error;
use crate::oauth::{self, Binding, Params};
use crate::provider::client_auth::AuthenticatedClient;
use crate::provider::grant_types::{self, Request};
use crate::provider::issue::{self, TokenResponse};
use crate::provider::offered;

/// Exchanges what the client brings for tokens (RFC 6749 §3.2).
///
/// # Errors
/// The errors of RFC 6749 §5.2; a fault when a store does not answer.
pub async fn exchange(
    app: &App,
    client: AuthenticatedClient,
    params: Params,
    binding: Option<&Binding>,
    origin: &Origin,
) -> Result<TokenResponse, Error> {
    let name = params.require("grant_type")?;
    let unsupported = || oauth::Error::new(oauth::Code::UnsupportedGrantType, "grant_type is not supported");
    let is_offered = |row: &&grant_types::GrantType| offered::is_grant_offered(&app.config, row.name);
    let grant_type = grant_types::find(name).filter(is_offered).ok_or_else(unsupported)?;
    if !client.has_grant_type(grant_type.name) {
        return Err(oauth::Error::unauthorized_client("the client is not registered for this grant_type").into());
    }
    let request = Request { client: &client, params: &params, binding, origin };
    let decided = (grant_type.redeem)(app, &request).await?;
    issue::issue(app, decided)
}
