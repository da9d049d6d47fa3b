//! Authorizations that are fetched by polling: kept when the person says yes, redeemed once.
//!
//! Until then there is no row of them. What a poller holds names the row that will be: once it is there, one UPDATE
//! redeems it, so of many that poll one gets the tokens. A device code never passes a browser, so one that comes a
//! second time is refused and no more: it may be the answer that was lost on the way.

use std::sync::Arc;

use crate::app::App;
use crate::base::id::FamilyId;
use crate::error::Error;
use crate::oauth;
use crate::oauth::authorization::Polled;
use crate::oauth::authorization::polled::By;
use crate::oauth::polling;
use crate::provider::grant_types::Request;
use crate::provider::issue::{self, Issue};
use crate::provider::{backchannel, device, first, resources};
use crate::store::database::Conn;
use crate::store::database::backchannel::QuestionState;
use crate::store::database::families::{self, Family, FamilyState, Redeeming};
use crate::store::ephemeral::entries::PollerPace;

/// Keeps an approved authorization; `false` where its request was answered before, or is not there any more.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn approve(conn: &mut Conn<'_>, app: &App, polled: &Polled, family: &Family) -> Result<bool, Error> {
    let waits = match polled.by {
        By::Device { .. } => true,
        By::Backchannel { .. } => backchannel::answer(conn, app, polled.id, QuestionState::Approved).await?,
    };
    Ok(waits && families::insert_once(conn, family).await?)
}

/// Notes that the person said no, or cannot say yes.
///
/// # Errors
/// A fault when a store does not answer.
pub async fn refuse(app: &App, polled: &Polled) -> Result<(), Error> {
    match polled.by {
        By::Device { .. } => device::refuse(app, polled.id).await,
        By::Backchannel { .. } => backchannel::refuse(app, polled.id).await.map(drop),
    }
}

/// Redeems the authorization that a poller names; `None` while there is none.
///
/// # Errors
/// `invalid_grant` for another client's and for one that was redeemed or ended, `expired_token` for one that was not
/// fetched in time.
pub async fn redeem(app: &App, request: &Request<'_>, id: FamilyId) -> Result<Option<Issue>, Error> {
    let found =
        app.db.read(move |conn| Box::pin(async move { Ok::<_, Error>(families::find(conn, id).await?) })).await?;
    let Some(family) = found else { return Ok(None) };
    if family.client_id != request.client.id {
        return Err(refusal().into());
    }
    match family.state {
        FamilyState::Code if family.code_expires_at <= app.now() => return Err(polling::expired().into()),
        FamilyState::Code => {}
        FamilyState::Active | FamilyState::Ended => return Err(refusal().into()),
    }
    let signer = issue::signer(app, request.client.registered()).await?;
    let target = resources::asked(app, request.params).await?;
    let client = Arc::clone(request.client.registered());
    let (unit, origin, binding) = (app.clone(), request.origin.clone(), request.binding.cloned());
    let issue = app
        .db
        .write(move |tx| {
            Box::pin(async move {
                let binding = binding.as_ref();
                let with = Redeeming { id, client: &client.id, redirect_uri: "", code_challenge: None, binding };
                let Some(family) = families::redeem(tx, &with, unit.now()).await? else { return Ok(None) };
                first::tokens(tx, &unit, client, family, signer, &target, &origin).await
            })
        })
        .await?;
    Ok(Some(Issue::Person(Box::new(issue.ok_or_else(refusal)?))))
}

/// The answer to a poller whose person has not decided.
///
/// # Errors
/// A fault when the store does not answer.
pub async fn pending(app: &App, id: FamilyId) -> Result<oauth::Error, Error> {
    let key = id.to_string();
    let PollerPace(mut pace) = app.ephemeral.find(&key).await?.unwrap_or_default();
    let answer = pace.ask(app.now());
    app.ephemeral.put(&key, &PollerPace(pace)).await?;
    Ok(answer)
}

/// For what is unknown, another's, or over.
pub fn refusal() -> oauth::Error {
    oauth::Error::invalid_grant("what was sent is unknown, was redeemed before, or was issued to another client")
}
