//! Randomness: the operating system's, or a seeded stream for tests.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Where the house draws its randomness.
#[derive(Clone, Debug)]
pub enum Random {
    /// A generator per thread, seeded and reseeded by the operating system.
    Os,
    Seeded(Arc<Mutex<StdRng>>),
}

impl Random {
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that draws randomness")]
    pub fn fill(&self, bytes: &mut [u8]) {
        match self {
            Self::Os => rand::rng().fill_bytes(bytes),
            Self::Seeded(rng) => rng.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes),
        }
    }

    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// `n` random bytes as base64url without padding.
    pub fn token(&self, n: usize) -> String {
        let mut bytes = vec![0; n];
        self.fill(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// `n` characters drawn evenly from `alphabet` (at most 256 ASCII characters).
    pub fn characters(&self, n: usize, alphabet: &[u8]) -> String {
        let limit = 256 - 256 % alphabet.len();
        let mut text = String::with_capacity(n);
        while text.len() < n {
            let [byte] = self.bytes::<1>();
            if usize::from(byte) < limit {
                text.push(char::from(alphabet[usize::from(byte) % alphabet.len()]));
            }
        }
        text
    }

    /// `n` decimal digits.
    pub fn digits(&self, n: usize) -> String {
        self.characters(n, b"0123456789")
    }
}
