//! Keys and places of evidence: wrapped and sealed by the key for evidence alone, blobs in a folder of their own.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::base::Fault;
use crate::base::id::{CaseId, EvidenceId};
use crate::store::blobs::BlobKey;
use crate::store::database::cases::{self, Case};
use crate::store::database::evidence::{self, Evidence};
use crate::store::database::reviews;
use crate::wallet::media::sealed::{ContentKey, Sealed};
use crate::wallet::verification::Details;

/// How many keys one unit of [`rewrap`] takes: bounds how long it holds the writer.
const BATCH: i64 = 200;

/// The folder of everything that is evidence.
pub const ROOT: &str = "evidence";

/// The folder of a case's blobs. The last letters of an identifier are random.
pub fn folder(case: CaseId) -> Result<BlobKey, Fault> {
    let name = case.to_string();
    let shelf = &name[name.len().saturating_sub(2)..];
    format!("{ROOT}/{shelf}/{name}").parse().map_err(|e| Fault::internal("name a folder of evidence", e))
}

/// A picture's blob: what was once looked at is never written over.
pub fn blob(case: CaseId, id: EvidenceId, etag: &str) -> Result<BlobKey, Fault> {
    format!("{}/{id}_{etag}", folder(case)?).parse().map_err(|e| Fault::internal("name a blob of evidence", e))
}

pub fn etag(app: &App) -> String {
    app.random.characters(20, b"0123456789abcdefghijklmnopqrstuvwxyz")
}

pub fn wrap(app: &App, id: EvidenceId, key: &ContentKey) -> Vec<u8> {
    app.sealers.evidence.seal(id.as_bytes(), key.as_bytes(), &app.random)
}

/// The key of a picture; `None` where it was destroyed.
///
/// # Errors
/// A fault where it cannot be opened.
pub fn unwrap(app: &App, evidence: &Evidence) -> Result<Option<ContentKey>, Fault> {
    let attempted = "open the key of a picture";
    let Some(wrapped) = &evidence.content_key else { return Ok(None) };
    let plain = app.sealers.evidence.open(evidence.id.as_bytes(), wrapped);
    let plain = zeroize::Zeroizing::new(plain.map_err(|e| Fault::internal(attempted, e))?);
    ContentKey::from_bytes(&plain).map(Some).ok_or_else(|| Fault::broken(attempted))
}

/// The bytes of a picture; `None` where its key was destroyed.
///
/// # Errors
/// As [`unwrap`].
pub fn body(app: &App, evidence: &Evidence) -> Result<Option<Sealed>, Fault> {
    let Some(key) = unwrap(app, evidence)? else { return Ok(None) };
    let blob = blob(evidence.case_id, evidence.id, &evidence.etag)?;
    Ok(Some(Sealed::new(app, blob, key, evidence.bytes.max(0).cast_unsigned())))
}

pub fn seal_details(app: &App, case: CaseId, details: &Details) -> Result<Vec<u8>, Fault> {
    let plain = serde_json::to_vec(details).map_err(|e| Fault::internal("write the details of a case", e))?;
    let plain = zeroize::Zeroizing::new(plain);
    Ok(app.sealers.evidence.seal(case.as_bytes(), &plain, &app.random))
}

/// What a case holds; nothing where that was purged.
///
/// # Errors
/// A fault where it cannot be opened.
pub fn open_details(app: &App, case: &Case) -> Result<Details, Fault> {
    let attempted = "open the details of a case";
    let Some(sealed) = &case.details else { return Ok(Details::default()) };
    let plain = app.sealers.evidence.open(case.id.as_bytes(), sealed).map_err(|e| Fault::internal(attempted, e))?;
    let plain = zeroize::Zeroizing::new(plain);
    serde_json::from_slice(&plain).map_err(|e| Fault::internal(attempted, e))
}

pub fn seal_note(app: &App, case: CaseId, round: i32, note: &str) -> Option<Vec<u8>> {
    let place = format!("note\0{case}\0{round}");
    (!note.is_empty()).then(|| app.sealers.evidence.seal(place.as_bytes(), note.as_bytes(), &app.random))
}

/// # Errors
/// A fault where it cannot be opened.
pub fn open_note(app: &App, case: CaseId, round: i32, sealed: &[u8]) -> Result<String, Fault> {
    let (attempted, place) = ("open the note of a reviewer", format!("note\0{case}\0{round}"));
    let plain = app.sealers.evidence.open(place.as_bytes(), sealed).map_err(|e| Fault::internal(attempted, e))?;
    String::from_utf8(plain).map_err(|e| Fault::internal(attempted, e.utf8_error()))
}

/// A link: what it says, sealed for one purpose.
///
/// # Errors
/// A fault where it cannot be written.
pub fn seal_link(app: &App, purpose: &'static str, said: &impl Serialize) -> Result<String, Fault> {
    let plain = serde_json::to_vec(said).map_err(|e| Fault::internal("write a link", e))?;
    Ok(URL_SAFE_NO_PAD.encode(app.sealers.evidence.seal(purpose.as_bytes(), &plain, &app.random)))
}

/// What a link of ours says; `None` for any other text.
pub fn open_link<T: DeserializeOwned>(app: &App, purpose: &'static str, link: &str) -> Option<T> {
    let sealed = URL_SAFE_NO_PAD.decode(link).ok()?;
    let plain = app.sealers.evidence.open(purpose.as_bytes(), &sealed).ok()?;
    serde_json::from_slice(&plain).ok()
}

/// Wraps keys of pictures and seals details of cases under the newest master key where an older one had them; how many.
///
/// # Errors
/// A fault when the database does not answer, or something cannot be opened with any master key.
pub async fn rewrap(app: &App) -> Result<usize, Fault> {
    let (mut changed, mut after) = (0, None);
    loop {
        let unit = app.clone();
        let (batch, last) = app
            .db
            .write::<_, Fault, _>(move |tx| {
                Box::pin(async move {
                    let sealer = &unit.sealers.evidence;
                    let rows = evidence::keys_after(tx, after, BATCH).await?;
                    let mut changed = 0;
                    for (id, wrapped) in &rows {
                        let Some(old) = wrapped.as_ref().filter(|old| sealer.is_stale(old)) else { continue };
                        let plain = sealer.open(id.as_bytes(), old);
                        let plain = plain.map_err(|e| Fault::internal("wrap the key of a picture again", e))?;
                        let plain = zeroize::Zeroizing::new(plain);
                        let new = sealer.seal(id.as_bytes(), &plain, &unit.random);
                        changed += usize::from(evidence::replace_key(tx, *id, old, &new).await?);
                    }
                    Ok((changed, rows.last().map(|(id, _)| *id)))
                })
            })
            .await?;
        changed += batch;
        if last.is_none() {
            break;
        }
        after = last;
    }
    Ok(changed + rewrap_details(app).await? + rewrap_notes(app).await?)
}

async fn rewrap_details(app: &App) -> Result<usize, Fault> {
    let (mut changed, mut after) = (0, None);
    loop {
        let unit = app.clone();
        let (batch, last) = app
            .db
            .write::<_, Fault, _>(move |tx| {
                Box::pin(async move {
                    let rows = cases::sealed_after(tx, after, BATCH).await?;
                    let mut changed = 0;
                    for case in &rows {
                        let is_stale = case.details.as_ref().is_some_and(|old| unit.sealers.evidence.is_stale(old));
                        if is_stale {
                            let details = open_details(&unit, case)?;
                            let details = Some(seal_details(&unit, case.id, &details)?);
                            // One that changed meanwhile was sealed anew by that.
                            changed += usize::from(cases::replace(tx, &Case { details, ..case.clone() }).await?);
                        }
                    }
                    Ok((changed, rows.last().map(|case| case.id)))
                })
            })
            .await?;
        changed += batch;
        if last.is_none() {
            return Ok(changed);
        }
        after = last;
    }
}

/// Notes live as long as pictures do: there are never many.
async fn rewrap_notes(app: &App) -> Result<usize, Fault> {
    let unit = app.clone();
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let mut changed = 0;
                for decision in reviews::with_notes(tx).await? {
                    let (case, round) = (decision.case_id, decision.round);
                    let Some(old) = decision.note.as_ref().filter(|old| unit.sealers.evidence.is_stale(old)) else {
                        continue;
                    };
                    let note = open_note(&unit, case, round, old)?;
                    if let Some(new) = seal_note(&unit, case, round, &note) {
                        changed += usize::from(reviews::replace_note(tx, &decision, &new).await?);
                    }
                }
                Ok(changed)
            })
        })
        .await
}
