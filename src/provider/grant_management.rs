//! The API of Grant Management for OAuth 2.0: a client looks at a grant that it was given, or gives it back.
//!
//! A grant is between one person and one client, and so is its identifier: it tells nothing to two clients that compare.
//! Another client's grant is not found, like one that never was.

use serde::Serialize;

use crate::app::App;
use crate::audit::Origin;
use crate::base::id::{ClientId, GrantId};
use crate::error::{Denied, Error};
use crate::jose::SigningKey;
use crate::oauth::grant::GrantState;
use crate::oauth::{Scope, grant_management};
use crate::provider::access::Access;
use crate::provider::grants as own;
use crate::provider::lasting;
use crate::provider::receipts::Event;
use crate::risk::limits;
use crate::store::database::grants::{self, KeptGrant};
use crate::store::database::{Conn, families};

/// What a grant allows now.
#[derive(Debug, Serialize)]
pub struct Status {
    pub scopes: Vec<Scopes>,
    /// Names of claims, never what they say.
    pub claims: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Scopes {
    pub scope: Scope,
}

/// # Errors
/// `insufficient_scope` or `invalid_token`; not found where it is another's or over; too many; a fault when the database
/// does not answer.
pub async fn query(app: &App, access: Access, id: GrantId) -> Result<Status, Error> {
    access.require(grant_management::QUERY)?;
    limits::check(app, "introspect", &access.counted_as()).await?;
    let unit = app.clone();
    let kept = app
        .db
        .read(move |conn| {
            Box::pin(async move {
                let client = access.client(conn, &unit).await?;
                find(conn, &unit, &client, id).await
            })
        })
        .await?;
    let allowed = kept.grant.allowed;
    let scopes = Some(allowed.scope).filter(|scope| !scope.is_empty()).map(|scope| Scopes { scope });
    Ok(Status { scopes: scopes.into_iter().collect(), claims: allowed.claims.into_iter().collect() })
}

/// Ends a grant for good: when this answers, no token of it works and no code of it can be redeemed.
///
/// # Errors
/// As [`query`].
pub async fn revoke(app: &App, access: Access, id: GrantId, origin: &Origin) -> Result<(), Error> {
    access.require(grant_management::REVOKE)?;
    limits::check(app, "introspect", &access.counted_as()).await?;
    let receipts = lasting::signer(app).await?;
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let client = access.client(tx, &unit).await?;
                let kept = find(tx, &unit, &client, id).await?;
                terminate(tx, &unit, &receipts, &kept, "revoked_by_client", &origin).await?;
                unit.metrics.count("sw_revocations_total", &["client"]);
                Ok(())
            })
        })
        .await
}

/// Ends a grant that its client gives back, with its authorizations and its record.
///
/// # Errors
/// Conflict where it ended at the same moment; a fault when the database does not answer.
pub(super) async fn terminate(
    tx: &mut Conn<'_>,
    app: &App,
    receipts: &SigningKey,
    kept: &KeptGrant,
    reason: &'static str,
    origin: &Origin,
) -> Result<(), Error> {
    let (now, grant) = (app.now(), &kept.grant);
    if !grants::end(tx, grant.account, grant.id, GrantState::Terminated, reason, now).await? {
        return Err(Denied::Conflict("grant").into());
    }
    families::end_by_grant(tx, grant.id, reason, now).await?;
    Ok(own::note(tx, app, receipts, Event::Terminated, grant, Some(reason), origin).await?)
}

async fn find(conn: &mut Conn<'_>, app: &App, client: &ClientId, id: GrantId) -> Result<KeptGrant, Error> {
    let kept = grants::find(conn, id).await?;
    let is_good = |kept: &KeptGrant| kept.grant.client == *client && kept.grant.is_live(app.now());
    Ok(kept.filter(is_good).ok_or(Denied::NotFound)?)
}
