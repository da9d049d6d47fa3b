//! The command line as an operator uses it: the real binary, a fresh folder, nothing else in the environment.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::parts::{Folder, Postgres};

fn social_wallet(folder: &Path, environment: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_social-wallet"));
    command.env_clear().envs(environment.iter().copied()).current_dir(folder).args(arguments);
    command.output().expect("the binary runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the binary prints UTF-8")
}

#[test]
fn the_embedded_default_needs_nothing_and_keeps_its_keys_to_itself() {
    let folder = Folder::new("cli");
    let out = social_wallet(folder.path(), &[], &["migrate"]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert!(text(&out.stdout).contains("sqlite is up to date"), "{}", text(&out.stdout));
    let mode = |name: &str| std::fs::metadata(folder.join(name)).expect(name).permissions().mode() & 0o777;
    assert_eq!((mode("data"), mode("data/keys.json")), (0o700, 0o600));
    let status = social_wallet(folder.path(), &[], &["migrate", "status"]);
    assert!(!text(&status.stdout).contains("pending"), "{}", text(&status.stdout));
}

#[test]
fn security_r22_a_database_without_its_keys_is_refused() {
    let folder = Folder::new("cli");
    assert!(social_wallet(folder.path(), &[], &["migrate"]).status.success());
    std::fs::remove_file(folder.join("data/keys.json")).expect("the key file");
    let out = social_wallet(folder.path(), &[], &["migrate"]);
    assert_eq!(out.status.code(), Some(2), "{}", text(&out.stderr));
    assert!(!folder.join("data/keys.json").exists(), "no new keys were made in silence");
}

#[test]
fn unknown_settings_are_refused_with_a_suggestion() {
    let folder = Folder::new("cli");
    let out = social_wallet(folder.path(), &[("SW__HTTP__LISTN", "127.0.0.1:1")], &["config", "check"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("Did you mean SW__HTTP__LISTEN?"), "{}", text(&out.stderr));
}

#[test]
fn production_lists_what_is_unsafe_and_how_to_mend_it() {
    let folder = Folder::new("cli");
    let out = social_wallet(folder.path(), &[("SW__MODE", "production")], &["config", "check"]);
    assert_eq!(out.status.code(), Some(2));
    let list = text(&out.stderr);
    for part in ["  1. ", "  2. ", "public_url", "smtp_url", "master_keys"] {
        assert!(list.contains(part), "{part} is missing in:\n{list}");
    }
    assert!(!folder.join("data").exists(), "nothing was made");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_from_a_file_works_and_is_never_shown() {
    let folder = Folder::new("cli");
    let url = Postgres::shared().await.database().await;
    std::fs::write(folder.join("url"), format!("{url}\n")).expect("a file");
    let environment = [("SW__DATABASE__URL_FILE", "url")];
    let out = social_wallet(folder.path(), &environment, &["migrate"]);
    assert!(text(&out.stdout).contains("postgres is up to date"), "{}{}", text(&out.stdout), text(&out.stderr));
    let shown = text(&social_wallet(folder.path(), &environment, &["config", "show", "--origin"]).stdout);
    assert!(shown.contains("database.url = ") && shown.contains("SW__DATABASE__URL_FILE"), "{shown}");
    assert!(!shown.contains(&url), "the secret is shown");
}
