//! Sessions: a signed-in browser, from its cookie to its end.

use super::{notice, sign_out};
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::{AccountId, SessionId};
use crate::base::{Digest, Fault, Seconds, Secret, Time};
use crate::catalog::contexts;
use crate::error::{Denied, Error};
use crate::oauth::authentication::Authentication;
use crate::store::database::sessions::{self, Row};
use crate::store::database::{Conn, accounts, unused};

/// How often a session in use notes that it was seen.
const NOTED_EVERY: Seconds = Seconds(60);

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub account: AccountId,
    pub acr: String,
    pub amr: Vec<String>,
    pub auth_time: Time,
    pub created_at: Time,
    pub seen_at: Time,
    pub expires_at: Time,
    pub remembered: bool,
    pub address_prefix: Option<String>,
    pub agent: Option<String>,
}

impl Session {
    pub fn authentication(&self) -> Authentication {
        Authentication {
            account: self.account,
            session: self.id,
            auth_time: self.auth_time,
            acr: self.acr.clone(),
            amr: self.amr.clone(),
        }
    }

    /// From where the browser signed in, for events that no request of its own caused.
    fn origin(&self) -> Origin {
        let (address_prefix, agent) = (self.address_prefix.clone(), self.agent.clone());
        Origin { address_prefix, agent, request_id: String::new() }
    }
}

/// Opens a session for a person who has just shown `amr`; the secret is the cookie's value and is kept nowhere.
///
/// # Errors
/// Forbidden when the account is closed; a fault.
pub async fn open(
    app: &App,
    account: AccountId,
    amr: &[&str],
    remember: bool,
    origin: &Origin,
) -> Result<(Session, Secret<String>), Error> {
    begin(app, account, amr, remember, None, origin).await
}

/// Gives a session another cookie and sign-in, for a person who proves again who they are; clients know it by the same
/// name. Where it has just ended, a new one is opened.
///
/// # Errors
/// As [`open`].
pub async fn renew(
    app: &App,
    old: &Session,
    amr: &[&str],
    remember: bool,
    origin: &Origin,
) -> Result<(Session, Secret<String>), Error> {
    begin(app, old.account, amr, remember, Some(old), origin).await
}

async fn begin(
    app: &App,
    account: AccountId,
    amr: &[&str],
    remember: bool,
    old: Option<&Session>,
    origin: &Origin,
) -> Result<(Session, Secret<String>), Error> {
    let acr =
        contexts::reached_by(amr.iter().copied()).ok_or_else(|| Fault::broken("open a session without factors"))?;
    let cookie = Secret::new(app.random.token(32));
    let now = app.now();
    let life = if remember { app.config.sessions.remembered } else { app.config.sessions.absolute };
    let row = Row {
        id: SessionId::new(now, &app.random),
        digest: Digest::of(cookie.expose()),
        account_id: account,
        acr: acr.to_owned(),
        amr: amr.join(" "),
        auth_time: now,
        created_at: now,
        seen_at: now,
        expires_at: now + life,
        ended_at: None,
        remembered: remember,
        address_prefix: origin.address_prefix.clone(),
        agent: origin.agent.clone(),
    };
    let renewed = old.map(|old| Row { id: old.id, created_at: old.created_at, ..row.clone() });
    let (unit, origin) = (app.clone(), origin.clone());
    let row = app
        .db
        .write::<_, Error, _>(move |tx| {
            Box::pin(async move {
                let found = accounts::find(tx, account).await?;
                found.filter(|a| a.is_active()).ok_or(Error::Denied(Denied::Forbidden))?;
                if let Some(agent) = &origin.agent
                    && sessions::knows_agent(tx, account, agent).await? == Some(false)
                {
                    notice::new_sign_in(tx, &unit, account, &origin).await?;
                }
                let row = match renewed {
                    Some(renewed) if sessions::renew(tx, &renewed).await? => renewed,
                    _ => {
                        sessions::insert(tx, &row).await?;
                        row
                    }
                };
                unused::note(tx, account, unit.now()).await?;
                audit::record(tx, &unit, &Record::of("session.opened", account), &origin).await?;
                Ok(row)
            })
        })
        .await?;
    Ok((session(row), cookie))
}

/// The live session of a cookie: not ended, within its idle and absolute limits, of an account that may be used.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn find(app: &App, cookie: &str) -> Result<Option<Session>, Fault> {
    let digest = Digest::of(cookie);
    let found = app.db.read::<_, Fault, _>(move |conn| {
        Box::pin(async move {
            let Some(row) = sessions::find(conn, digest).await? else { return Ok(None) };
            let account = accounts::find(conn, row.account_id).await?;
            Ok(account.filter(accounts::Account::is_active).map(|_| row))
        })
    });
    let now = app.now();
    let Some(row) = found.await?.filter(|row| row.ended_at.is_none() && is_live(app, row, now)) else {
        return Ok(None);
    };
    let (id, seen_at) = (row.id, row.seen_at);
    if now.since(seen_at) >= NOTED_EVERY {
        app.db.write::<_, Fault, _>(move |tx| Box::pin(sessions::touch(tx, id, seen_at, now))).await?;
    }
    Ok(Some(session(row)))
}

fn is_live(app: &App, row: &Row, now: Time) -> bool {
    let is_idle = !row.remembered && row.seen_at + app.config.sessions.idle <= now;
    row.expires_at > now && !is_idle
}

/// Ends a session, with every authorization of it that was not allowed to last offline.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn end(app: &App, session: &Session, reason: &'static str) -> Result<(), Fault> {
    end_by_id(app, session.account, session.id, reason, &session.origin()).await?;
    Ok(())
}

/// Ends one session of an account by its identifier; whether it was this call that did.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn end_by_id(
    app: &App,
    account: AccountId,
    id: SessionId,
    reason: &'static str,
    origin: &Origin,
) -> Result<bool, Fault> {
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let is_ended = sessions::end(tx, account, id, reason, unit.now()).await?;
                if is_ended {
                    sign_out::tell(tx, &unit, account, id).await?;
                    audit::record(tx, &unit, &ended(account, reason), &origin).await?;
                }
                Ok(is_ended)
            })
        })
        .await
}

/// Ends every other session of the account; gives how many.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn end_others(app: &App, session: &Session) -> Result<usize, Fault> {
    let (unit, session) = (app.clone(), session.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let origin = session.origin();
                end_all(tx, &unit, session.account, Some(session.id), "ended_by_person", &origin).await
            })
        })
        .await
}

/// Ends the sessions of an account in the caller's unit; gives how many.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn end_all(
    conn: &mut Conn<'_>,
    app: &App,
    account: AccountId,
    but: Option<SessionId>,
    reason: &'static str,
    origin: &Origin,
) -> Result<usize, Fault> {
    let ids = sessions::end_all(conn, account, but, reason, app.now()).await?;
    for id in &ids {
        sign_out::tell(conn, app, account, *id).await?;
        audit::record(conn, app, &ended(account, reason), origin).await?;
    }
    Ok(ids.len())
}

fn ended(account: AccountId, reason: &'static str) -> Record {
    Record::of("session.ended", account).because(reason)
}

/// The live sessions of an account, newest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(app: &App, account: AccountId) -> Result<Vec<Session>, Fault> {
    let now = app.now();
    let rows = app.db.read::<_, Fault, _>(move |conn| Box::pin(sessions::list(conn, account, now))).await?;
    Ok(rows.into_iter().filter(|row| is_live(app, row, now)).map(session).collect())
}

fn session(row: Row) -> Session {
    Session {
        id: row.id,
        account: row.account_id,
        acr: row.acr,
        amr: row.amr.split(' ').filter(|m| !m.is_empty()).map(str::to_owned).collect(),
        auth_time: row.auth_time,
        created_at: row.created_at,
        seen_at: row.seen_at,
        expires_at: row.expires_at,
        remembered: row.remembered,
        address_prefix: row.address_prefix,
        agent: row.agent,
    }
}
