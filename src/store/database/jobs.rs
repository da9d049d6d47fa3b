//! The job queue: enqueued with the act it belongs to, claimed by one conditional write, run at least once.

use std::collections::BTreeMap;
use std::str::FromStr;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::schema::jobs;
use super::{Conn, Stored, on, steady, text_column};
use crate::base::id::{
    AccountId, CaseId, ClientId, DeletionId, ExportId, ImportId, JobId, MediaId, MessageId, SessionId, StreamId,
};
use crate::base::seal::{Sealer, Unsealable};
use crate::base::{Fault, Random, Seconds, Time};

/// Work to be done later, as data.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Sends a mail.
    Mail {
        /// Which mail: a name of `jobs::deliver::MAILS`.
        mail: String,
        to: String,
        locale: String,
        /// What its text is filled with.
        values: BTreeMap<String, String>,
    },
    /// Sends a code to a phone.
    Sms {
        to: String,
        locale: String,
        code: String,
        /// How long it works from when it was made.
        minutes: i64,
    },
    /// Tells a client that a session is over (OIDC Back-Channel Logout §2.5).
    Logout {
        client: ClientId,
        account: AccountId,
        /// `None`: every session of the account.
        session: Option<SessionId>,
    },
    /// Tells a client that a question of its was answered (CIBA §10.2).
    Ping { endpoint: String, token: String, auth_req_id: String },
    /// Brings an upload one step on: looks at it, then makes of it what is kept.
    Media { asset: MediaId },
    /// Sends a message to an endpoint of a client (Standard Webhooks).
    Webhook { message: MessageId },
    /// Sends what waits in a stream to its receiver (RFC 8935).
    Push { stream: StreamId },
    /// Makes a bundle of everything that a wallet holds, as far as it comes in one turn.
    Export { export: ExportId },
    /// Takes what a bundle from another wallet brings, as far as it comes in one turn.
    Import { import: ImportId },
    /// Takes the next steps of a deletion.
    Erase { deletion: DeletionId },
    /// Looks whether a deletion left nothing.
    EraseCheck { deletion: DeletionId },
    /// Looks at the pictures of a verification.
    Evidence { case: CaseId },
    /// Tells the outside service of a verification.
    IdentityCheck { case: CaseId },
}

impl Job {
    /// The name of the row of `JOBS` that does it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Mail { .. } => "mail",
            Self::Sms { .. } => "sms",
            Self::Logout { .. } => "logout",
            Self::Ping { .. } => "ping",
            Self::Media { .. } => "media",
            Self::Webhook { .. } => "webhook",
            Self::Push { .. } => "push",
            Self::Export { .. } => "export",
            Self::Import { .. } => "import",
            Self::Erase { .. } => "erase",
            Self::EraseCheck { .. } => "erase_check",
            Self::Evidence { .. } => "evidence",
            Self::IdentityCheck { .. } => "identity_check",
        }
    }
}

// A payload holds addresses and codes.
impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[job {}]", self.kind())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    Queued,
    Running,
    Done,
    /// Failed too often; waits for an operator.
    Dead,
}

impl JobState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Dead => "dead",
        }
    }
}

impl FromStr for JobState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Queued, Self::Running, Self::Done, Self::Dead].into_iter().find(|s| s.as_str() == text).ok_or(())
    }
}

text_column!(JobState);

/// A job as it waits in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = jobs, treat_none_as_default_value = false)]
pub struct Row {
    pub id: JobId,
    pub kind: String,
    /// Sealed.
    pub payload: Vec<u8>,
    pub state: JobState,
    pub attempts: i32,
    pub run_at: Time,
    pub locked_until: Option<Time>,
    pub created_at: Time,
    pub last_error: Option<String>,
}

impl Row {
    /// What is to be done.
    ///
    /// # Errors
    /// When the payload was sealed under a lost key or altered.
    pub fn job(&self, sealer: &Sealer) -> Result<Job, Unsealable> {
        let plain = sealer.open(self.id.as_bytes(), &self.payload)?;
        serde_json::from_slice(&plain).map_err(|_| Unsealable)
    }
}

/// Adds a job to the queue; it runs once the caller's transaction is kept.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn enqueue(
    conn: &mut Conn<'_>,
    job: &Job,
    sealer: &Sealer,
    random: &Random,
    now: Time,
) -> Result<JobId, Fault> {
    insert(conn, job, JobState::Queued, sealer, random, now, now).await
}

/// As [`enqueue`], to be run at a later time.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn enqueue_at(
    conn: &mut Conn<'_>,
    job: &Job,
    sealer: &Sealer,
    random: &Random,
    now: Time,
    run_at: Time,
) -> Result<JobId, Fault> {
    insert(conn, job, JobState::Queued, sealer, random, now, run_at).await
}

/// Adds a job that counts as done: as much work as [`enqueue`], of which nothing comes.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn pretend(
    conn: &mut Conn<'_>,
    job: &Job,
    sealer: &Sealer,
    random: &Random,
    now: Time,
) -> Result<JobId, Fault> {
    insert(conn, job, JobState::Done, sealer, random, now, now).await
}

async fn insert(
    conn: &mut Conn<'_>,
    job: &Job,
    state: JobState,
    sealer: &Sealer,
    random: &Random,
    now: Time,
    run_at: Time,
) -> Result<JobId, Fault> {
    let id = JobId::new(now, random);
    let plain = serde_json::to_vec(job).map_err(|e| Fault::internal("write a job", e))?;
    let row = Row {
        id,
        kind: job.kind().to_owned(),
        payload: sealer.seal(id.as_bytes(), &plain, random),
        state,
        attempts: 0,
        run_at,
        locked_until: None,
        created_at: now,
        last_error: None,
    };
    on!(conn, execute, diesel::insert_into(jobs::table).values(&row)).stored("add a job")?;
    Ok(id)
}

/// Which kinds of jobs are looked for.
#[derive(Debug, Clone, Copy)]
pub enum Lane {
    Only(&'static [&'static str]),
    But(&'static [&'static str]),
}

/// The jobs of a lane that could be claimed now, the longest due first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn due(conn: &mut Conn<'_>, lane: Lane, now: Time, most: i64) -> Result<Vec<JobId>, Fault> {
    macro_rules! of_lane {
        ($state:expr) => {{
            let all = jobs::table.filter($state).order(jobs::run_at.asc()).select(jobs::id).limit(most).into_boxed();
            match lane {
                Lane::Only(kinds) => all.filter(jobs::kind.eq_any(kinds)),
                Lane::But(kinds) => all.filter(jobs::kind.ne_all(kinds)),
            }
        }};
    }
    let waiting = || jobs::state.eq(JobState::Queued).and(jobs::run_at.le(now));
    let mut ids: Vec<JobId> = on!(conn, load, of_lane!(waiting())).stored("find due jobs")?;
    // Their runner died: its lock has run out.
    let left = || jobs::state.eq(JobState::Running).and(jobs::locked_until.le(now));
    let left: Vec<JobId> = on!(conn, load, of_lane!(left())).stored("find jobs left behind")?;
    ids.extend(left);
    Ok(ids)
}

/// Claims a job until `until`: given to one caller only.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn claim(conn: &mut Conn<'_>, id: JobId, now: Time, until: Time) -> Result<Option<Row>, Fault> {
    let free = jobs::state
        .eq(JobState::Queued)
        .and(jobs::run_at.le(now))
        .or(jobs::state.eq(JobState::Running).and(jobs::locked_until.assume_not_null().le(now)));
    let change =
        (jobs::state.eq(JobState::Running), jobs::locked_until.eq(until), jobs::attempts.eq(jobs::attempts + 1));
    let update = diesel::update(jobs::table.find(id).filter(free)).set(change).returning(jobs::all_columns);
    on!(conn, get_result, steady(update)).optional().stored("claim a job")
}

/// Notes that a claimed job is done; its payload is forgotten. Nothing happens when its claim ran out and another
/// runner has it.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn finish(conn: &mut Conn<'_>, claimed: &Row) -> Result<(), Fault> {
    let done = (
        jobs::state.eq(JobState::Done),
        jobs::payload.eq(Vec::new()),
        jobs::locked_until.eq(None::<Time>),
        jobs::last_error.eq(None::<String>),
    );
    let own = jobs::state.eq(JobState::Running).and(jobs::attempts.eq(claimed.attempts));
    on!(conn, execute, steady(diesel::update(jobs::table.find(claimed.id).filter(own)).set(done)))
        .stored("finish a job")?;
    Ok(())
}

/// Notes that a claimed job failed: it runs again at `again`, or is laid aside. Nothing happens when its claim ran out
/// and another runner has it.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn fail(conn: &mut Conn<'_>, claimed: &Row, again: Option<Time>, error: &str) -> Result<(), Fault> {
    let state = if again.is_some() { JobState::Queued } else { JobState::Dead };
    let change = (
        jobs::state.eq(state),
        jobs::locked_until.eq(None::<Time>),
        jobs::last_error.eq(error),
        jobs::run_at.eq(again.unwrap_or(claimed.run_at)),
    );
    let own = jobs::state.eq(JobState::Running).and(jobs::attempts.eq(claimed.attempts));
    on!(conn, execute, steady(diesel::update(jobs::table.find(claimed.id).filter(own)).set(change)))
        .stored("put a job back")?;
    Ok(())
}

/// The next jobs that hold a payload in order of their identifier, after `after`.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn held_after(conn: &mut Conn<'_>, after: Option<JobId>, most: i64) -> Result<Vec<Row>, Fault> {
    let rows = jobs::table.filter(jobs::state.ne(JobState::Done)).order(jobs::id.asc()).limit(most);
    match after {
        Some(after) => on!(conn, load, rows.filter(jobs::id.gt(after))).stored("list jobs"),
        None => on!(conn, load, rows).stored("list jobs"),
    }
}

/// Puts a newly sealed payload in the place of the old one; nothing happens when the job was done meanwhile.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn replace_payload(conn: &mut Conn<'_>, row: &Row, payload: &[u8]) -> Result<bool, Fault> {
    let row = jobs::table.find(row.id).filter(jobs::payload.eq(&row.payload));
    Ok(on!(conn, execute, steady(diesel::update(row).set(jobs::payload.eq(payload)))).stored("seal a job again")? == 1)
}

/// How many jobs wait, and how many were laid aside.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn depth(conn: &mut Conn<'_>) -> Result<(i64, i64), Fault> {
    let open = jobs::table.filter(jobs::state.eq(JobState::Queued).or(jobs::state.eq(JobState::Running))).count();
    let dead = jobs::table.filter(jobs::state.eq(JobState::Dead)).count();
    let open = on!(conn, get_result, open).stored("count jobs")?;
    Ok((open, on!(conn, get_result, dead).stored("count jobs")?))
}

/// How old the oldest job is that should have run.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn lag(conn: &mut Conn<'_>, now: Time) -> Result<Seconds, Fault> {
    let query = jobs::table.filter(jobs::state.eq(JobState::Queued)).order(jobs::run_at.asc()).select(jobs::run_at);
    let oldest: Option<Time> = on!(conn, first, query).optional().stored("find the oldest job")?;
    Ok(oldest.map_or(Seconds(0), |at| now.since(at).max(Seconds(0))))
}
