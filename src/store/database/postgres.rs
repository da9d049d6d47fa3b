//! PostgreSQL: a pool, bounded waits, and transactions that finish whether or not the caller waits.

use std::future::Future;
use std::time::Duration;

use diesel_async::AsyncPgConnection;
use diesel_async::SimpleAsyncConnection;
use diesel_async::TransactionManager;
use diesel_async::pooled_connection::AsyncDieselConnectionManager;
use diesel_async::pooled_connection::PoolableConnection;
use diesel_async::pooled_connection::bb8::{Pool, PooledConnection};

use futures_util::future::try_join;

use super::{Conn, Unit};
use crate::base::Fault;

/// How long a unit may wait for a connection.
const POOL_WAIT: Duration = Duration::from_millis(1000);
/// How long the server may work on one statement; sent with every connection.
const STATEMENT_TIMEOUT_MS: u32 = 2000;
/// How long a whole unit may take before we answer 503: a frozen server says nothing at all.
const UNIT_TIMEOUT: Duration = Duration::from_millis(2500);

type Transactions = <AsyncPgConnection as diesel_async::AsyncConnection>::TransactionManager;

/// A pool of connections to a PostgreSQL server.
#[derive(Clone)]
pub struct Postgres {
    pool: Pool<AsyncPgConnection>,
    url: String,
}

impl Postgres {
    pub(super) async fn open(url: &str, size: u32) -> Result<Self, Fault> {
        let url = with_timeouts(url)?;
        let manager = AsyncDieselConnectionManager::<AsyncPgConnection>::new(url.as_str());
        // The check on checkout would cost a round trip a unit; broken connections are dropped in `checkout` instead.
        let pool = Pool::builder()
            .max_size(size)
            .connection_timeout(POOL_WAIT)
            .test_on_check_out(false)
            .build_unchecked(manager);
        Ok(Self { pool, url })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    async fn checkout(&self) -> Result<PooledConnection<'static, AsyncPgConnection>, Fault> {
        loop {
            let mut conn =
                self.pool.get_owned().await.map_err(|e| Fault::unavailable("connect to PostgreSQL", e.to_string()))?;
            if !conn.is_broken() {
                return Ok(conn);
            }
        }
    }

    pub(super) async fn read<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
        F: for<'a, 'c> FnOnce(&'c mut Conn<'a>) -> Unit<'c, T, E> + Send + 'static,
    {
        in_time(async {
            let conn = self.checkout().await?;
            unit(&mut Conn::Pg(&conn)).await
        })
        .await
    }

    pub(super) async fn write<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
        F: for<'a, 'c> FnOnce(&'c mut Conn<'a>) -> Unit<'c, T, E> + Send + 'static,
    {
        let store = self.clone();
        // A task of its own: a caller that hangs up must not cut a transaction between its writes and its commit.
        let task = tokio::spawn(in_time(async move {
            let mut open = Open { conn: store.checkout().await?, is_settled: false };
            let conn: &AsyncPgConnection = &open.conn;
            // Sent in one go: the first statement of the unit does not wait for the answer to BEGIN.
            let begin = async { run("begin a transaction", conn, "BEGIN").await.map_err(E::from) };
            let (mut shared, work) = (Conn::Pg(conn), unit);
            let ((), outcome) = try_join(begin, async { Ok(work(&mut shared).await) }).await?;
            if outcome.is_ok() {
                run("commit a transaction", conn, "COMMIT").await?;
                open.is_settled = true;
            } else {
                // The answer stands whether or not the server hears it: without a commit nothing was kept.
                open.is_settled = run("roll a transaction back", conn, "ROLLBACK").await.is_ok();
            }
            outcome
        }));
        task.await.map_err(|e| E::from(Fault::internal("run a unit of work on PostgreSQL", e)))?
    }
}

/// A connection inside a transaction. Dropped before that has ended, it is of no further use, and leaves the pool.
struct Open {
    conn: PooledConnection<'static, AsyncPgConnection>,
    is_settled: bool,
}

impl Drop for Open {
    fn drop(&mut self) {
        if !self.is_settled {
            Transactions::transaction_manager_status_mut(&mut *self.conn).set_in_error();
        }
    }
}

async fn run(attempted: &'static str, mut conn: &AsyncPgConnection, statement: &str) -> Result<(), Fault> {
    conn.batch_execute(statement).await.map_err(|e| fault(attempted, e))
}

#[track_caller]
fn fault(attempted: &'static str, error: diesel::result::Error) -> Fault {
    super::fault(attempted, error)
}

/// Gives up on a silent server. The connection is dropped with the work, so the pool never holds a stuck one.
async fn in_time<T, E: From<Fault>>(work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    match tokio::time::timeout(UNIT_TIMEOUT, work).await {
        Ok(outcome) => outcome,
        Err(elapsed) => Err(Fault::unavailable("wait for PostgreSQL", elapsed).into()),
    }
}

fn with_timeouts(url: &str) -> Result<String, Fault> {
    let mut parsed = url::Url::parse(url).map_err(|e| Fault::internal("read the PostgreSQL URL", e))?;
    let options = format!("-c statement_timeout={STATEMENT_TIMEOUT_MS} -c idle_in_transaction_session_timeout=5000");
    let options = options.replace(' ', "%20");
    let query = match parsed.query() {
        Some(query) if query.contains("options=") => return Ok(url.to_owned()),
        Some(query) => format!("{query}&options={options}&connect_timeout=1"),
        None => format!("options={options}&connect_timeout=1"),
    };
    parsed.set_query(Some(&query));
    Ok(parsed.into())
}
