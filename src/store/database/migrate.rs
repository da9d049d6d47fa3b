//! Embedded migrations: all or nothing, and one node at a time.

use diesel::sqlite::SqliteConnection;
use diesel::{Connection, RunQueryDsl};
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Db, lite};
use crate::base::Fault;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Two nodes that start together: one migrates, the other waits for it.
const LOCK: &str = "SELECT pg_advisory_lock(7226317)";
const UNLOCK: &str = "SELECT pg_advisory_unlock(7226317)";

/// What a migration run found and did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationState {
    pub applied: Vec<String>,
    pub pending: Vec<String>,
}

impl Db {
    /// Applies what is pending; gives what was applied by this call.
    ///
    /// # Errors
    /// A fault when a migration fails (it is rolled back whole) or the database does not answer.
    pub async fn migrate(&self) -> Result<Vec<String>, Fault> {
        self.with_harness(|harness| harness.apply()).await
    }

    /// Which migrations are applied and which are pending; changes nothing but the bookkeeping table.
    ///
    /// # Errors
    /// A fault when the database does not answer.
    pub async fn migrations(&self) -> Result<MigrationState, Fault> {
        self.with_harness(|harness| harness.state()).await
    }

    async fn with_harness<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Harness) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let db = self.clone();
        let task = tokio::task::spawn_blocking(move || match &db {
            Db::Sqlite(lite) => {
                let pragmas = "PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON;";
                work(&mut lite::connect(lite.file(), pragmas)?)
            }
            Db::Postgres(pg) => {
                let mut conn = AsyncConnectionWrapper::<AsyncPgConnection>::establish(pg.url())
                    .map_err(|e| Fault::unavailable("connect to PostgreSQL", e))?;
                let locked = |e| Fault::unavailable("lock the migrations", e);
                diesel::sql_query("SET statement_timeout = 0").execute(&mut conn).map_err(locked)?;
                diesel::sql_query(LOCK).execute(&mut conn).map_err(locked)?;
                let outcome = work(&mut conn);
                diesel::sql_query(UNLOCK).execute(&mut conn).map_err(locked)?;
                outcome
            }
        });
        task.await.map_err(|e| Fault::internal("run the migrations", e))?
    }
}

trait Harness {
    fn apply(&mut self) -> Result<Vec<String>, Fault>;
    fn state(&mut self) -> Result<MigrationState, Fault>;
}

macro_rules! harness {
    ($conn:ty, $migrations:expr) => {
        impl Harness for $conn {
            fn apply(&mut self) -> Result<Vec<String>, Fault> {
                let run = self.run_pending_migrations($migrations);
                let run = run.map_err(|e| Fault::internal("run the migrations", e.to_string()))?;
                Ok(run.iter().map(ToString::to_string).collect())
            }

            fn state(&mut self) -> Result<MigrationState, Fault> {
                let failed = |e: Box<dyn std::error::Error + Send + Sync>| {
                    Fault::unavailable("list the migrations", e.to_string())
                };
                let applied = self.applied_migrations().map_err(failed)?.iter().map(ToString::to_string).collect();
                let pending = self.pending_migrations($migrations).map_err(failed)?;
                Ok(MigrationState { applied, pending: pending.iter().map(|m| m.name().to_string()).collect() })
            }
        }
    };
}

harness!(SqliteConnection, SQLITE);
harness!(AsyncConnectionWrapper<AsyncPgConnection>, POSTGRES);
