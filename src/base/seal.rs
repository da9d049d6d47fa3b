//! AES-256-GCM sealing: a ring of master keys, keys per person, values bound to their place.

use std::fmt;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::base::Random;

/// A sealed value that cannot be opened: foreign, altered, or its key is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sealed value cannot be opened")]
pub struct Unsealable;

/// Where a sealed value lives; bound as associated data, so that a row cannot be opened as another.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub table: &'static str,
    pub column: &'static str,
    pub row: &'a str,
}

impl Place<'_> {
    fn associated_data(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.table.len() + self.column.len() + self.row.len() + 2);
        for (i, part) in [self.table, self.column, self.row].iter().enumerate() {
            if i > 0 {
                out.push(0);
            }
            out.extend_from_slice(part.as_bytes());
        }
        out
    }
}

/// One AES-256-GCM key, its schedule made once.
#[derive(Clone)]
pub struct SealKey {
    cipher: Aes256Gcm,
}

const NONCE: usize = 12;

impl SealKey {
    pub fn new(key: &[u8; 32]) -> Self {
        Self { cipher: Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key)) }
    }

    /// `nonce ‖ ciphertext ‖ tag`.
    pub fn seal(&self, associated: &[u8], plain: &[u8], random: &Random) -> Vec<u8> {
        self.seal_with(random.bytes(), associated, plain)
    }

    fn seal_with(&self, nonce: [u8; NONCE], associated: &[u8], plain: &[u8]) -> Vec<u8> {
        let payload = Payload { msg: plain, aad: associated };
        let sealed =
            self.cipher.encrypt(&Nonce::from(nonce), payload).expect("AES-GCM refuses only inputs over 64 GiB");
        let mut out = Vec::with_capacity(NONCE + sealed.len());
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        out
    }

    pub fn open(&self, associated: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let (nonce, body) = sealed.split_at_checked(NONCE).ok_or(Unsealable)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| Unsealable)?;
        self.cipher.decrypt(&Nonce::from(nonce), Payload { msg: body, aad: associated }).map_err(|_| Unsealable)
    }

    /// Seals a personal value into its place.
    pub fn seal_at(&self, place: Place<'_>, plain: &[u8], random: &Random) -> Vec<u8> {
        self.seal(&place.associated_data(), plain, random)
    }

    /// Opens a personal value from its place.
    pub fn open_at(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        self.open(&place.associated_data(), sealed)
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[seal key]")
    }
}

/// The master keys: the newest seals, every one opens. Each has a number that sealed values begin with.
#[derive(Clone)]
pub struct KeyRing {
    /// Number and key, oldest first.
    keys: Vec<(u8, Zeroizing<[u8; 32]>)>,
}

impl KeyRing {
    /// A ring of at least one key; numbers must differ.
    pub fn new(keys: Vec<(u8, [u8; 32])>) -> Option<Self> {
        let mut numbers: Vec<u8> = keys.iter().map(|(n, _)| *n).collect();
        numbers.sort_unstable();
        numbers.dedup();
        (!keys.is_empty() && numbers.len() == keys.len())
            .then(|| Self { keys: keys.into_iter().map(|(n, k)| (n, Zeroizing::new(k))).collect() })
    }

    /// A sealer for one purpose: its keys are derived from the ring by HKDF, so purposes never open each other's values.
    pub fn sealer(&self, purpose: &'static str) -> Sealer {
        let keys = self.keys.iter().map(|(number, key)| (*number, SealKey::new(&derive(key, purpose)))).collect();
        Sealer { purpose, keys }
    }

    pub fn current(&self) -> u8 {
        self.keys.last().map_or(0, |(n, _)| *n)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[key ring of {}]", self.keys.len())
    }
}

/// Seals for one purpose under the ring's newest key; opens under any of them.
#[derive(Clone, Debug)]
pub struct Sealer {
    purpose: &'static str,
    keys: Vec<(u8, SealKey)>,
}

impl Sealer {
    /// `key number ‖ nonce ‖ ciphertext ‖ tag`.
    pub fn seal(&self, associated: &[u8], plain: &[u8], random: &Random) -> Vec<u8> {
        self.seal_with(random.bytes(), associated, plain)
    }

    /// As [`Sealer::seal`] with a nonce of the caller's: the same input gives the same text.
    ///
    /// The nonce must come from a pseudo-random function of everything that is sealed (see [`Pepper::mac`]).
    pub fn seal_with(&self, nonce: [u8; 12], associated: &[u8], plain: &[u8]) -> Vec<u8> {
        let (number, key) = self.keys.last().expect("a ring holds a key");
        let mut out = vec![*number];
        out.extend_from_slice(&key.seal_with(nonce, associated, plain));
        out
    }

    pub fn open(&self, associated: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let (number, body) = sealed.split_first().ok_or(Unsealable)?;
        let (_, key) = self.keys.iter().find(|(n, _)| n == number).ok_or(Unsealable)?;
        key.open(associated, body)
    }

    /// Whether a value was sealed under an older key of the ring and wants sealing again.
    pub fn is_stale(&self, sealed: &[u8]) -> bool {
        sealed.first() != self.keys.last().map(|(n, _)| n)
    }

    pub fn purpose(&self) -> &'static str {
        self.purpose
    }
}

/// A secret that never rotates: keyed digests whose values must stay the same for ever.
#[derive(Clone)]
pub struct Pepper(Zeroizing<[u8; 32]>);

impl Pepper {
    pub fn new(key: [u8; 32]) -> Self {
        Self(Zeroizing::new(key))
    }

    /// HMAC-SHA-256 for one purpose.
    pub fn mac(&self, purpose: &'static str, message: &[u8]) -> [u8; 32] {
        let mut mac = self.keyed(purpose);
        mac.update(message);
        mac.finalize().into_bytes().into()
    }

    /// The MAC with its key already scheduled, for hot paths: clone, update, finalize.
    pub fn keyed(&self, purpose: &'static str) -> Hmac<Sha256> {
        <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&derive(&self.0, purpose))
            .expect("HMAC takes keys of any length")
    }
}

impl fmt::Debug for Pepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[pepper]")
    }
}

/// HMAC-SHA-256 under a key that is derived from another one for a single purpose, and is gone when that one is.
#[derive(Clone)]
pub struct MacKey(Hmac<Sha256>);

impl MacKey {
    pub fn derived(key: &[u8; 32], purpose: &'static str) -> Self {
        let keyed = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&derive(key, purpose));
        Self(keyed.expect("HMAC takes keys of any length"))
    }

    pub fn mac(&self, message: &[u8]) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(message);
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[mac key]")
    }
}

fn derive(key: &[u8; 32], purpose: &str) -> [u8; 32] {
    let mut out = [0; 32];
    Hkdf::<Sha256>::new(None, key).expand(purpose.as_bytes(), &mut out).expect("32 bytes is a valid HKDF length");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ring() -> KeyRing {
        KeyRing::new(vec![(1, [1; 32]), (2, [2; 32])]).unwrap()
    }

    proptest! {
        #[test]
        fn seal_then_open_is_identity(plain: Vec<u8>, aad: Vec<u8>) {
            let sealer = ring().sealer("test");
            let sealed = sealer.seal(&aad, &plain, &Random::Os);
            prop_assert_eq!(sealer.open(&aad, &sealed), Ok(plain));
        }

        #[test]
        fn open_never_panics(sealed: Vec<u8>) {
            prop_assert_eq!(ring().sealer("test").open(b"", &sealed), Err(Unsealable));
        }
    }

    #[test]
    fn a_value_opens_only_in_its_place_and_for_its_purpose() {
        let key = SealKey::new(&[7; 32]);
        let here = Place { table: "profiles", column: "value", row: "1" };
        let there = Place { table: "profiles", column: "value", row: "2" };
        let sealed = key.seal_at(here, b"Amina", &Random::Os);
        assert_eq!(key.open_at(here, &sealed).unwrap(), b"Amina");
        assert_eq!(key.open_at(there, &sealed), Err(Unsealable));
        let other = ring().sealer("other");
        assert_eq!(other.open(b"", &ring().sealer("test").seal(b"", b"x", &Random::Os)), Err(Unsealable));
    }

    #[test]
    fn rotation_keeps_old_values_readable() {
        let old = KeyRing::new(vec![(1, [1; 32])]).unwrap().sealer("p");
        let sealed = old.seal(b"", b"x", &Random::Os);
        let new = ring().sealer("p");
        assert_eq!(new.open(b"", &sealed).unwrap(), b"x");
        assert!(new.is_stale(&sealed) && !new.is_stale(&new.seal(b"", b"x", &Random::Os)));
        assert!(KeyRing::new(vec![(1, [1; 32]), (1, [2; 32])]).is_none() && KeyRing::new(vec![]).is_none());
    }
}
