//! `RETENTION`: what is kept, for how long, and what becomes of it then (WALLET.md §16.4). The privacy notice, the record
//! of processing and the operator's report are printed from it; `privacy::retention` enforces it.

/// A kind of data.
#[derive(Debug)]
pub struct Kept {
    /// Stable: the label of the metric, and of the key in the section `retention` of the settings.
    pub name: &'static str,
    /// What it is, for operators.
    pub data: &'static str,
    pub keep: Keep,
    /// What becomes of it.
    pub then: Then,
    /// Why it may be kept so long (GDPR Art. 6).
    pub basis: Basis,
    /// Whether it tells of people.
    pub is_personal: bool,
    /// The message that says it to people; empty where people need not hear of it.
    pub label: &'static str,
}

/// For how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// A setting of its own in the section `retention`, with this default, counted from the end that the row names.
    Days(u32),
    Hours(u32),
    /// Set elsewhere in the settings.
    Setting(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    Deleted,
    /// The key that sealed it is destroyed first.
    KeyDestroyed,
    /// The account is deleted, with everything in it.
    AccountDeleted,
    /// By those who make them: the house cannot reach them.
    Expires,
}

impl Then {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::KeyDestroyed => "key destroyed, then deleted",
            Self::AccountDeleted => "account deleted",
            Self::Expires => "expires",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Art. 6(1)(b): the wallet itself.
    Contract,
    /// Art. 6(1)(c), 7(1): proof of what was agreed to.
    Duty,
    /// Art. 6(1)(f): keeping attacks out.
    Security,
}

impl Basis {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Contract => "Art. 6(1)(b) GDPR: the wallet itself",
            Self::Duty => "Art. 6(1)(c), 7(1) GDPR: proof of consent",
            Self::Security => "Art. 6(1)(f) GDPR: security",
        }
    }
}

use Basis::{Contract, Duty, Security};
use Keep::{Days, Hours, Setting};
use Then::{AccountDeleted, Deleted, Expires, KeyDestroyed};

/// Every kind of data that ends by the clock.
pub const RETENTION: &[Kept] = &[
    row("challenges", "Codes that were sent, sign-ups that were not finished", Days(1), Deleted, Security)
        .told("retention-challenges"),
    row("counters", "Counts of wrong passwords and of codes", Days(30), Deleted, Security),
    row("sessions", "Sessions that are over", Days(1), Deleted, Contract).told("retention-sessions"),
    row("families", "Authorizations that are over", Days(1), Deleted, Contract),
    row("backchannel", "Questions of platforms that were too late", Days(1), Deleted, Contract),
    row("revoked_tokens", "Notes of revoked tokens", Hours(1), Deleted, Security),
    row("used_assertions", "Notes of used assertions", Hours(1), Deleted, Security).impersonal(),
    row("initial_tokens", "Initial access tokens that are over", Days(30), Deleted, Contract).impersonal(),
    row("documents", "Platforms by their own documents, to whom nobody gave anything", Days(7), Deleted, Contract)
        .impersonal(),
    // A cursor works for 30 days; what it leads to is there for as long.
    row("changes", "What changed in wallets, as platforms ask for it", Days(31), Deleted, Contract),
    row("client_changes", "Which grants platforms should look at again", Days(31), Deleted, Contract),
    row("webhook_messages", "Webhooks and how they were taken", Days(30), Deleted, Contract),
    row("security_events", "Security events that no platform took", Days(30), Deleted, Contract),
    row("jobs", "Jobs that are done", Days(1), Deleted, Contract),
    row("text_messages", "What became of text messages", Days(30), Deleted, Security),
    row("dead_jobs", "Jobs that were laid aside", Days(30), Deleted, Contract),
    row("security_log", "Sign-ins and changes of an account", Days(366), Deleted, Security)
        .told("retention-security-log"),
    row("activity_log", "Who read what", Days(731), Deleted, Contract).told("retention-activity-log"),
    row("consent_log", "What was agreed to, and stopped", Days(366 + 1096), Deleted, Duty)
        .told("retention-consent-log"),
    row("operation_log", "What operators did", Days(1096), Deleted, Security),
    row("trash", "Photos and videos in the trash", Setting("media.trash"), KeyDestroyed, Contract)
        .told("retention-trash"),
    row("uploads", "Uploads that nobody went on with", Setting("media.upload_time"), KeyDestroyed, Contract),
    row("exports", "Bundles of everything", Setting("privacy.export_kept"), KeyDestroyed, Contract)
        .told("retention-exports"),
    row("imports", "Bundles from elsewhere, and what came of them", Days(30), KeyDestroyed, Contract),
    row("deletions", "Accounts that are to be deleted", Setting("privacy.grace"), AccountDeleted, Contract)
        .told("retention-deletions"),
    row(
        "tombstones",
        "Keyed hashes of the addresses of deleted accounts",
        Setting("privacy.tombstone"),
        Deleted,
        Security,
    )
    .told("retention-tombstones"),
    row("deletion_receipts", "Receipts of deletions", Days(1096), Deleted, Duty).impersonal(),
    row("unused_accounts", "Accounts that nobody signs in to", Days(761), AccountDeleted, Contract)
        .told("retention-unused"),
    row("backups", "Backups of the database", Setting("backups"), Expires, Security).told("retention-backups"),
];

const fn row(name: &'static str, data: &'static str, keep: Keep, then: Then, basis: Basis) -> Kept {
    Kept { name, data, keep, then, basis, is_personal: true, label: "" }
}

impl Kept {
    const fn told(self, label: &'static str) -> Self {
        Self { label, ..self }
    }

    const fn impersonal(self) -> Self {
        Self { is_personal: false, ..self }
    }
}

/// The row of that name.
pub fn find(name: &str) -> Option<&'static Kept> {
    RETENTION.iter().find(|row| row.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete() {
        for (at, kept) in RETENTION.iter().enumerate() {
            assert!(RETENTION[..at].iter().all(|other| other.name != kept.name), "{} twice", kept.name);
            assert!(kept.label.is_empty() || kept.is_personal, "{}", kept.name);
            assert!(!kept.data.contains(',') || !kept.data.starts_with(['=', '+', '-', '@']), "{}", kept.name);
        }
        assert!(find("trash").is_some() && find("nothing").is_none());
    }
}
