//! Questions of apps that wait for the person.

use askama::Template;

use crate::web::view::AppCard;
use crate::web::view::Frame;
use crate::web::view::When;

/// `/account/approvals`. Each row's forms post nothing but the form token.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/approvals.html")]
pub struct Approvals {
    pub frame: Frame,
    pub rows: Vec<ApprovalRow>,
}

#[derive(Clone, Debug)]
pub struct ApprovalRow {
    pub app: AppCard,
    /// What the app shows at the same time.
    pub message: Option<String>,
    /// What it asks for, as a list in words.
    pub asked: String,
    pub when: When,
    pub until: When,
    pub approve_action: String,
    pub deny_action: String,
}
