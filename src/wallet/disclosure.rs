//! The one gate: everything personal leaves here, with its record in the same unit of work.
//!
//! [`Permit`] proves that the account, the client and the grant were live in this unit. A [`Disclosure`] is the only
//! form of personal data that can be serialized, and [`disclose`] is the only way to make one.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::{AccountId, ClientId, GrantId};
use crate::base::{Fault, Time};
use crate::store::database::Conn;
use crate::store::database::accounts::AccountState;
use crate::store::database::clients::ClientState;
use crate::store::database::families::Standing;
use crate::wallet::projection::Projection;

/// The reason of a read that was refused because its grant is paused.
pub const PAUSED: &str = "grant_paused";

/// Why nothing may be issued or told any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// The person stopped sharing, or the time that they chose is over.
    Grant,
    /// The person lets nothing be read for a while; the grant goes on.
    Paused,
    Account,
    Client,
}

impl Stopped {
    /// For the trail.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Grant => "grant_ended",
            Self::Paused => PAUSED,
            Self::Account => "account_inactive",
            Self::Client => "client_disabled",
        }
    }
}

/// Proof that the account, the client and the grant of an authorization are live. Only [`Permit::check`] makes one.
#[derive(Debug, Clone)]
pub struct Permit {
    account: AccountId,
    client: ClientId,
    grant: GrantId,
    epoch: u32,
}

impl Permit {
    /// Whether anything may be issued or told: the one question that every grant type and every door asks.
    pub fn check(standing: &Standing, now: Time) -> Result<Self, Stopped> {
        let grant = &standing.grant.grant;
        if standing.client_state != ClientState::Active {
            return Err(Stopped::Client);
        }
        if standing.account_state != AccountState::Active {
            return Err(Stopped::Account);
        }
        if !grant.is_live(now) {
            return Err(Stopped::Grant);
        }
        if standing.grant.paused_at.is_some() {
            return Err(Stopped::Paused);
        }
        Ok(Self { account: grant.account, client: grant.client.clone(), grant: grant.id, epoch: grant.epoch })
    }

    pub fn account(&self) -> AccountId {
        self.account
    }

    pub fn client(&self) -> &ClientId {
        &self.client
    }

    pub fn grant(&self) -> GrantId {
        self.grant
    }

    /// As of which change of the grant this holds.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }
}

/// Personal data that leaves, with its record written.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Disclosure {
    claims: Map<String, Value>,
}

/// Lets a projection out through a door and writes down who got what, in the caller's unit.
///
/// `requested` names what was asked for; `frame` is what the protocol itself says beside it (`sub`).
///
/// # Errors
/// A fault when the record cannot be written; then nothing leaves.
pub async fn disclose(
    conn: &mut Conn<'_>,
    app: &App,
    permit: &Permit,
    projection: Projection,
    how: Channel<'_>,
    origin: &Origin,
) -> Result<Disclosure, Fault> {
    let record = Record {
        client: Some(permit.client.clone()),
        grant: Some(permit.grant),
        channel: Some(how.name),
        requested: how.requested,
        released: projection.names().map(str::to_owned).collect(),
        ..Record::of("data.read", permit.account)
    };
    audit::record(conn, app, &record, origin).await?;
    let mut claims = Map::new();
    for (name, value) in how.frame {
        claims.insert((*name).to_owned(), value.clone());
    }
    let told = projection.into_claims().into_iter().map(|(name, value)| (name.to_owned(), value));
    match how.under {
        Some(member) => drop(claims.insert(member.to_owned(), Value::Object(told.collect()))),
        None => claims.extend(told),
    }
    Ok(Disclosure { claims })
}

/// Through which door data leaves.
#[derive(Debug)]
pub struct Channel<'a> {
    /// `userinfo`, `id_token`: kept in the record.
    pub name: &'static str,
    /// What was asked for.
    pub requested: Vec<String>,
    /// What the protocol says beside the claims of the person.
    pub frame: &'a [(&'static str, Value)],
    /// The member that the claims are under; `None` where they stand beside the frame.
    pub under: Option<&'static str>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Digest, Random, Seconds};
    use crate::oauth::Scope;
    use crate::oauth::grant::{Answer, Demand, Duration, Grant, GrantState};
    use crate::store::database::grants::KeptGrant;

    const NOW: Time = Time::from_unix(1_795_000_000);

    #[test]
    fn s2_nothing_goes_out_once_anything_has_ended() {
        let random = Random::seeded(1);
        let asked = Demand { scope: Scope::of(["openid"]), claims: ["email".to_owned()].into(), ..Demand::default() };
        let answer = Answer { offered: asked.clone(), allowed: asked, duration: Duration::Days90 };
        let (id, account) = (GrantId::new(NOW, &random), AccountId::new(NOW, &random));
        let good = Standing {
            grant: KeptGrant {
                grant: Grant::open(id, account, "orbit".into(), &answer, NOW),
                client_seen: Digest::of("seen"),
                ended_at: None,
                paused_at: None,
            },
            account_state: AccountState::Active,
            revision: 1,
            client_state: ClientState::Active,
            client_version: 1,
        };
        let stopped =
            |standing: &Standing, at| Permit::check(standing, at).map(|permit| permit.grant).map_err(Stopped::reason);
        assert_eq!(stopped(&good, NOW), Ok(id));
        assert_eq!(stopped(&good, NOW + Seconds::days(89)), Ok(id));
        assert_eq!(stopped(&good, NOW + Seconds::days(90)), Err("grant_ended"), "the time that was chosen is over");
        let mut paused = good.clone();
        paused.grant.paused_at = Some(NOW);
        assert_eq!(stopped(&paused, NOW), Err("grant_paused"));
        let mut ended = good.clone();
        ended.grant.grant.state = GrantState::Withdrawn;
        assert_eq!(stopped(&ended, NOW), Err("grant_ended"));
        let closed = Standing { account_state: AccountState::Suspended, ..good.clone() };
        assert_eq!(stopped(&closed, NOW), Err("account_inactive"));
        let shut_off = Standing { client_state: ClientState::Disabled, ..good };
        assert_eq!(stopped(&shut_off, NOW), Err("client_disabled"));
    }
}
