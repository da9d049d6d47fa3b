//! `SCOPES`: name, consent title, risk, who grants it.

/// What lets a client look at the grants that it was given, and give them back.
pub const GRANT_QUERY: &str = "grant_management_query";
pub const GRANT_REVOKE: &str = "grant_management_revoke";
/// What lets a client define badges and offer them to people.
pub const BADGES_ISSUE: &str = "wallet.badges.issue";
/// What lets a client say how it deals with the wishes of people that it deletes their data.
pub const ERASURE_REPORT: &str = "wallet.erasure.report";

/// Who a person is by a document.
pub const IDENTITY: &str = "wallet.identity";

/// Scopes of people that a client has only where an operator looked at it: none that registers itself gets them.
pub const REVIEWED: &[&str] = &[IDENTITY];

/// What lets a client be told of changes: by one person, and of all of its people.
pub const CHANGES: &str = "wallet.changes";
pub const CLIENT_CHANGES: &str = "wallet.changes.read";
/// What lets a client look at its stream of security events, and make and change it (CAEP Interoperability Profile §2.7).
pub const SSF_READ: &str = "ssf.read";
pub const SSF_MANAGE: &str = "ssf.manage";

/// One scope.
#[derive(Debug)]
pub struct Scope {
    pub name: &'static str,
    pub who: Who,
    /// Fluent key of its title; its one-line explanation has the same key with `-detail`.
    pub title: &'static str,
    /// Whether the page points it out.
    pub is_sensitive: bool,
    /// Where it is defined.
    pub section: &'static str,
}

/// Who gives a scope away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// A person, on the consent page.
    User,
    /// The operator, with the client's registration: client_credentials only, never on a page.
    Client,
}

/// Every scope, in the order in which pages show them.
pub const SCOPES: &[Scope] = &[
    Scope {
        name: "openid", who: Who::User, title: "scope-openid", is_sensitive: false, section: "OIDC Core §3.1.2.1"
    },
    Scope { name: "profile", who: Who::User, title: "scope-profile", is_sensitive: false, section: "OIDC Core §5.4" },
    Scope { name: "email", who: Who::User, title: "scope-email", is_sensitive: false, section: "OIDC Core §5.4" },
    Scope { name: "phone", who: Who::User, title: "scope-phone", is_sensitive: true, section: "OIDC Core §5.4" },
    Scope { name: "address", who: Who::User, title: "scope-address", is_sensitive: true, section: "OIDC Core §5.4" },
    Scope {
        name: "wallet.profile",
        who: Who::User,
        title: "scope-wallet-profile",
        is_sensitive: false,
        section: "RFC 6749 §3.3",
    },
    Scope {
        name: "wallet.photos",
        who: Who::User,
        title: "scope-wallet-photos",
        is_sensitive: false,
        section: "RFC 6749 §3.3",
    },
    Scope {
        name: "wallet.videos",
        who: Who::User,
        title: "scope-wallet-videos",
        is_sensitive: false,
        section: "RFC 6749 §3.3",
    },
    Scope {
        name: "wallet.trust",
        who: Who::User,
        title: "scope-wallet-trust",
        is_sensitive: false,
        section: "RFC 6749 §3.3",
    },
    Scope {
        name: "wallet.badges",
        who: Who::User,
        title: "scope-wallet-badges",
        is_sensitive: false,
        section: "RFC 6749 §3.3",
    },
    Scope {
        name: "wallet.age",
        who: Who::User,
        title: "scope-wallet-age",
        is_sensitive: false,
        section: "RFC 6749 §3.3",
    },
    Scope {
        name: CHANGES,
        who: Who::User,
        title: "scope-wallet-changes",
        is_sensitive: false,
        section: "RFC 6749 §3.3",
    },
    Scope {
        name: IDENTITY,
        who: Who::User,
        title: "scope-wallet-identity",
        is_sensitive: true,
        section: "OpenID Identity Assurance §5.8",
    },
    Scope {
        name: "offline_access",
        who: Who::User,
        title: "scope-offline-access",
        is_sensitive: true,
        section: "OIDC Core §11",
    },
    Scope {
        name: GRANT_QUERY,
        who: Who::Client,
        title: "scope-grant-management-query",
        is_sensitive: false,
        section: "Grant Management for OAuth 2.0 §6",
    },
    Scope {
        name: GRANT_REVOKE,
        who: Who::Client,
        title: "scope-grant-management-revoke",
        is_sensitive: false,
        section: "Grant Management for OAuth 2.0 §6",
    },
    Scope {
        name: CLIENT_CHANGES,
        who: Who::Client,
        title: "scope-wallet-changes-read",
        is_sensitive: false,
        section: "RFC 6749 §4.4",
    },
    Scope {
        name: SSF_READ,
        who: Who::Client,
        title: "scope-ssf-read",
        is_sensitive: false,
        section: "Shared Signals Framework §8",
    },
    Scope {
        name: SSF_MANAGE,
        who: Who::Client,
        title: "scope-ssf-manage",
        is_sensitive: false,
        section: "Shared Signals Framework §8",
    },
    Scope {
        name: BADGES_ISSUE,
        who: Who::Client,
        title: "scope-wallet-badges-issue",
        is_sensitive: false,
        section: "RFC 6749 §3.3",
    },
    Scope {
        name: ERASURE_REPORT,
        who: Who::Client,
        title: "scope-wallet-erasure-report",
        is_sensitive: false,
        section: "RFC 6749 §3.3",
    },
];

/// The scope of that name.
pub fn find(name: &str) -> Option<&'static Scope> {
    SCOPES.iter().find(|scope| scope.name == name)
}

/// The scopes that `who` gives away.
pub fn granted_by(who: Who) -> impl Iterator<Item = &'static Scope> {
    SCOPES.iter().filter(move |scope| scope.who == who)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::claims;

    #[test]
    fn the_table_is_complete() {
        for (at, scope) in SCOPES.iter().enumerate() {
            assert!(SCOPES[..at].iter().all(|other| other.name != scope.name), "{} twice", scope.name);
            assert_eq!(scope.title, format!("scope-{}", scope.name.replace(['_', '.'], "-")));
            assert!(scope.section.contains('§'));
            // RFC 6749 §3.3: scope-token.
            assert!(scope.name.bytes().all(|b| matches!(b, b'!' | b'#'..=b'[' | b']'..=b'~')));
            let tells_nothing = ["offline_access", CHANGES].contains(&scope.name) || scope.who == Who::Client;
            assert_eq!(claims::in_scope(scope.name).count() == 0, tells_nothing);
        }
        assert_eq!(granted_by(Who::User).count() + granted_by(Who::Client).count(), SCOPES.len());
    }
}
