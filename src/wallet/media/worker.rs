//! Our side of the worker: a process of our own program for each order, few at once, ended when it takes too long.
//!
//! A flood of pixels or a decoder that falls over costs a process, never the house.

use std::io;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::sync::Semaphore;

use crate::app::{App, Room};
use crate::base::Fault;
use crate::wallet::media::bench::{Done, Order, Task, Work};
use crate::wallet::media::kinds::{Format, Reason};

/// The hidden subcommand of the program.
pub const COMMAND: &str = "media-worker";
/// The address space of a worker: the picture, a turned copy, and a decoder with what it is allowed.
const MEMORY: u64 = 2 * 1024 * 1024 * 1024;
/// The longest answer.
const MOST_ANSWER: u64 = 64 * 1024;
/// How long an order waits for its turn, before its job is put back.
const TURN: Duration = Duration::from_secs(15);

/// How many work at once.
pub struct Workers(Arc<Semaphore>);

impl Room for Workers {
    fn open(app: &App) -> Self {
        Self(Arc::new(Semaphore::new(app.config.media.workers)))
    }
}

/// Has an upload in `folder` made into what is kept.
///
/// # Errors
/// A fault where no worker could be started or had its turn, or the disk failed it.
pub async fn process(app: &App, folder: &Path, format: Format) -> Result<Result<Work, Reason>, Fault> {
    process_as(app, folder, format, Task::Media).await
}

/// As [`process`], for another task.
///
/// # Errors
/// As [`process`].
pub async fn process_as(app: &App, folder: &Path, format: Format, task: Task) -> Result<Result<Work, Reason>, Fault> {
    let attempted = "process an upload";
    let turns = Arc::clone(&app.room::<Workers>().0);
    let turn = tokio::time::timeout(TURN, turns.acquire_owned()).await;
    let _turn = turn.map_err(|e| Fault::unavailable(attempted, e))?.map_err(|e| Fault::internal(attempted, e))?;
    let budget = app.config.media.worker_time.duration();
    let order = Order {
        folder: folder.to_owned(),
        media_type: format.mime().to_owned(),
        memory: MEMORY,
        seconds: budget.as_secs().max(1),
        task,
    };
    match tokio::time::timeout(budget, attempt(&order)).await {
        Ok(Ok(Some(Done::Made(work)))) => Ok(Ok(work)),
        Ok(Ok(Some(Done::Refused(reason)))) => Ok(Err(reason.parse().unwrap_or(Reason::Decode))),
        Ok(Ok(Some(Done::Failed(why)))) => Err(Fault::unavailable(attempted, why)),
        // It fell over, was ended by the kernel, or took too long: whatever did that does it again.
        Ok(Ok(None)) | Err(_) => Ok(Err(Reason::Decode)),
        Ok(Err(error)) => Err(Fault::unavailable(attempted, error)),
    }
}

/// `None` where the worker ended without an answer. When this is given up, the worker is ended.
async fn attempt(order: &Order) -> io::Result<Option<Done>> {
    let mut command = Command::new(std::env::current_exe()?);
    // It has no business with what the house is told in its environment, nor with its log.
    command.arg(COMMAND).env_clear().current_dir(&order.folder).kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn()?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let (Some(mut stdin), Some(stdout)) = (stdin, stdout) else { return Ok(None) };
    let told = serde_json::to_vec(order).map_err(io::Error::other)?;
    if stdin.write_all(&told).await.is_err() {
        return Ok(None);
    }
    drop(stdin);
    let mut answer = Vec::new();
    stdout.take(MOST_ANSWER).read_to_end(&mut answer).await?;
    let status = child.wait().await?;
    Ok(status.success().then(|| serde_json::from_slice(&answer).ok()).flatten())
}
