//! `doctor`: every part looked at, what is wrong told with how to mend it, nothing changed.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::Value;

use crate::support::parts::{Folder, free_port};
use crate::support::server::{Backend, PROGRAM, Server, Stores, setting};

/// What the doctor says in a folder of its own: its exit code and findings.
fn doctor(folder: &Folder, settings: &[(&str, &str)]) -> (i32, Vec<Value>) {
    let mut command = Command::new(PROGRAM);
    command.env_clear().envs(settings.iter().copied()).current_dir(folder.path()).args(["doctor", "--json"]);
    let output = command.output().expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let found = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("no JSON ({error}): {said}"));
    (output.status.code().unwrap_or(-1), found)
}

fn migrate(folder: &Folder) {
    let mut command = Command::new(PROGRAM);
    let output = command.env_clear().current_dir(folder.path()).arg("migrate").output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// How a part stands, and what is said of it.
fn part<'a>(found: &'a [Value], name: &str) -> (&'a str, String) {
    let finding = found.iter().find(|finding| finding["part"] == name);
    let finding = finding.unwrap_or_else(|| panic!("nothing of {name} in {found:?}"));
    (finding["state"].as_str().expect("a state"), format!("{} {}", finding["detail"], finding["mend"]))
}

#[test]
fn a_bare_machine_is_well_and_stays_bare() {
    let folder = Folder::new("doctor");
    let (code, found) = doctor(&folder, &[]);
    assert_eq!(code, 0, "{found:?}");
    for name in ["data folder", "keys", "database", "redis", "files", "mail", "sms", "issuer"] {
        assert_eq!(part(&found, name).0, "note", "{name}");
    }
    assert_eq!(part(&found, "settings").0, "ok");
    assert!(!folder.join("data").exists(), "the doctor made something");
}

#[test]
fn rights_keys_and_migrations_are_looked_at() {
    let folder = Folder::new("doctor");
    migrate(&folder);
    let (code, found) = doctor(&folder, &[]);
    assert_eq!(code, 0, "{found:?}");
    for name in ["data folder", "keys", "database", "files"] {
        assert_eq!(part(&found, name).0, "ok", "{name}");
    }

    std::fs::set_permissions(folder.join("data"), std::fs::Permissions::from_mode(0o755)).expect("our own folder");
    let (code, found) = doctor(&folder, &[]);
    let (state, said) = part(&found, "data folder");
    assert!(code == 1 && state == "failed" && said.contains("chmod 700"), "{said}");
    std::fs::set_permissions(folder.join("data"), std::fs::Permissions::from_mode(0o700)).expect("our own folder");

    let key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let list = Command::new(PROGRAM).env_clear().current_dir(folder.path()).args(["client", "list"]).output();
    assert!(list.expect("the program runs").status.success(), "which leaves a proof of the keys");
    let keys = [("SW__SECRETS__MASTER_KEYS", &*format!("1:{key}")), ("SW__SECRETS__PEPPER", key)];
    let (code, found) = doctor(&folder, &keys);
    let (state, said) = part(&found, "keys");
    assert!(code == 1 && state == "failed" && said.contains("not those that the data was sealed with"), "{said}");
    std::fs::remove_file(folder.join("data/keys.json")).expect("the key file");
    let (code, found) = doctor(&folder, &[]);
    assert!(code == 1 && part(&found, "keys").1.contains("are gone"), "{found:?}");
    assert!(!folder.join("data/keys.json").exists(), "the doctor made new keys");
}

#[test]
fn parts_that_are_away_are_named() {
    let folder = Folder::new("doctor");
    migrate(&folder);
    let nobody = free_port();
    let (code, found) = doctor(
        &folder,
        &[
            (setting::DATABASE_URL, &format!("postgres://wallet:hunter2@127.0.0.1:{nobody}/wallet")),
            (setting::REDIS_URL, &format!("redis://:hunter2@127.0.0.1:{nobody}/0")),
            (setting::S3_ENDPOINT, &format!("http://127.0.0.1:{nobody}")),
            (setting::S3_BUCKET, "wallet"),
            (setting::S3_ACCESS_KEY, "wallet"),
            (setting::S3_SECRET_KEY, "hunter2"),
            (setting::SMTP_URL, &format!("smtp://wallet:hunter2@127.0.0.1:{nobody}")),
        ],
    );
    assert_eq!(code, 1);
    for (name, mend) in
        [("database", "database.url"), ("redis", "redis.url"), ("files", "s3"), ("mail", "mail.smtp_url")]
    {
        let (state, said) = part(&found, name);
        assert!(state == "failed" && said.contains(mend), "{name}: {state} {said}");
    }
    assert!(!format!("{found:?}").contains("hunter2"), "a secret is told: {found:?}");
    let (code, found) = doctor(&folder, &[("SW__MODE", "production")]);
    assert!(code == 1 && part(&found, "settings").1.contains("public_url"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_house_is_well_in_every_part() {
    let server = Server::on(Stores::new(Backend::Scale).await, &[]).await;
    let data = server.stores.data.path().to_owned();
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o700)).expect("our own folder");
    let (is_well, out, err) = server.try_cli(&["doctor", "--json"]);
    assert!(is_well, "{out}\n{err}");
    let found: Vec<Value> = serde_json::from_str(&out).expect("JSON");
    for name in ["settings", "data folder", "keys", "database", "redis", "files", "mail", "signing", "clock", "issuer"]
    {
        let (state, said) = part(&found, name);
        assert_eq!(state, "ok", "{name}: {said}");
    }
    let words = server.cli(&["doctor"]);
    assert!(words.contains("answers as the issuer") && words.contains("none pending"), "{words}");

    // Another server answers at the public address.
    let other = Server::on(Stores::new(Backend::Embedded).await, &[]).await;
    let output = Command::new(PROGRAM)
        .env_clear()
        .current_dir(&data)
        .args(["doctor", "--json"])
        .env(setting::DATA, "nothing")
        .env(setting::OPERATIONS, server.operations.trim_start_matches("http://"))
        .env(setting::PUBLIC_URL, other.issuer.replace("127.0.0.1", "localhost"))
        .output()
        .expect("the program runs");
    let found: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    let (state, said) = part(&found, "issuer");
    assert!(state == "failed" && said.contains(&format!("answers as {}", other.issuer)), "{state} {said}");
}
