//! What the link of a mail leads to: a page with a button.

use askama::Template;

use crate::web::view::Frame;

/// `/confirm/…`. Posts nothing but the token of the form.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/confirm.html")]
pub struct Confirm {
    pub frame: Frame,
    pub state: ConfirmState,
}

#[derive(Clone, Debug)]
pub enum ConfirmState {
    /// `device`: `Words::device`.
    Asks {
        email: String,
        device: String,
        is_sign_up: bool,
        action: String,
    },
    Done,
    /// Too old, used, or never there.
    Over,
}

impl Confirm {
    fn heading(&self) -> &'static str {
        match self.state {
            ConfirmState::Asks { .. } => "confirm-title",
            ConfirmState::Done => "confirm-done-title",
            ConfirmState::Over => "confirm-over-title",
        }
    }

    fn lead(is_sign_up: &bool) -> &'static str {
        if *is_sign_up { "confirm-sign-up-html" } else { "confirm-wallet-html" }
    }
}
