//! The person's own pages: home, sessions, security, settings.

use askama::Template;

use crate::web::view::Frame;
use crate::web::view::When;
use crate::web::views::activity::Row;

/// `/account`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/home.html")]
pub struct Home {
    pub frame: Frame,
    pub name: String,
    pub email: String,
    pub email_checked: Option<When>,
    /// How many apps can see something.
    pub app_count: usize,
    /// How many of the profile's lines are filled.
    pub filled: usize,
    /// From 0 to 4.
    pub trust: u8,
    /// The last few rows of the activity page.
    pub recent: Vec<Row>,
}

/// `/account/sessions`. Each row's form posts `session`; the last form posts to `others_action`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/sessions.html")]
pub struct Sessions {
    pub frame: Frame,
    /// This browser first.
    pub sessions: Vec<SessionRow>,
    pub action: String,
    pub others_action: String,
}

#[derive(Clone, Debug)]
pub struct SessionRow {
    pub id: String,
    /// `Words` for the browser and system ("Firefox on Linux"), see [`Words::device`].
    pub device: String,
    pub is_this: bool,
    pub since: When,
    pub last_seen: When,
}

/// `/account/security`. Posts `current` and `password`. Problems at `current` and `password`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/security.html")]
pub struct Security {
    pub frame: Frame,
    pub action: String,
    /// For password managers.
    pub email: String,
    pub password_changed: Option<When>,
    pub session_count: usize,
    pub least: usize,
    pub recent: Vec<Row>,
}

/// `/settings`, for everyone: posts `language` or `theme` to `/settings/…` with `return_to`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/settings.html")]
pub struct Settings {
    pub frame: Frame,
}

/// `/account/settings`: the same among the person's own pages.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/account_settings.html")]
pub struct AccountSettings {
    pub frame: Frame,
}
