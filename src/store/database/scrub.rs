//! What was deleted leaves the files of the database too, as far as the database lets us.

use diesel::RunQueryDsl;
use diesel_async::AsyncConnection;

use super::{Db, lite};
use crate::base::Fault;

/// Tables in which the keys of people and of their things were.
const KEPT_KEYS: &str = "VACUUM account_keys, media_assets, exports, imports";

impl Db {
    /// Empties what still holds the bytes of deleted rows: SQLite's write-ahead log (its pages are overwritten as they
    /// are freed), PostgreSQL's dead tuples. What another connection still looks at stays until the next time.
    ///
    /// # Errors
    /// A fault when the database does not answer.
    pub async fn scrub(&self) -> Result<(), Fault> {
        match self {
            Self::Sqlite(lite) => {
                let lite = lite.clone();
                let work = move || {
                    let mut conn = lite::connect(lite.file(), "PRAGMA busy_timeout = 5000;")?;
                    let checkpoint = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)");
                    checkpoint.execute(&mut conn).map_err(|e| Fault::unavailable("empty the write-ahead log", e))?;
                    Ok(())
                };
                tokio::task::spawn_blocking(work).await.map_err(|e| Fault::internal("empty the write-ahead log", e))?
            }
            Self::Postgres(pg) => {
                let attempted = "vacuum the tables of keys";
                let conn = diesel_async::AsyncPgConnection::establish(pg.url()).await;
                let mut conn = conn.map_err(|e| Fault::unavailable(attempted, e))?;
                let vacuum = diesel_async::RunQueryDsl::execute(diesel::sql_query(KEPT_KEYS), &mut conn).await;
                vacuum.map_err(|e| Fault::unavailable(attempted, e))?;
                Ok(())
            }
        }
    }
}
