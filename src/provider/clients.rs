//! Finds clients, with their secrets and keys; makes and changes them.

mod encryption;
mod metadata;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use hmac::{Hmac, Mac};
use moka::sync::Cache;
use sha2::Sha256;

use crate::app::{App, Room};
use crate::audit::{self, Origin, Record};
use crate::base::id::ClientId;
use crate::base::secret::same;
use crate::base::{Digest, Fault, Seconds, Secret, Time};
use crate::error::{Denied, Error};
use crate::jose::JwkSet;
use crate::oauth::profile;
use crate::oauth::{Client, subject};
use crate::store::database::clients::{self, ClientRow, ClientState, SecretRow};
use crate::store::database::{Conn, Json};

pub use self::metadata::check;

/// How many secrets of one client work at once, so that one can be replaced without a pause.
pub const MOST_SECRETS: usize = 2;
/// How long the older secret still works once a new one was made.
pub const OLD_SECRET_LIVES: Seconds = Seconds::days(7);

/// A client as registered, with all that proves who it is.
#[derive(Debug)]
pub struct Registered {
    client: Client,
    /// Which state of the registration this is.
    pub version: i64,
    pub created_at: Time,
    pub updated_at: Time,
    secrets: Vec<SecretRow>,
    jwks: Option<Arc<JwkSet>>,
    sector: String,
}

impl Deref for Registered {
    type Target = Client;
    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Registered {
    fn new(row: ClientRow, secrets: Vec<SecretRow>) -> Self {
        let mut client = row.metadata.0;
        // The columns are what queries compare, so they decide.
        client.id = row.id;
        client.is_disabled = row.state != ClientState::Active;
        let jwks = client.jwks.clone().and_then(|jwks| JwkSet::read(jwks).ok()).map(Arc::new);
        let sector = subject::sector(client.sector_identifier_uri.as_deref(), &client.redirect_uris);
        // A client that has none by the rules is a sector of its own.
        let sector = sector.unwrap_or_else(|_| client.id.to_string());
        Self {
            client,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            secrets,
            jwks,
            sector,
        }
    }

    /// The keys that are registered with it, by value.
    pub fn inline_keys(&self) -> Option<&Arc<JwkSet>> {
        self.jwks.as_ref()
    }

    /// The sector that its pairwise subjects are made for (OIDC Core §8.1).
    pub fn sector(&self) -> &str {
        &self.sector
    }

    /// The secrets that work now.
    pub fn live_secrets(&self, now: Time) -> impl Iterator<Item = &SecretRow> {
        self.secrets.iter().filter(move |s| s.expires_at.is_none_or(|end| now < end))
    }

    /// The rules it is held to; those of the standard where its profile is not known any more.
    pub fn rules(&self) -> &'static profile::Profile {
        profile::find(&self.client.profile).unwrap_or(&profile::PROFILES[0])
    }
}

/// Clients that were read before. Every use compares the version, so none is stale.
pub struct Clients {
    cache: Cache<ClientId, Arc<Registered>>,
    secret_mac: Hmac<Sha256>,
}

impl Room for Clients {
    fn open(app: &App) -> Self {
        let cache = Cache::builder().max_capacity(2048).time_to_idle(Duration::from_secs(600)).build();
        Self { cache, secret_mac: app.keys.pepper.keyed("client-secret") }
    }
}

/// The client of an identifier, as it is registered at this moment.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn find(app: &App, id: &ClientId) -> Result<Option<Arc<Registered>>, Error> {
    let (unit, id) = (app.clone(), id.clone());
    app.db.read(move |conn| Box::pin(async move { Ok(find_in(conn, &unit, &id).await?) })).await
}

/// As [`find`], inside a unit of the caller's.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn find_in(conn: &mut Conn<'_>, app: &App, id: &ClientId) -> Result<Option<Arc<Registered>>, Fault> {
    let room = app.room::<Clients>();
    if let Some(known) = room.cache.get(id) {
        match clients::version(conn, id).await? {
            Some(version) if version == known.version => return Ok(Some(known)),
            Some(_) => {}
            None => {
                room.cache.invalidate(id);
                return Ok(None);
            }
        }
    }
    let Some(row) = clients::find(conn, id).await? else { return Ok(None) };
    let secrets = clients::secrets(conn, id, app.now()).await?;
    let registered = Arc::new(Registered::new(row, secrets));
    room.cache.insert(id.clone(), Arc::clone(&registered));
    Ok(Some(registered))
}

/// The client as of `version`, which the caller has just read in the same unit.
///
/// # Errors
/// A fault when the database does not answer; broken when the client is gone.
pub async fn load_in(conn: &mut Conn<'_>, app: &App, id: &ClientId, version: i64) -> Result<Arc<Registered>, Fault> {
    let known = app.room::<Clients>().cache.get(id).filter(|known| known.version == version);
    match known {
        Some(known) => Ok(known),
        None => find_in(conn, app, id).await?.ok_or_else(|| Fault::broken("load a client that was just there")),
    }
}

/// All clients.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(app: &App) -> Result<Vec<Registered>, Error> {
    let now = app.now();
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let mut all = Vec::new();
                for row in clients::list(conn).await? {
                    let secrets = clients::secrets(conn, &row.id, now).await?;
                    all.push(Registered::new(row, secrets));
                }
                Ok::<_, Error>(all)
            })
        })
        .await
}

/// What clients call themselves, by their identifiers; one that was removed has no name any more.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn names(app: &App, ids: BTreeSet<ClientId>) -> Result<BTreeMap<ClientId, String>, Fault> {
    let unit = app.clone();
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let mut names = BTreeMap::new();
                for id in ids {
                    if let Some(client) = find_in(conn, &unit, &id).await? {
                        names.insert(id, client.display_name().to_owned());
                    }
                }
                Ok(names)
            })
        })
        .await
}

/// Whether a presented secret is one of the client's, in constant time; an unknown client costs as much and has none.
pub fn is_secret(app: &App, client: Option<&Registered>, presented: &str) -> bool {
    let digest = secret_digest(app, presented);
    let live = client.into_iter().flat_map(|client| client.live_secrets(app.now()));
    // All are compared, so that the time does not tell which one it was.
    live.fold(false, |found, s| found | same(s.digest.as_bytes(), digest.as_bytes()))
}

fn secret_digest(app: &App, secret: &str) -> Digest {
    let mut mac = app.room::<Clients>().secret_mac.clone();
    mac.update(secret.as_bytes());
    Digest::from_bytes(mac.finalize().into_bytes().into())
}

fn new_secret(app: &App) -> Secret<String> {
    Secret::new(format!("sw_cs_{}", app.random.token(32)))
}

/// A client that was made, and its secret, which is shown this once.
#[derive(Debug)]
pub struct Created {
    pub id: ClientId,
    pub secret: Option<Secret<String>>,
}

/// Registers a client; makes a secret for it where its authentication method needs one.
///
/// # Errors
/// `invalid_client_metadata` or `invalid_redirect_uri` (RFC 7591 §3.2.2); conflict where the identifier is taken.
pub async fn create(app: &App, client: Client, origin: &Origin) -> Result<Created, Error> {
    let secret = client.token_endpoint_auth_method.starts_with("client_secret").then(|| new_secret(app));
    create_with_secret(app, client, secret, origin).await
}

/// As [`create`], with a secret of the caller's, or none.
///
/// # Errors
/// As [`create`].
pub async fn create_with_secret(
    app: &App,
    client: Client,
    secret: Option<Secret<String>>,
    origin: &Origin,
) -> Result<Created, Error> {
    check(&client)?;
    let now = app.now();
    let id = client.id.clone();
    let state = if client.is_disabled { ClientState::Disabled } else { ClientState::Active };
    let row = ClientRow { id: id.clone(), metadata: Json(client), state, version: 1, created_at: now, updated_at: now };
    let secret_row = secret.as_ref().map(|secret| secret_row(app, &id, secret, now));
    let record = record("client.created", &id);
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if !clients::insert(tx, &row).await? {
                    return Err(Error::from(Denied::Conflict("client_id")));
                }
                if let Some(secret) = &secret_row {
                    clients::insert_secret(tx, secret).await?;
                }
                audit::record(tx, &unit, &record, &origin).await?;
                Ok(())
            })
        })
        .await?;
    Ok(Created { id, secret })
}

fn secret_row(app: &App, id: &ClientId, secret: &Secret<String>, now: Time) -> SecretRow {
    let digest = secret_digest(app, secret.expose());
    SecretRow { id: app.random.token(12), client_id: id.clone(), digest, created_at: now, expires_at: None }
}

fn record(event: &'static str, id: &ClientId) -> Record {
    Record { client: Some(id.clone()), ..Record::new(event) }
}

/// Changes a client. Where people would see another client than before, they are asked again.
///
/// # Errors
/// As [`create`]; not found where there is no such client; conflict where another change came between.
pub async fn update(app: &App, id: &ClientId, change: impl FnOnce(&mut Client), origin: &Origin) -> Result<(), Error> {
    let before = find(app, id).await?.ok_or(Denied::NotFound)?;
    let now = app.now();
    let mut client = before.client.clone();
    change(&mut client);
    client.id = id.clone();
    check(&client)?;
    if client.looks_different_from(&before.client) {
        client.identity_changed_at = Some(now);
    }
    let state = if client.is_disabled { ClientState::Disabled } else { ClientState::Active };
    let row = ClientRow {
        id: id.clone(),
        metadata: Json(client),
        state,
        version: before.version,
        created_at: before.created_at,
        updated_at: now,
    };
    let record = record("client.changed", id);
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if !clients::replace(tx, &row, now).await? {
                    return Err(Error::from(Denied::Conflict("client")));
                }
                audit::record(tx, &unit, &record, &origin).await?;
                Ok(())
            })
        })
        .await
}

/// Shuts a client off, or lets it act again. What it holds stops working with this call.
///
/// # Errors
/// Not found where there is no such client.
pub async fn set_state(app: &App, id: &ClientId, state: ClientState, origin: &Origin) -> Result<(), Error> {
    update(app, id, |client| client.is_disabled = state == ClientState::Disabled, origin).await
}

/// Makes a new secret. The one before keeps working for [`OLD_SECRET_LIVES`], older ones stop at once.
///
/// # Errors
/// Not found where there is no such client.
pub async fn rotate_secret(app: &App, id: &ClientId, origin: &Origin) -> Result<Secret<String>, Error> {
    let now = app.now();
    let secret = new_secret(app);
    let row = secret_row(app, id, &secret, now);
    let record = record("client.changed", id);
    let (unit, id, origin) = (app.clone(), id.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if !clients::touch(tx, &id, now).await? {
                    return Err(Error::from(Denied::NotFound));
                }
                let live = clients::secrets(tx, &id, now).await?;
                for (age, old) in live.iter().rev().enumerate() {
                    if age + 1 < MOST_SECRETS {
                        clients::expire_secret(tx, &old.id, now + OLD_SECRET_LIVES).await?;
                    } else {
                        clients::delete_secret(tx, &old.id).await?;
                    }
                }
                clients::insert_secret(tx, &row).await?;
                audit::record(tx, &unit, &record, &origin).await?;
                Ok(())
            })
        })
        .await?;
    Ok(secret)
}

/// Removes a client with all its grants and tokens.
///
/// # Errors
/// Not found where there is no such client.
pub async fn remove(app: &App, id: &ClientId, origin: &Origin) -> Result<(), Error> {
    let record = record("client.removed", id);
    let (unit, id, origin) = (app.clone(), id.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if !clients::delete(tx, &id).await? {
                    return Err(Error::from(Denied::NotFound));
                }
                audit::record(tx, &unit, &record, &origin).await?;
                Ok(())
            })
        })
        .await
}
