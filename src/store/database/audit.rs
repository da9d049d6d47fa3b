//! The audit trail: written with the act it tells of, read newest first.

use std::str::FromStr;

use diesel::prelude::*;

use super::schema::audit_events;
use super::{Conn, Json, Stored, on, text_column};
use crate::base::id::{AccountId, ClientId, EventId, GrantId};
use crate::base::{Digest, Fault, Time};

/// How an act ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Ok,
    Refused,
    Error,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Refused => "refused",
            Self::Error => "error",
        }
    }
}

impl FromStr for Outcome {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Ok, Self::Refused, Self::Error].into_iter().find(|o| o.as_str() == text).ok_or(())
    }
}

text_column!(Outcome);

/// A row of the trail: names of claims, never their values.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = audit_events, treat_none_as_default_value = false)]
pub struct Row {
    pub id: EventId,
    pub at: Time,
    pub event: String,
    pub account_id: Option<AccountId>,
    pub client_id: Option<ClientId>,
    pub grant_id: Option<GrantId>,
    pub channel: Option<String>,
    pub outcome: Outcome,
    pub requested: Option<Json<Vec<String>>>,
    pub released: Option<Json<Vec<String>>>,
    pub reason: Option<String>,
    pub address_prefix: Option<String>,
    pub agent: Option<String>,
    pub request_id: Option<String>,
    /// Keyed digest of all of it; rows that are older than the chain have none.
    pub mac: Option<Digest>,
}

/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, row: &Row) -> Result<(), Fault> {
    on!(conn, execute, diesel::insert_into(audit_events::table).values(row)).stored("write an audit event")?;
    Ok(())
}

/// Which rows of an account are looked at: between two places of the trail, which is in the order of time.
#[derive(Debug, Clone, Copy, Default)]
pub struct Between {
    /// Only rows older than this one.
    pub before: Option<EventId>,
    /// Only this row and younger ones.
    pub from: Option<EventId>,
}

/// The rows of an account, newest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(conn: &mut Conn<'_>, account: AccountId, between: Between, most: usize) -> Result<Vec<Row>, Fault> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    macro_rules! query {
        () => {{
            let mut query = audit_events::table
                .filter(audit_events::account_id.eq(account))
                .order(audit_events::id.desc())
                .limit(most)
                .into_boxed();
            if let Some(before) = between.before {
                query = query.filter(audit_events::id.lt(before));
            }
            if let Some(from) = between.from {
                query = query.filter(audit_events::id.ge(from));
            }
            query
        }};
    }
    on!(conn, load, query!()).stored("list audit events")
}

/// How many rows of a grant tell of one of the events with success since `since`; counts up to `most`.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn count_since(
    conn: &mut Conn<'_>,
    grant: GrantId,
    events: &[&'static str],
    since: Time,
    most: i64,
) -> Result<usize, Fault> {
    let query = audit_events::table
        .filter(audit_events::grant_id.eq(grant))
        .filter(audit_events::id.ge(EventId::earliest(since)))
        .filter(audit_events::event.eq_any(events))
        .filter(audit_events::outcome.eq(Outcome::Ok))
        .select(audit_events::id)
        .limit(most);
    let found: Vec<EventId> = on!(conn, load, query).stored("count audit events")?;
    Ok(found.len())
}

/// When each of the grants was last used for one of the events, with success.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn latest(
    conn: &mut Conn<'_>,
    grants: &[GrantId],
    events: &[&'static str],
) -> Result<Vec<(GrantId, Time)>, Fault> {
    let mut found = Vec::with_capacity(grants.len());
    for grant in grants {
        let query = audit_events::table
            .filter(audit_events::grant_id.eq(*grant))
            .filter(audit_events::event.eq_any(events))
            .filter(audit_events::outcome.eq(Outcome::Ok))
            .order(audit_events::id.desc())
            .select(audit_events::at);
        if let Some(at) = on!(conn, first, query).optional().stored("find the last read")? {
            found.push((*grant, at));
        }
    }
    Ok(found)
}
