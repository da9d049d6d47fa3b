//! `Ephemeral::{Memory, Redis}`: what may be lost at any time: put, find, take once, count.
//!
//! Nothing that grants anything is decided here (SECURITY.md §5.4): a flush makes people begin again, no more. Values
//! are sealed and bound to their kind and identifier, and identifiers are kept as digests, so what lies in Redis tells
//! nothing and cannot be moved from one name to another.

pub mod entries;
mod memory;
mod redis;

use serde::Serialize;
use serde::de::DeserializeOwned;

use self::memory::Memory;
use self::redis::Redis;
use crate::base::seal::Sealer;
use crate::base::{Clock, Digest, Fault, Random, Seconds};
use crate::config::Rate;

/// A short-lived thing: declared in [`entries`], kept under an identifier of its kind.
pub trait Entry: Serialize + DeserializeOwned {
    /// The kind in the key's name: lower-case letters and underscores, never reused for another type.
    const KIND: &'static str;
    const LIFETIME: Seconds;
}

/// Where short-lived things are kept: in this process, or in a Redis that many nodes share. Cheap to clone.
#[derive(Clone)]
pub enum Ephemeral {
    Memory(Memory),
    Redis(Redis),
}

/// What seals the values.
#[derive(Clone)]
struct Seals {
    sealer: Sealer,
    random: Random,
}

/// Where a thing is kept: its kind, and the digest of its identifier.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Key {
    kind: &'static str,
    id: [u8; 32],
}

impl Key {
    fn new(kind: &'static str, id: &str) -> Self {
        Self { kind, id: *Digest::of(id).as_bytes() }
    }
}

/// The answer of [`Ephemeral::count`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// So many calls may be made; at least one.
    Granted(u32),
    /// None now; the next one after this long, rounded up.
    Wait(Seconds),
}

impl Ephemeral {
    /// Keeps things in this process.
    pub fn memory(sealer: Sealer, random: Random, clock: Clock) -> Self {
        Self::Memory(Memory::new(Seals { sealer, random }, clock))
    }

    /// Keeps things in Redis. Connects when it is first used, so the house starts while Redis is away.
    ///
    /// # Errors
    /// A fault when the URL is no Redis URL.
    pub fn redis(url: &str, sealer: Sealer, random: Random) -> Result<Self, Fault> {
        Ok(Self::Redis(Redis::open(url, Seals { sealer, random })?))
    }

    /// Keeps a thing for its lifetime, in place of any that is there.
    ///
    /// # Errors
    /// An unavailable fault when Redis does not answer within half a second.
    pub async fn put<E: Entry>(&self, id: &str, entry: &E) -> Result<(), Fault> {
        let (key, value) = (Key::new(E::KIND, id), self.seal(id, entry)?);
        match self {
            Self::Memory(memory) => memory.put(key, value, E::LIFETIME),
            Self::Redis(redis) => redis.put(key, &value, E::LIFETIME).await?,
        }
        Ok(())
    }

    /// The thing kept under an identifier.
    ///
    /// # Errors
    /// As [`Ephemeral::put`].
    pub async fn find<E: Entry>(&self, id: &str) -> Result<Option<E>, Fault> {
        let key = Key::new(E::KIND, id);
        let value = match self {
            Self::Memory(memory) => memory.find(key),
            Self::Redis(redis) => redis.find(key).await?,
        };
        Ok(value.and_then(|value| self.open(id, &value)))
    }

    /// The thing kept under an identifier, which is forgotten with it: of many callers one gets it.
    ///
    /// # Errors
    /// As [`Ephemeral::put`]. The thing may then be gone all the same.
    pub async fn take<E: Entry>(&self, id: &str) -> Result<Option<E>, Fault> {
        let key = Key::new(E::KIND, id);
        let value = match self {
            Self::Memory(memory) => memory.take(key),
            Self::Redis(redis) => redis.take(key).await?,
        };
        Ok(value.and_then(|value| self.open(id, &value)))
    }

    /// Forgets a thing.
    ///
    /// # Errors
    /// As [`Ephemeral::put`].
    pub async fn remove<E: Entry>(&self, id: &str) -> Result<(), Fault> {
        let key = Key::new(E::KIND, id);
        match self {
            Self::Memory(memory) => drop(memory.take(key)),
            Self::Redis(redis) => redis.remove(key).await?,
        }
        Ok(())
    }

    /// Counts at most `most` calls under a name and a key against a rate that all nodes share.
    ///
    /// `burst` calls at once, then one each `per / count`, by the generic cell rate algorithm. Gives as many calls as
    /// are free, up to `most`.
    ///
    /// # Errors
    /// As [`Ephemeral::put`].
    pub async fn count(&self, name: &str, key: &str, rate: Rate, most: u32) -> Result<Counted, Fault> {
        let key = Key::new("count", &format!("{name}\0{key}"));
        let Some(cell) = Cell::of(rate) else { return Ok(Counted::Granted(most.max(1))) };
        let most = most.clamp(1, rate.burst.max(1));
        match self {
            Self::Memory(memory) => Ok(memory.count(key, cell, most)),
            Self::Redis(redis) => redis.count(key, cell, most).await,
        }
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// As [`Ephemeral::put`].
    pub async fn ping(&self) -> Result<(), Fault> {
        match self {
            Self::Memory(_) => Ok(()),
            Self::Redis(redis) => redis.ping().await,
        }
    }

    /// `memory` or `redis`, for logs and health.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Memory(_) => "memory",
            Self::Redis(_) => "redis",
        }
    }

    fn seals(&self) -> &Seals {
        match self {
            Self::Memory(memory) => memory.seals(),
            Self::Redis(redis) => redis.seals(),
        }
    }

    fn seal<E: Entry>(&self, id: &str, entry: &E) -> Result<Vec<u8>, Fault> {
        let plain = serde_json::to_vec(entry).map_err(|e| Fault::internal("write a short-lived thing", e))?;
        let seals = self.seals();
        Ok(seals.sealer.seal(&bound_to::<E>(id), &plain, &seals.random))
    }

    /// `None` for what another key, another name or an older version of the house wrote: as good as gone.
    fn open<E: Entry>(&self, id: &str, sealed: &[u8]) -> Option<E> {
        let plain = self.seals().sealer.open(&bound_to::<E>(id), sealed).ok()?;
        serde_json::from_slice(&plain).ok()
    }
}

fn bound_to<E: Entry>(id: &str) -> Vec<u8> {
    [E::KIND.as_bytes(), b"\0", id.as_bytes()].concat()
}

/// A rate as the generic cell rate algorithm counts it, in microseconds.
#[derive(Debug, Clone, Copy)]
struct Cell {
    /// Between two calls.
    interval: i64,
    /// How far ahead of the time the calls may run: a burst of them.
    ahead: i64,
}

impl Cell {
    /// `None` for a rate that lets everything through.
    fn of(rate: Rate) -> Option<Self> {
        let interval = rate.per.0.checked_mul(1_000_000)?.checked_div(i64::from(rate.count))?;
        (interval > 0).then(|| Self { interval, ahead: interval.saturating_mul(i64::from(rate.burst.max(1))) })
    }
}

fn whole_seconds(micros: i64) -> Seconds {
    Seconds((micros.max(1) + 999_999) / 1_000_000)
}
