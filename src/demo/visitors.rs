//! Who is at the platform: kept in memory, the oldest forgotten first.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use super::relying_party::{Arrived, Login};
use crate::base::Random;

/// The most visitors that are remembered.
const MOST: usize = 1000;

/// A browser at the platform.
#[derive(Clone, Default)]
pub struct Visitor {
    /// The sign-in that is under way.
    pub login: Option<Arc<Login>>,
    /// What the wallet gave.
    pub arrived: Option<Arc<Arrived>>,
    /// What was done or went wrong last.
    pub message: Option<String>,
}

/// All of them, by the value of their cookie.
#[derive(Default)]
pub struct Visitors(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    visitors: HashMap<String, Visitor>,
    order: VecDeque<String>,
}

impl Visitors {
    /// Remembers a visitor under a new name, which is the value of the cookie.
    pub fn admit(&self, visitor: Visitor) -> String {
        let name = Random::Os.token(32);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.order.len() >= MOST
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.visitors.remove(&oldest);
        }
        kept.order.push_back(name.clone());
        kept.visitors.insert(name.clone(), visitor);
        name
    }

    pub fn find(&self, name: &str) -> Option<Visitor> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).visitors.get(name).cloned()
    }

    /// Changes what is remembered of a visitor; nothing happens where nobody has that name.
    pub fn change(&self, name: &str, change: impl FnOnce(&mut Visitor)) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(visitor) = kept.visitors.get_mut(name) {
            change(visitor);
        }
    }

    /// Forgets a visitor; gives what was known.
    pub fn dismiss(&self, name: &str) -> Option<Visitor> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.order.retain(|other| other != name);
        kept.visitors.remove(name)
    }
}
