//! `BADGES`: kind, what it proves, for how long.

/// One kind of verified fact.
#[derive(Debug)]
pub struct Badge {
    /// Its name everywhere.
    pub slug: &'static str,
    /// The claim whose value it vouches for.
    pub of: &'static str,
    /// The claim by which a client learns of it.
    pub told_by: &'static str,
    /// Fluent key of the chip beside the value.
    pub label: &'static str,
    /// Fluent key of the sentence that says what was done to prove it.
    pub proves: &'static str,
    /// For how many days it counts.
    pub valid_days: u32,
}

/// Every kind of badge.
pub const BADGES: &[Badge] = &[
    Badge {
        slug: "email_verified",
        of: "email",
        told_by: "email_verified",
        label: "badge-email-verified",
        proves: "badge-email-verified-proves",
        valid_days: 730,
    },
    Badge {
        slug: "phone_verified",
        of: "phone_number",
        told_by: "phone_number_verified",
        label: "badge-phone-verified",
        proves: "badge-phone-verified-proves",
        valid_days: 365,
    },
];

/// The badge of that name.
pub fn find(slug: &str) -> Option<&'static Badge> {
    BADGES.iter().find(|badge| badge.slug == slug)
}

/// The badge that vouches for a claim's value.
pub fn of_claim(claim: &str) -> Option<&'static Badge> {
    BADGES.iter().find(|badge| badge.of == claim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::claims;

    #[test]
    fn the_table_is_complete() {
        for (at, badge) in BADGES.iter().enumerate() {
            assert!(BADGES[..at].iter().all(|other| other.slug != badge.slug && other.of != badge.of));
            assert_eq!(claims::find(badge.told_by).unwrap().line_name(), Some(badge.of));
            assert_eq!(badge.label, format!("badge-{}", badge.slug.replace('_', "-")));
            assert_eq!(badge.proves, format!("{}-proves", badge.label));
            assert!(badge.valid_days > 0 && find(badge.slug).is_some() && of_claim(badge.of).is_some());
        }
    }
}
