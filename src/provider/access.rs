//! The only place that accepts access tokens.
//!
//! [`check`] opens a token and sees what its sender must show beside it; [`Access::stand`] reads, inside the unit that answers, whether it still works. A door that
//! tells anything about a person needs the [`Permit`] that only the second gives.

use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::ClientId;
use crate::base::{Fault, Time};
use crate::error::Error;
use crate::oauth::{self, Binding, Code, Scope};
use crate::provider::clients;
use crate::provider::sender::{self, Shown};
use crate::provider::tokens::{self, Bearer, OpenedAccess};
use crate::store::database::families::{self, FamilyState, Live};
use crate::store::database::{Conn, revoked};
use crate::wallet::disclosure::{PAUSED, Permit, Stopped};

/// An access token of ours that has not expired. Only [`check`] makes one. Whether it was stopped is not known yet.
#[derive(Debug, Clone)]
pub struct Access {
    opened: OpenedAccess,
}

/// In which way a token was presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// `Authorization: Bearer`, or in a form (RFC 6750 §2).
    Bearer,
    /// `Authorization: DPoP` (RFC 9449 §7.1).
    Dpop,
}

/// Opens a token that was presented, and sees what it is bound to.
///
/// # Errors
/// `invalid_token` where it is none of ours, has expired, or came without what it is bound to; `invalid_dpop_proof` and
/// `use_dpop_nonce`; a fault when the database does not answer.
pub async fn check(app: &App, token: &str, scheme: Scheme, shown: &Shown) -> Result<Access, Error> {
    let opened = tokens::open_access(app, token).ok_or_else(invalid)?;
    if opened.token.expires_at <= app.now() {
        return Err(oauth::Error::invalid_token("the access token has expired").into());
    }
    let refuse = |why: &'static str| Err(oauth::Error::invalid_token(why).into());
    match (&opened.token.binding, scheme) {
        (None, Scheme::Bearer) => {}
        (Some(Binding::Jkt(jkt)), Scheme::Dpop) => match sender::prove(app, shown, Some(token)).await? {
            Some(proven) if proven == *jkt => {}
            Some(_) => return refuse("the access token is bound to another key than that of the DPoP proof"),
            None => return Err(oauth::Error::invalid_dpop_proof("the access token needs a DPoP proof").into()),
        },
        (Some(Binding::Jkt(_)), Scheme::Bearer) => {
            return refuse("the access token is bound to a DPoP key: send it by the scheme DPoP, with a proof");
        }
        (Some(Binding::X5t(bound)), Scheme::Bearer) => {
            if shown.certificate.as_ref().is_none_or(|certificate| certificate.thumbprint() != bound) {
                return refuse("the access token is bound to a certificate that the request does not show");
            }
        }
        (Some(Binding::X5t(_)), Scheme::Dpop) => {
            return refuse("the access token is bound to a certificate: send it as Bearer");
        }
        (None, Scheme::Dpop) => return refuse("the access token is not bound to a DPoP key: send it as Bearer"),
    }
    Ok(Access { opened })
}

/// The token works, and opens nothing until the person lets the client go on. RFC 6750 has no code for it; what comes
/// nearest is a token that does not suffice, which no client throws away.
fn paused() -> oauth::Error {
    let why = "the person has paused sharing with this client: keep the token, and try again later";
    oauth::Error::new(Code::InsufficientScope, why).with_detail(PAUSED)
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
                Ok(Judged::Refused(if reason == PAUSED { paused() } else { invalid() }))
            }
        }
    }
}

/// Whether a token of this family and epoch works; else the reason, for the trail.
pub(super) fn works(live: &Live, epoch: u32, now: Time) -> Result<Permit, &'static str> {
    if live.is_revoked {
        return Err("token_revoked");
    }
    let judged = Permit::check(&live.standing, now);
    if let Err(stopped) = &judged
        && *stopped != Stopped::Paused
    {
        return Err(stopped.reason());
    }
    // A token of a hybrid response is there before the code beside it is redeemed.
    if live.family.state == FamilyState::Ended || live.family.expires_at <= now {
        return Err("authorization_ended");
    }
    if live.standing.grant.grant.epoch != epoch {
        return Err("grant_changed");
    }
    // Last, so that only a token that would work hears of it.
    judged.map_err(|stopped| stopped.reason())
}
