//! Who a person is by a document that reviewers compared with them. Kept sealed whole; never mixed with what was typed.

use std::fmt;

use serde::{Deserialize, Serialize};

pub use crate::store::database::badges::Level;

use crate::accounts::sealing;
use crate::app::App;
use crate::base::id::{AccountId, CaseId};
use crate::base::seal::{Place, SealKey};
use crate::base::{Digest, Fault, Time};
use crate::catalog::badges::{BADGES, Earned, derived};
use crate::catalog::{claims, scopes};
use crate::store::database::identity::Row;
use crate::store::database::{Conn, identity};
use crate::wallet::changes::{Change, Op, note};

/// What a document says of a person, and what was done to check it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    pub case: CaseId,
    pub level: Level,
    pub verified_at: Time,
    pub expires_at: Time,
    pub given_name: String,
    pub family_name: String,
    /// `YYYY-MM-DD`.
    pub birthdate: String,
    /// ISO 3166-1 alpha-3.
    pub nationalities: Vec<String>,
    pub document: Document,
    pub checks: Vec<Check>,
}

impl fmt::Debug for Identity {
    /// Names nobody.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("case", &self.case).field("level", &self.level).finish_non_exhaustive()
    }
}

/// The document, without its number: that is not kept.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    pub kind: DocumentKind,
    /// Who issued it: ISO 3166-1 alpha-3.
    pub country: String,
    /// `YYYY-MM-DD`.
    pub issued_on: Option<String>,
    pub expires_on: Option<String>,
}

/// The kinds of document that are taken, under the names of the predefined values of OpenID Identity Assurance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DocumentKind {
    #[serde(rename = "passport")]
    Passport,
    #[serde(rename = "idcard")]
    IdCard,
    #[serde(rename = "driving_permit")]
    DrivingPermit,
}

impl DocumentKind {
    pub const ALL: [Self; 3] = [Self::Passport, Self::IdCard, Self::DrivingPermit];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passport => "passport",
            Self::IdCard => "idcard",
            Self::DrivingPermit => "driving_permit",
        }
    }
}

/// One look at the document or at the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    pub id: String,
    /// `vri`: the picture of the document was inspected; `pvr`: the person was compared with it.
    pub method: String,
    pub at: Time,
}

/// # Errors
/// A fault when the database does not answer or the facts cannot be opened.
pub async fn load(conn: &mut Conn<'_>, app: &App, account: AccountId) -> Result<Option<Identity>, Fault> {
    let Some(row) = identity::find(conn, account).await? else { return Ok(None) };
    let key = sealing::load_key(conn, app, account).await?;
    open(&key, &row).map(Some)
}

pub(in crate::wallet) fn open(key: &SealKey, row: &Row) -> Result<Identity, Fault> {
    let attempted = "open the facts of a person";
    let account = row.account_id.to_string();
    let plain = key.open_at(place(&account), &row.facts).map_err(|e| Fault::internal(attempted, e))?;
    serde_json::from_slice(&plain).map_err(|e| Fault::internal(attempted, e))
}

/// Keeps what a document says of a person in the place of what an earlier one said; of `number`, only a keyed hash.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn keep(
    conn: &mut Conn<'_>,
    app: &App,
    account: AccountId,
    facts: &Identity,
    number: &str,
) -> Result<(), Fault> {
    let key = sealing::load_key(conn, app, account).await?;
    let plain = serde_json::to_vec(facts).map_err(|e| Fault::internal("write the facts of a person", e))?;
    let row = Row {
        account_id: account,
        case_id: facts.case,
        facts: key.seal_at(place(&account.to_string()), &plain, &app.random),
        document_lookup: lookup(app, &facts.document.country, facts.document.kind, number),
        verified_at: facts.verified_at,
        expires_at: facts.expires_at,
    };
    identity::put(conn, &row).await?;
    note(conn, app, account, &seen(app, account, Op::Changed)).await
}

/// Whether there was anything to forget.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn forget(conn: &mut Conn<'_>, app: &App, account: AccountId) -> Result<bool, Fault> {
    let is_gone = identity::delete(conn, account).await?;
    note(conn, app, account, &seen(app, account, Op::Removed)).await?;
    Ok(is_gone)
}

/// What clients see of it: what the document says, and what follows from a birth date.
fn seen(app: &App, account: AccountId, op: Op) -> Vec<Change> {
    let told = [scopes::IDENTITY, "wallet.age"].into_iter().flat_map(claims::in_scope);
    let told = told.map(|claim| Change::claim(claim.name, op));
    let of_age = BADGES.iter().filter(|kind| matches!(kind.earned, Earned::Age(_)));
    let of_age = of_age.map(|kind| Change::badge(derived(&app.keys.pepper, account, kind.slug, &[]), op));
    told.chain(of_age).collect()
}

/// The wallets that were verified with a document.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn find_by_document(
    conn: &mut Conn<'_>,
    app: &App,
    country: &str,
    kind: DocumentKind,
    number: &str,
) -> Result<Vec<AccountId>, Fault> {
    identity::of_document(conn, lookup(app, country, kind, number)).await
}

/// Numbers are told apart as they are read: without spaces and marks, in capital letters.
pub fn lookup(app: &App, country: &str, kind: DocumentKind, number: &str) -> Digest {
    let number: String = number.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    let message = format!("{}|{}|{number}", country.to_ascii_uppercase(), kind.as_str());
    Digest::from_bytes(app.keys.pepper.mac("document-lookup", message.as_bytes()))
}

fn place(account: &str) -> Place<'_> {
    Place { table: "identity_facts", column: "facts", row: account }
}
