//! Token revocation (RFC 7009): the client gives a token back. The answer comes after the commit.

use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::Time;
use crate::error::Error;
use crate::oauth::{self, Params};
use crate::provider::client_auth::AuthenticatedClient;
use crate::provider::resources;
use crate::provider::tokens::{self, Bearer};
use crate::store::database::families::{self, Family, FamilyState};
use crate::store::database::revoked;

/// Revokes a token. A refresh token takes its whole authorization with it, an access token goes alone (RFC 7009 §2.1).
///
/// An unknown, expired or already revoked token is as good as revoked (§2.2).
///
/// # Errors
/// `invalid_grant` for another client's token, which stays as it is (§2.1); a fault when the database does not answer.
pub async fn revoke(app: &App, client: &AuthenticatedClient, params: &Params, origin: &Origin) -> Result<(), Error> {
    let text = params.require("token")?;
    // token_type_hint is only a hint (§2.1): the prefix tells for certain.
    if let Some(opened) = tokens::open_access(app, text) {
        return access_token(app, client, opened.token.bearer, opened.token.expires_at, opened.jti, origin).await;
    }
    if let Some(opened) = resources::open(app, text).await? {
        if opened.text("client_id").as_deref() != Some(client.id.as_str()) {
            return Err(foreign());
        }
        return access_token(app, client, opened.bearer.clone(), opened.expires_at(), opened.jti, origin).await;
    }
    let Some((id, _)) = tokens::open_refresh(app, text) else { return Ok(()) };
    let (unit, caller, origin) = (app.clone(), client.id.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let Some(family) = families::find(tx, id).await? else { return Ok(()) };
                if family.client_id != caller {
                    return Err(foreign());
                }
                if families::end(tx, id, "revoked_by_client", unit.now()).await? {
                    unit.metrics.count("sw_revocations_total", &["client"]);
                    audit::record(tx, &unit, &record(&family, "refresh_token"), &origin).await?;
                }
                Ok(())
            })
        })
        .await
}

async fn access_token(
    app: &App,
    client: &AuthenticatedClient,
    bearer: Bearer,
    expires_at: Time,
    jti: Vec<u8>,
    origin: &Origin,
) -> Result<(), Error> {
    let id = match bearer {
        Bearer::Client(id) if id != client.id => return Err(foreign()),
        Bearer::Client(_) => None,
        Bearer::Family { id, .. } => Some(id),
    };
    if expires_at <= app.now() {
        return Ok(());
    }
    let (unit, caller, origin) = (app.clone(), client.id.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let Some(id) = id else {
                    revoked::insert(tx, &jti, expires_at).await?;
                    return Ok(());
                };
                let Some(family) = families::find(tx, id).await? else { return Ok(()) };
                if family.client_id != caller {
                    return Err(foreign());
                }
                if family.state != FamilyState::Ended && revoked::insert(tx, &jti, expires_at).await? {
                    audit::record(tx, &unit, &record(&family, "access_token"), &origin).await?;
                }
                Ok(())
            })
        })
        .await
}

fn record(family: &Family, reason: &'static str) -> Record {
    let record = Record {
        client: Some(family.client_id.clone()),
        grant: Some(family.grant_id),
        ..Record::of("token.revoked", family.account_id)
    };
    record.because(reason)
}

fn foreign() -> Error {
    oauth::Error::invalid_grant("the token was issued to another client").into()
}
