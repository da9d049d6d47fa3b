//! A forgotten password: address, code, new password.

use askama::Template;

use crate::web::view::Frame;

/// Posts `email`. Problems at `email`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/recover.html")]
pub struct Recover {
    pub frame: Frame,
    pub action: String,
    pub email: String,
    pub sign_in_href: String,
}

/// Posts `code`; the second form posts to `resend_action`. Problems at `code`. The same for unknown addresses.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/recover_code.html")]
pub struct RecoverCode {
    pub frame: Frame,
    pub action: String,
    pub resend_action: String,
    pub email: String,
    pub change_href: String,
}

/// Posts `password`. Problems at `password`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/recover_password.html")]
pub struct RecoverPassword {
    pub frame: Frame,
    pub action: String,
    pub email: String,
    pub least: usize,
}
