//! The pictures of a verification: whose bytes are kept sealed elsewhere, and whose hashes outlive them.

use std::str::FromStr;

use diesel::prelude::*;

use super::schema::{evidence_objects, verification_cases};
use super::{Conn, Stored, on, steady, text_column};
use crate::base::id::{AccountId, CaseId, EvidenceId};
use crate::base::{Digest, Fault, Time};

/// What a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    Front,
    Back,
    /// The person, with the sheet of the challenge.
    Selfie,
}

impl Side {
    pub const ALL: [Self; 3] = [Self::Front, Self::Back, Self::Selfie];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Back => "back",
            Self::Selfie => "selfie",
        }
    }
}

impl FromStr for Side {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or(())
    }
}

/// How far a picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// As it was sent; nobody has looked at it.
    Received,
    /// Looked at and made anew.
    Ready,
    /// Its key is destroyed.
    Purged,
}

impl State {
    const ALL: [Self; 3] = [Self::Received, Self::Ready, Self::Purged];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Ready => "ready",
            Self::Purged => "purged",
        }
    }
}

impl FromStr for State {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or(())
    }
}

text_column!(Side, State);

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = evidence_objects, treat_none_as_default_value = false)]
pub struct Evidence {
    pub id: EvidenceId,
    pub case_id: CaseId,
    pub kind: Side,
    pub state: State,
    /// Wrapped by the key for evidence.
    pub content_key: Option<Vec<u8>>,
    pub etag: String,
    pub media_type: String,
    pub bytes: i64,
    pub width: i32,
    pub height: i32,
    pub sharpness: i32,
    /// Of the file as it was sent.
    pub sha256: Digest,
    pub fingerprint: Option<i64>,
    pub created_at: Time,
}

/// Keeps a picture in the place of any other of its side; gives that one.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn put(conn: &mut Conn<'_>, new: &Evidence) -> Result<Option<Evidence>, Fault> {
    let old = evidence_objects::table
        .filter(evidence_objects::case_id.eq(new.case_id).and(evidence_objects::kind.eq(new.kind)));
    let found = on!(conn, get_result, old).optional().stored("find a picture")?;
    on!(conn, execute, diesel::delete(old)).stored("replace a picture")?;
    on!(conn, execute, diesel::insert_into(evidence_objects::table).values(new)).stored("keep a picture")?;
    Ok(found)
}

/// The pictures of a verification, in order of their sides' names.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(conn: &mut Conn<'_>, case: CaseId) -> Result<Vec<Evidence>, Fault> {
    let query = evidence_objects::table.filter(evidence_objects::case_id.eq(case)).order(evidence_objects::kind.asc());
    on!(conn, load, query).stored("list pictures")
}

/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, id: EvidenceId) -> Result<Option<Evidence>, Fault> {
    on!(conn, get_result, evidence_objects::table.find(id)).optional().stored("find a picture")
}

/// Notes what was made of a picture; `false` where it was replaced meanwhile.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn finish(conn: &mut Conn<'_>, made: &Evidence) -> Result<bool, Fault> {
    let change = (
        evidence_objects::state.eq(State::Ready),
        evidence_objects::etag.eq(&made.etag),
        evidence_objects::media_type.eq(&made.media_type),
        evidence_objects::bytes.eq(made.bytes),
        evidence_objects::width.eq(made.width),
        evidence_objects::height.eq(made.height),
        evidence_objects::sharpness.eq(made.sharpness),
        evidence_objects::fingerprint.eq(made.fingerprint),
    );
    let row = evidence_objects::table.find(made.id).filter(evidence_objects::state.eq(State::Received));
    Ok(on!(conn, execute, steady(diesel::update(row).set(change))).stored("finish a picture")? == 1)
}

/// Forgets a picture.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn delete(conn: &mut Conn<'_>, id: EvidenceId) -> Result<(), Fault> {
    on!(conn, execute, diesel::delete(evidence_objects::table.find(id))).stored("forget a picture")?;
    Ok(())
}

/// Forgets the pictures of a verification, hashes and all.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn delete_all(conn: &mut Conn<'_>, case: CaseId) -> Result<(), Fault> {
    let own = evidence_objects::table.filter(evidence_objects::case_id.eq(case));
    on!(conn, execute, diesel::delete(own)).stored("forget the pictures of a verification")?;
    Ok(())
}

/// Destroys the keys of the pictures of a verification: nobody can read their bytes any more, wherever they are.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn shred(conn: &mut Conn<'_>, case: CaseId) -> Result<(), Fault> {
    let own = evidence_objects::table.filter(evidence_objects::case_id.eq(case));
    let change = (evidence_objects::content_key.eq(None::<Vec<u8>>), evidence_objects::state.eq(State::Purged));
    on!(conn, execute, steady(diesel::update(own).set(change))).stored("destroy the keys of pictures")?;
    Ok(())
}

/// Whether another person has sent the very same file.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn has_other_with(conn: &mut Conn<'_>, account: AccountId, file: Digest) -> Result<bool, Fault> {
    let theirs =
        verification_cases::table.filter(verification_cases::account_id.ne(account)).select(verification_cases::id);
    let query = evidence_objects::table
        .filter(evidence_objects::sha256.eq(file).and(evidence_objects::case_id.eq_any(theirs)))
        .select(evidence_objects::id);
    let found: Option<EvidenceId> = on!(conn, first, query).optional().stored("find a file again")?;
    Ok(found.is_some())
}

/// How the newest pictures of a side look that other people sent.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn other_looks(
    conn: &mut Conn<'_>,
    account: AccountId,
    side: Side,
    most: i64,
) -> Result<Vec<Option<i64>>, Fault> {
    let theirs =
        verification_cases::table.filter(verification_cases::account_id.ne(account)).select(verification_cases::id);
    let query = evidence_objects::table
        .filter(evidence_objects::kind.eq(side).and(evidence_objects::case_id.eq_any(theirs)))
        .filter(evidence_objects::fingerprint.is_not_null())
        .order(evidence_objects::id.desc())
        .select(evidence_objects::fingerprint)
        .limit(most);
    on!(conn, load, query).stored("look at how pictures look")
}

/// The next pictures that have a key, in order of their identifier.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn keys_after(
    conn: &mut Conn<'_>,
    after: Option<EvidenceId>,
    most: i64,
) -> Result<Vec<(EvidenceId, Option<Vec<u8>>)>, Fault> {
    let rows = evidence_objects::table
        .filter(evidence_objects::content_key.is_not_null())
        .order(evidence_objects::id.asc())
        .select((evidence_objects::id, evidence_objects::content_key))
        .limit(most);
    match after {
        Some(after) => on!(conn, load, rows.filter(evidence_objects::id.gt(after))).stored("list keys of pictures"),
        None => on!(conn, load, rows).stored("list keys of pictures"),
    }
}

/// Puts a newly wrapped key in the place of the old text; nothing happens when that is gone.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn replace_key(conn: &mut Conn<'_>, id: EvidenceId, old: &[u8], new: &[u8]) -> Result<bool, Fault> {
    let row = evidence_objects::table.find(id).filter(evidence_objects::content_key.eq(old));
    let update = diesel::update(row).set(evidence_objects::content_key.eq(Some(new)));
    Ok(on!(conn, execute, steady(update)).stored("wrap the key of a picture again")? == 1)
}
