//! Badges that apps offer, and what an operator sees of their definitions.

use askama::Template;

use crate::web::view::{AppCard, Frame, When};

/// `/account/badges/offers`. Each row's forms post nothing but the form token.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/offers.html")]
pub struct Offers {
    pub frame: Frame,
    pub rows: Vec<OfferRow>,
}

#[derive(Clone, Debug)]
pub struct OfferRow {
    pub app: AppCard,
    pub name: String,
    pub description: String,
    pub criteria: String,
    /// Where the app shows what it rests on.
    pub evidence_href: Option<String>,
    pub until: When,
    pub answer_by: When,
    pub accept_action: String,
    pub decline_action: String,
}

/// `/badge-types/client:…`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/badge_definition.html")]
pub struct ClientKind {
    pub frame: Frame,
    pub app: AppCard,
    pub name: String,
    pub description: String,
    pub criteria: String,
    pub slug: String,
}

/// `/admin/badge-definitions`. Each row's forms post nothing but the form token.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/badge_definitions.html")]
pub struct Definitions {
    pub frame: Frame,
    pub rows: Vec<DefinitionRow>,
}

#[derive(Clone, Debug)]
pub struct DefinitionRow {
    /// The client's.
    pub app: String,
    pub name: String,
    pub description: String,
    pub criteria: String,
    pub slug: String,
    pub state: String,
    pub created: When,
    /// `None` where it is so already.
    pub approve_action: Option<String>,
    pub refuse_action: Option<String>,
}
