//! `CLAIMS`: name, scope, type, source, consent line, sensitivity of everything a client may learn of a person.

use Line::{AnyOfScope, Named, Own, With};
use Sensitivity::{Ordinary, Sensitive};
use Source::{Contact, Document, Profile, Shelf, System};
use ValueType::{
    Address, Bool, Color, Date, Email, Language, Languages, Media, Number, Object, Objects, Phone, Prose, Text, Texts,
    Url, Urls, Zone,
};

/// One claim.
#[derive(Debug)]
pub struct Claim {
    /// The member's name in ID Token and UserInfo.
    pub name: &'static str,
    /// The scope that asks for it (OIDC Core §5.4).
    pub scope: &'static str,
    pub value: ValueType,
    pub source: Source,
    pub line: Line,
    pub sensitivity: Sensitivity,
    /// Whether it goes into the ID Token too, for clients whose `id_token_claims` is `granted`.
    pub in_id_token: bool,
    /// Fluent key of its words on the consent page and the profile page.
    pub label: &'static str,
    /// Longest value, in characters; 0 where nobody types it.
    pub most: usize,
    /// Where it is defined.
    pub section: &'static str,
}

/// What a value is, and so which JSON it becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    Text,
    /// `https` only.
    Url,
    Bool,
    /// `YYYY-MM-DD`, `0000-MM-DD` without the year, or `YYYY` (OIDC Core §5.1).
    Date,
    /// Seconds since the epoch.
    Number,
    /// A JSON object (OIDC Core §5.1.1), kept as [`crate::catalog::values::Address`].
    Address,
    /// A BCP 47 tag.
    Language,
    /// A name of the IANA time zone database.
    Zone,
    Email,
    /// E.164.
    Phone,
    /// Text of several lines.
    Prose,
    /// A JSON array of texts, of web addresses, of language tags: kept and typed one a line.
    Texts,
    Urls,
    Languages,
    /// `#rrggbb`.
    Color,
    /// How many photos or videos are shared, and where the data API tells of them.
    Media,
    /// A JSON object, kept as its text.
    Object,
    /// A JSON array of what was picked: each thing is kept as the text of its object.
    Objects,
}

impl ValueType {
    /// The most members of a list; `None` for what is none.
    pub fn most_members(self) -> Option<usize> {
        match self {
            Self::Texts | Self::Urls => Some(20),
            Self::Languages => Some(10),
            _ => None,
        }
    }
}

/// Where the value is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The profile field of this name, which the person types.
    Profile(&'static str),
    /// The contact that the person chose for the client, or whether it is verified.
    Contact(ContactKind),
    /// The person picks it among their photos and videos.
    Shelf,
    /// Read off a document that reviewers compared with the person; told inside of `verified_claims` alone.
    Document,
    /// Computed by the house.
    System,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactKind {
    Email,
    Phone,
}

/// Which line of the consent page decides about a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// One of its own, named as the claim.
    Own,
    /// One of its own; its scope alone does not ask for it, only the `claims` parameter does (OIDC Core §5.5).
    Named,
    /// The line of another claim: it says something about that one.
    With(&'static str),
    /// Any ticked line of its scope: it says something about them all.
    AnyOfScope,
}

/// How a value is shown on pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sensitivity {
    Ordinary,
    /// Masked until the person asks to see it, and never ticked beforehand.
    Sensitive,
}

/// Every claim, in the order in which pages show them.
pub const CLAIMS: &[Claim] = &[
    row("sub", "openid", Text, System, Own, Ordinary, true, "claim-sub", 0),
    row("name", "profile", Text, Profile("name"), Own, Ordinary, true, "claim-name", 200),
    row("given_name", "profile", Text, Profile("given_name"), Own, Ordinary, true, "claim-given-name", 100),
    row("family_name", "profile", Text, Profile("family_name"), Own, Ordinary, true, "claim-family-name", 100),
    row("middle_name", "profile", Text, Profile("middle_name"), Own, Ordinary, false, "claim-middle-name", 100),
    row("nickname", "profile", Text, Profile("nickname"), Own, Ordinary, false, "claim-nickname", 100),
    row(
        "preferred_username",
        "profile",
        Text,
        Profile("preferred_username"),
        Own,
        Ordinary,
        true,
        "claim-preferred-username",
        30,
    ),
    row("profile", "profile", Url, Profile("profile"), Own, Ordinary, false, "claim-profile", 500),
    row("picture", "profile", Url, Shelf, Own, Ordinary, true, "claim-picture", 0),
    row("website", "profile", Url, Profile("website"), Own, Ordinary, false, "claim-website", 500),
    row("gender", "profile", Text, Profile("gender"), Own, Sensitive, false, "claim-gender", 40),
    row("birthdate", "profile", Date, Profile("birthdate"), Own, Sensitive, false, "claim-birthdate", 10),
    row("zoneinfo", "profile", Zone, Profile("zoneinfo"), Own, Ordinary, false, "claim-zoneinfo", 64),
    row("locale", "profile", Language, Profile("locale"), Own, Ordinary, true, "claim-locale", 35),
    row("updated_at", "profile", Number, System, AnyOfScope, Ordinary, true, "claim-updated-at", 0),
    row("email", "email", Email, Contact(ContactKind::Email), Own, Ordinary, true, "claim-email", 254),
    row(
        "email_verified",
        "email",
        Bool,
        Contact(ContactKind::Email),
        With("email"),
        Ordinary,
        true,
        "claim-email-verified",
        0,
    ),
    row("phone_number", "phone", Phone, Contact(ContactKind::Phone), Own, Sensitive, true, "claim-phone-number", 16),
    row(
        "phone_number_verified",
        "phone",
        Bool,
        Contact(ContactKind::Phone),
        With("phone_number"),
        Ordinary,
        true,
        "claim-phone-number-verified",
        0,
    ),
    Claim {
        section: "OIDC Core §5.1.1",
        ..row("address", "address", Address, Profile("address"), Own, Sensitive, false, "claim-address", 1500)
    },
    social("wallet_display_name", Text, Profile("wallet_display_name"), "claim-wallet-display-name", 60),
    social("wallet_headline", Text, Profile("wallet_headline"), "claim-wallet-headline", 120),
    social("wallet_pronouns", Text, Profile("wallet_pronouns"), "claim-wallet-pronouns", 40),
    social("wallet_bio", Prose, Profile("wallet_bio"), "claim-wallet-bio", 1000),
    social("wallet_location", Text, Profile("wallet_location"), "claim-wallet-location", 100),
    social("wallet_links", Urls, Profile("wallet_links"), "claim-wallet-links", 4000),
    social("wallet_languages", Languages, Profile("wallet_languages"), "claim-wallet-languages", 200),
    social("wallet_interests", Texts, Profile("wallet_interests"), "claim-wallet-interests", 1000),
    social("wallet_accent_color", Color, Profile("wallet_accent_color"), "claim-wallet-accent-color", 7),
    Claim { scope: "wallet.photos", ..social("wallet_photos", Media, Shelf, "claim-wallet-photos", 0) },
    Claim { scope: "wallet.videos", ..social("wallet_videos", Media, Shelf, "claim-wallet-videos", 0) },
    proven("wallet_trust", "wallet.trust", Object, Own, "claim-wallet-trust"),
    proven("wallet_badges", "wallet.badges", Objects, Own, "claim-wallet-badges"),
    age("age_over_18", Own, "claim-age-over-18"),
    age("age_over_13", Named, "claim-age-over-13"),
    age("age_over_16", Named, "claim-age-over-16"),
    age("age_over_21", Named, "claim-age-over-21"),
    verified("verified_claims.given_name", Text, Own, "claim-verified-claims-given-name"),
    verified("verified_claims.family_name", Text, Own, "claim-verified-claims-family-name"),
    verified("verified_claims.birthdate", Date, Own, "claim-verified-claims-birthdate"),
    verified("verified_claims.nationalities", Texts, Own, "claim-verified-claims-nationalities"),
    verified("verification.evidence", Object, Named, "claim-verification-evidence"),
];

/// Who a person is by a document, under the name that grants have for it (see [`crate::oauth::verified_claims`]).
const fn verified(name: &'static str, value: ValueType, line: Line, label: &'static str) -> Claim {
    let claim = row(name, "wallet.identity", value, Document, line, Sensitive, true, label, 0);
    Claim { section: "OpenID Identity Assurance §5", ..claim }
}

/// What the house tells of a person by their badges.
const fn proven(name: &'static str, scope: &'static str, value: ValueType, line: Line, label: &'static str) -> Claim {
    let claim = row(name, scope, value, System, line, Ordinary, true, label, 0);
    Claim { section: "RFC 7519 §4.3", ..claim }
}

/// Whether a person is of an age, by a checked document; each age is asked for and agreed to by itself.
const fn age(name: &'static str, line: Line, label: &'static str) -> Claim {
    Claim { section: "ISO/IEC 18013-5 §7.2.5", ..proven(name, "wallet.age", Bool, line, label) }
}

/// A line of the social profile: a claim of our own (RFC 7519 §4.3), told by UserInfo and the data API.
const fn social(name: &'static str, value: ValueType, source: Source, label: &'static str, most: usize) -> Claim {
    let claim = row(name, "wallet.profile", value, source, Own, Ordinary, false, label, most);
    Claim { section: "RFC 7519 §4.3", ..claim }
}

/// A row of the standard's table; the order of the arguments is that of the fields.
#[expect(clippy::too_many_arguments, reason = "the columns of a table")]
const fn row(
    name: &'static str,
    scope: &'static str,
    value: ValueType,
    source: Source,
    line: Line,
    sensitivity: Sensitivity,
    in_id_token: bool,
    label: &'static str,
    most: usize,
) -> Claim {
    let section = "OIDC Core §5.1";
    Claim { name, scope, value, source, line, sensitivity, in_id_token, label, most, section }
}

impl Claim {
    /// The name of the line that decides about it; `None` where any line of its scope does.
    pub fn line_name(&self) -> Option<&'static str> {
        match self.line {
            Own | Named => Some(self.name),
            With(line) => Some(line),
            AnyOfScope => None,
        }
    }

    /// Whether it may be told, given which lines are granted. The one rule; projection and pages ask here.
    pub fn is_covered(&self, is_granted: impl Fn(&str) -> bool) -> bool {
        match self.line_name() {
            Some(line) => is_granted(line),
            None => in_scope(self.scope).any(|claim| claim.has_own_line() && is_granted(claim.name)),
        }
    }

    /// Whether the consent page has a line for it alone.
    pub fn has_own_line(&self) -> bool {
        matches!(self.line, Own | Named)
    }

    /// Whether a request for its scope is one for it.
    pub fn is_asked_by_scope(&self) -> bool {
        self.line != Named
    }

    pub fn is_sensitive(&self) -> bool {
        self.sensitivity == Sensitive
    }

    /// Whether it is told inside of `verified_claims` alone.
    pub fn is_verified(&self) -> bool {
        self.source == Document
    }

    /// Whether the person types it on the profile page.
    pub fn is_typed(&self) -> bool {
        matches!(self.source, Profile(_))
    }
}

/// The claim of that name.
pub fn find(name: &str) -> Option<&'static Claim> {
    CLAIMS.iter().find(|claim| claim.name == name)
}

/// The claims that a scope asks for, in the order of the table.
pub fn in_scope(scope: &str) -> impl Iterator<Item = &'static Claim> {
    CLAIMS.iter().filter(move |claim| claim.scope == scope)
}

/// The claims that have a consent line of their own.
pub fn lines() -> impl Iterator<Item = &'static Claim> {
    CLAIMS.iter().filter(|claim| claim.has_own_line())
}

/// The claims that one line decides about: its own first, then those that ride on it.
pub fn of_line(line: &str) -> impl Iterator<Item = &'static Claim> {
    CLAIMS.iter().filter(move |claim| claim.line_name() == Some(line))
}

/// The claims that the person types, each in the profile field of its [`Source::Profile`].
pub fn typed() -> impl Iterator<Item = &'static Claim> {
    CLAIMS.iter().filter(|claim| claim.is_typed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::scopes;

    #[test]
    fn the_table_is_complete() {
        for (at, claim) in CLAIMS.iter().enumerate() {
            assert!(CLAIMS[..at].iter().all(|other| other.name != claim.name), "{} twice", claim.name);
            assert!(scopes::find(claim.scope).is_some(), "{}: no scope {}", claim.name, claim.scope);
            assert_eq!(claim.label, format!("claim-{}", claim.name.replace(['_', '.'], "-")));
            let is_ours = claim.name.starts_with("wallet_") || claim.name.starts_with("age_over_");
            let sections: &[&str] = match (is_ours, claim.is_verified()) {
                (true, _) => &["RFC 7519 §4.3", "ISO/IEC 18013-5"],
                (_, true) => &["OpenID Identity Assurance §5"],
                _ => &["OIDC Core §5.1"],
            };
            assert!(sections.iter().any(|section| claim.section.starts_with(section)));
            assert_eq!(is_ours || claim.is_verified(), claim.scope.starts_with("wallet."));
            assert_eq!(claim.is_verified(), crate::oauth::verified_claims::is_part(claim.name), "{}", claim.name);
            let is_made = matches!(claim.source, System | Shelf | Document) || claim.value == Bool;
            assert_eq!(claim.most == 0, is_made, "{}", claim.name);
            if let Profile(field) = claim.source {
                assert_eq!(field, claim.name);
            }
            if let With(line) = claim.line {
                let own = find(line).expect("a line that exists");
                assert_eq!((own.line, own.scope), (Own, claim.scope));
            }
        }
    }

    #[test]
    fn oidc_core_s5_4_scopes_ask_for_these() {
        let of = |scope| in_scope(scope).map(|claim| claim.name).collect::<Vec<_>>();
        let profile = [
            "name",
            "given_name",
            "family_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ];
        assert_eq!(of("profile"), profile);
        assert_eq!(of("email"), ["email", "email_verified"]);
        assert_eq!(of("phone"), ["phone_number", "phone_number_verified"]);
        assert_eq!((of("address"), of("openid")), (vec!["address"], vec!["sub"]));
    }

    #[test]
    fn riders_follow_their_line() {
        let covered = |name: &str, granted: &[&str]| find(name).unwrap().is_covered(|line| granted.contains(&line));
        assert!(covered("email_verified", &["email"]) && !covered("email_verified", &["name"]));
        assert!(covered("updated_at", &["nickname"]) && !covered("updated_at", &["email", "sub"]));
        assert!(!covered("given_name", &["name"]), "each part of a name is asked for by itself");
        assert!(!covered("profile", &["name"]), "the claim profile is not the scope profile");
        assert_eq!(of_line("email").map(|claim| claim.name).collect::<Vec<_>>(), ["email", "email_verified"]);
        assert!(lines().all(|claim| claim.value != Bool || claim.scope == "wallet.age") && lines().count() == 39);
        assert!(!find("age_over_21").unwrap().is_asked_by_scope() && find("age_over_18").unwrap().is_asked_by_scope());
    }
}
