//! The operator's pages: first administrator, overview, outbox.

use askama::Template;

use crate::web::view::Frame;
use crate::web::view::When;

/// Opened by the one-time link of `admin setup-link`. Posts `email`, `name`, `password`. Problems at these.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/setup.html")]
pub struct Setup {
    pub frame: Frame,
    /// `None` where the link works no more: then there is no form.
    pub action: Option<String>,
    pub email: String,
    pub name: String,
    pub least: usize,
}

/// `/admin`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/admin.html")]
pub struct Admin {
    pub frame: Frame,
    pub counts: Vec<Count>,
    /// What people say of platforms, the oldest first. Each form posts `report` to `/admin/reports/close`.
    pub reports: Vec<ReportRow>,
    pub clients: Vec<ClientRow>,
}

/// A report that nobody has dealt with; who wrote it is not told.
#[derive(Clone, Debug)]
pub struct ReportRow {
    pub id: String,
    pub app: String,
    pub category: String,
    pub words: String,
    pub when: When,
}

/// A number with its name; see [`Count::KEYS`].
#[derive(Clone, Debug)]
pub struct Count {
    /// A message: one of [`Count::KEYS`].
    pub key: &'static str,
    pub n: usize,
}

impl Count {
    pub const KEYS: [&str; 4] =
        ["admin-count-accounts", "admin-count-clients", "admin-count-grants", "admin-count-sessions"];
}

/// Its forms post `client` to `/admin/clients/{verify-domain,unverify-domain,disable,enable}`.
#[derive(Clone, Debug)]
pub struct ClientRow {
    pub id: String,
    pub name: String,
    pub host: String,
    pub is_domain_verified: bool,
    pub is_self_registered: bool,
    pub is_enabled: bool,
    pub created: When,
}

/// `/dev/outbox`, development mode only.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/outbox.html")]
pub struct Outbox {
    pub frame: Frame,
    /// Newest first.
    pub messages: Vec<MessageRow>,
}

#[derive(Clone, Debug)]
pub struct MessageRow {
    /// `/dev/outbox/{id}`.
    pub href: String,
    pub to: String,
    pub subject: String,
    pub when: When,
}

/// One message, as text.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/outbox_message.html")]
pub struct OutboxMessage {
    pub frame: Frame,
    pub to: String,
    pub subject: String,
    pub when: When,
    pub text: String,
    /// The addresses in the text, as links.
    pub links: Vec<String>,
}
