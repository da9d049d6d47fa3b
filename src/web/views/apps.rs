//! Connected apps: what each may see, and the end of it.

use askama::Template;

use crate::web::view::AppCard;
use crate::web::view::Choice;
use crate::web::view::Frame;
use crate::web::view::When;
use crate::web::views::consent::Line;
use crate::web::views::receipts::ReceiptRow;
use crate::web::views::wishes::WishRow;

/// The list. Empty `apps` shows one sentence.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/apps.html")]
pub struct Apps {
    pub frame: Frame,
    pub apps: Vec<AppRow>,
    /// What is shared no longer; without rows the heading is left out.
    pub ended: Vec<EndedRow>,
}

#[derive(Clone, Debug)]
pub struct EndedRow {
    pub app: AppCard,
    /// `/account/apps/{id}`.
    pub href: String,
    pub when: When,
}

#[derive(Clone, Debug)]
pub struct AppRow {
    pub app: AppCard,
    /// `/account/apps/{id}`.
    pub href: String,
    /// What it can see, as a list in words (`Words::list` of `Words::claim`).
    pub shares: String,
    pub since: When,
    /// `None`: until the person stops it.
    pub until: Option<When>,
    pub last_read: Option<When>,
    /// How often it read in the last thirty days.
    pub reads: usize,
    pub is_paused: bool,
}

/// One app. Posts `claim` (repeated) and `duration` to `action`: the switches of the consent page, live.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/app.html")]
pub struct App {
    pub frame: Frame,
    pub app: AppCard,
    pub action: String,
    pub stop_href: String,
    /// Posts nothing but the form token: to pause, or to let it go on.
    pub pause_action: String,
    /// Since when nothing can be read, though sharing goes on.
    pub paused: Option<When>,
    pub erasure_href: String,
    /// Whether there is no open wish, so that there may be one.
    pub may_ask: bool,
    pub report_href: String,
    /// What the person wished of it, newest first.
    pub wishes: Vec<WishRow>,
    pub receipts: Vec<ReceiptRow>,
    /// How often it read in the last thirty days.
    pub read_count: usize,
    pub activity_href: String,
    pub since: When,
    pub until: Option<When>,
    /// When sharing ended: then there is nothing to change, and only what it read is shown.
    pub ended: Option<When>,
    /// Every line that the app asked for and may have; shared ones ticked.
    pub lines: Vec<Line>,
    pub durations: Vec<Choice>,
    /// The last reads, newest first.
    pub reads: Vec<ReadRow>,
    pub policy_href: Option<String>,
    pub terms_href: Option<String>,
}

/// One read, or one refused read.
#[derive(Clone, Debug)]
pub struct ReadRow {
    pub when: When,
    /// What was read, as a list in words.
    pub claims: String,
    pub is_refused: bool,
    /// How many more of the same kind this row stands for; 0 for none.
    pub folded: usize,
}

/// "Stop sharing with X?" Posts nothing but the form token.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/app_stop.html")]
pub struct AppStop {
    pub frame: Frame,
    pub app: AppCard,
    pub action: String,
    pub back_href: String,
    pub policy_href: Option<String>,
}
