//! The desk of the reviewers: what waits, and one case.

use askama::Template;

use crate::web::view::{Choice, Frame, When};

/// `/desk`. The forms of the rows post to `/desk/{case}/claim`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/desk.html")]
pub struct Desk {
    pub frame: Frame,
    pub held: Vec<Row>,
    pub waiting: Vec<Row>,
}

#[derive(Clone, Debug)]
pub struct Row {
    pub id: String,
    /// The end of its identifier, for people.
    pub name: String,
    pub title: String,
    pub is_appeal: bool,
    pub is_escalated: bool,
    /// When it was promised.
    pub due: When,
    pub is_late: bool,
}

/// `/desk/{case}`. Posts to `…/decide`: `outcome`, `check` and `reason` several times, `note`; and to `…/renew`, `…/release`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/desk_case.html")]
pub struct DeskCase {
    pub frame: Frame,
    pub id: String,
    pub name: String,
    pub title: String,
    /// `None` where the reviewer does not have it.
    pub open: Option<Open>,
}

#[derive(Clone, Debug)]
pub struct Open {
    pub until: When,
    pub may_renew: bool,
    /// Label and link.
    pub pictures: Vec<(String, String)>,
    /// Label and value, as typed.
    pub data: Vec<(String, String)>,
    pub code: String,
    pub gesture: String,
    pub findings: Vec<String>,
    pub failed: usize,
    /// What others decided, for whoever decides between them.
    pub decisions: Vec<String>,
    pub outcomes: Vec<Choice>,
    pub checks: Vec<Choice>,
    pub reasons: Vec<Choice>,
    pub note: String,
}
