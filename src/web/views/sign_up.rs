//! Making a wallet: address, code, password.

use askama::Template;

use crate::web::view::AppCard;
use crate::web::view::Frame;

/// Step 1. Posts `email`. Problems at `email`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/sign_up.html")]
pub struct SignUp {
    pub frame: Frame,
    pub app: Option<AppCard>,
    pub action: String,
    pub email: String,
    pub sign_in_href: String,
}

/// Step 2. Posts `code` to `action`; the second form posts to `confirmed_action`
/// once the link was used, the third to `resend_action`. Problems at `code`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/sign_up_code.html")]
pub struct SignUpCode {
    pub frame: Frame,
    pub action: String,
    pub confirmed_action: String,
    pub resend_action: String,
    /// Where the code went.
    pub email: String,
    pub change_href: String,
}

/// Step 3. Posts `password`, and `name` when the person gives one. Problems at `password` and `name`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/sign_up_password.html")]
pub struct SignUpPassword {
    pub frame: Frame,
    pub action: String,
    pub email: String,
    pub name: String,
    /// The fewest characters that are taken.
    pub least: usize,
}
