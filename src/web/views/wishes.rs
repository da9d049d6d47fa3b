//! What a person does about a connected app beside stopping it.

use askama::Template;

use crate::store::database::wishes::WishState;
use crate::web::view::AppCard;
use crate::web::view::Choice;
use crate::web::view::Frame;
use crate::web::view::When;

/// "Stop sharing with every app?" Posts nothing but the form token.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/apps_stop_all.html")]
pub struct StopAll {
    pub frame: Frame,
    /// Their names.
    pub apps: Vec<String>,
}

/// "Ask X to delete your data?" Posts nothing but the form token.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/app_erasure.html")]
pub struct AppErasure {
    pub frame: Frame,
    pub app: AppCard,
    pub action: String,
    pub back_href: String,
    /// Whether the app can still read: then that goes on.
    pub is_live: bool,
}

/// Posts `category` and `words`. Problems at these.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/app_report.html")]
pub struct AppReport {
    pub frame: Frame,
    pub app: AppCard,
    pub action: String,
    pub back_href: String,
    pub categories: Vec<Choice>,
    pub words: String,
    pub most: usize,
}

impl AppReport {
    /// The message of a category.
    pub fn key(category: &str) -> &'static str {
        match category {
            "asks_too_much" => "report-asks-too-much",
            "phishing" => "report-phishing",
            "spam" => "report-spam",
            _ => "report-other",
        }
    }
}

/// How a wish stands.
#[derive(Clone, Debug)]
pub struct WishRow {
    pub when: When,
    pub changed: When,
    pub state: String,
    pub is_late: bool,
    /// What the app says of it.
    pub status_href: Option<String>,
    pub code: Option<String>,
    pub reason: Option<String>,
}

impl WishRow {
    /// The message of a state.
    pub fn key(state: WishState) -> &'static str {
        match state {
            WishState::Requested => "erasure-requested",
            WishState::Delivered => "erasure-delivered",
            WishState::Acknowledged => "erasure-acknowledged",
            WishState::Completed => "erasure-completed",
            WishState::Refused => "erasure-refused",
            WishState::Overdue => "erasure-overdue",
        }
    }
}
