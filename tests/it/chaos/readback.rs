//! What the database holds, read past the product.

use diesel::Connection as _;
use diesel::RunQueryDsl as _;
use diesel::sql_types::BigInt;
use diesel::sql_types::Text;
use diesel::sqlite::SqliteConnection;

use crate::support::parts::Postgres;
use crate::support::server::Stores;

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(diesel::QueryableByName)]
struct Said {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

fn embedded(stores: &Stores) -> SqliteConnection {
    let file = stores.data.join("social-wallet.db").display().to_string();
    SqliteConnection::establish(&file).expect("the embedded database opens")
}

/// How many rows a table has `where` that is so.
pub async fn count(stores: &Stores, table: &str, condition: &str) -> usize {
    let text = format!("SELECT count(*) AS count FROM {table} WHERE {condition}");
    let count = match &stores.database_url {
        Some(url) => Postgres::connect(url).await.query_one(&text, &[]).await.expect("a count").get::<_, i64>(0),
        None => diesel::sql_query(text).get_result::<Count>(&mut embedded(stores)).expect("a count").count,
    };
    usize::try_from(count).expect("a count")
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
