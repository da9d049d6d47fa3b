//! A folder: a file a blob, 0600 in folders 0700, written beside its place and then moved there.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::BlobKey;
use crate::base::{Fault, Random};
use crate::config::folder;

/// A folder of this machine.
#[derive(Clone)]
pub struct Files(PathBuf);

impl Files {
    pub(super) fn at(root: PathBuf) -> Self {
        Self(root)
    }

    pub(super) async fn put(&self, key: &BlobKey, bytes: Bytes) -> Result<(), Fault> {
        let path = self.path(key);
        off_thread("write a blob", move || {
            folder::create(path.parent().ok_or(ErrorKind::InvalidInput)?)?;
            folder::write(&path, &bytes)
        })
        .await
    }

    pub(super) async fn get(&self, key: &BlobKey) -> Result<Option<Bytes>, Fault> {
        let path = self.path(key);
        off_thread("read a blob", move || present(fs::read(path).map(Bytes::from))).await
    }

    pub(super) async fn read(&self, key: &BlobKey, from: u64, length: u64) -> Result<Option<Bytes>, Fault> {
        let path = self.path(key);
        off_thread("read a part of a blob", move || {
            let Some(mut file) = present(File::open(path))? else { return Ok(None) };
            file.seek(SeekFrom::Start(from))?;
            let mut bytes = Vec::new();
            file.take(length).read_to_end(&mut bytes)?;
            Ok(Some(bytes.into()))
        })
        .await
    }

    pub(super) async fn write(&self, key: &BlobKey) -> Result<Writing, Fault> {
        let path = self.path(key);
        off_thread("begin a blob", move || {
            let folder = path.parent().ok_or(ErrorKind::InvalidInput)?;
            folder::create(folder)?;
            // A name that is no key, so that nobody finds it before it is whole.
            let beside = folder.join(format!(".{}", Random::Os.token(12)));
            let file = folder::create_file(&beside)?;
            Ok(Writing { file: Some(file), beside: Beside(beside), path })
        })
        .await
    }

    pub(super) async fn exists(&self, key: &BlobKey) -> Result<bool, Fault> {
        let path = self.path(key);
        let is_file = move || present(fs::metadata(path)).map(|found| found.is_some_and(|data| data.is_file()));
        off_thread("look for a blob", is_file).await
    }

    pub(super) async fn delete(&self, key: &BlobKey) -> Result<(), Fault> {
        let path = self.path(key);
        off_thread("delete a blob", move || present(fs::remove_file(path)).map(drop)).await
    }

    pub(super) async fn list(
        &self,
        folder: &BlobKey,
        after: Option<&BlobKey>,
        most: usize,
    ) -> Result<Vec<BlobKey>, Fault> {
        let (path, folder, after) = (self.path(folder), folder.clone(), after.cloned());
        off_thread("list blobs", move || {
            let mut found = Vec::new();
            walk(&path, folder.as_str(), after.as_ref(), most, &mut found)?;
            Ok(found)
        })
        .await
    }

    pub(super) async fn ping(&self) -> Result<(), Fault> {
        let root = self.0.clone();
        off_thread("open the blob folder", move || {
            folder::create(&root)?;
            fs::read_dir(&root).map(drop)
        })
        .await
    }

    fn path(&self, key: &BlobKey) -> PathBuf {
        self.0.join(key.as_str())
    }
}

/// A file that is being written beside its place.
pub struct Writing {
    file: Option<File>,
    beside: Beside,
    path: PathBuf,
}

/// Removes what was not moved to its place.
struct Beside(PathBuf);

impl Drop for Beside {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

impl Writing {
    pub(super) async fn push(&mut self, bytes: Bytes) -> Result<(), Fault> {
        let attempted = "write a part of a blob";
        let mut file = self.file.take().ok_or_else(|| Fault::broken(attempted))?;
        let file = off_thread(attempted, move || file.write_all(&bytes).map(|()| file)).await?;
        self.file = Some(file);
        Ok(())
    }

    pub(super) async fn finish(self) -> Result<(), Fault> {
        off_thread("finish a blob", move || {
            let file = self.file.ok_or(ErrorKind::BrokenPipe)?;
            file.sync_all()?;
            fs::rename(&self.beside.0, &self.path)?;
            folder::sync(&self.path)
        })
        .await
    }
}

/// Goes through a folder in the order of the keys: what a name may hold sorts after the slash.
fn walk(path: &Path, key: &str, after: Option<&BlobKey>, most: usize, found: &mut Vec<BlobKey>) -> io::Result<()> {
    let Some(entries) = present(fs::read_dir(path))? else { return Ok(()) };
    let mut names: Vec<(String, bool)> = Vec::new();
    for entry in entries {
        let entry = entry?;
        // A file that is being written has a name that is no key.
        if let Ok(name) = entry.file_name().into_string()
            && name.parse::<BlobKey>().is_ok()
        {
            names.push((name, entry.file_type()?.is_dir()));
        }
    }
    names.sort_unstable();
    for (name, is_folder) in names {
        if found.len() == most {
            break;
        }
        let (path, key) = (path.join(&name), format!("{key}/{name}"));
        if is_folder {
            walk(&path, &key, after, most, found)?;
        } else if let Ok(key) = key.parse::<BlobKey>()
            && after.is_none_or(|after| key > *after)
        {
            found.push(key);
        }
    }
    Ok(())
}

/// `None` where there is nothing of that name.
fn present<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(e) => Err(e),
    }
}

async fn off_thread<T: Send + 'static>(
    attempted: &'static str,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Fault> {
    let outcome = tokio::task::spawn_blocking(work).await.map_err(|e| Fault::internal(attempted, e))?;
    // A full disk or a lost mount may come back.
    outcome.map_err(|e| Fault::unavailable(attempted, e))
}
