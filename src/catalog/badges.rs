//! `BADGES`: kind, what it proves, how it is earned, for how long.

use Earned::{Account, Age, Contact, Link, Review};
use Validity::{Days, Identity, Lasting, Reviewed};

use crate::base::id::{AccountId, BadgeId};
use crate::base::seal::Pepper;

/// One kind of verified fact.
#[derive(Debug)]
pub struct Badge {
    /// Its name everywhere.
    pub slug: &'static str,
    pub earned: Earned,
    pub validity: Validity,
    /// Whether its person can earn it anew before it ends.
    pub is_renewable: bool,
    /// Whether it tells more than that a check was passed.
    pub is_sensitive: bool,
    /// Fluent key of its name, which is the chip beside the value too.
    pub label: &'static str,
    /// Fluent key of the sentence that says what was done to prove it.
    pub proves: &'static str,
    /// A picture of `static/icons.svg`.
    pub icon: &'static str,
}

/// What a badge that follows from another thing is called: the same for ever, without a row of its own.
pub fn derived(pepper: &Pepper, account: AccountId, slug: &str, thing: &[u8]) -> BadgeId {
    let mac = pepper.mac("badge-id", &[account.as_bytes(), slug.as_bytes(), &[0], thing].concat());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&mac[..16]);
    BadgeId::from_bytes(bytes)
}

/// How a badge comes to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Earned {
    /// A code came back that was sent to an address, which is the value of a claim; another claim tells of it.
    Contact { of: &'static str, told_by: &'static str },
    /// Reviewers decided.
    Review,
    /// It follows from the birth date of a document.
    Age(u8),
    /// The person signed in to an account of theirs at another provider.
    Link,
    /// It follows from how many days the wallet is there.
    Account { days: u32 },
}

/// How long a badge counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// From the last check on.
    Days(u32),
    /// As those say who award it, and no longer than this many days.
    Reviewed { most_days: u32 },
    /// As long as the badge of the identity that it follows from.
    Identity,
    /// As long as it is true.
    Lasting,
}

/// Every kind of badge that the house itself awards.
pub const BADGES: &[Badge] = &[
    Badge {
        slug: "email_verified",
        earned: Contact { of: "email", told_by: "email_verified" },
        validity: Days(730),
        is_renewable: true,
        is_sensitive: false,
        label: "badge-email-verified",
        proves: "badge-email-verified-proves",
        icon: "mail",
    },
    Badge {
        slug: "phone_verified",
        earned: Contact { of: "phone_number", told_by: "phone_number_verified" },
        validity: Days(365),
        is_renewable: true,
        is_sensitive: false,
        label: "badge-phone-verified",
        proves: "badge-phone-verified-proves",
        icon: "phone",
    },
    Badge {
        slug: IDENTITY,
        earned: Review,
        validity: Reviewed { most_days: 730 },
        is_renewable: true,
        is_sensitive: true,
        label: "badge-identity-verified",
        proves: "badge-identity-verified-proves",
        icon: "shield",
    },
    age("age_over_13", 13, "badge-age-over-13", "badge-age-over-13-proves"),
    age("age_over_16", 16, "badge-age-over-16", "badge-age-over-16-proves"),
    age("age_over_18", 18, "badge-age-over-18", "badge-age-over-18-proves"),
    age("age_over_21", 21, "badge-age-over-21", "badge-age-over-21-proves"),
    Badge {
        slug: PHOTO,
        earned: Review,
        validity: Reviewed { most_days: 365 },
        is_renewable: true,
        is_sensitive: false,
        label: "badge-photo-verified",
        proves: "badge-photo-verified-proves",
        icon: "image",
    },
    Badge {
        slug: LINKED,
        earned: Link,
        validity: Days(365),
        is_renewable: true,
        is_sensitive: false,
        label: "badge-linked-account",
        proves: "badge-linked-account-proves",
        icon: "link",
    },
    Badge {
        slug: "account_age_1y",
        earned: Account { days: 365 },
        validity: Lasting,
        is_renewable: false,
        is_sensitive: false,
        label: "badge-account-age-1y",
        proves: "badge-account-age-1y-proves",
        icon: "calendar",
    },
];

/// The kind on which those of the age depend.
pub const IDENTITY: &str = "identity_verified";
pub const PHOTO: &str = "photo_verified";
/// Of each provider a wallet may have one.
pub const LINKED: &str = "linked_account";

const fn age(slug: &'static str, years: u8, label: &'static str, proves: &'static str) -> Badge {
    let (earned, validity) = (Age(years), Identity);
    Badge { slug, earned, validity, is_renewable: false, is_sensitive: false, label, proves, icon: "calendar" }
}

impl Badge {
    /// The claim whose value it vouches for.
    pub fn of(&self) -> Option<&'static str> {
        match self.earned {
            Contact { of, .. } => Some(of),
            _ => None,
        }
    }

    /// Whether there are rows of it: others follow from what else the wallet holds.
    pub fn is_awarded(&self) -> bool {
        matches!(self.earned, Review | Link)
    }

    /// For at most how many days it counts.
    pub fn most_days(&self) -> Option<u32> {
        match self.validity {
            Days(days) | Reviewed { most_days: days } => Some(days),
            Identity | Lasting => None,
        }
    }
}

/// The badge of that name.
pub fn find(slug: &str) -> Option<&'static Badge> {
    BADGES.iter().find(|badge| badge.slug == slug)
}

/// The badge that vouches for a claim's value.
pub fn of_claim(claim: &str) -> Option<&'static Badge> {
    BADGES.iter().find(|badge| badge.of() == Some(claim))
}

/// The ages that can be asked for, youngest first.
pub fn ages() -> impl Iterator<Item = (u8, &'static Badge)> {
    BADGES.iter().filter_map(|badge| match badge.earned {
        Age(years) => Some((years, badge)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::claims;

    #[test]
    fn the_table_is_complete() {
        for (at, badge) in BADGES.iter().enumerate() {
            assert!(BADGES[..at].iter().all(|other| other.slug != badge.slug));
            if let Contact { of, told_by } = badge.earned {
                assert_eq!(claims::find(told_by).unwrap().line_name(), Some(of));
                assert!(of_claim(of).is_some_and(|found| found.slug == badge.slug));
            }
            assert_eq!(badge.label, format!("badge-{}", badge.slug.replace('_', "-")));
            assert_eq!(badge.proves, format!("{}-proves", badge.label));
            assert!(badge.most_days() != Some(0) && find(badge.slug).is_some());
        }
        assert!(ages().all(|(years, badge)| badge.slug == format!("age_over_{years}")));
        assert!(find(IDENTITY).is_some() && find(PHOTO).is_some_and(Badge::is_awarded));
    }
}
