//! Verifications: one row from the first step to the decision, changed by one conditional write.

use std::str::FromStr;

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::badges::Level;
use super::schema::verification_cases;
use super::{Conn, Json, Stored, on, steady, text_column};
use crate::base::id::{AccountId, CaseId};
use crate::base::{Digest, Fault, Time};

/// Where a verification is (WALLET.md §10.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Begun; its person has not agreed yet.
    Draft,
    /// Waits for what its person types and uploads.
    Collecting,
    /// The house looks at the pictures.
    Scanning,
    /// Waits for a reviewer.
    Queued,
    InReview,
    /// One approved; waits for another.
    AwaitingSecond,
    InReviewSecond,
    /// Waits for a senior reviewer, or is with one.
    Escalated,
    Approved,
    Rejected,
    /// Somebody tried to deceive.
    Fraud,
    /// Given up, or left.
    Abandoned,
}

impl State {
    pub const ALL: [Self; 12] = [
        Self::Draft,
        Self::Collecting,
        Self::Scanning,
        Self::Queued,
        Self::InReview,
        Self::AwaitingSecond,
        Self::InReviewSecond,
        Self::Escalated,
        Self::Approved,
        Self::Rejected,
        Self::Fraud,
        Self::Abandoned,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Collecting => "collecting",
            Self::Scanning => "scanning",
            Self::Queued => "queued",
            Self::InReview => "in_review",
            Self::AwaitingSecond => "awaiting_second",
            Self::InReviewSecond => "in_review_second",
            Self::Escalated => "escalated",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Fraud => "fraud",
            Self::Abandoned => "abandoned",
        }
    }
}

impl FromStr for State {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or(())
    }
}

text_column!(State);

/// A verification.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = verification_cases, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Case {
    pub id: CaseId,
    pub account_id: AccountId,
    pub state: State,
    pub revision: i64,
    pub kind: String,
    pub country: String,
    pub wanted: Level,
    /// Sealed.
    pub details: Option<Vec<u8>>,
    pub document_lookup: Option<Digest>,
    pub round: i32,
    pub is_appeal: bool,
    pub two_person: bool,
    pub reviewer_id: Option<AccountId>,
    pub locked_until: Option<Time>,
    pub renewals: i32,
    pub reasons: Json<Vec<String>>,
    pub created_at: Time,
    pub updated_at: Time,
    pub consented_at: Option<Time>,
    pub queued_at: Option<Time>,
    pub decided_at: Option<Time>,
    pub purge_after: Option<Time>,
    pub purged_at: Option<Time>,
}

/// Adds a verification; `false` where its person has an open one.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, case: &Case) -> Result<bool, Fault> {
    let insert = diesel::insert_into(verification_cases::table).values(case).on_conflict_do_nothing();
    Ok(on!(conn, execute, insert).stored("begin a verification")? == 1)
}

/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, id: CaseId) -> Result<Option<Case>, Fault> {
    on!(conn, get_result, verification_cases::table.find(id)).optional().stored("find a verification")
}

/// The verification of an identifier, where it is this person's.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn find_own(conn: &mut Conn<'_>, account: AccountId, id: CaseId) -> Result<Option<Case>, Fault> {
    let query = verification_cases::table.find(id).filter(verification_cases::account_id.eq(account));
    on!(conn, get_result, query).optional().stored("find a verification")
}

/// Those of a person, newest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(conn: &mut Conn<'_>, account: AccountId, most: i64) -> Result<Vec<Case>, Fault> {
    let query = verification_cases::table
        .filter(verification_cases::account_id.eq(account))
        .order(verification_cases::id.desc())
        .limit(most);
    on!(conn, load, query).stored("list verifications")
}

/// Writes a verification anew where nobody has changed it since it was read; `false` where somebody has.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn replace(conn: &mut Conn<'_>, case: &Case) -> Result<bool, Fault> {
    let read = case.revision;
    let case = Case { revision: read + 1, ..case.clone() };
    let row = verification_cases::table.find(case.id).filter(verification_cases::revision.eq(read));
    match on!(conn, execute, steady(diesel::update(row).set(&case))) {
        // Its person has another open one by now.
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(false),
        changed => Ok(changed.stored("change a verification")? == 1),
    }
}

/// Whether another person has brought the same document.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn has_other_with(conn: &mut Conn<'_>, account: AccountId, document: Digest) -> Result<bool, Fault> {
    let query = verification_cases::table
        .filter(verification_cases::document_lookup.eq(document))
        .filter(verification_cases::account_id.ne(account))
        .filter(verification_cases::state.ne(State::Abandoned))
        .select(verification_cases::id);
    let found: Option<CaseId> = on!(conn, first, query).optional().stored("find a document again")?;
    Ok(found.is_some())
}

/// Those in some states that have not changed since a time, oldest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn left(conn: &mut Conn<'_>, states: &[State], before: Time, most: i64) -> Result<Vec<Case>, Fault> {
    let states: Vec<&str> = states.iter().map(|state| state.as_str()).collect();
    let query = verification_cases::table
        .filter(verification_cases::state.eq_any(states))
        .filter(verification_cases::updated_at.lt(before))
        .order(verification_cases::updated_at.asc())
        .limit(most);
    on!(conn, load, query).stored("find verifications that were left")
}

/// Those whose reviewer's time is over.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn unlocked(conn: &mut Conn<'_>, now: Time, most: i64) -> Result<Vec<Case>, Fault> {
    let query = verification_cases::table
        .filter(verification_cases::locked_until.le(now))
        .order(verification_cases::locked_until.asc())
        .limit(most);
    on!(conn, load, query).stored("find lost locks")
}

/// Those whose pictures must go by now.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn due(conn: &mut Conn<'_>, now: Time, most: i64) -> Result<Vec<Case>, Fault> {
    let query = verification_cases::table
        .filter(verification_cases::purge_after.le(now).and(verification_cases::purged_at.is_null()))
        .order(verification_cases::purge_after.asc())
        .limit(most);
    on!(conn, load, query).stored("find evidence whose time is over")
}

/// The next ones that hold sealed details, in order of their identifier.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn sealed_after(conn: &mut Conn<'_>, after: Option<CaseId>, most: i64) -> Result<Vec<Case>, Fault> {
    let rows = verification_cases::table
        .filter(verification_cases::details.is_not_null())
        .order(verification_cases::id.asc())
        .limit(most);
    match after {
        Some(after) => on!(conn, load, rows.filter(verification_cases::id.gt(after))).stored("list verifications"),
        None => on!(conn, load, rows).stored("list verifications"),
    }
}
