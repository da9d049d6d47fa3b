//! The activity page: who read what and when, and what happened to the account.

use std::collections::{BTreeMap, BTreeSet};

use poem::Response;

use crate::audit::Outcome;
use crate::audit::activity::{self, Entry, Filter};
use crate::base::id::ClientId;
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
    let connected = grants::list(&call.app, person.session.account).await?;
    let apps: Names = connected.iter().map(|c| (c.grant.client.clone(), c.client.display_name().to_owned())).collect();
    let client = call.query_value("app").map(ClientId::from).filter(|id| apps.contains_key(id));
    let kind = call.query_value("kind").unwrap_or_default();
    let filter = Filter { client: client.clone(), events: of_kind(&kind) };
    let before = call.query_value("before");
    let found = activity::list(&call.app, person.session.account, filter, before.as_deref(), SIZE).await?;
    let names = names(&call, &found.items).await?;
    answer::html(&Activity {
        apps: choices(words, &apps, client.as_ref()),
        kinds: Activity::kinds(words, &kind),
        days: days(words, &call, &found.items, &names),
        older_href: found.next.map(|cursor| older(client.as_ref(), &kind, &cursor)),
        frame,
    })
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

fn older(client: Option<&ClientId>, kind: &str, cursor: &str) -> String {
    let mut href = "/account/activity?before=".to_owned();
    params::encode(cursor, &mut href);
    for (name, value) in [("app", client.map_or("", ClientId::as_str)), ("kind", kind)] {
        if !value.is_empty() {
            href.push_str(&format!("&{name}="));
            params::encode(value, &mut href);
        }
    }
    href
}

/// The last events of a person, for other pages; empty `events` stand for all.
pub async fn recent(call: &Call, person: &Person, words: Words, events: Vec<&'static str>) -> Result<Vec<Row>, Error> {
    let filter = Filter { client: None, events };
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
