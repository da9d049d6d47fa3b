//! Pages for everyone: errors, signing out, help, privacy, the button.

use askama::Template;

use crate::web::view::AppCard;
use crate::web::view::Frame;

/// Something went wrong. Nothing of the request is echoed.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/error.html")]
pub struct ErrorPage {
    pub frame: Frame,
    pub problem: Trouble,
    /// `7F3K-22QD`: the log has it too.
    pub reference: String,
    /// For the platform's developer, in English: the error code and its description, both ours.
    pub developer: Option<Developer>,
    /// Where to go next: the platform's own page, if it is known.
    pub app: Option<AppCard>,
    pub app_href: Option<String>,
    /// Whether "Try again" makes sense, and where.
    pub retry_href: Option<String>,
}

/// What happened, as far as a person is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The platform sent a request that we cannot trust or understand.
    BadRequest,
    /// The page was open too long, or was opened twice.
    Expired,
    /// Not allowed to see this page.
    Forbidden,
    /// Too many attempts.
    TooMany,
    /// A store is away: try again.
    Busy,
    /// Our own fault.
    Internal,
}

impl Trouble {
    pub const ALL: [Self; 6] =
        [Self::BadRequest, Self::Expired, Self::Forbidden, Self::TooMany, Self::Busy, Self::Internal];

    fn keys(self) -> (&'static str, &'static str) {
        match self {
            Self::BadRequest => ("error-bad-request", "error-bad-request-next"),
            Self::Expired => ("error-expired", "error-expired-next"),
            Self::Forbidden => ("error-forbidden", "error-forbidden-next"),
            Self::TooMany => ("error-too-many", "error-too-many-next"),
            Self::Busy => ("error-busy", "error-busy-next"),
            Self::Internal => ("error-internal", "error-internal-next"),
        }
    }
}

impl ErrorPage {
    pub fn heading(&self) -> String {
        self.frame.t(self.problem.keys().0)
    }

    pub fn next(&self) -> String {
        self.frame.t(self.problem.keys().1)
    }
}

#[derive(Clone, Debug)]
pub struct Developer {
    pub error: String,
    pub description: String,
}

/// 404.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/not_found.html")]
pub struct NotFound {
    pub frame: Frame,
}

/// RP-initiated logout: asks first. Posts `decision` = `sign_out` or `stay`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/logout_confirm.html")]
pub struct LogoutConfirm {
    pub frame: Frame,
    pub action: String,
    pub app: Option<AppCard>,
    /// What must come back with the form.
    pub hidden: Vec<(String, String)>,
}

#[derive(Clone, Debug, Template)]
#[template(path = "pages/logged_out.html")]
pub struct LoggedOut {
    pub frame: Frame,
    pub app: Option<AppCard>,
    pub app_href: Option<String>,
    /// Pages of clients that are told, each in a frame that nobody sees.
    pub told: Vec<String>,
}

/// `/help`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/help.html")]
pub struct Help {
    pub frame: Frame,
}

/// `/privacy`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/privacy.html")]
pub struct Privacy {
    pub frame: Frame,
    /// What is kept, and how long.
    pub kept: Vec<(String, String)>,
}

/// `/`: what this is, for people who are not signed in.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/welcome.html")]
pub struct Welcome {
    pub frame: Frame,
}

/// `/developers`: the button and the quick start, in English or the reader's language.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/developers.html")]
pub struct Developers {
    pub frame: Frame,
    pub issuer: String,
}

impl Developers {
    /// The button as it is copied.
    pub fn button_snippet(&self) -> String {
        let (css, mark) = (format!("{}/static/button.css", self.issuer), format!("{}/static/mark.svg", self.issuer));
        format!(
            "<link rel=\"stylesheet\" href=\"{css}\">\n\n<a class=\"sw-button\" href=\"/login\">\n  \
             <img src=\"{mark}\" alt=\"\" width=\"24\" height=\"24\">\n  Sign in with Social Wallet\n</a>"
        )
    }

    pub fn discovery(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.issuer)
    }
}
