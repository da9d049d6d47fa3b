//! Signed-in browsers, and the token families that end with them.

use diesel::prelude::*;

use super::schema::{sessions, token_families};
use super::{Conn, Stored, on, steady};
use crate::base::id::{AccountId, SessionId};
use crate::base::{Digest, Fault, Time};

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub struct Row {
    pub id: SessionId,
    /// Of the cookie's value.
    pub digest: Digest,
    pub account_id: AccountId,
    pub acr: String,
    /// Separated by spaces.
    pub amr: String,
    pub auth_time: Time,
    pub created_at: Time,
    pub seen_at: Time,
    pub expires_at: Time,
    pub ended_at: Option<Time>,
    pub remembered: bool,
    pub address_prefix: Option<String>,
    pub agent: Option<String>,
}

/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, row: &Row) -> Result<(), Fault> {
    on!(conn, execute, diesel::insert_into(sessions::table).values(row)).stored("open a session")?;
    Ok(())
}

/// The session of a cookie, ended or not.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, digest: Digest) -> Result<Option<Row>, Fault> {
    on!(conn, get_result, sessions::table.filter(sessions::digest.eq(digest))).optional().stored("find a session")
}

/// Whether a session is over, or gone from the table.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn is_ended(conn: &mut Conn<'_>, id: SessionId) -> Result<bool, Fault> {
    let open = sessions::table.find(id).filter(sessions::ended_at.is_null()).select(sessions::id);
    let found: Option<SessionId> = on!(conn, get_result, open).optional().stored("find whether a session is over")?;
    Ok(found.is_none())
}

/// Moves `seen_at`, unless another request just did.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn touch(conn: &mut Conn<'_>, id: SessionId, seen_at: Time, now: Time) -> Result<(), Fault> {
    let unmoved = sessions::table.find(id).filter(sessions::seen_at.eq(seen_at).and(sessions::ended_at.is_null()));
    on!(conn, execute, steady(diesel::update(unmoved).set(sessions::seen_at.eq(now)))).stored("touch a session")?;
    Ok(())
}

/// The sessions of an account that have neither ended nor passed their absolute limit, newest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(conn: &mut Conn<'_>, account: AccountId, now: Time) -> Result<Vec<Row>, Fault> {
    let live = sessions::account_id.eq(account).and(sessions::ended_at.is_null()).and(sessions::expires_at.gt(now));
    on!(conn, load, sessions::table.filter(live).order(sessions::id.desc())).stored("list sessions")
}

/// How many browsers are signed in: neither ended nor past their absolute limit, and remembered or seen after
/// `idle_since`.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn count_live(conn: &mut Conn<'_>, idle_since: Time, now: Time) -> Result<i64, Fault> {
    let is_used = sessions::remembered.eq(true).or(sessions::seen_at.gt(idle_since));
    let live = sessions::ended_at.is_null().and(sessions::expires_at.gt(now)).and(is_used);
    on!(conn, get_result, sessions::table.filter(live).count()).stored("count sessions")
}

/// Whether an account has been used with this browser before; `None` when it has not been used at all.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn knows_agent(conn: &mut Conn<'_>, account: AccountId, agent: &str) -> Result<Option<bool>, Fault> {
    let earlier = sessions::table.filter(sessions::account_id.eq(account));
    let any: Option<SessionId> =
        on!(conn, first, earlier.select(sessions::id)).optional().stored("look for an earlier session")?;
    if any.is_none() {
        return Ok(None);
    }
    let same = earlier.filter(sessions::agent.eq(agent)).select(sessions::id);
    let same: Option<SessionId> = on!(conn, first, same).optional().stored("look for a known browser")?;
    Ok(Some(same.is_some()))
}

/// Whether the account has been signed in to from this network with this browser.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn knows_place(
    conn: &mut Conn<'_>,
    account: AccountId,
    address_prefix: &str,
    agent: &str,
) -> Result<bool, Fault> {
    let same = sessions::account_id
        .eq(account)
        .and(sessions::address_prefix.eq(address_prefix))
        .and(sessions::agent.eq(agent));
    let found: Option<SessionId> = on!(conn, first, sessions::table.filter(same).select(sessions::id))
        .optional()
        .stored("look for a known place")?;
    Ok(found.is_some())
}

/// Gives a session another cookie, sign-in and end: the cookie before opens nothing any more, and clients go on to know
/// the session by the same name. `false` when it has ended.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn renew(conn: &mut Conn<'_>, row: &Row) -> Result<bool, Fault> {
    let own = sessions::id.eq(row.id).and(sessions::account_id.eq(row.account_id)).and(sessions::ended_at.is_null());
    let update = diesel::update(sessions::table.filter(own)).set((
        sessions::digest.eq(row.digest),
        sessions::acr.eq(&row.acr),
        sessions::amr.eq(&row.amr),
        sessions::auth_time.eq(row.auth_time),
        sessions::seen_at.eq(row.seen_at),
        sessions::expires_at.eq(row.expires_at),
        sessions::remembered.eq(row.remembered),
        sessions::address_prefix.eq(&row.address_prefix),
        sessions::agent.eq(&row.agent),
    ));
    Ok(on!(conn, execute, update).stored("renew a session")? == 1)
}

/// Ends one session of an account with the families that hang on it; whether it was this call that did.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn end(
    conn: &mut Conn<'_>,
    account: AccountId,
    id: SessionId,
    reason: &'static str,
    now: Time,
) -> Result<bool, Fault> {
    let open = sessions::id.eq(id).and(sessions::account_id.eq(account)).and(sessions::ended_at.is_null());
    let update = diesel::update(sessions::table.filter(open)).set(sessions::ended_at.eq(now));
    let ended = on!(conn, execute, steady(update)).stored("end a session")? == 1;
    end_families(conn, account, id, reason, now).await?;
    Ok(ended)
}

/// Ends all sessions of an account but one, with the families that hang on them; gives those that this call ended.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn end_all(
    conn: &mut Conn<'_>,
    account: AccountId,
    but: Option<SessionId>,
    reason: &'static str,
    now: Time,
) -> Result<Vec<SessionId>, Fault> {
    let open = sessions::table.filter(sessions::account_id.eq(account).and(sessions::ended_at.is_null()));
    let ids: Vec<SessionId> = on!(conn, load, open.select(sessions::id)).stored("list open sessions")?;
    let mut ended = Vec::new();
    for id in ids {
        if but != Some(id) && end(conn, account, id, reason, now).await? {
            ended.push(id);
        }
    }
    Ok(ended)
}

/// A sign-out also ends what was issued for that browser, except what the person allowed offline.
async fn end_families(
    conn: &mut Conn<'_>,
    account: AccountId,
    id: SessionId,
    reason: &'static str,
    now: Time,
) -> Result<(), Fault> {
    let own = token_families::session_id.eq(id).and(token_families::account_id.eq(account));
    let live = own.and(token_families::offline.eq(false)).and(token_families::state.ne("ended"));
    let change =
        (token_families::state.eq("ended"), token_families::ended_at.eq(now), token_families::end_reason.eq(reason));
    on!(conn, execute, steady(diesel::update(token_families::table.filter(live)).set(change)))
        .stored("end the families of a session")?;
    Ok(())
}
