//! The command line as an operator uses it: the real binary, a fresh folder, nothing else in the environment.

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

#[tokio::test(flavor = "multi_thread")]
async fn a_client_from_its_registration_to_its_end() {
    for house in House::both().await {
        let made = house.json(&["client", "add", "--json", "--name", "Orbit Photos", "--redirect-uri", REDIRECT]);
        let id = made["client_id"].as_str().expect("client_id");
        let secret = made["client_secret"].as_str().expect("client_secret");
        assert!(secret.len() >= 43 && made["issuer"] == "http://localhost:8080", "{made}");

        let shown = house.json(&["client", "show", id, "--json"]);
        let expected = serde_json::json!({
            "client_id": id,
            "client_name": "Orbit Photos",
            "redirect_uris": [REDIRECT],
            "token_endpoint_auth_method": "client_secret_basic",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "response_modes": ["query", "form_post"],
            "scope": "address email offline_access openid phone profile",
            "id_token_signed_response_alg": "ES256",
            "id_token_claims": "granted",
            "subject_type": "pairwise",
            "application_type": "web",
            "require_pkce": true,
            "is_disabled": false,
            "domain_verified_at": null,
        });
        for (name, value) in expected.as_object().expect("members") {
            assert_eq!(&shown[name], value, "{name}");
        }
        let words = house.does(&["client", "show", id]);
        for part in [REDIRECT, "http://localhost:8080/.well-known/openid-configuration", "/token", "/userinfo", "/jwks"]
        {
            assert!(words.contains(part), "{part} is missing in:\n{words}");
        }
        assert!(!words.contains(secret) && !shown.to_string().contains(secret), "the secret is shown again");

        house.does(&["client", "verify-domain", id]);
        house.does(&["client", "disable", id]);
        house.does(&[
            "client",
            "update",
            id,
            "--name",
            "Orbit",
            "--no-pkce",
            "--policy-uri",
            "https://orbit.example/p",
        ]);
        let list = house.json(&["client", "list", "--json"]);
        let [client] = &list.as_array().expect("a list")[..] else { panic!("{list}") };
        assert!(client["is_disabled"] == true && client["domain_verified_at"].is_string(), "{client}");
        assert!(client["client_name"] == "Orbit" && client["policy_uri"] == "https://orbit.example/p");
        assert!(client["require_pkce"] == false && client["redirect_uris"][0] == REDIRECT, "the rest stays: {client}");
        house.does(&["client", "enable", id]);
        house.does(&["client", "unverify-domain", id]);
        house.does(&["client", "update", id, "--policy-uri", "", "--pkce"]);
        let shown = house.json(&["client", "show", id, "--json"]);
        assert!(shown["is_disabled"] == false && shown["domain_verified_at"].is_null(), "{shown}");
        assert!(shown["policy_uri"].is_null() && shown["require_pkce"] == true, "{shown}");

        let again = house.json(&["client", "rotate-secret", id, "--json"]);
        assert!(again["client_id"] == id && again["client_secret"].as_str().is_some_and(|new| new != secret));
        assert!(house.does(&["client", "list"]).contains(id));
        house.does(&["client", "remove", id]);
        for verb in ["show", "remove", "enable", "disable", "verify-domain", "unverify-domain", "rotate-secret"] {
            let why = house.refuses(1, &["client", verb, id]);
            assert!(why.contains(&format!("there is no client {id}; `client list`")), "{verb}: {why}");
        }
    }
}

#[test]
fn every_option_of_a_client_is_kept() {
    let house = House::embedded();
    let add = [
        "client",
        "add",
        "--name",
        "Orbit",
        "--client-id",
        "orbit",
        "--auth-method",
        "none",
        "--redirect-uri",
        "http://127.0.0.1/callback",
        "--redirect-uri",
        "com.example.orbit:/callback",
        "--application-type",
        "native",
        "--post-logout-redirect-uri",
        "https://orbit.example/",
        "--scope",
        "openid email",
        "--grant-type",
        "authorization_code",
        "--response-mode",
        "query",
        "--id-token-alg",
        "RS256",
        "--id-token-claims",
        "protocol",
        "--subject-type",
        "public",
        "--cors-origin",
        "https://orbit.example",
        "--cors-origin",
        "http://localhost:3000",
        "--purpose",
        "email=To send your albums",
        "--essential",
        "email",
        "--recommended",
        "name",
        "--client-uri",
        "https://orbit.example/",
        "--tos-uri",
        "https://orbit.example/terms",
        "--contact",
        "dev@orbit.example",
        "--domain-verified",
        "--legacy-assertion-aud",
        "--json",
    ];
    let made = house.json(&add);
    assert!(made["client_id"] == "orbit" && made.get("client_secret").is_none(), "{made}");
    let shown = house.json(&["client", "show", "orbit", "--json"]);
    let expected = serde_json::json!({
        "token_endpoint_auth_method": "none",
        "redirect_uris": ["http://127.0.0.1/callback", "com.example.orbit:/callback"],
        "application_type": "native",
        "post_logout_redirect_uris": ["https://orbit.example/"],
        "scope": "email openid",
        "grant_types": ["authorization_code"],
        "response_modes": ["query"],
        "id_token_signed_response_alg": "RS256",
        "id_token_claims": "protocol",
        "subject_type": "public",
        "cors_origins": ["https://orbit.example", "http://localhost:3000"],
        "purposes": { "email": "To send your albums" },
        "essential_claims": ["email"],
        "recommended_claims": ["name"],
        "client_uri": "https://orbit.example/",
        "tos_uri": "https://orbit.example/terms",
        "contacts": ["dev@orbit.example"],
        "legacy_assertion_aud": true,
    });
    for (name, value) in expected.as_object().expect("members") {
        assert_eq!(&shown[name], value, "{name}");
    }
    assert!(shown["domain_verified_at"].is_string());
    assert!(house.refuses(1, &add).contains("a client has this identifier already"), "made twice");
}

#[test]
fn clients_that_cannot_work_are_refused_with_the_reason() {
    let house = House::embedded();
    let add = |more: &[&str]| {
        let mut all = vec!["client", "add", "--name", "Orbit"];
        all.extend(more);
        house.run(&all)
    };
    let redirect = ["--redirect-uri", REDIRECT];
    // What the parser of the command line knows, then what the registration's rules say.
    for (code, more, why) in [
        (2, &["--auth-method", "client_secret_jwt"][..], "possible values: none, client_secret_basic"),
        (2, &["--grant-type", "password"], "possible values: authorization_code"),
        (2, &["--jwks", "{", "--jwks-uri", "https://a.example/jwks"], "cannot be used with"),
        (2, &["--jwks", "{"], "--jwks is not JSON"),
        (2, &["--purpose", "phone_number"], "write it as claim=text"),
        (2, &["--scope", "openid\u{e9}"], "--scope"),
        (1, &["--scope", "openid everything"], "scope has one that is not supported"),
        (1, &["--essential", "shoe_size"], "names a claim that is not supported"),
        (1, &["--redirect-uri", "http://orbit.example/cb"], "must use https"),
        (1, &["--redirect-uri", "https://orbit.example/#x"], "must not have a fragment"),
        (1, &["--auth-method", "private_key_jwt"], "needs jwks or jwks_uri"),
        (1, &["--jwks", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}"], "not a JWK Set of public keys"),
        (1, &["--cors-origin", "https://orbit.example/"], "not an origin"),
        (1, &["--policy-uri", "javascript:alert(1)"], "must be https URLs"),
        (1, &["--auth-method", "none", "--grant-type", "client_credentials"], "without credentials"),
    ] {
        let said = add(&[&redirect[..], more].concat());
        assert!(said.code == code && said.err.contains(why), "{more:?} ended {} with: {}", said.code, said.err);
        assert_eq!(said.out, "");
    }
    let without = add(&[]);
    assert!(without.code == 1 && without.err.contains("redirect_uris is needed"), "{}", without.err);
    assert_eq!(house.json(&["client", "list", "--json"]), serde_json::json!([]), "none was kept");
    assert!(house.refuses(2, &["client", "add"]).contains("--name"));
    assert!(house.refuses(1, &["client", "update", "x", "--name", "y"]).contains("there is no client x"));
}

#[test]
fn a_client_for_itself_needs_no_redirect_uri() {
    let house = House::embedded();
    let made = house.json(&["client", "add", "--json", "--name", "Nightly", "--grant-type", "client_credentials"]);
    let shown = house.json(&["client", "show", made["client_id"].as_str().expect("an id"), "--json"]);
    assert_eq!((&shown["response_types"], &shown["scope"]), (&serde_json::json!([]), &serde_json::json!("")));
}

#[test]
fn secrets_come_from_the_standard_input() {
    let house = House::embedded();
    let add = ["client", "add", "--json", "--name", "Suite", "--redirect-uri", REDIRECT, "--secret-stdin"];
    let given = "a-secret-that-the-suite-was-configured-with";
    let said = house.run_with(&add, &format!("{given}\r\n"));
    let made: Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(made["client_secret"], given);
    for (input, why) in [("", "holds no client secret"), ("short\n", "at least 32 characters")] {
        let said = house.run_with(&add, input);
        assert!(said.code == 2 && said.err.contains(why), "{}", said.err);
    }
    let create = ["account", "create", "--email", "amina@mail.example", "--password-stdin"];
    for (input, code, why) in [
        ("", 2, "holds no password"),
        ("tiny-9\n", 1, "password: That password is too short"),
        ("12345678901\n", 1, "password: That password is easy to guess"),
        ("zanzibar-ferry-9\n", 0, ""),
    ] {
        let said = house.run_with(&create, input);
        assert!(said.code == code && said.err.contains(why), "{input:?}: {} {}", said.code, said.err);
        assert!(input.is_empty() || !said.err.contains(input.trim()), "the password is repeated");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_from_its_beginning_to_its_end() {
    for house in House::both().await {
        let create = [
            "account",
            "create",
            "--email",
            "Amina@Mail.example",
            "--name",
            "Amina Yusuf",
            "--password-stdin",
            "--locale",
            "ar",
            "--value",
            "phone_number=+49 151 12345678",
            "--value",
            "birthdate=1990-04-01",
            "--json",
        ];
        let said = house.run_with(&create, PASSWORD);
        assert_eq!(said.code, 0, "{}", said.err);
        let made: Value = serde_json::from_str(&said.out).expect("JSON");
        let id = made["account_id"].as_str().expect("account_id");
        assert!(id.starts_with("acc_") && made["email"] == "Amina@mail.example", "{made}");
        let twice = house.run_with(&create, PASSWORD);
        assert!(twice.code == 1 && twice.err.contains("has a wallet already"), "{}", twice.err);

        let shown = house.json(&["account", "show", "amina@mail.example", "--json"]);
        assert!(shown["account_id"] == id && shown["state"] == "active" && shown["role"] == "person", "{shown}");
        assert!(shown["email_verified_at"].is_string() && shown["locale"] == "ar" && shown["sessions"] == 0);
        assert!(!shown.to_string().contains("1990") && !shown.to_string().contains("4915"), "the wallet stays shut");

        assert!(house.does(&["account", "role", id, "operator"]).contains("is now operator"));
        assert!(house.does(&["account", "role", id, "operator"]).contains("was already operator"));
        assert!(house.does(&["account", "lock", "amina@mail.example"]).contains("is locked"));
        assert!(house.does(&["account", "lock", id]).contains("was locked already"));
        let list = house.json(&["account", "list", "--json"]);
        assert!(list["next"].is_null() && list["items"][0]["account_id"] == id, "{list}");
        assert!(list["items"][0]["state"] == "suspended" && list["items"][0]["role"] == "operator", "{list}");
        assert!(house.does(&["account", "unlock", id]).contains("is unlocked"));
        assert!(house.does(&["account", "list"]).contains("active"));

        house.does(&["account", "create", "--email", "second@mail.example"]);
        let page = house.json(&["account", "list", "--json", "--most", "1"]);
        assert_eq!(page["items"][0]["email"], "second@mail.example", "newest first");
        let next = page["next"].as_str().expect("there is more");
        assert_eq!(house.json(&["account", "list", "--json", "--after", next])["items"][0]["account_id"], id);

        assert!(house.does(&["account", "delete", id]).contains("is deleted"));
        for command in [&["show", id][..], &["lock", id], &["unlock", id], &["delete", id], &["role", id, "person"]] {
            let why = house.refuses(1, &[&["account"][..], command].concat());
            assert!(why.contains(&format!("there is no account {id}")), "{command:?}: {why}");
        }
        assert!(house.refuses(1, &["account", "show", "amina@mail.example"]).contains("there is no account"));
    }
}

#[test]
fn accounts_that_cannot_be_are_refused_with_the_reason() {
    let house = House::embedded();
    for (code, more, why) in [
        (1, &["--email", "no address"][..], "email: Enter an email address"),
        (1, &["--email", "a@mail.example", "--value", "birthdate=yesterday"], "birthdate: Enter a real date"),
        (2, &["--email", "a@mail.example", "--value", "sub=x"], "nobody types that"),
        (2, &["--email", "a@mail.example", "--value", "name"], "write it as claim=text"),
        (2, &["--email", "a@mail.example", "--role", "king"], "possible values: person, operator"),
        (2, &["--email", "a@mail.example", "--locale", "tlh"], "possible values: en, ar"),
        (2, &[], "--email"),
    ] {
        let said = house.refuses(code, &[&["account", "create"][..], more].concat());
        assert!(said.contains(why), "{more:?}: {said}");
    }
    assert_eq!(house.json(&["account", "list", "--json"])["items"], serde_json::json!([]), "none was kept");
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
    assert!(house.does(&["docs"]).contains("| `email` "));
}
