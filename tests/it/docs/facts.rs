//! What a page says outside of its requests, as far as it can be checked: sections, links, settings, options.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

use super::page::{self, Block, Page};
use crate::support::server::PROGRAM;

/// Every page says which section it follows, and has the same parts.
pub fn sections(page: &Page) -> Vec<String> {
    let flat = page.prose().split_whitespace().collect::<Vec<_>>().join(" ");
    let parts = ["# ", "It follows ", "## What goes wrong ", "## What we decided "];
    let missing =
        parts.into_iter().filter(|part| !flat.contains(part)).map(|part| format!("it lacks `{}`", part.trim()));
    let lines = page.text.lines().count();
    let long = (!(25..=100).contains(&lines)).then(|| format!("it has {lines} lines"));
    missing.chain(long).collect()
}

/// Every page has a request, every request its answer.
pub fn requests(page: &Page) -> Vec<String> {
    let kinds = page.blocks.iter().filter_map(|block| match block {
        Block::Request(_) => Some('?'),
        Block::Answer(_) => Some('!'),
        _ => None,
    });
    let kinds: String = kinds.collect();
    let is_right = !kinds.is_empty() && kinds == "?!".repeat(kinds.len() / 2);
    (!is_right).then(|| format!("requests and answers do not follow each other: {kinds}")).into_iter().collect()
}

/// Links lead to pages.
pub fn links(page: &Page) -> Vec<String> {
    let targets = page.text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    targets.filter(|target| !page::folder().join(target).exists()).map(|target| format!("no page {target}")).collect()
}

/// The words in single backticks.
fn words(page: &Page) -> Vec<String> {
    let prose = page.prose();
    prose.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// What a page says of discovery is in the document.
pub fn discovery(page: &Page, document: &Value) -> Vec<String> {
    let prose = page.prose();
    let part = prose.split("- Discovery:").nth(1).and_then(|rest| rest.split("\n- ").next()).unwrap_or_default();
    let words = part.split('`').skip(1).step_by(2);
    let ends = ["_supported", "_endpoint", "_uri", "_iframe", "_aliases", "_required", "_tokens"];
    let members = words.filter(|word| !word.starts_with('_') && ends.iter().any(|end| word.ends_with(end)));
    members.filter(|name| document.get(name).is_none()).map(|name| format!("discovery has no {name}")).collect()
}

/// Settings are in config/wallet.toml.
pub fn settings(page: &Page) -> Vec<String> {
    static KEYS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
        let text = include_str!("../../../config/wallet.toml");
        let mut section = String::new();
        let mut keys = BTreeSet::new();
        for line in text.lines() {
            if let Some(name) = line.strip_prefix('[') {
                section = format!("{}.", name.trim_end_matches(']'));
            } else if let Some((key, _)) = line.split_once(" = ").filter(|(key, _)| !key.starts_with('#')) {
                keys.insert(format!("{section}{key}"));
            }
        }
        keys
    });
    let is_setting = |word: &String| {
        let (section, key) = word.split_once('.').unwrap_or_default();
        let is_section = KEYS.iter().any(|known| known.starts_with(&format!("{section}.")));
        is_section && !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'.')
    };
    let unknown = words(page).into_iter().filter(is_setting).filter(|word| !KEYS.contains(word));
    unknown.map(|word| format!("no setting {word}")).collect()
}

/// Options are those of the commands that pages speak of.
pub fn options(page: &Page) -> Vec<String> {
    static HELP: LazyLock<String> = LazyLock::new(|| {
        let commands: &[&[&str]] = &[
            &["client", "add"],
            &["client", "update"],
            &["client", "badge-definitions", "list"],
            &["client", "initial-token", "add"],
            &["client", "webhook", "add"],
            &["key", "rotate"],
            &["key", "generate"],
        ];
        let help =
            |words: &&[&str]| Command::new(PROGRAM).args(*words).arg("--help").output().expect("the program").stdout;
        commands.iter().map(|words| String::from_utf8_lossy(&help(words)).into_owned()).collect()
    });
    let words = words(page);
    let options = words.iter().flat_map(|word| word.split(' ')).filter(|word| word.starts_with("--"));
    let unknown = options.filter(|option| !HELP.split([' ', '\n', ',']).any(|word| word == *option));
    unknown.map(|option| format!("no option {option}")).collect()
}
