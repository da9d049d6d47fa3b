//! What people ask of clients: that they delete what they have. And what people say of them.

use std::str::FromStr;

use diesel::prelude::*;

use super::schema::{app_reports, erasure_requests};
use super::{Conn, Stored, on, steady, text_column};
use crate::base::id::{AccountId, ClientId, GrantId, WishId};
use crate::base::{Fault, Time};

/// Where a wish stands (WALLET.md §8.7).
///
/// ```text
/// requested ──► delivered ──► acknowledged ──► completed
///     │             │               │     └──► refused
///     └─────────────┴───────────────┴──► overdue ──► acknowledged, completed, refused
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WishState {
    Requested,
    /// The client was told.
    Delivered,
    /// It said that it is at it.
    Acknowledged,
    Completed,
    Refused,
    /// A month went by without an end.
    Overdue,
}

impl WishState {
    pub const ALL: [Self; 6] =
        [Self::Requested, Self::Delivered, Self::Acknowledged, Self::Completed, Self::Refused, Self::Overdue];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Delivered => "delivered",
            Self::Acknowledged => "acknowledged",
            Self::Completed => "completed",
            Self::Refused => "refused",
            Self::Overdue => "overdue",
        }
    }

    /// Whether nothing can follow.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Refused)
    }
}

impl FromStr for WishState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}

text_column!(WishState);

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = erasure_requests, treat_none_as_default_value = false)]
pub struct Wish {
    pub id: WishId,
    pub account_id: AccountId,
    pub client_id: ClientId,
    pub grant_id: GrantId,
    pub state: WishState,
    /// What the client says of it.
    pub status_uri: Option<String>,
    pub confirmation_code: Option<String>,
    pub reason: Option<String>,
    /// How often the client was reminded.
    pub reminders: i32,
    pub created_at: Time,
    pub changed_at: Time,
}

/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, wish: &Wish) -> Result<(), Fault> {
    on!(conn, execute, diesel::insert_into(erasure_requests::table).values(wish)).stored("keep a wish")?;
    Ok(())
}

/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, id: WishId) -> Result<Option<Wish>, Fault> {
    on!(conn, first, erasure_requests::table.find(id)).optional().stored("find a wish")
}

/// What an account wished of a client, or of all, newest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(
    conn: &mut Conn<'_>,
    account: AccountId,
    client: Option<&ClientId>,
    most: i64,
) -> Result<Vec<Wish>, Fault> {
    let all = erasure_requests::table
        .filter(erasure_requests::account_id.eq(account))
        .order(erasure_requests::id.desc())
        .limit(most);
    match client {
        Some(client) => on!(conn, load, all.filter(erasure_requests::client_id.eq(client))).stored("list wishes"),
        None => on!(conn, load, all).stored("list wishes"),
    }
}

/// Puts `after` in the place of `before`; `false` where it has moved on since.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn replace(conn: &mut Conn<'_>, before: &Wish, after: &Wish) -> Result<bool, Fault> {
    let unmoved = erasure_requests::table
        .find(before.id)
        .filter(erasure_requests::state.eq(before.state))
        .filter(erasure_requests::reminders.eq(before.reminders))
        .filter(erasure_requests::changed_at.eq(before.changed_at));
    let update = diesel::update(unmoved).set((
        erasure_requests::state.eq(after.state),
        erasure_requests::status_uri.eq(&after.status_uri),
        erasure_requests::confirmation_code.eq(&after.confirmation_code),
        erasure_requests::reason.eq(&after.reason),
        erasure_requests::reminders.eq(after.reminders),
        erasure_requests::changed_at.eq(after.changed_at),
    ));
    Ok(on!(conn, execute, steady(update)).stored("move a wish")? == 1)
}

/// At most `most` wishes without an end that were made before `before` and reminded of less than `reminders` times.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn open_since(conn: &mut Conn<'_>, before: Time, reminders: i32, most: i64) -> Result<Vec<Wish>, Fault> {
    let open = [WishState::Requested, WishState::Delivered, WishState::Acknowledged];
    let query = erasure_requests::table
        .filter(erasure_requests::state.eq_any(open))
        .filter(erasure_requests::created_at.le(before))
        .filter(erasure_requests::reminders.lt(reminders))
        .order(erasure_requests::created_at)
        .limit(most);
    on!(conn, load, query).stored("list open wishes")
}

/// How many wishes a client has left without an end since `since`.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn overdue(conn: &mut Conn<'_>, client: &ClientId, since: Time) -> Result<i64, Fault> {
    let query = erasure_requests::table
        .filter(erasure_requests::client_id.eq(client))
        .filter(erasure_requests::state.eq(WishState::Overdue))
        .filter(erasure_requests::changed_at.ge(since))
        .count();
    on!(conn, get_result, query).stored("count overdue wishes")
}

/// What a person says of a client.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = app_reports, treat_none_as_default_value = false)]
pub struct Report {
    pub id: WishId,
    pub account_id: AccountId,
    pub client_id: ClientId,
    pub category: String,
    /// Sealed under the key of the person.
    pub words: Vec<u8>,
    pub created_at: Time,
    pub closed_at: Option<Time>,
}

/// # Errors
/// A fault when the database does not answer.
pub async fn insert_report(conn: &mut Conn<'_>, report: &Report) -> Result<(), Fault> {
    on!(conn, execute, diesel::insert_into(app_reports::table).values(report)).stored("keep a report")?;
    Ok(())
}

/// Reports that nobody has dealt with, oldest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn open_reports(conn: &mut Conn<'_>, most: i64) -> Result<Vec<Report>, Fault> {
    let query = app_reports::table.filter(app_reports::closed_at.is_null()).order(app_reports::id).limit(most);
    on!(conn, load, query).stored("list reports")
}

/// Notes that a report was dealt with; it, if it was open.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn close_report(conn: &mut Conn<'_>, id: WishId, now: Time) -> Result<Option<Report>, Fault> {
    let open = app_reports::table.find(id).filter(app_reports::closed_at.is_null());
    let update = diesel::update(open).set(app_reports::closed_at.eq(Some(now))).returning(app_reports::all_columns);
    on!(conn, get_result, steady(update)).optional().stored("close a report")
}
