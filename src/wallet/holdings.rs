//! Everything a projection may draw on: the values of one account, loaded once and kept until they change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use serde_json::json;

use crate::accounts::sealing;
use crate::app::{App, Room};
use crate::base::id::{AccountId, MediaId};
use crate::base::{Fault, Seconds, Time};
use crate::catalog::badges as kinds;
use crate::oauth::grant::Pick;
use crate::oauth::verified_claims;
use crate::store::database::Conn;
use crate::store::database::contacts::ContactKind;
use crate::store::database::profiles::Source;
use crate::store::database::{accounts, contacts, identity, profiles};
use crate::wallet;
use crate::wallet::identity::Identity;
use crate::wallet::media::{Kind, shelf};
use crate::wallet::standing::{self, Made, Standing};

/// The claim, and the profile value, whose value is a photo.
pub const PICTURE: &str = "picture";

/// One value that the wallet holds.
#[derive(Debug, Clone)]
pub struct Held {
    /// In the form in which it is kept (see [`crate::catalog::values`]).
    pub text: String,
    pub source: Source,
    pub verified_at: Option<Time>,
    pub updated_at: Time,
    /// Which thing it is, where the wallet may hold several.
    pub pick: Option<Pick>,
}

impl Held {
    /// Until when its proof counts, where it is proven: as long as the badge of the claim is valid.
    pub fn expires_at(&self, claim: &str) -> Option<Time> {
        let days = kinds::of_claim(claim)?.most_days()?;
        Some(self.verified_at? + Seconds::days(i64::from(days)))
    }
}

/// The values of one account by the names of their claims, as of one revision.
#[derive(Clone)]
pub struct Holdings {
    revision: i64,
    values: BTreeMap<String, Held>,
    /// By claim, where the wallet holds several: all of them, the one that `values` has first.
    several: BTreeMap<&'static str, Vec<Held>>,
    /// The photo that the person chose for their picture, while it is there.
    picture: Option<MediaId>,
    /// Where the data API tells of photos and videos.
    media_href: String,
    /// Who the person is by a document, as long as the badge of it counts.
    pub identity: Option<Identity>,
    /// Every badge, also those that count no more.
    pub badges: Vec<Standing>,
    /// From then on what follows from the day must be read again.
    fresh_until: Time,
}

impl std::fmt::Debug for Holdings {
    /// Names alone: values are personal.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

impl Holdings {
    /// The value of a claim, if the wallet holds one.
    pub fn find(&self, claim: &str) -> Option<&Held> {
        self.values.get(claim).filter(|held| !held.text.is_empty())
    }

    /// Those among which a person picks for a claim; empty where there is no choice.
    pub fn choices(&self, claim: &str) -> &[Held] {
        self.several.get(claim).map_or(&[], Vec::as_slice)
    }

    /// The photo that is the picture of the person.
    pub fn picture(&self) -> Option<MediaId> {
        self.picture
    }

    /// How many photos or videos of a claim these picks share, and where the data API tells of them; `None` for none.
    pub fn shared_of(&self, claim: &str, picks: &BTreeSet<Pick>) -> Option<(usize, String)> {
        let kind = Kind::of_claim(claim)?;
        let is_picked = |held: &&Held| held.pick.is_some_and(|pick| picks.contains(&pick));
        let count = self.choices(claim).iter().filter(is_picked).count();
        (count > 0).then(|| (count, format!("{}?kind={}", self.media_href, kind.as_str())))
    }

    /// The value of a claim for somebody for whom these things were picked: the picked one; of several of which none
    /// was picked, the first; nothing where the picked one is gone.
    pub fn picked(&self, claim: &str, picks: &BTreeSet<Pick>) -> Option<&Held> {
        let first = self.find(claim)?;
        let Some(own) = first.pick else { return Some(first) };
        if !picks.iter().any(|pick| pick.rivals(own)) {
            return Some(first);
        }
        let is_picked = |held: &&Held| held.pick.is_some_and(|pick| picks.contains(&pick));
        std::iter::once(first).chain(self.choices(claim)).find(is_picked)
    }

    /// The badges that were picked, with those that count no more.
    pub fn picked_badges(&self, picks: &BTreeSet<Pick>) -> impl Iterator<Item = &Standing> {
        self.badges.iter().filter(|badge| picks.contains(&Pick::Badge(badge.id)))
    }

    #[cfg(test)]
    pub(crate) fn sample(values: &[(&str, &str)]) -> Self {
        let held = |text: &str| Held {
            text: text.to_owned(),
            source: Source::Person,
            verified_at: None,
            updated_at: Time::from_unix(1),
            pick: None,
        };
        let values = values.iter().map(|(n, t)| ((*n).to_owned(), held(t))).collect();
        Self {
            revision: 1,
            values,
            several: BTreeMap::new(),
            picture: None,
            media_href: "https://wallet.example/wallet/v1/media".to_owned(),
            identity: None,
            badges: Vec::new(),
            fresh_until: Time::from_unix(i64::from(u32::MAX)),
        }
    }

    /// With several of one claim, each with its pick.
    #[cfg(test)]
    pub(crate) fn with_several(mut self, claim: &'static str, all: &[(Pick, &str)]) -> Self {
        let held = |(pick, text): &(Pick, &str)| Held {
            text: (*text).to_owned(),
            source: Source::Control,
            verified_at: Some(Time::from_unix(1)),
            updated_at: Time::from_unix(1),
            pick: Some(*pick),
        };
        let all: Vec<Held> = all.iter().map(held).collect();
        self.values.extend(all.first().map(|first| (claim.to_owned(), first.clone())));
        self.several.insert(claim, all);
        self
    }
}

/// Opened values, by account. Every use names the revision that the database has now, so it is never stale.
pub struct Opened {
    cache: Cache<AccountId, Arc<Holdings>>,
}

impl Room for Opened {
    fn open(_: &App) -> Self {
        // Bounds how many people's values lie open in memory, and for how long after their last use.
        let cache = Cache::builder().max_capacity(4096).time_to_idle(Duration::from_secs(300)).build();
        Self { cache }
    }
}

impl Opened {
    /// Forgets what was opened of an account that goes.
    pub fn forget(&self, account: AccountId) {
        self.cache.invalidate(&account);
    }
}

/// The values of an account as of `revision`, which the caller has just read in the same unit.
///
/// # Errors
/// A fault when the database does not answer or a value cannot be opened.
pub async fn load(conn: &mut Conn<'_>, app: &App, account: AccountId, revision: i64) -> Result<Arc<Holdings>, Fault> {
    let opened = app.room::<Opened>();
    if let Some(holdings) = opened.cache.get(&account).filter(|h| h.revision == revision && app.now() < h.fresh_until) {
        return Ok(holdings);
    }
    let holdings = Arc::new(read(conn, app, account, revision).await?);
    opened.cache.insert(account, Arc::clone(&holdings));
    Ok(holdings)
}

async fn read(conn: &mut Conn<'_>, app: &App, account: AccountId, revision: i64) -> Result<Holdings, Fault> {
    let key = sealing::load_key(conn, app, account).await?;
    let mut values = BTreeMap::new();
    let mut changed_at: Option<Time> = None;
    for row in profiles::list(conn, account).await? {
        let text = sealing::open_value(&key, account, &row.name, &row.value)?;
        changed_at = changed_at.max(Some(row.updated_at));
        let (source, verified_at, updated_at) = (row.source, row.verified_at, row.updated_at);
        values.insert(row.name, Held { text, source, verified_at, updated_at, pick: None });
    }
    // Primary addresses come first; the first of a kind is the one that is shared unless another was picked.
    let mut several: BTreeMap<&'static str, Vec<Held>> = BTreeMap::new();
    let kept = contacts::list(conn, account).await?;
    let mut addresses = BTreeMap::new();
    for contact in &kept {
        if contact.kind == ContactKind::Email && contact.verified_at.is_none() {
            // It may be somebody else's, and apps know people by it.
            continue;
        }
        let (claim, rider, pick) = match contact.kind {
            ContactKind::Email => ("email", "email_verified", Pick::Email(contact.id)),
            ContactKind::Phone => ("phone_number", "phone_number_verified", Pick::Phone(contact.id)),
        };
        let text = sealing::open_contact(&key, contact)?;
        addresses.insert(contact.id, text.clone());
        let source = if contact.verified_at.is_some() { Source::Control } else { Source::Person };
        let updated_at = contact.verified_at.unwrap_or(contact.created_at);
        let held = |text| Held { text, source, verified_at: contact.verified_at, updated_at, pick: Some(pick) };
        several.entry(claim).or_default().push(held(text));
        several.entry(rider).or_default().push(held(contact.verified_at.is_some().to_string()));
    }
    values.extend(several.iter().filter_map(|(name, all)| Some(((*name).to_owned(), all.first()?.clone()))));
    several.retain(|_, all| all.len() > 1);
    let mut picture = values.remove(PICTURE).and_then(|held: Held| held.text.parse::<MediaId>().ok().zip(Some(held)));
    // Of photos and videos even one alone is a choice.
    for item in shelf::ready(conn, &key, account).await? {
        if let Some((_, held)) = picture.take_if(|(id, _)| *id == item.id && item.kind == Kind::Photo) {
            values.insert(PICTURE.to_owned(), Held { text: item.id.to_string(), ..held });
        }
        let held = Held {
            text: item.name().to_owned(),
            source: Source::Person,
            verified_at: None,
            updated_at: item.created_at,
            pick: Some(Pick::Media(item.id)),
        };
        several.entry(item.kind.claim()).or_default().push(held);
    }
    let picture = values.get(PICTURE).and_then(|held| held.text.parse().ok());
    let media_href = format!("{}/wallet/v1/media", app.config.issuer());
    if let Some(at) = changed_at {
        // The day: by the second two platforms could tell that they know the same person.
        let text = at.start_of_day().unix().to_string();
        let held = Held { text, source: Source::System, verified_at: None, updated_at: at, pick: None };
        values.insert("updated_at".to_owned(), held);
    }
    let now = app.now();
    let facts = identity::find(conn, account).await?.map(|row| wallet::identity::open(&key, &row)).transpose()?;
    let awarded = wallet::badges::live(conn, app, account).await?;
    let opened_at = accounts::find(conn, account).await?.map_or(now, |found| found.created_at);
    let made = Made {
        account,
        opened_at,
        contacts: &kept,
        awarded,
        identity: facts.as_ref(),
        providers: &app.config.linked_providers,
    };
    let mut badges = standing::all(made, &app.keys.pepper, now);
    for badge in &mut badges {
        let address = badge.contact.and_then(|id| addresses.get(&id));
        badge.detail = badge.detail.take().or_else(|| address.cloned());
    }
    let counts = |one: &Standing| one.kind == kinds::IDENTITY && one.is_active();
    let identity = facts.filter(|_| badges.iter().any(counts));
    proven(&mut values, &mut several, &badges, identity.as_ref(), now);
    let fresh_until = now.start_of_day() + Seconds::days(1);
    Ok(Holdings { revision, values, several, picture, media_href, identity, badges, fresh_until })
}

/// The claims that follow from badges.
fn proven(
    values: &mut BTreeMap<String, Held>,
    several: &mut BTreeMap<&'static str, Vec<Held>>,
    badges: &[Standing],
    identity: Option<&Identity>,
    now: Time,
) {
    let held = |text: String, updated_at: Time, pick| {
        let (source, verified_at) = (Source::System, None);
        Held { text, source, verified_at, updated_at, pick }
    };
    let active = || badges.iter().filter(|one| one.is_active());
    let latest = active().map(|one| one.verified_at).max().unwrap_or(now).start_of_day();
    let trust = json!({ "level": standing::trust(badges), "updated_at": latest.rfc3339() });
    values.insert("wallet_trust".to_owned(), held(trust.to_string(), latest, None));
    if let Some(identity) = identity {
        for (years, kind) in kinds::ages() {
            let text = standing::is_of_age(&identity.birthdate, years, now).to_string();
            let told = Held { verified_at: Some(identity.verified_at), ..held(text, identity.verified_at, None) };
            values.insert(kind.slug.to_owned(), told);
        }
        values.extend(lines(identity));
    }
    let told = |one: &Standing| held(one.told().to_string(), one.verified_at, Some(Pick::Badge(one.id)));
    let all: Vec<Held> = active().map(told).collect();
    if !all.is_empty() {
        several.insert("wallet_badges", all);
    }
}

/// What a person is shown of it, line by line, by the names that grants have.
fn lines(identity: &Identity) -> impl Iterator<Item = (String, Held)> {
    let document = &identity.document;
    let evidence = json!({
        "type": document.kind.as_str(),
        "country": document.country,
        "issued_on": document.issued_on,
        "expires_on": document.expires_on,
    });
    let lines = [
        (verified_claims::name_of("given_name"), identity.given_name.clone()),
        (verified_claims::name_of("family_name"), identity.family_name.clone()),
        (verified_claims::name_of("birthdate"), identity.birthdate.clone()),
        (verified_claims::name_of("nationalities"), identity.nationalities.join("\n")),
        (verified_claims::EVIDENCE.to_owned(), evidence.to_string()),
    ];
    let at = identity.verified_at;
    let held = move |text| Held { text, source: Source::Document, verified_at: Some(at), updated_at: at, pick: None };
    lines.into_iter().map(move |(name, text)| (name, held(text)))
}

/// The current values of an account, for pages that show a person their own data.
///
/// # Errors
/// A fault when the database does not answer; broken when there is no such account.
pub async fn current(conn: &mut Conn<'_>, app: &App, account: AccountId) -> Result<Arc<Holdings>, Fault> {
    let revision = accounts::revision(conn, account).await?;
    load(conn, app, account, revision.ok_or_else(|| Fault::broken("load the values of an account"))?).await
}
