//! The command line as an operator uses it: the real binary, a fresh folder, nothing else in the environment.

mod accounts;
mod clients;

use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::parts::{Folder, Postgres};

const REDIRECT: &str = "https://orbitphotos.example/callback";
const PASSWORD: &str = "zanzibar-ferry-9";

/// A house that nothing was done to yet, and how the program is told of it.
struct House {
    folder: Folder,
    environment: Vec<(String, String)>,
}

/// What the program said and how it ended.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl House {
    fn embedded() -> Self {
        Self { folder: Folder::new("cli"), environment: Vec::new() }
    }

    /// One on each database.
    async fn both() -> [Self; 2] {
        let url = Postgres::shared().await.database().await;
        let environment = vec![("SW__DATABASE__URL".to_owned(), url)];
        [Self::embedded(), Self { folder: Folder::new("cli"), environment }]
    }

    fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    fn run(&self, arguments: &[&str]) -> Said {
        self.run_with(arguments, "")
    }

    fn run_with(&self, arguments: &[&str], input: &str) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_social-wallet"));
        command.env_clear().envs(self.environment.iter().cloned()).current_dir(self.folder.path()).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary runs");
        // One that does not read its input is no failure.
        let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
        Said::new(&child.wait_with_output().expect("the binary ends"))
    }

    /// Runs a command that must succeed; gives its standard output.
    fn does(&self, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!(said.code, 0, "{arguments:?}: {}", said.err);
        said.out
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let out = self.does(arguments);
        serde_json::from_str(&out).unwrap_or_else(|e| panic!("{arguments:?} prints no JSON ({e}):\n{out}"))
    }

    /// Runs a command that must fail with `code`; gives what it says of it.
    fn refuses(&self, code: i32, arguments: &[&str]) -> String {
        let said = self.run(arguments);
        assert_eq!((said.code, &*said.out), (code, ""), "{arguments:?}: {}", said.err);
        said.err
    }
}

impl Said {
    fn new(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("the binary prints UTF-8");
        Self { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

#[test]
fn the_embedded_default_needs_nothing_and_keeps_its_keys_to_itself() {
    let house = House::embedded();
    assert!(house.does(&["migrate"]).contains("sqlite is up to date"));
    let data = house.folder.join("data");
    assert_eq!((mode(&data), mode(&data.join("keys.json"))), (0o700, 0o600));
    assert_eq!(mode(&data.join("social-wallet.db")), 0o600);
    assert!(!house.does(&["migrate", "status"]).contains("pending"));
}

#[test]
fn security_r22_a_database_without_its_keys_is_refused() {
    let house = House::embedded();
    house.does(&["migrate"]);
    std::fs::remove_file(house.folder.join("data/keys.json")).expect("the key file");
    for command in [&["migrate"][..], &["client", "list"], &["admin", "setup-link"]] {
        assert!(house.refuses(2, command).contains("are gone"));
        assert!(!house.folder.join("data/keys.json").exists(), "no new keys were made in silence");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn security_r22_data_of_other_keys_is_refused() {
    for house in House::both().await {
        house.does(&["account", "create", "--email", "amina@mail.example"]);
        let generated = |house: &House| {
            let keys = house.json(&["key", "generate", "--json"]);
            let text = |name: &str| keys[name].as_str().expect("a text").to_owned();
            (text("master_keys"), text("pepper"))
        };
        let (master_keys, pepper) = generated(&house);
        let house = house.with("SW__SECRETS__MASTER_KEYS", master_keys).with("SW__SECRETS__PEPPER", pepper);
        let why = house.refuses(1, &["account", "list"]);
        assert!(why.contains("the database was made with other keys"), "{why}");
    }
}

#[test]
fn unknown_settings_are_refused_with_a_suggestion() {
    let house = House::embedded().with("SW__HTTP__LISTN", "127.0.0.1:1");
    for command in [&["config", "check"][..], &["client", "list"], &["healthcheck"]] {
        assert!(house.refuses(2, command).contains("Did you mean SW__HTTP__LISTEN?"));
    }
}

#[test]
fn production_lists_what_is_unsafe_and_how_to_mend_it() {
    let house = House::embedded().with("SW__MODE", "production");
    for command in [&["config", "check"][..], &["client", "list"]] {
        let list = house.refuses(2, command);
        for part in ["  1. ", "  2. ", "public_url", "smtp_url", "master_keys"] {
            assert!(list.contains(part), "{part} is missing in:\n{list}");
        }
    }
    assert!(!house.folder.join("data").exists(), "nothing was made");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_from_a_file_works_and_is_never_shown() {
    let url = Postgres::shared().await.database().await;
    let house = House::embedded().with("SW__DATABASE__URL_FILE", "url");
    std::fs::write(house.folder.join("url"), format!("{url}\n")).expect("a file");
    assert!(house.does(&["migrate"]).contains("postgres is up to date"));
    let shown = house.does(&["config", "show", "--origin"]);
    assert!(shown.contains("database.url = ") && shown.contains("SW__DATABASE__URL_FILE"), "{shown}");
    assert!(!shown.contains(&url), "the secret is shown");
}

#[test]
fn signing_keys_are_made_once_and_succeed_each_other() {
    let house = House::embedded();
    assert_eq!(house.json(&["key", "list", "--json"]), serde_json::json!([]));
    let first = house.json(&["key", "rotate", "--alg", "ES256", "--json", "--now"]);
    assert!(first["state"] == "published" && first["alg"] == "ES256" && first["kid"].is_string(), "{first}");
    let why = house.refuses(1, &["key", "rotate", "--alg", "ES256"]);
    assert!(why.contains("the newest key does not sign yet"), "{why}");
    house.does(&["key", "rotate", "--alg", "EdDSA"]);
    let list = house.json(&["key", "list", "--json"]);
    assert_eq!(list.as_array().map(Vec::len), Some(2), "{list}");
    assert!(list.to_string().find("\"d\"").is_none(), "a private half is shown");
    assert!(house.refuses(2, &["key", "rotate", "--alg", "HS256"]).contains("possible values: ES256"));
    assert!(house.refuses(2, &["key", "rotate"]).contains("--alg"));
}

#[test]
fn generated_keys_can_be_used_and_extended() {
    let house = House::embedded();
    let toml = house.does(&["key", "generate"]);
    std::fs::write(house.folder.join("social-wallet.toml"), &toml).expect("a file");
    house.does(&["account", "create", "--email", "amina@mail.example"]);
    house.does(&["key", "rotate", "--alg", "ES256"]);
    assert!(!house.folder.join("data/keys.json").exists(), "the configured keys are the ones");

    let next = house.json(&["key", "generate", "--next", "2", "--json"]);
    let next = next["master_key"].as_str().expect("a key").to_owned();
    let ring: toml::Table = toml.parse().expect("TOML");
    let old = ring["secrets"]["master_keys"].as_str().expect("the master keys");
    let house = house.with("SW__SECRETS__MASTER_KEYS", format!("{old},{next}"));
    let said = house.run(&["key", "rewrap"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("1 of 1 data keys and 1 signing keys wrapped anew"), "{}", said.out);
    assert!(said.err.contains("data keys looked at"), "progress: {}", said.err);
    assert!(house.does(&["key", "rewrap"]).contains("0 of 1 data keys and 0 signing keys"));

    // Nothing needs the first key any more.
    let house = house.with("SW__SECRETS__MASTER_KEYS", next);
    assert_eq!(house.json(&["account", "list", "--json"])["items"][0]["email"], "amina@mail.example");
    assert_eq!(house.json(&["key", "list", "--json"]).as_array().map(Vec::len), Some(1));
    assert!(house.refuses(2, &["key", "generate", "--next", "0"]).contains("1..=255"));
}

#[test]
fn a_setup_link_is_printed_with_how_long_it_works() {
    let house = House::embedded().with("SW__HTTP__PUBLIC_URL", "http://localhost:9999");
    let made = house.json(&["admin", "setup-link", "--json"]);
    assert_eq!(made["expires_in"], 1800);
    let url = made["url"].as_str().expect("a URL");
    assert!(url.strip_prefix("http://localhost:9999/setup/").is_some_and(|token| token.len() >= 43), "{url}");
    assert!(house.does(&["admin", "setup-link"]).trim() != url, "a new one each time");
}

#[test]
fn healthcheck_says_why_and_needs_neither_secrets_nor_a_database() {
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let house = House::embedded()
        .with("SW__MODE", "production")
        .with("SW__DATABASE__URL", "postgres://nobody@127.0.0.1:1/none")
        .with("SW__OPERATIONS__LISTEN", format!("0.0.0.0:{port}"));
    let why = house.refuses(1, &["healthcheck"]);
    assert!(why.contains(&format!("nobody answers at http://127.0.0.1:{port}/health/ready")), "{why}");
    assert!(!house.folder.join("data").exists(), "nothing was made");
    let off = House::embedded().with("SW__OPERATIONS__LISTEN", "");
    assert!(off.refuses(1, &["healthcheck"]).contains("operations.listen is not set"));
}

#[test]
fn the_command_line_says_what_it_knows() {
    let house = House::embedded();
    let help = house.does(&["--help"]);
    for part in [
        "Exit codes: 0 done",
        "client",
        "account",
        "key",
        "admin",
        "config",
        "migrate",
        "healthcheck",
        "serve",
        "demo",
        "doctor",
    ] {
        assert!(help.contains(part), "{part} is missing in:\n{help}");
    }
    assert!(house.refuses(2, &["cleint"]).contains("a similar subcommand exists: 'client'"));
    assert!(house.does(&["--version"]).starts_with("social-wallet "));
}

#[test]
fn the_docs_are_tables_and_pages() {
    let house = House::embedded();
    let tables = house.does(&["docs"]);
    for part in
        ["| `email` ", "| `authorization_code` ", "| `private_key_jwt` ", "| `POST /token` ", "| `redirect_uris` "]
    {
        assert!(tables.contains(part), "{part} is missing in:\n{tables}");
    }
    let list = house.does(&["docs", "--list"]);
    for name in list.lines().filter_map(|line| line.split_whitespace().next()) {
        let page = house.does(&["docs", name]);
        let title = page.lines().next().and_then(|line| line.strip_prefix("# ")).expect("a title");
        assert!(list.contains(title), "{name}: {title}");
    }
    assert!(list.lines().count() > 20, "{list}");
    assert!(house.refuses(2, &["docs", "dpopp"]).contains("a similar value exists: 'dpop'"));
}
