//! The account's own view of what happened and who read what.

use std::collections::HashMap;

use super::Outcome;
use crate::app::App;
use crate::base::id::{AccountId, ClientId, EventId, GrantId};
use crate::base::page::{LARGEST, Page};
use crate::base::{Fault, Seconds, Time};
use crate::catalog::{SeenBy, events};
use crate::store::database::audit::{self, Between, Row};

/// Rows that say the same within this time are shown as one line.
const FOLDED: Seconds = Seconds::hours(1);

/// The events that tell of data that left.
const READS: &[&str] = &["data.read"];

/// How many rows are read at once, and how many at the most for one page: a filter that fits little reads on with the
/// next page instead of longer.
const AT_ONCE: usize = 250;
const LOOKED_AT: usize = 2000;

/// What a person wants to see; what is absent limits nothing.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub client: Option<ClientId>,
    /// Event names; empty for all that a person may see.
    pub events: Vec<&'static str>,
    /// Through which door it went.
    pub channel: Option<String>,
    pub outcome: Option<Outcome>,
    /// The name of a thing that was told.
    pub item: Option<String>,
    pub from: Option<Time>,
    /// Only what happened before.
    pub to: Option<Time>,
}

impl Filter {
    fn fits(&self, row: &Row) -> bool {
        let is_seen = match self.events.is_empty() {
            true => events::find(&row.event).is_some_and(|event| event.seen_by == SeenBy::Person),
            false => self.events.iter().any(|event| *event == row.event),
        };
        let tells = |item: &String| row.released.as_ref().is_some_and(|names| names.0.contains(item));
        is_seen
            && self.client.as_ref().is_none_or(|client| row.client_id.as_ref() == Some(client))
            && self.channel.as_ref().is_none_or(|channel| row.channel.as_ref() == Some(channel))
            && self.outcome.is_none_or(|outcome| row.outcome == outcome)
            && self.item.as_ref().is_none_or(tells)
            && self.to.is_none_or(|to| row.at < to)
    }
}

/// One line: something that happened, once or several times within an hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: EventId,
    /// The latest time.
    pub at: Time,
    pub count: usize,
    pub event: String,
    pub client: Option<ClientId>,
    pub grant: Option<GrantId>,
    pub channel: Option<String>,
    pub outcome: Outcome,
    pub requested: Vec<String>,
    pub released: Vec<String>,
    pub reason: Option<String>,
    pub address_prefix: Option<String>,
    pub agent: Option<String>,
}

/// What a person may see of the trail of their account, newest first; `cursor` is the `next` of the page before.
///
/// Takes as long however much there is: a page looks at [`LOOKED_AT`] rows at the most. One that is not full may have a
/// next one.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(
    app: &App,
    account: AccountId,
    filter: Filter,
    cursor: Option<&str>,
    size: usize,
) -> Result<Page<Entry>, Fault> {
    let Page { items, next } = rows(app, account, filter, cursor, size).await?;
    Ok(Page { items: fold(items), next })
}

/// The same, each row by itself.
///
/// # Errors
/// As [`list`].
pub async fn raw(
    app: &App,
    account: AccountId,
    filter: Filter,
    cursor: Option<&str>,
    size: usize,
) -> Result<Page<Entry>, Fault> {
    Ok(rows(app, account, filter, cursor, size).await?.map(entry))
}

async fn rows(
    app: &App,
    account: AccountId,
    filter: Filter,
    cursor: Option<&str>,
    size: usize,
) -> Result<Page<Row>, Fault> {
    let size = size.clamp(1, LARGEST);
    // A cursor that is none of ours begins at the top: it can show nothing but the account's own rows.
    let before = cursor.and_then(|c| c.parse().ok()).or(filter.to.map(|to| EventId::earliest(to + Seconds(1))));
    let mut between = Between { before, from: filter.from.map(EventId::earliest) };
    let (mut found, mut looked_at) = (Vec::new(), 0);
    loop {
        let rows = app.db.read(move |conn| Box::pin(audit::list(conn, account, between, AT_ONCE))).await?;
        let (count, last) = (rows.len(), rows.last().map(|row| row.id));
        found.extend(rows.into_iter().filter(|row| filter.fits(row)));
        looked_at += count;
        if found.len() > size || count < AT_ONCE {
            return Ok(Page::cut(found, size, |row| row.id.to_string()));
        }
        if looked_at >= LOOKED_AT {
            return Ok(Page { items: found, next: last.map(|id| id.to_string()) });
        }
        between.before = last;
    }
}

/// How many times data was read under each of the grants since a time; counts up to [`MOST_READS`].
///
/// # Errors
/// A fault when the database does not answer.
pub async fn reads_since(app: &App, grants: Vec<GrantId>, since: Time) -> Result<HashMap<GrantId, usize>, Fault> {
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let mut counts = HashMap::new();
                for grant in grants {
                    counts.insert(grant, audit::count_since(conn, grant, READS, since, MOST_READS).await?);
                }
                Ok(counts)
            })
        })
        .await
}

/// More reads than this are not told apart.
pub const MOST_READS: i64 = 10_000;

/// When data was last read under each of the grants, with success.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn last_read(app: &App, grants: Vec<GrantId>) -> Result<HashMap<GrantId, Time>, Fault> {
    let found = app.db.read(move |conn| Box::pin(async move { audit::latest(conn, &grants, READS).await })).await?;
    Ok(found.into_iter().collect())
}

fn fold(rows: Vec<Row>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for row in rows {
        let entry = entry(row);
        match entries.last_mut() {
            Some(last) if says_the_same(last, &entry) => last.count += 1,
            _ => entries.push(entry),
        }
    }
    entries
}

fn says_the_same(newer: &Entry, older: &Entry) -> bool {
    newer.event == older.event
        && newer.client == older.client
        && newer.grant == older.grant
        && newer.channel == older.channel
        && newer.outcome == older.outcome
        && newer.released == older.released
        && newer.reason == older.reason
        && newer.agent == older.agent
        && newer.at.since(older.at) <= FOLDED
        && newer.client.is_some()
}

fn entry(row: Row) -> Entry {
    Entry {
        id: row.id,
        at: row.at,
        count: 1,
        event: row.event,
        client: row.client_id,
        grant: row.grant_id,
        channel: row.channel,
        outcome: row.outcome,
        requested: row.requested.map(|names| names.0).unwrap_or_default(),
        released: row.released.map(|names| names.0).unwrap_or_default(),
        reason: row.reason,
        address_prefix: row.address_prefix,
        agent: row.agent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Random;

    fn row(at: i64, event: &str) -> Row {
        let at = Time::from_unix(at);
        Row {
            id: EventId::new(at, &Random::seeded(1)),
            at,
            event: event.to_owned(),
            account_id: None,
            client_id: Some(ClientId::from("cli_a")),
            grant_id: None,
            channel: Some("userinfo".to_owned()),
            outcome: Outcome::Ok,
            requested: None,
            released: None,
            reason: None,
            address_prefix: None,
            agent: None,
            request_id: None,
            mac: None,
        }
    }

    #[test]
    fn equal_rows_within_an_hour_are_one_line() {
        let rows =
            vec![row(9000, "data.read"), row(8000, "data.read"), row(7000, "data.refused"), row(100, "data.refused")];
        let lines: Vec<_> = fold(rows).into_iter().map(|e| (e.event, e.count)).collect();
        let expected = [("data.read", 2), ("data.refused", 1), ("data.refused", 1)];
        assert_eq!(lines, expected.map(|(event, count)| (event.to_owned(), count)));
    }
}
