//! Profile values: one sealed row a claim.

use std::str::FromStr;

use diesel::prelude::*;

use super::schema::profile_values;
use super::{Conn, Stored, on, text_column};
use crate::base::id::AccountId;
use crate::base::{Fault, Time};

/// Where a value comes from (WALLET.md §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Typed by the person, unchecked.
    Person,
    /// The person proved control of an address.
    Control,
    /// Taken from a document that a reviewer compared with the person.
    Document,
    /// Asserted by a client.
    Client,
    /// Computed by the wallet.
    System,
}

impl Source {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Person, Self::Control, Self::Document, Self::Client, Self::System];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "self",
            Self::Control => "control",
            Self::Document => "document",
            Self::Client => "client",
            Self::System => "system",
        }
    }
}

impl FromStr for Source {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or(())
    }
}

text_column!(Source);

/// A sealed value of a profile.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = profile_values, treat_none_as_default_value = false)]
pub struct ProfileValue {
    pub account_id: AccountId,
    /// The claim's name.
    pub name: String,
    /// Sealed under the person's key.
    pub value: Vec<u8>,
    pub source: Source,
    pub verified_at: Option<Time>,
    pub updated_at: Time,
}

/// # Errors
/// A fault when the database does not answer.
pub async fn list(conn: &mut Conn<'_>, account: AccountId) -> Result<Vec<ProfileValue>, Fault> {
    let query = profile_values::table.filter(profile_values::account_id.eq(account)).order(profile_values::name.asc());
    on!(conn, load, query).stored("list profile values")
}

/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, account: AccountId, name: &str) -> Result<Option<ProfileValue>, Fault> {
    on!(conn, get_result, profile_values::table.find((account, name))).optional().stored("find a profile value")
}

/// Keeps a value in the place of any other of its name.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn put(conn: &mut Conn<'_>, value: &ProfileValue) -> Result<(), Fault> {
    let change = (
        profile_values::value.eq(&value.value),
        profile_values::source.eq(value.source),
        profile_values::verified_at.eq(value.verified_at),
        profile_values::updated_at.eq(value.updated_at),
    );
    let insert = diesel::insert_into(profile_values::table)
        .values(value)
        .on_conflict((profile_values::account_id, profile_values::name))
        .do_update()
        .set(change);
    on!(conn, execute, insert).stored("keep a profile value")?;
    Ok(())
}

/// # Errors
/// A fault when the database does not answer.
pub async fn delete(conn: &mut Conn<'_>, account: AccountId, name: &str) -> Result<(), Fault> {
    on!(conn, execute, diesel::delete(profile_values::table.find((account, name)))).stored("delete a profile value")?;
    Ok(())
}
