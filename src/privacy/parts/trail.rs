//! What the person allowed, and what happened.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use super::{Out, SCHEMA_VERSION, Source, moment};
use crate::accounts::sessions as browsers;
use crate::audit::activity::{self as seen, Entry, Filter};
use crate::base::Fault;
use crate::base::id::ClientId;
use crate::base::page::LARGEST;
use crate::catalog::events;
use crate::oauth::grant::Demand;
use crate::privacy::zip::Method;
use crate::provider::clients;
use crate::store::database::exports;
use crate::store::database::grants as kept;

/// More than anybody has.
const MOST_GRANTS: i64 = 100_000;

type Names = BTreeMap<ClientId, String>;

async fn names(source: &Source, ids: impl Iterator<Item = ClientId>) -> Result<Names, Fault> {
    clients::names(&source.app, ids.collect()).await
}

pub(super) async fn grants(source: &Source, out: &mut Out<'_>) -> Result<(), Fault> {
    let account = source.account;
    let all = source.app.db.read::<_, Fault, _>(move |conn| Box::pin(kept::list(conn, account, MOST_GRANTS))).await?;
    let names = names(source, all.iter().map(|kept| kept.grant.client.clone())).await?;
    let demand = |demand: &Demand| {
        let picks: Vec<String> = demand.picks.iter().map(ToString::to_string).collect();
        json!({ "scope": demand.scope.to_string(), "claims": demand.claims, "picks": picks })
    };
    let told = all.iter().map(|kept| {
        let grant = &kept.grant;
        json!({
            "id": grant.id,
            "app_id": grant.client,
            "app_name": names.get(&grant.client),
            "state": grant.state.name(),
            "duration": grant.duration.name(),
            "allowed": demand(&grant.allowed),
            "offered": demand(&grant.offered),
            "created_at": grant.created_at.rfc3339(),
            "confirmed_at": grant.confirmed_at.rfc3339(),
            "expires_at": moment(grant.expires_at),
            "ended_at": moment(kept.ended_at),
        })
    });
    let grants: Vec<Value> = told.collect();
    out.json("connections/grants.json", &json!({ "schema_version": SCHEMA_VERSION, "grants": grants })).await
}

pub(super) async fn receipts(source: &Source, out: &mut Out<'_>) -> Result<(), Fault> {
    let account = source.account;
    let all = source.app.db.read::<_, Fault, _>(move |conn| Box::pin(exports::receipts(conn, account))).await?;
    for (id, token) in all {
        out.file(&format!("connections/receipts/{id}.jwt"), token.as_bytes()).await?;
    }
    Ok(())
}

/// Writes a file of events page by page, so that a long life does not have to fit into memory.
async fn events(
    source: &Source,
    out: &mut Out<'_>,
    path: &str,
    (head, only): (&str, Vec<&'static str>),
    line: fn(&Entry, &Names) -> Result<String, Fault>,
) -> Result<(), Fault> {
    let Some(mut open) = out.begin(path, Method::Deflated, None).await? else { return Ok(()) };
    open.push(head.as_bytes()).await?;
    let mut cursor: Option<String> = None;
    loop {
        let filter = Filter { events: only.clone(), ..Filter::default() };
        let page = seen::raw(&source.app, source.account, filter, cursor.as_deref(), LARGEST).await?;
        let names = names(source, page.items.iter().filter_map(|entry| entry.client.clone())).await?;
        let mut text = String::new();
        for entry in &page.items {
            text.push_str(&line(entry, &names)?);
        }
        open.push(text.as_bytes()).await?;
        cursor = page.next;
        if cursor.is_none() {
            return out.keep(open).await;
        }
    }
}

pub(super) async fn activity(source: &Source, out: &mut Out<'_>) -> Result<(), Fault> {
    events(source, out, "activity/activity.ndjson", ("", Vec::new()), |entry, names| {
        let told = json!({
            "id": entry.id,
            "at": entry.at.rfc3339(),
            "event": entry.event,
            "outcome": entry.outcome.as_str(),
            "app_id": entry.client,
            "app_name": entry.client.as_ref().and_then(|id| names.get(id)),
            "grant_id": entry.grant,
            "channel": entry.channel,
            "requested": entry.requested,
            "released": entry.released,
            "reason": entry.reason,
            "network": entry.address_prefix,
            "browser": entry.agent,
        });
        let mut line = serde_json::to_string(&told).map_err(|e| Fault::internal("write a line of activity", e))?;
        line.push('\n');
        Ok(line)
    })
    .await
}

const HEAD: &str = "at,event,outcome,app,channel,requested,released,reason,network,browser\r\n";

pub(super) async fn activity_table(source: &Source, out: &mut Out<'_>) -> Result<(), Fault> {
    events(source, out, "activity/activity.csv", (HEAD, Vec::new()), row).await
}

pub(super) async fn logins(source: &Source, out: &mut Out<'_>) -> Result<(), Fault> {
    events(source, out, "security/logins.csv", (HEAD, events::security()), row).await
}

fn row(entry: &Entry, names: &Names) -> Result<String, Fault> {
    let app = entry.client.as_ref().map(|id| names.get(id).map_or(id.as_str(), String::as_str));
    let cells = [
        entry.at.rfc3339(),
        entry.event.clone(),
        entry.outcome.as_str().to_owned(),
        app.unwrap_or_default().to_owned(),
        entry.channel.clone().unwrap_or_default(),
        entry.requested.join(" "),
        entry.released.join(" "),
        entry.reason.clone().unwrap_or_default(),
        entry.address_prefix.clone().unwrap_or_default(),
        entry.agent.clone().unwrap_or_default(),
    ];
    let mut line = String::new();
    for (at, cell) in cells.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        // Writing to a String cannot fail.
        let _ = write!(line, "{comma}{}", csv(cell));
    }
    line.push_str("\r\n");
    Ok(line)
}

/// A cell of a table (RFC 4180). What a spreadsheet would take for a formula has an apostrophe before it.
pub fn csv(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    match text.contains([',', '"', '\r', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

pub(super) async fn sessions(source: &Source, out: &mut Out<'_>) -> Result<(), Fault> {
    let all = browsers::list(&source.app, source.account).await?;
    let told = all.iter().map(|session| {
        json!({
            "browser": session.agent,
            "network": session.address_prefix,
            "created_at": session.created_at.rfc3339(),
            "seen_at": session.seen_at.rfc3339(),
            "expires_at": session.expires_at.rfc3339(),
            "remembered": session.remembered,
            "methods": session.amr,
        })
    });
    let sessions: Vec<Value> = told.collect();
    out.json("security/sessions.json", &json!({ "schema_version": SCHEMA_VERSION, "sessions": sessions })).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_text_and_cells_stay_cells() {
        for (text, cell) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=HYPERLINK(\"https://evil.example\")", "\"'=HYPERLINK(\"\"https://evil.example\"\")\""),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@x", "'@x"),
            ("\t=1", "'\t=1"),
            ("two\nlines", "\"two\nlines\""),
        ] {
            assert_eq!(csv(text), cell);
        }
    }
}
