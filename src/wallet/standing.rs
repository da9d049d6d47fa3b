//! Which badges a wallet holds on a day: those that were awarded, and those that follow from what else it holds.
//!
//! Everything here counts in whole days (UTC): what a platform is told of a badge is its days, and a badge ends at the
//! start of the day that was told. So nothing told changes within a day unless the wallet does.

use serde_json::{Value, json};

use crate::base::id::{AccountId, BadgeId, ClientId, ContactId};
use crate::base::seal::Pepper;
use crate::base::{Seconds, Time};
use crate::catalog::badges::{self as kinds, Earned};
use crate::config::LinkedProvider;
use crate::store::database::contacts::{Contact, ContactKind};
pub use crate::wallet::badges::State;

use crate::wallet::badges::Badge;
use crate::wallet::identity::Identity;
use crate::wallet::linked;

/// A badge as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub id: BadgeId,
    /// A slug of [`crate::catalog::badges`], or of a kind that a client awards.
    pub kind: String,
    pub state: State,
    /// What was done to prove it (WALLET.md §2.2).
    pub level: &'static str,
    /// The client that awarded it; the house where there is none.
    pub issuer: Option<ClientId>,
    /// What the provider is called at which an account was shown to be the person's.
    pub provider: Option<String>,
    pub verified_at: Time,
    pub expires_at: Option<Time>,
    /// What its person sees of the thing.
    pub detail: Option<String>,
    /// The address that it is of.
    pub contact: Option<ContactId>,
}

/// Levels of what no reviewer looked at.
const CONTROL: &str = "control";
const SYSTEM: &str = "system";

/// What badges are made of.
pub struct Made<'a> {
    pub account: AccountId,
    pub opened_at: Time,
    pub contacts: &'a [Contact],
    pub awarded: Vec<Badge>,
    pub identity: Option<&'a Identity>,
    pub providers: &'a [LinkedProvider],
}

impl Standing {
    /// Whether it counts.
    pub fn is_active(&self) -> bool {
        self.state == State::Active
    }

    /// Who says so, as clients are told: a client, the provider of an account, or the house.
    pub fn issuer_name(&self) -> &str {
        self.issuer.as_ref().map(ClientId::as_str).or(self.provider.as_deref()).unwrap_or("system")
    }

    /// As a client is told of it (claim `wallet_badges`, WALLET.md §5).
    pub fn told(&self) -> Value {
        json!({
            "type": self.kind,
            "level": self.level,
            "status": self.state.as_str(),
            "verified_at": self.verified_at.start_of_day().rfc3339(),
            "expires_at": self.expires_at.map(|at| at.start_of_day().rfc3339()),
            "issuer": self.issuer_name(),
        })
    }
}

/// All of them, in the order of the catalogue; those that clients awarded last.
pub fn all(made: Made<'_>, pepper: &Pepper, now: Time) -> Vec<Standing> {
    let mut found: Vec<Standing> = made.awarded.iter().map(|badge| awarded(badge, made.providers, now)).collect();
    let identity = found.iter().find(|one| one.kind == kinds::IDENTITY && one.is_active()).cloned();
    let id = |kind: &str, thing: &[u8]| kinds::derived(pepper, made.account, kind, thing);
    for kind in kinds::BADGES {
        let base = |thing: &[u8], level, verified_at| Standing {
            id: id(kind.slug, thing),
            kind: kind.slug.to_owned(),
            state: State::Active,
            level,
            issuer: None,
            provider: None,
            verified_at,
            expires_at: None,
            detail: None,
            contact: None,
        };
        match kind.earned {
            Earned::Contact { of, .. } => {
                let is_of = |contact: &&Contact| claim_of(contact.kind) == of;
                for contact in made.contacts.iter().filter(is_of) {
                    // Somebody else has proven it since: in doubt until one of the two proves it again.
                    let (verified_at, kept) = match (contact.verified_at, contact.contested_at) {
                        // Mail to it does not arrive: whoever has it must show that again.
                        (Some(at), _) if contact.undeliverable_at.is_some() => (at, State::Suspended),
                        (Some(at), _) => (at, State::Active),
                        (None, Some(_)) => (contact.created_at, State::Suspended),
                        (None, None) => continue,
                    };
                    let ends = kind.most_days().map(|days| verified_at + Seconds::days(i64::from(days)));
                    let mut badge = Standing { expires_at: ends, ..base(contact.id.as_bytes(), CONTROL, verified_at) };
                    badge.state = state_at(kept, ends, now);
                    badge.contact = Some(contact.id);
                    found.push(badge);
                }
            }
            Earned::Age(years) => {
                let (Some(facts), Some(identity)) = (made.identity, &identity) else { continue };
                if is_of_age(&facts.birthdate, years, now) {
                    let badge = base(&[], identity.level, identity.verified_at);
                    found.push(Standing { expires_at: identity.expires_at, ..badge });
                }
            }
            Earned::Account { days } => {
                let since = made.opened_at + Seconds::days(i64::from(days));
                if since.start_of_day() <= now.start_of_day() {
                    found.push(base(&[], SYSTEM, since));
                }
            }
            Earned::Review | Earned::Link => {}
        }
    }
    let place = |one: &Standing| kinds::BADGES.iter().position(|kind| kind.slug == one.kind).unwrap_or(usize::MAX);
    found.sort_by_key(place);
    found
}

fn awarded(badge: &Badge, providers: &[LinkedProvider], now: Time) -> Standing {
    // Platforms are told with whom an account is, never which one.
    let provider = (badge.kind == kinds::LINKED).then(|| linked::name_of(providers, &badge.thing));
    Standing {
        id: badge.id,
        kind: badge.kind.clone(),
        state: state_at(badge.state, badge.expires_at, now),
        level: badge.level.map_or(if badge.issuer.is_some() { "client" } else { CONTROL }, |level| level.as_str()),
        issuer: badge.issuer.clone(),
        provider,
        verified_at: badge.verified_at,
        expires_at: badge.expires_at,
        detail: badge.detail.clone(),
        contact: None,
    }
}

/// One whose day has come counts no more, whether or not upkeep has come by.
fn state_at(kept: State, expires_at: Option<Time>, now: Time) -> State {
    let is_over = expires_at.is_some_and(|end| end.start_of_day() <= now.start_of_day());
    if is_over && matches!(kept, State::Active | State::Suspended) { State::Expired } else { kept }
}

/// Whether somebody born on `birthdate` (`YYYY-MM-DD`) is of an age on the day of `now`, in UTC.
pub fn is_of_age(birthdate: &str, years: u8, now: Time) -> bool {
    let today = now.rfc3339();
    let year: i32 = today.get(..4).and_then(|year| year.parse().ok()).unwrap_or(0);
    let latest = format!("{:04}{}", year - i32::from(years), today.get(4..10).unwrap_or_default());
    birthdate.len() == 10 && birthdate <= latest.as_str()
}

/// How much of a person was proven, from 0 to 4 (WALLET.md §2.3), by the badges that count.
pub fn trust(badges: &[Standing]) -> u8 {
    let holds = |kind: &str| badges.iter().any(|one| one.kind == kind && one.is_active());
    let is_dual =
        badges.iter().any(|one| one.kind == kinds::IDENTITY && one.is_active() && one.level == "document_dual");
    match () {
        () if is_dual && holds(kinds::PHOTO) => 4,
        () if holds(kinds::IDENTITY) => 3,
        () if holds("email_verified") && holds("phone_verified") => 2,
        () if holds("email_verified") => 1,
        () => 0,
    }
}

fn claim_of(kind: ContactKind) -> &'static str {
    match kind {
        ContactKind::Email => "email",
        ContactKind::Phone => "phone_number",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Random;
    use crate::base::id::CaseId;
    use crate::wallet::badges::Level;
    use crate::wallet::identity::{Document, DocumentKind};

    // 2026-11-18T14:13:20Z.
    const NOW: Time = Time::from_unix(1_795_011_200);

    #[test]
    fn wallet_s10_2_ages_are_counted_by_the_day() {
        let today = NOW.rfc3339()[..10].to_owned();
        let born = |years: i32, rest: &str| format!("{:04}{rest}", today[..4].parse::<i32>().unwrap() - years);
        for (birthdate, years, is_of_age_) in [
            (born(18, &today[4..]), 18, true),
            (born(17, &today[4..]), 18, false),
            (born(18, "-12-31"), 18, false),
            (born(18, "-01-01"), 18, true),
            (born(21, &today[4..]), 21, true),
            ("1990".to_owned(), 18, false),
            (String::new(), 13, false),
        ] {
            assert_eq!(is_of_age(&birthdate, years, NOW), is_of_age_, "{birthdate} {years}");
        }
    }

    fn sample(level: Level, photo: bool, phone_days: i64) -> Vec<Standing> {
        let random = Random::seeded(1);
        let account = AccountId::new(NOW, &random);
        let case = CaseId::new(NOW, &random);
        let contact = |kind, days: i64| Contact {
            id: ContactId::new(NOW, &random),
            account_id: account,
            kind,
            address: Vec::new(),
            lookup: crate::base::Digest::of("x"),
            is_primary: true,
            verified_at: Some(NOW + Seconds::days(-days)),
            created_at: NOW,
            contested_at: None,
            undeliverable_at: None,
            place: 0,
        };
        let badge = |kind: &str| Badge {
            id: BadgeId::new(NOW, &random),
            kind: kind.to_owned(),
            thing: String::new(),
            state: State::Active,
            level: Some(level),
            case: Some(case),
            issuer: None,
            detail: None,
            verified_at: NOW,
            expires_at: Some(NOW + Seconds::days(700)),
        };
        let facts = Identity {
            case,
            level,
            verified_at: NOW,
            expires_at: NOW + Seconds::days(700),
            given_name: "Amina".to_owned(),
            family_name: "Yusuf".to_owned(),
            birthdate: "2007-01-31".to_owned(),
            nationalities: vec!["DEU".to_owned()],
            document: Document {
                kind: DocumentKind::Passport,
                country: "DEU".to_owned(),
                issued_on: None,
                expires_on: None,
            },
            checks: Vec::new(),
        };
        let mut awarded = vec![badge(kinds::IDENTITY)];
        awarded.extend(photo.then(|| badge(kinds::PHOTO)));
        let contacts = [contact(ContactKind::Email, 1), contact(ContactKind::Phone, phone_days)];
        let opened_at = NOW + Seconds::days(-400);
        let made = Made { account, opened_at, contacts: &contacts, awarded, identity: Some(&facts), providers: &[] };
        all(made, &Pepper::new([9; 32]), NOW)
    }

    #[test]
    fn wallet_s10_2_badges_follow_from_what_the_wallet_holds() {
        let found = sample(Level::Document, false, 366);
        let names: Vec<_> = found.iter().map(|one| (one.kind.as_str(), one.state, one.level)).collect();
        let active = State::Active;
        assert_eq!(
            names,
            [
                ("email_verified", active, "control"),
                ("phone_verified", State::Expired, "control"),
                ("identity_verified", active, "document"),
                ("age_over_13", active, "document"),
                ("age_over_16", active, "document"),
                ("age_over_18", active, "document"),
                ("account_age_1y", active, "system"),
            ]
        );
        let again = sample(Level::Document, false, 366);
        assert_eq!(again[3].id, found[3].id, "the same badge has the same id");
        assert_ne!(found[3].id, found[4].id);
        let told = found[0].told();
        assert!(told["verified_at"].as_str().unwrap().ends_with("T00:00:00Z"), "{told}");
    }

    #[test]
    fn wallet_s2_3_trust_is_a_number_of_active_badges() {
        assert_eq!(trust(&sample(Level::Document, true, 1)), 3);
        assert_eq!(trust(&sample(Level::DocumentDual, false, 1)), 3);
        assert_eq!(trust(&sample(Level::DocumentDual, true, 1)), 4);
        let only = |kinds: &[&str]| {
            let mut found = sample(Level::Document, false, 1);
            found.retain(|one| kinds.contains(&one.kind.as_str()));
            trust(&found)
        };
        assert_eq!(only(&[]), 0);
        assert_eq!(only(&["email_verified"]), 1);
        assert_eq!(only(&["phone_verified"]), 0);
        assert_eq!(only(&["email_verified", "phone_verified"]), 2);
    }
}
