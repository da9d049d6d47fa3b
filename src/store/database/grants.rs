//! Grants: what an account allows a client; at most one active for each pair.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::schema::grants;
use super::{Conn, Json, Stored, on, steady};
use crate::base::id::{AccountId, ClientId, GrantId};
use crate::base::{Digest, Fault, Time};
use crate::oauth::Grant;
use crate::oauth::Scope;
use crate::oauth::grant::{Demand, Duration, GrantState, Pick};

/// A grant as it is kept.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = grants, treat_none_as_default_value = false)]
pub struct GrantRow {
    id: GrantId,
    account_id: AccountId,
    client_id: ClientId,
    state: String,
    epoch: i32,
    scope: Scope,
    claims: Json<BTreeSet<String>>,
    offered: Json<Demand>,
    duration: String,
    client_seen: Digest,
    created_at: Time,
    confirmed_at: Time,
    expires_at: Option<Time>,
    ended_at: Option<Time>,
    end_reason: Option<String>,
    picks: Json<BTreeSet<Pick>>,
    paused_at: Option<Time>,
}

/// A grant, and what the person saw of the client when they agreed.
#[derive(Debug, Clone)]
pub struct KeptGrant {
    pub grant: Grant,
    pub client_seen: Digest,
    pub ended_at: Option<Time>,
    /// Since when the person lets nothing be read under it, though it goes on.
    pub paused_at: Option<Time>,
}

impl GrantRow {
    fn new(grant: &Grant, client_seen: Digest) -> Self {
        Self {
            id: grant.id,
            account_id: grant.account,
            client_id: grant.client.clone(),
            state: grant.state.name().to_owned(),
            epoch: grant.epoch as i32,
            scope: grant.allowed.scope.clone(),
            claims: Json(grant.allowed.claims.clone()),
            offered: Json(grant.offered.clone()),
            duration: grant.duration.name().to_owned(),
            client_seen,
            created_at: grant.created_at,
            confirmed_at: grant.confirmed_at,
            expires_at: grant.expires_at,
            ended_at: None,
            end_reason: None,
            picks: Json(grant.allowed.picks.clone()),
            paused_at: None,
        }
    }

    /// # Errors
    /// A fault when the row was written by a house that knew more words.
    pub fn read(self) -> Result<KeptGrant, Fault> {
        let unknown = || Fault::broken("read a grant: unknown state or duration");
        let grant = Grant {
            id: self.id,
            account: self.account_id,
            client: self.client_id,
            allowed: Demand { scope: self.scope, claims: self.claims.0, picks: self.picks.0 },
            offered: self.offered.0,
            duration: Duration::read(&self.duration).ok_or_else(unknown)?,
            created_at: self.created_at,
            confirmed_at: self.confirmed_at,
            expires_at: self.expires_at,
            epoch: self.epoch as u32,
            state: GrantState::read(&self.state).ok_or_else(unknown)?,
        };
        let (ended_at, paused_at) = (self.ended_at, self.paused_at);
        Ok(KeptGrant { grant, client_seen: self.client_seen, ended_at, paused_at })
    }
}

/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, id: GrantId) -> Result<Option<KeptGrant>, Fault> {
    let query = grants::table.find(id);
    let row: Option<GrantRow> =
        on!(conn, get_result, query.select(GrantRow::as_select())).optional().stored("find a grant")?;
    row.map(GrantRow::read).transpose()
}

/// The active grant of an account to a client; its time may be over.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn active(conn: &mut Conn<'_>, account: AccountId, client: &ClientId) -> Result<Option<KeptGrant>, Fault> {
    let query = grants::table
        .filter(grants::account_id.eq(account))
        .filter(grants::client_id.eq(client))
        .filter(grants::state.eq("active"));
    let row: Option<GrantRow> =
        on!(conn, get_result, query.select(GrantRow::as_select())).optional().stored("find the active grant")?;
    row.map(GrantRow::read).transpose()
}

/// The grants of an account, the newest first, ended ones included.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(conn: &mut Conn<'_>, account: AccountId, most: i64) -> Result<Vec<KeptGrant>, Fault> {
    let query = grants::table.filter(grants::account_id.eq(account)).order(grants::id.desc()).limit(most);
    let rows: Vec<GrantRow> = on!(conn, load, query.select(GrantRow::as_select())).stored("list grants")?;
    rows.into_iter().map(GrantRow::read).collect()
}

/// The live grants of an account that are not paused.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn live(conn: &mut Conn<'_>, account: AccountId, now: Time) -> Result<Vec<Grant>, Fault> {
    let query = grants::table
        .filter(grants::account_id.eq(account))
        .filter(grants::state.eq("active"))
        .filter(grants::expires_at.is_null().or(grants::expires_at.gt(now)))
        .filter(grants::paused_at.is_null());
    let rows: Vec<GrantRow> = on!(conn, load, query.select(GrantRow::as_select())).stored("list live grants")?;
    rows.into_iter().map(|row| Ok(row.read()?.grant)).collect()
}

/// The clients with which an account shares something, or did after a time, each with its newest grant.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn known_to(conn: &mut Conn<'_>, account: AccountId, after: Time) -> Result<Vec<(ClientId, GrantId)>, Fault> {
    let is_recent = grants::state.eq("active").and(grants::expires_at.is_null().or(grants::expires_at.gt(after)));
    let query = grants::table
        .filter(grants::account_id.eq(account))
        .filter(is_recent.or(grants::ended_at.gt(after)))
        .order(grants::id.desc())
        .select((grants::client_id, grants::id));
    let all: Vec<(ClientId, GrantId)> = on!(conn, load, query).stored("find the clients of an account")?;
    let mut seen = BTreeSet::new();
    Ok(all.into_iter().filter(|(client, _)| seen.insert(client.clone())).collect())
}

/// The live grants of a client, the oldest first, behind one of them.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn of_client(
    conn: &mut Conn<'_>,
    client: &ClientId,
    behind: Option<GrantId>,
    now: Time,
    most: usize,
) -> Result<Vec<Grant>, Fault> {
    let behind = behind.unwrap_or_else(|| GrantId::from_bytes([0; 16]));
    let query = grants::table
        .filter(grants::client_id.eq(client))
        .filter(grants::state.eq("active"))
        .filter(grants::expires_at.is_null().or(grants::expires_at.gt(now)))
        .filter(grants::id.gt(behind))
        .order(grants::id.asc())
        .limit(i64::try_from(most).unwrap_or(i64::MAX));
    let rows: Vec<GrantRow> = on!(conn, load, query.select(GrantRow::as_select())).stored("list a client's grants")?;
    rows.into_iter().map(|row| Ok(row.read()?.grant)).collect()
}

/// The active grants of an account; their time may be over.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list_active(conn: &mut Conn<'_>, account: AccountId, most: i64) -> Result<Vec<KeptGrant>, Fault> {
    let query = grants::table.filter(grants::account_id.eq(account)).filter(grants::state.eq("active")).limit(most);
    let rows: Vec<GrantRow> = on!(conn, load, query.select(GrantRow::as_select())).stored("list active grants")?;
    rows.into_iter().map(GrantRow::read).collect()
}

/// How many grants are live.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn count_live(conn: &mut Conn<'_>, now: Time) -> Result<i64, Fault> {
    let lasts = grants::expires_at.is_null().or(grants::expires_at.gt(now));
    on!(conn, get_result, grants::table.filter(grants::state.eq("active")).filter(lasts).count()).stored("count grants")
}

/// Keeps a new grant; `false` when the account has an active one for the client already.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, grant: &Grant, client_seen: Digest) -> Result<bool, Fault> {
    let row = GrantRow::new(grant, client_seen);
    let insert = diesel::insert_into(grants::table).values(&row).on_conflict_do_nothing();
    Ok(on!(conn, execute, insert).stored("keep a grant")? == 1)
}

/// Replaces `before` by `after`; `false` when the grant has moved on since `before` was read.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn replace(conn: &mut Conn<'_>, before: &Grant, after: &Grant, client_seen: Digest) -> Result<bool, Fault> {
    let unmoved = grants::table
        .find(before.id)
        .filter(grants::state.eq("active"))
        .filter(grants::epoch.eq(before.epoch as i32))
        .filter(grants::confirmed_at.eq(before.confirmed_at))
        .filter(grants::scope.eq(&before.allowed.scope))
        .filter(grants::claims.eq(Json(before.allowed.claims.clone())))
        .filter(grants::picks.eq(Json(before.allowed.picks.clone())));
    let row = GrantRow::new(after, client_seen);
    let update = diesel::update(unmoved).set((
        grants::epoch.eq(row.epoch),
        grants::scope.eq(row.scope),
        grants::claims.eq(row.claims),
        grants::picks.eq(row.picks),
        grants::offered.eq(row.offered),
        grants::duration.eq(row.duration),
        grants::client_seen.eq(client_seen),
        grants::confirmed_at.eq(row.confirmed_at),
        grants::expires_at.eq(row.expires_at),
        grants::expiry_noted.eq(false),
    ));
    Ok(on!(conn, execute, steady(update)).stored("change a grant")? == 1)
}

/// Ends an active grant of this account for good, with a new epoch; `false` when it is not active.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn end(
    conn: &mut Conn<'_>,
    account: AccountId,
    id: GrantId,
    state: GrantState,
    reason: &'static str,
    now: Time,
) -> Result<bool, Fault> {
    let active = grants::table.find(id).filter(grants::account_id.eq(account)).filter(grants::state.eq("active"));
    let update = diesel::update(active).set((
        grants::state.eq(state.name()),
        grants::epoch.eq(grants::epoch + 1),
        grants::ended_at.eq(Some(now)),
        grants::end_reason.eq(Some(reason)),
    ));
    Ok(on!(conn, execute, steady(update)).stored("end a grant")? == 1)
}

/// Pauses an active grant of this account, or lets it go on; `false` where it is so already, or not active.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn pause(conn: &mut Conn<'_>, account: AccountId, id: GrantId, since: Option<Time>) -> Result<bool, Fault> {
    let active = grants::table
        .find(id)
        .filter(grants::account_id.eq(account))
        .filter(grants::state.eq("active"))
        .filter(grants::paused_at.is_null().eq(since.is_some()));
    let update = diesel::update(active).set(grants::paused_at.eq(since));
    Ok(on!(conn, execute, steady(update)).stored("pause a grant")? == 1)
}

/// At most `most` active grants whose time ended before `now`, and of whose end nothing is noted.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn expired(conn: &mut Conn<'_>, now: Time, most: i64) -> Result<Vec<KeptGrant>, Fault> {
    let query = grants::table
        .filter(grants::state.eq("active"))
        .filter(grants::expires_at.le(now))
        .filter(diesel::dsl::not(grants::expiry_noted))
        .order(grants::expires_at)
        .limit(most);
    let rows: Vec<GrantRow> = on!(conn, load, query.select(GrantRow::as_select())).stored("list expired grants")?;
    rows.into_iter().map(GrantRow::read).collect()
}

/// Notes that the end of a grant's time is told of; `false` where another was first, or it was renewed.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn note_expiry(conn: &mut Conn<'_>, grant: &Grant) -> Result<bool, Fault> {
    let unnoted = grants::table
        .find(grant.id)
        .filter(grants::state.eq("active"))
        .filter(grants::expires_at.eq(grant.expires_at))
        .filter(diesel::dsl::not(grants::expiry_noted));
    let update = diesel::update(unnoted).set(grants::expiry_noted.eq(true));
    Ok(on!(conn, execute, steady(update)).stored("note the end of a grant")? == 1)
}
