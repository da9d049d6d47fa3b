//! `EVENTS`: audit event names, who may see them, how long they are kept.

use SeenBy::{Person, Staff};

/// One kind of audit row.
#[derive(Debug)]
pub struct Event {
    /// Stable: it is stored, logged and counted by.
    pub name: &'static str,
    pub seen_by: SeenBy,
    /// Days until the row is deleted.
    pub kept_days: u32,
    /// Fluent key of its sentence on the activity page.
    pub label: &'static str,
}

/// Who may read rows of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeenBy {
    /// The person whom it concerns, on the activity page, and staff.
    Person,
    /// Staff alone.
    Staff,
}

/// Sign-ins and changes of the account: 12 months.
const SECURITY: u32 = 366;
/// Who read what: 24 months.
const ACTIVITY: u32 = 731;
/// Proof of consent (GDPR Art. 7(1)): the longest grant and three years more.
const CONSENT: u32 = 366 + 1096;
/// What operators did.
const OPERATION: u32 = 1096;

/// Every event, by subject.
pub const EVENTS: &[Event] = &[
    row("account.created", Person, SECURITY, "event-account-created"),
    row("account.locked", Person, SECURITY, "event-account-locked"),
    row("account.unlocked", Person, SECURITY, "event-account-unlocked"),
    row("account.role_changed", Staff, OPERATION, "event-account-role-changed"),
    row("account.deleted", Staff, SECURITY, "event-account-deleted"),
    row("sign_up.refused", Staff, SECURITY, "event-sign-up-refused"),
    row("session.opened", Person, SECURITY, "event-session-opened"),
    row("session.ended", Person, SECURITY, "event-session-ended"),
    row("sign_in.refused", Person, SECURITY, "event-sign-in-refused"),
    row("password.changed", Person, SECURITY, "event-password-changed"),
    row("password.reset_requested", Person, SECURITY, "event-password-reset-requested"),
    row("password.reset", Person, SECURITY, "event-password-reset"),
    row("email.added", Person, SECURITY, "event-email-added"),
    row("email.verified", Person, SECURITY, "event-email-verified"),
    row("email.removed", Person, SECURITY, "event-email-removed"),
    row("phone.added", Person, SECURITY, "event-phone-added"),
    row("phone.removed", Person, SECURITY, "event-phone-removed"),
    row("profile.changed", Person, SECURITY, "event-profile-changed"),
    row("consent.given", Person, CONSENT, "event-consent-given"),
    row("consent.changed", Person, CONSENT, "event-consent-changed"),
    row("consent.refused", Person, CONSENT, "event-consent-refused"),
    row("grant.withdrawn", Person, CONSENT, "event-grant-withdrawn"),
    row("grant.expired", Person, CONSENT, "event-grant-expired"),
    row("authorization.approved", Person, ACTIVITY, "event-authorization-approved"),
    row("token.issued", Person, ACTIVITY, "event-token-issued"),
    row("token.refreshed", Person, ACTIVITY, "event-token-refreshed"),
    row("token.revoked", Person, ACTIVITY, "event-token-revoked"),
    row("token.code_replayed", Person, ACTIVITY, "event-token-code-replayed"),
    row("token.family_replayed", Person, ACTIVITY, "event-token-family-replayed"),
    row("data.read", Person, ACTIVITY, "event-data-read"),
    row("data.refused", Person, ACTIVITY, "event-data-refused"),
    row("client.created", Staff, OPERATION, "event-client-created"),
    row("client.changed", Staff, OPERATION, "event-client-changed"),
    row("client.removed", Staff, OPERATION, "event-client-removed"),
    row("client.authentication_refused", Staff, SECURITY, "event-client-authentication-refused"),
    row("key.created", Staff, OPERATION, "event-key-created"),
    row("key.rotated", Staff, OPERATION, "event-key-rotated"),
    row("key.removed", Staff, OPERATION, "event-key-removed"),
    row("admin.created", Staff, OPERATION, "event-admin-created"),
    row("admin.link_made", Staff, OPERATION, "event-admin-link-made"),
];

const fn row(name: &'static str, seen_by: SeenBy, kept_days: u32, label: &'static str) -> Event {
    Event { name, seen_by, kept_days, label }
}

/// The event of that name.
pub fn find(name: &str) -> Option<&'static Event> {
    EVENTS.iter().find(|event| event.name == name)
}

/// The names of what a person sees on the activity page.
pub fn seen_by_person() -> impl Iterator<Item = &'static str> {
    EVENTS.iter().filter(|event| event.seen_by == Person).map(|event| event.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete() {
        for (at, event) in EVENTS.iter().enumerate() {
            assert!(EVENTS[..at].iter().all(|other| other.name != event.name), "{} twice", event.name);
            assert!(event.name.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'.' | b'_')));
            assert_eq!(event.name.split('.').count(), 2);
            assert_eq!(event.label, format!("event-{}", event.name.replace(['.', '_'], "-")));
            assert!(event.kept_days >= 366);
        }
        assert!(seen_by_person().all(|name| find(name).is_some_and(|event| event.seen_by == Person)));
    }
}
