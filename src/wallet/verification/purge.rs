//! The end of evidence: keys first, then bytes, then a record with the hashes of what is gone.

use std::fmt::Write as _;

use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::{AccountId, CaseId};
use crate::base::{Digest, Fault};
use crate::store::database::cases::{self, Case};
use crate::store::database::evidence::Evidence;
use crate::store::database::{Conn, evidence, reviews};
use crate::wallet::verification::locks;

const MOST: usize = 500;

/// Destroys the evidence of a case whose time has come; nothing happens to any other.
///
/// # Errors
/// A fault when a store does not answer; may be done again.
pub async fn purge(app: &App, id: CaseId) -> Result<(), Fault> {
    let unit = app.clone();
    let was_due = app
        .db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let Some(case) = cases::find(tx, id).await?.filter(|case| is_due(&unit, case)) else {
                    return Ok(false);
                };
                shred(tx, &case).await?;
                // One that is appealed or disputed at this moment stays: then none of this is done.
                let case = Case { details: None, ..case };
                if cases::replace(tx, &case).await? { Ok(true) } else { Err(busy()) }
            })
        })
        .await?;
    if !was_due {
        return Ok(());
    }
    clear(app, id).await?;
    let unit = app.clone();
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let Some(case) = cases::find(tx, id).await?.filter(|case| is_due(&unit, case)) else {
                    return Ok(());
                };
                let pictures = evidence::list(tx, id).await?;
                let account = case.account_id;
                if !cases::replace(tx, &Case { purged_at: Some(unit.now()), ..case }).await? {
                    return Err(busy());
                }
                tell(tx, &unit, account, &pictures).await
            })
        })
        .await
}

fn busy() -> Fault {
    Fault::unavailable("purge a case", "another unit changes it")
}

fn is_due(app: &App, case: &Case) -> bool {
    case.purged_at.is_none() && case.purge_after.is_some_and(|at| at <= app.now())
}

async fn shred(conn: &mut Conn<'_>, case: &Case) -> Result<(), Fault> {
    evidence::shred(conn, case.id).await?;
    reviews::clear_notes(conn, case.id).await
}

/// Tells that pictures are gone, by their hashes.
pub(super) async fn tell(
    conn: &mut Conn<'_>,
    app: &App,
    account: AccountId,
    pictures: &[Evidence],
) -> Result<(), Fault> {
    if pictures.is_empty() {
        return Ok(());
    }
    let released = pictures.iter().map(|picture| hexadecimal(&picture.sha256)).collect();
    let record = Record { released, ..Record::of("verification.evidence_purged", account) };
    audit::record(conn, app, &record, &Origin::house()).await
}

fn hexadecimal(digest: &Digest) -> String {
    let mut text = String::with_capacity(64);
    for byte in digest.as_bytes() {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Deletes the blobs of a case, and sees that they are gone.
///
/// # Errors
/// A fault when the store does not answer, or shows what was deleted.
pub(super) async fn clear(app: &App, id: CaseId) -> Result<(), Fault> {
    let folder = locks::folder(id)?;
    for blob in app.blobs.list(&folder, None, MOST).await? {
        app.blobs.delete(&blob).await?;
    }
    if app.blobs.list(&folder, None, MOST).await?.is_empty() {
        Ok(())
    } else {
        Err(Fault::unavailable("delete evidence", "some is there"))
    }
}

/// Destroys everything of a person here, for the end of an account.
///
/// # Errors
/// A fault when a store does not answer; may be done again.
pub async fn destroy_all(app: &App, account: AccountId) -> Result<(), Fault> {
    let all = app.db.read::<_, Fault, _>(move |conn| Box::pin(cases::list(conn, account, i64::MAX)));
    for case in all.await? {
        let id = case.id;
        app.db.write::<_, Fault, _>(move |tx| Box::pin(async move { shred(tx, &case).await })).await?;
        clear(app, id).await?;
    }
    Ok(())
}
