//! What the database holds, past the product.

use diesel::Connection as _;
use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use diesel::sql_types::BigInt;
use diesel::sqlite::SqliteConnection;

use super::parts::Postgres;
use super::server::Stores;

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(diesel::QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    text: String,
}

/// The embedded database, beside a server that writes to it.
pub fn embedded(stores: &Stores) -> SqliteConnection {
    let file = stores.data.join("social-wallet.db").display().to_string();
    let mut database = SqliteConnection::establish(&file).expect("the embedded database opens");
    // The server has the file to itself for a moment at a time.
    diesel::sql_query("PRAGMA busy_timeout = 10000").execute(&mut database).expect("patience");
    database
}

/// Carries a statement out, on whichever database it is.
pub async fn execute(stores: &Stores, statement: &str) {
    match &stores.database_url {
        Some(url) => Postgres::connect(url).await.batch_execute(statement).await.expect("a statement"),
        None => drop(diesel::sql_query(statement).execute(&mut embedded(stores)).expect("a statement")),
    }
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

/// The one text that a query gives under the name `text`.
pub async fn text(stores: &Stores, query: &str) -> String {
    match &stores.database_url {
        Some(url) => Postgres::connect(url).await.query_one(query, &[]).await.expect("a text").get(0),
        None => diesel::sql_query(query).get_result::<Text>(&mut embedded(stores)).expect("a text").text,
    }
}

/// Carries several statements out, one after the other.
pub async fn execute_all(stores: &Stores, statements: &str) {
    match &stores.database_url {
        Some(url) => Postgres::connect(url).await.batch_execute(statements).await.expect("statements"),
        None => embedded(stores).batch_execute(statements).expect("statements"),
    }
}
