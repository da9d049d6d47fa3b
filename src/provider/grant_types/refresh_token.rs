//! RFC 6749 §6, RFC 9700 §4.14: a refresh token becomes its successor, and new access.
//!
//! One UPDATE moves the row from the presented generation to the next, so of two that race one wins. Who presents the
//! generation just before the current one within the grace gets the *same* successor again: an answer was lost, or
//! two tabs asked at once. Anything older was stolen, here or there, and ends the authorization.

use std::sync::Arc;

use crate::app::App;
use crate::audit::{self, Record};
use crate::base::{Seconds, Time};
use crate::error::Error;
use crate::oauth::{self, Scope};
use crate::provider::clients::Registered;
use crate::provider::grant_types::{Request, paused};
use crate::provider::issue::{self, Basis, ForPerson, Issue};
use crate::provider::{resources, tokens};
use crate::store::database::families::{self, Family, FamilyState, Rotating};
use crate::wallet::disclosure::{Permit, Stopped};

/// # Errors
/// `invalid_grant` for every token that does not work; `invalid_scope` where more is asked for than was granted.
pub async fn redeem(app: &App, request: &Request<'_>) -> Result<Issue, Error> {
    let text = request.params.require("refresh_token")?;
    let narrower = request.params.get("scope").map(Scope::read).transpose()?;
    let (id, presented) = tokens::open_refresh(app, text).ok_or_else(refusal)?;
    let signer = issue::signer(app, request.client.registered()).await?;
    let target = resources::asked(app, request.params).await?;
    let client = Arc::clone(request.client.registered());
    let (unit, origin, binding) = (app.clone(), request.origin.clone(), request.binding.cloned());
    let issue = app
        .db
        .write(move |tx| {
            Box::pin(async move {
                let now = unit.now();
                let with = Rotating {
                    id,
                    client: &client.id,
                    generation: presented,
                    next: if keeps_token(&client) { presented } else { presented + 1 },
                    binding: binding.as_ref(),
                    // RFC 9449 §5: what proves who the client is binds its refresh tokens too.
                    keeps_binding: client.is_public(),
                    idle_expires_at: now + unit.config.tokens.refresh_idle,
                };
                let mut family = match families::rotate(tx, &with, now).await? {
                    Some(family) => family,
                    None => {
                        let found = families::find(tx, id).await?.filter(|f| f.client_id == client.id);
                        let grace = unit.config.tokens.grace.min(client.rules().refresh_grace);
                        match found.map(|f| (judge(&f, &with, grace, now), f)) {
                            Some((Late::InGrace, family)) => Family { binding: binding.clone(), ..family },
                            Some((Late::Replayed, family)) => {
                                families::end(tx, id, "refresh_replayed", now).await?;
                                let record = Record {
                                    client: Some(family.client_id),
                                    grant: Some(family.grant_id),
                                    ..Record::of("token.family_replayed", family.account_id)
                                };
                                audit::record(tx, &unit, &record.refused("refresh_replayed"), &origin).await?;
                                return Ok(None);
                            }
                            Some((Late::Dead, _)) | None => return Ok::<_, Error>(None),
                        }
                    }
                };
                let Some(standing) = families::standing(tx, family.grant_id).await? else { return Ok(None) };
                let grant = &standing.grant.grant;
                let permit = match Permit::check(&standing, now) {
                    Ok(permit) if grant.keeps_offline(&family.scope) => permit,
                    // Nothing ends: the error undoes the rotation, and the token works once the person goes on.
                    Err(Stopped::Paused) => return Err(paused().into()),
                    stopped => {
                        let reason = stopped.err().map_or("grant_ended", |stopped| stopped.reason());
                        families::end(tx, id, reason, now).await?;
                        return Ok(None);
                    }
                };
                if let Some(narrower) = narrower {
                    if !narrower.is_within(&family.scope) {
                        // Answering with an error undoes the rotation: the presented token keeps working.
                        return Err(oauth::Error::invalid_scope("scope has more than was granted").into());
                    }
                    family.scope = narrower.merge(&Scope::of(["offline_access"]).narrow(&family.scope));
                }
                let claims = client.id_token_claims;
                let basis = Basis { client: &client, family: &family, standing: &standing, permit: &permit, claims };
                let (scope, claims) = issue::record(tx, &unit, "token.refreshed", &basis, &origin).await?;
                let signer = scope.contains("openid").then_some(signer);
                let target = target.choose(&unit, family.resources(), &scope)?;
                let grant = standing.grant.grant;
                let known_to = None;
                Ok(Some(ForPerson { client, family, grant, scope, signer, is_first: false, claims, target, known_to }))
            })
        })
        .await?;
    Ok(Issue::Person(Box::new(issue.ok_or_else(refusal)?)))
}

/// Whether the token stays when it is used (FAPI 2.0 Security Profile §5.3.2.1-9): a client that proves who it is, and whose
/// tokens are bound, gains nothing by rotation, and a lost answer costs it nothing.
fn keeps_token(client: &Registered) -> bool {
    client.rules().keeps_refresh_tokens && !client.is_public()
}

fn refusal() -> oauth::Error {
    oauth::Error::invalid_grant(
        "the refresh token is unknown, expired, revoked, or was issued to another client or key",
    )
}

/// What a refresh token is that is not the one that works.
#[derive(Debug, PartialEq, Eq)]
enum Late {
    /// The one before, moments after its successor was made, and the successor was not used yet.
    InGrace,
    /// One that was used before.
    Replayed,
    /// Of an authorization that is over.
    Dead,
}

fn judge(family: &Family, with: &Rotating<'_>, grace: Seconds, now: Time) -> Late {
    let presented = with.generation;
    if !with.fits(family.binding.as_ref()) {
        // Whoever lacks the key can do nothing with the token, and so nothing to it.
        return Late::Dead;
    }
    if family.state != FamilyState::Active || !family.offline || family.expires_at <= now {
        return Late::Dead;
    }
    if presented >= family.generation {
        // The one that works, but too late; a higher one was never made.
        return Late::Dead;
    }
    let is_before = presented + 1 == family.generation;
    let in_time = family.rotated_at.is_some_and(|at| now < at + grace);
    if is_before && in_time { Late::InGrace } else { Late::Replayed }
}
