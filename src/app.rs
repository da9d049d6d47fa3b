//! `App`: the running house, built once in [`App::start`] and passed as `&App`; there are no globals.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};

use crate::base::seal::Sealer;
use crate::base::{Clock, Fault, Random, Time};
use crate::config::{Config, Keys};
use crate::metrics::Metrics;
use crate::outbound::fetch::Fetch;
use crate::store::database::Db;
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
    /// Opens the stores and brings the database up to date.
    ///
    /// # Errors
    /// A fault that names the part that could not be opened.
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
        db.migrate().await?;
        let fetch = Fetch::new(&config.outbound.allow, clock.clone())?;
        let ephemeral = match &config.redis.url {
            Some(url) => Ephemeral::redis(url.expose(), sealers.ephemeral.clone(), random.clone())?,
            None => Ephemeral::memory(sealers.ephemeral.clone(), random.clone(), clock.clone()),
        };
        Ok(Self(Arc::new(Inner {
            config,
            keys,
            sealers,
            db,
            ephemeral,
            fetch,
            metrics: Metrics::new(),
            clock,
            random,
            rooms: RwLock::default(),
        })))
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

impl Deref for App {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}
