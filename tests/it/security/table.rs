//! `src/risk/SECURITY.md` names guards and tests; each of them is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Every Rust file of the product and its tests, as one text.
fn everything() -> String {
    let mut all = String::new();
    let mut folders = vec![root().join("src"), root().join("tests")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                all.push_str(&fs::read_to_string(path).expect("a file"));
            }
        }
    }
    all
}

/// The parts of a text between backquotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn every_guard_and_test_of_the_table_exists() {
    let document = fs::read_to_string(root().join("src/risk/SECURITY.md")).expect("the document");
    let everything = everything();
    let mut wrong = Vec::new();
    let mut named = BTreeSet::new();
    let rows = document
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| what") && !line.starts_with("| rule |"));
    for row in rows.clone() {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [what, guards, tests] = cells[..] else {
            wrong.push(format!("not three cells: {row}"));
            continue;
        };
        named.insert(what.split_whitespace().next().unwrap_or_default().to_owned());
        let mut file = String::new();
        for guard in quoted(guards) {
            if guard.contains('/') {
                file = fs::read_to_string(root().join(guard)).unwrap_or_default();
                if file.is_empty() {
                    wrong.push(format!("{what}: no file {guard}"));
                }
            } else if !file.contains(guard) {
                wrong.push(format!("{what}: `{guard}` is not in the file named before it"));
            }
        }
        let tests: Vec<&str> = quoted(tests).collect();
        wrong.extend(tests.is_empty().then(|| format!("{what}: no test")));
        for test in tests {
            if !everything.contains(&format!("fn {test}(")) {
                wrong.push(format!("{what}: no test {test}"));
            }
        }
    }
    for habit in 1..=11 {
        wrong.extend((!named.contains(&format!("M{habit}"))).then(|| format!("M{habit} is not listed")));
    }
    assert!(rows.count() >= 40, "the classes, the rules and the habits");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn s3_5_nothing_is_signed_for_others() {
    // A link that works by itself cannot be taken back when the person stops sharing.
    let signing = ["presign_", "presigned"];
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).expect("a file");
                assert!(!signing.iter().any(|word| text.contains(word)), "{}", path.display());
            }
        }
    }
}
