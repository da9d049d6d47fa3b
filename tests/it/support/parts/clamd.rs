//! ClamAV's daemon with a signature of ours, on a socket of a folder of its own.

use std::fs;
use std::sync::Mutex;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixStream;

use super::Folder;
use super::process;
use super::process::Process;
use super::process::Start;
use crate::support::eventually;

/// What this daemon calls harmful, beside nothing.
pub const MARKER: &str = "social-wallet-test-marker-of-a-harmful-file";

/// A running daemon.
pub struct Clamd {
    folder: Folder,
    process: Mutex<Process>,
}

impl Clamd {
    pub async fn start() -> Self {
        let folder = Folder::new("clamd");
        let signatures = folder.join("signatures");
        fs::create_dir(&signatures).expect("a folder");
        let hexadecimal: String = MARKER.bytes().map(|byte| format!("{byte:02x}")).collect();
        // A name, any type of file, any place in it.
        fs::write(signatures.join("house.ndb"), format!("House.Test:0:*:{hexadecimal}\n")).expect("signatures");
        let process = Mutex::new(run(&folder));
        let clamd = Self { folder, process };
        clamd.wait_until_ready().await;
        clamd
    }

    /// What `media.clamd` is set to.
    pub fn address(&self) -> String {
        self.folder.join("socket").display().to_string()
    }

    pub fn kill(&self) {
        self.process.lock().expect("not poisoned").kill();
    }

    pub async fn restart(&self) {
        self.kill();
        *self.process.lock().expect("not poisoned") = run(&self.folder);
        self.wait_until_ready().await;
    }

    async fn wait_until_ready(&self) {
        eventually("clamd answers", Duration::from_secs(60), async || {
            self.process.lock().expect("not poisoned").must_run();
            let mut socket = UnixStream::connect(self.address()).await.ok()?;
            socket.write_all(b"zPING\0").await.ok()?;
            let mut answer = String::new();
            socket.read_to_string(&mut answer).await.ok()?;
            answer.starts_with("PONG").then_some(())
        })
        .await;
    }
}

fn run(folder: &Folder) -> Process {
    let program = process::find("clamd", &["/usr/sbin", "/usr/local/sbin"]);
    let settings = format!(
        "Foreground yes\nLocalSocket {socket}\nFixStaleSocket yes\nDatabaseDirectory {signatures}\n\
         StreamMaxLength 210M\nMaxScanSize 210M\nMaxFileSize 210M\nMaxThreads 2\nTemporaryDirectory {temporary}\n",
        socket = folder.join("socket").display(),
        signatures = folder.join("signatures").display(),
        temporary = folder.path().display(),
    );
    let file = folder.join("clamd.conf");
    fs::write(&file, settings).expect("a configuration");
    let config = format!("--config-file={}", file.display());
    Process::start(Start::new(&program, folder.join("log")).args([config]))
}
