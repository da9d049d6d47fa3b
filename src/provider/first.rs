//! The first tokens of an authorization that is active already: whether it may still have them, and the record of them.

use std::sync::Arc;

use crate::app::App;
use crate::audit::Origin;
use crate::error::Error;
use crate::provider::clients::Registered;
use crate::provider::envelope::Envelope;
use crate::provider::issue::{self, Basis, ForPerson};
use crate::provider::resources::Asked;
use crate::store::database::Conn;
use crate::store::database::families::{self, Family};
use crate::wallet::disclosure::Permit;

/// What to issue for `family`, its record written in the caller's unit; `None` where its grant, account or client has
/// been stopped, which ends it.
///
/// # Errors
/// `invalid_target` for a resource that the authorization does not reach; a fault when the database does not answer.
pub async fn tokens(
    conn: &mut Conn<'_>,
    app: &App,
    client: Arc<Registered>,
    family: Family,
    signer: Arc<Envelope>,
    target: &Asked,
    origin: &Origin,
) -> Result<Option<ForPerson>, Error> {
    let now = app.now();
    let Some(standing) = families::standing(conn, family.grant_id).await? else { return Ok(None) };
    let permit = match Permit::check(&standing, now) {
        Ok(permit) => permit,
        Err(stopped) => {
            families::end(conn, family.id, stopped.reason(), now).await?;
            return Ok(None);
        }
    };
    let claims = client.id_token_claims;
    let basis = Basis { client: &client, family: &family, standing: &standing, permit: &permit, claims };
    let (scope, claims) = issue::record(conn, app, "token.issued", &basis, origin).await?;
    let signer = scope.contains("openid").then_some(signer);
    let target = target.choose(app, family.resources(), &scope)?;
    let grant = standing.grant.grant;
    Ok(Some(ForPerson { client, family, grant, scope, signer, is_first: true, claims, target, known_to: None }))
}
