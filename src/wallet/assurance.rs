//! Who a person is by a document, as platforms are told of it: the `verified_claims` of an answer (WALLET.md §6).
//!
//! Only what is asked for, allowed and held; only on the word of a sign-in that is strong enough; and only while the
//! person's yes is younger than what the document says. Demands are judged on what would be told (days, never seconds),
//! so nobody finds out more by asking many times.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::base::id::{AccountId, kind};
use crate::base::{Fault, Time};
use crate::catalog::{claims, contexts, scopes};
use crate::oauth::Grant;
use crate::oauth::pairwise_id::Names;
use crate::oauth::verified_claims::{self, Element, Held as Facts, answer, of_scope};
use crate::store::database::identity as rows;
use crate::wallet::holdings::Holdings;
use crate::wallet::identity::Identity;
use crate::wallet::projection::Projection;

/// The path of our trust framework, below the issuer.
const TRUST_FRAMEWORK: &str = "/trust-framework/1";

/// Kinds of evidence, and ways of checking documents, that an answer can have.
pub const EVIDENCE: [&str; 1] = ["document"];
pub const CHECK_METHODS: [&str; 2] = ["vri", "pvr"];

/// The most bytes of an answer, so that an ID Token with it stays one that every client takes.
const MOST_BYTES: usize = 6 * 1024;

/// What is asked for, by whom, on the word of which sign-in.
#[derive(Debug)]
pub struct Asking<'a> {
    pub elements: &'a [Element],
    /// Of the client, which its names for things are made for.
    pub sector: &'a str,
    pub acr: &'a str,
}

/// The trust framework that verifications by this house follow.
pub fn trust_framework(issuer: &str) -> String {
    format!("{issuer}{TRUST_FRAMEWORK}")
}

/// The claims that may be asked for inside of `verified_claims`.
pub fn claims() -> impl Iterator<Item = &'static str> {
    claims::in_scope(scopes::IDENTITY).filter_map(|claim| verified_claims::claim_of(claim.name))
}

/// The weakest context in which what a document says is told: the one of the settings, else the strongest there is.
pub fn least_acr(app: &App) -> &str {
    let strongest = contexts::CONTEXTS.last().map_or("", |context| context.acr);
    app.config.verified_claims.min_acr.as_deref().unwrap_or(strongest)
}

/// Since when the wallet has what its person's document says.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn since(app: &App, account: AccountId) -> Result<Option<Time>, Fault> {
    let row = app.db.read::<_, Fault, _>(move |conn| Box::pin(rows::find(conn, account))).await?;
    Ok(row.map(|row| row.verified_at))
}

/// What one destination is asked for: what the request says, else what the scope stands for (§5.8).
pub fn elements(asked: Option<&[Element]>, names: &BTreeSet<String>) -> Vec<Element> {
    match asked {
        Some(elements) => elements.to_vec(),
        None if names.iter().any(|name| verified_claims::is_part(name)) => vec![of_scope(claims())],
        None => Vec::new(),
    }
}

/// Adds what a document says, as much of it as is asked for, allowed and held.
pub fn add(projection: Projection, app: &App, holdings: &Holdings, grant: &Grant, asking: &Asking<'_>) -> Projection {
    let Some(identity) = &holdings.identity else { return projection };
    let is_agreed = identity.verified_at <= grant.confirmed_at;
    if asking.elements.is_empty() || !is_agreed || !contexts::reaches(asking.acr, least_acr(app)) {
        return projection;
    }
    let facts = told(app, identity, asking.sector);
    let is_allowed = |name: &str| grant.allowed.claims.contains(name);
    match answer(asking.elements, &facts, is_allowed, app.now(), MOST_BYTES) {
        Some(answered) => {
            // The trail has the assurance beside the claims (WALLET.md §9.1).
            let level = format!("verification.{}", identity.level.as_str());
            projection.with_verified(answered.value, answered.names.into_iter().chain([level]).collect())
        }
        None => projection,
    }
}

/// All that clients of a sector could be told: no number, no picture, no reviewer.
fn told(app: &App, identity: &Identity, sector: &str) -> Facts {
    let issuer = app.config.issuer();
    let framework = trust_framework(issuer);
    let names = Names::of::<kind::Case>(&app.keys.pepper, sector);
    let check_name = |id: &str| {
        let message = [sector.as_bytes(), &[0], identity.case.as_bytes(), id.as_bytes()].concat();
        let mac = app.keys.pepper.mac("check-id", &message);
        format!("ver_{}", URL_SAFE_NO_PAD.encode(&mac[..16]))
    };
    let day = |at: Time| at.start_of_day().rfc3339();
    let (level, mut details, mut checks) = (identity.level.as_str(), Vec::new(), Vec::new());
    for check in &identity.checks {
        let id = check_name(&check.id);
        let (of, how) = match check.method.as_str() {
            "vri" => ("evidence_validation", "remote_visual"),
            _ => ("verification", "remote_person"),
        };
        details.push(json!({
            "assurance_type": of,
            "assurance_classification": how,
            "evidence_ref": [{ "check_id": id }],
        }));
        checks.push(json!({
            "check_method": check.method,
            "organization": issuer,
            "check_id": id,
            "time": day(check.at),
        }));
    }
    let document = &identity.document;
    let mut about = Map::new();
    about.insert("type".to_owned(), json!(document.kind.as_str()));
    about.insert("issuer".to_owned(), json!({ "country_code": document.country }));
    for (name, date) in [("date_of_issuance", &document.issued_on), ("date_of_expiry", &document.expires_on)] {
        about.extend(date.as_ref().map(|date| (name.to_owned(), json!(date))));
    }
    let verification = json!({
        "trust_framework": framework,
        "assurance_level": level,
        "assurance_process": { "policy": framework, "procedure": level, "assurance_details": details },
        "time": day(identity.verified_at),
        "verification_process": names.name(identity.case),
        "evidence": [{ "type": EVIDENCE[0], "check_details": checks, "document_details": about }],
    });
    let claims = json!({
        "given_name": identity.given_name,
        "family_name": identity.family_name,
        "birthdate": identity.birthdate,
        "nationalities": identity.nationalities,
    });
    Facts { verification: members(verification), claims: members(claims) }
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
