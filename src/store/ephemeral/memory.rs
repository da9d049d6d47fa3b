//! In this process: a bounded map whose oldest things go first.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Cell, Counted, Key, Seals, whole_seconds};
use crate::base::{Clock, Seconds, Time};

/// How many bytes all values may have together; above it what expires soonest is forgotten.
const MOST_BYTES: usize = 64 << 20;
/// What a value costs beside its own bytes.
const OVERHEAD: usize = 200;

/// Short-lived things of this process, by the house's clock.
#[derive(Clone)]
pub struct Memory(Arc<Inner>);

struct Inner {
    seals: Seals,
    clock: Clock,
    kept: Mutex<Kept>,
}

struct Kept {
    values: HashMap<Key, Value>,
    /// The same keys in the order in which they expire.
    order: BTreeSet<(Time, Key)>,
    bytes: usize,
    most_bytes: usize,
}

struct Value {
    bytes: Vec<u8>,
    expires_at: Time,
}

impl Memory {
    pub(super) fn new(seals: Seals, clock: Clock) -> Self {
        Self(Arc::new(Inner { seals, clock, kept: Mutex::new(Kept::new(MOST_BYTES)) }))
    }

    pub(super) fn seals(&self) -> &Seals {
        &self.0.seals
    }

    pub(super) fn put(&self, key: Key, bytes: Vec<u8>, lifetime: Seconds) {
        let now = self.0.clock.now();
        self.kept().put(key, Value { bytes, expires_at: now + lifetime }, now);
    }

    pub(super) fn find(&self, key: Key) -> Option<Vec<u8>> {
        let now = self.0.clock.now();
        self.kept().values.get(&key).filter(|value| value.expires_at > now).map(|value| value.bytes.clone())
    }

    pub(super) fn take(&self, key: Key) -> Option<Vec<u8>> {
        let now = self.0.clock.now();
        self.kept().remove(key).filter(|value| value.expires_at > now).map(|value| value.bytes)
    }

    pub(super) fn count(&self, key: Key, cell: Cell, most: u32) -> Counted {
        let now = self.0.clock.now();
        let mut kept = self.kept();
        // The value is the expiry itself: the time at which all counted calls are paid off.
        let paid = kept.values.get(&key).map_or(now, |value| value.expires_at.max(now));
        let free = (now.as_micros() + cell.ahead - paid.as_micros()) / cell.interval;
        match u32::try_from(free) {
            Ok(free @ 1..) => {
                let granted = free.min(most);
                let expires_at = Time::from_micros(paid.as_micros() + i64::from(granted) * cell.interval);
                kept.put(key, Value { bytes: Vec::new(), expires_at }, now);
                Counted::Granted(granted)
            }
            _ => Counted::Wait(whole_seconds(paid.as_micros() + cell.interval - cell.ahead - now.as_micros())),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn new(most_bytes: usize) -> Self {
        Self { values: HashMap::new(), order: BTreeSet::new(), bytes: 0, most_bytes }
    }

    fn put(&mut self, key: Key, value: Value, now: Time) {
        self.remove(key);
        self.bytes += value.bytes.len() + OVERHEAD;
        self.order.insert((value.expires_at, key));
        self.values.insert(key, value);
        while let Some((expires_at, oldest)) = self.order.first().copied()
            && (expires_at <= now || self.bytes > self.most_bytes)
        {
            self.remove(oldest);
        }
    }

    fn remove(&mut self, key: Key) -> Option<Value> {
        let value = self.values.remove(&key)?;
        self.order.remove(&(value.expires_at, key));
        self.bytes -= value.bytes.len() + OVERHEAD;
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_cannot_fill_the_memory() {
        let now = Time::from_unix(1_795_000_000);
        let mut kept = Kept::new(100 * (OVERHEAD + 50));
        for n in 0..10_000 {
            let value = Value { bytes: vec![0; 50], expires_at: now + Seconds(1000 + n) };
            kept.put(Key::new("test", &n.to_string()), value, now);
        }
        assert_eq!((kept.values.len(), kept.order.len(), kept.bytes), (100, 100, kept.most_bytes));
        assert!(kept.values.contains_key(&Key::new("test", "9999")), "the newest stays");
        let late = Value { bytes: Vec::new(), expires_at: now + Seconds(20_000) };
        kept.put(Key::new("test", "late"), late, now + Seconds(15_000));
        assert_eq!((kept.values.len(), kept.bytes), (1, OVERHEAD), "what expired is gone");
    }
}
