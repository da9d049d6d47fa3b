//! `docs`: the tables that the house works by, as Markdown, and a page for each capability.

mod catalog;
mod pages;
mod protocol;

use std::fmt::Write;

use clap::Args;
use clap::builder::PossibleValuesParser;

use self::pages::PAGES;

#[derive(Debug, Args)]
pub struct Options {
    /// A page about one capability; without it the tables are printed.
    #[arg(value_name = "PAGE", value_parser = PossibleValuesParser::new(PAGES.iter().map(|page| page.name)))]
    page: Option<String>,
    /// Name the pages.
    #[arg(long, conflicts_with = "page")]
    list: bool,
}

/// What is to be printed.
pub fn text(options: &Options) -> String {
    match &options.page {
        Some(name) => PAGES.iter().filter(|page| page.name == *name).map(|page| page.text).collect(),
        None if options.list => PAGES.iter().map(pages::Page::line).collect(),
        None => [catalog::tables(), protocol::tables()].concat().join("\n"),
    }
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn codes(texts: &[&str]) -> String {
    texts.iter().map(|text| code(text)).collect::<Vec<_>>().join(", ")
}

fn table(title: &str, head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut out = format!("## {title}\n\n| {} |\n|{}\n", head.join(" | "), "---|".repeat(head.len()));
    for row in rows {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "| {} |", row.join(" | "));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_has_rows_of_its_width() {
        let text = text(&Options { page: None, list: false });
        let mut titles: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let count = titles.len();
        titles.sort_unstable();
        titles.dedup();
        assert_eq!(titles.len(), count, "each title once");
        for table in text.split("## ").skip(1) {
            let lines: Vec<&str> = table.lines().filter(|line| line.starts_with('|')).collect();
            assert!(lines.len() > 2, "{table}");
            let width = |line: &&str| line.matches(" | ").count();
            assert!(
                lines.iter().filter(|line| !line.starts_with("|---")).all(|l| width(l) == width(&lines[0])),
                "{table}"
            );
        }
        for title in ["Scopes", "Grant types", "Profiles", "Endpoints", "Limits", "Client metadata", "Error codes"] {
            assert!(text.contains(&format!("## {title}")), "{title}");
        }
    }
}
