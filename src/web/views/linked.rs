//! Accounts elsewhere.

use askama::Template;

use crate::web::view::{Chip, Frame, When};

/// `/account/linked`. Each row's forms post nothing but the form token.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/linked.html")]
pub struct LinkedAccounts {
    pub frame: Frame,
    /// A provider each; empty where the operator names none.
    pub rows: Vec<Row>,
}

#[derive(Clone, Debug)]
pub struct Row {
    /// The provider's.
    pub name: String,
    /// What the linked account is called there.
    pub account: Option<String>,
    pub logo: Option<String>,
    /// How the link stands, where there is one.
    pub told: Option<Chip>,
    pub until: Option<When>,
    /// Links an account, or the same one anew.
    pub link_action: Option<String>,
    pub unlink_action: Option<String>,
}

/// On the way to a provider.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/linked_leaving.html")]
pub struct Leaving {
    pub frame: Frame,
    pub name: String,
    pub origin: String,
    pub href: String,
}
