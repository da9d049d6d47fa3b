//! Everything along: a bundle of all that a wallet holds, made in turns, kept sealed for some days (GDPR Art. 15, 20).

use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::accounts::{self, Wake, sealing};
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::{AccountId, ExportId};
use crate::base::{Digest, Fault, Seconds, Time};
use crate::error::{Denied, Error};
use crate::jose::Alg;
use crate::jose::header::Typ;
use crate::privacy::bundle::{self, Archive, Made};
use crate::privacy::parts::{self, Out, PARTS, SCHEMA_VERSION, SCHEMAS, Source, Stopped};
use crate::privacy::zip::Method;
use crate::provider::keys;
pub use crate::store::database::exports::State;
use crate::store::database::exports::{self, Row};
use crate::store::database::jobs::{self, Job};
use crate::wallet::media::sealed::{ContentKey, Sealed};
use crate::wallet::media::uploads::hexadecimal;
use crate::wallet::media::{self, Item, Kind, Variant, shelf};

/// How long one turn goes on beginning files: well below what a job may take.
const TURN: Duration = Duration::from_secs(20);
/// More than a wallet holds.
const ITEMS: usize = 5000;
/// One that has not moved for so long never will.
const STUCK: Seconds = Seconds::hours(25);
const BATCH: i64 = 100;

/// A bundle as its person sees it.
#[derive(Debug, Clone)]
pub struct Bundle {
    pub id: ExportId,
    pub state: State,
    pub done: usize,
    pub total: usize,
    pub bytes: u64,
    pub reason: Option<String>,
    pub created_at: Time,
    pub expires_at: Option<Time>,
}

fn bundle(row: &Row) -> Bundle {
    Bundle {
        id: row.id,
        state: row.state,
        done: usize::try_from(row.done).unwrap_or(0),
        total: usize::try_from(row.total).unwrap_or(0),
        bytes: row.bytes.max(0).cast_unsigned(),
        reason: row.reason.clone(),
        created_at: row.created_at,
        expires_at: row.expires_at,
    }
}

/// The newest bundles of a person.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(app: &App, account: AccountId) -> Result<Vec<Bundle>, Fault> {
    let rows = app.db.read::<_, Fault, _>(move |conn| Box::pin(exports::list(conn, account, 5))).await?;
    Ok(rows.iter().map(bundle).collect())
}

/// Orders a bundle.
///
/// # Errors
/// Conflict where one is being made; too many where the last one is not old enough; a fault.
pub async fn request(app: &App, account: AccountId, origin: &Origin) -> Result<ExportId, Error> {
    let (unit, origin) = (app.clone(), origin.clone());
    let id = app
        .db
        .write(move |tx| {
            Box::pin(async move {
                let now = unit.now();
                // Writing the account's row lets one unit of it through at a time.
                crate::store::database::accounts::touch(tx, account, now).await?;
                let made = exports::list(tx, account, 20).await?;
                let counts = |row: &&Row| row.state != State::Failed;
                if let Some(last) = made.iter().find(counts) {
                    if matches!(last.state, State::Queued | State::Building) {
                        return Err(Error::Denied(Denied::Conflict("problem-export-running")));
                    }
                    let left = unit.config.privacy.export_every.0 - now.since(last.created_at).0;
                    if left > 0 {
                        return Err(Denied::TooMany { retry_after: Seconds(left) }.into());
                    }
                }
                let id = ExportId::new(now, &unit.random);
                let key = sealing::load_key(tx, &unit, account).await?;
                let content = ContentKey::new(&unit.random);
                let row = Row {
                    id,
                    account_id: account,
                    state: State::Queued,
                    content_key: Some(bundle::wrap(&unit, &key, "exports", &id.to_string(), &content)),
                    total: 0,
                    done: 0,
                    bytes: 0,
                    reason: None,
                    created_at: now,
                    changed_at: now,
                    expires_at: None,
                };
                if !exports::insert(tx, &row).await? {
                    return Err(Denied::Conflict("problem-export-running").into());
                }
                jobs::enqueue(tx, &Job::Export { export: id }, &unit.sealers.job, &unit.random, now).await?;
                audit::record(tx, &unit, &Record::of("export.requested", account), &origin).await?;
                Ok::<_, Error>(id)
            })
        })
        .await?;
    app.room::<Wake>().tell();
    Ok(id)
}

/// Goes on with a bundle for one turn; where there is more to do, another turn is in the queue.
///
/// # Errors
/// A fault when a store does not answer: it is gone on with where it was.
pub async fn step(app: &App, id: ExportId) -> Result<(), Error> {
    let Some((row, key, files)) = load(app, id).await? else { return Ok(()) };
    let account = row.account_id;
    let items = shelf::list(app, account, &[media::State::Ready, media::State::Trashed], None, ITEMS).await?;
    let total = items.len() + PARTS.len() + SCHEMAS.len() + 2;
    let source = Source { app: app.clone(), account, export: id, items };
    let (until, most) = (Instant::now() + TURN, app.config.privacy.export_bytes);
    let mut out = Out { source: &source, key, files, total, until, most, stopped: None };
    write(app, &source, &mut out, row.created_at).await?;
    match out.stopped {
        Some(Stopped::Gone) => Ok(()),
        Some(Stopped::Turn) => Ok(again(app, id).await?),
        Some(Stopped::Large) => Ok(fail(app, id, State::Building, "too_large").await?),
        None => Ok(finish(app, &row).await?),
    }
}

/// The row of one that is to be worked on, its key, and what is there of it.
async fn load(app: &App, id: ExportId) -> Result<Option<(Row, ContentKey, Vec<Made>)>, Fault> {
    let unit = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let Some(row) = exports::find(tx, id).await? else { return Ok(None) };
                match row.state {
                    State::Queued => {
                        let _ = exports::advance(tx, id, State::Queued, State::Building, None, unit.now()).await?;
                    }
                    State::Building => {}
                    _ => return Ok(None),
                }
                let place = ("exports", id.to_string());
                let wrapped = row.content_key.as_deref();
                let content = bundle::content_key(tx, &unit, row.account_id, (place.0, &place.1), wrapped).await?;
                let key = sealing::load_key(tx, &unit, row.account_id).await?;
                let mut made = Vec::new();
                for file in exports::files(tx, id).await? {
                    let row = format!("{id}:{}", file.number);
                    made.push(bundle::open(&key, parts::place(&row), &file.details)?);
                }
                Ok::<_, Fault>(Some((row, content, made)))
            })
        })
        .await
}

async fn write<'a>(app: &App, source: &'a Source, out: &mut Out<'a>, created_at: Time) -> Result<(), Error> {
    // Photos and videos come first: the parts that tell of them tell of those that are there.
    for item in source.items.iter().rev() {
        body(app, source, out, item).await?;
    }
    for part in PARTS {
        (part.write)(source, out).await?;
    }
    for (name, text) in SCHEMAS {
        out.file(&format!("schemas/{name}.schema.json"), text.as_bytes()).await?;
    }
    out.file("README.html", readme().as_bytes()).await?;
    if out.stopped.is_none() {
        let manifest = manifest(app, source, &out.files, created_at).await?;
        out.json(MANIFEST, &manifest).await?;
    }
    Ok(())
}

/// The file that tells of the others; the last one.
pub const MANIFEST: &str = "manifest.json";

/// A photo or video with the album as its folder.
async fn body(app: &App, source: &Source, out: &mut Out<'_>, item: &Item) -> Result<(), Fault> {
    let Some(format) = item.format else { return Ok(()) };
    let variant = if item.kind == Kind::Photo { Variant::Master } else { Variant::Play };
    let path = format!("media/{}/{}.{}", folder(&item.details.album), item.id, format.ending());
    let Some(mut open) = out.begin(&path, Method::Stored, Some(item.id.to_string())).await? else { return Ok(()) };
    // One that was deleted meanwhile is left out.
    let Some(opened) = media::open_own(app, source.account, item.id, variant).await? else {
        out.drop(open).await;
        return Ok(());
    };
    let mut bytes = Box::pin(opened.stream(0..opened.length));
    while let Some(bytes) = bytes.try_next().await? {
        open.push(&bytes).await?;
    }
    out.keep(open).await
}

/// The name of an album as the name of a folder, on every system.
fn folder(album: &str) -> String {
    let safe = |c: char| if c.is_alphanumeric() || matches!(c, ' ' | '-' | '_') { c } else { '_' };
    let name: String = album.chars().map(safe).take(60).collect();
    let name = name.trim();
    if name.is_empty() { "no album".to_owned() } else { name.to_owned() }
}

/// What the sums of the files come to: one line for each, as `sha256sum` writes them.
pub fn sum_of<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut sum = Sha256::new();
    for (sha256, path) in files {
        sum.update(format!("{sha256}  {path}\n"));
    }
    hexadecimal(&Digest::from_bytes(sum.finalize().into()))
}

async fn manifest(app: &App, source: &Source, files: &[Made], created_at: Time) -> Result<Value, Error> {
    let told: Vec<Value> = files
        .iter()
        .map(|made| {
            let schema = PARTS.iter().find(|part| part.path == made.path).and_then(|part| part.schema);
            let schema = schema.map(|name| format!("schemas/{name}.schema.json"));
            json!({ "path": made.path, "bytes": made.size, "sha256": made.sha256, "schema": schema })
        })
        .collect();
    let sum = sum_of(files.iter().map(|made| (made.sha256.as_str(), made.path.as_str())));
    let issuer = app.config.issuer();
    let signed = json!({ "iss": issuer, "iat": app.now().unix(), "jti": source.export, "files_sha256": sum });
    let signature = keys::signer(app, Alg::Es256).await?.sign(Typ::Jwt, &signed)?;
    Ok(json!({
        "schema_version": SCHEMA_VERSION,
        "created_at": created_at.rfc3339(),
        "issuer": issuer,
        "account_id": source.account,
        "files": told,
        "files_sha256": sum,
        "signature": signature,
    }))
}

/// The page that explains the bundle; opens without a network.
fn readme() -> String {
    let row =
        |path: &str, about: &str| format!("<tr><th scope=\"row\"><code>{path}</code></th><td>{about}</td></tr>\n");
    let mut rows =
        row("media/", "Your photos and videos, each album a folder, without where and when they were taken.");
    for part in PARTS {
        rows.push_str(&row(part.path, part.about));
    }
    rows.push_str(&row("schemas/", "The form of every JSON file (JSON Schema 2020-12)."));
    rows.push_str(&row(MANIFEST, "The list of the files with their SHA-256 sums, signed by the wallet that made it."));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Your Social Wallet</title>\n\
         <h1>Your Social Wallet</h1>\n<p>This is everything that your wallet held when you asked for it. Another Social \
         Wallet can take it: open <b>Privacy</b> there and choose <b>Bring a bundle</b>.</p>\n<table>\n{rows}</table>\n\
         <h2>What is not in it</h2>\n<p>Who reviewed your documents, how attacks are recognised, and the data of other \
         people. Pictures of documents are deleted soon after they were checked.</p>\n"
    )
}

async fn again(app: &App, id: ExportId) -> Result<(), Fault> {
    let unit = app.clone();
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                jobs::enqueue(tx, &Job::Export { export: id }, &unit.sealers.job, &unit.random, unit.now()).await?;
                Ok(())
            })
        })
        .await?;
    app.room::<Wake>().tell();
    Ok(())
}

async fn finish(app: &App, row: &Row) -> Result<(), Fault> {
    let (unit, id, account) = (app.clone(), row.id, row.account_id);
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let expires_at = unit.now() + unit.config.privacy.export_kept;
                if !exports::finish(tx, id, expires_at, unit.now()).await? {
                    return Ok(());
                }
                audit::record(tx, &unit, &Record::of("export.ready", account), &Origin::house()).await?;
                let at = expires_at.as_micros().to_string();
                accounts::notify(tx, &unit, account, "export_ready", &[("at", at)]).await
            })
        })
        .await
}

/// Gives one up: nothing of it is kept.
async fn fail(app: &App, id: ExportId, from: State, reason: &'static str) -> Result<(), Fault> {
    end(app, id, from, State::Failed, Some(reason)).await
}

/// Ends one: its key first, then its bytes.
async fn end(app: &App, id: ExportId, from: State, to: State, reason: Option<&'static str>) -> Result<(), Fault> {
    let now = app.now();
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                exports::shred(tx, id).await?;
                exports::advance(tx, id, from, to, reason, now).await?;
                Ok(())
            })
        })
        .await?;
    bundle::clear(app, &bundle::folder("exports", id)?).await?;
    Ok(())
}

/// The archive of a bundle that is ready.
///
/// # Errors
/// Not found where there is none of this person; a fault.
pub async fn open(
    app: &App,
    account: AccountId,
    id: ExportId,
    is_first: bool,
    origin: &Origin,
) -> Result<(Archive, Time), Error> {
    let (unit, origin) = (app.clone(), origin.clone());
    let (row, content, files) = app
        .db
        .write(move |tx| {
            Box::pin(async move {
                let now = unit.now();
                let found = exports::find(tx, id).await?.filter(|row| row.account_id == account);
                let ready = |row: &Row| row.state == State::Ready && row.expires_at.is_some_and(|end| now < end);
                let row = found.filter(ready).ok_or(Error::Denied(Denied::NotFound))?;
                let place = id.to_string();
                let content =
                    bundle::content_key(tx, &unit, account, ("exports", &place), row.content_key.as_deref()).await?;
                let key = sealing::load_key(tx, &unit, account).await?;
                let mut files = Vec::new();
                for file in exports::files(tx, id).await? {
                    let row = format!("{id}:{}", file.number);
                    files.push((bundle::open::<Made>(&key, parts::place(&row), &file.details)?, file.etag));
                }
                if is_first {
                    audit::record(tx, &unit, &Record::of("export.downloaded", account), &origin).await?;
                }
                Ok::<_, Error>((row, content, files))
            })
        })
        .await?;
    let mut sealed = Vec::with_capacity(files.len());
    for (made, etag) in files {
        let body = Sealed::new(app, bundle::blob("exports", id, &etag)?, content.clone(), made.packed);
        sealed.push((made, body));
    }
    Ok((Archive::of(sealed, row.created_at), row.created_at))
}

/// Ends those whose time is over, and those that will never be ready; how many.
///
/// # Errors
/// A fault when a store does not answer.
pub async fn sweep(app: &App) -> Result<usize, Fault> {
    let now = app.now();
    let (overdue, stuck, old) = app
        .db
        .read::<_, Fault, _>(move |conn| {
            Box::pin(async move {
                let overdue = exports::overdue(conn, now, BATCH).await?;
                let mut stuck = exports::left(conn, State::Building, now - STUCK, BATCH).await?;
                stuck.extend(exports::left(conn, State::Queued, now - STUCK, BATCH).await?);
                let mut old = exports::left(conn, State::Expired, now - Seconds::days(30), BATCH).await?;
                old.extend(exports::left(conn, State::Failed, now - Seconds::days(30), BATCH).await?);
                Ok((overdue, stuck, old))
            })
        })
        .await?;
    for row in &overdue {
        end(app, row.id, State::Ready, State::Expired, None).await?;
    }
    for row in &stuck {
        fail(app, row.id, row.state, "stuck").await?;
    }
    for row in &old {
        let id = row.id;
        app.db.write::<_, Fault, _>(move |tx| Box::pin(exports::delete(tx, id))).await?;
    }
    Ok(overdue.len() + stuck.len())
}

/// How many the next [`sweep`] ends.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn overdue(app: &App) -> Result<usize, Fault> {
    let now = app.now();
    let found = app.db.read::<_, Fault, _>(move |conn| Box::pin(exports::overdue(conn, now, BATCH))).await?;
    Ok(found.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn albums_are_folders_on_every_system() {
        for (album, name) in [
            ("Zanzibar", "Zanzibar"),
            ("", "no album"),
            ("../x", "___x"),
            ("a/b\\c:d", "a_b_c_d"),
            ("..", "__"),
            ("  ", "no album"),
            ("صور", "صور"),
        ] {
            assert_eq!(folder(album), name);
        }
        let page = readme();
        assert!(PARTS.iter().all(|part| page.contains(part.path)));
        assert!(!page.contains("http") && !page.contains("<script"), "it opens without a network");
    }
}
