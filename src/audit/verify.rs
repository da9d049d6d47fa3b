//! Checks the chain from link to link, a page at a time: numbers, hashes, rows, removals, checkpoints.

use std::collections::{HashMap, HashSet};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::audit::canonical;
use crate::audit::chain::{self, People, Reach};
use crate::audit::merkle::Tree;
use crate::base::id::EventId;
use crate::base::{Digest, Fault, Time};
use crate::jose::jws::Unverified;
use crate::jose::{Alg, JwkSet, Typ};
use crate::store::database::audit::Row;
use crate::store::database::audit_chain::{self, Checkpoint, Head, Link};
use crate::store::database::{Conn, Db};

/// How many links are read at once.
const PAGE: i64 = 500;

/// Which part of the chain is checked: what happened from … until before ….
#[derive(Debug, Clone, Copy, Default)]
pub struct Range {
    pub from: Option<Time>,
    pub to: Option<Time>,
}

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    pub first_seq: i64,
    pub last_seq: i64,
    /// Links that were good.
    pub links: u64,
    /// Of these, links whose row is there.
    pub rows: u64,
    /// Links whose row was removed, with a link that says so.
    pub removed: u64,
    /// Rows of people whose key is destroyed: their MAC alone could be checked.
    pub keyless: u64,
    pub checkpoints: u64,
    /// The first thing that is not as it was.
    pub broken: Option<Broken>,
}

/// Where the chain is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    pub seq: i64,
    pub event: Option<EventId>,
    pub why: &'static str,
}

/// Links what is not linked yet, then checks every link of the range; stops at the first that is broken.
///
/// `keys` are those that checkpoints may be signed with. `progress` is told the number of each page's last link, and
/// the last of all.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn verify(
    app: &App,
    keys: &JwkSet,
    range: Range,
    mut progress: impl FnMut(i64, i64),
) -> Result<Report, Fault> {
    chain::seal(app, if range.from.is_none() { Reach::All } else { Reach::Hour }).await?;
    let Some(mut walk) = Walk::begin(app, range).await? else { return Ok(Report::default()) };
    let mut people = People::default();
    while walk.report.broken.is_none() && walk.end.seq < walk.last {
        let (first, most) = (walk.end.seq + 1, PAGE.min(walk.last - walk.end.seq));
        let page = Page::load(app, first, most, people).await?;
        let links = page.links.len();
        for link in &page.links {
            if let Err(why) = walk.step(app, keys, link, &page).await? {
                walk.report.broken = Some(Broken { seq: walk.end.seq + 1, event: link.event_id, why });
                break;
            }
        }
        if links == 0 {
            walk.report.broken = Some(Broken { seq: first, event: None, why: "the link is missing" });
        }
        people = page.people;
        progress(walk.end.seq, walk.last);
    }
    Ok(walk.finish(range))
}

/// Where a check stands.
struct Walk {
    end: Head,
    last: i64,
    head: Head,
    next: Option<Checkpoint>,
    tree: Tree,
    /// Links that truly tell of removed rows.
    markers: HashSet<i64>,
    report: Report,
}

impl Walk {
    async fn begin(app: &App, range: Range) -> Result<Option<Self>, Fault> {
        app.db
            .read(move |conn| {
                Box::pin(async move {
                    let Some(head) = audit_chain::head(conn).await? else { return Ok(None) };
                    let first = match range.from {
                        Some(from) => audit_chain::first_since(conn, from).await?.unwrap_or(head.seq + 1),
                        None => 1,
                    };
                    let last = match range.to {
                        Some(to) => audit_chain::last_before(conn, to).await?.unwrap_or(0),
                        None => head.seq,
                    };
                    let before = match first {
                        1 => None,
                        _ => audit_chain::links_from(conn, first - 1, 1).await?.into_iter().next(),
                    };
                    let hash = before.map_or(Digest::from_bytes([0; 32]), |link| link.hash);
                    let end = Head { seq: first - 1, hash, ..head };
                    let next = audit_chain::checkpoint_from(conn, first).await?;
                    let report = Report { first_seq: first, ..Report::default() };
                    let (tree, markers) = (Tree::default(), HashSet::new());
                    Ok(Some(Self { end, last, head, next, tree, markers, report }))
                })
            })
            .await
    }

    /// The next link; else why it is broken.
    async fn step(
        &mut self,
        app: &App,
        keys: &JwkSet,
        link: &Link,
        page: &Page,
    ) -> Result<Result<(), &'static str>, Fault> {
        if link.seq != self.end.seq + 1 {
            return Ok(Err("the link is missing"));
        }
        if let Err(why) = self.is_good(app, link, page).await? {
            return Ok(Err(why));
        }
        self.end = Head { seq: link.seq, hash: link.hash, ..self.end };
        self.report.links += 1;
        if let Some(next) = self.next.take() {
            if next.first_seq <= link.seq {
                self.tree.push(&link.hash);
            }
            if next.last_seq == link.seq {
                if let Err(why) = self.is_witnessed(keys, &next) {
                    self.end.seq -= 1;
                    return Ok(Err(why));
                }
                self.report.checkpoints += 1;
                self.tree = Tree::default();
                let first = link.seq + 1;
                self.next = read(&app.db, move |conn| Box::pin(audit_chain::checkpoint_from(conn, first))).await?;
            } else {
                self.next = Some(next);
            }
        }
        Ok(Ok(()))
    }

    async fn is_good(&mut self, app: &App, link: &Link, page: &Page) -> Result<Result<(), &'static str>, Fault> {
        if chain::hash(&self.end.hash, link) != link.hash {
            return Ok(Err("the hash does not follow from the one before"));
        }
        let Some(event) = link.event_id else {
            return Ok(match tells_of_removal(app, link).await? {
                true => Ok(()),
                false => Err("the removed rows are others than the link says"),
            });
        };
        if let (None, Some(marker)) = (page.rows.get(&event), link.removed_by) {
            if !self.markers.contains(&marker) {
                let links = read(&app.db, move |conn| Box::pin(audit_chain::links_from(conn, marker, 1))).await?;
                let found = links.first().filter(|link| link.seq == marker && link.event_id.is_none());
                let is_true = match found {
                    Some(link) if marker > self.end.seq => tells_of_removal(app, link).await?,
                    _ => false,
                };
                if !is_true {
                    return Ok(Err("no link tells of the removal of the row"));
                }
                self.markers.insert(marker);
            }
            self.report.removed += 1;
            return Ok(Ok(()));
        }
        Ok(match (page.rows.get(&event), link.removed_by) {
            (Some(_), Some(_)) => Err("a row that was removed is there"),
            (None, _) => Err("the row is missing"),
            (Some(row), None) => {
                self.report.rows += 1;
                self.is_unchanged(app, link, row, page)
            }
        })
    }

    fn is_unchanged(&mut self, app: &App, link: &Link, row: &Row, page: &Page) -> Result<(), &'static str> {
        match row.mac {
            Some(mac) if mac == canonical::mac(app, row) => {}
            Some(_) => return Err("the row was changed"),
            None if row.at < self.head.began_at => {}
            None => return Err("the row has lost its MAC"),
        }
        let key = page.keys.get(&row.id).and_then(Option::as_ref);
        if link.keyed && key.is_none() {
            self.report.keyless += 1;
            return Ok(());
        }
        let key = key.filter(|_| link.keyed);
        match canonical::commitment(row, key) == link.commitment {
            true => Ok(()),
            false => Err("the row was changed"),
        }
    }

    fn is_witnessed(&self, keys: &JwkSet, checkpoint: &Checkpoint) -> Result<(), &'static str> {
        let token = Unverified::read(&checkpoint.token).map_err(|_| "the checkpoint is no token")?;
        if token.header().typ.as_deref() != Typ::AuditCheckpoint.as_str() {
            return Err("the checkpoint is a token of another kind");
        }
        let verified = token.verify(keys, &[Alg::Es256]).map_err(|_| "the signature of the checkpoint is wrong")?;
        let expected = statement(checkpoint.first_seq, checkpoint.last_seq, &self.tree.root(), &self.end.hash);
        let says_so = expected.iter().all(|(name, value)| verified.claims().get(name) == Some(value));
        if says_so { Ok(()) } else { Err("the checkpoint says otherwise") }
    }

    fn finish(self, range: Range) -> Report {
        let mut report = self.report;
        report.last_seq = self.end.seq;
        let is_whole = range.to.is_none() && report.broken.is_none();
        if is_whole && self.end.hash != self.head.hash && self.end.seq == self.head.seq {
            report.broken = Some(Broken { seq: self.end.seq, event: None, why: "the head of the chain is another" });
        }
        report
    }
}

/// Whether the rows that name a link as that of their removal are those that it tells of.
async fn tells_of_removal(app: &App, link: &Link) -> Result<bool, Fault> {
    let marker = link.seq;
    let removed = read(&app.db, move |conn| Box::pin(audit_chain::removed_by(conn, marker))).await?;
    Ok(chain::removal(app, link.reason.as_deref().unwrap_or_default(), &removed) == link.commitment)
}

/// What a checkpoint states of the chain.
pub fn statement(first: i64, last: i64, root: &Digest, hash: &Digest) -> Map<String, Value> {
    let text = |digest: &Digest| URL_SAFE_NO_PAD.encode(digest.as_bytes());
    let members = json!({ "first_seq": first, "last_seq": last, "root": text(root), "hash": text(hash) });
    members.as_object().cloned().unwrap_or_default()
}

/// What there is to state since the last checkpoint; `None` where nothing was linked since.
///
/// # Errors
/// A fault when the database does not answer, or when the chain has a gap.
pub async fn unstated(app: &App) -> Result<Option<(i64, i64, Map<String, Value>)>, Fault> {
    let (head, last) = read(&app.db, |conn| {
        Box::pin(async move { Ok((audit_chain::head(conn).await?, audit_chain::last_checkpoint(conn).await?)) })
    })
    .await?;
    let first = last.map_or(1, |last| last.last_seq + 1);
    let Some(head) = head.filter(|head| head.seq >= first) else { return Ok(None) };
    let (mut tree, mut next) = (Tree::default(), first);
    while next <= head.seq {
        let most = PAGE.min(head.seq - next + 1);
        let links = read(&app.db, move |conn| Box::pin(audit_chain::links_from(conn, next, most))).await?;
        if links.is_empty() || links.iter().zip(next..).any(|(link, seq)| link.seq != seq) {
            return Err(Fault::broken("read the chain for a checkpoint: a link is missing"));
        }
        links.iter().for_each(|link| tree.push(&link.hash));
        next += links.len() as i64;
    }
    Ok(Some((first, head.seq, statement(first, head.seq, &tree.root(), &head.hash))))
}

/// Links with their rows and the keys of their people.
struct Page {
    links: Vec<Link>,
    rows: HashMap<EventId, Row>,
    keys: HashMap<EventId, Option<crate::base::seal::MacKey>>,
    people: People,
}

impl Page {
    async fn load(app: &App, first: i64, most: i64, mut people: People) -> Result<Self, Fault> {
        let unit = app.clone();
        read(&app.db, move |conn| {
            Box::pin(async move {
                let links = audit_chain::links_from(conn, first, most).await?;
                let ids: Vec<EventId> = links.iter().filter_map(|link| link.event_id).collect();
                let mut keys = HashMap::new();
                let rows = audit_chain::rows(conn, &ids).await?;
                for row in &rows {
                    keys.insert(row.id, people.of_row(conn, &unit, row).await?);
                }
                let rows = rows.into_iter().map(|row| (row.id, row)).collect();
                Ok(Self { links, rows, keys, people })
            })
        })
        .await
    }
}

async fn read<T, F>(db: &Db, unit: F) -> Result<T, Fault>
where
    T: Send + 'static,
    F: for<'a, 'c> FnOnce(&'c mut Conn<'a>) -> crate::store::database::Unit<'c, T, Fault> + Send + 'static,
{
    db.read(unit).await
}
