//! Checkpoints of the audit chain: once a day it is stated and signed what the chain was (WALLET.md §16.5).
//!
//! Who can write to the database can write a whole chain anew. What was stated before, and lies elsewhere, tells.

use serde_json::Value;

use crate::app::App;
use crate::audit::chain::{self, Reach};
use crate::audit::verify::{self, Range, Report};
use crate::base::{Fault, Time};
use crate::config::folder;
use crate::error::Error;
use crate::jose::Typ;
use crate::provider::lasting;
use crate::store::database::audit_chain::{self, Checkpoint};

/// Makes a checkpoint where none was made today.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn make_due(app: &App) -> Result<(), Error> {
    let last = app.db.read::<_, Fault, _>(|conn| Box::pin(audit_chain::last_checkpoint(conn))).await?;
    if last.is_none_or(|last| last.made_at.start_of_day() < app.now().start_of_day()) {
        make(app).await?;
    }
    Ok(())
}

/// Makes a checkpoint of everything that happened until now; `None` where nothing did since the last.
///
/// # Errors
/// A fault when a store does not answer.
pub async fn make(app: &App) -> Result<Option<Checkpoint>, Error> {
    chain::seal(app, Reach::Hour).await?;
    let Some((first_seq, last_seq, mut statement)) = verify::unstated(app).await? else { return Ok(None) };
    let now = app.now();
    statement.insert("iss".to_owned(), app.config.issuer().into());
    statement.insert("iat".to_owned(), now.unix().into());
    let signer = lasting::signer(app).await?;
    let token = signer.sign(Typ::AuditCheckpoint, &Value::Object(statement))?;
    let made = Checkpoint { first_seq, last_seq, token, made_at: now };
    let (unit, kept) = (app.clone(), made.clone());
    let is_kept = app
        .db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                lasting::keep(tx, &unit, &signer).await?;
                audit_chain::keep_checkpoint(tx, &kept).await
            })
        })
        .await?;
    if !is_kept {
        // Another node was first.
        return Ok(None);
    }
    write_beside(app, &made)?;
    Ok(Some(made))
}

fn write_beside(app: &App, made: &Checkpoint) -> Result<(), Fault> {
    let Some(path) = &app.config.audit.checkpoint_folder else { return Ok(()) };
    let failed = |e| Fault::internal("write a checkpoint to its folder", e);
    let day = made.made_at.rfc3339().chars().take(10).collect::<String>();
    folder::create(path).map_err(failed)?;
    folder::write(&path.join(format!("{day}-{}.jwt", made.last_seq)), made.token.as_bytes()).map_err(failed)
}

/// Checks the chain of the trail with its checkpoints.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn check(
    app: &App,
    from: Option<Time>,
    to: Option<Time>,
    progress: impl FnMut(i64, i64),
) -> Result<Report, Fault> {
    let keys = lasting::keys(app).await?;
    verify::verify(app, &keys, Range { from, to }, progress).await
}
