//! What a bundle from another wallet brings: values as typed by the person, addresses unproven, photos and videos by the
//! usual way. Nothing in it is believed: no proof, no badge, no grant comes along.
//!
//! Running twice does no harm: what is there already is left as it is, and files are recognised by their sums.

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, Instant};

use bytes::Bytes;
use flate2::{Decompress, FlushDecompress, Status};
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::accounts::{Wake, contacts, sealing};
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::{AccountId, ImportId};
use crate::base::seal::Place;
use crate::base::{Digest, Fault, Seconds, Time};
use crate::catalog::claims;
use crate::error::{Denied, Error};
use crate::privacy::bundle;
use crate::privacy::export::{MANIFEST, sum_of};
use crate::privacy::parts::SCHEMA_VERSION;
use crate::privacy::zip::Method;
use crate::privacy::zip::read::{self, Entry, HEAD, Refused, TAIL, Tail};
pub use crate::store::database::imports::State;
use crate::store::database::imports::{self, Row};
use crate::store::database::jobs::{self, Job};
use crate::wallet::media::sealed::{ContentKey, Sealed, SealedWriter};
use crate::wallet::media::uploads::{self, Announced, hexadecimal};
use crate::wallet::media::{Failure, Kind, Refusal, shelf};
use crate::wallet::profile;
use crate::words::Words;

/// How long one turn goes on beginning files.
const TURN: Duration = Duration::from_secs(20);
/// The largest JSON file that is read.
const MOST_JSON: u64 = 8 * 1024 * 1024;
/// How much larger than in the archive a file may be.
const MOST_RATIO: u64 = 1000;
/// How much of a file is read at once.
const PIECE: u64 = 1024 * 1024;
/// More than a wallet holds.
const ITEMS: usize = 5000;
const STUCK: Seconds = Seconds::hours(25);
/// The most lines of a report.
const MOST_LINES: usize = 1000;

/// What came of one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Taken,
    /// It was there already.
    Known,
    /// It was not taken.
    Left,
}

/// A line of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The name of a claim, an address, or a file.
    pub what: String,
    pub outcome: Outcome,
    /// The key of the message that says why.
    pub why: Option<String>,
}

/// What came of a bundle so far; kept sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    pub lines: Vec<Line>,
    /// Whether values and addresses are done.
    pub is_begun: bool,
    /// How many of the files are done.
    pub done: usize,
    pub total: usize,
}

impl Report {
    fn tell(&mut self, what: &str, outcome: Outcome, why: Option<&str>) {
        if self.lines.len() < MOST_LINES {
            let what = shelf::clean(what).chars().take(200).collect();
            self.lines.push(Line { what, outcome, why: why.map(str::to_owned) });
        }
    }
}

/// A bundle from elsewhere as its person sees it.
#[derive(Debug, Clone)]
pub struct Brought {
    pub id: ImportId,
    pub state: State,
    /// Why it could not be taken: the end of a message key.
    pub reason: Option<String>,
    pub report: Report,
    pub created_at: Time,
}

fn place(row: &str) -> Place<'_> {
    Place { table: "imports", column: "report", row }
}

/// Those of a person, the newest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(app: &App, account: AccountId) -> Result<Vec<Brought>, Fault> {
    let unit = app.clone();
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let rows = imports::list(conn, account, 5).await?;
                if rows.is_empty() {
                    return Ok(Vec::new());
                }
                let key = sealing::load_key(conn, &unit, account).await?;
                rows.into_iter()
                    .map(|row| {
                        let report = bundle::open(&key, place(&row.id.to_string()), &row.report)?;
                        let (id, state, reason, created_at) = (row.id, row.state, row.reason, row.created_at);
                        Ok(Brought { id, state, reason, report, created_at })
                    })
                    .collect()
            })
        })
        .await
}

/// One of a person.
///
/// # Errors
/// Not found; a fault.
pub async fn show(app: &App, account: AccountId, id: ImportId) -> Result<Brought, Error> {
    let all = list(app, account).await?;
    Ok(all.into_iter().find(|one| one.id == id).ok_or(Denied::NotFound)?)
}

/// Takes the bytes of a bundle; what is in it is looked at later.
///
/// # Errors
/// The field `bundle` where it is too large, empty or cut off; conflict where one is at work; a fault. Nothing is kept
/// of it then.
pub async fn take(
    app: &App,
    account: AccountId,
    body: impl Stream<Item = io::Result<Bytes>> + Send,
    origin: &Origin,
) -> Result<ImportId, Error> {
    let now = app.now();
    let id = ImportId::new(now, &app.random);
    let content = ContentKey::new(&app.random);
    let etag = app.random.characters(20, b"0123456789abcdefghijklmnopqrstuvwxyz");
    let blob = bundle::blob("imports", id, &etag)?;
    let mut writer = SealedWriter::create(app, &blob, &content).await?;
    let (mut body, mut bytes) = (Box::pin(body), 0_u64);
    while let Some(piece) = body.next().await {
        let problem = match &piece {
            Ok(piece) if bytes + piece.len() as u64 > app.config.privacy.import_bytes => Some("problem-bundle-large"),
            Ok(_) => None,
            Err(_) => Some("problem-bundle-cut"),
        };
        if let Some(problem) = problem {
            writer.abort().await;
            return Err(Denied::field("bundle", problem).into());
        }
        if let Ok(piece) = piece {
            bytes += piece.len() as u64;
            writer.push(&piece).await?;
        }
    }
    if bytes == 0 {
        writer.abort().await;
        return Err(Denied::field("bundle", "problem-bundle-empty").into());
    }
    writer.finish().await?;
    let (unit, origin, tag) = (app.clone(), origin.clone(), etag.clone());
    let kept = app
        .db
        .write::<_, Error, _>(move |tx| {
            Box::pin(async move {
                let key = sealing::load_key(tx, &unit, account).await?;
                let row = Row {
                    id,
                    account_id: account,
                    state: State::Queued,
                    content_key: Some(bundle::wrap(&unit, &key, "imports", &id.to_string(), &content)),
                    etag: tag,
                    bytes: bytes.cast_signed(),
                    reason: None,
                    report: bundle::seal(&unit, &key, place(&id.to_string()), &Report::default())?,
                    created_at: now,
                    changed_at: now,
                };
                if !imports::insert(tx, &row).await? {
                    return Err(Denied::field("bundle", "problem-bundle-running").into());
                }
                jobs::enqueue(tx, &Job::Import { import: id }, &unit.sealers.job, &unit.random, now).await?;
                audit::record(tx, &unit, &Record::of("import.begun", account), &origin).await?;
                Ok(())
            })
        })
        .await;
    if let Err(error) = kept {
        app.blobs.delete(&blob).await?;
        return Err(error);
    }
    app.room::<Wake>().tell();
    Ok(id)
}

/// An uploaded archive.
struct Archive {
    sealed: Sealed,
    bytes: u64,
}

/// Why a bundle, or a file of it, is not read.
enum Bad {
    /// The end of a message key.
    Bundle(&'static str),
    Fault(Fault),
}

impl From<Fault> for Bad {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}
impl From<Refused> for Bad {
    fn from(refused: Refused) -> Self {
        Self::Bundle(match refused {
            Refused::Malformed => "malformed",
            Refused::Name => "name",
            Refused::Many => "many",
            Refused::Method => "method",
        })
    }
}

impl Archive {
    async fn read(&self, from: u64, length: u64) -> Result<Vec<u8>, Fault> {
        let mut out = Vec::new();
        let mut bytes = Box::pin(self.sealed.stream(from..from.saturating_add(length)));
        while let Some(bytes) = bytes.try_next().await? {
            out.extend_from_slice(&bytes);
        }
        Ok(out)
    }

    async fn entries(&self) -> Result<Vec<Entry>, Bad> {
        let end = self.read(self.bytes.saturating_sub(TAIL), TAIL).await?;
        let tail = Tail::find(&end, self.bytes)?;
        let directory = self.read(tail.start, tail.length).await?;
        Ok(read::directory(&directory, &tail)?)
    }

    /// The bytes of a file as they were, counted while they are unpacked: never more than `most`, nor than it says.
    async fn file(&self, entry: &Entry, most: u64) -> Result<Unpacked, Bad> {
        let is_bomb = entry.size / MOST_RATIO > entry.packed;
        if entry.size > most || is_bomb {
            return Err(Bad::Bundle("large"));
        }
        let head = self.read(entry.offset, HEAD).await?;
        let from = entry.offset.saturating_add(read::local(&head)?);
        let to = from.saturating_add(entry.packed);
        if to > self.bytes {
            return Err(Bad::Bundle("malformed"));
        }
        let inflater = (entry.method == Method::Deflated).then(|| Decompress::new(false));
        Ok(Unpacked { sealed: self.sealed.clone(), at: from, to, inflater, left: entry.size })
    }

    /// A small file as a whole, its sum checked.
    async fn whole(&self, entry: &Entry) -> Result<Vec<u8>, Bad> {
        let mut unpacked = self.file(entry, MOST_JSON).await?;
        let mut out = Vec::new();
        while let Some(piece) = unpacked.next().await? {
            out.extend_from_slice(&piece);
        }
        match crc32fast::hash(&out) == entry.crc {
            true => Ok(out),
            false => Err(Bad::Bundle("malformed")),
        }
    }
}

/// A file that is being unpacked.
struct Unpacked {
    sealed: Sealed,
    at: u64,
    to: u64,
    inflater: Option<Decompress>,
    left: u64,
}

impl Unpacked {
    /// Some more of it; nothing at its end.
    async fn next(&mut self) -> Result<Option<Bytes>, Bad> {
        if self.at >= self.to {
            return if self.left == 0 { Ok(None) } else { Err(Bad::Bundle("malformed")) };
        }
        let end = self.to.min(self.at + PIECE);
        let mut packed = Vec::new();
        let mut bytes = Box::pin(self.sealed.stream(self.at..end));
        while let Some(bytes) = bytes.try_next().await? {
            packed.extend_from_slice(&bytes);
        }
        self.at = end;
        let out = match &mut self.inflater {
            None => packed,
            Some(inflater) => inflate(inflater, &packed, self.left)?,
        };
        self.left = self.left.checked_sub(out.len() as u64).ok_or(Bad::Bundle("large"))?;
        Ok(Some(out.into()))
    }
}

fn inflate(inflater: &mut Decompress, mut packed: &[u8], left: u64) -> Result<Vec<u8>, Bad> {
    let (mut out, mut room) = (Vec::new(), vec![0; 64 * 1024]);
    loop {
        let (before, made) = (inflater.total_in(), inflater.total_out());
        let status = inflater.decompress(packed, &mut room, FlushDecompress::None);
        let status = status.map_err(|_| Bad::Bundle("malformed"))?;
        let taken = usize::try_from(inflater.total_in() - before).unwrap_or(usize::MAX);
        let given = usize::try_from(inflater.total_out() - made).unwrap_or(usize::MAX);
        packed = packed.get(taken..).unwrap_or_default();
        out.extend_from_slice(room.get(..given).unwrap_or_default());
        if out.len() as u64 > left {
            return Err(Bad::Bundle("large"));
        }
        if status == Status::StreamEnd || (taken == 0 && given == 0) || (packed.is_empty() && given < room.len()) {
            return Ok(out);
        }
    }
}

/// Goes on with a bundle for one turn; where there is more to do, another turn is in the queue.
///
/// # Errors
/// A fault when a store does not answer: it is gone on with where it was.
pub async fn step(app: &App, id: ImportId) -> Result<(), Error> {
    let Some((row, archive, mut report)) = load(app, id).await? else { return Ok(()) };
    match run(app, &row, &archive, &mut report).await {
        Ok(is_done) => {
            keep(app, &row, &report).await?;
            if is_done {
                finish(app, &row, State::Done, None).await?
            } else {
                again(app, id).await?
            }
            Ok(())
        }
        Err(Bad::Bundle(reason)) => {
            keep(app, &row, &report).await?;
            Ok(finish(app, &row, State::Failed, Some(reason)).await?)
        }
        Err(Bad::Fault(fault)) => {
            // How far it came is kept, where the database is still there.
            let _ = keep(app, &row, &report).await;
            Err(fault.into())
        }
    }
}

async fn load(app: &App, id: ImportId) -> Result<Option<(Row, Archive, Report)>, Fault> {
    let unit = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let Some(row) = imports::find(tx, id).await? else { return Ok(None) };
                match row.state {
                    State::Queued => {
                        let _ = imports::advance(tx, id, State::Queued, State::Running, None, unit.now()).await?;
                    }
                    State::Running => {}
                    State::Done | State::Failed => return Ok(None),
                }
                let place_of_key = id.to_string();
                let wrapped = row.content_key.as_deref();
                let content =
                    bundle::content_key(tx, &unit, row.account_id, ("imports", &place_of_key), wrapped).await?;
                let key = sealing::load_key(tx, &unit, row.account_id).await?;
                let report = bundle::open(&key, place(&place_of_key), &row.report)?;
                let bytes = row.bytes.max(0).cast_unsigned();
                let sealed = Sealed::new(&unit, bundle::blob("imports", id, &row.etag)?, content, bytes);
                Ok::<_, Fault>(Some((row, Archive { sealed, bytes }, report)))
            })
        })
        .await
}

async fn keep(app: &App, row: &Row, report: &Report) -> Result<(), Fault> {
    let (unit, id, account, report) = (app.clone(), row.id, row.account_id, report.clone());
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let key = sealing::load_key(tx, &unit, account).await?;
                let sealed = bundle::seal(&unit, &key, place(&id.to_string()), &report)?;
                imports::set_report(tx, id, &sealed, unit.now()).await
            })
        })
        .await
}

async fn again(app: &App, id: ImportId) -> Result<(), Fault> {
    let unit = app.clone();
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                jobs::enqueue(tx, &Job::Import { import: id }, &unit.sealers.job, &unit.random, unit.now()).await?;
                Ok(())
            })
        })
        .await?;
    app.room::<Wake>().tell();
    Ok(())
}

/// Ends one: its key and its bytes go, the report stays for a while.
async fn finish(app: &App, row: &Row, to: State, reason: Option<&'static str>) -> Result<(), Fault> {
    let (unit, id, account, from) = (app.clone(), row.id, row.account_id, State::Running);
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                imports::shred(tx, id).await?;
                if imports::advance(tx, id, from, to, reason, unit.now()).await? {
                    let record = Record::of(if to == State::Done { "import.done" } else { "import.refused" }, account);
                    let record = reason.map_or(record.clone(), |reason| record.refused(reason));
                    audit::record(tx, &unit, &record, &Origin::house()).await?;
                }
                Ok(())
            })
        })
        .await?;
    bundle::clear(app, &bundle::folder("imports", id)?).await?;
    Ok(())
}

#[derive(Deserialize)]
struct Manifest {
    schema_version: u32,
    files: Vec<Listed>,
    files_sha256: String,
}

#[derive(Deserialize)]
struct Listed {
    path: String,
    sha256: String,
}

#[derive(Deserialize)]
struct Profile {
    values: Vec<Typed>,
}

#[derive(Deserialize)]
struct Typed {
    name: String,
    text: String,
}

#[derive(Deserialize)]
struct Emails {
    emails: Vec<Address>,
}

#[derive(Deserialize)]
struct Phones {
    phones: Vec<Address>,
}

#[derive(Deserialize)]
struct Address {
    address: String,
}

#[derive(Deserialize)]
struct Settings {
    language: Option<String>,
}

#[derive(Deserialize)]
struct Media {
    items: Vec<Described>,
}

#[derive(Deserialize)]
struct Described {
    id: String,
    state: String,
    kind: String,
    path: String,
    title: String,
    description: String,
    album: String,
    file_name: String,
}

/// What is in a bundle, its sums known.
struct Contents {
    entries: BTreeMap<String, Entry>,
    sums: BTreeMap<String, String>,
}

impl Contents {
    /// A JSON file whose sum is that of the manifest; nothing where it is not in the bundle.
    async fn json<T: for<'de> Deserialize<'de>>(&self, archive: &Archive, path: &str) -> Result<Option<T>, Bad> {
        let Some(entry) = self.entries.get(path) else { return Ok(None) };
        let bytes = archive.whole(entry).await?;
        let sum = hexadecimal(&Digest::of(&bytes));
        if self.sums.get(path) != Some(&sum) {
            return Err(Bad::Bundle("sums"));
        }
        serde_json::from_slice(&bytes).map(Some).map_err(|_| Bad::Bundle("form"))
    }
}

async fn contents(app: &App, archive: &Archive) -> Result<Contents, Bad> {
    let listed = archive.entries().await?;
    if listed.len() > app.config.privacy.import_files {
        return Err(Bad::Bundle("many"));
    }
    let entries: BTreeMap<String, Entry> = listed.into_iter().map(|entry| (entry.name.clone(), entry)).collect();
    let manifest = entries.get(MANIFEST).ok_or(Bad::Bundle("manifest"))?;
    let manifest: Manifest =
        serde_json::from_slice(&archive.whole(manifest).await?).map_err(|_| Bad::Bundle("manifest"))?;
    if manifest.schema_version != SCHEMA_VERSION {
        return Err(Bad::Bundle("version"));
    }
    // The list is whole. Whose signature is on it does not matter: nothing in it is believed.
    let sum = sum_of(manifest.files.iter().map(|file| (file.sha256.as_str(), file.path.as_str())));
    if sum != manifest.files_sha256 {
        return Err(Bad::Bundle("sums"));
    }
    let sums = manifest.files.into_iter().map(|file| (file.path, file.sha256)).collect();
    Ok(Contents { entries, sums })
}

/// One turn; whether that was all.
async fn run(app: &App, row: &Row, archive: &Archive, report: &mut Report) -> Result<bool, Bad> {
    let until = Instant::now() + TURN;
    let contents = contents(app, archive).await?;
    // Read before anything is taken: a bundle that cannot be read is refused whole.
    let media: Option<Media> = contents.json(archive, "media/media.json").await?;
    if !report.is_begun {
        let profile: Option<Profile> = contents.json(archive, "profile.json").await?;
        let emails: Option<Emails> = contents.json(archive, "emails.json").await?;
        let phones: Option<Phones> = contents.json(archive, "phones.json").await?;
        let settings: Option<Settings> = contents.json(archive, "settings.json").await?;
        values(app, row.account_id, profile.map_or_else(Vec::new, |p| p.values), report).await?;
        addresses(app, row.account_id, (emails, phones), report).await?;
        language(app, row.account_id, settings.and_then(|s| s.language), report).await?;
        report.is_begun = true;
        keep(app, row, report).await?;
    }
    let items = media.map_or_else(Vec::new, |media| media.items);
    report.total = items.len();
    let held = shelf::list(app, row.account_id, &crate::wallet::media::State::ALL, None, ITEMS).await?;
    let is_held = |described: &Described, sum: &str| {
        let is_it =
            |item: &&crate::wallet::media::Item| item.details.sha256 == sum || (item.id.to_string() == described.id);
        held.iter().any(|item| is_it(&item))
    };
    while report.done < items.len() {
        if Instant::now() >= until {
            return Ok(false);
        }
        let described = &items[report.done];
        let sum = contents.sums.get(&described.path).cloned().unwrap_or_default();
        let name = if described.title.is_empty() { &described.file_name } else { &described.title };
        let name = if name.is_empty() { &described.path } else { name };
        if described.state != "ready" {
            report.tell(name, Outcome::Left, Some("import-why-trash"));
        } else if is_held(described, &sum) {
            report.tell(name, Outcome::Known, None);
        } else {
            match file(app, row.account_id, archive, &contents, described, &sum).await {
                Ok(()) => report.tell(name, Outcome::Taken, None),
                Err(Why::Told(why)) => report.tell(name, Outcome::Left, Some(why)),
                Err(Why::Fault(fault)) => return Err(fault.into()),
            }
        }
        report.done += 1;
        keep(app, row, report).await?;
    }
    Ok(true)
}

/// Values that the wallet has none of; a value that is there is the person's own choice, and stays.
async fn values(app: &App, account: AccountId, typed: Vec<Typed>, report: &mut Report) -> Result<(), Fault> {
    let held = profile::load(app, account).await?;
    for one in typed {
        let known = claims::find(&one.name).filter(|claim| claim.is_typed());
        if known.is_none() {
            report.tell(&one.name, Outcome::Left, Some("import-why-unknown"));
            continue;
        }
        match held.get(&one.name) {
            Some(value) if value.text == one.text => report.tell(&one.name, Outcome::Known, None),
            Some(_) => report.tell(&one.name, Outcome::Left, Some("import-why-own")),
            None => {
                let change = vec![(one.name.clone(), Some(one.text.clone()))];
                match profile::save(app, account, change, &Origin::house()).await {
                    Ok(()) => report.tell(&one.name, Outcome::Taken, None),
                    Err(Error::Fault(fault)) => return Err(fault),
                    Err(_) => report.tell(&one.name, Outcome::Left, Some("import-why-value")),
                }
            }
        }
    }
    Ok(())
}

async fn addresses(
    app: &App,
    account: AccountId,
    (emails, phones): (Option<Emails>, Option<Phones>),
    report: &mut Report,
) -> Result<(), Fault> {
    let held = contacts::list(app, account).await?;
    let is_held = |address: &str| held.iter().any(|one| one.text.eq_ignore_ascii_case(address));
    for one in emails.map_or_else(Vec::new, |emails| emails.emails) {
        match is_held(&one.address) {
            true => report.tell(&one.address, Outcome::Known, None),
            // An address may be somebody else's by now: with a code it is added on its own page.
            false => report.tell(&one.address, Outcome::Left, Some("import-why-code")),
        }
    }
    for one in phones.map_or_else(Vec::new, |phones| phones.phones) {
        if is_held(&one.address) {
            report.tell(&one.address, Outcome::Known, None);
            continue;
        }
        match contacts::bring_phone(app, account, &one.address, &Origin::house()).await {
            Ok(()) => report.tell(&one.address, Outcome::Taken, Some("import-why-unproven")),
            Err(Error::Fault(fault)) => return Err(fault),
            Err(_) => report.tell(&one.address, Outcome::Left, Some("import-why-number")),
        }
    }
    Ok(())
}

async fn language(app: &App, account: AccountId, tag: Option<String>, report: &mut Report) -> Result<(), Fault> {
    let Some(words) = tag.as_deref().and_then(Words::find) else { return Ok(()) };
    match accounts_locale(app, account).await? {
        Some(_) => report.tell("language", Outcome::Known, None),
        None => {
            crate::accounts::settings::set_locale(app, account, words.lang()).await?;
            report.tell("language", Outcome::Taken, None);
        }
    }
    Ok(())
}

async fn accounts_locale(app: &App, account: AccountId) -> Result<Option<String>, Fault> {
    crate::accounts::settings::locale(app, account).await
}

/// Why a file was not taken.
enum Why {
    Told(&'static str),
    Fault(Fault),
}

async fn file(
    app: &App,
    account: AccountId,
    archive: &Archive,
    contents: &Contents,
    described: &Described,
    sum: &str,
) -> Result<(), Why> {
    let entry = contents.entries.get(&described.path).ok_or(Why::Told("import-why-missing"))?;
    let media = &app.config.media;
    let kind: Option<Kind> = described.kind.parse().ok();
    let most = if kind == Some(Kind::Video) { media.video_bytes } else { media.photo_bytes };
    let unpack = async || archive.file(entry, most).await;
    // Looked through first: of what is broken, nothing is taken.
    let mut looked = unpack().await.map_err(told)?;
    let mut sha = Sha256::new();
    while let Some(piece) = looked.next().await.map_err(told)? {
        sha.update(&piece);
    }
    let digest = Digest::from_bytes(sha.finalize().into());
    if hexadecimal(&digest) != sum {
        return Err(Why::Told("import-why-sum"));
    }
    let announced = Announced {
        file_name: described.file_name.clone(),
        album: described.album.clone(),
        title: described.title.clone(),
        alt: described.description.clone(),
        size: None,
        digest: Some(digest),
        kind: None,
    };
    let unpacked = unpack().await.map_err(told)?;
    let body = stream::try_unfold(unpacked, |mut unpacked| async move {
        let piece = unpacked.next().await.map_err(|_| io::Error::other("the bundle cannot be read"))?;
        Ok(piece.map(|piece| (piece, unpacked)))
    });
    match uploads::bring(app, account, announced, body).await {
        Ok(_) => Ok(()),
        Err(Failure::Refused(refusal)) => Err(Why::Told(match refusal {
            Refusal::Unsupported(_) => "import-why-type",
            Refusal::TooLarge { .. } => "import-why-large",
            Refusal::NoRoom(_) => "import-why-room",
            Refusal::Checksum | Refusal::Mismatch(_) => "import-why-sum",
        })),
        Err(Failure::Error(Error::Fault(fault))) => Err(Why::Fault(fault)),
        Err(Failure::Error(_)) => Err(Why::Told("import-why-type")),
    }
}

fn told(bad: Bad) -> Why {
    match bad {
        Bad::Bundle("large") => Why::Told("import-why-large"),
        Bad::Bundle(_) => Why::Told("import-why-sum"),
        Bad::Fault(fault) => Why::Fault(fault),
    }
}

/// Gives up those that will never be done, and forgets old reports; how many.
///
/// # Errors
/// A fault when a store does not answer.
pub async fn sweep(app: &App) -> Result<usize, Fault> {
    let now = app.now();
    let kept = app.config.retention.get("imports").copied().unwrap_or(Seconds::days(30));
    let (stuck, old) = app
        .db
        .read::<_, Fault, _>(move |conn| {
            Box::pin(async move {
                let mut stuck = imports::left(conn, State::Running, now - STUCK, 100).await?;
                stuck.extend(imports::left(conn, State::Queued, now - STUCK, 100).await?);
                let mut old = imports::left(conn, State::Done, now - kept, 100).await?;
                old.extend(imports::left(conn, State::Failed, now - kept, 100).await?);
                Ok((stuck, old))
            })
        })
        .await?;
    for row in &stuck {
        let id = row.id;
        app.db
            .write::<_, Fault, _>(move |tx| {
                Box::pin(async move {
                    imports::advance(tx, id, State::Queued, State::Running, None, now).await?;
                    Ok(())
                })
            })
            .await?;
        finish(app, row, State::Failed, Some("stuck")).await?;
    }
    for row in &old {
        let id = row.id;
        app.db.write::<_, Fault, _>(move |tx| Box::pin(imports::delete(tx, id))).await?;
    }
    Ok(stuck.len() + old.len())
}
