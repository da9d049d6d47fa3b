//! Keys and places of items: the content key under the key of its person, the details, and the names of blobs.

use crate::accounts::sealing;
use crate::app::App;
use crate::base::Fault;
use crate::base::id::MediaId;
use crate::base::seal::{Place, SealKey};
use crate::store::blobs::BlobKey;
use crate::store::database::Conn;
use crate::store::database::media::Asset;
use crate::wallet::media::Details;
use crate::wallet::media::sealed::ContentKey;

/// The folder of an item's blobs: `media/{shelf}/{item}`. The last letters of an identifier are random.
pub fn folder(id: MediaId) -> Result<BlobKey, Fault> {
    let name = id.to_string();
    let shelf = &name[name.len().saturating_sub(2)..];
    format!("media/{shelf}/{name}").parse().map_err(|e| Fault::internal("name a folder of blobs", e))
}

/// A body's blob. Its tag is part of the name, so what was once looked at is never written over.
pub fn blob(id: MediaId, name: &str, etag: &str) -> Result<BlobKey, Fault> {
    format!("{}/{name}_{etag}", folder(id)?).parse().map_err(|e| Fault::internal("name a blob", e))
}

/// A new tag of a body.
pub fn etag(app: &App) -> String {
    app.random.characters(20, b"0123456789abcdefghijklmnopqrstuvwxyz")
}

/// # Errors
/// A fault when the database does not answer or the key cannot be opened: broken where it was destroyed.
pub async fn content_key(conn: &mut Conn<'_>, app: &App, asset: &Asset) -> Result<ContentKey, Fault> {
    let attempted = "open the key of an item";
    let wrapped = asset.content_key.as_deref().ok_or_else(|| Fault::broken("find the key of an item"))?;
    let key = sealing::load_key(conn, app, asset.account_id).await?;
    let row = asset.id.to_string();
    let plain = key.open_at(Place { table: "media_assets", column: "content_key", row: &row }, wrapped);
    let plain = zeroize::Zeroizing::new(plain.map_err(|e| Fault::internal(attempted, e))?);
    ContentKey::from_bytes(&plain).ok_or_else(|| Fault::broken(attempted))
}

pub fn wrap(app: &App, key: &SealKey, id: MediaId, content: &ContentKey) -> Vec<u8> {
    let row = id.to_string();
    key.seal_at(Place { table: "media_assets", column: "content_key", row: &row }, content.as_bytes(), &app.random)
}

pub fn seal_details(app: &App, key: &SealKey, id: MediaId, details: &Details) -> Result<Vec<u8>, Fault> {
    let row = id.to_string();
    let plain = serde_json::to_vec(details).map_err(|e| Fault::internal("write what is said of an item", e))?;
    Ok(key.seal_at(Place { table: "media_assets", column: "details", row: &row }, &plain, &app.random))
}

pub fn open_details(key: &SealKey, asset: &Asset) -> Result<Details, Fault> {
    let (row, attempted) = (asset.id.to_string(), "open what is said of an item");
    let plain = key.open_at(Place { table: "media_assets", column: "details", row: &row }, &asset.details);
    let plain = plain.map_err(|e| Fault::internal(attempted, e))?;
    serde_json::from_slice(&plain).map_err(|e| Fault::internal(attempted, e))
}
