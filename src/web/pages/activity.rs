//! The activity page: who read what and when, and what happened to the account.

use std::collections::{BTreeMap, BTreeSet};

use poem::Response;

use crate::audit::Outcome;
use crate::audit::activity::{self, Entry, Filter};
use crate::base::id::ClientId;
use crate::base::{Seconds, Time};
use crate::catalog::{CLAIMS, Line, claims, events};
use crate::error::Error;
use crate::oauth::params;
use crate::provider::{clients, grants};
use crate::web::answer;
use crate::web::call::{Call, Person};
use crate::web::view::{Choice, When};
use crate::web::views::activity::{Activity, Day, Row};
use crate::web::views::apps::ReadRow;
use crate::words::Words;

/// How many events a page shows.
const SIZE: usize = 50;
/// How many events other pages show.
const RECENT: usize = 5;

type Names = BTreeMap<ClientId, String>;

pub async fn page(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    let frame = person.frame(&call.visit);
    let words = frame.words;
    let connected = grants::uncounted(&call.app, person.session.account).await?;
    let apps: Names = connected.iter().map(|c| (c.grant.client.clone(), c.client.display_name().to_owned())).collect();
    let asked = Asked::read(&call);
    let client = asked.filter.client.clone().filter(|id| apps.contains_key(id));
    let filter = Filter { client: client.clone(), ..asked.filter.clone() };
    let before = call.query_value("before");
    let found = activity::list(&call.app, person.session.account, filter, before.as_deref(), SIZE).await?;
    let names = names(&call, &found.items).await?;
    answer::html(&Activity {
        apps: choices(words, &apps, client.as_ref()),
        kinds: Activity::kinds(words, &asked.value("kind")),
        items: items(words, &asked.value("item")),
        channels: Activity::channels(words, &asked.value("channel")),
        outcomes: Activity::outcomes(words, &asked.value("outcome")),
        from: asked.value("from"),
        to: asked.value("to"),
        days: days(words, &call, &found.items, &names),
        older_href: found.next.map(|cursor| asked.href("/account/activity", &[("before", &cursor)])),
        csv_href: asked.href("/account/activity/download", &[("format", "csv")]),
        ndjson_href: asked.href("/account/activity/download", &[("format", "ndjson")]),
        frame,
    })
}

/// What the query of the page asks for; what cannot be read counts as absent.
struct Asked {
    filter: Filter,
    pairs: Vec<(&'static str, String)>,
}

/// The names of the filter's fields.
const FIELDS: [&str; 7] = ["app", "kind", "item", "channel", "outcome", "from", "to"];

impl Asked {
    fn read(call: &Call) -> Self {
        let pairs: Vec<(&'static str, String)> = FIELDS
            .into_iter()
            .filter_map(|name| Some((name, call.query_value(name).filter(|value| !value.is_empty())?)))
            .collect();
        let value = |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        let filter = Filter {
            client: value("app").map(ClientId::from),
            events: of_kind(value("kind").unwrap_or_default()),
            channel: value("channel").map(str::to_owned),
            outcome: value("outcome").and_then(|outcome| outcome.parse().ok()),
            item: value("item").map(str::to_owned),
            from: value("from").and_then(Time::read_day),
            to: value("to").and_then(Time::read_day).map(|day| day + Seconds::days(1)),
        };
        Self { filter, pairs }
    }

    fn value(&self, name: &str) -> String {
        self.pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// An address with the same filter and more.
    fn href(&self, path: &str, more: &[(&str, &str)]) -> String {
        let mut href = path.to_owned();
        let own = self.pairs.iter().map(|(name, value)| (*name, value.as_str()));
        for (at, (name, value)) in own.chain(more.iter().copied()).enumerate() {
            href.push(if at == 0 { '?' } else { '&' });
            href.push_str(name);
            href.push('=');
            params::encode(value, &mut href);
        }
        href
    }
}

/// The filter that the query of a page asks for.
pub fn filter(call: &Call) -> Filter {
    Asked::read(call).filter
}

/// The things that can be told, by their lines.
fn items(words: Words, chosen: &str) -> Vec<Choice> {
    let choice =
        |value: &str, label: String| Choice { value: value.to_owned(), label, hint: None, is_chosen: value == chosen };
    let all = choice("", words.t("activity-item-all"));
    let each = claims::lines().filter(|claim| claim.name != "sub");
    std::iter::once(all).chain(each.map(|claim| choice(claim.name, words.claim(claim.name)))).collect()
}

/// The events of a kind of the filter; none stands for all.
fn of_kind(kind: &str) -> Vec<&'static str> {
    match kind {
        "reads" => events::READS.to_vec(),
        "security" => events::security(),
        _ => Vec::new(),
    }
}

fn choices(words: Words, apps: &Names, chosen: Option<&ClientId>) -> Vec<Choice> {
    let choice = |value: &str, label: &str, is_chosen| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        hint: None,
        is_chosen,
    };
    let all = choice("", &words.t("activity-app-all"), chosen.is_none());
    let each = apps.iter().map(|(id, name)| choice(id.as_str(), name, chosen == Some(id)));
    std::iter::once(all).chain(each).collect()
}

fn days(words: Words, call: &Call, entries: &[Entry], names: &Names) -> Vec<Day> {
    let now = call.app.now();
    let mut days: Vec<Day> = Vec::new();
    for entry in entries {
        let heading = words.day(entry.at, now);
        let row = row(words, entry, names, When::time(words, entry.at));
        match days.last_mut() {
            Some(day) if day.heading == heading => day.rows.push(row),
            _ => days.push(Day { heading, rows: vec![row] }),
        }
    }
    days
}

/// The last events of a person, for other pages; empty `events` stand for all.
pub async fn recent(call: &Call, person: &Person, words: Words, events: Vec<&'static str>) -> Result<Vec<Row>, Error> {
    let filter = Filter { events, ..Filter::default() };
    let found = activity::list(&call.app, person.session.account, filter, None, RECENT).await?;
    let names = names(call, &found.items).await?;
    let rows = found.items.iter().map(|entry| row(words, entry, &names, When::date_time(words, entry.at)));
    Ok(rows.collect())
}

async fn names(call: &Call, entries: &[Entry]) -> Result<Names, Error> {
    let ids: BTreeSet<ClientId> = entries.iter().filter_map(|entry| entry.client.clone()).collect();
    Ok(clients::names(&call.app, ids).await?)
}

fn row(words: Words, entry: &Entry, names: &Names, when: When) -> Row {
    let gone = words.t("activity-app-gone");
    let app = entry.client.as_ref().map(|id| names.get(id).unwrap_or(&gone).as_str());
    let told = Row::new(words, when, &entry.event, app, &claims(entry));
    Row { detail: detail(words, entry), is_refused: entry.outcome == Outcome::Refused, folded: entry.count - 1, ..told }
}

/// The claims that an event is about, in the order of the pages. That of the sign-in ID goes without saying, and what
/// only says something about another goes with it.
fn claims(entry: &Entry) -> Vec<&str> {
    let names = if entry.event == "profile.changed" { &entry.requested } else { &entry.released };
    let mut names: Vec<&str> = names.iter().map(String::as_str).filter(|name| *name != "sub").collect();
    names.retain(|name| claims::find(name).is_none_or(|claim| claim.line == Line::Own));
    names.sort_by_key(|name| CLAIMS.iter().position(|claim| claim.name == *name).unwrap_or(CLAIMS.len()));
    names
}

/// Through which door, from where, with which browser.
fn detail(words: Words, entry: &Entry) -> Option<String> {
    let channel = entry
        .channel
        .as_deref()
        .and_then(|channel| words.find_message(&format!("activity-channel-{}", channel.replace('_', "-"))));
    let agent = entry.agent.as_deref().map(|agent| words.device(agent));
    let parts: Vec<String> = [channel, entry.address_prefix.clone(), agent].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// A read, on the page of the app that read.
pub fn read_row(words: Words, entry: &Entry) -> ReadRow {
    let claims: Vec<String> = claims(entry).into_iter().map(|claim| words.claim(claim)).collect();
    ReadRow {
        when: When::date_time(words, entry.at),
        claims: words.list(&claims),
        is_refused: entry.outcome == Outcome::Refused,
        folded: entry.count - 1,
    }
}
