//! Destroying an item: first its key, then its bytes, then its row once the store shows that nothing is left.

use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::Fault;
use crate::base::id::{AccountId, MediaId};
use crate::store::blobs::BlobKey;
use crate::store::database::accounts;
use crate::store::database::media::{self, Asset, State};
use crate::wallet::media::locks;

const MOST: usize = 500;

/// Destroys an item; `record` is written with it where its person is to be told.
///
/// # Errors
/// A fault when a store does not answer; its key may be gone by then, and the rest follows when this is done again.
pub async fn destroy(app: &App, asset: &Asset, record: Option<Record>, origin: &Origin) -> Result<(), Fault> {
    let (id, account) = (asset.id, asset.account_id);
    app.db.write::<_, Fault, _>(move |tx| Box::pin(media::shred(tx, id))).await?;
    clear(app, id, &[]).await?;
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                media::delete(tx, id).await?;
                accounts::touch(tx, account, unit.now()).await?;
                match record {
                    Some(record) => audit::record(tx, &unit, &record, &origin).await,
                    None => Ok(()),
                }
            })
        })
        .await
}

/// Deletes the blobs of an item, all but some, and sees that they are gone.
///
/// # Errors
/// A fault when the store does not answer, or shows what was deleted.
pub async fn clear(app: &App, id: MediaId, kept: &[BlobKey]) -> Result<(), Fault> {
    let folder = locks::folder(id)?;
    let others = async || {
        let found = app.blobs.list(&folder, None, MOST).await?;
        Ok::<_, Fault>(found.into_iter().filter(|blob| !kept.contains(blob)).collect::<Vec<_>>())
    };
    for blob in others().await? {
        app.blobs.delete(&blob).await?;
    }
    if others().await?.is_empty() {
        Ok(())
    } else {
        Err(Fault::unavailable("delete the bytes of an item", "some are there"))
    }
}

/// Destroys everything that a person has here, for the end of an account.
///
/// # Errors
/// A fault when a store does not answer; may be done again.
pub async fn destroy_all(app: &App, account: AccountId) -> Result<usize, Fault> {
    let mut destroyed = 0;
    loop {
        let some =
            app.db.read::<_, Fault, _>(move |c| Box::pin(media::list(c, account, &State::ALL, None, 100))).await?;
        if some.is_empty() {
            return Ok(destroyed);
        }
        for asset in &some {
            destroy(app, asset, None, &Origin::house()).await?;
            destroyed += 1;
        }
    }
}
