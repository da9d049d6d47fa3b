//! Badges: awarded, renewed, put in doubt and taken back. Every step is one row of the table of [`step`], and audited.

mod upkeep;

pub use self::upkeep::run as upkeep;
pub use crate::store::database::badges::{Level, State};

use crate::accounts::sealing;
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::{AccountId, BadgeId, CaseId, ClientId};
use crate::base::seal::{Place, SealKey};
use crate::base::{Fault, Time};
use crate::catalog::badges::LINKED;
use crate::store::database::badges::{self, Row};
use crate::store::database::{Conn, accounts, badge_offers, linked};
use crate::wallet::changes::{Change, Op, note};

/// What is awarded.
#[derive(Debug, Clone)]
pub struct Award {
    /// A slug: of [`crate::catalog::badges`], or of a kind that a client awards.
    pub kind: String,
    /// Which thing it vouches for, where a wallet may have several of the kind; else empty.
    pub thing: String,
    pub level: Option<Level>,
    /// The verification that it comes from.
    pub case: Option<CaseId>,
    /// The client that awards it; the house where there is none.
    pub issuer: Option<ClientId>,
    /// What its person is shown of the thing; kept sealed.
    pub detail: Option<String>,
    pub verified_at: Time,
    pub expires_at: Option<Time>,
}

impl Award {
    /// Of the house, without an end.
    pub fn of(kind: &str, verified_at: Time) -> Self {
        Self {
            kind: kind.to_owned(),
            thing: String::new(),
            level: None,
            case: None,
            issuer: None,
            detail: None,
            verified_at,
            expires_at: None,
        }
    }
}

/// A badge as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    pub id: BadgeId,
    pub kind: String,
    pub thing: String,
    pub state: State,
    pub level: Option<Level>,
    pub case: Option<CaseId>,
    pub issuer: Option<ClientId>,
    pub detail: Option<String>,
    pub verified_at: Time,
    pub expires_at: Option<Time>,
}

/// What can happen to a badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Award,
    Suspend,
    Reinstate,
    Revoke,
    Expire,
    Remove,
}

impl Act {
    pub const ALL: [Self; 6] = [Self::Award, Self::Suspend, Self::Reinstate, Self::Revoke, Self::Expire, Self::Remove];
}

/// What becomes of a badge, and the event that tells it (WALLET.md §10.1); `None` where it cannot happen to it.
///
/// A new proof ends a doubt. What was revoked or removed is over: a new award is a new badge.
pub fn step(state: Option<State>, act: Act) -> Option<(State, &'static str)> {
    use State::{Active, Expired, Removed, Revoked, Suspended};
    match (state, act) {
        (None, Act::Award) => Some((Active, "badge.awarded")),
        (Some(Active | Expired), Act::Award) => Some((Active, "badge.renewed")),
        (Some(Suspended), Act::Award | Act::Reinstate) => Some((Active, "badge.reinstated")),
        (Some(Active), Act::Suspend) => Some((Suspended, "badge.suspended")),
        (Some(Active | Suspended | Expired), Act::Revoke) => Some((Revoked, "badge.revoked")),
        (Some(Active | Suspended), Act::Expire) => Some((Expired, "badge.expired")),
        (Some(Active | Suspended | Expired), Act::Remove) => Some((Removed, "badge.removed")),
        _ => None,
    }
}

/// Awards a badge; a live one of the same kind and thing is renewed and keeps its identifier.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn award(
    conn: &mut Conn<'_>,
    app: &App,
    account: AccountId,
    award: Award,
    origin: &Origin,
) -> Result<BadgeId, Fault> {
    let now = app.now();
    // Writing the account's row lets one unit of it through at a time.
    accounts::touch(conn, account, now).await?;
    let key = sealing::load_key(conn, app, account).await?;
    let mut found = badges::live(conn, account).await?.into_iter();
    let found = found.find(|row| row.kind == award.kind && row.thing == award.thing);
    let id = found.as_ref().map_or_else(|| BadgeId::new(now, &app.random), |row| row.id);
    let was = found.as_ref().map(|row| row.state);
    let (state, event) = step(was, Act::Award).ok_or_else(|| Fault::broken("award a badge"))?;
    let detail = award.detail.as_ref().map(|text| seal(app, &key, id, text));
    let row = Row {
        id,
        account_id: account,
        kind: award.kind,
        thing: award.thing,
        state,
        level: award.level,
        case_id: award.case,
        issuer: award.issuer,
        detail,
        verified_at: award.verified_at,
        issued_at: found.as_ref().map_or(now, |row| row.issued_at),
        expires_at: award.expires_at,
        changed_at: now,
        reason: None,
    };
    let is_kept = match was {
        Some(was) => badges::replace(conn, was, &row).await?,
        None => badges::insert(conn, &row).await?,
    };
    if !is_kept {
        return Err(Fault::unavailable("award a badge", "another unit changes it"));
    }
    tell(conn, app, &row, event, None, origin).await?;
    Ok(id)
}

/// Puts a badge in doubt: it counts no more until it is reinstated or awarded anew. `false` where it is not active.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn suspend(
    conn: &mut Conn<'_>,
    app: &App,
    account: AccountId,
    badge: BadgeId,
    reason: &'static str,
    origin: &Origin,
) -> Result<bool, Fault> {
    change(conn, app, account, badge, (Act::Suspend, reason), origin).await
}

/// Ends a doubt. `false` where there is none.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn reinstate(
    conn: &mut Conn<'_>,
    app: &App,
    account: AccountId,
    badge: BadgeId,
    reason: &'static str,
    origin: &Origin,
) -> Result<bool, Fault> {
    change(conn, app, account, badge, (Act::Reinstate, reason), origin).await
}

/// Takes a badge back for good. `false` where it is over already, or no badge of this person.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn revoke(
    conn: &mut Conn<'_>,
    app: &App,
    account: AccountId,
    badge: BadgeId,
    reason: &'static str,
    origin: &Origin,
) -> Result<bool, Fault> {
    change(conn, app, account, badge, (Act::Revoke, reason), origin).await
}

/// Its person gives a badge up. `false` where it is over already, or no badge of this person.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn remove(
    conn: &mut Conn<'_>,
    app: &App,
    account: AccountId,
    badge: BadgeId,
    reason: &'static str,
    origin: &Origin,
) -> Result<bool, Fault> {
    change(conn, app, account, badge, (Act::Remove, reason), origin).await
}

pub(in crate::wallet) async fn change(
    conn: &mut Conn<'_>,
    app: &App,
    account: AccountId,
    badge: BadgeId,
    (act, reason): (Act, &'static str),
    origin: &Origin,
) -> Result<bool, Fault> {
    let now = app.now();
    let Some(mut row) = badges::find(conn, account, badge).await? else { return Ok(false) };
    let was = row.state;
    let Some((state, event)) = step(Some(was), act) else { return Ok(false) };
    (row.state, row.changed_at, row.reason) = (state, now, Some(reason.to_owned()));
    if !badges::replace(conn, was, &row).await? {
        return Ok(false);
    }
    if act == Act::Remove && row.issuer.is_some() {
        badge_offers::given_up(conn, badge, account, now).await?;
    }
    if act == Act::Remove && row.kind == LINKED {
        linked::delete(conn, account, &row.thing).await?;
        audit::record(conn, app, &Record::of("linked.removed", account), origin).await?;
    }
    tell(conn, app, &row, event, Some(reason), origin).await?;
    Ok(true)
}

async fn tell(
    conn: &mut Conn<'_>,
    app: &App,
    row: &Row,
    event: &'static str,
    reason: Option<&'static str>,
    origin: &Origin,
) -> Result<(), Fault> {
    let op = match row.state {
        State::Active if event == "badge.awarded" => Op::Added,
        State::Revoked | State::Removed => Op::Removed,
        _ => Op::Changed,
    };
    note(conn, app, row.account_id, &[Change::badge(row.id, op)]).await?;
    let record = Record { released: vec![row.kind.clone()], reason, ..Record::of(event, row.account_id) };
    audit::record(conn, app, &record, origin).await
}

/// The badges of a person that were awarded and count now.
///
/// # Errors
/// A fault when the database does not answer or a detail cannot be opened.
pub async fn active(conn: &mut Conn<'_>, app: &App, account: AccountId) -> Result<Vec<Badge>, Fault> {
    let now = app.now();
    let mut found = live(conn, app, account).await?;
    found.retain(|badge| badge.state_at(now) == State::Active);
    Ok(found)
}

/// Those that are active, in doubt or out of date.
pub(in crate::wallet) async fn live(conn: &mut Conn<'_>, app: &App, account: AccountId) -> Result<Vec<Badge>, Fault> {
    let key = sealing::load_key(conn, app, account).await?;
    badges::live(conn, account).await?.into_iter().map(|row| open(&key, row)).collect()
}

impl Badge {
    /// Its state now: one whose time is over counts no more, whether or not upkeep has come by.
    pub fn state_at(&self, now: Time) -> State {
        match self.expires_at {
            Some(end) if end <= now && matches!(self.state, State::Active | State::Suspended) => State::Expired,
            _ => self.state,
        }
    }
}

fn seal(app: &App, key: &SealKey, id: BadgeId, text: &str) -> Vec<u8> {
    key.seal_at(place(&id.to_string()), text.as_bytes(), &app.random)
}

pub(in crate::wallet) fn open(key: &SealKey, row: Row) -> Result<Badge, Fault> {
    let attempted = "open a badge";
    let place = row.id.to_string();
    let open = |sealed: &Vec<u8>| {
        let plain = key.open_at(self::place(&place), sealed).map_err(|e| Fault::internal(attempted, e))?;
        String::from_utf8(plain).map_err(|e| Fault::internal(attempted, e.utf8_error()))
    };
    let detail = row.detail.as_ref().map(open).transpose()?;
    Ok(Badge {
        id: row.id,
        kind: row.kind,
        thing: row.thing,
        state: row.state,
        level: row.level,
        case: row.case_id,
        issuer: row.issuer,
        detail,
        verified_at: row.verified_at,
        expires_at: row.expires_at,
    })
}

fn place(row: &str) -> Place<'_> {
    Place { table: "badges", column: "detail", row }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wallet_s10_1_what_becomes_of_a_badge() {
        use State::{Active, Expired, Removed, Revoked, Suspended};
        // Award, suspend, reinstate, revoke, expire, remove.
        let rows = [
            (None, [Some(Active), None, None, None, None, None]),
            (Some(Active), [Some(Active), Some(Suspended), None, Some(Revoked), Some(Expired), Some(Removed)]),
            (Some(Suspended), [Some(Active), None, Some(Active), Some(Revoked), Some(Expired), Some(Removed)]),
            (Some(Expired), [Some(Active), None, None, Some(Revoked), None, Some(Removed)]),
            (Some(Revoked), [None; 6]),
            (Some(Removed), [None; 6]),
        ];
        for (state, expected) in rows {
            let told = Act::ALL.map(|act| step(state, act));
            assert_eq!(told.map(|step| step.map(|(state, _)| state)), expected, "{state:?}");
            assert!(told.into_iter().flatten().all(|(_, event)| crate::catalog::events::find(event).is_some()));
        }
    }
}
