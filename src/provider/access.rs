//! The only place that accepts access tokens.
//!
//! [`check`] opens a token; [`Access::stand`] reads, inside the unit that answers, whether it still works. A door that
//! tells anything about a person needs the [`Permit`] that only the second gives.

use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::ClientId;
use crate::base::{Fault, Time};
use crate::error::Error;
use crate::oauth::{self, Code, Scope};
use crate::provider::clients;
use crate::provider::tokens::{self, Bearer, OpenedAccess};
use crate::store::database::families::{self, FamilyState, Live};
use crate::store::database::{Conn, revoked};
use crate::wallet::disclosure::Permit;

/// An access token of ours that has not expired. Only [`check`] makes one. Whether it was stopped is not known yet.
#[derive(Debug)]
pub struct Access {
    opened: OpenedAccess,
}

/// Opens a bearer token (RFC 6750 §2).
///
/// # Errors
/// `invalid_token` where it is none of ours, or has expired.
pub fn check(app: &App, bearer: &str) -> Result<Access, Error> {
    let opened = tokens::open_access(app, bearer).ok_or_else(invalid)?;
    if opened.token.expires_at <= app.now() {
        return Err(oauth::Error::invalid_token("the access token has expired").into());
    }
    Ok(Access { opened })
}

fn invalid() -> oauth::Error {
    oauth::Error::invalid_token("the access token is unknown, revoked, or its grant has ended")
}

/// An access token that works, at the moment and in the unit in which this was made.
#[derive(Debug)]
pub struct Standing {
    pub live: Live,
    pub permit: Permit,
}

/// Whether a token works.
#[derive(Debug)]
pub enum Judged {
    Works(Box<Standing>),
    /// A token of ours that works no more; the refusal is in the trail.
    Refused(oauth::Error),
}

impl Access {
    /// Fails with `insufficient_scope` where the token lacks a scope (RFC 6750 §3.1).
    pub fn require(&self, scope: &str) -> Result<(), oauth::Error> {
        if self.opened.token.scope.contains(scope) {
            return Ok(());
        }
        Err(oauth::Error::new(Code::InsufficientScope, "the access token has not the scope that this needs"))
    }

    /// Whose calls are counted together: those under one authorization.
    pub(super) fn counted_as(&self) -> String {
        match &self.opened.token.bearer {
            Bearer::Family { id, .. } => id.to_string(),
            Bearer::Client(id) => id.to_string(),
        }
    }

    pub fn scope(&self) -> &Scope {
        &self.opened.token.scope
    }

    /// The client that acts for itself with this token (RFC 6749 §4.4), as it stands in the unit that answers.
    ///
    /// # Errors
    /// `invalid_token` where it is a person's, was revoked, or its client is shut off; a fault when the database does
    /// not answer.
    pub async fn client(&self, conn: &mut Conn<'_>, app: &App) -> Result<ClientId, Error> {
        let Bearer::Client(id) = &self.opened.token.bearer else { return Err(invalid().into()) };
        let client = clients::find_in(conn, app, id).await?.filter(|client| !client.is_disabled);
        match client {
            Some(client) if !revoked::contains(conn, &self.opened.jti).await? => Ok(client.id.clone()),
            _ => Err(invalid().into()),
        }
    }

    /// Reads in one statement whether the token works, and writes a refusal down.
    ///
    /// # Errors
    /// A fault when the database does not answer.
    pub async fn stand(
        &self,
        conn: &mut Conn<'_>,
        app: &App,
        channel: &'static str,
        origin: &Origin,
    ) -> Result<Judged, Fault> {
        let Bearer::Family { id, epoch } = self.opened.token.bearer else { return Ok(Judged::Refused(invalid())) };
        let Some(live) = families::live(conn, id, &self.opened.jti).await? else {
            return Ok(Judged::Refused(invalid()));
        };
        match works(&live, epoch, app.now()) {
            Ok(permit) => Ok(Judged::Works(Box::new(Standing { live, permit }))),
            Err(reason) => {
                let record = Record {
                    client: Some(live.family.client_id.clone()),
                    grant: Some(live.family.grant_id),
                    channel: Some(channel),
                    requested: self.opened.token.scope.iter().map(str::to_owned).collect(),
                    ..Record::of("data.refused", live.family.account_id)
                };
                audit::record(conn, app, &record.refused(reason), origin).await?;
                Ok(Judged::Refused(invalid()))
            }
        }
    }
}

/// Whether a token of this family and epoch works; else the reason, for the trail.
pub(super) fn works(live: &Live, epoch: u32, now: Time) -> Result<Permit, &'static str> {
    if live.is_revoked {
        return Err("token_revoked");
    }
    let permit = Permit::check(&live.standing, now).map_err(|stopped| stopped.reason())?;
    // A token of a hybrid response is there before the code beside it is redeemed.
    if live.family.state == FamilyState::Ended || live.family.expires_at <= now {
        return Err("authorization_ended");
    }
    if live.standing.grant.grant.epoch != epoch {
        return Err("grant_changed");
    }
    Ok(permit)
}
