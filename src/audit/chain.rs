//! Appends what was written to the chain, and takes out of the trail what has had its time (WALLET.md §16.5).
//!
//! A row is written in its caller's unit, with a MAC and without a look at the chain: two nodes write at once, and no
//! read waits for another. Moments later one of the nodes appends the rows that are not linked yet. Whoever appends
//! holds the head; `seq` has no gaps. A link keeps what its row was committed to, so the chain can be checked after the
//! row is gone, and the removal of rows is a link itself.

use std::collections::{HashMap, HashSet};

use zeroize::Zeroizing;

use crate::app::App;
use crate::audit::canonical;
use crate::base::id::{AccountId, EventId};
use crate::base::seal::MacKey;
use crate::base::{Digest, Fault, Seconds, Time};
use crate::store::database::audit::Row;
use crate::store::database::audit_chain::{self, Head, Link};
use crate::store::database::{Conn, accounts};

/// How many rows one unit appends: bounds how long it holds the head.
const BATCH: usize = 250;
/// How many rows are looked at in one go.
const LOOKED_AT: i64 = 1000;
/// How long before the last link a row may have begun that was kept after it: a unit that took long, on a node whose
/// clock is a little behind.
const LATE: Seconds = Seconds(15);
/// The same, for what is looked for now and then.
const VERY_LATE: Seconds = Seconds::hours(1);

/// How far back rows are looked for that are not linked yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Around the end of the chain: for every second.
    End,
    /// An hour back: for every few minutes.
    Hour,
    /// Everything: for who checks the chain.
    All,
}

/// Appends every row that is not linked yet; gives how many.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn seal(app: &App, reach: Reach) -> Result<usize, Fault> {
    let mut after = begin(app, reach).await?;
    let mut appended = 0;
    loop {
        let (rows, last) = look(app, after).await?;
        for ids in rows.chunks(BATCH) {
            let (unit, ids) = (app.clone(), ids.to_vec());
            appended += app
                .db
                .write::<_, Fault, _>(move |tx| {
                    Box::pin(async move {
                        let mut head = audit_chain::hold(tx, unit.now()).await?;
                        link(tx, &unit, &mut head, &ids).await
                    })
                })
                .await?;
        }
        match last {
            Some(last) => after = last,
            None => return Ok(appended),
        }
    }
}

/// After which row to look.
async fn begin(app: &App, reach: Reach) -> Result<EventId, Fault> {
    let back = match reach {
        Reach::End => LATE,
        Reach::Hour => VERY_LATE,
        Reach::All => return Ok(EventId::from_bytes([0; 16])),
    };
    let last = app
        .db
        .read::<_, Fault, _>(|conn| {
            Box::pin(async move {
                match audit_chain::head(conn).await? {
                    Some(head) => audit_chain::links_from(conn, head.seq, 1).await,
                    None => Ok(Vec::new()),
                }
            })
        })
        .await?;
    Ok(last.first().map_or(EventId::from_bytes([0; 16]), |link| EventId::earliest(link.at - back)))
}

async fn look(app: &App, after: EventId) -> Result<(Vec<EventId>, Option<EventId>), Fault> {
    app.db.read(move |conn| Box::pin(unlinked(conn, after))).await
}

/// Which of the next rows are not linked, and the last of all that were looked at.
async fn unlinked(conn: &mut Conn<'_>, after: EventId) -> Result<(Vec<EventId>, Option<EventId>), Fault> {
    let ids = audit_chain::ids_after(conn, after, LOOKED_AT).await?;
    let last = ids.last().copied().filter(|_| ids.len() as i64 == LOOKED_AT);
    Ok((missing(conn, ids).await?, last))
}

async fn missing(conn: &mut Conn<'_>, ids: Vec<EventId>) -> Result<Vec<EventId>, Fault> {
    if ids.is_empty() {
        return Ok(ids);
    }
    let linked: HashSet<EventId> = audit_chain::linked(conn, &ids).await?.into_iter().collect();
    Ok(ids.into_iter().filter(|id| !linked.contains(id)).collect())
}

/// Appends those of the rows that are not linked yet; the head is held.
async fn link(conn: &mut Conn<'_>, app: &App, head: &mut Head, ids: &[EventId]) -> Result<usize, Fault> {
    let ids = missing(conn, ids.to_vec()).await?;
    if ids.is_empty() {
        return Ok(0);
    }
    let rows = audit_chain::rows(conn, &ids).await?;
    let mut keys = People::default();
    let mut links = Vec::with_capacity(rows.len());
    let mut end = *head;
    for row in &rows {
        let key = keys.of_row(conn, app, row).await?;
        let new = Link {
            seq: end.seq + 1,
            event_id: Some(row.id),
            at: row.at,
            keyed: key.is_some(),
            commitment: canonical::commitment(row, key.as_ref()),
            hash: end.hash,
            removed_by: None,
            reason: None,
        };
        links.push(closed(new, &mut end));
    }
    append(conn, head, &links, end).await?;
    Ok(links.len())
}

async fn append(conn: &mut Conn<'_>, head: &mut Head, links: &[Link], end: Head) -> Result<(), Fault> {
    if !audit_chain::append(conn, head, links).await? {
        return Err(Fault::broken("append to the chain while holding its head"));
    }
    *head = end;
    Ok(())
}

/// The link with its hash, which is the end of the chain now.
fn closed(link: Link, end: &mut Head) -> Link {
    let hash = hash(&end.hash, &link);
    *end = Head { seq: link.seq, hash, ..*end };
    Link { hash, ..link }
}

/// `SHA-256(hash before ‖ what this link says)`.
pub(super) fn hash(before: &Digest, link: &Link) -> Digest {
    let mut bytes = Vec::with_capacity(96);
    bytes.extend_from_slice(before.as_bytes());
    bytes.extend_from_slice(&link.seq.to_be_bytes());
    bytes.extend_from_slice(&link.at.as_micros().to_be_bytes());
    bytes.push(u8::from(link.keyed));
    bytes.push(u8::from(link.event_id.is_none()));
    bytes.extend_from_slice(link.commitment.as_bytes());
    Digest::of(bytes)
}

/// What a link that tells of removed rows commits to: which they were and why, keyed.
pub(super) fn removal(app: &App, reason: &str, removed: &[Link]) -> Digest {
    let mut bytes = reason.as_bytes().to_vec();
    bytes.push(0);
    for link in removed {
        bytes.extend_from_slice(&link.seq.to_be_bytes());
        bytes.extend_from_slice(link.hash.as_bytes());
    }
    Digest::from_bytes(app.keys.pepper.mac("audit-removal", &bytes))
}

/// Takes rows out of the trail, in the caller's unit. Their links stay, and a new one tells of it; gives how many rows.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn remove(conn: &mut Conn<'_>, app: &App, ids: &[EventId], reason: &'static str) -> Result<usize, Fault> {
    if ids.is_empty() {
        return Ok(0);
    }
    let now = app.now();
    let mut head = audit_chain::hold(conn, now).await?;
    link(conn, app, &mut head, ids).await?;
    // What another has removed meanwhile stays told of there.
    let links = audit_chain::links_of(conn, ids).await?;
    let links: Vec<Link> = links.into_iter().filter(|link| link.removed_by.is_none()).collect();
    if links.is_empty() {
        return Ok(0);
    }
    let mut end = head;
    let marker = Link {
        seq: head.seq + 1,
        event_id: None,
        at: now,
        keyed: false,
        commitment: removal(app, reason, &links),
        hash: head.hash,
        removed_by: None,
        reason: Some(reason.to_owned()),
    };
    let marker = closed(marker, &mut end);
    let seq = marker.seq;
    append(conn, &mut head, &[marker], end).await?;
    let ids: Vec<EventId> = links.iter().filter_map(|link| link.event_id).collect();
    audit_chain::remove(conn, &ids, seq).await
}

/// Takes the rows of an account that is deleted out of the trail, a batch at a time; gives how many, 0 when none is left.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn forget(conn: &mut Conn<'_>, app: &App, account: AccountId) -> Result<usize, Fault> {
    let ids = audit_chain::ids_of(conn, account, BATCH as i64).await?;
    remove(conn, app, &ids, "account_deleted").await
}

/// The audit keys of people, each opened once: derived from the data key, and destroyed with it.
#[derive(Default)]
pub(super) struct People {
    keys: HashMap<AccountId, Option<MacKey>>,
}

impl People {
    /// So many are held at the most.
    const MOST: usize = 20_000;

    /// `None` where a row tells of no person, or of one whose key is gone.
    pub(super) async fn of_row(&mut self, conn: &mut Conn<'_>, app: &App, row: &Row) -> Result<Option<MacKey>, Fault> {
        let Some(account) = row.account_id else { return Ok(None) };
        if let Some(key) = self.keys.get(&account) {
            return Ok(key.clone());
        }
        let key = match accounts::find_key(conn, account).await? {
            None => None,
            Some(wrapped) => {
                let attempted = "open the audit key of an account";
                let opened = app.sealers.person_key.open(account.as_bytes(), &wrapped);
                let key = Zeroizing::new(opened.map_err(|e| Fault::internal(attempted, e))?);
                let key: &[u8; 32] = key.as_slice().try_into().map_err(|_| Fault::broken(attempted))?;
                Some(MacKey::derived(key, "audit"))
            }
        };
        if self.keys.len() >= Self::MOST {
            self.keys.clear();
        }
        self.keys.insert(account, key.clone());
        Ok(key)
    }
}

/// How the chain stands.
#[derive(Debug, Clone)]
pub struct Status {
    pub head: Option<Head>,
    /// Rows of the last hour that are not linked.
    pub waiting: usize,
    pub checkpoints: i64,
    pub last_checkpoint: Option<(i64, Time)>,
}

/// # Errors
/// A fault when the database does not answer.
pub async fn status(app: &App) -> Result<Status, Fault> {
    let mut after = begin(app, Reach::Hour).await?;
    let mut waiting = 0;
    loop {
        let (rows, last) = look(app, after).await?;
        waiting += rows.len();
        match last {
            Some(last) => after = last,
            None => break,
        }
    }
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let last = audit_chain::last_checkpoint(conn).await?;
                Ok(Status {
                    head: audit_chain::head(conn).await?,
                    waiting,
                    checkpoints: audit_chain::count_checkpoints(conn).await?,
                    last_checkpoint: last.map(|last| (last.last_seq, last.made_at)),
                })
            })
        })
        .await
}
