//! The embedded SQLite: pooled readers, and one writer that commits together what waits together.
//!
//! Every commit is durable (`synchronous = FULL`). Full durability costs a sync of the disk a commit, so the writer
//! runs each unit in a savepoint and commits once for all that queued up while the last commit was under way.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use diesel::Connection;
use diesel::connection::SimpleConnection;
use diesel::sqlite::SqliteConnection;
use futures_util::FutureExt;
use tokio::sync::oneshot;

use super::{Conn, Unit};
use crate::base::Fault;

/// How many units one commit may carry: bounds how long the first of them waits.
const LARGEST_BATCH: usize = 128;

/// The wait comes first: another process may be closing the file when this one opens it.
const WRITER: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -8000;
    PRAGMA secure_delete = ON;";
const READER: &str = "PRAGMA busy_timeout = 2000; PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;
    PRAGMA cache_size = -2000; PRAGMA mmap_size = 268435456;";

/// The embedded database.
#[derive(Clone)]
pub struct Lite {
    inner: Arc<Inner>,
}

struct Inner {
    file: PathBuf,
    readers: Mutex<Vec<SqliteConnection>>,
    writer: mpsc::Sender<Box<dyn Task>>,
}

/// A unit on its way through the writer.
trait Task: Send {
    /// Runs inside the open transaction; whether its work is to be kept.
    fn run(&mut self, conn: &mut SqliteConnection) -> bool;
    /// Tells the caller, after the commit.
    fn finish(self: Box<Self>, commit: Result<(), &str>);
}

struct WriteUnit<T, E, F> {
    unit: Option<F>,
    outcome: Option<Result<T, E>>,
    caller: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Task for WriteUnit<T, E, F>
where
    T: Send + 'static,
    E: From<Fault> + Send + 'static,
    F: for<'a, 'c> FnOnce(&'c mut Conn<'a>) -> Unit<'c, T, E> + Send + 'static,
{
    fn run(&mut self, conn: &mut SqliteConnection) -> bool {
        let Some(unit) = self.unit.take() else { return false };
        let outcome = run(conn, unit);
        let keep = outcome.is_ok();
        self.outcome = Some(outcome);
        keep
    }

    fn finish(self: Box<Self>, commit: Result<(), &str>) {
        let outcome = match (commit, self.outcome) {
            (_, Some(Err(error))) => Err(error),
            (Ok(()), Some(Ok(value))) => Ok(value),
            (Err(why), _) => Err(Fault::unavailable("commit to SQLite", why.to_owned()).into()),
            (Ok(()), None) => Err(Fault::broken("run a unit of work on SQLite").into()),
        };
        // The caller may have gone away; its write stands all the same.
        let _ = self.caller.send(outcome);
    }
}

/// Runs a unit where it stands. A unit over SQLite has nothing to wait for, so one poll finishes it.
fn run<T, E, F>(conn: &mut SqliteConnection, unit: F) -> Result<T, E>
where
    E: From<Fault>,
    F: for<'a, 'c> FnOnce(&'c mut Conn<'a>) -> Unit<'c, T, E>,
{
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut conn = Conn::Lite(conn);
        unit(&mut conn).now_or_never()
    }));
    match outcome {
        Ok(Some(outcome)) => outcome,
        Ok(None) => Err(Fault::broken("wait inside a unit of work on SQLite").into()),
        Err(panic) => Err(Fault::internal("run a unit of work on SQLite", panic_text(&*panic)).into()),
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panic".to_owned())
}

impl Lite {
    pub(super) fn open(file: &Path) -> Result<Self, Fault> {
        let mut conn = connect(file, WRITER)?;
        let (writer, tasks) = mpsc::channel::<Box<dyn Task>>();
        thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || {
                while let Ok(first) = tasks.recv() {
                    commit_batch(&mut conn, first, &tasks);
                }
            })
            .map_err(|e| Fault::internal("start the SQLite writer", e))?;
        let inner = Inner { file: file.to_owned(), readers: Mutex::new(Vec::new()), writer };
        Ok(Self { inner: Arc::new(inner) })
    }

    pub(super) fn file(&self) -> &Path {
        &self.inner.file
    }

    pub(super) fn read<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        E: From<Fault>,
        F: for<'a, 'c> FnOnce(&'c mut Conn<'a>) -> Unit<'c, T, E>,
    {
        let pooled = self.inner.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut conn = match pooled {
            Some(conn) => conn,
            None => connect(&self.inner.file, READER)?,
        };
        let outcome = run(&mut conn, unit);
        self.inner.readers.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
        outcome
    }

    pub(super) async fn write<T, E, F>(&self, unit: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
        F: for<'a, 'c> FnOnce(&'c mut Conn<'a>) -> Unit<'c, T, E> + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let task = Box::new(WriteUnit { unit: Some(unit), outcome: None, caller });
        let gone = || E::from(Fault::broken("reach the SQLite writer"));
        self.inner.writer.send(task).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

pub(super) fn connect(file: &Path, pragmas: &str) -> Result<SqliteConnection, Fault> {
    let attempted = "open the SQLite database";
    let mut conn =
        SqliteConnection::establish(&file.to_string_lossy()).map_err(|e| Fault::unavailable(attempted, e))?;
    conn.batch_execute(pragmas).map_err(|e| Fault::unavailable(attempted, e))?;
    Ok(conn)
}

fn commit_batch(conn: &mut SqliteConnection, first: Box<dyn Task>, tasks: &mpsc::Receiver<Box<dyn Task>>) {
    let mut batch = Vec::new();
    let mut next = Some(first);
    let mut commit = conn.batch_execute("BEGIN IMMEDIATE");
    while let Some(mut task) = next.take() {
        if commit.is_ok() {
            commit = run_in_savepoint(conn, &mut *task);
        }
        batch.push(task);
        if batch.len() < LARGEST_BATCH {
            next = tasks.try_recv().ok();
        }
    }
    let commit = commit.and_then(|()| conn.batch_execute("COMMIT")).map_err(|e| e.to_string());
    if commit.is_err() {
        // Nothing of the batch was kept; a transaction that never began has nothing to roll back.
        let _ = conn.batch_execute("ROLLBACK");
    }
    for task in batch {
        task.finish(commit.as_ref().copied().map_err(String::as_str));
    }
}

fn run_in_savepoint(conn: &mut SqliteConnection, task: &mut dyn Task) -> diesel::QueryResult<()> {
    conn.batch_execute("SAVEPOINT unit")?;
    if !task.run(conn) {
        conn.batch_execute("ROLLBACK TO unit")?;
    }
    conn.batch_execute("RELEASE unit")
}
