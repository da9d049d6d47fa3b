//! Questions that clients put to people without a browser (CIBA): asked once, answered once.

use std::str::FromStr;

use diesel::prelude::*;

use super::schema::backchannel_requests;
use super::{Conn, Stored, on, text_column};
use crate::base::id::{AccountId, ClientId, FamilyId};
use crate::base::{Fault, Time};

/// Where a question stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuestionState {
    Pending,
    /// There is a token family under its identifier.
    Approved,
    Denied,
}

impl QuestionState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Denied => "denied",
        }
    }
}

impl FromStr for QuestionState {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Pending, Self::Approved, Self::Denied].into_iter().find(|s| s.as_str() == text).ok_or(())
    }
}

text_column!(QuestionState);

/// One question.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = backchannel_requests)]
pub struct Row {
    pub id: FamilyId,
    pub client_id: ClientId,
    pub account_id: AccountId,
    pub state: QuestionState,
    /// Sealed.
    pub payload: Vec<u8>,
    pub created_at: Time,
    pub expires_at: Time,
}

/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, row: &Row) -> Result<(), Fault> {
    on!(conn, execute, diesel::insert_into(backchannel_requests::table).values(row)).stored("keep a question")?;
    Ok(())
}

/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, id: FamilyId) -> Result<Option<Row>, Fault> {
    on!(conn, first, backchannel_requests::table.find(id).select(Row::as_select())).optional().stored("find a question")
}

/// The questions that wait for a person, the oldest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn waiting(conn: &mut Conn<'_>, account: AccountId, now: Time, most: i64) -> Result<Vec<Row>, Fault> {
    let query = backchannel_requests::table
        .filter(backchannel_requests::account_id.eq(account))
        .filter(backchannel_requests::state.eq(QuestionState::Pending))
        .filter(backchannel_requests::expires_at.gt(now))
        .order(backchannel_requests::id.asc())
        .limit(most);
    on!(conn, load, query.select(Row::as_select())).stored("list questions")
}

/// Answers a question that waits; `None` where it was answered before, or is too late.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn answer(conn: &mut Conn<'_>, id: FamilyId, state: QuestionState, now: Time) -> Result<Option<Row>, Fault> {
    let waiting = backchannel_requests::table
        .find(id)
        .filter(backchannel_requests::state.eq(QuestionState::Pending))
        .filter(backchannel_requests::expires_at.gt(now));
    let update = diesel::update(waiting).set(backchannel_requests::state.eq(state));
    on!(conn, get_result, update.returning(Row::as_select())).optional().stored("answer a question")
}
