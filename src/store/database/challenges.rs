//! Codes that were sent and wait for their answer; every step is one conditional write.

use std::str::FromStr;

use diesel::prelude::*;

use super::schema::challenges;
use super::{Conn, Stored, on, steady, text_column};
use crate::base::id::{AccountId, ChallengeId};
use crate::base::{Digest, Fault, Time};

/// What proving an address is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Register,
    Recover,
    /// One more mail address of an account.
    Email,
    /// A phone number of an account.
    Phone,
}

impl Purpose {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Recover => "recover",
            Self::Email => "email",
            Self::Phone => "phone",
        }
    }
}

impl FromStr for Purpose {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Register, Self::Recover, Self::Email, Self::Phone].into_iter().find(|p| p.as_str() == text).ok_or(())
    }
}

text_column!(Purpose);

/// A code and the address it proves.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = challenges, treat_none_as_default_value = false)]
pub struct Challenge {
    pub id: ChallengeId,
    pub purpose: Purpose,
    /// Blind index of the address.
    pub lookup: Digest,
    /// Whose account it is for; none for a new one.
    pub account_id: Option<AccountId>,
    /// Sealed.
    pub address: Vec<u8>,
    /// Keyed digest of the code.
    pub code: Digest,
    pub attempts: i32,
    pub created_at: Time,
    pub expires_at: Time,
    pub proven_at: Option<Time>,
    pub used_at: Option<Time>,
    /// SHA-256 of the token of the link that went out beside the code.
    pub link: Option<Digest>,
    pub link_until: Option<Time>,
    /// When the mail came back for good.
    pub undeliverable_at: Option<Time>,
}

/// What proves an address, as it is kept, and until when it does.
#[derive(Debug, Clone, Copy)]
pub struct Keys {
    pub code: Digest,
    pub until: Time,
    pub link: Option<Digest>,
    pub link_until: Option<Time>,
}

impl Challenge {
    /// Whether it waits to be proven, by the code or by the link.
    pub fn waits(&self, now: Time) -> bool {
        let is_in_time = self.expires_at > now || self.link_until.is_some_and(|until| until > now);
        self.proven_at.is_none() && self.used_at.is_none() && is_in_time
    }
}

/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, challenge: &Challenge) -> Result<(), Fault> {
    on!(conn, execute, diesel::insert_into(challenges::table).values(challenge)).stored("add a challenge")?;
    Ok(())
}

/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, id: ChallengeId) -> Result<Option<Challenge>, Fault> {
    on!(conn, get_result, challenges::table.find(id)).optional().stored("find a challenge")
}

/// Takes one of the tries; the challenge when it still had one and waits for its code.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn take_try(
    conn: &mut Conn<'_>,
    id: ChallengeId,
    purpose: Purpose,
    tries: i32,
    now: Time,
) -> Result<Option<Challenge>, Fault> {
    let waiting = challenges::id
        .eq(id)
        .and(challenges::purpose.eq(purpose))
        .and(challenges::attempts.lt(tries))
        .and(challenges::expires_at.gt(now))
        .and(challenges::proven_at.is_null())
        .and(challenges::used_at.is_null());
    let update =
        diesel::update(challenges::table.filter(waiting)).set(challenges::attempts.eq(challenges::attempts + 1));
    on!(conn, get_result, steady(update.returning(challenges::all_columns)))
        .optional()
        .stored("take a try of a challenge")
}

/// Notes that the code was right; what comes next must happen before `until`.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn prove(conn: &mut Conn<'_>, id: ChallengeId, now: Time, until: Time) -> Result<bool, Fault> {
    let waiting = challenges::id.eq(id).and(challenges::proven_at.is_null()).and(challenges::used_at.is_null());
    let change = (challenges::proven_at.eq(now), challenges::expires_at.eq(until));
    let update = diesel::update(challenges::table.filter(waiting)).set(change);
    Ok(on!(conn, execute, steady(update)).stored("note a proven challenge")? == 1)
}

/// The challenge that a link is of.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn find_by_link(conn: &mut Conn<'_>, link: Digest) -> Result<Option<Challenge>, Fault> {
    on!(conn, first, challenges::table.filter(challenges::link.eq(link)))
        .optional()
        .stored("find a challenge by its link")
}

/// Notes that its link was confirmed, which happens once; what comes next must happen before `until`.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn prove_by_link(
    conn: &mut Conn<'_>,
    link: Digest,
    now: Time,
    until: Time,
) -> Result<Option<Challenge>, Fault> {
    let waiting = challenges::link
        .eq(link)
        .and(challenges::link_until.gt(now))
        .and(challenges::proven_at.is_null())
        .and(challenges::used_at.is_null());
    let change = (challenges::proven_at.eq(now), challenges::expires_at.eq(until));
    let update = diesel::update(challenges::table.filter(waiting)).set(change);
    on!(conn, get_result, steady(update.returning(challenges::all_columns)))
        .optional()
        .stored("note a challenge that its link has proven")
}

/// Uses a proven challenge: given to one caller only.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn take(
    conn: &mut Conn<'_>,
    id: ChallengeId,
    purpose: Purpose,
    now: Time,
) -> Result<Option<Challenge>, Fault> {
    let proven = challenges::id
        .eq(id)
        .and(challenges::purpose.eq(purpose))
        .and(challenges::expires_at.gt(now))
        .and(challenges::proven_at.is_not_null())
        .and(challenges::used_at.is_null());
    let update = diesel::update(challenges::table.filter(proven)).set(challenges::used_at.eq(now));
    on!(conn, get_result, steady(update.returning(challenges::all_columns))).optional().stored("use a challenge")
}

/// Puts a new code and link in the place of the old ones, with all tries; whether the challenge still waits.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn renew(conn: &mut Conn<'_>, id: ChallengeId, keys: &Keys) -> Result<bool, Fault> {
    let waiting = challenges::id.eq(id).and(challenges::proven_at.is_null()).and(challenges::used_at.is_null());
    let change = (
        challenges::code.eq(keys.code),
        challenges::attempts.eq(0),
        challenges::expires_at.eq(keys.until),
        challenges::link.eq(keys.link),
        challenges::link_until.eq(keys.link_until),
        challenges::undeliverable_at.eq(None::<Time>),
    );
    let update = diesel::update(challenges::table.filter(waiting)).set(change);
    Ok(on!(conn, execute, steady(update)).stored("renew a challenge")? == 1)
}

/// Notes of what waits for an address that mail to it does not arrive.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn mark_undeliverable(conn: &mut Conn<'_>, lookup: Digest, now: Time) -> Result<(), Fault> {
    let waiting = challenges::lookup.eq(lookup).and(challenges::proven_at.is_null()).and(challenges::used_at.is_null());
    let update = diesel::update(challenges::table.filter(waiting)).set(challenges::undeliverable_at.eq(now));
    on!(conn, execute, steady(update)).stored("note that a code does not arrive")?;
    Ok(())
}

/// Ends what still waits for the same address and purpose: a new code makes the old ones void.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn supersede(conn: &mut Conn<'_>, purpose: Purpose, lookup: Digest, now: Time) -> Result<(), Fault> {
    let older = challenges::lookup
        .eq(lookup)
        .and(challenges::purpose.eq(purpose))
        .and(challenges::proven_at.is_null())
        .and(challenges::used_at.is_null());
    let update = diesel::update(challenges::table.filter(older)).set(challenges::used_at.eq(now));
    on!(conn, execute, steady(update)).stored("void older challenges")?;
    Ok(())
}

/// Ends what still waits of an account for a purpose, whatever the address.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn supersede_own(conn: &mut Conn<'_>, purpose: Purpose, account: AccountId, now: Time) -> Result<(), Fault> {
    let older = challenges::account_id
        .eq(account)
        .and(challenges::purpose.eq(purpose))
        .and(challenges::proven_at.is_null())
        .and(challenges::used_at.is_null());
    let update = diesel::update(challenges::table.filter(older)).set(challenges::used_at.eq(now));
    on!(conn, execute, steady(update)).stored("void older challenges of an account")?;
    Ok(())
}
