//! What becomes of an upload: looked at, made into what is kept, or refused; one step a call, each done once.

use std::path::{Path, PathBuf};

use futures_util::TryStreamExt;
use tokio::io::AsyncWriteExt;

use crate::accounts::{Wake, sealing};
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::Fault;
use crate::base::id::MediaId;
use crate::config::folder;
use crate::outbound::scanner::Verdict;
use crate::store::blobs::BlobKey;
use crate::store::database::jobs::{self, Job};
use crate::store::database::media::{self, Asset, Body, Ready, State};
use crate::store::database::{Conn, accounts};
use crate::wallet::media::bench::{INPUT, Output, Work};
use crate::wallet::media::kinds::{Format, Reason};
use crate::wallet::media::sealed::{ContentKey, SealedWriter};
use crate::wallet::media::uploads::{self, PARTS};
use crate::wallet::media::{Scanner, destroy, locks, worker};

/// How much of a made file is read at once.
const PIECE: usize = 256 * 1024;

/// Brings an upload one step on; nothing happens to one that needs none.
///
/// # Errors
/// A fault when a store, the scanner or a worker is away: it stays where it is.
pub async fn step(app: &App, id: MediaId) -> Result<(), Fault> {
    let unit = app.clone();
    let found = app.db.read::<_, Fault, _>(move |conn| Box::pin(load(conn, unit, id))).await?;
    // Its person had it destroyed while it was worked on: what was made meanwhile goes too.
    let Some((asset, bodies, key)) = found else { return destroy::clear(app, id, &[]).await };
    match (asset.state, key) {
        (State::Quarantined, Some(key)) => look(app, &asset, &bodies, &key).await,
        (State::Processing, Some(key)) => make(app, &asset, &bodies, &key).await,
        // An earlier try did it all but for the last: what was sent has to go.
        (State::Ready | State::Trashed | State::Rejected, _) => destroy::clear(app, id, &blobs(id, &bodies)?).await,
        _ => Ok(()),
    }
}

/// An item with its bodies, and its key where it is still to be worked on.
async fn load(
    conn: &mut Conn<'_>,
    app: App,
    id: MediaId,
) -> Result<Option<(Asset, Vec<Body>, Option<ContentKey>)>, Fault> {
    let Some(asset) = media::find(conn, id).await? else { return Ok(None) };
    let is_open = matches!(asset.state, State::Quarantined | State::Processing);
    let key = if is_open { Some(locks::content_key(conn, &app, &asset).await?) } else { None };
    Ok(Some((asset, media::bodies(conn, id).await?, key)))
}

/// Where bodies are kept.
fn blobs(id: MediaId, bodies: &[Body]) -> Result<Vec<BlobKey>, Fault> {
    bodies.iter().map(|body| locks::blob(id, &body.name, &body.etag)).collect()
}

async fn look(app: &App, asset: &Asset, bodies: &[Body], key: &ContentKey) -> Result<(), Fault> {
    let scanner = &app.room::<Scanner>().0;
    let verdict = scanner.scan(uploads::whole(app, asset.id, key, bodies)?).await;
    app.metrics.count(
        "sw_media_scans_total",
        &[match &verdict {
            Ok(Verdict::Clean) => "clean",
            Ok(Verdict::Harmful) => "harmful",
            Ok(Verdict::Mixed) => "mixed",
            Err(_) => "away",
        }],
    );
    match verdict? {
        Verdict::Harmful => return reject(app, asset, Reason::Malware).await,
        Verdict::Mixed => return reject(app, asset, Reason::Policy).await,
        Verdict::Clean => {}
    }
    let (unit, id) = (app.clone(), asset.id);
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let now = unit.now();
                if media::advance(tx, id, State::Quarantined, State::Processing, now).await? {
                    jobs::enqueue(tx, &Job::Media { asset: id }, &unit.sealers.job, &unit.random, now).await?;
                }
                Ok(())
            })
        })
        .await?;
    app.room::<Wake>().tell();
    Ok(())
}

/// Refuses an upload and destroys it: its key first.
async fn reject(app: &App, asset: &Asset, reason: Reason) -> Result<(), Fault> {
    let (unit, own) = (app.clone(), asset.clone());
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let now = unit.now();
                if media::reject(tx, own.id, own.state, reason.as_str(), now).await? {
                    media::delete_bodies(tx, own.id, "").await?;
                    media::end_upload(tx, own.id).await?;
                    accounts::touch(tx, own.account_id, now).await?;
                    let record = Record::of("media.rejected", own.account_id).refused(reason.as_str());
                    audit::record(tx, &unit, &record, &Origin::house()).await?;
                }
                Ok(())
            })
        })
        .await?;
    destroy::clear(app, asset.id, &[]).await
}

/// A private folder that goes with its name.
pub struct Bench(pub PathBuf);

impl Bench {
    /// # Errors
    /// A fault when it cannot be made.
    pub fn open(app: &App) -> Result<Self, Fault> {
        let name = app.random.characters(20, b"0123456789abcdefghijklmnopqrstuvwxyz");
        let wrong = |e| Fault::unavailable("make a folder for a worker", e);
        let root = std::path::absolute(app.config.workbench()).map_err(wrong)?;
        let path = root.join(name);
        folder::create(&path).map_err(wrong)?;
        Ok(Self(path))
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn make(app: &App, asset: &Asset, bodies: &[Body], key: &ContentKey) -> Result<(), Fault> {
    let format = asset.media_type.as_deref().and_then(|text| text.parse::<Format>().ok());
    let format = format.ok_or_else(|| Fault::broken("read the type of an upload"))?;
    let bench = Bench::open(app)?;
    let wrong = |e: std::io::Error| Fault::unavailable("lay out an upload for a worker", e);
    let input = folder::create_file(&bench.0.join(INPUT)).map_err(wrong)?;
    let mut input = tokio::fs::File::from_std(input);
    let mut bytes = Box::pin(uploads::whole(app, asset.id, key, bodies)?);
    while let Some(bytes) = bytes.try_next().await? {
        input.write_all(&bytes).await.map_err(wrong)?;
    }
    input.flush().await.map_err(wrong)?;
    drop(input);
    let work = match worker::process(app, &bench.0, format).await? {
        Ok(work) => work,
        Err(reason) => return reject(app, asset, reason).await,
    };
    let longest = app.config.media.video_length.0.cast_unsigned().saturating_mul(1000);
    if work.duration_ms > longest {
        return reject(app, asset, Reason::Duration).await;
    }
    let mut made = Vec::new();
    for output in &work.outputs {
        made.push(keep(app, asset, key, &bench.0, output).await?);
    }
    finish(app, asset, &work, made).await
}

/// Seals a file that was made, and keeps it.
async fn keep(app: &App, asset: &Asset, key: &ContentKey, bench: &Path, output: &Output) -> Result<Body, Fault> {
    use tokio::io::AsyncReadExt;
    let wrong = |e: std::io::Error| Fault::unavailable("read what a worker made", e);
    let etag = locks::etag(app);
    let mut writer = SealedWriter::create(app, &locks::blob(asset.id, &output.variant, &etag)?, key).await?;
    let mut file = tokio::fs::File::open(bench.join(&output.file)).await.map_err(wrong)?;
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece).await.map_err(wrong)? {
            0 => break,
            count => writer.push(&piece[..count]).await?,
        }
    }
    let bytes = writer.finish().await?;
    let side = |side: u32| i32::try_from(side).unwrap_or(i32::MAX);
    Ok(Body {
        asset_id: asset.id,
        name: output.variant.clone(),
        media_type: output.media_type.clone(),
        bytes: bytes.cast_signed(),
        width: side(output.width),
        height: side(output.height),
        etag,
        created_at: app.now(),
    })
}

async fn finish(app: &App, asset: &Asset, work: &Work, made: Vec<Body>) -> Result<(), Fault> {
    let kept = blobs(asset.id, &made)?;
    let (unit, own, work) = (app.clone(), asset.clone(), work.clone());
    let is_kept = app
        .db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let now = unit.now();
                let key = sealing::load_key(tx, &unit, own.account_id).await?;
                // As it is by now: its person may have named it meanwhile.
                let Some(current) = media::find(tx, own.id).await? else { return Ok(false) };
                let mut details = locks::open_details(&key, &current)?;
                details.placeholder = work.placeholder;
                details.fingerprint = work.fingerprint;
                let side = |side: u32| i32::try_from(side).unwrap_or(i32::MAX);
                let first = made.first().ok_or_else(|| Fault::broken("find what a worker made"))?;
                let ready = Ready {
                    details: locks::seal_details(&unit, &key, own.id, &details)?,
                    media_type: first.media_type.clone(),
                    bytes: made.iter().map(|body| body.bytes).sum(),
                    width: side(work.width),
                    height: side(work.height),
                    duration_ms: work.duration_ms.min(i64::MAX as u64).cast_signed(),
                };
                if !media::finish(tx, own.id, &ready, now).await? {
                    return Ok(false);
                }
                media::delete_bodies(tx, own.id, PARTS).await?;
                for body in &made {
                    media::put_body(tx, body).await?;
                }
                accounts::touch(tx, own.account_id, now).await?;
                let record = Record::of("media.added", own.account_id);
                audit::record(tx, &unit, &record, &Origin::house()).await?;
                Ok(true)
            })
        })
        .await?;
    if is_kept {
        // The bytes that were sent go: what is kept holds nothing of them but the picture.
        return destroy::clear(app, asset.id, &kept).await;
    }
    for blob in &kept {
        app.blobs.delete(blob).await?;
    }
    Ok(())
}
