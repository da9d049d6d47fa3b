//! A running wallet: the real program, on its own data, as an operator would start it.

use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::thread;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;

use super::eventually;
use super::letters;
use super::letters::{Letter, Text};
use super::parts::Folder;
use super::parts::Postgres;
use super::parts::Process;
use super::parts::Redis;
use super::parts::S3;
use super::parts::Smtp;
use super::parts::free_port;
use super::parts::process::Start;
use super::platform::Credentials;
use super::platform::NewClient;

/// The program under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_social-wallet");

/// How the program is told where its parts are: the only place in the tests that knows these names.
pub mod setting {
    pub const LISTEN: &str = "SW__HTTP__LISTEN";
    pub const PUBLIC_URL: &str = "SW__HTTP__PUBLIC_URL";
    pub const TLS_CERTIFICATE: &str = "SW__HTTP__TLS__CERTIFICATE";
    pub const TLS_KEY: &str = "SW__HTTP__TLS__KEY";
    pub const OPERATIONS: &str = "SW__OPERATIONS__LISTEN";
    pub const DATA: &str = "SW__DATA__DIR";
    pub const DATABASE_URL: &str = "SW__DATABASE__URL";
    pub const REDIS_URL: &str = "SW__REDIS__URL";
    pub const S3_ENDPOINT: &str = "SW__S3__ENDPOINT";
    pub const S3_BUCKET: &str = "SW__S3__BUCKET";
    pub const S3_REGION: &str = "SW__S3__REGION";
    pub const S3_ACCESS_KEY: &str = "SW__S3__ACCESS_KEY";
    pub const S3_SECRET_KEY: &str = "SW__S3__SECRET_KEY";
    pub const SMTP_URL: &str = "SW__MAIL__SMTP_URL";
    pub const LIMITS: &str = "SW__LIMITS__ENABLED";
    pub const LOG_FORMAT: &str = "SW__LOG__FORMAT";
}

/// Where the second listener says whether every part answers.
const READY: &str = "/health/ready";

/// The folder of unsent mail inside the data folder.
const OUTBOX: &str = "outbox";

/// Which stores the wallet stands on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Backend {
    /// SQLite, in-process ephemeral store, files, a mail folder.
    Embedded,
    /// PostgreSQL, Redis, S3, SMTP.
    Scale,
}

impl Backend {
    /// What this run of the tests is about: `SW_TEST_BACKEND=scale`, or else the embedded one.
    pub fn chosen() -> Self {
        match std::env::var("SW_TEST_BACKEND").as_deref() {
            Ok("scale") => Self::Scale,
            Ok("") | Ok("embedded") | Err(_) => Self::Embedded,
            Ok(other) => panic!("SW_TEST_BACKEND is `embedded` or `scale`, not `{other}`"),
        }
    }
}

/// What a server keeps its things in. Several servers may share it; it goes when the last of them does.
pub struct Stores {
    pub backend: Backend,
    pub data: Folder,
    pub database_url: Option<String>,
    pub redis_url: Option<String>,
    pub s3: Option<S3>,
    pub smtp: Option<Smtp>,
}

impl Stores {
    pub async fn new(backend: Backend) -> Self {
        match backend {
            Backend::Embedded => {
                let data = Folder::new("data");
                Self { backend, data, database_url: None, redis_url: None, s3: None, smtp: None }
            }
            Backend::Scale => {
                Self::on(Postgres::shared().await.database().await, Redis::shared().await.database()).await
            }
        }
    }

    /// The scale set on a database and a Redis of the test's own, perhaps through a [`super::parts::Wire`].
    pub async fn on(database_url: String, redis_url: String) -> Self {
        Self {
            backend: Backend::Scale,
            data: Folder::new("data"),
            database_url: Some(database_url),
            redis_url: Some(redis_url),
            s3: Some(S3::start().await),
            smtp: Some(Smtp::start().await),
        }
    }

    /// All mail that has left so far, oldest first.
    pub fn letters(&self) -> Vec<Letter> {
        match &self.smtp {
            Some(smtp) => smtp.letters(),
            None => letters::in_folder(&self.data.join(OUTBOX)),
        }
    }

    /// All text messages that have left so far, oldest first.
    pub fn texts(&self) -> Vec<Text> {
        letters::texts_in_folder(&self.data.join(OUTBOX))
    }

    fn settings(&self) -> Vec<(String, String)> {
        let mut settings = vec![(setting::DATA, self.data.path().display().to_string())];
        settings.extend(self.database_url.clone().map(|url| (setting::DATABASE_URL, url)));
        settings.extend(self.redis_url.clone().map(|url| (setting::REDIS_URL, url)));
        if let Some(s3) = &self.s3 {
            settings.push((setting::S3_ENDPOINT, s3.endpoint()));
            settings.push((setting::S3_BUCKET, s3.bucket.clone()));
            settings.push((setting::S3_REGION, s3.region.clone()));
            settings.push((setting::S3_ACCESS_KEY, s3.access_key.clone()));
            settings.push((setting::S3_SECRET_KEY, s3.secret_key.clone()));
        }
        settings.extend(self.smtp.as_ref().map(|smtp| (setting::SMTP_URL, smtp.url())));
        settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// One running process of the wallet; killed when dropped. A failing test prints the end of its log.
pub struct Server {
    /// The issuer, without a slash at the end.
    pub issuer: String,
    /// Where this process listens: the issuer's own address, except for a second process beside the first.
    pub address: String,
    /// The second listener: liveness, readiness, metrics.
    pub operations: String,
    pub stores: Arc<Stores>,
    settings: Vec<(String, String)>,
    command: Vec<String>,
    log: PathBuf,
    process: Mutex<Process>,
}

impl Server {
    /// The server that the tests of one process share: each brings its own people and platforms.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Server> = OnceCell::const_new();
        // On a runtime that outlives the test that is first: its mail sink and S3 server must go on for the others.
        static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));
        let start = || RUNTIME.block_on(Self::start());
        SHARED.get_or_init(async || tokio::task::spawn_blocking(start).await.expect("a server")).await
    }

    /// On the backend that this run is about, with defaults.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// On the backend that this run is about, with some settings of its own.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        Self::on(Stores::new(Backend::chosen()).await, settings).await
    }

    pub async fn on(stores: Stores, settings: &[(&str, &str)]) -> Self {
        let issuer = format!("http://127.0.0.1:{}", free_port());
        Self::launch(Arc::new(stores), issuer.clone(), issuer, settings, &["serve"]).await
    }

    /// With an https issuer that its own listener serves, by a certificate and key in PEM files.
    pub async fn over_tls(stores: Stores, certificate: &Path, key: &Path) -> Self {
        let host = format!("127.0.0.1:{}", free_port());
        let (certificate, key) = (certificate.display().to_string(), key.display().to_string());
        let settings = [(setting::TLS_CERTIFICATE, certificate.as_str()), (setting::TLS_KEY, key.as_str())];
        let (issuer, address) = (format!("https://{host}"), format!("http://{host}"));
        Self::launch(Arc::new(stores), issuer, address, &settings, &["serve"]).await
    }

    /// `demo` on the embedded backend, with the sample platform at `listen`.
    pub async fn demo(listen: &str) -> Self {
        let issuer = format!("http://127.0.0.1:{}", free_port());
        let stores = Arc::new(Stores::new(Backend::Embedded).await);
        Self::launch(stores, issuer.clone(), issuer, &[], &["demo", "--listen", listen]).await
    }

    /// `demo` on these stores.
    pub async fn demo_on(stores: Stores, listen: &str) -> Self {
        let issuer = format!("http://127.0.0.1:{}", free_port());
        Self::launch(Arc::new(stores), issuer.clone(), issuer, &[], &["demo", "--listen", listen]).await
    }

    /// One half of the program alone: `web` or `worker`.
    pub async fn half(stores: Stores, half: &str) -> Self {
        let issuer = format!("http://127.0.0.1:{}", free_port());
        Self::launch(Arc::new(stores), issuer.clone(), issuer, &[], &["serve", "--only", half]).await
    }

    /// The other half, as a second process on the same stores.
    pub async fn half_beside(&self, half: &str) -> Self {
        let settings: Vec<_> = self.settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let address = format!("http://127.0.0.1:{}", free_port());
        let command = ["serve", "--only", half];
        Self::launch(self.stores.clone(), self.issuer.clone(), address, &settings, &command).await
    }

    /// A second process on the same stores and with the same issuer, at an address of its own.
    pub async fn beside(&self) -> Self {
        let settings: Vec<_> = self.settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let address = format!("http://127.0.0.1:{}", free_port());
        Self::launch(self.stores.clone(), self.issuer.clone(), address, &settings, &["serve"]).await
    }

    async fn launch(
        stores: Arc<Stores>,
        issuer: String,
        address: String,
        settings: &[(&str, &str)],
        command: &[&str],
    ) -> Self {
        let operations = format!("http://127.0.0.1:{}", free_port());
        let host = |url: &str| url.trim_start_matches("http://").to_owned();
        let mut all = stores.settings();
        all.push((setting::PUBLIC_URL.to_owned(), issuer.clone()));
        // All tests come from one address; those about limits turn them on.
        all.push((setting::LIMITS.to_owned(), "false".to_owned()));
        all.push((setting::LOG_FORMAT.to_owned(), "json".to_owned()));
        all.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        all.push((setting::LISTEN.to_owned(), host(&address)));
        all.push((setting::OPERATIONS.to_owned(), host(&operations)));
        let log = stores.data.path().with_extension(format!("{}.log", address.rsplit(':').next().unwrap_or_default()));
        let command: Vec<String> = command.iter().map(|part| (*part).to_owned()).collect();
        let process = Mutex::new(run(&log, &all, &command));
        let server = Self { issuer, address, operations, stores, settings: all, command, log, process };
        server.wait_until_ready().await;
        server
    }

    /// Ends it without a word, as a power cut does.
    pub fn kill(&self) {
        self.process().kill();
    }

    /// Asks it to end (SIGTERM) and waits.
    pub fn stop(&self) -> ExitStatus {
        self.process().end(Signal::TERM, Duration::from_secs(30))
    }

    /// Starts it again on the same data and addresses, and waits until it is ready.
    pub async fn restart(&self) {
        self.restart_unready();
        self.wait_until_ready().await;
    }

    /// Starts it again without waiting.
    pub fn restart_unready(&self) {
        let mut process = self.process();
        process.kill();
        *process = run(&self.log, &self.settings, &self.command);
    }

    pub async fn wait_until_ready(&self) {
        let http = super::platform::http();
        let url = format!("{}{READY}", self.operations);
        eventually("the wallet is ready", Duration::from_secs(60), async || {
            self.process().must_run();
            let answer = http.get(&url).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
    }

    /// Sends it a signal and does not wait.
    pub fn signal(&self, signal: Signal) {
        let pid = rustix::process::Pid::from_raw(self.pid().cast_signed()).expect("a process");
        rustix::process::kill_process(pid, signal).expect("a process that runs");
    }

    /// Waits until it has ended by itself, or after a signal; panics with its log after `limit`.
    pub fn ended(&self, limit: Duration) -> ExitStatus {
        self.process().ended(limit)
    }

    pub fn pid(&self) -> u32 {
        self.process().pid()
    }

    /// Everything it has written to its standard streams, over all its restarts.
    pub fn log(&self) -> String {
        self.process().log()
    }

    /// The log's lines that are JSON objects.
    pub fn log_lines(&self) -> Vec<Value> {
        self.log().lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Waits for the newest message to `address` after the first `seen` ones.
    pub async fn letter_to(&self, address: &str, seen: usize) -> Letter {
        eventually(&format!("a message to {address}"), Duration::from_secs(20), async || {
            let letters = self.stores.letters().into_iter().filter(|letter| letter.to.iter().any(|to| to == address));
            letters.skip(seen).last()
        })
        .await
    }

    /// Waits for the newest text message to `number` after the first `seen` ones.
    pub async fn text_to(&self, number: &str, seen: usize) -> Text {
        eventually(&format!("a text message to {number}"), Duration::from_secs(20), async || {
            self.stores.texts().into_iter().filter(|text| text.to == number).skip(seen).last()
        })
        .await
    }

    /// How many messages have gone to `address`.
    pub fn letters_to(&self, address: &str) -> usize {
        self.stores.letters().iter().filter(|letter| letter.to.iter().any(|to| to == address)).count()
    }

    /// Runs a subcommand with this server's configuration; gives its standard output, panics if it fails.
    pub fn cli(&self, args: &[&str]) -> String {
        let (is_success, out, error) = self.try_cli(args);
        assert!(is_success, "`social-wallet {}` failed:\n{out}\n{error}", args.join(" "));
        out
    }

    /// Runs a subcommand: whether it succeeded, what it wrote to the two streams.
    pub fn try_cli(&self, args: &[&str]) -> (bool, String, String) {
        self.try_cli_with(args, "")
    }

    /// The same with something on its standard input.
    pub fn try_cli_with(&self, args: &[&str], input: &str) -> (bool, String, String) {
        let mut command = Command::new(PROGRAM);
        command.args(args).envs(self.settings.clone());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        // A command that does not read its input may have closed it.
        let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
        let output = child.wait_with_output().expect("the program ends");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.success(), text(&output.stdout), text(&output.stderr))
    }

    /// Registers a platform as an operator does, through the command line.
    pub fn client(&self, client: &NewClient) -> Credentials {
        let key = client.method.has_key().then(super::platform::Key::generate);
        let mut args = vec!["client", "add", "--json", "--name", client.name, "--auth-method", client.method.name()];
        for uri in &client.redirect_uris {
            args.extend(["--redirect-uri", uri]);
        }
        for (name, value) in &client.options {
            // A flag has no value.
            args.extend([*name, *value].into_iter().filter(|arg| !arg.is_empty()));
        }
        let jwks = key.as_ref().map(super::platform::Key::jwks);
        if let Some(jwks) = &jwks {
            args.extend(["--jwks", jwks]);
        }
        let answer: Value = serde_json::from_str(&self.cli(&args)).expect("`client add --json` prints JSON");
        let text = |name: &str| answer[name].as_str().map(str::to_owned);
        Credentials {
            id: text("client_id").expect("a client_id"),
            secret: text("client_secret"),
            method: client.method,
            key,
        }
    }

    fn process(&self) -> MutexGuard<'_, Process> {
        self.process.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process().kill();
        if thread::panicking() {
            let log = self.log();
            let lines: Vec<_> = log.lines().collect();
            eprintln!("--- the end of the log of {}:", self.address);
            lines[lines.len().saturating_sub(60)..].iter().for_each(|line| eprintln!("{line}"));
        }
        let _ = std::fs::remove_file(&self.log);
    }
}

fn run(log: &Path, settings: &[(String, String)], command: &[String]) -> Process {
    let mut start = Start::new(Path::new(PROGRAM), log.to_owned()).args(command);
    start.env = settings.to_vec();
    Process::start(start)
}
