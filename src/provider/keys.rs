//! Our keys. Those that sign are published before they sign, and until their last token is dead; those that open what
//! is encrypted to us still open for a while after they were published.
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
use crate::jose::jwe::KeyType;
use crate::jose::{Alg, DecryptionKey, Entry, KeySet, KeyState, SigningKey};
use crate::store::database::signing_keys::{self, KeyRow};
use crate::store::database::{Conn, settings};

/// How old a node's set of keys may be.
pub const REFRESH: Seconds = Seconds(60);
/// How long before its first use a key is published when an operator is in a hurry: every node has read it by then.
pub const HURRIED: Seconds = Seconds(90);
/// How long a key is published after it signed last, beyond the longest token.
const AFTERLIFE: Seconds = Seconds::hours(1);

/// What a key is for, and so which one takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Sign(Alg),
    Decrypt(KeyType),
}

impl Purpose {
    pub const ALL: [Purpose; 6] = [
        Purpose::Sign(Alg::Es256),
        Purpose::Sign(Alg::EdDsa),
        Purpose::Sign(Alg::Rs256),
        Purpose::Sign(Alg::Ps256),
        Purpose::Decrypt(KeyType::Ec),
        Purpose::Decrypt(KeyType::Rsa),
    ];

    /// As the database and the command line call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sign(alg) => alg.as_str(),
            Self::Decrypt(KeyType::Ec) => "enc-EC",
            Self::Decrypt(KeyType::Rsa) => "enc-RSA",
        }
    }

    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == name)
    }

    /// Whether making a key takes long.
    fn is_slow(self) -> bool {
        matches!(self, Self::Sign(Alg::Rs256 | Alg::Ps256) | Self::Decrypt(KeyType::Rsa))
    }

    fn is_in(self, set: &KeySet) -> bool {
        match self {
            Self::Sign(alg) => set.signer(alg).is_some(),
            Self::Decrypt(kty) => set.decryption().iter().any(|key| key.kty() == kty),
        }
    }
}

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
    let (mut keys, mut decryption, mut published) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        let private = app.sealers.signing_key.open(row.kid.as_bytes(), &row.private);
        let private = Zeroizing::new(private.map_err(|e| Fault::internal("open a key", e))?);
        if matches!(Purpose::find(&row.alg), Some(Purpose::Decrypt(_))) {
            let key = Arc::new(DecryptionKey::from_private_jwk(&private)?);
            published.extend(row.retired_at.is_none_or(|end| now < end).then(|| Arc::clone(&key)));
            decryption.push(key);
        } else {
            keys.push((Arc::new(SigningKey::from_private_jwk(&private)?), row));
        }
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
    KeySet::new(keys.iter().map(entry).collect())?.with_decryption(decryption, &published)
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
    make_first(app, Purpose::Sign(alg)).await?;
    let set = room.reload(app).await?;
    set.signer(alg).cloned().ok_or_else(|| Fault::broken("find the signing key that was just made").into())
}

/// Sees to it that there is a key for every purpose: the quick ones at once, RSA in the background.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn ensure(app: &App) -> Result<(), Error> {
    let room = app.room::<Keys>();
    let set = room.fresh(app).await?;
    let missing = Purpose::ALL.into_iter().filter(|purpose| !purpose.is_in(&set));
    let (slow, quick): (Vec<Purpose>, Vec<Purpose>) = missing.partition(|purpose| purpose.is_slow());
    for purpose in &quick {
        make_first(app, *purpose).await?;
    }
    if !quick.is_empty() {
        room.reload(app).await?;
    }
    if !slow.is_empty() {
        let app = app.clone();
        tokio::spawn(async move {
            for purpose in slow {
                // A failure is met again at the next start or turn of the keys, or by the first who needs to sign.
                if let Err(Error::Fault(fault)) = make_first(&app, purpose).await {
                    tracing::warn!(error = %fault, "a key could not be made yet");
                }
                if let Err(fault) = app.room::<Keys>().reload(&app).await {
                    tracing::warn!(error = %fault, "the keys could not be read");
                }
            }
        });
    }
    Ok(())
}

/// Makes the first key of a purpose; of several nodes that try, one does.
async fn make_first(app: &App, purpose: Purpose) -> Result<(), Error> {
    let row = generate(app, purpose, Seconds(0)).await?;
    let lock = format!("signing-key.{}.first", purpose.as_str());
    let unit = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if settings::insert(tx, &lock, &row.kid).await? {
                    signing_keys::insert(tx, &row).await?;
                    record(tx, &unit, "key.created", purpose).await?;
                }
                Ok::<_, Error>(())
            })
        })
        .await
}

/// Always the house's own doing: a job's or the command line's.
async fn record(conn: &mut Conn<'_>, app: &App, event: &'static str, purpose: Purpose) -> Result<(), Fault> {
    audit::record(conn, app, &Record::new(event).because(purpose.as_str()), &Origin::house()).await
}

async fn generate(app: &App, purpose: Purpose, lead: Seconds) -> Result<KeyRow, Fault> {
    let made = tokio::task::spawn_blocking(move || match purpose {
        Purpose::Sign(alg) => SigningKey::generate(alg).map(|key| (key.kid().to_owned(), key.private_jwk().clone())),
        Purpose::Decrypt(kty) => {
            DecryptionKey::generate(kty).map(|key| (key.kid().to_owned(), key.private_jwk().clone()))
        }
    });
    let (kid, private) = made.await.map_err(|e| Fault::internal("make a key", e))??;
    let now = app.now();
    Ok(KeyRow {
        private: app.sealers.signing_key.seal(kid.as_bytes(), private.expose(), &app.random),
        kid,
        alg: purpose.as_str().to_owned(),
        created_at: now,
        active_at: now + lead,
        retired_at: None,
        removed_at: None,
    })
}

/// Makes the successor of the key of a purpose. It is published now and signs after `keys.publish_before`, or as soon as
/// every node has published it where `hurry` is set; then the old one stays published until its last token is dead.
///
/// # Errors
/// Conflict when the newest key is not in use yet: one change at a time.
pub async fn rotate(app: &App, purpose: Purpose, hurry: bool) -> Result<KeyInfo, Error> {
    let lead = if hurry { HURRIED } else { Seconds(app.config.keys.publish_before.0.max(HURRIED.0)) };
    let keys = list(app).await?;
    let newest = keys.iter().filter(|k| k.alg == purpose).max_by_key(|k| (k.active_at, k.created_at));
    if newest.is_some_and(|k| k.state == KeyState::Published) {
        return Err(Denied::Conflict("key").into());
    }
    let lock = format!("signing-key.{}.after.{}", purpose.as_str(), newest.map_or("none", |k| k.kid.as_str()));
    let row = generate(app, purpose, lead).await?;
    let longest = app.config.tokens.id.0.max(app.config.tokens.access.0);
    let removed_at = row.active_at + Seconds(longest + AFTERLIFE.0);
    let made = info(&row, purpose, KeyState::Published);
    let unit = app.clone();
    let won = app
        .db
        .write(move |tx| {
            Box::pin(async move {
                let won = settings::insert(tx, &lock, &row.kid).await?;
                if won {
                    signing_keys::insert(tx, &row).await?;
                    signing_keys::retire_others(tx, &row.alg, &row.kid, row.active_at, removed_at).await?;
                    record(tx, &unit, "key.rotated", purpose).await?;
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
    for purpose in Purpose::ALL {
        let newest = keys.iter().filter(|k| k.alg == purpose).max_by_key(|k| (k.active_at, k.created_at));
        let is_due =
            |k: &KeyInfo| k.state == KeyState::Active && now.since(k.active_at) >= app.config.keys.rotate_after;
        if newest.is_some_and(is_due) {
            match rotate(app, purpose, false).await {
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
                    let purpose = Purpose::find(&row.alg).ok_or_else(|| Fault::broken("read the purpose of a key"))?;
                    record(tx, &unit, "key.removed", purpose).await?;
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
    pub alg: Purpose,
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
    // Whoever sees them in a list can open them.
    assemble(app, &rows, now)?;
    let newest = |purpose: Purpose| {
        let of = rows.iter().filter(|row| row.alg == purpose.as_str() && row.active_at <= now);
        of.max_by_key(|row| (row.active_at, row.created_at)).map(|row| row.kid.as_str())
    };
    let listed = rows.iter().filter_map(|row| {
        let purpose = Purpose::find(&row.alg)?;
        let is_over = row.retired_at.is_some_and(|end| end <= now);
        let state = match row.active_at > now {
            true => KeyState::Published,
            false if newest(purpose) == Some(row.kid.as_str()) && !is_over => KeyState::Active,
            false => KeyState::Retired,
        };
        Some(info(row, purpose, state))
    });
    Ok(listed.collect())
}

fn info(row: &KeyRow, alg: Purpose, state: KeyState) -> KeyInfo {
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
