//! What the database holds, read past the product.

use diesel::RunQueryDsl as _;
use diesel::sql_types::Text;

pub use crate::support::database::count;
use crate::support::database::embedded;
use crate::support::server::Stores;

#[derive(diesel::QueryableByName)]
struct Said {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

/// I8: the database opens clean (`PRAGMA integrity_check`; PostgreSQL checks its own pages when it reads them).
pub async fn must_be_clean(stores: &Stores) {
    if stores.database_url.is_none() {
        let said = diesel::sql_query("PRAGMA integrity_check").load::<Said>(&mut embedded(stores)).expect("a check");
        let said: Vec<_> = said.iter().map(|row| row.integrity_check.as_str()).collect();
        assert_eq!(said, ["ok"]);
    }
    // What the tables must agree on, whatever was killed when.
    let orphans = "NOT EXISTS (SELECT 1 FROM grants WHERE grants.id = token_families.grant_id)";
    assert_eq!(count(stores, "token_families", orphans).await, 0, "families without a grant");
    let unrecorded = "NOT EXISTS (SELECT 1 FROM audit_events WHERE audit_events.grant_id = token_families.grant_id \
                      AND audit_events.event = 'authorization.approved')";
    assert_eq!(count(stores, "token_families", unrecorded).await, 0, "authorizations without a record");
}
