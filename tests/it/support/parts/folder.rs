//! Temporary folders that do not outlive their test run, even one that was killed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::process;
use std::sync::Once;

const PREFIX: &str = "social-wallet-it-";

/// A folder under the system's temporary one, removed when dropped; the next run removes what a killed one left.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(what: &str) -> Self {
        static SWEEP: Once = Once::new();
        SWEEP.call_once(sweep);
        let path = std::env::temp_dir().join(super::super::unique(&format!("{PREFIX}{}-{what}-", process::id())));
        fs::create_dir_all(&path).expect("the temporary folder is writable");
        // The database runs as another account where tests run as root.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o711)).expect("our own folder");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Removes the folders of test processes that are gone.
fn sweep() {
    let Ok(entries) = fs::read_dir(std::env::temp_dir()) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next()).map(str::to_owned);
        if owner.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
