//! The provider under test: the real program on a fresh data folder, with TLS of its own.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Certificate;
use serde_json::Value;
use tempfile::TempDir;

use crate::Result;
use crate::certificates::Authority;
use crate::plans::fill_text;
use crate::suite::Suite;

const PROGRAM: &str = env!("CARGO_BIN_EXE_social-wallet");

/// A running provider; killed when dropped.
pub struct House {
    pub issuer: String,
    /// Where it would listen for clients with certificates; the plan's settings say so.
    pub mtls_url: String,
    pub authority: Authority,
    pub log: PathBuf,
    settings: BTreeMap<String, String>,
    process: Child,
    folder: TempDir,
}

impl House {
    /// Starts it with settings of the plan's own, and waits until it is ready.
    pub async fn start(
        suite: &Suite,
        suite_authority: Option<&Path>,
        own: &BTreeMap<String, String>,
        log: PathBuf,
    ) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("social-wallet-conformance-").tempdir()?;
        let authority = Authority::new()?;
        let listener = authority.listener()?;
        let place = |name: &str| folder.path().join(name).display().to_string();
        fs::write(place("certificate.pem"), &listener.certificate)?;
        fs::write(place("key.pem"), &listener.key)?;
        // What the provider fetches is signed by the suite's authority.
        let suite_pem = suite_authority.map(fs::read_to_string).transpose()?.unwrap_or_default();
        fs::write(place("authorities.pem"), suite_pem)?;
        fs::write(place("clients.pem"), authority.pem()?)?;
        let (port, operations, mtls) = (free_port()?, free_port()?, free_port()?);
        let issuer = format!("https://localhost:{port}");
        let mtls_url = format!("https://localhost:{mtls}");
        let suite_host = format!(
            "{}:{}",
            suite.base.host_str().unwrap_or_default(),
            suite.base.port_or_known_default().unwrap_or_default()
        );
        let mut settings: BTreeMap<String, String> = [
            ("SW__HTTP__PUBLIC_URL", issuer.clone()),
            ("SW__HTTP__LISTEN", format!("127.0.0.1:{port}")),
            ("SW__HTTP__TLS__CERTIFICATE", place("certificate.pem")),
            ("SW__HTTP__TLS__KEY", place("key.pem")),
            ("SW__OPERATIONS__LISTEN", format!("127.0.0.1:{operations}")),
            ("SW__DATA__DIR", place("data")),
            ("SW__OUTBOUND__ALLOW", suite_host),
            // One address plays all people and all clients.
            ("SW__LIMITS__ENABLED", "false".to_owned()),
            ("SW__LOG__FORMAT", "json".to_owned()),
            ("SW__LOG__LEVEL", "info,social_wallet=debug".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        let names = [
            ("authorities", place("authorities.pem")),
            ("client_authorities", place("clients.pem")),
            ("mtls_listen", format!("127.0.0.1:{mtls}")),
            ("mtls_url", mtls_url.clone()),
        ];
        let names = names.each_ref().map(|(name, value)| (*name, value.as_str()));
        settings.extend(own.iter().map(|(name, value)| (name.clone(), fill_text(value, &names))));
        let file = File::create(&log)?;
        let process = Command::new(PROGRAM)
            .arg("serve")
            .envs(&settings)
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()?;
        let mut house = Self { issuer, mtls_url, authority, log, settings, process, folder };
        house.wait_until_ready(operations).await?;
        Ok(house)
    }

    async fn wait_until_ready(&mut self, operations: u16) -> Result<()> {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2)).build()?;
        let url = format!("http://127.0.0.1:{operations}/health/ready");
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(60) {
            if self.process.try_wait()?.is_some() {
                return Err(format!("the provider ended: {}", fs::read_to_string(&self.log)?).into());
            }
            if http.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err("the provider does not become ready".into())
    }

    /// Runs a subcommand that prints JSON, with something on its standard input.
    pub fn command(&self, args: &[&str], input: &str) -> Result<Value> {
        let mut command = Command::new(PROGRAM);
        command.args(args).envs(&self.settings);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        // A command that does not read its input may have closed it.
        let _ = child.stdin.take().ok_or("no standard input")?.write_all(input.as_bytes());
        let output = child.wait_with_output()?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(format!("`social-wallet {}`: {words}", args.join(" ")).into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// The authority that signed its listener's certificate.
    pub fn certificate(&self) -> Result<Certificate> {
        Ok(Certificate::from_pem(self.authority.pem()?.as_bytes())?)
    }

    /// A place for a file that goes with the run.
    pub fn scratch(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
