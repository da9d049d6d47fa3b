//! Badges that were awarded, and where each is in its life.

use std::str::FromStr;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::schema::badges;
use super::{Conn, Stored, on, steady, text_column};
use crate::base::id::{AccountId, BadgeId, CaseId, ClientId};
use crate::base::{Fault, Time};

/// Where a badge is in its life (WALLET.md §10.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    Active,
    /// In doubt.
    Suspended,
    /// Nobody looked again in time.
    Expired,
    /// Taken back.
    Revoked,
    /// Given up by its person.
    Removed,
}

impl State {
    pub const ALL: [Self; 5] = [Self::Active, Self::Suspended, Self::Expired, Self::Revoked, Self::Removed];
    /// The states of which a wallet holds one badge a kind and thing.
    pub const LIVE: [Self; 3] = [Self::Active, Self::Suspended, Self::Expired];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Removed => "removed",
        }
    }
}

impl FromStr for State {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or(())
    }
}

/// How well reviewers looked at a person (WALLET.md §2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// One reviewer compared a document with the person.
    Document,
    /// Two did, independently, and agreed.
    DocumentDual,
}

impl Level {
    pub const ALL: [Self; 2] = [Self::Document, Self::DocumentDual];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::DocumentDual => "document_dual",
        }
    }
}

impl FromStr for Level {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|l| l.as_str() == text).ok_or(())
    }
}

text_column!(State, Level);

/// A badge.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = badges, treat_none_as_default_value = false)]
pub struct Row {
    pub id: BadgeId,
    pub account_id: AccountId,
    /// A slug of [`crate::catalog::badges`].
    pub kind: String,
    pub thing: String,
    pub state: State,
    pub level: Option<Level>,
    pub case_id: Option<CaseId>,
    pub issuer: Option<ClientId>,
    /// Sealed under the person's key.
    pub detail: Option<Vec<u8>>,
    pub verified_at: Time,
    pub issued_at: Time,
    pub expires_at: Option<Time>,
    pub changed_at: Time,
    pub reason: Option<String>,
}

/// Adds a badge; `false` where a live one of its kind and thing is there.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, row: &Row) -> Result<bool, Fault> {
    let insert = diesel::insert_into(badges::table).values(row).on_conflict_do_nothing();
    Ok(on!(conn, execute, insert).stored("add a badge")? == 1)
}

/// Those of a person that are live, oldest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn live(conn: &mut Conn<'_>, account: AccountId) -> Result<Vec<Row>, Fault> {
    let states: Vec<&str> = State::LIVE.iter().map(|state| state.as_str()).collect();
    let query = badges::table
        .filter(badges::account_id.eq(account))
        .filter(badges::state.eq_any(states))
        .order(badges::id.asc());
    on!(conn, load, query).stored("list badges")
}

/// A badge of this person.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, account: AccountId, id: BadgeId) -> Result<Option<Row>, Fault> {
    let query = badges::table.find(id).filter(badges::account_id.eq(account));
    on!(conn, first, query).optional().stored("find a badge")
}

/// Writes a row anew where it still is in the state `from`; `false` where another was faster.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn replace(conn: &mut Conn<'_>, from: State, row: &Row) -> Result<bool, Fault> {
    let change = (
        badges::state.eq(row.state),
        badges::level.eq(row.level),
        badges::case_id.eq(row.case_id),
        badges::issuer.eq(row.issuer.as_ref()),
        badges::detail.eq(row.detail.as_ref()),
        badges::verified_at.eq(row.verified_at),
        badges::expires_at.eq(row.expires_at),
        badges::changed_at.eq(row.changed_at),
        badges::reason.eq(row.reason.as_ref()),
    );
    let update = diesel::update(badges::table.find(row.id).filter(badges::state.eq(from))).set(change);
    Ok(on!(conn, execute, steady(update)).stored("change a badge")? == 1)
}

/// Active and suspended ones whose time is over.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn overdue(conn: &mut Conn<'_>, now: Time, most: i64) -> Result<Vec<Row>, Fault> {
    let states = vec![State::Active.as_str(), State::Suspended.as_str()];
    let query = badges::table
        .filter(badges::state.eq_any(states).and(badges::expires_at.le(now)))
        .order(badges::expires_at.asc())
        .limit(most);
    on!(conn, load, query).stored("find badges whose time is over")
}

/// Those in doubt since before a time.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn in_doubt(conn: &mut Conn<'_>, before: Time, most: i64) -> Result<Vec<Row>, Fault> {
    let query = badges::table
        .filter(badges::state.eq(State::Suspended).and(badges::changed_at.lt(before)))
        .order(badges::changed_at.asc())
        .limit(most);
    on!(conn, load, query).stored("find badges in doubt")
}
