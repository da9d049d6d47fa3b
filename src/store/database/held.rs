//! What the database holds of one account: the list that deletion goes by, and by which it is looked at afterwards.

use diesel::prelude::*;

use super::schema;
use super::{Conn, Stored, on};
use crate::base::Fault;
use crate::base::id::AccountId;

macro_rules! held {
    ($($table:ident.$column:ident),* $(,)?) => {
        /// Every table whose rows belong to an account; all of them go with it.
        pub const TABLES: &[&str] = &[$(stringify!($table)),*];

        /// How many rows each table has of an account.
        ///
        /// # Errors
        /// A fault when the database does not answer.
        pub async fn rows(conn: &mut Conn<'_>, account: AccountId) -> Result<Vec<(&'static str, i64)>, Fault> {
            let mut counts = Vec::with_capacity(TABLES.len());
            $(
                let query = schema::$table::table.filter(schema::$table::$column.eq(account)).count();
                counts.push((stringify!($table), on!(conn, get_result, query).stored("count what an account has")?));
            )*
            Ok(counts)
        }
    };
}

held! {
    accounts.id,
    account_keys.account_id,
    account_use.account_id,
    app_reports.account_id,
    backchannel_requests.account_id,
    badge_offers.account_id,
    badges.account_id,
    challenges.account_id,
    changes.account_id,
    client_changes.account_id,
    contacts.account_id,
    digests.account_id,
    erasure_requests.account_id,
    exports.account_id,
    grants.account_id,
    identity_facts.account_id,
    imports.account_id,
    linked_accounts.account_id,
    media_assets.account_id,
    passwords.account_id,
    profile_values.account_id,
    receipts.account_id,
    session_clients.account_id,
    sessions.account_id,
    ssf_removed_subjects.account_id,
    subjects.account_id,
    text_messages.account_id,
    token_families.account_id,
    verification_cases.account_id,
}

#[cfg(test)]
mod tests {
    use super::TABLES;

    /// What stays by design: the trail, which names nobody once the account is gone, the record of the deletion, and what
    /// clients are still to be told of it.
    const STAY: &[&str] = &["audit_events", "deletions", "ssf_events", "webhook_messages"];

    #[test]
    fn every_table_of_an_account_is_in_the_list() {
        let schema = include_str!("schema.rs");
        let tables = schema.split("diesel::table! {").skip(1);
        let of_accounts = tables.filter(|table| table.contains("account_id ->"));
        for table in of_accounts.filter_map(|table| table.trim().split(' ').next()) {
            assert!(TABLES.contains(&table) || STAY.contains(&table), "{table}: what becomes of its rows?");
        }
    }
}
