//! `EVENTS`: audit event names, who may see them, how long they are kept.

use Kind::{Activity, Consent, Operation, Security};
use SeenBy::{Person, Staff};

/// One kind of audit row.
#[derive(Debug)]
pub struct Event {
    /// Stable: it is stored, logged and counted by.
    pub name: &'static str,
    pub seen_by: SeenBy,
    pub kind: Kind,
}

/// Who may read rows of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeenBy {
    /// The person whom it concerns, on the activity page, and staff.
    Person,
    /// Staff alone.
    Staff,
}

/// What an event is about, and so how long its rows are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sign-ins and changes of the account: 12 months.
    Security,
    /// Who read what: 24 months.
    Activity,
    /// Proof of consent (GDPR Art. 7(1)): the longest grant and three years more.
    Consent,
    /// What operators did.
    Operation,
}

/// Every event, by subject.
pub const EVENTS: &[Event] = &[
    row("account.created", Person, Security),
    row("account.locked", Person, Security),
    row("account.unlocked", Person, Security),
    row("account.role_changed", Staff, Operation),
    row("account.deletion_requested", Person, Security),
    row("account.deletion_cancelled", Person, Security),
    row("account.deletion_step", Staff, Operation),
    row("account.deletion_finished", Staff, Operation),
    row("account.deletion_verified", Staff, Operation),
    row("account.deleted", Staff, Security),
    row("account.unused_told", Staff, Security),
    row("export.requested", Person, Security),
    row("export.ready", Person, Security),
    row("export.downloaded", Person, Security),
    row("import.begun", Person, Security),
    row("import.done", Person, Security),
    row("import.refused", Person, Security),
    row("sign_up.refused", Staff, Security),
    row("session.opened", Person, Security),
    row("session.ended", Person, Security),
    row("sign_in.refused", Person, Security),
    row("password.changed", Person, Security),
    row("password.reset_requested", Person, Security),
    row("password.reset", Person, Security),
    row("email.verified", Person, Security),
    row("email.removed", Person, Security),
    row("email.primary_changed", Person, Security),
    row("email.undeliverable", Person, Security),
    row("email.refused", Staff, Security),
    row("phone.added", Person, Security),
    row("phone.verified", Person, Security),
    row("phone.contested", Person, Security),
    row("phone.removed", Person, Security),
    row("phone.primary_changed", Person, Security),
    row("sms.range_blocked", Staff, Operation),
    row("profile.changed", Person, Security),
    row("media.added", Person, Security),
    row("media.rejected", Person, Security),
    row("media.trashed", Person, Security),
    row("media.restored", Person, Security),
    row("media.destroyed", Person, Security),
    row("linked.added", Person, Security),
    row("linked.removed", Person, Security),
    row("linked.refused", Person, Security),
    row("badge.offered", Person, Security),
    row("badge.declined", Person, Security),
    row("badge.withdrawn", Person, Security),
    row("badge_definition.proposed", Staff, Operation),
    row("badge_definition.approved", Staff, Operation),
    row("badge_definition.refused", Staff, Operation),
    row("badge.awarded", Person, Security),
    row("badge.renewed", Person, Security),
    row("badge.suspended", Person, Security),
    row("badge.reinstated", Person, Security),
    row("badge.revoked", Person, Security),
    row("badge.expired", Person, Security),
    row("badge.removed", Person, Security),
    row("verification.started", Person, Security),
    row("verification.consented", Person, Consent),
    row("verification.submitted", Person, Security),
    row("verification.asked_again", Person, Security),
    row("verification.approved", Person, Security),
    row("verification.rejected", Person, Security),
    row("verification.fraud", Person, Security),
    row("verification.appealed", Person, Security),
    row("verification.disputed", Person, Security),
    row("verification.abandoned", Person, Security),
    row("verification.evidence_purged", Person, Security),
    row("review.evidence_seen", Person, Security),
    row("review.evidence_opened", Staff, Operation),
    row("review.claimed", Staff, Operation),
    row("review.released", Staff, Operation),
    row("review.decided", Staff, Operation),
    row("approval.requested", Person, Security),
    row("consent.given", Person, Consent),
    row("consent.changed", Person, Consent),
    row("consent.refused", Person, Consent),
    row("grant.withdrawn", Person, Consent),
    row("grant.terminated", Person, Consent),
    row("grant.expired", Person, Consent),
    row("grant.paused", Person, Consent),
    row("grant.resumed", Person, Consent),
    row("erasure.requested", Person, Consent),
    row("erasure.answered", Person, Consent),
    row("erasure.overdue", Person, Consent),
    row("app.reported", Person, Security),
    row("app.report_closed", Staff, Operation),
    row("activity.downloaded", Person, Security),
    row("authorization.approved", Person, Activity),
    row("token.issued", Person, Activity),
    row("token.exchanged", Person, Activity),
    row("token.refreshed", Person, Activity),
    row("token.revoked", Person, Activity),
    row("token.code_replayed", Person, Activity),
    row("token.family_replayed", Person, Activity),
    row("data.read", Person, Activity),
    row("data.refused", Person, Activity),
    row("client.created", Staff, Operation),
    row("client.changed", Staff, Operation),
    row("client.removed", Staff, Operation),
    row("client.authentication_refused", Staff, Security),
    row("client.initial_token_made", Staff, Operation),
    row("client.initial_token_removed", Staff, Operation),
    row("webhook.added", Staff, Operation),
    row("webhook.changed", Staff, Operation),
    row("webhook.disabled", Staff, Operation),
    row("webhook.removed", Staff, Operation),
    row("stream.created", Staff, Operation),
    row("stream.changed", Staff, Operation),
    row("stream.paused", Staff, Operation),
    row("stream.removed", Staff, Operation),
    row("key.created", Staff, Operation),
    row("key.rotated", Staff, Operation),
    row("key.removed", Staff, Operation),
    row("admin.created", Staff, Operation),
    row("admin.link_made", Staff, Operation),
];

const fn row(name: &'static str, seen_by: SeenBy, kind: Kind) -> Event {
    Event { name, seen_by, kind }
}

impl Event {
    /// Days until its rows are deleted.
    pub fn kept_days(&self) -> u32 {
        match self.kind {
            Security => 366,
            Activity => 731,
            Consent => 366 + 1096,
            Operation => 1096,
        }
    }
}

/// The event of that name.
pub fn find(name: &str) -> Option<&'static Event> {
    EVENTS.iter().find(|event| event.name == name)
}

/// The names of what a person sees on the activity page.
pub fn seen_by_person() -> impl Iterator<Item = &'static str> {
    EVENTS.iter().filter(|event| event.seen_by == Person).map(|event| event.name)
}

/// Of these, the sign-ins and the changes of the account.
pub fn security() -> Vec<&'static str> {
    EVENTS.iter().filter(|event| event.seen_by == Person && event.kind == Security).map(|event| event.name).collect()
}

/// The events that tell of a client that read, or wanted to.
pub const READS: &[&str] = &["data.read", "data.refused"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete() {
        for (at, event) in EVENTS.iter().enumerate() {
            assert!(EVENTS[..at].iter().all(|other| other.name != event.name), "{} twice", event.name);
            assert!(event.name.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'.' | b'_')));
            assert_eq!(event.name.split('.').count(), 2);
            assert!(event.kept_days() >= 366);
        }
        assert!(READS.iter().all(|name| find(name).is_some_and(|event| event.seen_by == Person)));
        assert!(seen_by_person().all(|name| find(name).is_some_and(|event| event.seen_by == Person)));
    }
}
