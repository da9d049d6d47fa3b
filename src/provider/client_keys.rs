//! The keys of clients: registered by value, or published at their `jwks_uri` and read from there.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use moka::sync::Cache;
use url::Url;

use crate::app::{App, Room};
use crate::base::id::ClientId;
use crate::base::{Seconds, Time};
use crate::jose::JwkSet;
use crate::jose::keys::MOST_SET_BYTES;
use crate::oauth::Error;
use crate::provider::clients::Registered;

/// How long published keys are taken for current.
const FRESH: Seconds = Seconds::minutes(10);
/// How long they are used when they cannot be read anew.
const STALE: Seconds = Seconds::days(1);
/// How often one client's keys are read at most, whatever its callers present.
const READ_EVERY: Seconds = Seconds(30);

/// Published keys that were read before, by client and URL.
pub struct Published {
    cache: Cache<(ClientId, String), Arc<Slot>>,
}

impl Room for Published {
    fn open(_: &App) -> Self {
        Self { cache: Cache::builder().max_capacity(2048).time_to_idle(Duration::from_secs(2 * 86_400)).build() }
    }
}

#[derive(Default)]
struct Slot {
    state: RwLock<State>,
    /// One reading at a time; the others wait for it.
    reading: tokio::sync::Mutex<()>,
}

#[derive(Clone, Default)]
struct State {
    /// The keys, and when they were read.
    set: Option<(Arc<JwkSet>, Time)>,
    tried_at: Option<Time>,
}

impl Slot {
    fn state(&self) -> State {
        self.state.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl State {
    fn younger_than(&self, age: Seconds, now: Time) -> Option<&Arc<JwkSet>> {
        self.set.as_ref().filter(|(_, at)| now < *at + age).map(|(set, _)| set)
    }
}

/// The keys that a client's signatures are checked with.
///
/// # Errors
/// `invalid_client` where it has registered none, or its `jwks_uri` gave none for a day.
pub async fn load(app: &App, client: &Registered) -> Result<Arc<JwkSet>, Error> {
    if let Some(inline) = client.inline_keys() {
        return Ok(Arc::clone(inline));
    }
    let Some(uri) = &client.jwks_uri else { return Err(Error::invalid_client("the client has no keys")) };
    let found = current(app, &slot(app, client, uri), uri).await;
    found.ok_or_else(|| Error::invalid_client("the jwks_uri of the client gave no JWK Set"))
}

/// The keys that somebody else publishes, such as the issuer of software statements; `None` where they gave none for a
/// day.
pub async fn published(app: &App, owner: &str, uri: &str) -> Option<Arc<JwkSet>> {
    let slot = app.room::<Published>().cache.get_with((owner.into(), uri.to_owned()), Arc::default);
    current(app, &slot, uri).await
}

async fn current(app: &App, slot: &Slot, uri: &str) -> Option<Arc<JwkSet>> {
    if let Some(set) = slot.state().younger_than(FRESH, app.now()) {
        return Some(Arc::clone(set));
    }
    read(app, slot, uri, |state| state.younger_than(FRESH, app.now()).cloned()).await;
    slot.state().younger_than(STALE, app.now()).cloned()
}

/// The keys that a client publishes instead of `old`, in which none fitted; `None` where there is nothing newer to be
/// had now.
pub async fn renew(app: &App, client: &Registered, old: &Arc<JwkSet>) -> Option<Arc<JwkSet>> {
    let uri = client.jwks_uri.as_ref().filter(|_| client.inline_keys().is_none())?;
    let slot = slot(app, client, uri);
    let newer = |state: &State| state.set.as_ref().map(|(set, _)| set).filter(|set| !Arc::ptr_eq(set, old)).cloned();
    read(app, &slot, uri, newer).await;
    newer(&slot.state())
}

fn slot(app: &App, client: &Registered, uri: &str) -> Arc<Slot> {
    app.room::<Published>().cache.get_with((client.id.clone(), uri.to_owned()), Arc::default)
}

/// Reads the keys, unless `is_done` finds that someone else just did, or they were tried moments ago.
async fn read(app: &App, slot: &Slot, uri: &str, is_done: impl Fn(&State) -> Option<Arc<JwkSet>>) {
    let _one = slot.reading.lock().await;
    let state = slot.state();
    if is_done(&state).is_some() || state.tried_at.is_some_and(|at| app.now() < at + READ_EVERY) {
        return;
    }
    let set = match fetch(app, uri).await {
        Ok(set) => Some((Arc::new(set), app.now())),
        Err(why) => {
            tracing::info!(reason = %why, "the keys of a client could not be read");
            state.set
        }
    };
    let state = State { set, tried_at: Some(app.now()) };
    *slot.state.write().unwrap_or_else(PoisonError::into_inner) = state;
}

async fn fetch(app: &App, uri: &str) -> Result<JwkSet, String> {
    let url = Url::parse(uri).map_err(|e| e.to_string())?;
    let fetched = app.fetch.get(&url, MOST_SET_BYTES).await.map_err(|e| e.to_string())?;
    JwkSet::parse(&fetched.body).map_err(|e| e.to_string())
}
