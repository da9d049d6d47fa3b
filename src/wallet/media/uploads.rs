//! Uploads: announced, sent in parts in any order and as often as it takes, completed or given up.

use std::io;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use sha2::{Digest as _, Sha256};

use crate::accounts::{Wake, sealing};
use crate::app::App;
use crate::audit::Origin;
use crate::base::id::{AccountId, MediaId};
use crate::base::{Digest, Fault, Time};
use crate::error::Denied;
use crate::risk::limits;
use crate::store::database::jobs::{self, Job};
use crate::store::database::media::{self, Asset, Body, State, Upload};
use crate::store::database::{Conn, accounts};
use crate::wallet::media::kinds::{HEAD, Kind, sniff};
use crate::wallet::media::sealed::{ContentKey, Sealed, SealedWriter};
use crate::wallet::media::shelf::{LONGEST_NAME, clean};
use crate::wallet::media::{Details, Failure, Full, Refusal, destroy, locks};

/// The size of a part; the last one is what is left.
pub const PART: u64 = 8 * 1024 * 1024;
/// How the bodies are named that hold parts.
pub const PARTS: &str = "part_";

/// What somebody wants to upload.
#[derive(Debug, Clone, Default)]
pub struct Announced {
    pub file_name: String,
    pub album: String,
    pub title: String,
    /// The description for those who do not see it.
    pub alt: String,
    /// `None` where it is known at the end alone.
    pub size: Option<u64>,
    /// SHA-256 of the whole.
    pub digest: Option<Digest>,
    pub kind: Option<Kind>,
}

/// A part that has arrived.
#[derive(Debug, Clone)]
pub struct Part {
    pub number: u32,
    pub bytes: u64,
    pub etag: String,
}

/// How far an upload is.
#[derive(Debug, Clone)]
pub struct Progress {
    pub id: MediaId,
    pub state: State,
    pub reason: Option<String>,
    pub size: u64,
    pub parts: Vec<Part>,
    pub expires_at: Option<Time>,
}

/// As a digest is written.
pub fn hexadecimal(digest: &Digest) -> String {
    digest.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// How many parts a file has.
pub fn parts_of(size: u64) -> u32 {
    u32::try_from(size.div_ceil(PART)).unwrap_or(u32::MAX)
}

fn most(app: &App, kind: Option<Kind>) -> u64 {
    let media = &app.config.media;
    match kind {
        Some(Kind::Photo) => media.photo_bytes,
        Some(Kind::Video) => media.video_bytes,
        None => media.video_bytes.max(media.photo_bytes),
    }
}

/// Takes note of an upload and keeps room for it.
///
/// # Errors
/// Where it is too large, or the wallet is full; too many; a fault.
pub async fn create(app: &App, account: AccountId, announced: Announced) -> Result<Progress, Failure> {
    limits::check(app, "upload", &account.to_string()).await?;
    announce(app, account, announced).await
}

async fn announce(app: &App, account: AccountId, announced: Announced) -> Result<Progress, Failure> {
    if announced.size == Some(0) {
        return Err(Refusal::Mismatch("size must be at least 1").into());
    }
    let size = announced.size.unwrap_or(0);
    let limit = most(app, announced.kind);
    if size > limit {
        return Err(Refusal::TooLarge { most: limit }.into());
    }
    let now = app.now();
    let id = MediaId::new(now, &app.random);
    let expires_at = now + app.config.media.upload_time;
    let unit = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                // First, so that two uploads of one person are counted one after the other.
                accounts::touch(tx, account, now).await?;
                make_room(tx, &unit, account, announced.kind, size, None).await?;
                let key = sealing::load_key(tx, &unit, account).await?;
                let short = |text: &str| clean(text).chars().take(LONGEST_NAME).collect::<String>();
                let details = Details {
                    file_name: short(&announced.file_name),
                    album: short(&announced.album),
                    title: short(&announced.title),
                    alt: clean(&announced.alt),
                    sha256: announced.digest.as_ref().map(hexadecimal).unwrap_or_default(),
                    ..Details::default()
                };
                let content = ContentKey::new(&unit.random);
                let bytes = i64::try_from(size).unwrap_or(i64::MAX);
                let asset = Asset {
                    id,
                    account_id: account,
                    kind: announced.kind.unwrap_or(Kind::Photo).as_str().to_owned(),
                    state: State::Reserved,
                    reason: None,
                    content_key: Some(locks::wrap(&unit, &key, id, &content)),
                    details: locks::seal_details(&unit, &key, id, &details)?,
                    bytes,
                    media_type: None,
                    width: 0,
                    height: 0,
                    duration_ms: 0,
                    created_at: now,
                    updated_at: now,
                    trashed_at: None,
                };
                let upload = Upload { asset_id: id, size: bytes, digest: announced.digest, expires_at };
                media::insert(tx, &asset, &upload).await?;
                let (state, expires_at) = (State::Reserved, Some(expires_at));
                Ok(Progress { id, state, reason: None, size, parts: Vec::new(), expires_at })
            })
        })
        .await
}

/// Whether there is room for one more, beside `own` where it is counted already.
async fn make_room(
    conn: &mut Conn<'_>,
    app: &App,
    account: AccountId,
    kind: Option<Kind>,
    size: u64,
    own: Option<&Asset>,
) -> Result<(), Failure> {
    let media = &app.config.media;
    let used = media::used(conn, account).await?;
    let count = |kind: Kind| used.iter().filter(|(k, _)| k == kind.as_str()).count();
    let is_counted = |kind: Kind| own.is_some_and(|own| own.kind == kind.as_str());
    let full = |kind: Kind, most: u32| count(kind) - usize::from(is_counted(kind)) >= most as usize;
    let is_full = match kind {
        Some(Kind::Video) if full(Kind::Video, media.videos) => Some(Full::Videos),
        Some(Kind::Photo) if full(Kind::Photo, media.photos) => Some(Full::Photos),
        // Its first bytes will tell which it is.
        None if full(Kind::Photo, media.photos) && full(Kind::Video, media.videos) => Some(Full::Photos),
        _ => None,
    };
    if let Some(full) = is_full {
        return Err(Refusal::NoRoom(full).into());
    }
    let held: i64 = used.iter().map(|(_, bytes)| bytes).sum();
    let held = held.max(0).cast_unsigned() - own.map_or(0, |own| own.bytes.max(0).cast_unsigned());
    if held.saturating_add(size) > media.total_bytes {
        return Err(Refusal::NoRoom(Full::Bytes).into());
    }
    Ok(())
}

/// An upload that is under way, of this person.
async fn under_way(app: &App, account: AccountId, id: MediaId) -> Result<(Asset, Upload, ContentKey), Failure> {
    let unit = app.clone();
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let asset = media::find_own(conn, account, id).await?.ok_or(Denied::NotFound)?;
                let upload = media::find_upload(conn, id).await?.ok_or(Denied::NotFound)?;
                let is_open = matches!(asset.state, State::Reserved | State::Uploading);
                if !is_open || upload.expires_at <= unit.now() {
                    return Err(Failure::from(Denied::NotFound));
                }
                let key = locks::content_key(conn, &unit, &asset).await?;
                Ok((asset, upload, key))
            })
        })
        .await
}

/// Takes one part, in the place of any of its number. `declared`: how long the sender says that it is.
///
/// # Errors
/// Where the upload is not there any more, or the part is not as announced; the first part of what is no photo or video
/// ends the upload. A fault.
pub async fn put_part(
    app: &App,
    account: AccountId,
    id: MediaId,
    number: u32,
    declared: Option<u64>,
    body: impl Stream<Item = io::Result<Bytes>> + Send,
) -> Result<Part, Failure> {
    let (asset, upload, key) = under_way(app, account, id).await?;
    let size = upload.size.max(0).cast_unsigned();
    let all = parts_of(size);
    if number == 0 || number > all {
        return Err(Refusal::Mismatch("there is no part of this number").into());
    }
    let wanted = if number == all { size - u64::from(all - 1) * PART } else { PART };
    match declared {
        Some(declared) if declared > wanted => return Err(Refusal::TooLarge { most: wanted }.into()),
        Some(declared) if declared < wanted => return Err(Refusal::Mismatch("the part is too short").into()),
        _ => {}
    }
    let mut body = Box::pin(body.fuse());
    let head = if number == 1 { read_head(&mut body).await? } else { Bytes::new() };
    if number == 1 {
        settle(app, &asset, &head, Some(size)).await?;
    }
    let head = stream::iter((!head.is_empty()).then_some(Ok(head)));
    let part = keep_part(app, &asset, &key, number, wanted, &mut head.chain(body)).await?;
    if part.bytes < wanted {
        return Err(Refusal::Mismatch("the part was cut off").into());
    }
    note_part(app, &asset, &part).await?;
    Ok(part)
}

/// What the first bytes tell; the rest of a piece that came with them is given, too.
async fn read_head(body: &mut (impl Stream<Item = io::Result<Bytes>> + Unpin)) -> Result<Bytes, Failure> {
    let mut head = BytesMut::new();
    while head.len() < HEAD {
        match body.next().await {
            Some(Ok(bytes)) => head.extend_from_slice(&bytes),
            Some(Err(_)) => return Err(Refusal::Mismatch("the part was cut off").into()),
            None => break,
        }
    }
    Ok(head.freeze())
}

/// Notes what a file is by its first bytes; what is not taken ends the upload.
async fn settle(app: &App, asset: &Asset, head: &[u8], size: Option<u64>) -> Result<Kind, Failure> {
    let outcome = match sniff(head) {
        Err(unsupported) => Err(Failure::from(Refusal::Unsupported(unsupported))),
        Ok(format) if size.is_some_and(|size| size > most(app, Some(format.kind()))) => {
            Err(Refusal::TooLarge { most: most(app, Some(format.kind())) }.into())
        }
        Ok(format) => {
            let (unit, own, kind) = (app.clone(), asset.clone(), format.kind());
            app.db
                .write(move |tx| {
                    Box::pin(async move {
                        make_room(tx, &unit, own.account_id, Some(kind), size.unwrap_or(0), Some(&own)).await?;
                        Ok(media::set_type(tx, own.id, kind.as_str(), format.mime()).await?)
                    })
                })
                .await
                .map(|()| kind)
        }
    };
    if matches!(outcome, Err(Failure::Refused(_))) {
        destroy::destroy(app, asset, None, &Origin::house()).await?;
    }
    outcome
}

/// Keeps at most `most` bytes of a body as a part; more are an error, fewer are told.
async fn keep_part(
    app: &App,
    asset: &Asset,
    key: &ContentKey,
    number: u32,
    most: u64,
    body: &mut (impl Stream<Item = io::Result<Bytes>> + Unpin),
) -> Result<Part, Failure> {
    let etag = locks::etag(app);
    let blob = locks::blob(asset.id, &name(number), &etag)?;
    let mut writer = SealedWriter::create(app, &blob, key).await?;
    let mut count = 0;
    while let Some(bytes) = body.next().await {
        let refusal = match &bytes {
            Ok(bytes) if count + bytes.len() as u64 > most => Some(Refusal::TooLarge { most }),
            Ok(_) => None,
            Err(_) => Some(Refusal::Mismatch("the part was cut off")),
        };
        if let Some(refusal) = refusal {
            writer.abort().await;
            return Err(refusal.into());
        }
        if let Ok(bytes) = bytes {
            count += bytes.len() as u64;
            writer.push(&bytes).await?;
        }
    }
    writer.finish().await?;
    Ok(Part { number, bytes: count, etag })
}

fn name(number: u32) -> String {
    format!("{PARTS}{number:04}")
}

/// Counts a part, unless the upload ended meanwhile: what is looked at no longer changes.
async fn note_part(app: &App, asset: &Asset, part: &Part) -> Result<(), Failure> {
    let (id, now) = (asset.id, app.now());
    let body = Body {
        asset_id: id,
        name: name(part.number),
        media_type: "application/octet-stream".to_owned(),
        bytes: part.bytes.cast_signed(),
        width: 0,
        height: 0,
        etag: part.etag.clone(),
        created_at: now,
    };
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let is_open = media::advance(tx, id, State::Uploading, State::Uploading, now).await?
                    || media::advance(tx, id, State::Reserved, State::Uploading, now).await?;
                if !is_open {
                    return Err(Failure::from(Denied::NotFound));
                }
                Ok(media::put_body(tx, &body).await?)
            })
        })
        .await
}

/// How far an upload is; also once it is done.
///
/// # Errors
/// Not found; a fault.
pub async fn progress(app: &App, account: AccountId, id: MediaId) -> Result<Progress, Failure> {
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let asset = media::find_own(conn, account, id).await?.ok_or(Denied::NotFound)?;
                let upload = media::find_upload(conn, id).await?;
                let parts = part_list(&media::bodies(conn, id).await?);
                Ok(Progress {
                    id,
                    state: asset.state,
                    reason: asset.reason,
                    size: upload.as_ref().map_or(asset.bytes, |upload| upload.size).max(0).cast_unsigned(),
                    parts,
                    expires_at: upload.map(|upload| upload.expires_at),
                })
            })
        })
        .await
}

/// The parts among the bodies of an item, in order.
fn part_list(bodies: &[Body]) -> Vec<Part> {
    let parts = bodies.iter().filter_map(|body| {
        let number = body.name.strip_prefix(PARTS)?.parse().ok()?;
        Some(Part { number, bytes: body.bytes.max(0).cast_unsigned(), etag: body.etag.clone() })
    });
    parts.collect()
}

/// The whole of what was uploaded, part after part.
pub fn whole(
    app: &App,
    id: MediaId,
    key: &ContentKey,
    bodies: &[Body],
) -> Result<impl Stream<Item = Result<Bytes, Fault>> + Send + use<>, Fault> {
    let mut sealed = Vec::new();
    for part in part_list(bodies) {
        let blob = locks::blob(id, &name(part.number), &part.etag)?;
        sealed.push(Sealed::new(app, blob, key.clone(), part.bytes).stream(0..part.bytes));
    }
    Ok(stream::iter(sealed).flatten())
}

/// Says that every part was sent; from now on the house works on it. May be said again.
///
/// # Errors
/// Where parts are missing, or the whole is not what was announced: then the upload is over. A fault.
pub async fn complete(app: &App, account: AccountId, id: MediaId) -> Result<Progress, Failure> {
    let now = progress(app, account, id).await?;
    if !matches!(now.state, State::Reserved | State::Uploading) {
        return Ok(now);
    }
    let (asset, upload, key) = under_way(app, account, id).await?;
    let bodies = app.db.read::<_, Fault, _>(move |conn| Box::pin(media::bodies(conn, id))).await?;
    let parts = part_list(&bodies);
    let sent: u64 = parts.iter().map(|part| part.bytes).sum();
    let all = parts_of(upload.size.max(0).cast_unsigned());
    if parts.len() != all as usize || sent != upload.size.max(0).cast_unsigned() {
        return Err(Refusal::Mismatch("parts are missing").into());
    }
    if let Some(wanted) = &upload.digest {
        let mut hash = Sha256::new();
        let mut bytes = Box::pin(whole(app, id, &key, &bodies)?);
        while let Some(bytes) = bytes.try_next().await? {
            hash.update(&bytes);
        }
        if Digest::from_bytes(hash.finalize().into()) != *wanted {
            destroy::destroy(app, &asset, None, &Origin::house()).await?;
            return Err(Refusal::Checksum.into());
        }
    }
    let unit = app.clone();
    let tags: Vec<String> = parts.iter().map(|part| part.etag.clone()).collect();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let now = unit.now();
                if media::advance(tx, id, State::Uploading, State::Quarantined, now).await? {
                    // One that was sent again meanwhile is not the one whose digest was compared.
                    let bodies = media::bodies(tx, id).await?;
                    if part_list(&bodies).iter().map(|part| &part.etag).ne(&tags) {
                        return Err(Failure::from(Refusal::Mismatch("a part was sent again meanwhile")));
                    }
                    media::end_upload(tx, id).await?;
                    jobs::enqueue(tx, &Job::Media { asset: id }, &unit.sealers.job, &unit.random, now).await?;
                }
                Ok(())
            })
        })
        .await?;
    app.room::<Wake>().tell();
    progress(app, account, id).await
}

/// Gives an upload up, with what was sent of it.
///
/// # Errors
/// Not found where it is not under way; a fault.
pub async fn abandon(app: &App, account: AccountId, id: MediaId) -> Result<(), Failure> {
    let asset = app.db.read::<_, Fault, _>(move |conn| Box::pin(media::find_own(conn, account, id))).await?;
    let asset = asset.filter(|asset| matches!(asset.state, State::Reserved | State::Uploading));
    let asset = asset.ok_or(Denied::NotFound)?;
    Ok(destroy::destroy(app, &asset, None, &Origin::house()).await?)
}

/// Takes a file whose length nobody told, as a form sends it.
///
/// # Errors
/// As [`create`] and [`put_part`]; nothing of it is kept then.
pub async fn take(
    app: &App,
    account: AccountId,
    announced: Announced,
    body: impl Stream<Item = io::Result<Bytes>> + Send,
) -> Result<Progress, Failure> {
    limits::check(app, "upload", &account.to_string()).await?;
    bring(app, account, announced, body).await
}

/// As [`take`], for files of a bundle that was taken as a whole: they do not count one by one.
///
/// # Errors
/// As [`take`].
pub async fn bring(
    app: &App,
    account: AccountId,
    announced: Announced,
    body: impl Stream<Item = io::Result<Bytes>> + Send,
) -> Result<Progress, Failure> {
    let created = announce(app, account, announced).await?;
    let taken = take_into(app, account, created.id, body).await;
    if taken.is_err() {
        // What ended by itself is gone already; of this failure the person hears, not of another.
        let _ = abandon(app, account, created.id).await;
    }
    taken
}

async fn take_into(
    app: &App,
    account: AccountId,
    id: MediaId,
    body: impl Stream<Item = io::Result<Bytes>> + Send,
) -> Result<Progress, Failure> {
    let (asset, _, key) = under_way(app, account, id).await?;
    let mut body = Box::pin(body.fuse());
    let head = read_head(&mut body).await?;
    let kind = settle(app, &asset, &head, None).await?;
    let limit = most(app, Some(kind));
    let mut body = stream::iter([Ok(head)]).chain(body);
    let (mut size, mut number, mut rest) = (0, 0, Bytes::new());
    loop {
        // As much of the body as fits a part; what is left of a piece goes into the next.
        let mut left = PART;
        let pieces = stream::poll_fn(|context| {
            use std::task::Poll;
            if left == 0 {
                return Poll::Ready(None);
            }
            let bytes = match std::mem::take(&mut rest) {
                bytes if bytes.is_empty() => match body.poll_next_unpin(context) {
                    Poll::Ready(Some(Ok(bytes))) => bytes,
                    other => return other,
                },
                bytes => bytes,
            };
            let fits = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
            rest = bytes.slice(fits..);
            left -= fits as u64;
            Poll::Ready(Some(Ok(bytes.slice(..fits))))
        });
        number += 1;
        let mut pieces = pieces;
        let part = keep_part(app, &asset, &key, number, PART, &mut pieces).await?;
        size += part.bytes;
        if size > limit {
            return Err(Refusal::TooLarge { most: limit }.into());
        }
        if part.bytes > 0 {
            note_part(app, &asset, &part).await?;
        }
        if part.bytes < PART {
            break;
        }
    }
    let (unit, own) = (app.clone(), asset.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                accounts::touch(tx, own.account_id, unit.now()).await?;
                make_room(
                    tx,
                    &unit,
                    own.account_id,
                    Some(kind),
                    size,
                    Some(&Asset { kind: kind.as_str().to_owned(), ..own.clone() }),
                )
                .await?;
                Ok::<_, Failure>(media::set_size(tx, own.id, size.cast_signed()).await?)
            })
        })
        .await?;
    complete(app, account, id).await
}
