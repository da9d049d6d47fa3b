//! Which clients that hear of sign-outs took part in which session.

use diesel::prelude::*;

use super::schema::{clients, session_clients, sessions};
use super::{Conn, Json, Stored, on};
use crate::base::Fault;
use crate::base::id::{AccountId, ClientId, SessionId};
use crate::oauth::Client;

/// Notes that a client takes part in a session.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn insert(
    conn: &mut Conn<'_>,
    session: SessionId,
    client: &ClientId,
    account: AccountId,
) -> Result<(), Fault> {
    let row = (
        session_clients::session_id.eq(session),
        session_clients::client_id.eq(client),
        session_clients::account_id.eq(account),
    );
    let insert = diesel::insert_into(session_clients::table).values(row).on_conflict_do_nothing();
    on!(conn, execute, insert).stored("note a client of a session")?;
    Ok(())
}

/// The clients that took part in a session, as they are registered now.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn of_session(conn: &mut Conn<'_>, session: SessionId) -> Result<Vec<Client>, Fault> {
    let query = session_clients::table
        .inner_join(clients::table.on(clients::id.eq(session_clients::client_id)))
        .filter(session_clients::session_id.eq(session))
        .order(clients::id)
        .select((clients::id, clients::metadata));
    let rows: Vec<(ClientId, Json<Client>)> = on!(conn, load, query).stored("list the clients of a session")?;
    Ok(rows.into_iter().map(|(id, metadata)| Client { id, ..metadata.0 }).collect())
}

/// The sessions of an account that have not ended and in which a client took part.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn open_with(conn: &mut Conn<'_>, account: AccountId, client: &ClientId) -> Result<Vec<SessionId>, Fault> {
    let query = session_clients::table
        .inner_join(sessions::table.on(sessions::id.eq(session_clients::session_id)))
        .filter(session_clients::account_id.eq(account))
        .filter(session_clients::client_id.eq(client))
        .filter(sessions::ended_at.is_null())
        .order(sessions::id)
        .select(sessions::id);
    on!(conn, load, query).stored("list the sessions of a client")
}

/// Forgets that a client took part in sessions of an account: it has been told that it is over.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn forget(conn: &mut Conn<'_>, account: AccountId, client: &ClientId) -> Result<(), Fault> {
    let own = session_clients::account_id.eq(account).and(session_clients::client_id.eq(client));
    on!(conn, execute, diesel::delete(session_clients::table.filter(own))).stored("forget a client of sessions")?;
    Ok(())
}
