//! What changed in wallets: a list for each, in the order in which it was kept, and a note for each client that sees it.

use diesel::prelude::*;

use super::schema::{changes, client_changes};
use super::{Conn, Json, Stored, on, text_column};
use crate::base::id::{AccountId, ClientId, GrantId, MessageId};
use crate::base::{Fault, Time};
use crate::catalog::messages::{Op, Resource};
use crate::oauth::grant::Pick;

text_column!(Resource, Op);

/// One thing that changed.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = changes, treat_none_as_default_value = false)]
pub struct ChangeRow {
    pub account_id: AccountId,
    pub seq: i64,
    pub n: i32,
    pub resource: Resource,
    pub item: String,
    pub op: Op,
    pick: Option<String>,
    pub is_main: bool,
    pub grant_id: Option<GrantId>,
    pub at: Time,
}

/// What a row says of which thing it is about.
#[derive(Debug, Clone, Copy, Default)]
pub struct Which {
    /// Of an address: which one.
    pub pick: Option<Pick>,
    /// Whether it is what is told where none is picked.
    pub is_main: bool,
    /// Where it concerns one grant alone.
    pub grant: Option<GrantId>,
}

impl ChangeRow {
    pub fn new(
        (account_id, seq, n): (AccountId, i64, i32),
        (resource, item, op): (Resource, String, Op),
        which: Which,
        at: Time,
    ) -> Self {
        let pick = which.pick.map(|pick| pick.to_string());
        Self { account_id, seq, n, resource, item, op, pick, is_main: which.is_main, grant_id: which.grant, at }
    }

    pub fn pick(&self) -> Option<Pick> {
        self.pick.as_deref().and_then(|pick| pick.parse().ok())
    }
}

/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, rows: &[ChangeRow]) -> Result<(), Fault> {
    for row in rows {
        on!(conn, execute, diesel::insert_into(changes::table).values(row)).stored("note a change")?;
    }
    Ok(())
}

/// What changed in a wallet behind a place in its list, the oldest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn behind(
    conn: &mut Conn<'_>,
    account: AccountId,
    (seq, n): (i64, i32),
    most: usize,
) -> Result<Vec<ChangeRow>, Fault> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let later = changes::seq.gt(seq).or(changes::seq.eq(seq).and(changes::n.gt(n)));
    let query = changes::table
        .filter(changes::account_id.eq(account))
        .filter(later)
        .order((changes::seq.asc(), changes::n.asc()))
        .limit(most);
    on!(conn, load, query.select(ChangeRow::as_select())).stored("list changes")
}

/// Tells a client that it should look at one of its grants again.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = client_changes, treat_none_as_default_value = false)]
pub struct ClientChange {
    /// In the order of time.
    pub id: MessageId,
    pub client_id: ClientId,
    pub grant_id: GrantId,
    pub account_id: AccountId,
    /// Names of resources.
    pub resources: Json<Vec<String>>,
    pub at: Time,
}

/// # Errors
/// A fault when the database does not answer.
pub async fn tell_client(conn: &mut Conn<'_>, row: &ClientChange) -> Result<(), Fault> {
    on!(conn, execute, diesel::insert_into(client_changes::table).values(row)).stored("note a change for a client")?;
    Ok(())
}

/// What was noted for a client behind one note and before a time, the oldest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn of_client(
    conn: &mut Conn<'_>,
    client: &ClientId,
    behind: MessageId,
    before: MessageId,
    most: usize,
) -> Result<Vec<ClientChange>, Fault> {
    let query = client_changes::table
        .filter(client_changes::client_id.eq(client))
        .filter(client_changes::id.gt(behind))
        .filter(client_changes::id.lt(before))
        .order(client_changes::id.asc())
        .limit(i64::try_from(most).unwrap_or(i64::MAX));
    on!(conn, load, query.select(ClientChange::as_select())).stored("list changes for a client")
}
