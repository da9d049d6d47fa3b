//! Our own published keys: who signs now, who will, who did. Data alone; where keys are kept is not known here.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use bytes::Bytes;

use crate::base::Fault;
use crate::jose::Alg;
use crate::jose::jwe::DecryptionKey;
use crate::jose::keys::{Jwk, JwkSet, SigningKey};

/// Where a key is in its life. Each state is published, so that no client ever meets a `kid` it cannot find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyState {
    /// Announced, not used yet.
    Published,
    /// Signs.
    Active,
    /// Signs no more; its tokens may still be alive.
    Retired,
}

impl KeyState {
    pub const ALL: [KeyState; 3] = [KeyState::Published, KeyState::Active, KeyState::Retired];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }
}

impl fmt::Display for KeyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no [`KeyState`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a state of a key")]
pub struct UnknownState;

impl FromStr for KeyState {
    type Err = UnknownState;
    fn from_str(text: &str) -> Result<Self, UnknownState> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(UnknownState)
    }
}

/// One key of the set. A retired one has no private half any more.
#[derive(Clone, Debug)]
pub enum Entry {
    Published(Arc<SigningKey>),
    Active(Arc<SigningKey>),
    Retired(Jwk),
}

impl Entry {
    pub fn state(&self) -> KeyState {
        match self {
            Self::Published(_) => KeyState::Published,
            Self::Active(_) => KeyState::Active,
            Self::Retired(_) => KeyState::Retired,
        }
    }

    pub fn public(&self) -> &Jwk {
        match self {
            Self::Published(key) | Self::Active(key) => key.public(),
            Self::Retired(key) => key,
        }
    }
}

/// All keys of the house at one moment, with the JWKS document ready to be sent.
#[derive(Clone, Debug)]
pub struct KeySet {
    entries: Vec<Entry>,
    active: [Option<Arc<SigningKey>>; Alg::ALL.len()],
    public: JwkSet,
    decryption: Vec<Arc<DecryptionKey>>,
    document: Bytes,
}

impl KeySet {
    /// Puts a set together. Fails where two keys share a `kid`, one has none, or two sign by the same algorithm.
    pub fn new(entries: Vec<Entry>) -> Result<Self, Fault> {
        let mut active: [Option<Arc<SigningKey>>; Alg::ALL.len()] = Default::default();
        for (at, entry) in entries.iter().enumerate() {
            let kid = entry.public().kid();
            if kid.is_none() || entries[..at].iter().any(|other| other.public().kid() == kid) {
                return Err(Fault::broken("publish keys: each needs a kid of its own"));
            }
            if let Entry::Active(key) = entry
                && active[key.alg() as usize].replace(Arc::clone(key)).is_some()
            {
                return Err(Fault::broken("publish keys: two active keys of one algorithm"));
            }
        }
        let public = JwkSet::of(entries.iter().map(|entry| entry.public().clone()).collect());
        let document = document(&public, &[])?;
        Ok(Self { entries, active, public, decryption: Vec::new(), document })
    }

    /// With the keys that open what is encrypted to us, oldest first; `published` are those that clients may still use.
    pub fn with_decryption(
        self,
        keys: Vec<Arc<DecryptionKey>>,
        published: &[Arc<DecryptionKey>],
    ) -> Result<Self, Fault> {
        let document = document(&self.public, published)?;
        Ok(Self { decryption: keys, document, ..self })
    }

    /// The keys that open what is encrypted to us, oldest first.
    pub fn decryption(&self) -> &[Arc<DecryptionKey>] {
        &self.decryption
    }

    /// The key that signs by `alg`, if there is one.
    pub fn signer(&self, alg: Alg) -> Option<&Arc<SigningKey>> {
        self.active[alg as usize].as_ref()
    }

    /// The algorithms that can be signed with, the preferred first.
    pub fn algorithms(&self) -> impl Iterator<Item = Alg> + '_ {
        Alg::ALL.into_iter().filter(|alg| self.active[*alg as usize].is_some())
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// For checking what we signed ourselves, retired keys included.
    pub fn public(&self) -> &JwkSet {
        &self.public
    }

    /// The JWKS document (RFC 7517 §5): JSON, made once.
    pub fn document(&self) -> &Bytes {
        &self.document
    }
}

fn document(signing: &JwkSet, decryption: &[Arc<DecryptionKey>]) -> Result<Bytes, Fault> {
    let signing = signing.keys().iter().map(Jwk::to_map);
    let keys: Vec<_> = signing.chain(decryption.iter().map(|key| key.public().clone())).collect();
    let document = serde_json::to_vec(&serde_json::json!({ "keys": keys }));
    Ok(document.map_err(|e| Fault::internal("write the JWKS document", e))?.into())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::jose::{Typ, json, verify};

    #[test]
    fn every_state_is_published_and_only_the_active_signs() {
        let key = |alg| Arc::new(SigningKey::generate(alg).unwrap());
        let (next, now, past, other) = (key(Alg::Es256), key(Alg::Es256), key(Alg::Es256), key(Alg::EdDsa));
        let set = KeySet::new(vec![
            Entry::Published(Arc::clone(&next)),
            Entry::Active(Arc::clone(&now)),
            Entry::Retired(past.public().clone()),
            Entry::Active(other),
        ])
        .unwrap();
        assert_eq!(set.signer(Alg::Es256).unwrap().kid(), now.kid());
        assert!(set.signer(Alg::Rs256).is_none());
        assert_eq!(set.algorithms().collect::<Vec<_>>(), [Alg::Es256, Alg::EdDsa]);
        let Value::Array(keys) = &json::object(set.document()).unwrap()["keys"] else { panic!("keys") };
        assert_eq!(keys.len(), 4);
        assert!(keys.iter().all(|k| k.get("d").is_none() && k["kid"].is_string() && k["alg"].is_string()));
        for key in [next, now, past] {
            let token = key.sign(Typ::Absent, &json::object(b"{}").unwrap()).unwrap();
            assert!(verify(&token, set.public(), &Alg::ALL).is_ok());
        }
        for state in KeyState::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
    }

    #[test]
    fn kids_and_signers_are_unique() {
        let key = Arc::new(SigningKey::generate(Alg::EdDsa).unwrap());
        let other = Arc::new(SigningKey::generate(Alg::EdDsa).unwrap());
        assert!(KeySet::new(vec![Entry::Active(Arc::clone(&key)), Entry::Retired(key.public().clone())]).is_err());
        assert!(KeySet::new(vec![Entry::Active(key), Entry::Active(other)]).is_err());
        assert!(KeySet::new(vec![]).is_ok());
    }
}
