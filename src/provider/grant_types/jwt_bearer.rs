//! RFC 7523 §2.1: an issuer that an operator trusts says who the person is; what they share with the client already is
//! what the token reaches. No consent comes of it, and no refresh token.

use std::sync::Arc;

use crate::app::App;
use crate::error::Error;
use crate::oauth::{self, Scope};
use crate::provider::derived::{self, Derived};
use crate::provider::grant_types::Request;
use crate::provider::issue::{self, ForPerson, Issue};
use crate::provider::resources;
use crate::provider::trusted::{self, Doubt};
use crate::store::database::{families, grants, revoked};
use crate::wallet::disclosure::Permit;

/// The name of the grant type.
pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// # Errors
/// `invalid_grant` for an assertion that is not believed, was used before, or is about nobody who shares with the
/// client; `invalid_scope` for more than the issuer may give or the person allows.
pub async fn redeem(app: &App, request: &Request<'_>) -> Result<Issue, Error> {
    let text = request.params.require("assertion")?;
    let asked = request.params.get("scope").map(Scope::read).transpose()?;
    let target = resources::asked(app, request.params).await?;
    let client = Arc::clone(request.client.registered());
    let asserted = match trusted::check(app, &client, text).await? {
        Ok(asserted) => asserted,
        Err(Doubt::Wrong(why)) => return Err(oauth::Error::invalid_grant(why).into()),
        Err(Doubt::Expired) => return Err(oauth::Error::invalid_grant("the assertion has expired").into()),
        Err(Doubt::Nobody) => return Err(nobody().into()),
    };
    let most = asserted.issuer.scope.narrow(&client.scope).filter(|value| value != "offline_access");
    if asked.as_ref().is_some_and(|asked| !asked.is_within(&most)) {
        return Err(oauth::Error::invalid_scope("scope has more than the issuer may give this client").into());
    }
    let (account, (digest, until)) = (asserted.account, asserted.once);
    let wanted = asked.unwrap_or(most);
    let (unit, origin, binding) = (app.clone(), request.origin.clone(), request.binding.cloned());
    let person = app
        .db
        .write(move |tx| {
            Box::pin(async move {
                let now = unit.now();
                let kept = grants::active(tx, account, &client.id).await?;
                let kept = kept.filter(|kept| kept.grant.is_live(now)).ok_or_else(nobody)?;
                let standing = families::standing(tx, kept.grant.id).await?.ok_or_else(nobody)?;
                Permit::check(&standing, now).map_err(|_| nobody())?;
                let scope = kept.grant.scope_for(&wanted);
                if scope.is_empty() {
                    return Err(oauth::Error::invalid_scope("the person allows the client nothing of this").into());
                }
                let target = target.choose(&unit, &[], &scope)?;
                if !revoked::use_assertion(tx, digest.as_bytes(), until).await? {
                    return Err(
                        oauth::Error::invalid_grant("the assertion was used before; its jti must be new").into()
                    );
                }
                let derived = Derived {
                    client: client.id.clone(),
                    scope: scope.clone(),
                    session: None,
                    auth_time: now,
                    wants_auth_time: false,
                    // What the issuer saw of the person is not known.
                    acr: "0".to_owned(),
                    amr: Vec::new(),
                    actor: None,
                    expires_at: now + issue::lifetime(&unit, &client),
                    binding,
                };
                let family = derived::keep(tx, &unit, &kept.grant, derived, "token.issued", &origin).await?;
                let grant = kept.grant;
                let person = ForPerson {
                    client,
                    family,
                    grant,
                    scope,
                    signer: None,
                    is_first: false,
                    claims: None,
                    target,
                    known_to: None,
                };
                Ok::<_, Error>(person)
            })
        })
        .await?;
    Ok(Issue::Person(Box::new(person)))
}

fn nobody() -> oauth::Error {
    oauth::Error::invalid_grant("the assertion is about nobody who shares anything with this client")
}
