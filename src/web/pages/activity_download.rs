//! The trail of a person as a file: each row by itself, written while it is read.

use bytes::Bytes;
use futures_util::stream;
use poem::http::HeaderValue;
use poem::http::header::CONTENT_DISPOSITION;
use poem::{Body, Response};
use serde_json::json;

use crate::audit::activity::{self, Entry};
use crate::audit::{Origin, Record};
use crate::base::Fault;
use crate::base::id::AccountId;
use crate::error::Error;
use crate::web::call::Call;
use crate::web::pages::activity::filter;

/// How many rows are read at once.
const AT_ONCE: usize = 200;

/// The form of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Csv,
    Ndjson,
}

const COLUMNS: [&str; 11] =
    ["id", "at", "event", "client_id", "channel", "outcome", "requested", "released", "reason", "network", "device"];

/// # Errors
/// Step up where the person did not prove lately who they are.
pub async fn download(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    if !call.is_fresh(&person.session) {
        return Err(crate::web::call::STEP_UP.into());
    }
    let form = if call.query_value("format").as_deref() == Some("ndjson") { Form::Ndjson } else { Form::Csv };
    let (account, filter) = (person.session.account, filter(&call));
    note(&call, account, call.visit.origin()).await?;
    let app = call.app.clone();
    // What comes next: the head, the row after a cursor, nothing.
    enum Next {
        Head,
        After(Option<String>),
        Nothing,
    }
    let head = if form == Form::Csv { Next::Head } else { Next::After(None) };
    let pieces = stream::try_unfold(head, move |next| {
        let (app, filter) = (app.clone(), filter.clone());
        async move {
            let cursor = match next {
                Next::Head => return Ok(Some((Bytes::from(COLUMNS.join(",") + "\r\n"), Next::After(None)))),
                Next::After(cursor) => cursor,
                Next::Nothing => return Ok(None),
            };
            let page = activity::raw(&app, account, filter, cursor.as_deref(), AT_ONCE).await;
            let page = page.map_err(|fault| std::io::Error::other(fault.to_string()))?;
            let text: String = page.items.iter().map(|entry| line(form, entry)).collect();
            let next = page.next.map_or(Next::Nothing, |cursor| Next::After(Some(cursor)));
            Ok::<_, std::io::Error>(Some((Bytes::from(text), next)))
        }
    });
    let (kind, name) = match form {
        Form::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"activity.csv\""),
        Form::Ndjson => ("application/x-ndjson", "attachment; filename=\"activity.ndjson\""),
    };
    let mut response = Response::builder().content_type(kind).body(Body::from_bytes_stream(pieces));
    response.headers_mut().insert(CONTENT_DISPOSITION, HeaderValue::from_static(name));
    Ok(response)
}

async fn note(call: &Call, account: AccountId, origin: &Origin) -> Result<(), Fault> {
    let (unit, origin) = (call.app.clone(), origin.clone());
    call.app
        .db
        .write(move |tx| {
            Box::pin(async move {
                let record = Record::of("activity.downloaded", account);
                crate::audit::record(tx, &unit, &record, &origin).await
            })
        })
        .await
}

fn line(form: Form, entry: &Entry) -> String {
    let values = [
        Some(entry.id.to_string()),
        Some(entry.at.rfc3339()),
        Some(entry.event.clone()),
        entry.client.as_ref().map(ToString::to_string),
        entry.channel.clone(),
        Some(entry.outcome.as_str().to_owned()),
        Some(entry.requested.join(" ")),
        Some(entry.released.join(" ")),
        entry.reason.clone(),
        entry.address_prefix.clone(),
        entry.agent.clone(),
    ];
    match form {
        Form::Csv => values.map(|value| field(&value.unwrap_or_default())).join(",") + "\r\n",
        Form::Ndjson => {
            let mut object = serde_json::Map::new();
            for (column, value) in COLUMNS.iter().zip(values) {
                let value = match *column {
                    "requested" => json!(entry.requested),
                    "released" => json!(entry.released),
                    _ => json!(value),
                };
                object.insert((*column).to_owned(), value);
            }
            serde_json::Value::Object(object).to_string() + "\n"
        }
    }
}

/// A field of a CSV file (RFC 4180 §2); what a spreadsheet would take for a formula begins with an apostrophe.
fn field(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    match text.contains(['"', ',', '\r', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc4180_s2_fields() {
        for (text, expected) in [
            ("email", "email"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=1+1", "'=1+1"),
            ("@x,y", "\"'@x,y\""),
            ("", ""),
        ] {
            assert_eq!(field(text), expected);
        }
    }
}
