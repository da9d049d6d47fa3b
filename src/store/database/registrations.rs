//! Who may register clients, who may manage a registration, and which clients are read from their own documents.

use diesel::prelude::*;

use super::schema::{client_documents, initial_tokens, registrations};
use super::{Conn, Stored, on};
use crate::base::id::{ClientId, InitialTokenId};
use crate::base::{Digest, Fault, Time};

/// A token with which somebody may register clients (RFC 7591 §3).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = initial_tokens)]
pub struct InitialToken {
    pub id: InitialTokenId,
    pub digest: Digest,
    /// Whom it was given to, in the operator's words.
    pub label: String,
    pub uses: i32,
    pub most_uses: i32,
    pub created_at: Time,
    pub expires_at: Time,
}

/// # Errors
/// A fault when the database does not answer.
pub async fn insert_initial(conn: &mut Conn<'_>, token: &InitialToken) -> Result<(), Fault> {
    on!(conn, execute, diesel::insert_into(initial_tokens::table).values(token)).stored("keep an initial token")?;
    Ok(())
}

/// All of them, the oldest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list_initial(conn: &mut Conn<'_>) -> Result<Vec<InitialToken>, Fault> {
    on!(conn, load, initial_tokens::table.order(initial_tokens::id)).stored("list initial tokens")
}

/// Whether a token could be used now. Only [`use_initial`] uses it.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn is_usable(conn: &mut Conn<'_>, digest: Digest, now: Time) -> Result<bool, Fault> {
    let live = initial_tokens::digest
        .eq(digest)
        .and(initial_tokens::expires_at.gt(now))
        .and(initial_tokens::uses.lt(initial_tokens::most_uses));
    let query = diesel::select(diesel::dsl::exists(initial_tokens::table.filter(live)));
    on!(conn, get_result, query).stored("find an initial token")
}

/// Uses a token once; `false` when it has expired, or was used as often as it may be. One update decides.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn use_initial(conn: &mut Conn<'_>, digest: Digest, now: Time) -> Result<bool, Fault> {
    let live = initial_tokens::digest
        .eq(digest)
        .and(initial_tokens::expires_at.gt(now))
        .and(initial_tokens::uses.lt(initial_tokens::most_uses));
    let update =
        diesel::update(initial_tokens::table.filter(live)).set(initial_tokens::uses.eq(initial_tokens::uses + 1));
    Ok(on!(conn, execute, update).stored("use an initial token")? == 1)
}

/// Takes a token back; `false` when there is none.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn delete_initial(conn: &mut Conn<'_>, id: InitialTokenId) -> Result<bool, Fault> {
    Ok(on!(conn, execute, diesel::delete(initial_tokens::table.find(id))).stored("delete an initial token")? == 1)
}

/// The registration of a client by itself.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = registrations)]
pub struct Registration {
    pub client_id: ClientId,
    /// Of the registration access token (RFC 7592 §3).
    pub digest: Digest,
    /// The software statement, as it was sent.
    pub statement: Option<String>,
    pub created_at: Time,
}

/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, row: &Registration) -> Result<(), Fault> {
    on!(conn, execute, diesel::insert_into(registrations::table).values(row)).stored("keep a registration")?;
    Ok(())
}

/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, client: &ClientId) -> Result<Option<Registration>, Fault> {
    on!(conn, first, registrations::table.find(client)).optional().stored("find a registration")
}

/// Keeps the software statement of a change.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn set_statement(conn: &mut Conn<'_>, client: &ClientId, statement: Option<&str>) -> Result<(), Fault> {
    let update = diesel::update(registrations::table.find(client)).set(registrations::statement.eq(statement));
    on!(conn, execute, update).stored("keep a software statement")?;
    Ok(())
}

/// When the document of a client was read last; `None` where the client is none that has one.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn document_read_at(conn: &mut Conn<'_>, client: &ClientId) -> Result<Option<Time>, Fault> {
    let query = client_documents::table.find(client).select(client_documents::fetched_at);
    on!(conn, first, query).optional().stored("find when a client's document was read")
}

/// Notes when the document of a client was read.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn note_document(conn: &mut Conn<'_>, client: &ClientId, now: Time) -> Result<(), Fault> {
    let row = (client_documents::client_id.eq(client), client_documents::fetched_at.eq(now));
    let insert = diesel::insert_into(client_documents::table)
        .values(row)
        .on_conflict(client_documents::client_id)
        .do_update()
        .set(client_documents::fetched_at.eq(now));
    on!(conn, execute, insert).stored("note that a client's document was read")?;
    Ok(())
}
