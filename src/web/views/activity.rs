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
    /// "Orbit Photos read your name and email address."
    pub fn read(words: Words, when: When, app: &str, claims: &[String]) -> Self {
        let sentence = if claims.is_empty() {
            words.html("activity-read-id-html", &[("app", app)])
        } else {
            words.html("activity-read-html", &[("app", app), ("claims", &words.list(claims))])
        };
        Self { when, sentence, detail: None, is_refused: false, folded: 0 }
    }

    /// "Orbit Photos tried to read your details and was refused."
    pub fn refused(words: Words, when: When, app: &str) -> Self {
        let sentence = words.html("activity-refused-html", &[("app", app)]);
        Self { when, sentence, detail: None, is_refused: true, folded: 0 }
    }

    /// Something that happened to the account: `signed_in`, `signed_out`, `sign_in_failed`, `account_created`,
    /// `password_changed`, `recovered`, `session_ended`, `profile_changed`, `app_connected`, `app_changed`, `app_stopped`,
    /// `app_refused`. The `app_…` ones name an app. An event without words of its own is told in general ones.
    pub fn event(words: Words, when: When, event: &str, app: Option<&str>) -> Self {
        let key = format!("activity-{}-html", event.replace(['_', '.'], "-"));
        let told = words.find_html(&key, &[("app", app.unwrap_or("–"))]);
        let sentence = told.unwrap_or_else(|| words.html("activity-other-html", &[]));
        Self { when, sentence, detail: None, is_refused: false, folded: 0 }
    }
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
