//! PostgreSQL: a cluster of our own, with a fresh database for each test.

use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use rustix::process::Signal;
use tokio::sync::OnceCell;
use tokio_postgres::NoTls;

use super::Folder;
use super::free_port;
use super::process;
use super::process::Process;
use super::process::Start;
use crate::support::eventually;
use crate::support::random_text;
use crate::support::unique;

/// Where distributions keep the programs that are not on the path.
const FOLDERS: &[&str] =
    &["/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/17/bin", "/usr/pgsql-15/bin"];

/// A running cluster. Passwords are asked for, commits are flushed.
pub struct Postgres {
    folder: Folder,
    port: u16,
    password: String,
    process: Mutex<Process>,
}

impl Postgres {
    /// The cluster of this test process.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Postgres> = OnceCell::const_new();
        SHARED.get_or_init(Self::start).await
    }

    /// A cluster that nobody else uses.
    pub async fn start() -> Self {
        let (folder, password) = tokio::task::spawn_blocking(create).await.expect("initdb");
        let port = free_port();
        let process = Mutex::new(run(&folder, port));
        let postgres = Self { folder, port, password, process };
        postgres.wait_until_ready().await;
        postgres
    }

    /// Creates an empty database and gives its URL.
    pub async fn database(&self) -> String {
        let name = unique("wallet_");
        self.admin().await.batch_execute(&format!("CREATE DATABASE {name}")).await.expect("a new database");
        self.url(&name)
    }

    /// A connection past the product, to look at what it wrote.
    pub async fn connect(url: &str) -> tokio_postgres::Client {
        Self::try_connect(url).await.expect("the database answers")
    }

    /// Ends every connection that others hold to it, as a failover does.
    pub async fn drop_connections(&self) {
        let text = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                    WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'";
        self.admin().await.batch_execute(text).await.expect("we are its owner");
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Nobody answers, connections stay open.
    pub fn freeze(&self) {
        self.process().freeze();
    }

    pub fn thaw(&self) {
        self.process().thaw();
    }

    /// Ends at once, as in a crash.
    pub fn kill(&self) {
        self.process().kill();
    }

    /// Ends in order, sending connections away (`pg_ctl stop -m fast`).
    pub fn stop(&self) {
        self.process().end(Signal::INT, Duration::from_secs(20));
    }

    /// Starts again on the same data and port.
    pub async fn restart(&self) {
        self.process().kill();
        *self.process() = run(&self.folder, self.port);
        self.wait_until_ready().await;
    }

    /// Processor time that it has used since it started, in seconds, for benches.
    pub fn pid(&self) -> u32 {
        self.process().pid()
    }

    fn process(&self) -> std::sync::MutexGuard<'_, Process> {
        self.process.lock().expect("not poisoned")
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://wallet:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }

    async fn admin(&self) -> tokio_postgres::Client {
        Self::connect(&self.url("postgres")).await
    }

    async fn try_connect(url: &str) -> Result<tokio_postgres::Client, tokio_postgres::Error> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    async fn wait_until_ready(&self) {
        eventually("PostgreSQL answers", Duration::from_secs(60), async || {
            self.process().must_run();
            let client = Self::try_connect(&self.url("postgres")).await.ok()?;
            client.simple_query("SELECT 1").await.ok()
        })
        .await;
    }
}

/// Makes the cluster: it refuses to be owned by root, so then it belongs to `postgres` or `nobody`.
fn create() -> (Folder, String) {
    let folder = Folder::new("postgres");
    let password = random_text();
    let password_file = folder.join("password");
    fs::write(&password_file, &password).expect("our own folder");
    if let Some(account) = account() {
        process::run(&process::find("chown", &[]), &["-R", account, &folder.path().to_string_lossy()], None);
    }
    let options = ["--auth=scram-sha-256", "--username=wallet", "--encoding=UTF8", "--locale=C", "--no-sync"];
    let pwfile = format!("--pwfile={}", password_file.display());
    let data = data(&folder).to_string_lossy().into_owned();
    let mut args = vec!["-D", &data, &pwfile];
    args.extend(options);
    process::run(&process::find("initdb", FOLDERS), &args, account());
    (folder, password)
}

fn run(folder: &Folder, port: u16) -> Process {
    let program = process::find("postgres", FOLDERS);
    let settings = [
        "listen_addresses=127.0.0.1".to_owned(),
        format!("port={port}"),
        format!("unix_socket_directories={}", folder.path().display()),
        "fsync=on".to_owned(),
        "max_connections=200".to_owned(),
        "shared_buffers=64MB".to_owned(),
        "log_min_messages=warning".to_owned(),
    ];
    let mut args = vec!["-D".to_owned(), data(folder).to_string_lossy().into_owned()];
    args.extend(settings.into_iter().flat_map(|setting| ["-c".to_owned(), setting]));
    let mut start = Start::new(&program, folder.join("log")).args(args);
    start.farewell = "INT";
    start.account = account();
    Process::start(start)
}

fn data(folder: &Folder) -> PathBuf {
    folder.join("data")
}

/// Whom the cluster belongs to, where the tests run as root.
fn account() -> Option<&'static str> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
    Some(if accounts.lines().any(|line| line.starts_with("postgres:")) { "postgres" } else { "nobody" })
}
