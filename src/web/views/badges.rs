//! Badges, and what each kind means.

use askama::Template;

use crate::web::view::{Frame, When};

/// `/account/badges`. The form of a row posts `badge` to `action`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/badges.html")]
pub struct Badges {
    pub frame: Frame,
    /// From 0 to 4.
    pub trust: u8,
    pub badges: Vec<BadgeRow>,
    pub action: String,
}

#[derive(Clone, Debug)]
pub struct BadgeRow {
    pub id: String,
    pub name: String,
    /// What the person sees of the thing.
    pub detail: Option<String>,
    pub proves: Option<String>,
    pub state: String,
    pub is_active: bool,
    pub since: When,
    pub until: Option<When>,
    /// The public page of its kind.
    pub href: Option<String>,
    /// The address that is proven anew where the badge is renewed.
    pub renew: Option<String>,
    /// Those that follow from an address or a birth date go with these.
    pub may_remove: bool,
}

/// `/badge-types`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/badge_types.html")]
pub struct Kinds {
    pub frame: Frame,
    pub kinds: Vec<KindRow>,
}

#[derive(Clone, Debug)]
pub struct KindRow {
    pub name: String,
    pub proves: String,
    pub href: String,
}

/// `/badge-types/{slug}`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/badge_type.html")]
pub struct Kind {
    pub frame: Frame,
    pub name: String,
    pub proves: String,
    pub validity: String,
    pub slug: &'static str,
}

/// `/trust-framework/1`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/trust_framework.html")]
pub struct TrustFramework {
    pub frame: Frame,
    /// As platforms are told of it.
    pub id: String,
}
