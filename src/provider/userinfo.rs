//! UserInfo (OIDC Core §5.3): the claims that the grant allows now, through the gate.

use std::sync::Arc;

use serde_json::Value;

use crate::app::App;
use crate::audit::Origin;
use crate::error::{self, Error};
use crate::oauth::claims_request::ClaimsRequest;
use crate::provider::access::{Access, Judged};
use crate::provider::clients::{self, Registered};
use crate::provider::supported::supported;
use crate::provider::tokens;
use crate::risk::limits;
use crate::wallet::disclosure::{Channel, Disclosure, disclose};
use crate::wallet::holdings;
use crate::wallet::projection::project;

/// Answers with the client and the person's claims; the record is kept in the same unit, or nothing is told.
///
/// # Errors
/// `insufficient_scope` without `openid`; `invalid_token` where the token works no more; too many; a fault when the
/// database does not answer.
pub async fn answer(app: &App, access: Access, origin: &Origin) -> Result<(Arc<Registered>, Disclosure), Error> {
    let result = read(app, access, origin).await;
    app.metrics.count("sw_data_reads_total", &["userinfo", error::outcome(&result)]);
    result
}

async fn read(app: &App, access: Access, origin: &Origin) -> Result<(Arc<Registered>, Disclosure), Error> {
    access.require("openid")?;
    limits::check(app, "userinfo", &access.counted_as()).await?;
    let (unit, origin) = (app.clone(), origin.clone());
    let outcome = app
        .db
        .write(move |tx| {
            Box::pin(async move {
                let standing = match access.stand(tx, &unit, "userinfo", &origin).await? {
                    Judged::Works(standing) => standing,
                    Judged::Refused(error) => return Ok::<_, Error>(Err(error)),
                };
                let (live, permit) = (&standing.live, &standing.permit);
                let (family, grant) = (&live.family, &live.standing.grant.grant);
                let version = live.standing.client_version;
                let client = clients::load_in(tx, &unit, &family.client_id, version).await?;
                let holdings = holdings::load(tx, &unit, family.account_id, live.standing.revision).await?;
                let none = ClaimsRequest::default();
                let request = family.claims.as_ref().map_or(&none, |c| &c.0);
                let asked = grant.userinfo_claims(access.scope(), request, supported());
                let projection = project(&holdings, &grant.allowed.claims, &asked, &request.userinfo);
                let frame = [("sub", Value::String(tokens::subject(&unit, &client, family.account_id)))];
                let mut requested = supported().claims_of(access.scope());
                requested.extend(request.userinfo.keys().cloned());
                let requested = requested.into_iter().collect();
                let channel = Channel { name: "userinfo", requested, frame: &frame };
                let disclosure = disclose(tx, &unit, permit, projection, channel, &origin).await?;
                Ok(Ok((client, disclosure)))
            })
        })
        .await?;
    Ok(outcome?)
}
