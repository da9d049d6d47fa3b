//! `Grant`: what an account allows a client; what it covers, how it narrows and grows.

mod pick;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::base::id::{AccountId, ClientId, GrantId};
use crate::base::{Seconds, Time};
use crate::oauth::claims_request::ClaimsRequest;
use crate::oauth::claims_request::WantedClaims;
use crate::oauth::client::IdTokenClaims;
use crate::oauth::scope::Scope;
use crate::oauth::supported::Supported;
use crate::oauth::verified_claims::{self, Element};

pub use self::pick::{NotAPick, Pick};

/// After this long a person is asked again, whatever duration was chosen.
pub const RECONFIRM: Seconds = Seconds::days(365);
/// How long the tokens of a grant for once may live.
pub const ONCE: Seconds = Seconds::minutes(11);

/// How long a person shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duration {
    /// For this sign-in alone: no refresh token, and the next sign-in asks again.
    Once,
    Days90,
    UntilStopped,
}

impl Duration {
    /// The name kept in the database and sent by the consent form.
    pub fn name(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Days90 => "days90",
            Self::UntilStopped => "until_stopped",
        }
    }

    pub fn read(name: &str) -> Option<Self> {
        [Self::Once, Self::Days90, Self::UntilStopped].into_iter().find(|d| d.name() == name)
    }

    /// When a grant confirmed at `confirmed_at` ends by itself.
    pub fn end(self, confirmed_at: Time) -> Option<Time> {
        match self {
            Self::Once => Some(confirmed_at + ONCE),
            Self::Days90 => Some(confirmed_at + Seconds::days(90)),
            Self::UntilStopped => None,
        }
    }
}

/// Where a grant stands. All but `Active` are final for its tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantState {
    Active,
    /// The person stopped sharing.
    Withdrawn,
    /// The client gave it back.
    Terminated,
    /// An operator ended it.
    Invalidated,
}

impl GrantState {
    /// The name kept in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Withdrawn => "withdrawn",
            Self::Terminated => "terminated",
            Self::Invalidated => "invalidated",
        }
    }

    pub fn read(name: &str) -> Option<Self> {
        [Self::Active, Self::Withdrawn, Self::Terminated, Self::Invalidated].into_iter().find(|s| s.name() == name)
    }
}

/// Scopes and claims about a person that are asked for, offered or allowed together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demand {
    pub scope: Scope,
    /// Names of claims about a person; those of the scopes included.
    pub claims: BTreeSet<String>,
    /// Which things, of those that a claim or scope stands for. A request names none: the person picks.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub picks: BTreeSet<Pick>,
}

impl Demand {
    /// What a request asks for: its scopes, their claims, and the claims it names one by one.
    pub fn of(scope: &Scope, claims: &ClaimsRequest, supported: &Supported) -> Self {
        let mut all = supported.claims_of(scope);
        all.extend(claims.names().filter(|c| supported.knows_claim(c)));
        Self { scope: scope.clone(), claims: all, picks: BTreeSet::new() }
    }

    /// Whether anything of it was read off a document that was checked.
    pub fn has_verified(&self) -> bool {
        self.claims.iter().any(|name| verified_claims::is_part(name))
    }

    pub fn is_empty(&self) -> bool {
        self.scope.is_empty() && self.claims.is_empty() && self.picks.is_empty()
    }

    pub fn is_within(&self, wider: &Demand) -> bool {
        self.scope.is_within(&wider.scope) && self.claims.is_subset(&wider.claims) && self.picks.is_subset(&wider.picks)
    }

    /// Whether all of this is still in `after`. Another thing in the place of one of which one alone is told takes
    /// nothing away: the next answer has the other.
    fn is_kept_in(&self, after: &Demand) -> bool {
        let is_kept = |pick: &Pick| after.picks.iter().any(|other| other == pick || other.rivals(*pick));
        self.scope.is_within(&after.scope) && self.claims.is_subset(&after.claims) && self.picks.iter().all(is_kept)
    }

    /// What is kept of an offer: of things of which any number can be picked, those that were. A shelf of hundreds of
    /// photos that were shown and not picked says nothing about the next request.
    fn remembered(&self, allowed: &Demand) -> Demand {
        let mut kept = self.clone();
        kept.picks.retain(|pick| pick.rivals(*pick) || allowed.picks.contains(pick));
        kept
    }

    pub fn without(&self, other: &Demand) -> Demand {
        Demand {
            scope: self.scope.without(&other.scope),
            claims: &self.claims - &other.claims,
            picks: &self.picks - &other.picks,
        }
    }

    pub fn narrow(&self, limit: &Demand) -> Demand {
        Demand {
            scope: self.scope.narrow(&limit.scope),
            claims: &self.claims & &limit.claims,
            picks: &self.picks & &limit.picks,
        }
    }

    pub fn merge(&self, other: &Demand) -> Demand {
        Demand {
            scope: self.scope.merge(&other.scope),
            claims: &self.claims | &other.claims,
            picks: &self.picks | &other.picks,
        }
    }
}

/// What a person decided on the consent page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// All that the page showed.
    pub offered: Demand,
    /// What stayed ticked; what was not offered counts for nothing.
    pub allowed: Demand,
    pub duration: Duration,
}

/// What an account allows a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub id: GrantId,
    pub account: AccountId,
    pub client: ClientId,
    /// What is allowed.
    pub allowed: Demand,
    /// What the person has decided about, so that what was refused is not asked again.
    pub offered: Demand,
    pub duration: Duration,
    pub created_at: Time,
    /// When the person last said yes.
    pub confirmed_at: Time,
    pub expires_at: Option<Time>,
    /// Grows whenever something is taken away; tokens of an earlier epoch are dead.
    pub epoch: u32,
    pub state: GrantState,
}

impl Grant {
    /// The first grant of an account to a client.
    pub fn open(id: GrantId, account: AccountId, client: ClientId, answer: &Answer, now: Time) -> Self {
        let allowed = answer.allowed.narrow(&answer.offered);
        Self {
            id,
            account,
            client,
            offered: answer.offered.remembered(&allowed),
            allowed,
            duration: answer.duration,
            created_at: now,
            confirmed_at: now,
            expires_at: answer.duration.end(now),
            epoch: 0,
            state: GrantState::Active,
        }
    }

    /// This grant after another visit to the consent page: what was offered is decided anew, the rest stays.
    ///
    /// The epoch grows when something was taken away, or when the grant had ended and its tokens must stay dead.
    pub fn merge(&self, answer: &Answer, now: Time) -> Self {
        let kept = if self.is_live(now) { self.allowed.without(&answer.offered) } else { Demand::default() };
        let allowed = kept.merge(&answer.allowed.narrow(&answer.offered));
        let lost = !self.is_live(now) || !self.allowed.is_kept_in(&allowed);
        let offered = if self.is_live(now) { self.offered.merge(&answer.offered) } else { answer.offered.clone() };
        Self {
            offered: offered.remembered(&allowed),
            allowed,
            duration: answer.duration,
            confirmed_at: now,
            expires_at: answer.duration.end(now),
            epoch: self.epoch.saturating_add(u32::from(lost)),
            state: GrantState::Active,
            ..self.clone()
        }
    }

    /// This grant with what the person decided now and nothing else; what was decided before is forgotten.
    pub fn replace(&self, answer: &Answer, now: Time) -> Self {
        let allowed = answer.allowed.narrow(&answer.offered);
        let lost = !self.is_live(now) || !self.allowed.is_kept_in(&allowed);
        Self {
            offered: answer.offered.remembered(&allowed),
            allowed,
            duration: answer.duration,
            confirmed_at: now,
            expires_at: answer.duration.end(now),
            epoch: self.epoch.saturating_add(u32::from(lost)),
            state: GrantState::Active,
            ..self.clone()
        }
    }

    /// This grant with only what is also in `limit`; never more than before, and a new epoch when it is less.
    pub fn narrow(&self, limit: &Demand) -> Self {
        let allowed = self.allowed.narrow(limit);
        let lost = allowed != self.allowed;
        Self { allowed, epoch: self.epoch.saturating_add(u32::from(lost)), ..self.clone() }
    }

    /// Whether tokens of this grant work at `now`.
    pub fn is_live(&self, now: Time) -> bool {
        self.state == GrantState::Active && self.expires_at.is_none_or(|end| now < end)
    }

    /// What of a demand the person has not decided about yet.
    pub fn missing(&self, demand: &Demand) -> Demand {
        demand.without(&self.offered)
    }

    /// Whether the person has decided about all of a demand and the decision still holds.
    pub fn covers(&self, demand: &Demand, now: Time) -> bool {
        self.is_live(now) && demand.is_within(&self.offered)
    }

    /// Whether refresh tokens may be issued (WALLET §7.3: not for once).
    pub fn allows_refresh(&self) -> bool {
        self.duration != Duration::Once
    }

    /// Whether an authorization for `asked` may be refreshed: the person allowed offline access, and still does.
    pub fn keeps_offline(&self, asked: &Scope) -> bool {
        self.allows_refresh() && self.scope_for(asked).contains("offline_access")
    }

    /// The scope that a token for `asked` gets.
    pub fn scope_for(&self, asked: &Scope) -> Scope {
        asked.narrow(&self.allowed.scope)
    }

    /// The claims that UserInfo gives to a token of `scope` made by a request with `claims` (OIDC Core §5.4, §5.5).
    pub fn userinfo_claims(&self, scope: &Scope, claims: &ClaimsRequest, supported: &Supported) -> BTreeSet<String> {
        let asked = supported.claims_of(scope);
        self.allowed_of(asked, &claims.userinfo, claims.verified_userinfo.as_deref())
    }

    /// The claims about a person that the ID Token carries (OIDC Core §5.4, §5.5).
    pub fn id_token_claims(
        &self,
        scope: &Scope,
        claims: &ClaimsRequest,
        policy: IdTokenClaims,
        supported: &Supported,
    ) -> BTreeSet<String> {
        let asked = match policy {
            IdTokenClaims::Protocol => BTreeSet::new(),
            IdTokenClaims::Granted => supported.claims_of(scope),
        };
        self.allowed_of(asked, &claims.id_token, claims.verified_id_token.as_deref())
    }

    fn allowed_of(
        &self,
        mut asked: BTreeSet<String>,
        wanted: &WantedClaims,
        verified: Option<&[Element]>,
    ) -> BTreeSet<String> {
        asked.extend(wanted.keys().cloned());
        if let Some(elements) = verified {
            // Whoever says what they want of it has said it all.
            asked.retain(|name| !verified_claims::is_part(name));
            asked.extend(elements.iter().flat_map(Element::names));
        }
        &asked & &self.allowed.claims
    }
}

#[cfg(test)]
mod tests;
