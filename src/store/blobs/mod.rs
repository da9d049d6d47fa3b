//! `Blobs::{Files, S3}`: bytes under keys that the house makes; each is there whole or not at all.

mod files;
mod s3;

use std::fmt;
use std::str::FromStr;

use bytes::Bytes;

use self::files::{Files, Writing as FileWriting};
use self::s3::{S3, Writing as S3Writing};
use crate::base::{Fault, Random};
use crate::config::Config;

/// The longest key.
const LONGEST: usize = 200;

/// The name of a blob: parts of lower-case letters, digits and underscores between slashes.
///
/// Made by the house alone: no name that a stranger gave can become one by accident, and none leads out of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobKey(String);

impl BlobKey {
    /// A new key in a folder of the house. It cannot be guessed.
    ///
    /// # Errors
    /// A fault when `folder` is no key itself: a mistake in the program.
    pub fn new(folder: &'static str, random: &Random) -> Result<Self, Fault> {
        let name = random.characters(26, b"0123456789abcdefghijklmnopqrstuvwxyz");
        // Two letters of it make a folder, so that no folder holds too many.
        let (shelf, name) = name.split_at(2);
        format!("{folder}/{shelf}/{name}").parse().map_err(|e| Fault::internal("make a blob key", e))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that is no blob key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a blob key")]
pub struct NotAKey;

impl FromStr for BlobKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let is_part = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        (text.len() <= LONGEST && text.split('/').all(is_part)).then(|| Self(text.to_owned())).ok_or(NotAKey)
    }
}

impl fmt::Display for BlobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where bytes are kept: a folder, or a bucket that many nodes share. Cheap to clone.
#[derive(Clone)]
pub enum Blobs {
    Files(Files),
    S3(S3),
}

impl Blobs {
    /// The store that the configuration says; connects to nobody yet.
    ///
    /// # Errors
    /// A fault when the bucket's settings cannot be used.
    pub fn open(config: &Config) -> Result<Self, Fault> {
        match &config.s3 {
            Some(s3) => Ok(Self::S3(S3::open(s3)?)),
            None => Ok(Self::Files(Files::at(config.blobs()))),
        }
    }

    /// Keeps bytes under a key, in place of any that are there.
    ///
    /// # Errors
    /// A fault: unavailable when the store does not answer in time. Then the old bytes stand, or the new ones.
    pub async fn put(&self, key: &BlobKey, bytes: Bytes) -> Result<(), Fault> {
        match self {
            Self::Files(files) => files.put(key, bytes).await,
            Self::S3(s3) => s3.put(key, &bytes).await,
        }
    }

    /// The bytes under a key.
    ///
    /// # Errors
    /// A fault: unavailable when the store does not answer in time.
    pub async fn get(&self, key: &BlobKey) -> Result<Option<Bytes>, Fault> {
        match self {
            Self::Files(files) => files.get(key).await,
            Self::S3(s3) => s3.get(key).await,
        }
    }

    /// Begins to keep bytes under a key; they are there once [`Writer::finish`] is done. Little of them is in memory at
    /// any time.
    ///
    /// # Errors
    /// A fault: unavailable when the store does not answer in time.
    pub async fn write(&self, key: &BlobKey) -> Result<Writer, Fault> {
        match self {
            Self::Files(files) => Ok(Writer::Files(files.write(key).await?)),
            Self::S3(s3) => Ok(Writer::S3(s3.write(key))),
        }
    }

    /// At most `length` of the bytes under a key, from one of them on: fewer where they end before.
    ///
    /// # Errors
    /// A fault: unavailable when the store does not answer in time.
    pub async fn read(&self, key: &BlobKey, from: u64, length: u64) -> Result<Option<Bytes>, Fault> {
        match self {
            _ if length == 0 => Ok(self.exists(key).await?.then(Bytes::new)),
            Self::Files(files) => files.read(key, from, length).await,
            Self::S3(s3) => s3.read(key, from, length).await,
        }
    }

    /// Whether there are bytes under a key.
    ///
    /// # Errors
    /// As [`Blobs::get`].
    pub async fn exists(&self, key: &BlobKey) -> Result<bool, Fault> {
        match self {
            Self::Files(files) => files.exists(key).await,
            Self::S3(s3) => s3.exists(key).await,
        }
    }

    /// Forgets the bytes under a key; nothing happens where there are none.
    ///
    /// # Errors
    /// As [`Blobs::get`].
    pub async fn delete(&self, key: &BlobKey) -> Result<(), Fault> {
        match self {
            Self::Files(files) => files.delete(key).await,
            Self::S3(s3) => s3.delete(key).await,
        }
    }

    /// At most `most` (at most 1000) keys below a folder, in order, those after `after` where it is given.
    ///
    /// # Errors
    /// As [`Blobs::get`].
    pub async fn list(&self, folder: &BlobKey, after: Option<&BlobKey>, most: usize) -> Result<Vec<BlobKey>, Fault> {
        let most = most.clamp(1, 1000);
        match self {
            Self::Files(files) => files.list(folder, after, most).await,
            Self::S3(s3) => s3.list(folder, after, most).await,
        }
    }

    /// Whether the store answers: reads only.
    ///
    /// # Errors
    /// As [`Blobs::get`].
    pub async fn ping(&self) -> Result<(), Fault> {
        match self {
            Self::Files(files) => files.ping().await,
            Self::S3(s3) => s3.ping().await,
        }
    }

    /// Whether the store really keeps things: writes, reads and deletes a few bytes.
    ///
    /// # Errors
    /// As [`Blobs::get`], and where what was read is not what was written.
    pub async fn probe(&self, random: &Random) -> Result<(), Fault> {
        let key = BlobKey::new("probe", random)?;
        let bytes = Bytes::from(random.token(32));
        self.put(&key, bytes.clone()).await?;
        let read = self.get(&key).await;
        self.delete(&key).await?;
        let is_same = read?.is_some_and(|read| read == bytes);
        if is_same && !self.exists(&key).await? { Ok(()) } else { Err(Fault::broken("keep a probe in the blob store")) }
    }

    /// `files` or `s3`, for logs and health.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Files(_) => "files",
            Self::S3(_) => "s3",
        }
    }
}

/// Bytes on their way to a key.
pub enum Writer {
    Files(FileWriting),
    S3(S3Writing),
}

impl Writer {
    /// # Errors
    /// A fault: unavailable when the store does not answer in time.
    pub async fn push(&mut self, bytes: Bytes) -> Result<(), Fault> {
        match self {
            Self::Files(writing) => writing.push(bytes).await,
            Self::S3(writing) => writing.push(&bytes).await,
        }
    }

    /// Puts them in the place of any that are there.
    ///
    /// # Errors
    /// A fault: unavailable when the store does not answer in time. Then the old bytes stand, or the new ones.
    pub async fn finish(self) -> Result<(), Fault> {
        match self {
            Self::Files(writing) => writing.finish().await,
            Self::S3(writing) => writing.finish().await,
        }
    }

    /// Forgets what was pushed.
    pub async fn abort(self) {
        match self {
            // Dropped, it removes its file.
            Self::Files(_) => {}
            Self::S3(writing) => writing.abort().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_plain() {
        let key = BlobKey::new("media", &Random::seeded(1)).unwrap();
        assert_eq!(key.as_str().len(), "media/".len() + 27);
        assert_eq!(key.as_str().parse(), Ok(key.clone()));
        let long = "a/".repeat(100) + "a";
        for bad in
            ["", "/", "a/", "/a", "a//b", "../a", "a/../b", "a.b", "A", "a b", "a\\b", "a%2fb", "ä", "a\0", &long]
        {
            assert!(bad.parse::<BlobKey>().is_err(), "{bad:?}");
        }
        assert!(BlobKey::new("../x", &Random::seeded(1)).is_err());
    }
}
