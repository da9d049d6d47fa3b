//! What every page needs: its frame, and the small parts that pages share.

use crate::base::Time;
use crate::web::assets;
use crate::words::Args;
use crate::words::Html;
use crate::words::Words;

/// What stands around every page.
#[derive(Clone, Debug)]
pub struct Frame {
    pub words: Words,
    pub theme: Theme,
    /// The form token, in every form as `csrf`; forms of the frame are left out when it is empty.
    pub csrf: String,
    /// Path and query of this page, to come back to after a change of language or theme.
    pub here: String,
    /// The name of the person who is signed in, if one is.
    pub person: Option<String>,
    pub is_admin: bool,
    pub is_reviewer: bool,
    /// Development mode: the page foot links to `/dev/outbox`.
    pub is_development: bool,
    /// What the person must mend; makes the summary, the fields' messages and the title's prefix.
    pub problems: Vec<Problem>,
    /// What was just done ("Your changes are saved").
    pub notice: Option<String>,
}

impl Frame {
    pub fn new(words: Words, theme: Theme, csrf: &str, here: &str) -> Self {
        Self {
            words,
            theme,
            csrf: csrf.to_owned(),
            here: here.to_owned(),
            person: None,
            is_admin: false,
            is_reviewer: false,
            is_development: false,
            problems: Vec::new(),
            notice: None,
        }
    }

    /// Adds a problem with the field of this id (`""`: with the whole form), told by the message `key`.
    pub fn problem(&mut self, field: &'static str, key: &str) {
        let text = self.t(key);
        self.problems.push(Problem { field, text });
    }

    /// The first problem with this field.
    pub fn problem_with(&self, field: &str) -> Option<&str> {
        self.problems.iter().find(|p| p.field == field).map(|p| p.text.as_str())
    }

    pub fn t(&self, key: &str) -> String {
        self.words.t(key)
    }

    pub fn with(&self, key: &str, args: Args<'_>) -> String {
        self.words.with(key, args)
    }

    pub fn html(&self, key: &str, args: Args<'_>) -> Html {
        self.words.html(key, args)
    }

    pub fn count(&self, key: &str, n: &usize) -> String {
        self.words.count(key, *n, &[])
    }

    /// The title of a page whose name is the message `key`.
    pub fn title_of(&self, key: &str) -> String {
        self.title(&self.t(key))
    }

    /// `Sign in – Social Wallet`, with `Error: ` before it where something must be mended.
    pub fn title(&self, page: &str) -> String {
        let key = if self.problems.is_empty() { "page-title" } else { "page-title-error" };
        self.words.with(key, &[("page", page)])
    }

    /// The languages to choose from.
    pub fn languages(&self) -> Vec<Choice> {
        let row = |words: Words| Choice {
            value: words.lang().to_owned(),
            label: words.own_name().to_owned(),
            hint: None,
            is_chosen: words == self.words,
        };
        Words::ALL.map(row).into()
    }

    /// The themes to choose from.
    pub fn themes(&self) -> Vec<Choice> {
        let row = |(theme, key): (Theme, &str)| Choice {
            value: theme.as_str().to_owned(),
            label: self.t(key),
            hint: None,
            is_chosen: theme == self.theme,
        };
        [(Theme::System, "theme-system"), (Theme::Light, "theme-light"), (Theme::Dark, "theme-dark")].map(row).into()
    }

    pub fn chosen_theme(&self) -> Option<&'static str> {
        (self.theme != Theme::System).then(|| self.theme.as_str())
    }

    pub fn asset(&self, name: &str) -> String {
        assets::href(name)
    }
}

/// Light or dark: what the browser prefers, unless the person chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    /// Reads the cookie's or form's value (`light`, `dark`); anything else is the system's choice.
    pub fn read(value: Option<&str>) -> Self {
        match value {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// Something that the person must mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The id of the field, or empty.
    pub field: &'static str,
    pub text: String,
}

/// The platform, as pages show it.
#[derive(Clone, Debug)]
pub struct AppCard {
    pub name: String,
    /// The domain that is shown in monospace (eTLD+1 of a verified domain, else the host of the redirect address).
    pub host: String,
    pub standing: Standing,
    /// Our copy of its picture.
    pub logo: Option<String>,
    /// Its privacy policy and its terms.
    pub policy: Option<String>,
    pub terms: Option<String>,
}

/// How much is known of a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Verified,
    Unverified,
    /// It registered itself: only its address is certain.
    SelfRegistered,
}

impl AppCard {
    pub fn is_verified(&self) -> bool {
        self.standing == Standing::Verified
    }

    pub fn is_self_registered(&self) -> bool {
        self.standing == Standing::SelfRegistered
    }

    /// Up to two letters for the tile that stands for a picture.
    pub fn initials(&self) -> String {
        let firsts = self.name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
        firsts.take(2).flat_map(char::to_uppercase).collect()
    }
}

/// A moment, as text and for the `datetime` attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    pub text: String,
    pub iso: String,
}

impl When {
    /// The day: `3 May 2026`.
    pub fn date(words: Words, at: Time) -> Self {
        Self { text: words.date(at), iso: at.rfc3339() }
    }

    /// Day and time: `3 May 2026, 09:12 UTC`.
    pub fn date_time(words: Words, at: Time) -> Self {
        Self { text: words.date_time(at), iso: at.rfc3339() }
    }

    /// The time alone: `09:12`.
    pub fn time(words: Words, at: Time) -> Self {
        Self { text: words.time_of_day(at), iso: at.rfc3339() }
    }
}

/// A short mark beside a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chip {
    pub text: String,
    /// Green with a tick; otherwise plain.
    pub is_checked: bool,
}

impl Chip {
    /// "Checked 3 May 2026".
    pub fn checked(words: Words, at: Time) -> Self {
        Self { text: words.with("chip-checked", &[("date", &words.date(at))]), is_checked: true }
    }

    /// "Checked on your document, 3 May 2026".
    pub fn on_document(words: Words, at: Time) -> Self {
        Self { text: words.with("chip-on-document", &[("date", &words.date(at))]), is_checked: true }
    }

    /// "You typed this".
    pub fn typed(words: Words) -> Self {
        Self { text: words.t("chip-typed"), is_checked: false }
    }

    /// "Not checked".
    pub fn unchecked(words: Words) -> Self {
        Self { text: words.t("chip-not-checked"), is_checked: false }
    }
}

/// The `dir` attribute for a value: telephone numbers have no letters to tell it, and run left to right everywhere.
pub fn direction(value: &str) -> &'static str {
    if value.starts_with('+') { "ltr" } else { "auto" }
}

/// One choice of a list (select, radios, filter).
#[derive(Clone, Debug)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub hint: Option<String>,
    pub is_chosen: bool,
}
