//! Redis: a server of our own, with a fresh database number for each test.

use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::OnceCell;

use super::Folder;
use super::free_port;
use super::process;
use super::process::Process;
use super::process::Start;
use crate::support::eventually;
use crate::support::random_text;

const NUMBERS: u32 = 4096;

/// A running server. It asks for a password and keeps nothing on disk.
pub struct Redis {
    folder: Folder,
    port: u16,
    password: String,
    next: AtomicU32,
    process: Mutex<Process>,
}

impl Redis {
    /// The server of this test process.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Redis> = OnceCell::const_new();
        SHARED.get_or_init(Self::start).await
    }

    /// A server that nobody else uses.
    pub async fn start() -> Self {
        let (folder, port, password) = (Folder::new("redis"), free_port(), random_text());
        let process = Mutex::new(run(&folder, port, &password));
        let redis = Self { folder, port, password, next: AtomicU32::new(0), process };
        redis.wait_until_ready().await;
        redis
    }

    /// The URL of a number that no other test has.
    pub fn database(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        assert!(number < NUMBERS, "more tests than Redis databases");
        format!("redis://:{}@127.0.0.1:{}/{number}", self.password, self.port)
    }

    /// A connection past the product.
    pub async fn connect(url: &str) -> redis::aio::MultiplexedConnection {
        Self::try_connect(url).await.expect("Redis answers")
    }

    /// Forgets everything in one database (`FLUSHDB`).
    pub async fn flush(url: &str) {
        let mut connection = Self::connect(url).await;
        redis::cmd("FLUSHDB").query_async::<()>(&mut connection).await.expect("Redis answers");
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn freeze(&self) {
        self.process().freeze();
    }

    pub fn thaw(&self) {
        self.process().thaw();
    }

    pub fn kill(&self) {
        self.process().kill();
    }

    /// Starts again, empty, on the same port.
    pub async fn restart(&self) {
        self.process().kill();
        *self.process() = run(&self.folder, self.port, &self.password);
        self.wait_until_ready().await;
    }

    pub fn pid(&self) -> u32 {
        self.process().pid()
    }

    fn process(&self) -> MutexGuard<'_, Process> {
        self.process.lock().expect("not poisoned")
    }

    async fn try_connect(url: &str) -> redis::RedisResult<redis::aio::MultiplexedConnection> {
        redis::Client::open(url)?.get_multiplexed_async_connection().await
    }

    async fn wait_until_ready(&self) {
        let url = format!("redis://:{}@127.0.0.1:{}/0", self.password, self.port);
        eventually("Redis answers", Duration::from_secs(20), async || {
            self.process().must_run();
            let mut connection = Self::try_connect(&url).await.ok()?;
            redis::cmd("PING").query_async::<String>(&mut connection).await.ok()
        })
        .await;
    }
}

fn run(folder: &Folder, port: u16, password: &str) -> Process {
    let program = process::find("redis-server", &["/usr/bin", "/usr/sbin"]);
    let args = [
        ("--port", port.to_string()),
        ("--bind", "127.0.0.1".to_owned()),
        ("--dir", folder.path().to_string_lossy().into_owned()),
        ("--databases", NUMBERS.to_string()),
        ("--requirepass", password.to_owned()),
        ("--save", String::new()),
        ("--appendonly", "no".to_owned()),
    ];
    let args = args.into_iter().flat_map(|(name, value)| [name.to_owned(), value]);
    Process::start(Start::new(&program, folder.join("log")).args(args))
}
