//! How bundles lie in the blob store: each file sealed by itself, so that a bundle is made file by file and begun again
//! where it was broken off.

use std::io::Write;
use std::ops::Range;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use futures_util::{Stream, StreamExt, stream};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::accounts::sealing;
use crate::app::App;
use crate::base::id::{AccountId, Id, Kind};
use crate::base::seal::{Place, SealKey};
use crate::base::{Digest, Fault, Time};
use crate::privacy::zip::Method;
use crate::privacy::zip::layout::{Entry, Layout};
use crate::store::blobs::BlobKey;
use crate::store::database::Conn;
use crate::wallet::media::sealed::{ContentKey, Sealed, SealedWriter};
use crate::wallet::media::uploads::hexadecimal;

/// What is kept of a file beside its bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Made {
    pub path: String,
    pub crc: u32,
    pub size: u64,
    pub packed: u64,
    pub is_packed: bool,
    /// In hexadecimal.
    pub sha256: String,
    /// The item that it is of.
    #[serde(default)]
    pub item: Option<String>,
}

impl Made {
    pub fn entry(&self, at: Time) -> Entry {
        let method = if self.is_packed { Method::Deflated } else { Method::Stored };
        Entry { name: self.path.clone(), crc: self.crc, size: self.size, packed: self.packed, method, at }
    }
}

/// The folder of a bundle's blobs: `exports/{shelf}/{bundle}`.
///
/// # Errors
/// A fault where `room` is no part of a key: a mistake in the program.
pub fn folder<K: Kind>(room: &'static str, id: Id<K>) -> Result<BlobKey, Fault> {
    let name = id.to_string();
    let shelf = &name[name.len().saturating_sub(2)..];
    format!("{room}/{shelf}/{name}").parse().map_err(|e| Fault::internal("name a folder of blobs", e))
}

/// # Errors
/// As [`folder`].
pub fn blob<K: Kind>(room: &'static str, id: Id<K>, etag: &str) -> Result<BlobKey, Fault> {
    format!("{}/{etag}", folder(room, id)?).parse().map_err(|e| Fault::internal("name a blob", e))
}

/// Deletes every blob below a folder and sees that they are gone; how many there were.
///
/// # Errors
/// A fault when the store does not answer, or shows what was deleted.
pub async fn clear(app: &App, folder: &BlobKey) -> Result<usize, Fault> {
    let mut deleted = 0;
    loop {
        let found = app.blobs.list(folder, None, 500).await?;
        if found.is_empty() {
            return Ok(deleted);
        }
        for blob in &found {
            app.blobs.delete(blob).await?;
        }
        deleted += found.len();
        if app.blobs.list(folder, None, 1).await?.first() == found.first() {
            return Err(Fault::unavailable("delete the bytes of a bundle", "some are there"));
        }
    }
}

/// The content key of a bundle, wrapped by the key of its person.
pub fn wrap(app: &App, key: &SealKey, table: &'static str, row: &str, content: &ContentKey) -> Vec<u8> {
    key.seal_at(Place { table, column: "content_key", row }, content.as_bytes(), &app.random)
}

/// # Errors
/// A fault when the database does not answer or the key cannot be opened.
pub async fn content_key(
    conn: &mut Conn<'_>,
    app: &App,
    account: AccountId,
    (table, row): (&'static str, &str),
    wrapped: Option<&[u8]>,
) -> Result<ContentKey, Fault> {
    let attempted = "open the key of a bundle";
    let wrapped = wrapped.ok_or_else(|| Fault::broken(attempted))?;
    let key = sealing::load_key(conn, app, account).await?;
    let plain = key.open_at(Place { table, column: "content_key", row }, wrapped);
    let plain = zeroize::Zeroizing::new(plain.map_err(|e| Fault::internal(attempted, e))?);
    ContentKey::from_bytes(&plain).ok_or_else(|| Fault::broken(attempted))
}

/// Seals a small document into its row.
///
/// # Errors
/// A fault when it cannot be written.
pub fn seal<T: Serialize>(app: &App, key: &SealKey, place: Place<'_>, document: &T) -> Result<Vec<u8>, Fault> {
    let plain = serde_json::to_vec(document).map_err(|e| Fault::internal("write what is kept of a bundle", e))?;
    Ok(key.seal_at(place, &plain, &app.random))
}

/// # Errors
/// A fault when it was altered or belongs elsewhere.
pub fn open<T: for<'de> Deserialize<'de>>(key: &SealKey, place: Place<'_>, sealed: &[u8]) -> Result<T, Fault> {
    let attempted = "open what is kept of a bundle";
    let plain = key.open_at(place, sealed).map_err(|e| Fault::internal(attempted, e))?;
    serde_json::from_slice(&plain).map_err(|e| Fault::internal(attempted, e))
}

/// A file on its way into the store.
pub struct Writing {
    path: String,
    item: Option<String>,
    writer: SealedWriter,
    /// `None` where the bytes are kept as they are.
    packer: Option<DeflateEncoder<Vec<u8>>>,
    crc: crc32fast::Hasher,
    sha: Sha256,
    size: u64,
}

impl Writing {
    /// # Errors
    /// A fault when the store does not answer.
    pub async fn begin(app: &App, blob: &BlobKey, key: &ContentKey, path: &str, method: Method) -> Result<Self, Fault> {
        let packer = (method == Method::Deflated).then(|| DeflateEncoder::new(Vec::new(), Compression::default()));
        let writer = SealedWriter::create(app, blob, key).await?;
        let (crc, sha) = (crc32fast::Hasher::new(), Sha256::new());
        Ok(Self { path: path.to_owned(), item: None, writer, packer, crc, sha, size: 0 })
    }

    pub fn of_item(&mut self, item: String) {
        self.item = Some(item);
    }

    /// # Errors
    /// A fault when the store does not answer.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.crc.update(bytes);
        self.sha.update(bytes);
        self.size += bytes.len() as u64;
        let Some(packer) = &mut self.packer else { return self.writer.push(bytes).await };
        packer.write_all(bytes).map_err(|e| Fault::internal("pack a file", e))?;
        let packed = std::mem::take(packer.get_mut());
        if packed.is_empty() { Ok(()) } else { self.writer.push(&packed).await }
    }

    /// Keeps the file; gives what is to be remembered of it.
    ///
    /// # Errors
    /// A fault when the store does not answer; then nothing of it is kept.
    pub async fn finish(mut self) -> Result<Made, Fault> {
        let is_packed = self.packer.is_some();
        if let Some(packer) = self.packer.take() {
            let rest = packer.finish().map_err(|e| Fault::internal("pack a file", e))?;
            self.writer.push(&rest).await?;
        }
        let packed = self.writer.finish().await?;
        let sha256 = hexadecimal(&Digest::from_bytes(self.sha.finalize().into()));
        let (path, item, size) = (self.path, self.item, self.size);
        Ok(Made { path, crc: self.crc.finalize(), size, packed, is_packed, sha256, item })
    }

    /// Gives it up.
    pub async fn abort(self) {
        self.writer.abort().await;
    }
}

/// A bundle that can be read as one archive, or a part of it.
#[derive(Clone)]
pub struct Archive {
    pieces: Vec<Piece>,
    pub length: u64,
}

#[derive(Clone)]
enum Piece {
    Bytes(Bytes),
    Body(Sealed, u64),
}

impl Piece {
    fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Body(_, length) => *length,
        }
    }
}

impl Archive {
    /// Of files, each with its bytes.
    pub fn of(files: Vec<(Made, Sealed)>, at: Time) -> Self {
        let entries: Vec<Entry> = files.iter().map(|(made, _)| made.entry(at)).collect();
        let layout = Layout::of(&entries);
        let mut pieces = Vec::with_capacity(2 * files.len() + 1);
        for (header, (made, sealed)) in layout.headers.into_iter().zip(files) {
            pieces.push(Piece::Bytes(header.into()));
            pieces.push(Piece::Body(sealed, made.packed));
        }
        pieces.push(Piece::Bytes(layout.directory.into()));
        Self { pieces, length: layout.length }
    }

    /// The bytes of a range, some at a time.
    pub fn stream(&self, range: Range<u64>) -> impl Stream<Item = Result<Bytes, Fault>> + Send + use<> {
        let (mut at, mut parts) = (0, Vec::new());
        for piece in &self.pieces {
            let (from, to) = (at, at + piece.length());
            at = to;
            let (start, end) = (range.start.max(from), range.end.min(to));
            if start < end {
                parts.push((piece.clone(), start - from..end - from));
            }
        }
        stream::iter(parts).flat_map(|(piece, range)| match piece {
            Piece::Bytes(bytes) => {
                let part = bytes.slice(range.start as usize..range.end as usize);
                stream::once(async move { Ok(part) }).boxed()
            }
            Piece::Body(sealed, _) => sealed.stream(range).boxed(),
        })
    }
}
