//! Clients and the digests of their secrets.

use std::str::FromStr;

use diesel::prelude::*;

use super::schema::{client_secrets, clients};
use super::{Conn, Json, Stored, on, steady, text_column};
use crate::base::id::ClientId;
use crate::base::{Digest, Fault, Time};
use crate::oauth::Client;

/// Whether a client may act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientState {
    Active,
    /// Shut off by an operator: nothing is issued to it and nothing it holds works.
    Disabled,
}

impl ClientState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}

impl FromStr for ClientState {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Active, Self::Disabled].into_iter().find(|s| s.as_str() == text).ok_or(())
    }
}

text_column!(ClientState);

/// A client as it is kept.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = clients, treat_none_as_default_value = false)]
pub struct ClientRow {
    pub id: ClientId,
    pub metadata: Json<Client>,
    pub state: ClientState,
    /// Grows with every change of the client or its secrets: caches compare it.
    pub version: i64,
    pub created_at: Time,
    pub updated_at: Time,
}

/// The digest of one secret.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = client_secrets, treat_none_as_default_value = false)]
pub struct SecretRow {
    pub id: String,
    pub client_id: ClientId,
    pub digest: Digest,
    pub created_at: Time,
    pub expires_at: Option<Time>,
}

/// The version of a client, which a cache compares.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn version(conn: &mut Conn<'_>, id: &ClientId) -> Result<Option<i64>, Fault> {
    on!(conn, get_result, clients::table.find(id).select(clients::version)).optional().stored("find a client's version")
}

/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, id: &ClientId) -> Result<Option<ClientRow>, Fault> {
    on!(conn, get_result, clients::table.find(id).select(ClientRow::as_select())).optional().stored("find a client")
}

/// All clients, by their identifiers.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(conn: &mut Conn<'_>) -> Result<Vec<ClientRow>, Fault> {
    let query = clients::table.order(clients::id);
    on!(conn, load, query.select(ClientRow::as_select())).stored("list clients")
}

/// How many clients there are.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn count(conn: &mut Conn<'_>) -> Result<i64, Fault> {
    on!(conn, get_result, clients::table.count()).stored("count clients")
}

/// Keeps a new client; `false` when its identifier is taken.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, row: &ClientRow) -> Result<bool, Fault> {
    let insert = diesel::insert_into(clients::table).values(row).on_conflict_do_nothing();
    Ok(on!(conn, execute, insert).stored("keep a client")? == 1)
}

/// Replaces what is known of a client that still has the version `row` was read with; `false` when it moved on.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn replace(conn: &mut Conn<'_>, row: &ClientRow, now: Time) -> Result<bool, Fault> {
    let update = diesel::update(clients::table.find(&row.id).filter(clients::version.eq(row.version))).set((
        clients::metadata.eq(&row.metadata),
        clients::state.eq(row.state),
        clients::version.eq(clients::version + 1),
        clients::updated_at.eq(now),
    ));
    Ok(on!(conn, execute, steady(update)).stored("change a client")? == 1)
}

/// Moves the version, so that every node reads the client anew; `false` when there is no such client.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn touch(conn: &mut Conn<'_>, id: &ClientId, now: Time) -> Result<bool, Fault> {
    let update = diesel::update(clients::table.find(id))
        .set((clients::version.eq(clients::version + 1), clients::updated_at.eq(now)));
    Ok(on!(conn, execute, steady(update)).stored("touch a client")? == 1)
}

/// Removes a client with its grants and tokens; `false` when there is none.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn delete(conn: &mut Conn<'_>, id: &ClientId) -> Result<bool, Fault> {
    Ok(on!(conn, execute, diesel::delete(clients::table.find(id))).stored("delete a client")? == 1)
}

/// The secrets of a client that have not expired, oldest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn secrets(conn: &mut Conn<'_>, id: &ClientId, now: Time) -> Result<Vec<SecretRow>, Fault> {
    let live = client_secrets::expires_at.is_null().or(client_secrets::expires_at.gt(now));
    let query = client_secrets::table
        .filter(client_secrets::client_id.eq(id))
        .filter(live)
        .order((client_secrets::created_at, client_secrets::id));
    on!(conn, load, query.select(SecretRow::as_select())).stored("load a client's secrets")
}

/// # Errors
/// A fault when the database does not answer.
pub async fn insert_secret(conn: &mut Conn<'_>, row: &SecretRow) -> Result<(), Fault> {
    on!(conn, execute, diesel::insert_into(client_secrets::table).values(row)).stored("keep a client secret")?;
    Ok(())
}

/// # Errors
/// A fault when the database does not answer.
pub async fn delete_secret(conn: &mut Conn<'_>, id: &str) -> Result<bool, Fault> {
    Ok(on!(conn, execute, diesel::delete(client_secrets::table.find(id))).stored("delete a client secret")? == 1)
}

/// Says when a secret stops working.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn expire_secret(conn: &mut Conn<'_>, id: &str, at: Time) -> Result<(), Fault> {
    let update = diesel::update(client_secrets::table.find(id)).set(client_secrets::expires_at.eq(Some(at)));
    on!(conn, execute, steady(update)).stored("expire a client secret")?;
    Ok(())
}
