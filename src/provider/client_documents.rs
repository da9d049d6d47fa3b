//! Clients that are named by the URL of their own metadata document (draft-ietf-oauth-client-id-metadata-document).
//!
//! Such a client has a row like every other, marked as self-registered; the row is made and renewed from the document
//! where the client is about to be used. A client that an operator registered under such an identifier is left alone.

use serde_json::{Map, Value};
use url::Url;

use crate::app::App;
use crate::audit::Origin;
use crate::base::id::ClientId;
use crate::base::{Fault, Seconds};
use crate::error::Error;
use crate::jose::json as strict;
use crate::oauth::{self, registration};
use crate::provider::supported::supported;
use crate::provider::{clients, registration as registering};
use crate::risk::limits;
use crate::store::database::registrations;

/// How long a document is taken for current.
const FRESH: Seconds = Seconds::hours(1);
/// How long a client goes on when its document cannot be read or has become wrong.
const STALE: Seconds = Seconds::days(1);
/// The most bytes of a document.
const MOST_BYTES: usize = 16 * 1024;
/// Through which door it came, in the trail.
const CHANNEL: &str = "metadata_document";

/// Makes or renews the client of an identifier that is the URL of its document; does nothing for any other.
///
/// # Errors
/// `invalid_client_metadata` or `invalid_redirect_uri` where there is no client yet, or not any more, and its document
/// cannot be read or is wrong; a fault when the database does not answer.
pub async fn prepare(app: &App, id: &ClientId, origin: &Origin) -> Result<(), Error> {
    if !app.config.registration.metadata_documents || !registration::is_document_url(id.as_str()) {
        return Ok(());
    }
    let (unit, own) = (app.clone(), id.clone());
    let found = app.db.read::<_, Fault, _>(move |conn| {
        Box::pin(async move {
            let read_at = registrations::document_read_at(conn, &own).await?;
            Ok((clients::find_in(conn, &unit, &own).await?, read_at))
        })
    });
    let (known, read_at) = found.await?;
    let now = app.now();
    match (&known, read_at) {
        (Some(_), None) => return Ok(()),
        (Some(_), Some(at)) if now < at + FRESH => return Ok(()),
        _ => {}
    }
    let client = match read(app, id).await {
        Ok(client) => client,
        Err(Error::Protocol(why)) if known.is_some() && read_at.is_some_and(|at| now < at + STALE) => {
            tracing::info!(client.id = %id, reason = %why, "the metadata document of a client could not be renewed");
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let client = match &known {
        Some(before) => registration::changed(before, &registration::document(&client), supported())?,
        None => client,
    };
    let (unit, origin, id) = (app.clone(), origin.clone(), id.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                match &known {
                    Some(before) if is_same(before, &client) => {}
                    // Of two that renew or make it at once, one does.
                    Some(before) => {
                        clients::replace_in(tx, &unit, before, client, Some(CHANNEL), now, &origin).await?;
                    }
                    None => {
                        clients::insert_in(tx, &unit, client, None, Some(CHANNEL), now, &origin).await?;
                    }
                }
                Ok::<_, Error>(registrations::note_document(tx, &id, now).await?)
            })
        })
        .await
}

fn is_same(before: &oauth::Client, after: &oauth::Client) -> bool {
    before == after
}

async fn read(app: &App, id: &ClientId) -> Result<oauth::Client, Error> {
    let bad = |why: &'static str| oauth::Error::invalid_client_metadata(why);
    let url = Url::parse(id.as_str()).map_err(|_| bad("client_id is not a URL"))?;
    // Anybody can name any address of a host: we are no tool to flood it with.
    limits::check(app, "client_document", url.host_str().unwrap_or_default()).await?;
    let fetched = app.fetch.get(&url, MOST_BYTES).await.map_err(|why| {
        bad("the client metadata document that client_id names could not be read").with_detail(why.to_string())
    })?;
    let document: Map<String, Value> =
        strict::object(&fetched.body).map_err(|_| bad("the client metadata document is not a JSON object"))?;
    let client = registration::published(id.clone(), &document, supported())?;
    registering::check_sector(app, &client).await?;
    Ok(client)
}
