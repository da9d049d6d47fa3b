//! Authorizations that come of something else than a person's visit: of another token, of an assertion about them.
//!
//! Each is a family of its own, bound to a grant that the person gave before: stopping that grant ends it. It never has
//! refresh tokens, so it ends by itself with its one access token.

use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::{ClientId, FamilyId, SessionId};
use crate::base::{Fault, Time};
use crate::oauth::grant::Grant;
use crate::oauth::{Binding, Scope};
use crate::store::database::families::{self, Family, FamilyState};
use crate::store::database::{Conn, Json};

/// What a new authorization is made of.
#[derive(Debug, Clone)]
pub struct Derived {
    /// Who gets the token.
    pub client: ClientId,
    pub scope: Scope,
    pub session: Option<SessionId>,
    pub auth_time: Time,
    /// Whether the client is told of it.
    pub wants_auth_time: bool,
    pub acr: String,
    pub amr: Vec<String>,
    /// Who acts for the person.
    pub actor: Option<serde_json::Value>,
    pub expires_at: Time,
    /// What its token is bound to.
    pub binding: Option<Binding>,
}

/// Keeps it, active, with its record under `event`.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn keep(
    conn: &mut Conn<'_>,
    app: &App,
    grant: &Grant,
    derived: Derived,
    event: &'static str,
    origin: &Origin,
) -> Result<Family, Fault> {
    let now = app.now();
    let family = Family {
        id: FamilyId::new(now, &app.random),
        state: FamilyState::Active,
        client_id: derived.client,
        account_id: grant.account,
        grant_id: grant.id,
        grant_epoch: grant.epoch as i32,
        session_id: derived.session,
        redirect_uri: String::new(),
        code_challenge: None,
        nonce: None,
        scope: derived.scope,
        claims: None,
        authorization_details: None,
        acr: derived.acr,
        amr: Json(derived.amr),
        auth_time: derived.auth_time,
        wants_auth_time: derived.wants_auth_time,
        binding: derived.binding,
        offline: false,
        generation: 1,
        rotated_at: None,
        created_at: now,
        code_expires_at: now,
        idle_expires_at: derived.expires_at,
        expires_at: derived.expires_at,
        ended_at: None,
        end_reason: None,
        resources: None,
        actor: derived.actor.map(Json),
    };
    families::insert(conn, &family).await?;
    let record = Record {
        client: Some(family.client_id.clone()),
        grant: Some(family.grant_id),
        requested: family.scope.iter().map(str::to_owned).collect(),
        released: family.scope.iter().map(str::to_owned).collect(),
        ..Record::of(event, family.account_id)
    };
    audit::record(conn, app, &record, origin).await?;
    Ok(family)
}
