//! Badges that clients offered to people: one row for a definition and a person, whatever became of it.

use std::str::FromStr;

use diesel::prelude::*;

use super::badge_definitions::Definition;
use super::schema::{badge_definitions, badge_offers};
use super::{Conn, Stored, on, steady, text_column};
use crate::base::id::{AccountId, BadgeId, DefinitionId, OfferId};
use crate::base::{Fault, Time};

/// What became of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OfferState {
    /// The person has not answered.
    Offered,
    Accepted,
    Declined,
    /// The client took it back.
    Withdrawn,
}

impl OfferState {
    pub const ALL: [Self; 4] = [Self::Offered, Self::Accepted, Self::Declined, Self::Withdrawn];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl FromStr for OfferState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or(())
    }
}

text_column!(OfferState);

/// An offer.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = badge_offers, treat_none_as_default_value = false)]
pub struct Offer {
    pub id: OfferId,
    pub definition_id: DefinitionId,
    pub account_id: AccountId,
    pub state: OfferState,
    /// Sealed under the person's key.
    pub evidence: Option<Vec<u8>>,
    pub badge_id: Option<BadgeId>,
    /// Until when the badge counts.
    pub expires_at: Time,
    pub answer_by: Time,
    pub changed_at: Time,
}

/// Adds an offer; `false` where the person has one of the definition.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, offer: &Offer) -> Result<bool, Fault> {
    let insert = diesel::insert_into(badge_offers::table).values(offer).on_conflict_do_nothing();
    Ok(on!(conn, execute, insert).stored("offer a badge")? == 1)
}

/// The offer of a definition to a person.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn of(conn: &mut Conn<'_>, definition: DefinitionId, account: AccountId) -> Result<Option<Offer>, Fault> {
    let query = badge_offers::table
        .filter(badge_offers::definition_id.eq(definition))
        .filter(badge_offers::account_id.eq(account));
    on!(conn, first, query).optional().stored("find an offer")
}

/// An offer and its definition.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, id: OfferId) -> Result<Option<(Offer, Definition)>, Fault> {
    let query = badge_offers::table
        .inner_join(badge_definitions::table.on(badge_definitions::id.eq(badge_offers::definition_id)))
        .filter(badge_offers::id.eq(id))
        .select((badge_offers::all_columns, badge_definitions::all_columns));
    on!(conn, first, query).optional().stored("find an offer")
}

/// The offers to a person that were not answered, oldest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn waiting(conn: &mut Conn<'_>, account: AccountId) -> Result<Vec<(Offer, Definition)>, Fault> {
    let query = badge_offers::table
        .inner_join(badge_definitions::table.on(badge_definitions::id.eq(badge_offers::definition_id)))
        .filter(badge_offers::account_id.eq(account).and(badge_offers::state.eq(OfferState::Offered)))
        .order(badge_offers::id.asc())
        .select((badge_offers::all_columns, badge_definitions::all_columns));
    on!(conn, load, query).stored("list offers")
}

/// Writes an offer anew where it is still in the state `from`; `false` where another was faster.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn replace(conn: &mut Conn<'_>, from: OfferState, offer: &Offer) -> Result<bool, Fault> {
    let change = (
        badge_offers::state.eq(offer.state),
        badge_offers::evidence.eq(offer.evidence.as_ref()),
        badge_offers::badge_id.eq(offer.badge_id),
        badge_offers::expires_at.eq(offer.expires_at),
        badge_offers::answer_by.eq(offer.answer_by),
        badge_offers::changed_at.eq(offer.changed_at),
    );
    let update = diesel::update(badge_offers::table.find(offer.id).filter(badge_offers::state.eq(from))).set(change);
    Ok(on!(conn, execute, steady(update)).stored("change an offer")? == 1)
}

/// Writes down that a person gave up the badge that an offer became.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn given_up(conn: &mut Conn<'_>, badge: BadgeId, account: AccountId, now: Time) -> Result<(), Fault> {
    let own = badge_offers::table
        .filter(badge_offers::account_id.eq(account))
        .filter(badge_offers::badge_id.eq(Some(badge)))
        .filter(badge_offers::state.eq(OfferState::Accepted));
    let change = (badge_offers::state.eq(OfferState::Declined), badge_offers::changed_at.eq(now));
    on!(conn, execute, steady(diesel::update(own).set(change))).stored("give up a badge")?;
    Ok(())
}
