//! The files of `config/deploy` are true to the program: settings, ports, commands, rights.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use social_wallet::config::Config;

use crate::support::parts::Folder;
use crate::support::server::PROGRAM;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The text without the lines that are comments.
fn said(name: &str) -> String {
    let text = text(name);
    text.lines().filter(|line| !line.trim_start().starts_with('#')).collect::<Vec<_>>().join("\n")
}

fn run(folder: &Path, environment: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.env_clear().envs(environment.iter().copied()).current_dir(folder).args(arguments);
    command.output().expect("the program runs")
}

/// Every setting, as the program itself lists them.
fn settings() -> BTreeSet<String> {
    let folder = Folder::new("deploy");
    let output = run(folder.path(), &[], &["config", "show"]);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().filter_map(|line| Some(line.split_once(" = ")?.0.to_owned())).collect()
}

/// The variables that a text names.
fn variables(text: &str) -> Vec<String> {
    let parts = text.split("SW__").skip(1);
    let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    parts.map(|rest| rest.chars().take_while(|c| is_part(*c)).collect()).collect()
}

/// The words of a JSON list that follows `after`.
fn list_after(text: &str, after: &str) -> Vec<String> {
    let (_, rest) = text.split_once(after).unwrap_or_else(|| panic!("no {after}"));
    let start = rest.find('[').expect("a list");
    let end = rest.find(']').expect("its end");
    serde_json::from_str(&rest[start..=end]).expect("a JSON list")
}

/// That the program knows a command: asks for its help.
fn is_known(arguments: &[&str]) -> bool {
    let folder = Folder::new("deploy");
    run(folder.path(), &[], &[arguments, &["--help"]].concat()).status.success()
}

#[test]
fn every_variable_is_a_setting() {
    let settings = settings();
    for name in [
        "Dockerfile",
        "config/deploy/compose.yaml",
        "config/deploy/social-wallet.service",
        "config/production.example.toml",
    ] {
        let named = variables(&text(name));
        assert!(!named.is_empty(), "{name} names none");
        for variable in named {
            let key = variable.to_lowercase().replace("__", ".");
            let is_file = key.strip_suffix("_file").is_some_and(|key| settings.contains(key));
            assert!(is_file || settings.contains(&key), "{name}: SW__{variable} is no setting");
        }
    }
}

#[test]
fn the_ports_are_those_of_the_defaults() {
    let config = Config::default();
    let public = config.http.listen.port().to_string();
    let operations = config.operations.listen.expect("a default").port().to_string();
    let docker = said("Dockerfile");
    assert!(docker.contains(&format!("EXPOSE {public}")) && docker.contains(&format!("0.0.0.0:{public}")));
    let compose = said("config/deploy/compose.yaml");
    for part in
        [format!("\"127.0.0.1:{public}:{public}\""), format!("0.0.0.0:{operations}"), format!("- \"{operations}\"")]
    {
        assert!(compose.contains(&part), "compose.yaml lacks {part}");
    }
    assert!(!compose.contains(&format!(":{operations}\"")), "the operations listener is published");
    assert!(said("config/deploy/nginx.conf").contains(&format!("server {};", config.http.listen)));
}

#[test]
fn the_image_runs_what_there_is_and_not_as_root() {
    let docker = said("Dockerfile");
    let program = "/usr/local/bin/social-wallet";
    let health = list_after(&docker, "HEALTHCHECK");
    assert!(health[0] == program && is_known(&[&health[1]]), "{health:?}");
    assert_eq!(list_after(&docker, "ENTRYPOINT"), [program]);
    let command = list_after(&docker, "\nCMD");
    assert!(is_known(&command.iter().map(String::as_str).collect::<Vec<_>>()), "{command:?}");
    assert!(docker.contains(&format!("/out/social-wallet {program}")), "it is not copied there");
    let user = docker.lines().filter_map(|line| line.strip_prefix("USER ")).next_back().expect("a user");
    assert!(user.split(':').all(|id| id.parse::<u32>().is_ok_and(|id| id > 0)), "{user}: not by number, or root");
    assert!(docker.contains(&format!("--chown={user}")), "/data is not its own");
    let version = env!("CARGO_PKG_RUST_VERSION");
    assert!(docker.contains(&format!("FROM rust:{version}-")), "another compiler than Cargo.toml asks for");
}

#[test]
fn compose_hands_over_every_secret_it_names() {
    let compose = said("config/deploy/compose.yaml");
    let (services, rest) = compose.split_once("\nsecrets:\n").expect("the secrets");
    let (declared, _) = rest.split_once("\nvolumes:\n").expect("the volumes");
    for service in services.split("\n\n") {
        let named = service.split("/run/secrets/").skip(1);
        for secret in named.map(|rest| {
            rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_' || c.is_ascii_digit()).collect::<String>()
        }) {
            assert!(
                service.contains(&format!("- {secret}\n")) || service.ends_with(&format!("- {secret}")),
                "{secret} is not given to:\n{service}"
            );
            assert!(
                declared.contains(&format!("  {secret}:\n    file: ./secrets/{secret}")),
                "{secret} is not declared"
            );
            assert!(
                text("config/deploy/compose.yaml").contains(&format!("> {secret}")),
                "nobody is told how to make {secret}"
            );
        }
    }
    for hard in ["read_only: true", "cap_drop:", "no-new-privileges:true"] {
        assert!(compose.contains(hard), "{hard} is missing");
    }
}

#[test]
fn the_service_starts_what_there_is() {
    let service = said("config/deploy/social-wallet.service");
    let start = service.lines().find_map(|line| line.strip_prefix("ExecStart=")).expect("ExecStart");
    let arguments: Vec<&str> = start.split(' ').skip(1).collect();
    assert!(is_known(&arguments), "{arguments:?}");
    let credentials: Vec<&str> =
        service.lines().filter_map(|l| l.strip_prefix("LoadCredential=")?.split(':').next()).collect();
    for file in service.split("%d/").skip(1).filter_map(|rest| rest.lines().next()) {
        assert!(credentials.contains(&file), "{file} is no credential");
    }
    let seconds: i64 = service.lines().find_map(|l| l.strip_prefix("TimeoutStopSec=")?.parse().ok()).expect("a number");
    assert!(seconds > Config::default().http.drain_timeout.0 + 45, "killed before it has ended");
}

#[test]
fn the_production_example_is_fit_for_production() {
    let folder = Folder::new("deploy");
    let example = path("config/production.example.toml");
    let key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for (name, value) in
        [("keys", format!("1:{key}")), ("pepper", key.to_owned()), ("smtp", "smtps://u:p@mail.example.org".to_owned())]
    {
        std::fs::write(folder.join(name), value).expect("a file");
    }
    let secrets = [
        ("SW__SECRETS__MASTER_KEYS_FILE", "keys"),
        ("SW__SECRETS__PEPPER_FILE", "pepper"),
        ("SW__MAIL__SMTP_URL_FILE", "smtp"),
    ];
    let arguments = ["--config", example.to_str().expect("UTF-8"), "config", "check"];
    let output = run(folder.path(), &secrets, &arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let without = run(folder.path(), &secrets[..2], &arguments);
    assert_eq!(without.status.code(), Some(2), "it says nothing about mail");
}
