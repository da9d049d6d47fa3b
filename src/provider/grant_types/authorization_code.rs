//! RFC 6749 §4.1.3: a code becomes tokens, once.
//!
//! One UPDATE checks the code, its client, its redirect URI, its time, its PKCE challenge and its DPoP key, and spends it. Where it
//! does not fit, the row tells why:
//! * another client's code is refused and left alone: who stole it gains nothing, and harms nobody;
//! * a wrong verifier, key or redirect URI ends the authorization: the code is in wrong hands, and must not be guessed at;
//! * a code that was spent ends the authorization with all its tokens (RFC 6749 §4.1.2).

use std::sync::Arc;

use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::{Fault, Time};
use crate::error::Error;
use crate::oauth::{self, pkce};
use crate::provider::grant_types::{Request, paused};
use crate::provider::issue::{self, Basis, ForPerson, Issue};
use crate::provider::{resources, tokens};
use crate::store::database::Conn;
use crate::store::database::families::{self, Family, FamilyState, Redeeming};
use crate::store::database::sessions;
use crate::wallet::disclosure::{Permit, Stopped};

/// # Errors
/// `invalid_grant` for every code that does not fit; `invalid_request` where a parameter is missing.
pub async fn redeem(app: &App, request: &Request<'_>) -> Result<Issue, Error> {
    let code = request.params.require("code")?;
    let redirect_uri = request.params.require("redirect_uri")?.to_owned();
    let challenge = pkce::of_verifier(request.params)?;
    let id = tokens::open_code(app, code).ok_or_else(refusal)?;
    let signer = issue::signer(app, request.client.registered()).await?;
    let target = resources::asked(app, request.params).await?;
    let client = Arc::clone(request.client.registered());
    let (unit, origin, binding) = (app.clone(), request.origin.clone(), request.binding.cloned());
    let issue = app
        .db
        .write(move |tx| {
            Box::pin(async move {
                let now = unit.now();
                let with = Redeeming {
                    id,
                    client: &client.id,
                    redirect_uri: &redirect_uri,
                    code_challenge: challenge.as_ref().map(pkce::Challenge::as_str),
                    binding: binding.as_ref(),
                };
                let Some(family) = families::redeem(tx, &with, now).await? else {
                    refuse(tx, &unit, &with, &origin, now).await?;
                    return Ok::<_, Error>(None);
                };
                let Some(standing) = families::standing(tx, family.grant_id).await? else { return Ok(None) };
                let permit = match Permit::check(&standing, now) {
                    Ok(permit) => permit,
                    Err(Stopped::Paused) => return Err(paused().into()),
                    Err(stopped) => {
                        families::end(tx, id, stopped.reason(), now).await?;
                        return Ok(None);
                    }
                };
                if let Some(session) = family.session_id.filter(|_| !family.offline)
                    && sessions::is_ended(tx, session).await?
                {
                    // The person signed out while the authorization was being kept, so that its end missed it.
                    families::end(tx, id, "signed_out", now).await?;
                    return Ok(None);
                }
                let claims = client.id_token_claims;
                let basis = Basis { client: &client, family: &family, standing: &standing, permit: &permit, claims };
                let (scope, claims) = issue::record(tx, &unit, "token.issued", &basis, &origin).await?;
                let signer = scope.contains("openid").then_some(signer);
                // An error undoes all of it: the code can be tried again with another resource.
                let target = target.choose(&unit, family.resources(), &scope)?;
                let grant = standing.grant.grant;
                let known_to = None;
                Ok(Some(ForPerson { client, family, grant, scope, signer, is_first: true, claims, target, known_to }))
            })
        })
        .await?;
    Ok(Issue::Person(Box::new(issue.ok_or_else(refusal)?)))
}

fn refusal() -> oauth::Error {
    oauth::Error::invalid_grant("the code is unknown, spent, expired, or was issued for another request or key")
}

/// Finds out why a code was refused and does what follows.
async fn refuse(conn: &mut Conn<'_>, app: &App, with: &Redeeming<'_>, origin: &Origin, now: Time) -> Result<(), Fault> {
    let family = families::find(conn, with.id).await?;
    let Some(family) = family.filter(|family| family.client_id == *with.client) else { return Ok(()) };
    let reason = match family.state {
        FamilyState::Ended => return Ok(()),
        FamilyState::Active => "code_replayed",
        FamilyState::Code if family.code_expires_at <= now => return Ok(()),
        FamilyState::Code => "code_mismatch",
    };
    if families::end(conn, family.id, reason, now).await? {
        audit::record(conn, app, &record(&family, reason), origin).await?;
    }
    Ok(())
}

fn record(family: &Family, reason: &'static str) -> Record {
    let record = Record {
        client: Some(family.client_id.clone()),
        grant: Some(family.grant_id),
        ..Record::of("token.code_replayed", family.account_id)
    };
    record.refused(reason)
}
