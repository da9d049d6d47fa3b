//! `MESSAGES`: what clients are told without asking, by webhook and as security events, and what sets it off.
//!
//! A message says that something happened, to whom and why. It never carries a value: whoever may see what changed
//! reads it at the data API, where the read is recorded.

use serde::{Deserialize, Serialize};

use crate::base::id::{GrantId, WishId};

/// One message.
#[derive(Debug)]
pub struct Message {
    pub on: Trigger,
    pub whom: Whom,
    /// The `type` of the webhook, where it is told by one.
    pub webhook: Option<&'static str>,
    /// The security events that tell it.
    pub signals: &'static [Signal],
    /// More for the webhook's `data.kind`.
    pub kind: Option<&'static str>,
}

/// What sets a message off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// An event of [`crate::catalog::EVENTS`] that went well.
    Event(&'static str),
    /// Something in the wallet changed.
    Change(Resource, Op),
}

/// Which clients hear of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// The client of the grant that it is about.
    Grant,
    /// Every client with which the person shares something, or did not long ago.
    Account,
    /// Those that may keep up to date and see what changed.
    Watchers,
}

/// What changes are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    Profile,
    Badge,
    Media,
    Grant,
}

impl Resource {
    pub const ALL: [Self; 4] = [Self::Profile, Self::Badge, Self::Media, Self::Grant];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Badge => "badge",
            Self::Media => "media",
            Self::Grant => "grant",
        }
    }
}

/// What became of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    Added,
    Changed,
    Removed,
}

impl Op {
    pub const ALL: [Self; 3] = [Self::Added, Self::Changed, Self::Removed];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

macro_rules! read_by_name {
    ($($ty:ty),*) => {$(
        impl std::str::FromStr for $ty {
            type Err = ();
            fn from_str(text: &str) -> Result<Self, ()> {
                Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or(())
            }
        }
    )*};
}
read_by_name!(Resource, Op);

/// A type of security event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signal {
    pub vocabulary: Vocabulary,
    pub name: &'static str,
    pub says: Says,
}

/// Who defines a type of security event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vocabulary {
    /// OpenID Continuous Access Evaluation Profile 1.0.
    Caep,
    /// OpenID Risk Incident Sharing and Coordination Profile 1.0.
    Risc,
    /// The framework itself, of streams.
    Framework,
    /// This house.
    Own,
}

/// What the event says beside its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    Nothing,
    /// `grant_id`, why, and what was added or taken away.
    Grant,
    /// `grant_id`, and what the client calls the request when it answers.
    Wish,
    /// That sessions are over, and why (CAEP §3.1).
    Session,
    /// When the wallet last changed (CAEP §3.2).
    Claims,
    /// Which credential changed (CAEP §3.3).
    Password,
    /// What the client gave to be sent back (SSF §8.1.4.1).
    State,
    /// How the stream stands (SSF §8.1.5).
    Status,
}

impl Signal {
    /// The URI that names it.
    pub fn uri(&self, issuer: &str) -> String {
        let name = self.name;
        match self.vocabulary {
            Vocabulary::Caep => format!("https://schemas.openid.net/secevent/caep/event-type/{name}"),
            Vocabulary::Risc => format!("https://schemas.openid.net/secevent/risc/event-type/{name}"),
            Vocabulary::Framework => format!("https://schemas.openid.net/secevent/ssf/event-type/{name}"),
            Vocabulary::Own => format!("{issuer}/events/{name}"),
        }
    }
}

const fn signal(vocabulary: Vocabulary, name: &'static str, says: Says) -> Signal {
    Signal { vocabulary, name, says }
}

const SESSION_REVOKED: Signal = signal(Vocabulary::Caep, "session-revoked", Says::Session);
const CREDENTIAL_CHANGE: Signal = signal(Vocabulary::Caep, "credential-change", Says::Password);
const GRANT_REVOKED: Signal = signal(Vocabulary::Own, "grant-revoked", Says::Grant);
const CLAIMS: &[Signal] = &[signal(Vocabulary::Caep, "token-claims-change", Says::Claims)];

/// Sent by streams about themselves: on every stream, whatever was asked for.
pub const VERIFICATION: Signal = signal(Vocabulary::Framework, "verification", Says::State);
pub const STREAM_UPDATED: Signal = signal(Vocabulary::Framework, "stream-updated", Says::Status);

/// Every message, by what it is about.
pub const MESSAGES: &[Message] = &[
    of_grant("grant.withdrawn", "grant.revoked", &[GRANT_REVOKED, SESSION_REVOKED]),
    of_grant("grant.terminated", "grant.revoked", &[GRANT_REVOKED, SESSION_REVOKED]),
    of_grant("grant.expired", "grant.revoked", &[GRANT_REVOKED, SESSION_REVOKED]),
    of_grant("consent.changed", "grant.changed", &[signal(Vocabulary::Own, "grant-changed", Says::Grant)]),
    of_grant("erasure.requested", "erasure.requested", &[signal(Vocabulary::Own, "erasure-requested", Says::Wish)]),
    of_change(Resource::Profile, Op::Added, "profile.changed"),
    of_change(Resource::Profile, Op::Changed, "profile.changed"),
    of_change(Resource::Profile, Op::Removed, "profile.changed"),
    of_change(Resource::Badge, Op::Added, "badge.changed"),
    of_change(Resource::Badge, Op::Changed, "badge.changed"),
    of_change(Resource::Badge, Op::Removed, "badge.changed"),
    of_change(Resource::Media, Op::Added, "media.added"),
    of_change(Resource::Media, Op::Removed, "media.removed"),
    Message {
        kind: Some("password"),
        ..of_account("password.changed", Some("account.security"), &[CREDENTIAL_CHANGE])
    },
    Message {
        kind: Some("password"),
        ..of_account("password.reset", Some("account.security"), &[CREDENTIAL_CHANGE, SESSION_REVOKED])
    },
    of_account("password.reset_requested", None, &[signal(Vocabulary::Risc, "recovery-activated", Says::Nothing)]),
    of_account(
        "account.locked",
        Some("account.disabled"),
        &[signal(Vocabulary::Risc, "account-disabled", Says::Nothing), SESSION_REVOKED],
    ),
    of_account(
        "account.unlocked",
        Some("account.enabled"),
        &[signal(Vocabulary::Risc, "account-enabled", Says::Nothing)],
    ),
    of_account(
        "account.deletion_requested",
        Some("account.deletion_scheduled"),
        &[signal(Vocabulary::Risc, "account-disabled", Says::Nothing)],
    ),
    of_account(
        "account.deletion_cancelled",
        Some("account.enabled"),
        &[signal(Vocabulary::Risc, "account-enabled", Says::Nothing)],
    ),
    of_account(
        "account.deleted",
        Some("account.deleted"),
        &[signal(Vocabulary::Risc, "account-purged", Says::Nothing)],
    ),
];

const fn of_grant(event: &'static str, webhook: &'static str, signals: &'static [Signal]) -> Message {
    Message { on: Trigger::Event(event), whom: Whom::Grant, webhook: Some(webhook), signals, kind: None }
}

const fn of_account(event: &'static str, webhook: Option<&'static str>, signals: &'static [Signal]) -> Message {
    Message { on: Trigger::Event(event), whom: Whom::Account, webhook, signals, kind: None }
}

const fn of_change(resource: Resource, op: Op, webhook: &'static str) -> Message {
    let on = Trigger::Change(resource, op);
    Message { on, whom: Whom::Watchers, webhook: Some(webhook), signals: CLAIMS, kind: None }
}

/// The message that something sets off.
pub fn set_off_by(trigger: Trigger) -> Option<&'static Message> {
    MESSAGES.iter().find(|message| message.on == trigger)
}

/// The types of webhooks, each once, in the order of the table.
pub fn webhooks() -> Vec<&'static str> {
    let mut all = Vec::new();
    for name in MESSAGES.iter().filter_map(|message| message.webhook) {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

/// The types of security events that a stream may ask for, each once.
pub fn signals() -> Vec<&'static Signal> {
    let mut all: Vec<&'static Signal> = Vec::new();
    for signal in MESSAGES.iter().flat_map(|message| message.signals) {
        if !all.contains(&signal) {
            all.push(signal);
        }
    }
    all
}

/// The type of security event of that name.
pub fn find_signal(name: &str) -> Option<&'static Signal> {
    let own = [&VERIFICATION, &STREAM_UPDATED];
    signals().into_iter().chain(own).find(|signal| signal.name == name)
}

/// What a message says beside whom it is about: names and reasons, never values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct News {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
    /// Behind which number of the wallet's changes the client goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind: Option<i64>,
    /// What a person asks of the client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wish: Option<WishId>,
    /// When something will happen, in microseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What a client gave to be sent back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::events;

    #[test]
    fn the_table_is_complete() {
        for (at, message) in MESSAGES.iter().enumerate() {
            assert!(MESSAGES[..at].iter().all(|other| other.on != message.on), "{message:?} twice");
            assert!(message.webhook.is_some() || !message.signals.is_empty(), "{message:?} tells nobody");
            match message.on {
                Trigger::Event(name) => assert!(events::find(name).is_some(), "{name}"),
                Trigger::Change(..) => assert_eq!(message.whom, Whom::Watchers),
            }
        }
        for signal in signals() {
            assert_eq!(find_signal(signal.name), Some(signal), "names say which it is");
            assert!(signal.uri("https://w.example").starts_with("https://"));
        }
        for name in webhooks() {
            assert_eq!(name.split('.').count(), 2, "{name}");
        }
        for resource in Resource::ALL {
            assert_eq!(resource.as_str().parse(), Ok(resource));
        }
        for op in Op::ALL {
            assert_eq!(op.as_str().parse(), Ok(op));
        }
    }
}
