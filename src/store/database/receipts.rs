//! Receipts of consent, as they were signed.

use diesel::prelude::*;

use super::schema::receipts;
use super::{Conn, Stored, on};
use crate::base::id::{AccountId, ClientId, GrantId, ReceiptId};
use crate::base::{Fault, Time};

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = receipts)]
pub struct Receipt {
    pub id: ReceiptId,
    pub account_id: AccountId,
    pub grant_id: GrantId,
    pub client_id: ClientId,
    /// What it is about: `given`, `withdrawn`, ….
    pub event: String,
    pub at: Time,
    pub token: String,
}

/// # Errors
/// A fault when the database does not answer.
pub async fn insert(conn: &mut Conn<'_>, receipt: &Receipt) -> Result<(), Fault> {
    on!(conn, execute, diesel::insert_into(receipts::table).values(receipt)).stored("keep a receipt")?;
    Ok(())
}

/// The receipts of an account, of one grant where it is named, newest first and older than `before`.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(
    conn: &mut Conn<'_>,
    account: AccountId,
    grant: Option<GrantId>,
    before: Option<ReceiptId>,
    most: usize,
) -> Result<Vec<Receipt>, Fault> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    macro_rules! query {
        () => {{
            let mut query = receipts::table
                .filter(receipts::account_id.eq(account))
                .order(receipts::id.desc())
                .limit(most)
                .into_boxed();
            if let Some(grant) = grant {
                query = query.filter(receipts::grant_id.eq(grant));
            }
            if let Some(before) = before {
                query = query.filter(receipts::id.lt(before));
            }
            query
        }};
    }
    on!(conn, load, query!()).stored("list receipts")
}

/// A receipt of an account.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, account: AccountId, id: ReceiptId) -> Result<Option<Receipt>, Fault> {
    let query = receipts::table.find(id).filter(receipts::account_id.eq(account));
    on!(conn, first, query).optional().stored("find a receipt")
}
