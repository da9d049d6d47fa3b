//! `Pick`: one thing of several that a person shares by itself.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::base::id::{BadgeId, ContactId, MediaId};

/// One thing that was picked for a client, where a claim alone does not say which.
///
/// Its text form, kept with the grant and sent by forms, is the kind, a full stop, and the identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Pick {
    /// The email address that a client is told of, of several.
    Email(ContactId),
    /// The phone number that a client is told of, of several.
    Phone(ContactId),
    Badge(BadgeId),
    /// A photo or video.
    Media(MediaId),
}

/// A text that names no pick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a pick")]
pub struct NotAPick;

impl Pick {
    /// Whether both are of one kind, of which a client is told one thing alone.
    pub fn rivals(self, other: Self) -> bool {
        matches!((self, other), (Self::Email(_), Self::Email(_)) | (Self::Phone(_), Self::Phone(_)))
    }

    /// The photo or video that it is.
    pub fn media(self) -> Option<MediaId> {
        if let Self::Media(id) = self { Some(id) } else { None }
    }

    /// Whether it says which value of a claim is told.
    pub fn is_of(self, claim: &str) -> bool {
        matches!((self, claim), (Self::Email(_), "email") | (Self::Phone(_), "phone_number"))
    }
}

impl fmt::Display for Pick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Email(id) => write!(f, "email.{id}"),
            Self::Phone(id) => write!(f, "phone.{id}"),
            Self::Badge(id) => write!(f, "badge.{id}"),
            Self::Media(id) => write!(f, "media.{id}"),
        }
    }
}

impl FromStr for Pick {
    type Err = NotAPick;

    fn from_str(text: &str) -> Result<Self, NotAPick> {
        let (kind, id) = text.split_once('.').ok_or(NotAPick)?;
        match kind {
            "email" => id.parse().map(Self::Email).map_err(|_| NotAPick),
            "phone" => id.parse().map(Self::Phone).map_err(|_| NotAPick),
            "badge" => id.parse().map(Self::Badge).map_err(|_| NotAPick),
            "media" => id.parse().map(Self::Media).map_err(|_| NotAPick),
            _ => Err(NotAPick),
        }
    }
}

impl TryFrom<String> for Pick {
    type Error = NotAPick;

    fn try_from(text: String) -> Result<Self, NotAPick> {
        text.parse()
    }
}

impl From<Pick> for String {
    fn from(pick: Pick) -> Self {
        pick.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Random, Time};

    #[test]
    fn texts_are_read_back_and_others_refused() {
        let (now, random) = (Time::from_unix(1_795_000_000), Random::seeded(1));
        let contact = ContactId::new(now, &random);
        let picks = [
            Pick::Email(contact),
            Pick::Phone(contact),
            Pick::Badge(BadgeId::new(now, &random)),
            Pick::Media(MediaId::new(now, &random)),
        ];
        for pick in picks {
            assert_eq!(pick.to_string().parse(), Ok(pick));
        }
        assert!(picks[0].rivals(picks[0]) && !picks[0].rivals(picks[1]) && !picks[2].rivals(picks[2]));
        assert!(picks[0].is_of("email") && picks[1].is_of("phone_number"));
        assert!(!picks[0].is_of("phone_number") && !picks[2].is_of("email"));
        for bad in ["", "email", "email.", "email.bdg_x", &format!("x.{contact}"), &contact.to_string()] {
            assert_eq!(bad.parse::<Pick>(), Err(NotAPick), "{bad}");
        }
    }
}
