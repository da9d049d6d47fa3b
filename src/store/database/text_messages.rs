//! Messages that went to phones: what became of each, as far as their gateway tells.

use std::str::FromStr;

use diesel::prelude::*;

use super::schema::text_messages;
use super::{Conn, Stored, on, steady, text_column};
use crate::base::id::{AccountId, JobId};
use crate::base::{Digest, Fault, Time};

/// How far a message has come. Gateways tell in any order and more than once: it never goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It waits for the gateway, or there.
    Queued,
    /// The gateway has it, or the network.
    Sent,
    Failed,
    Delivered,
}

impl State {
    pub const ALL: [Self; 4] = [Self::Queued, Self::Sent, Self::Failed, Self::Delivered];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Delivered => "delivered",
        }
    }

    /// The last one before it that a message can come from; a failure may turn out to be none.
    fn before(self) -> [Self; 3] {
        match self {
            Self::Queued | Self::Sent => [Self::Queued; 3],
            Self::Failed => [Self::Queued, Self::Sent, Self::Sent],
            Self::Delivered => [Self::Queued, Self::Sent, Self::Failed],
        }
    }
}

impl FromStr for State {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}

text_column!(State);

/// A message with a code.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = text_messages, treat_none_as_default_value = false)]
pub struct TextMessage {
    /// The job that sends it, by which the gateway knows it.
    pub id: JobId,
    pub account_id: AccountId,
    /// Blind index of the number.
    pub lookup: Digest,
    /// Keyed digest of its range of numbers.
    pub prefix: Digest,
    pub state: State,
    /// Why it failed, in the words of the gateway.
    pub code: Option<String>,
    /// What the gateway calls it.
    pub gateway_id: Option<String>,
    /// The SIM card was changed so lately that no code counts until then.
    pub held_until: Option<Time>,
    pub created_at: Time,
    pub changed_at: Time,
    /// When its code came back.
    pub answered_at: Option<Time>,
}

/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, message: &TextMessage) -> Result<(), Fault> {
    on!(conn, execute, diesel::insert_into(text_messages::table).values(message)).stored("add a text message")?;
    Ok(())
}

/// The newest message of an account to a number.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn latest(conn: &mut Conn<'_>, account: AccountId, lookup: Digest) -> Result<Option<TextMessage>, Fault> {
    let query = text_messages::table
        .filter(text_messages::account_id.eq(account).and(text_messages::lookup.eq(lookup)))
        .order(text_messages::id.desc());
    on!(conn, first, query).optional().stored("find the newest text message")
}

/// The message that a gateway calls so.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn find_by_gateway(conn: &mut Conn<'_>, gateway_id: &str) -> Result<Option<JobId>, Fault> {
    let query = text_messages::table
        .filter(text_messages::gateway_id.eq(gateway_id))
        .order(text_messages::id.desc())
        .select(text_messages::id);
    on!(conn, first, query).optional().stored("find a text message by its gateway's name")
}

/// Notes that a message has come so far; `None` where there is no such message, `false` where it was that far already.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn advance(
    conn: &mut Conn<'_>,
    id: JobId,
    state: State,
    code: Option<&str>,
    now: Time,
) -> Result<Option<bool>, Fault> {
    let [a, b, c] = state.before();
    let earlier = text_messages::state.eq(a).or(text_messages::state.eq(b)).or(text_messages::state.eq(c));
    let change = (text_messages::state.eq(state), text_messages::code.eq(code), text_messages::changed_at.eq(now));
    let update = diesel::update(text_messages::table.find(id).filter(earlier)).set(change);
    if on!(conn, execute, steady(update)).stored("note how far a text message has come")? == 1 {
        return Ok(Some(true));
    }
    let query = text_messages::table.find(id).select(text_messages::id);
    let found: Option<JobId> = on!(conn, first, query).optional().stored("find a text message")?;
    Ok(found.map(|_| false))
}

/// Notes what the gateway said when it took a message.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn taken(
    conn: &mut Conn<'_>,
    id: JobId,
    gateway_id: Option<&str>,
    held_until: Option<Time>,
    now: Time,
) -> Result<(), Fault> {
    let change = (text_messages::gateway_id.eq(gateway_id), text_messages::held_until.eq(held_until));
    on!(conn, execute, steady(diesel::update(text_messages::table.find(id)).set(change)))
        .stored("note what a gateway said of a text message")?;
    advance(conn, id, State::Sent, None, now).await?;
    Ok(())
}

/// Notes that the code of the newest message to a number came back.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn answered(conn: &mut Conn<'_>, account: AccountId, lookup: Digest, now: Time) -> Result<(), Fault> {
    let Some(message) = latest(conn, account, lookup).await? else { return Ok(()) };
    let update = diesel::update(text_messages::table.find(message.id)).set(text_messages::answered_at.eq(now));
    on!(conn, execute, steady(update)).stored("note that a code came back")?;
    Ok(())
}

/// How many messages went to a range of numbers since a time, and how many of their codes came back.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn tally(conn: &mut Conn<'_>, prefix: Digest, since: Time) -> Result<(i64, i64), Fault> {
    let sent = text_messages::prefix.eq(prefix).and(text_messages::created_at.gt(since));
    let all = text_messages::table.filter(sent).count();
    let answered = text_messages::table.filter(sent.and(text_messages::answered_at.is_not_null())).count();
    let all = on!(conn, get_result, all).stored("count text messages")?;
    Ok((all, on!(conn, get_result, answered).stored("count answered text messages")?))
}
