//! The activity page: who read what and when, and what happened to the account.

use askama::Template;

use crate::web::view::Choice;
use crate::web::view::Frame;
use crate::web::view::When;
use crate::words::Html;
use crate::words::Words;

/// Rows grouped by day, newest first. The filter form is a GET with `app` and `kind`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/activity.html")]
pub struct Activity {
    pub frame: Frame,
    /// The first has the value `""`: every app.
    pub apps: Vec<Choice>,
    /// Values `""` (everything), `reads`, `security`.
    pub kinds: Vec<Choice>,
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
        rows.map(|(value, key)| Choice {
            value: value.to_owned(),
            label: words.t(key),
            hint: None,
            is_chosen: value == chosen,
        })
        .into()
    }
}
