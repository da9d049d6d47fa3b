//! Email addresses and phone numbers: sealed, found by blind index.

use std::str::FromStr;

use diesel::prelude::*;

use super::schema::contacts;
use super::{Conn, Stored, on, steady, text_column};
use crate::base::id::{AccountId, ContactId};
use crate::base::{Digest, Fault, Time};

/// What kind of address a contact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactKind {
    Email,
    Phone,
}

impl ContactKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
        }
    }
}

impl FromStr for ContactKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Email, Self::Phone].into_iter().find(|k| k.as_str() == text).ok_or(())
    }
}

text_column!(ContactKind);

/// An address of an account.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = contacts, treat_none_as_default_value = false)]
pub struct Contact {
    pub id: ContactId,
    pub account_id: AccountId,
    pub kind: ContactKind,
    /// Sealed under the person's key.
    pub address: Vec<u8>,
    /// Blind index of the normalised address.
    pub lookup: Digest,
    pub is_primary: bool,
    pub verified_at: Option<Time>,
    pub created_at: Time,
    /// When somebody else showed that it is theirs; until it is proven again.
    pub contested_at: Option<Time>,
}

/// Adds an address; `false` when another account has proven the same one.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, contact: &Contact) -> Result<bool, Fault> {
    // A clash is counted instead of failing, which on PostgreSQL would spoil the caller's transaction.
    let insert = diesel::insert_into(contacts::table).values(contact).on_conflict_do_nothing();
    Ok(on!(conn, execute, insert).stored("add a contact")? == 1)
}

/// Who has proven that an address is theirs.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn find_owner(conn: &mut Conn<'_>, kind: ContactKind, lookup: Digest) -> Result<Option<AccountId>, Fault> {
    let query = contacts::table
        .filter(contacts::kind.eq(kind).and(contacts::lookup.eq(lookup)).and(contacts::verified_at.is_not_null()))
        .select(contacts::account_id);
    on!(conn, first, query).optional().stored("find whose address it is")
}

/// The addresses of an account, the primary ones first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(conn: &mut Conn<'_>, account: AccountId) -> Result<Vec<Contact>, Fault> {
    let query = contacts::table
        .filter(contacts::account_id.eq(account))
        .order((contacts::is_primary.desc(), contacts::id.asc()));
    on!(conn, load, query).stored("list contacts")
}

/// The primary address of one kind.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn primary(conn: &mut Conn<'_>, account: AccountId, kind: ContactKind) -> Result<Option<Contact>, Fault> {
    let query = contacts::table
        .filter(contacts::account_id.eq(account).and(contacts::kind.eq(kind)).and(contacts::is_primary.eq(true)));
    on!(conn, first, query).optional().stored("find the primary contact")
}

/// An address of this account.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, account: AccountId, id: ContactId) -> Result<Option<Contact>, Fault> {
    let query = contacts::table.find(id).filter(contacts::account_id.eq(account));
    on!(conn, first, query).optional().stored("find a contact")
}

/// Makes an address of this account the primary one of its kind; `false` when it is gone, and the caller must then undo
/// its unit.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn set_primary(
    conn: &mut Conn<'_>,
    account: AccountId,
    kind: ContactKind,
    id: ContactId,
) -> Result<bool, Fault> {
    let of_kind = contacts::account_id.eq(account).and(contacts::kind.eq(kind));
    let was = contacts::table.filter(of_kind.and(contacts::is_primary.eq(true)));
    on!(conn, execute, steady(diesel::update(was).set(contacts::is_primary.eq(false))))
        .stored("take the mark of the primary contact away")?;
    let update = diesel::update(contacts::table.find(id).filter(of_kind)).set(contacts::is_primary.eq(true));
    Ok(on!(conn, execute, steady(update)).stored("mark the primary contact")? == 1)
}

/// Notes that an address of this account was proven again; whether it had one.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn renew(
    conn: &mut Conn<'_>,
    account: AccountId,
    kind: ContactKind,
    lookup: Digest,
    now: Time,
) -> Result<bool, Fault> {
    let own = contacts::account_id
        .eq(account)
        .and(contacts::kind.eq(kind))
        .and(contacts::lookup.eq(lookup))
        .and(contacts::verified_at.is_not_null());
    let update = diesel::update(contacts::table.filter(own)).set(contacts::verified_at.eq(now));
    Ok(on!(conn, execute, steady(update)).stored("renew a proven contact")? == 1)
}

/// Takes the proof of an address away from every account but this one; gives the contacts as they are now.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn contest(
    conn: &mut Conn<'_>,
    account: AccountId,
    kind: ContactKind,
    lookup: Digest,
    now: Time,
) -> Result<Vec<Contact>, Fault> {
    let others = contacts::kind
        .eq(kind)
        .and(contacts::lookup.eq(lookup))
        .and(contacts::verified_at.is_not_null())
        .and(contacts::account_id.ne(account));
    let update = diesel::update(contacts::table.filter(others))
        .set((contacts::verified_at.eq(None::<Time>), contacts::contested_at.eq(now)));
    on!(conn, get_results, steady(update.returning(contacts::all_columns))).stored("contest a proven contact")
}

/// Removes an address of this account, but never the primary mail address; whether one was removed.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn remove(conn: &mut Conn<'_>, account: AccountId, id: ContactId) -> Result<bool, Fault> {
    let own = contacts::table.find(id).filter(contacts::account_id.eq(account));
    let may_go = contacts::kind.ne(ContactKind::Email).or(contacts::is_primary.eq(false));
    Ok(on!(conn, execute, diesel::delete(own.filter(may_go))).stored("remove a contact")? == 1)
}
