//! The pages of the sample platform "Orbit Photos": a stranger to this house, in English, with a stylesheet of its own.

use askama::Template;

use super::relying_party::Badge;

/// `/`.
#[derive(Clone, Debug, Template)]
#[template(path = "demo/home.html")]
pub struct DemoHome {
    /// Where the button leads: the platform's own `/login`.
    pub login_href: String,
    /// The provider, for its button's stylesheet and mark.
    pub issuer: String,
    /// What went wrong, or was done, last.
    pub message: Option<String>,
}

/// What arrived, exactly.
#[derive(Clone, Debug, Template)]
#[template(path = "demo/arrived.html")]
pub struct DemoArrived {
    /// The name, or whatever else there is to greet with.
    pub greeting: String,
    /// Claims of the ID token, in order: name, JSON value.
    pub id_token: Vec<(String, String)>,
    /// Links to the photos that were picked.
    pub photos: Vec<String>,
    /// The badges that were picked.
    pub badges: Vec<Badge>,
    /// Claims of the UserInfo response.
    pub userinfo: Vec<(String, String)>,
    /// The token response without its secrets: scope, expires_in, whether a refresh token came.
    pub token: Vec<(String, String)>,
    /// Buttons (plain POST) that ask again.
    pub reload_action: String,
    pub refresh_action: Option<String>,
    /// What the last such call was answered.
    pub outcome: Option<String>,
    pub manage_href: String,
    pub logout_href: String,
}

/// A page of plain sentences: the privacy policy, the terms.
#[derive(Clone, Debug, Template)]
#[template(path = "demo/document.html")]
pub struct DemoDocument {
    pub title: &'static str,
    pub paragraphs: &'static [&'static str],
}
