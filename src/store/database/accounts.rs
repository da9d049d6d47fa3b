//! Accounts and the data key of each.

use std::str::FromStr;

use diesel::prelude::*;

use super::schema::{account_keys, accounts};
use super::{Conn, Stored, on, steady, text_column, unused};
use crate::base::id::AccountId;
use crate::base::{Fault, Time};

/// Whether an account may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    Active,
    /// Closed by an operator: no sign-in, no tokens.
    Suspended,
    /// Its person wants it deleted and can still change their mind: no sign-in, no tokens.
    DeletionPending,
}

impl AccountState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::DeletionPending => "deletion_pending",
        }
    }
}

impl FromStr for AccountState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Active, Self::Suspended, Self::DeletionPending].into_iter().find(|s| s.as_str() == text).ok_or(())
    }
}

/// What an account may do in this house besides owning a wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Person,
    /// Looks at identity documents.
    Reviewer,
    /// Runs the installation, and decides what reviewers could not.
    Operator,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Reviewer => "reviewer",
            Self::Operator => "operator",
        }
    }
}

impl FromStr for Role {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Person, Self::Reviewer, Self::Operator].into_iter().find(|r| r.as_str() == text).ok_or(())
    }
}

text_column!(AccountState, Role);

/// Who owns a wallet.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = accounts, treat_none_as_default_value = false)]
pub struct Account {
    pub id: AccountId,
    pub state: AccountState,
    pub role: Role,
    /// The language the person chose.
    pub locale: Option<String>,
    /// Moves with every change of what the wallet holds.
    pub revision: i64,
    pub created_at: Time,
    pub updated_at: Time,
}

impl Account {
    pub fn is_active(&self) -> bool {
        self.state == AccountState::Active
    }
}

/// Adds an account with its wrapped data key.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, account: &Account, wrapped_key: &[u8]) -> Result<(), Fault> {
    let insert = diesel::insert_into(accounts::table).values(account);
    on!(conn, execute, insert).stored("add an account")?;
    let key = (
        account_keys::account_id.eq(account.id),
        account_keys::wrapped.eq(wrapped_key),
        account_keys::created_at.eq(account.created_at),
    );
    let insert = diesel::insert_into(account_keys::table).values(key);
    on!(conn, execute, insert).stored("add a data key")?;
    unused::note(conn, account.id, account.created_at).await
}

/// The account of an identifier.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, id: AccountId) -> Result<Option<Account>, Fault> {
    on!(conn, get_result, accounts::table.find(id)).optional().stored("find an account")
}

/// Accounts, newest first, older than `before`.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(conn: &mut Conn<'_>, before: Option<AccountId>, most: usize) -> Result<Vec<Account>, Fault> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let all = accounts::table.order(accounts::id.desc()).limit(most);
    match before {
        Some(before) => on!(conn, load, all.filter(accounts::id.lt(before))).stored("list accounts"),
        None => on!(conn, load, all).stored("list accounts"),
    }
}

/// How many accounts there are in a role.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn count(conn: &mut Conn<'_>, role: Role) -> Result<i64, Fault> {
    on!(conn, get_result, accounts::table.filter(accounts::role.eq(role)).count()).stored("count accounts")
}

/// Tells caches that what the wallet holds has changed.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn touch(conn: &mut Conn<'_>, id: AccountId, now: Time) -> Result<(), Fault> {
    let change = (accounts::revision.eq(accounts::revision + 1), accounts::updated_at.eq(now));
    on!(conn, execute, steady(diesel::update(accounts::table.find(id)).set(change)))
        .stored("move an account's revision")?;
    Ok(())
}

/// As [`touch`]; gives the new number, which no other unit gets: units of one account keep their order by it.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn advance(conn: &mut Conn<'_>, id: AccountId, now: Time) -> Result<Option<i64>, Fault> {
    let change = (accounts::revision.eq(accounts::revision + 1), accounts::updated_at.eq(now));
    let update = diesel::update(accounts::table.find(id)).set(change).returning(accounts::revision);
    on!(conn, get_result, steady(update)).optional().stored("move an account's revision")
}

/// The number that moves with every change of what the wallet holds.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn revision(conn: &mut Conn<'_>, id: AccountId) -> Result<Option<i64>, Fault> {
    on!(conn, get_result, accounts::table.find(id).select(accounts::revision)).optional().stored("read a revision")
}

/// Changes the state; whether the account exists and was in another one.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn set_state(conn: &mut Conn<'_>, id: AccountId, state: AccountState, now: Time) -> Result<bool, Fault> {
    let change =
        (accounts::state.eq(state), accounts::revision.eq(accounts::revision + 1), accounts::updated_at.eq(now));
    let update = diesel::update(accounts::table.find(id).filter(accounts::state.ne(state))).set(change);
    Ok(on!(conn, execute, steady(update)).stored("change an account's state")? == 1)
}

/// Moves an account from one state to another; `false` where it is in that state no more.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn move_state(
    conn: &mut Conn<'_>,
    id: AccountId,
    from: AccountState,
    to: AccountState,
    now: Time,
) -> Result<bool, Fault> {
    let change = (accounts::state.eq(to), accounts::revision.eq(accounts::revision + 1), accounts::updated_at.eq(now));
    let update = diesel::update(accounts::table.find(id).filter(accounts::state.eq(from))).set(change);
    Ok(on!(conn, execute, steady(update)).stored("move an account's state")? == 1)
}

/// Changes the role; whether the account exists and had another one.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn set_role(conn: &mut Conn<'_>, id: AccountId, role: Role, now: Time) -> Result<bool, Fault> {
    let change = (accounts::role.eq(role), accounts::updated_at.eq(now));
    let update = diesel::update(accounts::table.find(id).filter(accounts::role.ne(role))).set(change);
    Ok(on!(conn, execute, steady(update)).stored("change an account's role")? == 1)
}

/// Changes the language; `None` follows the browser again.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn set_locale(conn: &mut Conn<'_>, id: AccountId, locale: Option<&str>, now: Time) -> Result<(), Fault> {
    let change = (accounts::locale.eq(locale), accounts::updated_at.eq(now));
    on!(conn, execute, steady(diesel::update(accounts::table.find(id)).set(change)))
        .stored("change an account's language")?;
    Ok(())
}

/// Removes an account and, by reference, all that hangs on it.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn delete(conn: &mut Conn<'_>, id: AccountId) -> Result<bool, Fault> {
    Ok(on!(conn, execute, diesel::delete(accounts::table.find(id))).stored("delete an account")? == 1)
}

/// A person's wrapped data key.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn find_key(conn: &mut Conn<'_>, account: AccountId) -> Result<Option<Vec<u8>>, Fault> {
    let query = account_keys::table.find(account).select(account_keys::wrapped);
    on!(conn, get_result, query).optional().stored("find a data key")
}

/// Destroys a person's data key: from now on nobody can read what it sealed, wherever it is. Whether there was one.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn destroy_key(conn: &mut Conn<'_>, account: AccountId) -> Result<bool, Fault> {
    Ok(on!(conn, execute, diesel::delete(account_keys::table.find(account))).stored("destroy a data key")? == 1)
}

/// The next wrapped keys in order of account, after `after`.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn keys_after(
    conn: &mut Conn<'_>,
    after: Option<AccountId>,
    most: i64,
) -> Result<Vec<(AccountId, Vec<u8>)>, Fault> {
    let rows = account_keys::table
        .select((account_keys::account_id, account_keys::wrapped))
        .order(account_keys::account_id.asc())
        .limit(most);
    match after {
        Some(after) => on!(conn, load, rows.filter(account_keys::account_id.gt(after))).stored("list data keys"),
        None => on!(conn, load, rows).stored("list data keys"),
    }
}

/// Puts a newly wrapped key in the place of the old text; nothing happens when someone else was first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn replace_key(conn: &mut Conn<'_>, account: AccountId, old: &[u8], new: &[u8]) -> Result<bool, Fault> {
    let row = account_keys::table.find(account).filter(account_keys::wrapped.eq(old));
    let update = diesel::update(row).set(account_keys::wrapped.eq(new));
    Ok(on!(conn, execute, steady(update)).stored("wrap a data key again")? == 1)
}
