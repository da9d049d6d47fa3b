//! The endpoints that clients call with their own credentials: token, introspection, revocation.

use poem::Response;
use poem::http::StatusCode;

use crate::error::{self, Error};
use crate::oauth::Params;
use crate::provider::client_auth::{self, AuthenticatedClient, Presented};
use crate::provider::{grant_types, introspection, revocation, sender, token};
use crate::risk::limits;
use crate::web::answer;
use crate::web::call::Call;

/// Reads the body, finds out who calls, and counts the call under `limit`.
pub(super) async fn authenticate(call: &mut Call, limit: &'static str) -> Result<(AuthenticatedClient, Params), Error> {
    let params = call.params().await?;
    let shown = call.shown()?;
    let attestations = call.all("oauth-client-attestation");
    let attestation_proofs = call.all("oauth-client-attestation-pop");
    let presented = Presented {
        authorization: call.authorization()?,
        params: &params,
        certificate: shown.certificate.as_ref(),
        attestations: &attestations,
        attestation_proofs: &attestation_proofs,
    };
    let client = client_auth::authenticate(&call.app, &presented, call.visit.origin()).await?;
    call.visit.set_client(client.registered());
    limits::check(&call.app, limit, client.id.as_str()).await?;
    Ok((client, params))
}

/// The token endpoint (RFC 6749 §3.2).
pub async fn token(mut call: Call) -> Result<Response, Error> {
    let (mut grant, metrics) = ("unknown", call.app.metrics.clone());
    let result = exchange(&mut call, &mut grant).await;
    metrics.count("sw_token_requests_total", &[grant, error::outcome(&result)]);
    result
}

async fn exchange(call: &mut Call, grant: &mut &'static str) -> Result<Response, Error> {
    let (client, params) = authenticate(call, "token").await?;
    *grant = params.get("grant_type").and_then(grant_types::find).map_or("unknown", |grant_type| grant_type.name);
    let binding = sender::binding(&call.app, &client, &call.shown()?).await?;
    answer::json(&token::exchange(&call.app, client, params, binding.as_ref(), call.visit.origin()).await?)
}

/// The introspection endpoint (RFC 7662 §2); the answer is a JWT for who asks for one (RFC 9701 §4).
pub async fn introspect(mut call: Call) -> Result<Response, Error> {
    let (client, params) = authenticate(&mut call, "introspect").await?;
    match call.accepts(introspection::JWT) {
        true => Ok(answer::token(introspection::signed(&call.app, &client, &params).await?, introspection::JWT)),
        false => answer::json(&introspection::answer(&call.app, &client, &params).await?),
    }
}

/// The revocation endpoint (RFC 7009 §2). The answer comes after the commit.
pub async fn revoke(mut call: Call) -> Result<Response, Error> {
    let (client, params) = authenticate(&mut call, "revoke").await?;
    revocation::revoke(&call.app, &client, &params, call.visit.origin()).await?;
    Ok(Response::builder().status(StatusCode::OK).finish())
}
