//! A person's verification: where it stands, what is to be done next, and what became of earlier ones.

use askama::Template;

use crate::web::view::{Choice, Frame, When};
use crate::web::views::media::Mark;

/// `/account/verification`. Every form posts `case` to `/account/verification/…`; the first one posts `kind`, `country` and
/// `level` to `/account/verification` itself.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/verification.html")]
pub struct Verification {
    pub frame: Frame,
    /// The case that the page is about.
    pub shown: Option<Shown>,
    /// Where a new one can be begun.
    pub start: Option<Start>,
    pub earlier: Vec<Earlier>,
}

#[derive(Clone, Debug)]
pub struct Shown {
    pub id: String,
    /// The document in words.
    pub title: String,
    pub state: Mark,
    /// What happens next, a paragraph each.
    pub told: Vec<String>,
    /// Why it did not succeed, or why other pictures are asked for.
    pub reasons: Vec<String>,
    /// Its person has to agree first: how long a challenge works, and how long pictures are kept.
    pub consent: Option<Consent>,
    pub collect: Option<Collect>,
    /// The house works on it.
    pub is_moving: bool,
    pub may_appeal: bool,
    pub may_withdraw: bool,
}

#[derive(Clone, Debug)]
pub struct Consent {
    pub minutes: usize,
    /// Days after the decision, where it succeeds and where it does not.
    pub kept_days: usize,
    pub kept_days_rejected: usize,
    /// Whether an outside service is told.
    pub is_outside: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Collect {
    pub code: String,
    /// How the sheet with the code is held.
    pub gesture: String,
    /// Until when a picture with it is taken.
    pub until: String,
    pub is_over: bool,
    pub given_name: String,
    pub family_name: String,
    pub birthdate: String,
    pub number: String,
    pub nationality: String,
    pub issued_on: String,
    pub expires_on: String,
    pub mrz: String,
    pub pictures: Vec<Picture>,
    /// What may be uploaded.
    pub hint: String,
    /// There is all that reviewers need.
    pub is_whole: bool,
}

/// A picture to upload; problems at `picture-` and the side.
#[derive(Clone, Debug)]
pub struct Picture {
    /// `front`, `back` or `selfie`.
    pub side: &'static str,
    /// The id of its field.
    pub field: &'static str,
    pub label: String,
    pub hint: String,
    pub is_there: bool,
    /// Of the person: the camera at the front is offered.
    pub is_selfie: bool,
}

#[derive(Clone, Debug)]
pub struct Start {
    pub kinds: Vec<Choice>,
    pub country: String,
    /// None where there is no choice.
    pub levels: Vec<Choice>,
}

#[derive(Clone, Debug)]
pub struct Earlier {
    pub href: String,
    pub title: String,
    pub state: Mark,
    pub when: When,
}

/// `/verification/dispute/{link}`: opened from a mail, without a sign-in. Posts nothing but its token.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/dispute.html")]
pub struct Dispute {
    pub frame: Frame,
    pub action: String,
    pub is_done: bool,
}
