//! What to ask a person, and what their answer allows.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::base::id::MediaId;
use crate::base::{Digest, Time};
use crate::catalog::{Claim, ValueType, claims, scopes, values};
use crate::oauth::authorization::{Polled, reply};
use crate::oauth::claims_request::ClaimsRequest;
use crate::oauth::grant::{self, Demand, Duration, Grant, Pick};
use crate::oauth::{Client, Scope};
use crate::provider::clients::Registered;
use crate::provider::resources::Service;
use crate::provider::supported::supported;
use crate::store::database::grants::KeptGrant;
use crate::store::database::profiles::Source;
use crate::wallet::holdings::{self, Held, Holdings};
use crate::wallet::media::{Kind, shared};

/// Why a person is asked (WALLET.md §7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Nothing was ever shared with this client.
    NewClient,
    /// The client asks for something that the person has not decided about.
    NewItems,
    /// The time that was chosen, or a year, is over.
    Expired { at: Time },
    /// The client does not look as it did when the person said yes.
    ClientChanged { at: Time },
    /// What a document says of the person is newer than their yes to telling it.
    Reverified { at: Time },
    /// The client wants the question asked again.
    PromptConsent,
}

impl Reason {
    /// As the metrics call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::NewClient => "new_client",
            Self::NewItems => "new_items",
            Self::Expired { .. } => "expired",
            Self::ClientChanged { .. } => "client_changed",
            Self::Reverified { .. } => "reverified_after_consent",
            Self::PromptConsent => "prompt",
        }
    }
}

/// One line of the page: a claim with what rides on it, or a scope of [`SCOPE_LINES`].
#[derive(Debug, Clone)]
pub struct Line {
    /// As the page posts it: the name of a claim or scope.
    pub name: &'static str,
    /// Fluent key of its words.
    pub label: &'static str,
    /// What would be shared; `None` where the wallet holds nothing.
    pub value: Option<String>,
    /// Whether the value is masked until the person asks to see it.
    pub is_sensitive: bool,
    pub source: Option<Source>,
    pub verified_at: Option<Time>,
    /// Why the client asks, in its own words.
    pub purpose: Option<String>,
    /// Among which things the person picks; empty where there is no choice.
    pub choices: Vec<Choice>,
    /// The photo that is the value.
    pub photo: Option<MediaId>,
    /// Which of several things of a kind is told: the picked one, even where it is gone, else the one that stands first.
    pub told: Option<Pick>,
    pub is_new: bool,
    pub is_ticked: bool,
}

/// One thing that can be picked on a line.
#[derive(Debug, Clone)]
pub struct Choice {
    pub pick: Pick,
    pub value: String,
    /// Which thing a badge is of, in words for its person.
    pub detail: Option<String>,
    pub source: Source,
    pub verified_at: Option<Time>,
    pub is_chosen: bool,
}

/// The name of the line that lets a client come back while the person is away.
pub const OFFLINE: &str = "offline_access";

/// The lines that stand for a scope and no claim, in the order of the page.
pub const SCOPE_LINES: [&str; 2] = [scopes::CHANGES, OFFLINE];

/// Whether a line stands for a scope.
pub fn is_scope_line(name: &str) -> bool {
    SCOPE_LINES.contains(&name)
}

/// All that the consent page shows.
#[derive(Debug, Clone)]
pub struct ConsentAsk {
    pub client: Arc<Registered>,
    pub reason: Reason,
    /// What the client says that it needs; ticked, and can be unticked.
    pub needed: Vec<Line>,
    pub optional: Vec<Line>,
    /// What was decided earlier and is not asked now.
    pub already: Vec<Line>,
    pub default_duration: Duration,
    /// The origin that the browser returns to; empty where it stays here.
    pub return_origin: String,
    /// Who fetches the answer, where no browser carries it: the page says so.
    pub polled: Option<Polled>,
    /// What the client may do at other resource servers, if anything is allowed at all.
    pub services: Vec<Service>,
    demand: Demand,
    kept: Option<Grant>,
}

/// What a person posted.
#[derive(Debug, Clone)]
pub struct Answer {
    pub allows: bool,
    /// The names of the ticked lines; names that were not asked count for nothing.
    pub lines: Vec<String>,
    /// What was picked on lines that give a choice; as with lines, what was not offered counts for nothing.
    pub picks: Vec<Pick>,
    pub duration: Duration,
}

/// What is asked for, and by whom.
pub struct Asked<'a> {
    pub client: &'a Arc<Registered>,
    pub scope: &'a Scope,
    pub claims: &'a ClaimsRequest,
    pub redirect_uri: &'a str,
    pub wants_consent: bool,
}

impl ConsentAsk {
    /// Puts the page together from the request, what the wallet holds and what was allowed before.
    pub fn new(asked: &Asked<'_>, holdings: &Holdings, kept: Option<&KeptGrant>, now: Time) -> Self {
        let demand = Demand::of(asked.scope, asked.claims, supported());
        let reverified_at = holdings.identity.as_ref().map(|identity| identity.verified_at);
        let reverified_at = reverified_at.filter(|_| demand.has_verified());
        let reason = reason(asked.client, kept, &demand, reverified_at, asked.wants_consent, now);
        let live = kept.map(|k| &k.grant).filter(|grant| grant.is_live(now));
        let decided = |name: &str| live.is_some_and(|g| is_decided(g, name));
        let shows_all = reason != Reason::NewItems;
        let (mut needed, mut optional, mut already) = (Vec::new(), Vec::new(), Vec::new());
        for name in line_names(&demand) {
            let was_decided = decided(name);
            let was_allowed = live.is_some_and(|g| is_allowed(g, name));
            let is_needed = asked.client.essential_claims.iter().any(|c| c == name) || asked.claims.is_essential(name);
            let mut line = line(name, holdings, asked.client, live);
            line.purpose = asked.claims.purpose(name).map(str::to_owned).or(line.purpose);
            line.is_new = live.is_some() && !was_decided;
            line.is_ticked = match was_decided {
                true => was_allowed,
                false => is_needed || is_recommended(asked.client, &line),
            };
            match (shows_all || !was_decided, is_needed) {
                (true, true) => needed.push(line),
                (true, false) => optional.push(line),
                // A folded list of what is shared: what was refused stays out of sight.
                (false, _) if was_allowed => already.push(line),
                (false, _) => {}
            }
        }
        let default_duration = match demand.scope.contains(OFFLINE) {
            true => Duration::UntilStopped,
            false => Duration::Days90,
        };
        Self {
            client: Arc::clone(asked.client),
            reason,
            needed,
            optional,
            already,
            default_duration: live.map_or(default_duration, |g| g.duration),
            return_origin: reply::origin(asked.redirect_uri),
            polled: None,
            services: Vec::new(),
            demand,
            kept: live.cloned(),
        }
    }

    /// Fills the page with an answer, for a person who has to mend it.
    pub fn answered(&mut self, answer: &Answer) {
        for line in self.needed.iter_mut().chain(&mut self.optional) {
            line.is_ticked = answer.lines.iter().any(|name| name == line.name);
            for choice in &mut line.choices {
                choice.is_chosen = answer.picks.contains(&choice.pick);
            }
        }
        self.default_duration = answer.duration;
    }

    /// The lines that the page asks about.
    pub fn asked(&self) -> impl Iterator<Item = &Line> {
        self.needed.iter().chain(&self.optional)
    }

    /// What the answer decides: everything that was asked is offered, what stayed ticked is allowed.
    ///
    /// `openid` cannot be unticked; a scope of which nothing is left is dropped (WALLET.md §7.3).
    pub fn decide(&self, answer: &Answer) -> grant::Answer {
        let asked: BTreeSet<&str> = self.asked().map(|line| line.name).collect();
        let ticked = |line: &&Line| line.is_ticked_by(&answer.lines, &answer.picks);
        let ticked: BTreeSet<&str> = self.asked().filter(ticked).map(|line| line.name).collect();
        let kept = self.kept.as_ref();
        let is_asked = |claim: &Claim| match claim.line_name() {
            Some(line) => asked.contains(line),
            None => true,
        };
        let holds = |line: &str| {
            ticked.contains(line) || (!asked.contains(line) && kept.is_some_and(|g| g.allowed.claims.contains(line)))
        };
        let rows = || self.demand.claims.iter().filter_map(|name| claims::find(name)).filter(|c| is_asked(c));
        let offered_claims: BTreeSet<String> = rows().map(|c| c.name.to_owned()).collect();
        let allowed_claims: BTreeSet<String> =
            rows().filter(|c| c.is_covered(holds)).map(|c| c.name.to_owned()).collect();
        let is_left = |scope: &str| match scope {
            scope if is_scope_line(scope) && asked.contains(scope) => ticked.contains(scope),
            scope if is_scope_line(scope) => kept.is_some_and(|g| g.allowed.scope.contains(scope)),
            "openid" => true,
            _ if self.services.iter().any(|service| service.scope == scope) => true,
            _ => claims::in_scope(scope).any(|claim| claim.has_own_line() && holds(claim.name)),
        };
        let offered_picks = self.asked().flat_map(Line::picks).collect();
        let allowed_picks = picked(self.asked().filter(|line| ticked.contains(line.name)), &answer.picks);
        grant::Answer {
            offered: Demand { scope: self.demand.scope.clone(), claims: offered_claims, picks: offered_picks },
            allowed: Demand { scope: self.demand.scope.filter(is_left), claims: allowed_claims, picks: allowed_picks },
            duration: answer.duration,
        }
    }
}

/// What was picked on ticked lines. On a line where one thing alone can be picked, the one that is told already stands for
/// an answer that names none: also where there is no choice, so that what is added later takes the place of nothing.
pub(super) fn picked<'a>(ticked: impl Iterator<Item = &'a Line>, answered: &[Pick]) -> BTreeSet<Pick> {
    let mut all = BTreeSet::new();
    for line in ticked {
        let mut of_line =
            line.choices.iter().filter(|choice| answered.contains(&choice.pick)).map(|choice| choice.pick);
        match line.is_for_one() {
            true => all.extend(of_line.next().or(line.told)),
            false => all.extend(of_line),
        }
    }
    all
}

/// Whether more photos and videos are picked than one grant shares.
pub(super) fn has_too_many<'a>(picks: impl IntoIterator<Item = &'a Pick>) -> bool {
    picks.into_iter().filter(|pick| pick.media().is_some()).count() > shared::MOST
}

impl Line {
    /// Whether an answer says yes to it. Photos and videos have no box of their own: to pick one is the yes.
    pub fn is_ticked_by(&self, lines: &[String], picks: &[Pick]) -> bool {
        match self.media() {
            Some(_) => self.choices.iter().any(|choice| picks.contains(&choice.pick)),
            None => lines.iter().any(|line| line == self.name),
        }
    }

    /// Which photos or videos are picked on it.
    pub fn media(&self) -> Option<Kind> {
        Kind::of_claim(self.name)
    }

    /// Whether one thing alone can be picked.
    pub fn is_for_one(&self) -> bool {
        self.picks().next().is_some_and(|pick| pick.rivals(pick))
    }

    /// Everything that may be picked on it.
    pub(super) fn picks(&self) -> impl Iterator<Item = Pick> {
        self.told.into_iter().chain(self.choices.iter().map(|choice| choice.pick))
    }
}

fn reason(
    client: &Client,
    kept: Option<&KeptGrant>,
    demand: &Demand,
    reverified_at: Option<Time>,
    wants_consent: bool,
    now: Time,
) -> Reason {
    let Some(kept) = kept else { return Reason::NewClient };
    let grant = &kept.grant;
    if !grant.is_live(now) {
        return Reason::Expired { at: grant.expires_at.unwrap_or(now) };
    }
    if grant.confirmed_at + grant::RECONFIRM <= now {
        return Reason::Expired { at: grant.confirmed_at + grant::RECONFIRM };
    }
    if kept.client_seen != seen(client) {
        return Reason::ClientChanged { at: client.identity_changed_at.unwrap_or(now) };
    }
    if let Some(at) = reverified_at.filter(|at| *at > grant.confirmed_at) {
        return Reason::Reverified { at };
    }
    if wants_consent || kept.paused_at.is_some() {
        return Reason::PromptConsent;
    }
    match grant.missing(demand).is_empty() {
        true => Reason::PromptConsent,
        false => Reason::NewItems,
    }
}

/// What a person sees of a client, as a digest: a grant given to another face is asked for again.
pub fn seen(client: &Client) -> Digest {
    let hosts = redirect_hosts(client);
    let face = (&client.client_name, &client.logo_uri, &client.client_uri, &client.policy_uri, &client.tos_uri, &hosts);
    Digest::of(serde_json::to_vec(&face).unwrap_or_default())
}

fn redirect_hosts(client: &Client) -> BTreeSet<String> {
    crate::oauth::redirect_uri::hosts(&client.redirect_uris)
}

/// The lines that a demand needs, in the catalogue's order, those of scopes last.
fn line_names(demand: &Demand) -> Vec<&'static str> {
    let is_line = |claim: &&Claim| claims::of_line(claim.name).any(|c| demand.claims.contains(c.name));
    let mut names: Vec<&'static str> =
        claims::lines().filter(|c| c.name != "sub").filter(is_line).map(|c| c.name).collect();
    names.extend(SCOPE_LINES.into_iter().filter(|name| demand.scope.contains(name)));
    names
}

fn is_decided(grant: &Grant, line: &str) -> bool {
    if is_scope_line(line) { grant.offered.scope.contains(line) } else { grant.offered.claims.contains(line) }
}

fn is_allowed(grant: &Grant, line: &str) -> bool {
    if is_scope_line(line) { grant.allowed.scope.contains(line) } else { grant.allowed.claims.contains(line) }
}

/// Voluntary lines start unticked (GDPR Recital 32) unless the operator let the client recommend them; never what is
/// sensitive, and never a scope.
fn is_recommended(client: &Client, line: &Line) -> bool {
    !is_scope_line(line.name) && !line.is_sensitive && client.recommended_claims.iter().any(|c| c == line.name)
}

/// A line with the value that would be shared, by what a live grant says where there is one.
pub(super) fn line(name: &'static str, holdings: &Holdings, client: &Client, live: Option<&Grant>) -> Line {
    let claim = claims::find(name);
    let none = BTreeSet::new();
    let picks = live.map_or(&none, |grant| &grant.allowed.picks);
    let is_many = claim.is_some_and(|claim| matches!(claim.value, ValueType::Objects | ValueType::Media));
    let held = holdings.picked(name, picks);
    let gone = || picks.iter().copied().find(|pick| pick.is_of(name));
    // What is left when the picked one is gone is a choice, too, be it one alone.
    let left = holdings.find(name).filter(|_| held.is_none() && holdings.choices(name).is_empty());
    let choice = |one: &Held| {
        let pick = one.pick?;
        let is_chosen = if is_many { picks.contains(&pick) } else { held.is_some_and(|held| held.pick == Some(pick)) };
        let (source, verified_at) = (one.source, one.verified_at);
        let badge = holdings.badges.iter().find(|badge| Pick::Badge(badge.id) == pick);
        let detail = badge.and_then(|badge| badge.detail.clone());
        Some(Choice { pick, value: one.text.clone(), detail, source, verified_at, is_chosen })
    };
    let purpose = client.purposes.get(name).or_else(|| client.purposes.get(claim.map_or(name, |c| c.scope)));
    Line {
        name,
        label: claim.map(|c| c.label).or(scopes::find(name).map(|s| s.title)).unwrap_or(name),
        value: claim.zip(held).map(|(claim, held)| shown(claim, &held.text)),
        is_sensitive: claim.is_some_and(Claim::is_sensitive),
        source: held.map(|held| held.source),
        verified_at: held.and_then(|held| held.verified_at),
        purpose: purpose.cloned(),
        choices: holdings.choices(name).iter().chain(left).filter_map(choice).collect(),
        photo: holdings.picture().filter(|_| name == holdings::PICTURE),
        told: held.and_then(|held| held.pick).or_else(gone),
        is_new: false,
        is_ticked: false,
    }
}

/// A kept value as a person reads it.
fn shown(claim: &Claim, kept: &str) -> String {
    if claim.value.most_members().is_some() {
        return kept.replace('\n', ", ");
    }
    if claim.value != ValueType::Address {
        return kept.to_owned();
    }
    let address = values::Address::read(kept).unwrap_or_default();
    let parts = [address.street_address, address.postal_code, address.locality, address.region, address.country];
    let parts: Vec<String> = parts.into_iter().flatten().map(|part| part.replace('\n', ", ")).collect();
    address.formatted.map_or_else(|| parts.join(", "), |formatted| formatted.replace('\n', ", "))
}
