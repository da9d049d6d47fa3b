//! `App`: the running house, built once in [`App::start`] and passed as `&App`; there are no globals.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::base::seal::Sealer;
use crate::base::{Clock, Fault, Random, Time};
use crate::config::{Config, Keys};
use crate::metrics::Metrics;
use crate::outbound::fetch::Fetch;
use crate::outbound::mail::Mail;
use crate::outbound::sms::Sms;
use crate::store::blobs::Blobs;
use crate::store::database::{Db, settings};
use crate::store::ephemeral::Ephemeral;

/// A handle on the running house; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// What the house is made of.
pub struct Inner {
    pub config: Config,
    pub keys: Keys,
    pub sealers: Sealers,
    pub db: Db,
    pub ephemeral: Ephemeral,
    pub blobs: Blobs,
    pub mail: Mail,
    pub sms: Sms,
    pub fetch: Fetch,
    pub metrics: Metrics,
    pub clock: Clock,
    pub random: Random,
    rooms: RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

/// One sealer a purpose, its keys derived once.
pub struct Sealers {
    pub access: Sealer,
    pub code: Sealer,
    pub refresh: Sealer,
    pub person_key: Sealer,
    pub cookie: Sealer,
    pub challenge: Sealer,
    pub job: Sealer,
    pub signing_key: Sealer,
    pub ephemeral: Sealer,
    /// Questions of clients live for minutes, so nothing seals them again when a master key is replaced.
    pub backchannel: Sealer,
    pub client_secret: Sealer,
    /// What endpoints of clients are told by, and what their receivers want to be shown.
    pub signal: Sealer,
    /// Links in mails: they live for weeks.
    pub link: Sealer,
    /// Links to photos and videos live for a week at most, so nothing seals them again either.
    pub media_link: Sealer,
    /// Pictures of documents, and what goes with them: reviewers open them, their person's key does not.
    pub evidence: Sealer,
}

impl Sealers {
    fn new(keys: &Keys) -> Self {
        let of = |purpose| keys.ring.sealer(purpose);
        Self {
            access: of("access-token"),
            code: of("authorization-code"),
            refresh: of("refresh-token"),
            person_key: of("person-key"),
            cookie: of("cookie"),
            challenge: of("challenge"),
            job: of("job"),
            signing_key: of("signing-key"),
            ephemeral: of("ephemeral"),
            backchannel: of("backchannel-request"),
            client_secret: of("client-secret"),
            signal: of("signal"),
            link: of("link"),
            media_link: of("media-link"),
            evidence: of("evidence"),
        }
    }
}

/// State that a room above keeps for itself (a cache, a pool of workers): built when it is first asked for.
///
/// The house cannot name the types of the rooms above it; this is how they live as long as it does without a global.
pub trait Room: Send + Sync + 'static {
    fn open(app: &App) -> Self;
}

impl App {
    /// Opens the stores and brings the database up to date. Of the parts only the database must be there; the others
    /// are reached when they are needed.
    ///
    /// # Errors
    /// A fault that names the part that could not be opened, or says that the keys are not those of the data.
    pub async fn start(config: Config) -> Result<Self, Fault> {
        Self::start_with(config, Clock::System, Random::Os).await
    }

    /// As [`App::start`], with a clock and randomness of the caller's: for tests that move the time.
    ///
    /// # Errors
    /// As [`App::start`].
    pub async fn start_with(config: Config, clock: Clock, random: Random) -> Result<Self, Fault> {
        let keys =
            Keys::load(&config, &random).map_err(|problem| Fault::internal("load the keys", problem.to_string()))?;
        let sealers = Sealers::new(&keys);
        let db = match &config.database.url {
            Some(url) => Db::postgres(url.expose(), config.database.pool).await?,
            None => Db::sqlite(&config.database_file()).await?,
        };
        let (sealer, dice) = (sealers.ephemeral.clone(), random.clone());
        let ephemeral = match &config.redis.url {
            Some(url) => Ephemeral::redis(url.expose(), sealer, dice)?,
            None => Ephemeral::memory(sealer, dice, clock.clone()),
        };
        let blobs = Blobs::open(&config)?;
        let mail = Mail::open(&config, clock.clone())?;
        let fetch = Fetch::open(&config.outbound, clock.clone())?;
        let sms = Sms::open(&config, fetch.clone(), clock.clone())?;
        db.migrate().await?;
        check_keys(&db, &keys, &random).await?;
        let (metrics, rooms) = (Metrics::new(), RwLock::default());
        let inner =
            Inner { config, keys, sealers, db, ephemeral, blobs, mail, sms, fetch, metrics, clock, random, rooms };
        Ok(Self(Arc::new(inner)))
    }

    /// Leaves a proof of the newest master key, once nothing is sealed under an older one any more.
    ///
    /// # Errors
    /// A fault when the database does not answer.
    pub async fn renew_key_proof(&self) -> Result<(), Fault> {
        let proof = encode_proof(&self.keys, &self.random);
        self.db.write(move |tx| Box::pin(async move { settings::put(tx, KEY_PROOF, &proof).await })).await
    }

    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// The state of a room above; the same for every caller.
    pub fn room<T: Room>(&self) -> Arc<T> {
        let found = self.rooms.read().unwrap_or_else(PoisonError::into_inner).get(&TypeId::of::<T>()).cloned();
        let room = found.unwrap_or_else(|| {
            // Opened outside the lock, since a room may ask for another; of two that race the first stays.
            let opened: Arc<dyn Any + Send + Sync> = Arc::new(T::open(self));
            let mut rooms = self.rooms.write().unwrap_or_else(PoisonError::into_inner);
            rooms.entry(TypeId::of::<T>()).or_insert(opened).clone()
        });
        room.downcast().expect("rooms are kept under their own type")
    }
}

/// The setting that tells whether the keys are still those of the data.
pub const KEY_PROOF: &str = "keys.proof";

/// A house never goes on under keys that open nothing (SECURITY R-22): the first start keeps a proof with the data,
/// every later one must fit it.
///
/// # Errors
/// A fault when it does not, or when the database does not answer.
pub async fn check_keys(db: &Db, keys: &Keys, random: &Random) -> Result<(), Fault> {
    let kept = match db.read(|conn| Box::pin(settings::find(conn, KEY_PROOF))).await? {
        Some(kept) => kept,
        None => {
            let new = encode_proof(keys, random);
            db.write::<_, Fault, _>(move |tx| {
                Box::pin(async move {
                    // Of two nodes that start first, one was first.
                    let is_first = settings::insert(tx, KEY_PROOF, &new).await?;
                    Ok(if is_first { new } else { settings::find(tx, KEY_PROOF).await?.unwrap_or_default() })
                })
            })
            .await?
        }
    };
    if URL_SAFE_NO_PAD.decode(&kept).is_ok_and(|proof| keys.fit(&proof)) {
        return Ok(());
    }
    let mend = "the database was made with other keys. Put secrets.master_keys and secrets.pepper, or keys.json in the \
                data folder, back as they were: the pepper never changes, and a new master key goes behind the old ones";
    Err(Fault::internal("open the data with these keys", mend))
}

/// Whether the keys are those of the data; `None` where no proof of them was kept yet. Changes nothing.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn keys_fit(db: &Db, keys: &Keys) -> Result<Option<bool>, Fault> {
    let kept = db.read::<_, Fault, _>(|conn| Box::pin(settings::find(conn, KEY_PROOF))).await?;
    Ok(kept.map(|kept| URL_SAFE_NO_PAD.decode(kept).is_ok_and(|proof| keys.fit(&proof))))
}

fn encode_proof(keys: &Keys, random: &Random) -> String {
    URL_SAFE_NO_PAD.encode(keys.proof(random))
}

impl Deref for App {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}
