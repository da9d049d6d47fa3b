//! What changed in a wallet, as clients that may keep up to date see it: noted by whoever changes it.

use std::collections::BTreeMap;

use super::{note_for_client, tell};
use crate::app::App;
use crate::base::Fault;
use crate::base::id::{AccountId, BadgeId, GrantId, MediaId};
use crate::catalog::messages::{self, News, Trigger};
use crate::catalog::scopes;
use crate::oauth::Grant;
use crate::oauth::grant::Pick;
use crate::store::database::changes::{self, ChangeRow, Which};
use crate::store::database::{Conn, accounts, grants};

pub use crate::catalog::messages::{Op, Resource};

/// The claim that badges are told by.
const BADGES: &str = "wallet_badges";

/// One thing that changed.
#[derive(Debug, Clone)]
pub struct Change {
    resource: Resource,
    item: String,
    op: Op,
    which: Which,
}

impl Change {
    /// A field of the profile.
    pub fn claim(name: &str, op: Op) -> Self {
        let which = Which { is_main: true, ..Which::default() };
        Self { resource: Resource::Profile, item: name.to_owned(), op, which }
    }

    /// An address, which is told by `claim` where it was picked; the main one also where none was.
    pub fn address(claim: &str, pick: Pick, is_main: bool, op: Op) -> Self {
        let which = Which { pick: Some(pick), is_main, grant: None };
        Self { resource: Resource::Profile, item: claim.to_owned(), op, which }
    }

    /// Another address is the main one now.
    pub fn main_address(claim: &str) -> Self {
        Self::claim(claim, Op::Changed)
    }

    pub fn badge(id: BadgeId, op: Op) -> Self {
        let which = Which { pick: Some(Pick::Badge(id)), ..Which::default() };
        Self { resource: Resource::Badge, item: id.to_string(), op, which }
    }

    pub fn media(id: MediaId, op: Op) -> Self {
        let which = Which { pick: Some(Pick::Media(id)), ..Which::default() };
        Self { resource: Resource::Media, item: id.to_string(), op, which }
    }

    /// What a grant allows.
    pub fn grant(id: GrantId) -> Self {
        let which = Which { grant: Some(id), ..Which::default() };
        Self { resource: Resource::Grant, item: id.to_string(), op: Op::Changed, which }
    }

    /// A change that one grant alone sees: something was picked for it, or is picked no more.
    pub fn only_for(self, grant: GrantId) -> Self {
        Self { which: Which { grant: Some(grant), ..self.which }, ..self }
    }
}

/// Notes what changed, moves the account's revision, and keeps the messages for those that see it: in the caller's unit.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn note(conn: &mut Conn<'_>, app: &App, account: AccountId, changed: &[Change]) -> Result<(), Fault> {
    let now = app.now();
    // It writes the account's row: the numbers of one account are kept in their order.
    let Some(seq) = accounts::advance(conn, account, now).await? else { return Ok(()) };
    let row = |(n, change): (usize, &Change)| {
        let Change { resource, item, op, which } = change.clone();
        ChangeRow::new((account, seq, i32::try_from(n).unwrap_or(i32::MAX)), (resource, item, op), which, now)
    };
    let rows: Vec<ChangeRow> = changed.iter().enumerate().map(row).collect();
    changes::insert(conn, &rows).await?;
    for grant in grants::live(conn, account, now).await?.iter().filter(|grant| keeps_up(grant)) {
        let seen: Vec<&ChangeRow> = rows.iter().filter(|row| sees(grant, row)).collect();
        if seen.is_empty() {
            continue;
        }
        let mut resources: Vec<String> = seen.iter().map(|row| row.resource.as_str().to_owned()).collect();
        resources.dedup();
        note_for_client(conn, app, &grant.client, (account, grant.id), resources).await?;
        // One message of a type, however much changed at once.
        let kinds = seen.iter().filter_map(|row| messages::set_off_by(Trigger::Change(row.resource, row.op)));
        let kinds: BTreeMap<Option<&str>, _> = kinds.map(|message| (message.webhook, message)).collect();
        for message in kinds.into_values() {
            let news = News { grant: Some(grant.id), behind: Some(seq - 1), ..News::default() };
            tell(conn, app, message, (account, &grant.client), &news).await?;
        }
    }
    Ok(())
}

/// Whether a grant lets its client be told of changes.
pub fn keeps_up(grant: &Grant) -> bool {
    grant.allowed.scope.contains(scopes::CHANGES)
}

/// Whether what changed is something that a grant lets its client see.
pub fn sees(grant: &Grant, change: &ChangeRow) -> bool {
    if let Some(only) = change.grant_id {
        return only == grant.id;
    }
    let (allowed, pick) = (&grant.allowed, change.pick());
    match (change.resource, pick) {
        (Resource::Profile, pick) => {
            let picked = allowed.picks.iter().find(|picked| picked.is_of(&change.item));
            let is_told = picked.map_or(change.is_main, |picked| Some(*picked) == pick);
            allowed.claims.contains(&change.item) && is_told
        }
        (Resource::Badge, Some(pick)) => allowed.claims.contains(BADGES) && allowed.picks.contains(&pick),
        (Resource::Media, Some(pick)) => allowed.picks.contains(&pick),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::base::id::{ClientId, ContactId};
    use crate::base::{Random, Time};
    use crate::oauth::Scope;
    use crate::oauth::grant::{Answer, Demand, Duration};

    #[test]
    fn wallet_s14_2_a_client_hears_of_what_it_sees_alone() {
        let (now, random) = (Time::from_unix(1_795_000_000), Random::seeded(1));
        let account = AccountId::new(now, &random);
        let [own, other] = [1, 2].map(|_| ContactId::new(now, &random));
        let [badge, hidden] = [1, 2].map(|_| BadgeId::new(now, &random));
        let photo = MediaId::new(now, &random);
        let grant = |claims: &[&str], picks: &[Pick]| {
            let allowed = Demand {
                scope: Scope::of(["openid", "profile", scopes::CHANGES]),
                claims: claims.iter().map(|name| (*name).to_owned()).collect(),
                picks: picks.iter().copied().collect::<BTreeSet<_>>(),
            };
            let answer = Answer { offered: allowed.clone(), allowed, duration: Duration::Days90 };
            Grant::open(GrantId::new(now, &random), account, ClientId::from("c"), &answer, now)
        };
        let told = grant(&["nickname", "email", BADGES], &[Pick::Email(own), Pick::Badge(badge), Pick::Media(photo)]);
        let unpicked = grant(&["email"], &[]);
        let email = |id, is_main| Change::address("email", Pick::Email(id), is_main, Op::Removed);
        for (change, sees_it, unpicked_sees_it) in [
            (Change::claim("nickname", Op::Changed), true, false),
            (Change::claim("birthdate", Op::Changed), false, false),
            (email(own, false), true, false),
            (email(other, true), false, true),
            (Change::main_address("email"), false, true),
            (Change::badge(badge, Op::Changed), true, false),
            (Change::badge(hidden, Op::Added), false, false),
            (Change::media(photo, Op::Removed), true, false),
            (Change::grant(told.id), true, false),
            (Change::badge(hidden, Op::Added).only_for(told.id), true, false),
        ] {
            let row = ChangeRow::new((account, 1, 0), (change.resource, change.item, change.op), change.which, now);
            assert_eq!((sees(&told, &row), sees(&unpicked, &row)), (sees_it, unpicked_sees_it), "{row:?}");
        }
        assert!(keeps_up(&told));
    }
}
