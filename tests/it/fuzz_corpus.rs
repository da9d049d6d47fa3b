//! The corpus of every fuzz target, replayed: what was once found stays mended.

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

#[path = "../../fuzz/entries.rs"]
mod entries;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn every_file_of_every_corpus_passes() {
    let mut broken = Vec::new();
    for (name, entry) in entries::TARGETS {
        let corpus = root().join("corpus").join(name);
        let files = names(&corpus);
        assert!(files.len() >= 4, "{name} has a corpus of its own");
        for file in files {
            let data = fs::read(corpus.join(&file)).unwrap();
            if catch_unwind(|| entry(&data)).is_err() {
                broken.push(format!("{name}/{file}"));
            }
        }
        for length in 0..64 {
            entry(&vec![b'%'; length]);
            entry(&vec![0xff; length]);
        }
    }
    assert!(broken.is_empty(), "{broken:?}");
}

#[test]
fn every_entry_is_a_target_with_a_corpus() {
    let mut wanted: Vec<&str> = entries::TARGETS.iter().map(|(name, _)| *name).collect();
    wanted.sort_unstable();
    let targets: Vec<String> =
        names(&root().join("fuzz_targets")).iter().map(|file| file.trim_end_matches(".rs").to_owned()).collect();
    assert_eq!(targets, wanted);
    assert_eq!(names(&root().join("corpus")), wanted);
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    for name in wanted {
        assert!(manifest.contains(&format!("name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"")), "{name}");
    }
}
