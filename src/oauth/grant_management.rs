//! Grant Management for OAuth 2.0 (FAPI, implementer's draft): what a request wants of the grant behind it.

use serde::{Deserialize, Serialize};

use crate::base::id::GrantId;
use crate::oauth::error::{Code, Error};
use crate::oauth::params::Params;

/// The scopes of the API.
pub use crate::catalog::scopes::{GRANT_QUERY as QUERY, GRANT_REVOKE as REVOKE};

/// What can be done to a grant: by an authorization request, or at the API.
pub const ACTIONS: &[&str] = &["create", "merge", "replace", "query", "revoke"];

/// What an authorization request wants of the grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Managed {
    /// A fresh one. A person has one with each client, so it takes the place of another.
    Create,
    /// This one, and what it allows already.
    Merge(GrantId),
    /// This one, and nothing of what it allowed.
    Replace(GrantId),
}

impl Managed {
    /// The grant that must be there.
    pub fn grant(&self) -> Option<GrantId> {
        match self {
            Self::Create => None,
            Self::Merge(id) | Self::Replace(id) => Some(*id),
        }
    }

    /// Whether the person decides about all of it anew.
    pub fn asks_anew(&self) -> bool {
        matches!(self, Self::Create | Self::Replace(_))
    }
}

/// Reads `grant_management_action` and `grant_id`.
///
/// # Errors
/// `invalid_request` for an action that is not known or goes not with the rest; `invalid_grant_id`.
pub fn read(params: &Params) -> Result<Option<Managed>, Error> {
    let named = || {
        let text = params.get("grant_id").ok_or_else(|| {
            Error::invalid_request("grant_management_action merge and replace need the parameter grant_id")
        })?;
        text.parse::<GrantId>().map_err(|_| unknown())
    };
    match (params.get("grant_management_action"), params.get("grant_id")) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(Error::invalid_request("grant_id needs the parameter grant_management_action")),
        (Some("create"), None) => Ok(Some(Managed::Create)),
        (Some("create"), Some(_)) => Err(Error::invalid_request("grant_management_action create makes the grant_id")),
        (Some("merge"), _) => Ok(Some(Managed::Merge(named()?))),
        (Some("replace"), _) => Ok(Some(Managed::Replace(named()?))),
        (Some(_), _) => Err(Error::invalid_request("grant_management_action must be create, merge or replace")),
    }
}

/// For requests that change no grant but by what the person decides: they must not seem to do more (§5.4).
///
/// # Errors
/// `invalid_request` where they ask for it.
pub fn none(params: &Params) -> Result<Option<Managed>, Error> {
    match params.get("grant_management_action").or(params.get("grant_id")) {
        None => Ok(None),
        Some(_) => Err(Error::invalid_request("grant_management_action and grant_id are not supported here")),
    }
}

/// The refusal of a grant that is not there, is over, or is another's.
pub fn unknown() -> Error {
    Error::new(Code::InvalidGrantId, "grant_id names no grant of this person to this client that is still good")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Random, Time};

    #[test]
    fn grant_management_s5_2_and_s5_4_actions_and_what_goes_with_them() {
        let id = GrantId::new(Time::from_unix(1_795_000_000), &Random::seeded(1));
        let read = |query: String| read(&Params::from_query(&query).unwrap());
        let action = |action: &str| format!("grant_management_action={action}");
        assert_eq!(read(String::new()), Ok(None));
        assert_eq!(read(action("create")), Ok(Some(Managed::Create)));
        assert_eq!(read(format!("{}&grant_id={id}", action("merge"))), Ok(Some(Managed::Merge(id))));
        assert_eq!(read(format!("{}&grant_id={id}", action("replace"))), Ok(Some(Managed::Replace(id))));
        for (query, code) in [
            (action("update"), Code::InvalidRequest),
            (action("revoke"), Code::InvalidRequest),
            (action("merge"), Code::InvalidRequest),
            (action("replace"), Code::InvalidRequest),
            (format!("grant_id={id}"), Code::InvalidRequest),
            (format!("{}&grant_id={id}", action("create")), Code::InvalidRequest),
            (format!("{}&grant_id=x", action("merge")), Code::InvalidGrantId),
        ] {
            assert_eq!(read(query.clone()).unwrap_err().code(), code, "{query}");
        }
    }
}
