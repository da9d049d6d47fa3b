//! The end of an authorization request: a token family in state `code`, its record, and the code itself.

use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::FamilyId;
use crate::base::{Fault, Seconds, Time};
use crate::oauth::Scope;
use crate::oauth::authentication::Authentication;
use crate::oauth::claims_request::ClaimsRequest;
use crate::oauth::grant::Grant;
use crate::provider::clients::Registered;
use crate::provider::tokens;
use crate::store::database::families::{self, Family, FamilyState};
use crate::store::database::{Conn, Json};

/// How long the refresh tokens of a client without credentials live at most.
const PUBLIC_ABSOLUTE: Seconds = Seconds::days(30);
/// How long the row of an authorization without refresh tokens is kept: a replayed code is met all that time.
const KEPT: Seconds = Seconds::days(1);

/// What was approved, and what its code will be redeemed with.
#[derive(Debug, Clone)]
pub struct Approval {
    pub authentication: Authentication,
    pub scope: Scope,
    pub claims: ClaimsRequest,
    pub redirect_uri: String,
    pub code_challenge: Option<String>,
    pub nonce: Option<String>,
    pub wants_auth_time: bool,
}

/// Keeps an approved authorization with its record; gives the code.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn keep(
    conn: &mut Conn<'_>,
    app: &App,
    client: &Registered,
    grant: &Grant,
    approval: Approval,
    origin: &Origin,
) -> Result<String, Fault> {
    let now = app.now();
    let family = family(app, client, grant, approval, now);
    families::insert(conn, &family).await?;
    let record = Record {
        client: Some(family.client_id.clone()),
        grant: Some(grant.id),
        requested: family.scope.iter().map(str::to_owned).collect(),
        ..Record::of("authorization.approved", family.account_id)
    };
    audit::record(conn, app, &record, origin).await?;
    Ok(tokens::write_code(app, family.id))
}

fn family(app: &App, client: &Registered, grant: &Grant, approval: Approval, now: Time) -> Family {
    let limits = &app.config.tokens;
    let offline = grant.scope_for(&approval.scope).contains("offline_access")
        && grant.allows_refresh()
        && client.has_grant_type("refresh_token");
    let absolute = match (offline, client.is_public()) {
        (false, _) => KEPT,
        (true, false) => limits.refresh_absolute,
        (true, true) => limits.refresh_absolute.min(PUBLIC_ABSOLUTE),
    };
    let Authentication { account, session, auth_time, acr, amr } = approval.authentication;
    Family {
        id: FamilyId::new(now, &app.random),
        state: FamilyState::Code,
        client_id: client.id.clone(),
        account_id: account,
        grant_id: grant.id,
        grant_epoch: grant.epoch as i32,
        session_id: Some(session),
        redirect_uri: approval.redirect_uri,
        code_challenge: approval.code_challenge,
        nonce: approval.nonce,
        scope: approval.scope,
        claims: (!approval.claims.is_empty()).then_some(Json(approval.claims)),
        acr,
        amr: Json(amr),
        auth_time,
        wants_auth_time: approval.wants_auth_time,
        binding: None,
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
