//! What reviewers decided, and which verifications wait for one of them.

use std::str::FromStr;

use diesel::prelude::*;

use super::cases::{Case, State};
use super::schema::{review_decisions, verification_cases};
use super::{Conn, Json, Stored, on, steady, text_column};
use crate::base::id::{AccountId, CaseId};
use crate::base::{Fault, Time};

/// Whose decision it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Seat {
    First,
    Second,
    Senior,
}

impl Seat {
    const ALL: [Self; 3] = [Self::First, Self::Second, Self::Senior];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
            Self::Senior => "senior",
        }
    }
}

impl FromStr for Seat {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or(())
    }
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    Approve,
    Reject,
    /// The person is asked for other pictures.
    Again,
    /// A senior reviewer decides.
    Escalate,
    Fraud,
}

impl Outcome {
    pub const ALL: [Self; 5] = [Self::Approve, Self::Reject, Self::Again, Self::Escalate, Self::Fraud];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Again => "again",
            Self::Escalate => "escalate",
            Self::Fraud => "fraud",
        }
    }
}

impl FromStr for Outcome {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|o| o.as_str() == text).ok_or(())
    }
}

text_column!(Seat, Outcome);

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = review_decisions, treat_none_as_default_value = false)]
pub struct Decision {
    pub case_id: CaseId,
    pub round: i32,
    pub seat: Seat,
    /// `None`: an outside service.
    pub reviewer_id: Option<AccountId>,
    pub outcome: Outcome,
    pub reasons: Json<Vec<String>>,
    pub checklist: Json<Vec<String>>,
    /// Sealed.
    pub note: Option<Vec<u8>>,
    pub decided_at: Time,
}

/// Keeps a decision; `false` where the seat is taken, or the reviewer has another one in this round.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, decision: &Decision) -> Result<bool, Fault> {
    let insert = diesel::insert_into(review_decisions::table).values(decision).on_conflict_do_nothing();
    Ok(on!(conn, execute, insert).stored("keep a decision")? == 1)
}

/// The decisions on a verification, oldest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(conn: &mut Conn<'_>, case: CaseId) -> Result<Vec<Decision>, Fault> {
    let query = review_decisions::table
        .filter(review_decisions::case_id.eq(case))
        .order((review_decisions::decided_at.asc(), review_decisions::seat.asc()));
    on!(conn, load, query).stored("list decisions")
}

/// Whether a reviewer has decided on a verification before, other than by asking its person again.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn has_decided(conn: &mut Conn<'_>, reviewer: AccountId, case: CaseId) -> Result<bool, Fault> {
    let query = review_decisions::table
        .filter(review_decisions::case_id.eq(case).and(review_decisions::reviewer_id.eq(reviewer)))
        .filter(review_decisions::outcome.ne(Outcome::Again))
        .select(review_decisions::round);
    let found: Option<i32> = on!(conn, first, query).optional().stored("find a decision")?;
    Ok(found.is_some())
}

/// What a reviewer may take now, the most urgent first: appeals, then whoever waits longest.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn waiting(
    conn: &mut Conn<'_>,
    reviewer: AccountId,
    is_senior: bool,
    now: Time,
    most: i64,
) -> Result<Vec<Case>, Fault> {
    let mut open = vec![State::Queued.as_str(), State::AwaitingSecond.as_str()];
    let mut held = vec![State::InReview.as_str(), State::InReviewSecond.as_str()];
    if is_senior {
        open.push(State::Escalated.as_str());
        held.push(State::Escalated.as_str());
    }
    let decided = review_decisions::table
        .filter(review_decisions::reviewer_id.eq(reviewer))
        .filter(review_decisions::outcome.ne(Outcome::Again))
        .select(review_decisions::case_id);
    let is_free = verification_cases::state.eq_any(open).and(verification_cases::locked_until.is_null());
    let is_lost =
        verification_cases::state.eq_any(held).and(verification_cases::locked_until.assume_not_null().le(now));
    let query = verification_cases::table
        .filter(is_free.or(is_lost))
        .filter(verification_cases::account_id.ne(reviewer))
        .filter(verification_cases::id.ne_all(decided))
        .order((verification_cases::is_appeal.desc(), verification_cases::queued_at.asc()))
        .limit(most);
    on!(conn, load, query).stored("list verifications that wait")
}

/// What a reviewer has now.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn held_by(conn: &mut Conn<'_>, reviewer: AccountId, now: Time) -> Result<Vec<Case>, Fault> {
    let query = verification_cases::table
        .filter(verification_cases::reviewer_id.eq(reviewer).and(verification_cases::locked_until.gt(now)))
        .order(verification_cases::locked_until.asc());
    on!(conn, load, query).stored("list verifications under review")
}

/// Forgets what reviewers wrote down of a verification; what they decided stays.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn clear_notes(conn: &mut Conn<'_>, case: CaseId) -> Result<(), Fault> {
    let own = review_decisions::table.filter(review_decisions::case_id.eq(case));
    let update = diesel::update(own).set(review_decisions::note.eq(None::<Vec<u8>>));
    on!(conn, execute, steady(update)).stored("forget the notes of reviewers")?;
    Ok(())
}

/// Every decision that has a note.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn with_notes(conn: &mut Conn<'_>) -> Result<Vec<Decision>, Fault> {
    let query = review_decisions::table.filter(review_decisions::note.is_not_null());
    on!(conn, load, query).stored("list notes of reviewers")
}

/// Puts a newly sealed note in the place of the old text.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn replace_note(conn: &mut Conn<'_>, decision: &Decision, note: &[u8]) -> Result<bool, Fault> {
    let row = review_decisions::table
        .find((decision.case_id, decision.round, decision.seat))
        .filter(review_decisions::note.eq(decision.note.as_ref()));
    let update = diesel::update(row).set(review_decisions::note.eq(Some(note)));
    Ok(on!(conn, execute, steady(update)).stored("seal a note again")? == 1)
}
