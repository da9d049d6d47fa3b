//! Where clients want to be called, and the messages that they were or will be sent.

use std::str::FromStr;

use diesel::prelude::*;

use super::schema::{webhook_endpoints, webhook_messages};
use super::{Conn, Json, Stored, on, steady, text_column};
use crate::base::id::{AccountId, ClientId, EndpointId, MessageId};
use crate::base::{Fault, Time};
use crate::catalog::messages::News;

/// How messages to an endpoint are signed (Standard Webhooks).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Ed25519.
    V1a,
    /// HMAC-SHA256.
    V1,
}

impl Scheme {
    pub const ALL: [Self; 2] = [Self::V1a, Self::V1];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1a => "v1a",
            Self::V1 => "v1",
        }
    }
}

/// Whether an endpoint is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointState {
    Enabled,
    /// It said so (410), or did not take a message for days.
    Disabled,
}

impl EndpointState {
    pub const ALL: [Self; 2] = [Self::Enabled, Self::Disabled];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
        }
    }
}

/// How far a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageState {
    Waiting,
    Delivered,
    /// Given up; it can be sent again by hand.
    Dead,
    /// There was nobody to tell any more.
    Dropped,
}

impl MessageState {
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Delivered, Self::Dead, Self::Dropped];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
            Self::Dropped => "dropped",
        }
    }
}

macro_rules! read_by_name {
    ($($ty:ty),*) => {$(
        impl FromStr for $ty {
            type Err = ();
            fn from_str(text: &str) -> Result<Self, ()> {
                Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or(())
            }
        }
    )*};
}
read_by_name!(Scheme, EndpointState, MessageState);
text_column!(Scheme, EndpointState, MessageState);

/// An endpoint of a client.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = webhook_endpoints, treat_none_as_default_value = false)]
pub struct Endpoint {
    pub id: EndpointId,
    pub client_id: ClientId,
    pub url: String,
    /// Types of messages; none for all of them.
    pub events: Json<Vec<String>>,
    pub scheme: Scheme,
    /// Sealed.
    pub secret: Vec<u8>,
    /// The one before, sealed: both sign until a time.
    pub old_secret: Option<Vec<u8>>,
    pub old_until: Option<Time>,
    pub state: EndpointState,
    /// Why it is disabled.
    pub reason: Option<String>,
    pub created_at: Time,
    pub updated_at: Time,
}

impl Endpoint {
    /// Whether it wants messages of a type.
    pub fn wants(&self, kind: &str) -> bool {
        self.events.0.is_empty() || self.events.0.iter().any(|one| one == kind)
    }
}

/// A message to an endpoint.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = webhook_messages, treat_none_as_default_value = false)]
pub struct Message {
    pub id: MessageId,
    pub endpoint_id: EndpointId,
    /// Whom it is about; the account may be gone.
    pub account_id: Option<AccountId>,
    pub kind: String,
    pub news: Json<News>,
    pub state: MessageState,
    pub attempts: i32,
    /// How the last try went.
    pub outcome: Option<String>,
    pub created_at: Time,
    pub tried_at: Option<Time>,
}

/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, endpoint: &Endpoint) -> Result<(), Fault> {
    let insert = diesel::insert_into(webhook_endpoints::table).values(endpoint);
    on!(conn, execute, insert).stored("keep an endpoint")?;
    Ok(())
}

/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, id: EndpointId) -> Result<Option<Endpoint>, Fault> {
    let query = webhook_endpoints::table.find(id);
    on!(conn, get_result, query.select(Endpoint::as_select())).optional().stored("find an endpoint")
}

/// The endpoints of a client, the oldest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(conn: &mut Conn<'_>, client: &ClientId) -> Result<Vec<Endpoint>, Fault> {
    let query =
        webhook_endpoints::table.filter(webhook_endpoints::client_id.eq(client)).order(webhook_endpoints::id.asc());
    on!(conn, load, query.select(Endpoint::as_select())).stored("list endpoints")
}

/// Those of some clients that are called.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn listening(conn: &mut Conn<'_>, clients: &[ClientId]) -> Result<Vec<Endpoint>, Fault> {
    let query = webhook_endpoints::table
        .filter(webhook_endpoints::client_id.eq_any(clients))
        .filter(webhook_endpoints::state.eq(EndpointState::Enabled));
    on!(conn, load, query.select(Endpoint::as_select())).stored("find endpoints")
}

/// # Errors
/// A fault when the database does not answer.
pub async fn delete(conn: &mut Conn<'_>, id: EndpointId) -> Result<bool, Fault> {
    Ok(on!(conn, execute, diesel::delete(webhook_endpoints::table.find(id))).stored("remove an endpoint")? == 1)
}

/// Switches an endpoint on or off; whether it was this call that did.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn set_state(
    conn: &mut Conn<'_>,
    id: EndpointId,
    state: EndpointState,
    reason: Option<&str>,
    now: Time,
) -> Result<bool, Fault> {
    let other = webhook_endpoints::table.find(id).filter(webhook_endpoints::state.ne(state));
    let change = (
        webhook_endpoints::state.eq(state),
        webhook_endpoints::reason.eq(reason),
        webhook_endpoints::updated_at.eq(now),
    );
    Ok(on!(conn, execute, steady(diesel::update(other).set(change))).stored("switch an endpoint")? == 1)
}

/// Puts new secrets in the place of those that were read; `false` where others were put there meanwhile.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn set_secrets(conn: &mut Conn<'_>, before: &Endpoint, after: &Endpoint) -> Result<bool, Fault> {
    let same = webhook_endpoints::table.find(before.id).filter(webhook_endpoints::secret.eq(&before.secret));
    let change = (
        webhook_endpoints::secret.eq(&after.secret),
        webhook_endpoints::old_secret.eq(&after.old_secret),
        webhook_endpoints::old_until.eq(after.old_until),
        webhook_endpoints::updated_at.eq(after.updated_at),
    );
    Ok(on!(conn, execute, steady(diesel::update(same).set(change))).stored("change an endpoint's secret")? == 1)
}

/// Every endpoint, for whom its secrets are sealed anew.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn all(conn: &mut Conn<'_>) -> Result<Vec<Endpoint>, Fault> {
    on!(conn, load, webhook_endpoints::table.select(Endpoint::as_select())).stored("list endpoints")
}

/// # Errors
/// A fault when the database does not answer.
pub async fn insert_message(conn: &mut Conn<'_>, message: &Message) -> Result<(), Fault> {
    let insert = diesel::insert_into(webhook_messages::table).values(message);
    on!(conn, execute, insert).stored("keep a message")?;
    Ok(())
}

/// # Errors
/// A fault when the database does not answer.
pub async fn find_message(conn: &mut Conn<'_>, id: MessageId) -> Result<Option<Message>, Fault> {
    let query = webhook_messages::table.find(id);
    on!(conn, get_result, query.select(Message::as_select())).optional().stored("find a message")
}

/// The newest messages to an endpoint.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn messages(conn: &mut Conn<'_>, endpoint: EndpointId, most: i64) -> Result<Vec<Message>, Fault> {
    let query = webhook_messages::table
        .filter(webhook_messages::endpoint_id.eq(endpoint))
        .order(webhook_messages::id.desc())
        .limit(most);
    on!(conn, load, query.select(Message::as_select())).stored("list messages")
}

/// The messages to an endpoint that were given up, the oldest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn dead(conn: &mut Conn<'_>, endpoint: EndpointId, most: i64) -> Result<Vec<Message>, Fault> {
    let query = webhook_messages::table
        .filter(webhook_messages::endpoint_id.eq(endpoint))
        .filter(webhook_messages::state.eq(MessageState::Dead))
        .order(webhook_messages::id.asc())
        .limit(most);
    on!(conn, load, query.select(Message::as_select())).stored("list messages that were given up")
}

/// Notes how a try to send a message went.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn note(
    conn: &mut Conn<'_>,
    id: MessageId,
    state: MessageState,
    outcome: &str,
    now: Time,
) -> Result<(), Fault> {
    let change = (
        webhook_messages::state.eq(state),
        webhook_messages::attempts.eq(webhook_messages::attempts + 1),
        webhook_messages::outcome.eq(Some(outcome)),
        webhook_messages::tried_at.eq(Some(now)),
    );
    let update = diesel::update(webhook_messages::table.find(id)).set(change);
    on!(conn, execute, steady(update)).stored("note how a message went")?;
    Ok(())
}

/// Lays a message aside that was tried often enough.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn lay_aside(conn: &mut Conn<'_>, id: MessageId) -> Result<(), Fault> {
    let update = diesel::update(webhook_messages::table.find(id));
    let update = update.set(webhook_messages::state.eq(MessageState::Dead));
    on!(conn, execute, steady(update)).stored("lay a message aside")?;
    Ok(())
}

/// Lets a message wait for another round of tries; `false` where it waits already.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn revive(conn: &mut Conn<'_>, id: MessageId) -> Result<bool, Fault> {
    let over = webhook_messages::table.find(id).filter(webhook_messages::state.ne(MessageState::Waiting));
    let update = diesel::update(over).set(webhook_messages::state.eq(MessageState::Waiting));
    Ok(on!(conn, execute, steady(update)).stored("send a message again")? == 1)
}
