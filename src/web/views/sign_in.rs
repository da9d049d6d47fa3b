//! Signing in: who, then the password.

use askama::Template;

use crate::web::view::AppCard;
use crate::web::view::Frame;

/// First step. Posts `identifier` to `action`. Problems at `identifier`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/sign_in.html")]
pub struct SignIn {
    pub frame: Frame,
    /// The platform that sent the person, if one did.
    pub app: Option<AppCard>,
    pub action: String,
    pub identifier: String,
    pub sign_up_href: String,
    pub recover_href: String,
}

/// Second step, the same for known and unknown identifiers. Posts `identifier` and `password`. Problems at `password`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/sign_in_password.html")]
pub struct SignInPassword {
    pub frame: Frame,
    pub app: Option<AppCard>,
    pub action: String,
    pub identifier: String,
    /// Whether "stay signed in" is ticked; posts `remember`.
    pub remembers: bool,
    /// Back to the first step.
    pub change_href: String,
    pub recover_href: String,
}
