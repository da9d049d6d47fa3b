//! The end of an authorization request: a token family in state `code`, its record, and the code itself.

use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::FamilyId;
use crate::base::{Fault, Seconds, Time};
use crate::oauth::Binding;
use crate::oauth::authentication::Authentication;
use crate::oauth::authorization::{Approved, AuthorizationRequest};
use crate::oauth::grant::Grant;
use crate::provider::clients::Registered;
use crate::provider::tokens;
use crate::store::database::families::{self, Family, FamilyState};
use crate::store::database::{Conn, Json};

/// How long the refresh tokens of a client without credentials live at most.
const PUBLIC_ABSOLUTE: Seconds = Seconds::days(30);
/// How long the row of an authorization without refresh tokens is kept: a replayed code is met all that time.
const KEPT: Seconds = Seconds::days(1);

/// What was approved, and what its code will be redeemed with. Only an [`Approved`] request becomes one.
#[derive(Debug, Clone)]
pub struct Approval {
    authentication: Authentication,
    grant: Grant,
    request: AuthorizationRequest,
}

impl From<&Approved<'_>> for Approval {
    fn from(approved: &Approved<'_>) -> Self {
        let (authentication, grant) = (approved.authentication().clone(), approved.grant().clone());
        Self { authentication, grant, request: approved.request().clone() }
    }
}

/// Keeps an approved authorization with its record; gives the code.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn keep(
    conn: &mut Conn<'_>,
    app: &App,
    client: &Registered,
    approval: Approval,
    origin: &Origin,
) -> Result<String, Fault> {
    let family = family(app, client, approval, app.now());
    families::insert(conn, &family).await?;
    let record = Record {
        client: Some(family.client_id.clone()),
        grant: Some(family.grant_id),
        requested: family.scope.iter().map(str::to_owned).collect(),
        ..Record::of("authorization.approved", family.account_id)
    };
    audit::record(conn, app, &record, origin).await?;
    Ok(tokens::write_code(app, family.id))
}

fn family(app: &App, client: &Registered, approval: Approval, now: Time) -> Family {
    let limits = &app.config.tokens;
    let Approval { authentication, grant, request } = approval;
    let offline = grant.keeps_offline(&request.scope) && client.has_grant_type("refresh_token");
    let absolute = match (offline, client.is_public()) {
        (false, _) => KEPT,
        (true, false) => limits.refresh_absolute,
        (true, true) => limits.refresh_absolute.min(PUBLIC_ABSOLUTE),
    };
    let Authentication { account, session, auth_time, acr, amr } = authentication;
    let wants_auth_time = request.max_age.is_some() || client.require_auth_time || request.claims.asks_auth_time();
    Family {
        id: FamilyId::new(now, &app.random),
        state: FamilyState::Code,
        client_id: client.id.clone(),
        account_id: account,
        grant_id: grant.id,
        grant_epoch: grant.epoch as i32,
        session_id: Some(session),
        redirect_uri: request.reply_to.redirect_uri().to_owned(),
        code_challenge: request.code_challenge.map(|challenge| challenge.as_str().to_owned()),
        nonce: request.nonce,
        scope: request.scope,
        claims: (!request.claims.is_empty()).then_some(Json(request.claims)),
        acr,
        amr: Json(amr),
        auth_time,
        wants_auth_time,
        binding: request.dpop_jkt.map(Binding::Jkt),
        offline,
        generation: 0,
        rotated_at: None,
        created_at: now,
        code_expires_at: now + limits.code.min(client.rules().code_lifetime),
        idle_expires_at: now + limits.refresh_idle,
        expires_at: now + absolute,
        ended_at: None,
        end_reason: None,
    }
}
