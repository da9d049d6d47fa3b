//! Sealed bodies: pieces of 64 KiB, each sealed by itself, so that a part opens without the whole.
//!
//! A body is a byte for its version and 7 random bytes, then the pieces, each AES-256-GCM with its tag. The nonce of a
//! piece is these 7 bytes, its number, and whether it is the last (STREAM): a piece that is left out, moved or added
//! opens nowhere. The name of the body is bound as associated data.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, Stream};
use openssl::symm::{Cipher, decrypt_aead, encrypt_aead};
use zeroize::Zeroizing;

use crate::app::App;
use crate::base::{Fault, Random};
use crate::store::blobs::{BlobKey, Blobs, Writer};

/// How much of a body is sealed in one piece.
pub const PIECE: usize = 64 * 1024;
const TAG: usize = 16;
const SEALED: usize = PIECE + TAG;
const HEADER: usize = 8;
const VERSION: u8 = 1;
/// How many pieces are read at once.
const AT_ONCE: u64 = 32;

/// The key of one item: 256 random bits.
#[derive(Clone)]
pub struct ContentKey(Zeroizing<[u8; 32]>);

impl ContentKey {
    pub fn new(random: &Random) -> Self {
        Self(Zeroizing::new(random.bytes()))
    }

    /// `None` for what is no key.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// One piece with its tag. By OpenSSL, since whole videos pass here.
    fn seal(&self, nonce: [u8; 12], name: &[u8], plain: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
        let mut tag = [0; TAG];
        let sealed = encrypt_aead(Cipher::aes_256_gcm(), &*self.0, Some(&nonce), name, plain, &mut tag);
        out.extend_from_slice(&sealed.map_err(|e| Fault::internal("seal a body", e))?);
        out.extend_from_slice(&tag);
        Ok(())
    }

    fn open(&self, nonce: [u8; 12], name: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (sealed, tag) = sealed.split_at_checked(sealed.len().checked_sub(TAG)?)?;
        decrypt_aead(Cipher::aes_256_gcm(), &*self.0, Some(&nonce), name, sealed, tag).ok()
    }
}

impl std::fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[content key]")
    }
}

/// How long the sealed form of a body is.
pub fn sealed_length(length: u64) -> u64 {
    HEADER as u64 + length + pieces(length) * TAG as u64
}

fn pieces(length: u64) -> u64 {
    length.div_ceil(PIECE as u64).max(1)
}

fn nonce(prefix: [u8; 7], piece: u32, is_last: bool) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[..7].copy_from_slice(&prefix);
    nonce[7..11].copy_from_slice(&piece.to_be_bytes());
    nonce[11] = u8::from(is_last);
    nonce
}

/// Seals a body piece by piece as it comes.
pub struct Sealing {
    key: ContentKey,
    prefix: [u8; 7],
    name: Vec<u8>,
    piece: u32,
    waiting: BytesMut,
    length: u64,
}

impl Sealing {
    /// The sealing of one body, and the header that goes before it.
    pub fn new(key: &ContentKey, name: &str, random: &Random) -> (Self, Bytes) {
        let prefix: [u8; 7] = random.bytes();
        let mut header = vec![VERSION];
        header.extend_from_slice(&prefix);
        let waiting = BytesMut::with_capacity(PIECE);
        let name = name.as_bytes().to_vec();
        (Self { key: key.clone(), prefix, name, piece: 0, waiting, length: 0 }, header.into())
    }

    /// Takes more of the body; gives what is sealed by now.
    ///
    /// # Errors
    /// A fault of the cipher.
    pub fn push(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
        self.length += bytes.len() as u64;
        while !bytes.is_empty() {
            // The last piece is sealed at the end alone: only then is it known to be the last.
            if self.waiting.len() == PIECE {
                self.seal(false, out)?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(PIECE - self.waiting.len()));
            self.waiting.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// Seals the rest; gives how long the body was.
    ///
    /// # Errors
    /// A fault of the cipher.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<u64, Fault> {
        self.seal(true, out)?;
        Ok(self.length)
    }

    fn seal(&mut self, is_last: bool, out: &mut Vec<u8>) -> Result<(), Fault> {
        let nonce = nonce(self.prefix, self.piece, is_last);
        self.key.seal(nonce, &self.name, &self.waiting, out)?;
        self.waiting.clear();
        self.piece += 1;
        Ok(())
    }
}

/// A body on its way into the store.
pub struct SealedWriter {
    sealing: Sealing,
    writer: Writer,
}

impl SealedWriter {
    /// # Errors
    /// A fault when the store does not answer.
    pub async fn create(app: &App, blob: &BlobKey, key: &ContentKey) -> Result<Self, Fault> {
        let (sealing, header) = Sealing::new(key, blob.as_str(), &app.random);
        let mut writer = app.blobs.write(blob).await?;
        writer.push(header).await?;
        Ok(Self { sealing, writer })
    }

    /// # Errors
    /// A fault when the store does not answer.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let mut out = Vec::new();
        self.sealing.push(bytes, &mut out)?;
        if out.is_empty() { Ok(()) } else { self.writer.push(out.into()).await }
    }

    /// Keeps the body; gives its length.
    ///
    /// # Errors
    /// A fault when the store does not answer; then nothing of it is kept.
    pub async fn finish(mut self) -> Result<u64, Fault> {
        let mut out = Vec::new();
        let length = self.sealing.finish(&mut out)?;
        self.writer.push(out.into()).await?;
        self.writer.finish().await?;
        Ok(length)
    }

    /// Gives it up.
    pub async fn abort(self) {
        self.writer.abort().await;
    }
}

/// A sealed body in the store, of which parts can be opened.
#[derive(Clone)]
pub struct Sealed {
    blobs: Blobs,
    blob: BlobKey,
    key: ContentKey,
    length: u64,
}

impl Sealed {
    /// `length`: of the body, as its row has it.
    pub fn new(app: &App, blob: BlobKey, key: ContentKey, length: u64) -> Self {
        Self { blobs: app.blobs.clone(), blob, key, length }
    }

    /// The bytes of a range of the body, some of them at a time. What lies beyond the end is left out.
    ///
    /// Each item may be a fault: when the store does not answer, and when the bytes are not those that were sealed.
    pub fn stream(&self, range: Range<u64>) -> impl Stream<Item = Result<Bytes, Fault>> + Send + use<> {
        let range = range.start.min(self.length)..range.end.min(self.length);
        let first = range.start / PIECE as u64;
        // An empty range opens nothing, except that of an empty body.
        let last = if range.is_empty() { first } else { (range.end - 1) / PIECE as u64 + 1 };
        let state = (self.clone(), range, first..last, None::<[u8; 7]>);
        stream::try_unfold(state, |(sealed, range, todo, prefix)| async move {
            if todo.is_empty() {
                return Ok(None);
            }
            let prefix = match prefix {
                Some(prefix) => prefix,
                None => sealed.prefix().await?,
            };
            let upto = todo.end.min(todo.start + AT_ONCE);
            let bytes = sealed.open(prefix, todo.start..upto).await?;
            let base = todo.start * PIECE as u64;
            let from = usize::try_from(range.start.saturating_sub(base)).unwrap_or(usize::MAX).min(bytes.len());
            let to = usize::try_from(range.end.saturating_sub(base)).unwrap_or(usize::MAX).min(bytes.len());
            let part = bytes.slice(from..to.max(from));
            Ok(Some((part, (sealed, range, upto..todo.end, Some(prefix)))))
        })
    }

    async fn prefix(&self) -> Result<[u8; 7], Fault> {
        let header = self.read(0, HEADER as u64).await?;
        match header.split_first() {
            Some((&VERSION, prefix)) => prefix.try_into().map_err(|_| Fault::broken(OPEN)),
            _ => Err(Fault::broken(OPEN)),
        }
    }

    async fn read(&self, from: u64, length: u64) -> Result<Bytes, Fault> {
        let bytes = self.blobs.read(&self.blob, from, length).await?;
        let bytes = bytes.ok_or_else(|| Fault::broken("find a sealed body"))?;
        if bytes.len() as u64 == length { Ok(bytes) } else { Err(Fault::broken("read the whole of a sealed body")) }
    }

    async fn open(&self, prefix: [u8; 7], wanted: Range<u64>) -> Result<Bytes, Fault> {
        let all = pieces(self.length);
        let from = HEADER as u64 + wanted.start * SEALED as u64;
        let end = sealed_length(self.length).min(HEADER as u64 + wanted.end * SEALED as u64);
        let bytes = self.read(from, end - from).await?;
        let mut plain = BytesMut::with_capacity(bytes.len());
        for (number, piece) in wanted.zip(bytes.chunks(SEALED)) {
            let nonce = nonce(prefix, u32::try_from(number).map_err(|e| Fault::internal(OPEN, e))?, number + 1 == all);
            let opened = self.key.open(nonce, self.blob.as_str().as_bytes(), piece);
            plain.extend_from_slice(&opened.ok_or_else(|| Fault::broken(OPEN))?);
        }
        Ok(plain.freeze())
    }
}

const OPEN: &str = "open a sealed body";

#[cfg(test)]
mod tests;
