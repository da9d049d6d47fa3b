//! Mail addresses and phone numbers.

use askama::Template;

use crate::accounts::reports::State;
use crate::web::view::{Chip, Frame};

/// `/account/contacts`. Posts `email` to `…/email`, `phone` to `…/phone`, `code` to `…/code`, and the `contact` of a row to
/// `…/prove`, `…/primary` and `…/remove`. Problems at `email`, `phone` and `code`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/contacts.html")]
pub struct Contacts {
    pub frame: Frame,
    /// The primary one of each kind first.
    pub emails: Vec<Row>,
    pub phones: Vec<Row>,
    /// Where a code is on its way to: the form for it stands at the top.
    pub waiting: Option<Waiting>,
    /// Whether codes can be sent to phones.
    pub proves_phones: bool,
    /// What was typed, to be mended.
    pub email: String,
    pub phone: String,
}

#[derive(Clone, Debug)]
pub struct Row {
    pub id: String,
    pub address: String,
    pub chip: Chip,
    pub is_proven: bool,
    /// Mail to it came back.
    pub is_undeliverable: bool,
    pub is_primary: bool,
    /// The apps that are told it.
    pub told: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Waiting {
    pub address: String,
    pub is_phone: bool,
    /// The mail with the code came back.
    pub is_undeliverable: bool,
    /// How far the message to a phone has come.
    pub delivery: Option<State>,
    /// The SIM card was changed not long ago.
    pub is_held: bool,
}

impl Waiting {
    pub fn has_failed(&self) -> bool {
        self.delivery == Some(State::Failed)
    }

    /// What is said of the message to a phone.
    pub fn told(&self) -> Option<&'static str> {
        self.delivery.map(|state| match state {
            State::Queued => "sms-state-queued",
            State::Sent => "sms-state-sent",
            State::Failed => "sms-state-failed",
            State::Delivered => "sms-state-delivered",
        })
    }
}

impl Contacts {
    /// Whose `one` is whether the row is of a mail address: the primary one of these stays.
    pub fn may_go(row: &Row, is_email: &bool) -> bool {
        !(*is_email && row.is_primary)
    }

    /// What an app loses when a row goes.
    pub fn losers(&self, row: &Row) -> String {
        self.frame.words.list(&row.told)
    }
}
