//! Badges that clients defined.

use std::str::FromStr;

use diesel::prelude::*;

use super::schema::badge_definitions;
use super::{Conn, Stored, on, steady, text_column};
use crate::base::id::{ClientId, DefinitionId};
use crate::base::{Fault, Time};

/// What an operator said about a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DefinitionState {
    /// Nothing yet.
    Proposed,
    Approved,
    Refused,
}

impl DefinitionState {
    pub const ALL: [Self; 3] = [Self::Proposed, Self::Approved, Self::Refused];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Approved => "approved",
            Self::Refused => "refused",
        }
    }
}

impl FromStr for DefinitionState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or(())
    }
}

text_column!(DefinitionState);

/// A badge that a client defined.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = badge_definitions, treat_none_as_default_value = false)]
pub struct Definition {
    pub id: DefinitionId,
    pub client_id: ClientId,
    /// `client:<client slug>:<name>`: the kind of its badges.
    pub slug: String,
    pub name: String,
    pub description: String,
    pub criteria: String,
    pub state: DefinitionState,
    pub created_at: Time,
    pub decided_at: Option<Time>,
}

/// Adds a definition; `false` where its slug is taken.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, definition: &Definition) -> Result<bool, Fault> {
    let insert = diesel::insert_into(badge_definitions::table).values(definition).on_conflict_do_nothing();
    Ok(on!(conn, execute, insert).stored("define a badge")? == 1)
}

/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, id: DefinitionId) -> Result<Option<Definition>, Fault> {
    on!(conn, first, badge_definitions::table.find(id)).optional().stored("find a badge definition")
}

/// # Errors
/// A fault when the database does not answer.
pub async fn find_by_slug(conn: &mut Conn<'_>, slug: &str) -> Result<Option<Definition>, Fault> {
    let query = badge_definitions::table.filter(badge_definitions::slug.eq(slug));
    on!(conn, first, query).optional().stored("find a badge definition")
}

/// How many a client has.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn count(conn: &mut Conn<'_>, client: &ClientId) -> Result<i64, Fault> {
    let query = badge_definitions::table.filter(badge_definitions::client_id.eq(client)).count();
    on!(conn, get_result, query).stored("count badge definitions")
}

/// Those in a state, oldest first; of every state where none is named.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(conn: &mut Conn<'_>, state: Option<DefinitionState>, most: i64) -> Result<Vec<Definition>, Fault> {
    let states: Vec<&str> = match state {
        Some(state) => vec![state.as_str()],
        None => DefinitionState::ALL.iter().map(|state| state.as_str()).collect(),
    };
    let query = badge_definitions::table
        .filter(badge_definitions::state.eq_any(states))
        .order(badge_definitions::id.asc())
        .limit(most);
    on!(conn, load, query).stored("list badge definitions")
}

/// Writes down what an operator said; `false` where there is no such definition, or it is so already.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn decide(conn: &mut Conn<'_>, id: DefinitionId, state: DefinitionState, now: Time) -> Result<bool, Fault> {
    let other = badge_definitions::table.find(id).filter(badge_definitions::state.ne(state));
    let change = (badge_definitions::state.eq(state), badge_definitions::decided_at.eq(Some(now)));
    Ok(on!(conn, execute, steady(diesel::update(other).set(change))).stored("decide about a badge definition")? == 1)
}
