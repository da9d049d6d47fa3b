//! Folders and files that their owner alone may read: made 0700 and 0600, files whole or not at all.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::base::Random;

/// Makes a folder and those above it, readable by their owner alone; one that is there stays as it is.
pub fn create(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Writes a file of mode 0600 in place of any that is there; after a crash it is the old one or the new one.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = write_beside(path, bytes)?;
    let done = fs::rename(&beside, path);
    if done.is_err() {
        let _ = fs::remove_file(&beside);
    }
    done?;
    sync_folder(path)
}

/// As [`write`] but fails with [`io::ErrorKind::AlreadyExists`] when there is one: of two writers one wins.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = write_beside(path, bytes)?;
    // Unlike a rename, a link never replaces.
    let done = fs::hard_link(&beside, path);
    let _ = fs::remove_file(&beside);
    done?;
    sync_folder(path)
}

fn write_beside(path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}", Random::Os.token(9)));
    let mut file = create_file(&beside)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written.map(|()| beside)
}

/// A new file of mode 0600.
pub fn create_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Keeps the name of a file that was put into its place.
pub fn sync(path: &Path) -> io::Result<()> {
    sync_folder(path)
}

/// So that the name is kept through a power cut, too.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn owner_alone_and_whole() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("a/b");
        create(&folder).unwrap();
        create(&folder).unwrap();
        let file = folder.join("f");
        write(&file, b"1").unwrap();
        write(&file, b"2").unwrap();
        assert_eq!(write_new(&file, b"3").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&file).unwrap(), b"2");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing is left beside it");
    }
}
