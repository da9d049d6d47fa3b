//! The house keeps its floors: no upward import, no circle, no I/O in the pure rooms, each library at its address.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use social_wallet::metrics::METRICS;

/// The floors from the ground up; a room imports only rooms that stand before it, and itself.
const FLOORS: &[&str] = &[
    "base", "catalog", "jose", "oauth", "metrics", "error", "config", "words", "store", "outbound", "app", "signals",
    "audit", "risk", "accounts", "wallet", "provider", "privacy", "admin", "jobs", "web", "demo", "cli", "main",
];

/// Rooms of one floor that must not know each other though one is listed first.
const STRANGERS: &[(&str, &str)] = &[("jose", "catalog"), ("web", "jobs"), ("demo", "web")];

/// A library and the only places that may name it.
const ADDRESSES: &[(&str, &[&str])] = &[
    ("diesel", &["store/database/"]),
    ("diesel_async", &["store/database/"]),
    ("bb8_redis", &["store/ephemeral/redis.rs"]),
    ("redis", &["store/ephemeral/redis.rs"]),
    ("s3", &["store/blobs/s3.rs"]),
    ("josekit", &["jose/"]),
    ("poem", &["web/", "demo.rs", "demo/"]),
    ("poem_openapi", &["web/"]),
    ("askama", &["words.rs", "web/", "jobs/letters.rs", "demo.rs", "demo/"]),
    ("openidconnect", &["demo.rs", "demo/", "outbound/openid.rs"]),
    ("argon2", &["accounts/password.rs", "accounts/password/"]),
    ("governor", &["risk/limits.rs"]),
    ("lettre", &["outbound/mail.rs", "outbound/mail/"]),
    ("mail_parser", &["outbound/mail/folder.rs"]),
    ("image", &["wallet/media/"]),
    ("moxcms", &["wallet/media/images.rs"]),
    ("multer", &["web/"]),
    ("rustix", &["wallet/media/bench.rs"]),
    ("prometheus", &["metrics.rs"]),
    ("reqwest", &["outbound/", "store/blobs/s3.rs", "demo.rs", "demo/", "cli/"]),
];

/// Words of I/O, of waiting and of clocks: none of them in a pure room.
const IMPURE: &[&str] =
    &["async fn", ".await", "tokio::", "std::fs", "std::net", "std::env", "SystemTime", "Instant::now", "reqwest"];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every source file with its path below `src/` and its text without comments and tests.
fn files() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![source()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let name = path.strip_prefix(source()).unwrap().to_string_lossy().into_owned();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

fn is_test(name: &str) -> bool {
    name.ends_with("/tests.rs") || name.contains("/tests/")
}

/// The product part of a file: without comments and without what follows its test module's mark.
fn product(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().map(|l| l.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

fn room(name: &str) -> &str {
    name.split('/').next().unwrap().trim_end_matches(".rs")
}

/// The rooms that a text names through `crate::`.
fn imports(text: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for after in text.split("crate::").skip(1) {
        let names =
            if let Some(group) = after.strip_prefix('{') { group.split('}').next().unwrap_or_default() } else { after };
        let braced = after.starts_with('{');
        for part in names.split(if braced { ',' } else { '\u{0}' }) {
            let word: String = part.trim().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            if !word.is_empty() {
                rooms.insert(word);
            }
        }
    }
    rooms
}

#[test]
fn no_room_imports_a_higher_floor() {
    let mut wrong = Vec::new();
    for (name, text) in files().iter().filter(|(n, _)| !is_test(n) && n != "lib.rs") {
        let own = room(name);
        let floor = FLOORS.iter().position(|r| *r == own);
        let Some(floor) = floor else {
            wrong.push(format!("{name}: a room without a floor"));
            continue;
        };
        for other in imports(&product(text)) {
            let Some(theirs) = FLOORS.iter().position(|r| *r == other) else { continue };
            if theirs > floor || STRANGERS.contains(&(own, other.as_str())) {
                wrong.push(format!("{name} imports {other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "upward imports:\n{}", wrong.join("\n"));
}

#[test]
fn the_pure_rooms_do_no_io() {
    let mut wrong = Vec::new();
    for (name, text) in files().iter().filter(|(n, _)| ["oauth", "catalog", "jose"].contains(&room(n)) && !is_test(n)) {
        for word in IMPURE {
            if product(text).contains(word) {
                wrong.push(format!("{name}: {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "I/O in a pure room:\n{}", wrong.join("\n"));
}

#[test]
fn each_library_has_its_address() {
    let mut wrong = Vec::new();
    for (name, text) in files().iter().filter(|(n, _)| !is_test(n)) {
        let text = product(text);
        for (library, places) in ADDRESSES {
            let named = text.split(&format!("{library}::")).collect::<Vec<_>>();
            let used = named[..named.len() - 1]
                .iter()
                .any(|before| !before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':'));
            if used && !places.iter().any(|p| name.starts_with(p)) {
                wrong.push(format!("{name} names {library}"));
            }
        }
    }
    assert!(wrong.is_empty(), "a library away from its address:\n{}", wrong.join("\n"));
}

#[test]
fn every_metric_that_is_counted_is_a_row() {
    let mut wrong = Vec::new();
    for (name, text) in files().iter().filter(|(n, _)| !is_test(n)) {
        let text = product(text);
        for call in ["metrics.count(\"", "metrics.observe(\"", "metrics.gauge(\""] {
            for after in text.split(call).skip(1) {
                let metric = after.split('"').next().unwrap_or_default();
                if !METRICS.iter().any(|row| row.name == metric) {
                    wrong.push(format!("{name} counts {metric}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "metrics without a row:\n{}", wrong.join("\n"));
}

#[test]
fn no_circle_between_files_of_a_room() {
    // Modules of one room may use each other downwards only: a circle of `super::`/`crate::room::` uses is refused.
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let all = files();
    let names: BTreeSet<String> =
        all.iter().map(|(n, _)| n.trim_end_matches(".rs").trim_end_matches("/mod").to_owned()).collect();
    for (name, text) in all.iter().filter(|(n, _)| !is_test(n) && !n.ends_with("mod.rs") && n.contains('/')) {
        let module = name.trim_end_matches(".rs").to_owned();
        for after in product(text).split("crate::").skip(1) {
            let path: String =
                after.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_' || *c == ':').collect();
            let mut parts: Vec<&str> = path.split("::").collect();
            while !parts.is_empty() {
                let target = parts.join("/");
                if names.contains(&target) && target != module && target.contains('/') {
                    edges.entry(module.clone()).or_default().insert(target);
                    break;
                }
                parts.pop();
            }
        }
    }
    let mut done = BTreeSet::new();
    for start in edges.keys() {
        let mut path = Vec::new();
        assert!(!has_circle(start, &edges, &mut path, &mut done), "a circle of files: {}", path.join(" → "));
    }
}

fn has_circle(
    at: &str,
    edges: &BTreeMap<String, BTreeSet<String>>,
    path: &mut Vec<String>,
    done: &mut BTreeSet<String>,
) -> bool {
    if let Some(start) = path.iter().position(|p| p == at) {
        path.drain(..start);
        path.push(at.to_owned());
        return true;
    }
    if done.contains(at) {
        return false;
    }
    path.push(at.to_owned());
    for next in edges.get(at).into_iter().flatten() {
        if has_circle(next, edges, path, done) {
            return true;
        }
    }
    path.pop();
    done.insert(at.to_owned());
    false
}

#[test]
fn every_file_says_what_it_is() {
    let mut nameless = Vec::new();
    for (name, text) in files() {
        if !text.starts_with("//! ") {
            nameless.push(name.clone());
        }
        let lines = text.lines().count();
        if lines > 500 {
            println!("over 500 lines, look for the second idea: {name} ({lines})");
        }
    }
    assert!(nameless.is_empty(), "files without a first line: {nameless:?}");
}

#[test]
fn both_databases_have_the_same_migrations() {
    let list = |dialect: &str| -> BTreeMap<String, BTreeSet<String>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(dialect);
        let entries = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
        entries
            .map(|path| {
                let up = fs::read_to_string(path.join("up.sql")).unwrap();
                let lines = up.lines().map(str::trim).filter(|l| !l.starts_with("--"));
                let columns = lines.map(|l| l.replace("BLOB", "BYTEA")).filter(|l| !l.is_empty()).collect();
                (path.file_name().unwrap().to_string_lossy().into_owned(), columns)
            })
            .collect()
    };
    assert_eq!(list("sqlite"), list("postgres"));
}
