//! Where a person goes once they are signed in: back to an authorization request, to the page they came for, or home.

use crate::base::id::InteractionId;
use crate::error::{Denied, Error};
use crate::oauth::params;
use crate::provider::interaction::{self, About};
use crate::web::call::{Call, visitor};
use crate::web::pages::app_card;
use crate::web::view::{AppCard, Frame};

/// The way that a sign-in is a part of; carried in the query of its pages.
#[derive(Debug, Clone, Default)]
pub struct Journey {
    interaction: Option<InteractionId>,
    return_to: Option<String>,
    /// What is known of the request, where it still waits.
    about: Option<About>,
}

impl Journey {
    /// Reads where the person is going.
    ///
    /// # Errors
    /// A fault when a store does not answer. A request that is over is forgotten: the person may sign in all the same.
    pub async fn read(call: &Call) -> Result<Self, Error> {
        let interaction: Option<InteractionId> = call.query_value("interaction").and_then(|id| id.parse().ok());
        let return_to = call.query_value("return_to").filter(|path| is_local(path));
        let Some(id) = interaction else { return Ok(Self { return_to, ..Self::default() }) };
        let browser = call.visit.browser_digest();
        match interaction::about(&call.app, id, visitor(None, Some(&browser))).await {
            Ok(about) => Ok(Self { interaction, return_to, about: Some(about) }),
            Err(Error::Denied(Denied::Expired) | Error::Protocol(_)) => Ok(Self { return_to, ..Self::default() }),
            Err(error) => Err(error),
        }
    }

    /// Whether a platform waits at the end of the way.
    pub fn is_for_app(&self) -> bool {
        self.interaction.is_some()
    }

    pub fn returns(&self) -> bool {
        self.return_to.is_some()
    }

    pub fn app(&self) -> Option<AppCard> {
        self.about.as_ref().map(|about| app_card::of(&about.client))
    }

    pub fn login_hint(&self) -> Option<&str> {
        self.about.as_ref()?.login_hint.as_deref()
    }

    /// The frame of a page on the way, in the language that the platform would like where the person chose none.
    pub fn frame(&self, call: &Call) -> Frame {
        let wished = self.about.as_ref().map_or(&[][..], |about| about.ui_locales.as_slice());
        call.visit.frame_in(call.visit.words_for(wished))
    }

    /// A page on the way, with the way.
    pub fn href(&self, path: &str) -> String {
        let mut out = path.to_owned();
        let interaction = self.interaction.map(|id| id.to_string());
        let carried = [("interaction", interaction.as_deref()), ("return_to", self.return_to.as_deref())];
        for (name, value) in carried {
            if let Some(value) = value {
                out.push(if out.contains('?') { '&' } else { '?' });
                out.push_str(name);
                out.push('=');
                params::encode(value, &mut out);
            }
        }
        out
    }

    /// Where the person goes now.
    pub fn end(&self) -> String {
        match (self.interaction, &self.return_to) {
            (Some(id), _) => format!("/interaction/{id}"),
            (None, Some(path)) => path.clone(),
            (None, None) => "/account".to_owned(),
        }
    }
}

/// Whether an address stays in this house, whatever a browser makes of it.
pub fn is_local(path: &str) -> bool {
    path.len() <= 2048
        && path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_our_own() {
        assert!(is_local("/account/apps?x=1#y") && is_local("/"));
        let foreign =
            ["//evil.example", "/\\evil.example", "https://evil.example", "", "account", "/a b", "/\t/e", "/é"];
        assert!(foreign.iter().all(|path| !is_local(path)));
    }
}
