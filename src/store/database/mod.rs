//! `Db` and `Conn`: one query text, SQLite or PostgreSQL; reads and atomic writes as units of work.
//!
//! A unit is an async function over a [`Conn`]. On PostgreSQL it awaits the network. On SQLite it never waits: a read
//! runs where it stands on a pooled connection (a point look-up costs less than a thread hop), a write runs on the one
//! writer thread, which commits together what waits together ([`lite`]).

pub mod accounts;
pub mod audit;
pub mod audit_chain;
pub mod backchannel;
pub mod badge_definitions;
pub mod badge_offers;
pub mod badges;
pub mod cases;
pub mod challenges;
pub mod changes;
pub mod clients;
mod columns;
pub mod contacts;
pub mod counters;
pub mod deletions;
pub mod evidence;
pub mod exports;
pub mod families;
pub mod grants;
pub mod held;
pub mod identity;
pub mod imports;
pub mod jobs;
pub mod lasting_keys;
pub mod linked;
mod lite;
pub mod media;
mod migrate;
pub mod passwords;
mod postgres;
pub mod profiles;
pub mod receipts;
pub mod registrations;
pub mod reviews;
pub mod revoked;
pub mod schema;
mod scrub;
pub mod session_clients;
pub mod sessions;
pub mod settings;
pub mod signing_keys;
mod steady;
pub mod streams;
pub mod subjects;
pub mod text_messages;
pub mod unused;
pub mod upkeep;
pub mod webhooks;
pub mod wishes;

use std::path::Path;

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sqlite::SqliteConnection;
use diesel_async::AsyncPgConnection;
use futures_util::future::BoxFuture;

pub use self::columns::Json;
pub(crate) use self::columns::text_column;
pub use self::migrate::MigrationState;
use self::steady::steady;
use crate::base::{Fault, Time};
use crate::config::folder;

/// The database: the embedded SQLite file or a PostgreSQL server.
#[derive(Clone)]
pub enum Db {
    Sqlite(lite::Lite),
    Postgres(postgres::Postgres),
}

/// An open connection inside a unit of work.
pub enum Conn<'a> {
    /// Shared, so that what is asked at once is sent in one go.
    Pg(&'a AsyncPgConnection),
    Lite(&'a mut SqliteConnection),
}

/// Runs one query text on whichever database the connection belongs to; gives diesel's result.
///
/// `on!(conn, get_result, accounts::table.find(id).select(Account::as_select()))`
macro_rules! on {
    ($conn:expr, $method:ident, $query:expr) => {
        match $conn {
            $crate::store::database::Conn::Pg(c) => diesel_async::RunQueryDsl::$method($query, c).await,
            $crate::store::database::Conn::Lite(c) => diesel::RunQueryDsl::$method($query, &mut **c),
        }
    };
}
pub(crate) use on;

/// A unit of work, boxed: `move |conn| Box::pin(async move { … })`.
pub type Unit<'c, T, E> = BoxFuture<'c, Result<T, E>>;

impl Db {
    /// Opens (and for SQLite creates) the database; does not migrate.
    ///
    /// # Errors
    /// A fault when the file or server cannot be reached.
    pub async fn sqlite(file: &Path) -> Result<Self, Fault> {
        if let Some(folder) = file.parent() {
            folder::create(folder).map_err(|e| Fault::internal("make the data folder", e))?;
        }
        // An empty file is an empty database; made here, it and those that SQLite makes beside it are the owner's alone.
        if let Err(error) = if file.exists() { Ok(()) } else { folder::write_new(file, b"") }
            && error.kind() != std::io::ErrorKind::AlreadyExists
        {
            return Err(Fault::internal("make the database file", error));
        }
        Ok(Self::Sqlite(lite::Lite::open(file)?))
    }

    /// Connects to PostgreSQL with at most `size` connections; does not migrate.
    ///
    /// # Errors
    /// A fault when the URL is no PostgreSQL URL.
    pub async fn postgres(url: &str, size: u32) -> Result<Self, Fault> {
        Ok(Self::Postgres(postgres::Postgres::open(url, size).await?))
    }

    /// Runs a unit that only reads.
    ///
    /// # Errors
    /// Whatever the unit answers; an unavailable fault when the database does not answer in time.
    pub async fn read<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
        F: for<'a, 'c> FnOnce(&'c mut Conn<'a>) -> Unit<'c, T, E> + Send + 'static,
    {
        match self {
            Self::Sqlite(lite) => lite.read(unit),
            Self::Postgres(pg) => pg.read(unit).await,
        }
    }

    /// Runs a unit in a transaction: committed when it answers `Ok`, rolled back when it answers `Err`.
    ///
    /// Once this answers `Ok`, the write is durable. The unit finishes even when the caller goes away.
    ///
    /// # Errors
    /// Whatever the unit answers; an unavailable fault when the database does not answer in time (the outcome is then
    /// unknown to the caller, who may try again).
    pub async fn write<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
        F: for<'a, 'c> FnOnce(&'c mut Conn<'a>) -> Unit<'c, T, E> + Send + 'static,
    {
        match self {
            Self::Sqlite(lite) => lite.write(unit).await,
            Self::Postgres(pg) => pg.write(unit).await,
        }
    }

    /// `sqlite` or `postgres`, for logs and health.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }

    /// What time the database server has; `None` for the embedded one, whose clock is our own.
    ///
    /// # Errors
    /// An unavailable fault when it does not answer.
    pub async fn time(&self) -> Result<Option<Time>, Fault> {
        if let Self::Sqlite(_) = self {
            return Ok(None);
        }
        self.read(|conn| {
            Box::pin(async move {
                let now = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)";
                let query = diesel::select(diesel::dsl::sql::<diesel::sql_types::BigInt>(now));
                let micros: i64 = on!(conn, get_result, query).stored("ask the database for the time")?;
                Ok(Some(Time::from_micros(micros)))
            })
        })
        .await
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// An unavailable fault when it does not.
    pub async fn ping(&self) -> Result<(), Fault> {
        self.read(|conn| {
            Box::pin(async move {
                let query = diesel::select(diesel::dsl::sql::<diesel::sql_types::Integer>("1"));
                let _: i32 = on!(conn, get_result, query).stored("ping the database")?;
                Ok(())
            })
        })
        .await
    }
}

/// Turns diesel's results into the house's.
pub trait Stored<T> {
    /// Names what was attempted.
    ///
    /// # Errors
    /// A fault: internal for a broken constraint or an unreadable row, otherwise unavailable.
    fn stored(self, attempted: &'static str) -> Result<T, Fault>;
}

impl<T> Stored<T> for Result<T, DieselError> {
    #[track_caller]
    fn stored(self, attempted: &'static str) -> Result<T, Fault> {
        match self {
            Ok(value) => Ok(value),
            Err(error) => Err(fault(attempted, error)),
        }
    }
}

#[track_caller]
fn fault(attempted: &'static str, error: DieselError) -> Fault {
    match &error {
        DieselError::DatabaseError(
            DatabaseErrorKind::UniqueViolation
            | DatabaseErrorKind::ForeignKeyViolation
            | DatabaseErrorKind::NotNullViolation
            | DatabaseErrorKind::CheckViolation,
            _,
        )
        | DieselError::NotFound
        | DieselError::DeserializationError(_)
        | DieselError::SerializationError(_)
        | DieselError::QueryBuilderError(_) => Fault::internal(attempted, error),
        _ => Fault::unavailable(attempted, error),
    }
}

#[cfg(test)]
mod tests;
