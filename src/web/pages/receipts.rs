//! Receipts of consent: listed, downloaded, and looked at by whoever holds one.

use poem::Response;
use poem::http::HeaderValue;
use poem::http::header::CONTENT_DISPOSITION;
use serde_json::{Map, Value, json};

use crate::base::id::GrantId;
use crate::error::Error;
use crate::oauth::params;
use crate::provider::receipts::{self, Verdict};
use crate::provider::{clients, lasting};
use crate::store::database::receipts::Receipt;
use crate::web::answer;
use crate::web::call::Call;
use crate::web::view::When;
use crate::web::views::receipts::{Checked, ReceiptRow, Receipts, Verify};
use crate::words::Words;

const SIZE: usize = 50;

pub async fn list(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    let frame = person.frame(&call.visit);
    let before = call.query_value("before");
    let found = receipts::list(&call.app, person.session.account, None, before.as_deref(), SIZE).await?;
    let rows = rows(&call, frame.words, &found.items).await?;
    let older_href = found.next.map(|cursor| {
        let mut href = "/account/receipts?before=".to_owned();
        params::encode(&cursor, &mut href);
        href
    });
    answer::html(&Receipts { frame, rows, older_href })
}

/// The receipts of one grant, for the page of its app.
pub async fn of_grant(call: &Call, words: Words, grant: GrantId) -> Result<Vec<ReceiptRow>, Error> {
    let account = call.person().await?.session.account;
    let found = receipts::list(&call.app, account, Some(grant), None, SIZE).await?;
    rows(call, words, &found.items).await
}

async fn rows(call: &Call, words: Words, receipts: &[Receipt]) -> Result<Vec<ReceiptRow>, Error> {
    let names = clients::names(&call.app, receipts.iter().map(|receipt| receipt.client_id.clone()).collect()).await?;
    let row = |receipt: &Receipt| ReceiptRow {
        href: format!("/account/receipts/{}", receipt.id),
        what: words.t(ReceiptRow::key(&receipt.event)),
        app: names.get(&receipt.client_id).cloned().unwrap_or_else(|| words.t("activity-app-gone")),
        when: When::date_time(words, receipt.at),
    };
    Ok(receipts.iter().map(row).collect())
}

/// The receipt as it was signed.
pub async fn download(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    let receipt = receipts::show(&call.app, person.session.account, call.id("id")?).await?;
    let mut response = answer::token(receipt.token, "application/jwt");
    let name = format!("attachment; filename=\"receipt-{}.jwt\"", receipt.id);
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// The keys that receipts are checked with, for as long as there are any.
pub async fn keys(call: Call) -> Result<Response, Error> {
    answer::json(&lasting::document(&call.app).await?)
}

pub async fn verify_page(call: Call) -> Result<Response, Error> {
    let frame = match call.session().await? {
        Some(_) => call.person().await?.frame(&call.visit),
        None => call.visit.frame(),
    };
    answer::html(&Verify { frame, receipt: String::new(), checked: None })
}

/// Says whether a receipt is ours and what it says; JSON to who wants that.
pub async fn verify(mut call: Call) -> Result<Response, Error> {
    if call.accepts("application/json") {
        let params = call.params().await?;
        let verdict = receipts::check(&call.app, params.get("receipt").unwrap_or_default()).await?;
        return answer::json(&match verdict {
            Verdict::Ours(claims) => json!({ "valid": true, "receipt": *claims }),
            Verdict::NotOurs => json!({ "valid": false, "reason": "not_ours" }),
            Verdict::Unreadable => json!({ "valid": false, "reason": "no_receipt" }),
        });
    }
    let form = call.form().await?;
    let frame = match call.session().await? {
        Some(_) => call.person().await?.frame(&call.visit),
        None => call.visit.frame(),
    };
    let receipt = form.text("receipt").to_owned();
    let checked = match receipts::check(&call.app, &receipt).await? {
        Verdict::Ours(claims) => said(frame.words, &claims),
        Verdict::NotOurs => Checked::bad("receipt-not-ours"),
        Verdict::Unreadable => Checked::bad("receipt-unreadable"),
    };
    answer::html(&Verify { frame, receipt, checked: Some(checked) })
}

/// What a receipt says, in words.
fn said(words: Words, claims: &Map<String, Value>) -> Checked {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let of = |name: &str| claims.get(name).map(text).unwrap_or_default();
    let shared = claims.get("claims").and_then(Value::as_array).into_iter().flatten();
    let shared: Vec<String> =
        shared.filter_map(Value::as_str).filter(|name| *name != "sub").map(|name| words.claim(name)).collect();
    let controllers = claims.get("dpv:hasDataController").and_then(Value::as_array);
    let client = controllers.and_then(|all| all.get(1)).map(|client| text(&client["dpv:hasName"]));
    Checked {
        key: "receipt-ours",
        is_good: true,
        what: words.t(ReceiptRow::key(&of("event"))),
        app: client.unwrap_or_default(),
        when: claims
            .get("iat")
            .and_then(Value::as_i64)
            .map(|at| When::date_time(words, crate::base::Time::from_unix(at))),
        claims: words.list(&shared),
        document: serde_json::to_string_pretty(claims).unwrap_or_default(),
    }
}
