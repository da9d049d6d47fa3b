//! Signing keys: published before they sign, published until their last token is dead.
//!
//! The table is the truth. Each node holds a set of it and reads it anew after [`REFRESH`]; a new key that follows
//! another waits longer than that, so every node publishes it before any node signs with it.

use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use zeroize::Zeroizing;

use crate::app::{App, Room};
use crate::audit::{self, Origin, Record};
use crate::base::{Fault, Seconds, Time};
use crate::error::{Denied, Error};
use crate::jose::{Alg, Entry, KeySet, KeyState, SigningKey};
use crate::store::database::signing_keys::{self, KeyRow};
use crate::store::database::{Conn, settings};

/// How old a node's set of keys may be.
pub const REFRESH: Seconds = Seconds(60);
/// How long before its first use a key is published when an operator is in a hurry: every node has read it by then.
pub const HURRIED: Seconds = Seconds(90);
/// How long a key is published after it signed last, beyond the longest token.
const AFTERLIFE: Seconds = Seconds::hours(1);

/// The keys as this node knows them.
pub struct Keys {
    loaded: RwLock<Option<Loaded>>,
    /// One reading at a time; the others wait for it.
    loading: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Loaded {
    set: Arc<KeySet>,
    at: Time,
}

impl Room for Keys {
    fn open(_: &App) -> Self {
        Self { loaded: RwLock::new(None), loading: tokio::sync::Mutex::new(()) }
    }
}

impl Keys {
    fn loaded(&self) -> Option<Loaded> {
        self.loaded.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn fresh(&self, app: &App) -> Result<Arc<KeySet>, Fault> {
        let is_fresh = |l: &Loaded| (0..REFRESH.0).contains(&app.now().since(l.at).0);
        if let Some(loaded) = self.loaded().filter(is_fresh) {
            return Ok(loaded.set);
        }
        let _one = self.loading.lock().await;
        if let Some(loaded) = self.loaded().filter(is_fresh) {
            return Ok(loaded.set);
        }
        self.reload(app).await
    }

    async fn reload(&self, app: &App) -> Result<Arc<KeySet>, Fault> {
        let now = app.now();
        let rows = app.db.read(move |conn| Box::pin(signing_keys::list(conn, now))).await?;
        let set = Arc::new(assemble(app, &rows, now)?);
        let loaded = Loaded { set: Arc::clone(&set), at: now };
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = Some(loaded);
        Ok(set)
    }
}

fn assemble(app: &App, rows: &[KeyRow], now: Time) -> Result<KeySet, Fault> {
    let mut keys = Vec::new();
    for row in rows {
        let private = app.sealers.signing_key.open(row.kid.as_bytes(), &row.private);
        let private = private.map_err(|e| Fault::internal("open a signing key", e))?;
        keys.push((Arc::new(SigningKey::from_private_jwk(&private)?), row));
    }
    let signs = |row: &KeyRow| row.active_at <= now && row.retired_at.is_none_or(|end| now < end);
    let newest = |alg: Alg| {
        let signing = keys.iter().filter(|(key, row)| key.alg() == alg && signs(row));
        signing.max_by_key(|(_, row)| (row.active_at, row.created_at)).map(|(key, _)| key.kid().to_owned())
    };
    let active: Vec<String> = Alg::ALL.into_iter().filter_map(newest).collect();
    let entry = |(key, row): &(Arc<SigningKey>, &KeyRow)| {
        if active.iter().any(|kid| kid == key.kid()) {
            Entry::Active(Arc::clone(key))
        } else if row.active_at > now {
            Entry::Published(Arc::clone(key))
        } else {
            Entry::Retired(key.public().clone())
        }
    };
    KeySet::new(keys.iter().map(entry).collect())
}

/// The keys of the house, at most [`REFRESH`] old. While the database is away, the last known ones.
///
/// # Errors
/// A fault when the database does not answer and no key was ever read.
pub async fn set(app: &App) -> Result<Arc<KeySet>, Error> {
    let room = app.room::<Keys>();
    match room.fresh(app).await {
        Ok(set) => Ok(set),
        Err(fault) => room.loaded().map(|l| l.set).ok_or(Error::Fault(fault)),
    }
}

/// The JWKS document (RFC 7517 §5).
///
/// # Errors
/// As [`set`].
pub async fn jwks(app: &App) -> Result<Bytes, Error> {
    Ok(set(app).await?.document().clone())
}

/// The key that signs by `alg` now; made when there has never been one.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn signer(app: &App, alg: Alg) -> Result<Arc<SigningKey>, Error> {
    let room = app.room::<Keys>();
    if let Some(key) = room.fresh(app).await?.signer(alg) {
        return Ok(Arc::clone(key));
    }
    make_first(app, alg).await?;
    let set = room.reload(app).await?;
    set.signer(alg).cloned().ok_or_else(|| Fault::broken("find the signing key that was just made").into())
}

/// Sees to it that there is a key for every algorithm: the quick ones at once, RSA in the background.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn ensure(app: &App) -> Result<(), Error> {
    let room = app.room::<Keys>();
    let set = room.fresh(app).await?;
    let missing: Vec<Alg> = Alg::ALL.into_iter().filter(|alg| set.signer(*alg).is_none()).collect();
    let (slow, quick): (Vec<Alg>, Vec<Alg>) = missing.into_iter().partition(|a| matches!(a, Alg::Rs256 | Alg::Ps256));
    for alg in &quick {
        make_first(app, *alg).await?;
    }
    if !quick.is_empty() {
        room.reload(app).await?;
    }
    if !slow.is_empty() {
        let app = app.clone();
        tokio::spawn(async move {
            for alg in slow {
                // A failure is met again, and told, by the first request that needs the key.
                if let Err(Error::Fault(fault)) = signer(&app, alg).await {
                    tracing::warn!(error = %fault, "a signing key could not be made yet");
                }
            }
        });
    }
    Ok(())
}

/// Makes the first key of an algorithm; of several nodes that try, one does.
async fn make_first(app: &App, alg: Alg) -> Result<(), Error> {
    let row = generate(app, alg, Seconds(0)).await?;
    let lock = format!("signing-key.{alg}.first");
    let unit = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if settings::insert(tx, &lock, &row.kid).await? {
                    signing_keys::insert(tx, &row).await?;
                    record(tx, &unit, "key.created", alg).await?;
                }
                Ok::<_, Error>(())
            })
        })
        .await
}

/// Always the house's own doing: a job's or the command line's.
async fn record(conn: &mut Conn<'_>, app: &App, event: &'static str, alg: Alg) -> Result<(), Fault> {
    audit::record(conn, app, &Record::new(event).because(alg.as_str()), &Origin::house()).await
}

async fn generate(app: &App, alg: Alg, lead: Seconds) -> Result<KeyRow, Fault> {
    let key = tokio::task::spawn_blocking(move || SigningKey::generate(alg)).await;
    let key = key.map_err(|e| Fault::internal("make a signing key", e))??;
    let now = app.now();
    Ok(KeyRow {
        kid: key.kid().to_owned(),
        alg: alg.as_str().to_owned(),
        private: app.sealers.signing_key.seal(key.kid().as_bytes(), key.private_jwk().expose(), &app.random),
        created_at: now,
        active_at: now + lead,
        retired_at: None,
        removed_at: None,
    })
}

/// Makes the successor of an algorithm's key. It is published now and signs after `keys.publish_before`, or as soon as
/// every node has published it where `hurry` is set; then the old one stays published until its last token is dead.
///
/// # Errors
/// Conflict when the newest key is not in use yet: one change at a time.
pub async fn rotate(app: &App, alg: Alg, hurry: bool) -> Result<KeyInfo, Error> {
    let lead = if hurry { HURRIED } else { Seconds(app.config.keys.publish_before.0.max(HURRIED.0)) };
    let keys = list(app).await?;
    let newest = keys.iter().filter(|k| k.alg == alg).max_by_key(|k| (k.active_at, k.created_at));
    if newest.is_some_and(|k| k.state == KeyState::Published) {
        return Err(Denied::Conflict("key").into());
    }
    let lock = format!("signing-key.{alg}.after.{}", newest.map_or("none", |k| k.kid.as_str()));
    let row = generate(app, alg, lead).await?;
    let longest = app.config.tokens.id.0.max(app.config.tokens.access.0);
    let removed_at = row.active_at + Seconds(longest + AFTERLIFE.0);
    let made = info(&row, alg, KeyState::Published);
    let unit = app.clone();
    let won = app
        .db
        .write(move |tx| {
            Box::pin(async move {
                let won = settings::insert(tx, &lock, &row.kid).await?;
                if won {
                    signing_keys::insert(tx, &row).await?;
                    signing_keys::retire_others(tx, &row.alg, &row.kid, row.active_at, removed_at).await?;
                    record(tx, &unit, "key.rotated", alg).await?;
                }
                Ok::<_, Error>(won)
            })
        })
        .await?;
    app.room::<Keys>().reload(app).await?;
    if won { Ok(made) } else { Err(Denied::Conflict("key").into()) }
}

/// Rotates every key whose time has come (`keys.rotate_after`); how many it were.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn rotate_due(app: &App) -> Result<usize, Error> {
    let (now, keys) = (app.now(), list(app).await?);
    let mut rotated = 0;
    for alg in Alg::ALL {
        let newest = keys.iter().filter(|k| k.alg == alg).max_by_key(|k| (k.active_at, k.created_at));
        let is_due =
            |k: &KeyInfo| k.state == KeyState::Active && now.since(k.active_at) >= app.config.keys.rotate_after;
        if newest.is_some_and(is_due) {
            match rotate(app, alg, false).await {
                Ok(_) => rotated += 1,
                // Another node was first.
                Err(Error::Denied(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(rotated)
}

/// Forgets keys that are published no more; how many it were.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn sweep(app: &App) -> Result<usize, Error> {
    let unit = app.clone();
    let swept = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let mut removed = 0;
            for row in signing_keys::over(tx, unit.now()).await? {
                // Of several nodes that sweep, one removes it and says so.
                if signing_keys::delete(tx, &row.kid).await? {
                    removed += 1;
                    let alg = row.alg.parse().map_err(|e| Fault::internal("read a signing key", e))?;
                    record(tx, &unit, "key.removed", alg).await?;
                }
            }
            Ok(removed)
        })
    });
    Ok(swept.await?)
}

/// Seals under the newest master key what an older one had sealed; how many keys it were.
///
/// # Errors
/// A fault when the database does not answer, or when a key cannot be opened with any master key.
pub async fn rewrap(app: &App) -> Result<usize, Error> {
    let unit = app.clone();
    let again = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let sealer = &unit.sealers.signing_key;
            let mut changed = 0;
            for row in signing_keys::list(tx, unit.now()).await? {
                if sealer.is_stale(&row.private) {
                    let private = sealer.open(row.kid.as_bytes(), &row.private);
                    let private = Zeroizing::new(private.map_err(|e| Fault::internal("open a signing key", e))?);
                    let sealed = sealer.seal(row.kid.as_bytes(), &private, &unit.random);
                    let is_done = signing_keys::replace_private(tx, &row.kid, &row.private, &sealed).await?;
                    changed += usize::from(is_done);
                }
            }
            Ok(changed)
        })
    });
    Ok(again.await?)
}

/// What an operator sees of a key.
#[derive(Debug, Clone)]
pub struct KeyInfo {
    pub kid: String,
    pub alg: Alg,
    pub state: KeyState,
    pub created_at: Time,
    pub active_at: Time,
    pub retired_at: Option<Time>,
    pub removed_at: Option<Time>,
}

/// The keys that are published, oldest first.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(app: &App) -> Result<Vec<KeyInfo>, Error> {
    let now = app.now();
    let rows = app.db.read(move |conn| Box::pin(signing_keys::list(conn, now))).await?;
    let set = assemble(app, &rows, now)?;
    // The set keeps the order of the rows.
    let pairs = rows.iter().zip(set.entries());
    Ok(pairs.filter_map(|(row, entry)| Some(info(row, entry.public().alg()?, entry.state()))).collect())
}

fn info(row: &KeyRow, alg: Alg, state: KeyState) -> KeyInfo {
    KeyInfo {
        kid: row.kid.clone(),
        alg,
        state,
        created_at: row.created_at,
        active_at: row.active_at,
        retired_at: row.retired_at,
        removed_at: row.removed_at,
    }
}
