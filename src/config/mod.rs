//! What an operator may set: typed, complete, checked before anything starts.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use serde::Deserialize;
use url::Url;

use crate::base::{Seconds, Secret};

pub mod check;
pub mod folder;
pub mod linked;
pub mod load;
pub mod parties;
pub mod read;
pub mod secrets;
pub mod verification;

pub use check::{Problem, check};
pub use linked::LinkedProvider;
pub use load::{Loaded, Origin, Refused, Setting, load};
pub use parties::{Resource, SubjectIs, TrustedIssuer};
pub use read::{Publisher, Rate, sms_key};
pub use secrets::Keys;
pub use verification::{Service, TwoPerson, Verification};

/// Every setting with its default and a comment; read as the lowest layer of every configuration.
pub const DEFAULTS: &str = include_str!("../../config/wallet.toml");

/// The settings of a running house. `config/wallet.toml` describes each key and holds its default.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub mode: Mode,
    pub resources: Vec<Resource>,
    pub trusted_issuers: Vec<TrustedIssuer>,
    pub linked_providers: Vec<LinkedProvider>,
    pub http: Http,
    pub mtls: Mtls,
    pub attestation: Attestation,
    pub operations: Operations,
    pub operator: Operator,
    pub data: Data,
    pub database: Database,
    pub redis: Redis,
    #[serde(deserialize_with = "read::s3")]
    pub s3: Option<S3>,
    pub mail: Mail,
    pub sms: Sms,
    pub secrets: Secrets,
    pub tokens: Tokens,
    pub dpop: Dpop,
    pub sessions: Sessions,
    pub step_up: StepUp,
    pub verified_claims: VerifiedClaims,
    pub passwords: Passwords,
    pub codes: Codes,
    pub limits: Limits,
    pub media: Media,
    pub privacy: Privacy,
    /// By the names of `catalog::RETENTION`.
    #[serde(deserialize_with = "read::times")]
    pub retention: BTreeMap<String, Seconds>,
    pub verification: Verification,
    pub audit: Audit,
    pub keys: SigningKeys,
    pub outbound: Outbound,
    pub registration: Registration,
    pub ssf: Ssf,
    pub log: Log,
}

impl Default for Config {
    fn default() -> Self {
        toml::from_str(DEFAULTS).expect("the built-in settings are read by a test")
    }
}

impl Config {
    /// The issuer identifier: the public URL without a trailing slash (OIDC Discovery §3).
    pub fn issuer(&self) -> &str {
        self.http.public_url.as_str().trim_end_matches('/')
    }

    /// Where links to photos and videos begin.
    pub fn media_base(&self) -> &str {
        self.http.media_url.as_ref().unwrap_or(&self.http.public_url).as_str().trim_end_matches('/')
    }

    pub fn is_production(&self) -> bool {
        self.mode == Mode::Production
    }

    /// The embedded database.
    pub fn database_file(&self) -> PathBuf {
        self.data.dir.join("social-wallet.db")
    }

    /// Where mail is written when no SMTP server is set.
    pub fn outbox(&self) -> PathBuf {
        self.data.dir.join("outbox")
    }

    /// Where files are kept when no S3 bucket is set.
    pub fn blobs(&self) -> PathBuf {
        self.data.dir.join("blobs")
    }

    /// Where uploads lie while a worker has them.
    pub fn workbench(&self) -> PathBuf {
        self.data.dir.join("work")
    }

    /// Where generated keys are kept.
    pub fn key_file(&self) -> PathBuf {
        self.data.dir.join("keys.json")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Fills every gap by itself: generated keys, mail to a folder, plain http.
    Development,
    /// Refuses to start while [`check`] finds something unsafe.
    Production,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    pub listen: SocketAddr,
    pub public_url: Url,
    #[serde(deserialize_with = "read::optional")]
    pub media_url: Option<Url>,
    pub trusted_proxies: Vec<IpNet>,
    #[serde(deserialize_with = "read::seconds")]
    pub header_timeout: Seconds,
    #[serde(deserialize_with = "read::seconds")]
    pub body_timeout: Seconds,
    #[serde(deserialize_with = "read::seconds")]
    pub request_timeout: Seconds,
    #[serde(deserialize_with = "read::seconds")]
    pub idle_timeout: Seconds,
    #[serde(deserialize_with = "read::seconds")]
    pub drain_timeout: Seconds,
    #[serde(deserialize_with = "read::tls")]
    pub tls: Option<Tls>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// PEM: the certificate and its chain.
    pub certificate: PathBuf,
    /// PEM: its private key.
    pub key: PathBuf,
    /// An address beside `http.listen`; without one `http.listen` itself speaks TLS.
    #[serde(deserialize_with = "read::optional")]
    pub listen: Option<SocketAddr>,
}

/// Where clients show certificates, and how we hear of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mtls {
    #[serde(deserialize_with = "read::optional")]
    pub public_url: Option<Url>,
    #[serde(deserialize_with = "read::optional")]
    pub listen: Option<SocketAddr>,
    #[serde(deserialize_with = "read::optional")]
    pub header: Option<String>,
    /// PEM: whose word is taken for the names of certificates.
    #[serde(deserialize_with = "read::optional")]
    pub authorities: Option<PathBuf>,
}

impl Mtls {
    /// The address without a trailing slash, as endpoints begin.
    pub fn base(&self) -> Option<&str> {
        self.public_url.as_ref().map(|url| url.as_str().trim_end_matches('/'))
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    #[serde(deserialize_with = "read::optional")]
    pub attesters: Option<PathBuf>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operations {
    #[serde(deserialize_with = "read::optional")]
    pub listen: Option<SocketAddr>,
}

/// Who runs this wallet, as receipts of consent say it; what is empty is left out.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    pub name: String,
    pub address: String,
    pub contact: String,
    pub country: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    pub dir: PathBuf,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    #[serde(deserialize_with = "read::optional_secret")]
    pub url: Option<Secret<String>>,
    pub pool: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redis {
    #[serde(deserialize_with = "read::optional_secret")]
    pub url: Option<Secret<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3 {
    pub endpoint: String,
    pub region: String,
    pub bucket: String,
    pub access_key: Secret<String>,
    pub secret_key: Secret<String>,
    pub path_style: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    #[serde(deserialize_with = "read::optional_secret")]
    pub smtp_url: Option<Secret<String>>,
    pub from: String,
    /// Who tells of mail that came back signs with it.
    #[serde(deserialize_with = "read::optional_secret")]
    pub hook_secret: Option<Secret<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sms {
    pub gateway: SmsGateway,
    #[serde(deserialize_with = "read::optional")]
    pub url: Option<Url>,
    #[serde(deserialize_with = "read::optional_secret")]
    pub secret: Option<Secret<String>>,
    /// Calling codes, as `+49`; empty: all.
    pub allowed_countries: Vec<String>,
    /// How many wallets may have proven one number.
    pub wallets_per_number: u32,
    /// How long after a new SIM card no code counts.
    #[serde(deserialize_with = "read::seconds")]
    pub sim_hold: Seconds,
    /// From how many codes to a range of numbers within an hour …
    pub guard_sends: u32,
    /// … of which fewer than so many in a hundred come back …
    pub guard_answers: u32,
    /// … none go there for how long.
    #[serde(deserialize_with = "read::seconds")]
    pub guard_block: Seconds,
}

/// How text messages leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmsGateway {
    /// Not at all: numbers can be kept, and not proven.
    Off,
    /// To the outbox folder.
    Folder,
    /// To the operator's gateway.
    Http,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    #[serde(deserialize_with = "read::optional_secret")]
    pub master_keys: Option<Secret<String>>,
    #[serde(deserialize_with = "read::optional_secret")]
    pub pepper: Option<Secret<String>>,
}

/// Lifetimes of what the token endpoint and the authorization endpoint issue.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    #[serde(deserialize_with = "read::seconds")]
    pub code: Seconds,
    #[serde(deserialize_with = "read::seconds")]
    pub access: Seconds,
    #[serde(deserialize_with = "read::seconds")]
    pub id: Seconds,
    #[serde(deserialize_with = "read::seconds")]
    pub device_code: Seconds,
    #[serde(deserialize_with = "read::seconds")]
    pub backchannel: Seconds,
    #[serde(deserialize_with = "read::seconds")]
    pub refresh_idle: Seconds,
    #[serde(deserialize_with = "read::seconds")]
    pub refresh_absolute: Seconds,
    #[serde(deserialize_with = "read::seconds")]
    pub grace: Seconds,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dpop {
    /// Whether proofs need a nonce of ours (RFC 9449 §8).
    pub require_nonce: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sessions {
    #[serde(deserialize_with = "read::seconds")]
    pub idle: Seconds,
    #[serde(deserialize_with = "read::seconds")]
    pub absolute: Seconds,
    #[serde(deserialize_with = "read::seconds")]
    pub remembered: Seconds,
    #[serde(deserialize_with = "read::seconds")]
    pub fresh: Seconds,
    #[serde(deserialize_with = "read::seconds")]
    pub interaction: Seconds,
}

/// What a sign-in must have been for its tokens to read what is sensitive.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepUp {
    #[serde(deserialize_with = "read::optional")]
    pub acr: Option<String>,
    #[serde(deserialize_with = "read::optional_seconds")]
    pub max_age: Option<Seconds>,
}

/// What a sign-in must have been for who the person is by a document to be told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifiedClaims {
    #[serde(deserialize_with = "read::optional")]
    pub min_acr: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passwords {
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
    /// The shortest password, in characters.
    pub least: usize,
    /// Hashing threads; 0 means half of the cores.
    pub workers: usize,
    pub queue: usize,
    #[serde(deserialize_with = "read::seconds")]
    pub wait: Seconds,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Codes {
    #[serde(deserialize_with = "read::seconds")]
    pub lifetime: Seconds,
    /// How long the link beside the code of a mail can be confirmed.
    #[serde(deserialize_with = "read::seconds")]
    pub link_lifetime: Seconds,
    pub tries: u32,
    /// The shortest time between two codes to one address of a person.
    #[serde(deserialize_with = "read::seconds")]
    pub resend: Seconds,
}

/// Rates by rule; `config/wallet.toml` says by what each counts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub enabled: bool,
    pub token: Rate,
    pub introspect: Rate,
    pub par: Rate,
    pub revoke: Rate,
    pub userinfo: Rate,
    pub data_api: Rate,
    pub client_api: Rate,
    pub signals: Rate,
    pub media_read: Rate,
    pub media_link: Rate,
    pub client_document: Rate,
    pub backchannel: Rate,
    pub address: Rate,
    pub authorize: Rate,
    pub sign_in: Rate,
    pub sign_up: Rate,
    pub code_check: Rate,
    pub register: Rate,
    pub user_code: Rate,
    pub code_send: Rate,
    pub recovery: Rate,
    pub code_send_day: Rate,
    pub code_send_account: Rate,
    pub sms: Rate,
    pub sms_send: Rate,
    pub sms_send_hour: Rate,
    pub sms_send_day: Rate,
    pub sms_prefix: Rate,
    /// The most mail addresses and phone numbers of one person.
    pub emails: usize,
    pub phones: usize,
    pub upload: Rate,
    pub link: Rate,
    pub badge_issue: Rate,
    /// Wrong passwords in a row before an account asks for more proof.
    pub password_failures: u32,
}

/// Photos and videos.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Media {
    pub scanner: Scanner,
    #[serde(deserialize_with = "read::optional")]
    pub clamd: Option<String>,
    pub workers: usize,
    #[serde(deserialize_with = "read::seconds")]
    pub worker_time: Seconds,
    pub photo_bytes: u64,
    pub video_bytes: u64,
    #[serde(deserialize_with = "read::seconds")]
    pub video_length: Seconds,
    pub photos: u32,
    pub videos: u32,
    pub total_bytes: u64,
    #[serde(deserialize_with = "read::seconds")]
    pub upload_time: Seconds,
    #[serde(deserialize_with = "read::seconds")]
    pub trash: Seconds,
}

/// What a person can take along, bring, and have deleted.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Privacy {
    #[serde(deserialize_with = "read::seconds")]
    pub export_every: Seconds,
    #[serde(deserialize_with = "read::seconds")]
    pub export_kept: Seconds,
    pub export_bytes: u64,
    pub import_bytes: u64,
    pub import_files: usize,
    #[serde(deserialize_with = "read::seconds")]
    pub grace: Seconds,
    #[serde(deserialize_with = "read::seconds")]
    pub fast_grace: Seconds,
    #[serde(deserialize_with = "read::seconds")]
    pub tombstone: Seconds,
    #[serde(deserialize_with = "read::seconds")]
    pub verify_after: Seconds,
}

/// Who looks at an upload before anything else does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scanner {
    /// Our own file check.
    Builtin,
    /// The ClamAV daemon.
    Clamd,
}

/// The trail: what is made of it beside its rows.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    #[serde(deserialize_with = "read::optional")]
    pub checkpoint_folder: Option<PathBuf>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigningKeys {
    /// A JWS algorithm name (RFC 7518 §3.1).
    pub default_alg: String,
    #[serde(deserialize_with = "read::seconds")]
    pub rotate_after: Seconds,
    #[serde(deserialize_with = "read::seconds")]
    pub publish_before: Seconds,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outbound {
    /// `host:port` pairs that may be fetched although they are private or plain http.
    pub allow: Vec<String>,
    /// PEM: certificates that are trusted beside the usual ones, for these pairs alone.
    #[serde(deserialize_with = "read::optional")]
    pub extra_ca: Option<PathBuf>,
}

/// How clients may come by themselves.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    pub mode: RegistrationMode,
    /// Whether a client may be named by the URL of its own document.
    pub metadata_documents: bool,
    pub software_statements: Vec<Publisher>,
}

/// Who may register a client at `/register`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RegistrationMode {
    /// Nobody: there is no such endpoint.
    Off,
    /// Who has an initial access token.
    Token,
    /// Anybody.
    Open,
}

/// Security events for platforms (Shared Signals Framework).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ssf {
    pub enabled: bool,
    /// The shortest time between two verifications of one stream.
    #[serde(deserialize_with = "read::seconds")]
    pub verify_every: Seconds,
    /// How much may wait for a receiver before its stream is paused.
    pub pending: u32,
    #[serde(deserialize_with = "read::seconds")]
    pub pending_time: Seconds,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub format: LogFormat,
    pub level: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Auto,
    Json,
    Pretty,
}
