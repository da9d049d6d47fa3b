//! The activity page: who read what and when, and what happened to the account.

use askama::Template;

use crate::web::view::Choice;
use crate::web::view::Frame;
use crate::web::view::When;
use crate::words::Html;
use crate::words::Words;

/// Rows grouped by day, newest first. The filter form is a GET with `app`, `kind`, `item`, `channel`, `outcome`, `from`
/// and `to`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/activity.html")]
pub struct Activity {
    pub frame: Frame,
    /// The first has the value `""`: every app.
    pub apps: Vec<Choice>,
    /// Values `""` (everything), `reads`, `security`.
    pub kinds: Vec<Choice>,
    /// Things that can be told; the first has the value `""`.
    pub items: Vec<Choice>,
    pub channels: Vec<Choice>,
    pub outcomes: Vec<Choice>,
    /// The first and the last day, as `2026-11-25`, or nothing.
    pub from: String,
    pub to: String,
    /// The same rows as a file.
    pub csv_href: String,
    pub ndjson_href: String,
    pub days: Vec<Day>,
    /// The next, older page.
    pub older_href: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Day {
    /// `Words::day`.
    pub heading: String,
    pub rows: Vec<Row>,
}

#[derive(Clone, Debug)]
pub struct Row {
    pub when: When,
    pub sentence: Html,
    /// Through which door, from where, with which browser.
    pub detail: Option<String>,
    pub is_refused: bool,
    /// How many more of the same kind this row stands for; 0 for none.
    pub folded: usize,
}

impl Row {
    /// What happened, in the words of its event. `claims` are names; none of them stands for the sign-in ID alone.
    ///
    /// An event without words of its own is told in general ones.
    pub fn new(words: Words, when: When, event: &str, app: Option<&str>, claims: &[&str]) -> Self {
        let named = if claims.is_empty() { &["sub"] } else { claims };
        let claims: Vec<String> = named.iter().map(|claim| words.claim(claim)).collect();
        let args = [("app", app.unwrap_or("–")), ("claims", &words.list(&claims))];
        let told = words.find_html(&key(event), &args);
        let sentence = told.unwrap_or_else(|| words.html("activity-other-html", &[]));
        Self { when, sentence, detail: None, is_refused: false, folded: 0 }
    }
}

/// The message that tells of an event: `activity-data-read-html` of `data.read`.
pub fn key(event: &str) -> String {
    format!("activity-{}-html", event.replace(['_', '.'], "-"))
}

impl Activity {
    /// The choices of the `kind` filter.
    pub fn kinds(words: Words, chosen: &str) -> Vec<Choice> {
        let rows =
            [("", "activity-kind-all"), ("reads", "activity-kind-reads"), ("security", "activity-kind-security")];
        choices(words, &rows, chosen)
    }

    /// The choices of the `channel` filter.
    pub fn channels(words: Words, chosen: &str) -> Vec<Choice> {
        let rows = [
            ("", "activity-channel-all"),
            ("id_token", "activity-channel-id-token"),
            ("userinfo", "activity-channel-userinfo"),
            ("data_api", "activity-channel-data-api"),
        ];
        choices(words, &rows, chosen)
    }

    /// The choices of the `outcome` filter.
    pub fn outcomes(words: Words, chosen: &str) -> Vec<Choice> {
        let rows =
            [("", "activity-outcome-all"), ("ok", "activity-outcome-ok"), ("refused", "activity-outcome-refused")];
        choices(words, &rows, chosen)
    }
}

fn choices(words: Words, rows: &[(&str, &str)], chosen: &str) -> Vec<Choice> {
    let choice = |(value, key): &(&str, &str)| Choice {
        value: (*value).to_owned(),
        label: words.t(key),
        hint: None,
        is_chosen: *value == chosen,
    };
    rows.iter().map(choice).collect()
}
