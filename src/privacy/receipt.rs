//! The receipt of a deletion: what was destroyed, signed by the house; nothing in it is of the person.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::app::App;
use crate::base::{Fault, Time};
use crate::error::Error;
use crate::jose::SigningKey;
use crate::jose::header::Typ;
use crate::jose::jws;
use crate::provider::lasting;
use crate::store::database::deletions::Row;

/// How long backups are kept (WALLET.md §16.4).
pub const BACKUPS_DAYS: u32 = 35;

/// Makes and signs it; gives the key too, whose public half is to be kept for as long as receipts are shown.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn make(app: &App, row: &Row, steps: &[&str], now: Time) -> Result<(String, Arc<SigningKey>), Error> {
    let inventory = &row.inventory.0;
    let claims = json!({
        "iss": app.config.issuer(),
        "iat": now.unix(),
        "jti": row.id,
        // The day: by the second somebody who knows both could tell whose receipt it is.
        "requested_on": &row.requested_at.rfc3339()[..10],
        "cause": row.cause.as_str(),
        "steps": steps,
        "destroyed": {
            "keys_sha256": inventory.keys,
            "rows": inventory.rows,
            "blob_folders": inventory.folders.len(),
        },
        "kept": {
            "audit_commitments": "without identity",
            "address_hash_days": app.config.privacy.tombstone.0 / 86_400,
            "backup_days": BACKUPS_DAYS,
        },
    });
    let signer = lasting::signer(app).await?;
    Ok((signer.sign(Typ::DeletionReceipt, &claims)?, signer))
}

/// What a receipt of this house says, where the house made it.
///
/// # Errors
/// Why it is not believed, in words for whoever shows it; a fault.
pub async fn verify(app: &App, token: &str) -> Result<Result<Map<String, Value>, String>, Error> {
    let verified = match jws::verify(token.trim(), &lasting::keys(app).await?, &[lasting::ALG]) {
        Ok(verified) => verified,
        Err(refused) => return Ok(Err(refused.to_string())),
    };
    if verified.header().typ.as_deref() != Typ::DeletionReceipt.as_str() {
        return Ok(Err("it is no receipt of a deletion".to_owned()));
    }
    let claims = verified.into_claims();
    let is_ours = claims.get("iss").and_then(Value::as_str) == Some(app.config.issuer());
    Ok(if is_ours { Ok(claims) } else { Err("another house made it".to_owned()) })
}

/// What the last deletions left: for the report of an operator.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(app: &App, most: i64) -> Result<Vec<Row>, Fault> {
    app.db.read(move |conn| Box::pin(crate::store::database::deletions::list(conn, most))).await
}
