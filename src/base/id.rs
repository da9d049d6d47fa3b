//! `Id<K>`: typed, time-ordered, prefixed identifiers (`acc_06f…`).

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::base::{Random, Time};

/// What an identifier identifies; gives it its prefix.
pub trait Kind: 'static {
    /// The lower-case prefix before the underscore.
    const PREFIX: &'static str;
}

/// A 128-bit identifier: 48 bits of milliseconds (so that B-trees stay dense), then 80 random bits.
///
/// Its text form is the prefix, an underscore and 26 characters of Crockford base 32, lower case, in time order.
pub struct Id<K> {
    bytes: [u8; 16],
    kind: PhantomData<fn() -> K>,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident $alias:ident $prefix:literal;)*) => {
        /// The kinds of identifier, each with its prefix.
        pub mod kind {
            $($(#[$doc])* #[derive(Debug)] pub enum $name {})*
        }
        $(impl Kind for kind::$name { const PREFIX: &'static str = $prefix; }
        $(#[$doc])* pub type $alias = Id<kind::$name>;)*
    };
}

kinds! {
    /// Who owns a wallet.
    Account AccountId "acc";
    /// What an account allows a client.
    Grant GrantId "grt";
    /// One authorization's whole life: code, then refresh generations.
    Family FamilyId "fam";
    /// A signed-in browser.
    Session SessionId "ses";
    /// An authorization request that waits for a person.
    Interaction InteractionId "int";
    /// An email address or a phone number of an account.
    Contact ContactId "con";
    /// A code that was sent and waits for its answer.
    Challenge ChallengeId "chl";
    /// A token with which somebody may register a client.
    InitialToken InitialTokenId "iat";
    /// A row of the job queue.
    Job JobId "job";
    /// A row of the audit trail.
    Event EventId "evt";
    /// A photo or video.
    Media MediaId "med";
    /// A verified fact.
    Badge BadgeId "bdg";
    /// A verification: from the first picture to the decision.
    Case CaseId "ver";
    /// A picture that supports a verification.
    Evidence EvidenceId "evd";
    /// A link to an account elsewhere.
    Link LinkId "lnk";
    /// A badge that a client defined.
    Definition DefinitionId "bdf";
    /// A badge that a client offered to a person.
    Offer OfferId "bof";
    /// A consent receipt.
    Receipt ReceiptId "rct";
    /// Where a client is told of changes by webhook.
    Endpoint EndpointId "whe";
    /// A message to a client: a webhook or a security event.
    Message MessageId "msg";
    /// A stream of security events.
    Stream StreamId "str";
    /// A person's wish that a client deletes what it has, or a report of it.
    Wish WishId "wsh";
    /// A bundle of everything that a wallet holds, made for its person.
    Export ExportId "exp";
    /// A bundle that a person brings from another wallet.
    Import ImportId "imp";
    /// An account on its way out.
    Deletion DeletionId "del";
}

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl<K: Kind> Id<K> {
    /// A new identifier for something made at `now`.
    pub fn new(now: Time, random: &Random) -> Self {
        let mut bytes = [0; 16];
        random.fill(&mut bytes);
        let ms = now.as_micros().max(0) as u64 / 1000;
        bytes[..6].copy_from_slice(&ms.to_be_bytes()[2..]);
        Self::from_bytes(bytes)
    }

    /// What every identifier made before `at` is less than, and no other one.
    pub fn earliest(at: Time) -> Self {
        let mut bytes = [0; 16];
        let ms = at.as_micros().max(0) as u64 / 1000;
        bytes[..6].copy_from_slice(&ms.to_be_bytes()[2..]);
        Self::from_bytes(bytes)
    }

    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self { bytes, kind: PhantomData }
    }

    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.bytes
    }
}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = u128::from_be_bytes(self.bytes);
        let mut text = [0u8; 26];
        for (i, c) in text.iter_mut().enumerate() {
            *c = ALPHABET[((n >> (5 * (25 - i))) & 31) as usize];
        }
        f.write_str(K::PREFIX)?;
        f.write_str("_")?;
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

/// A text that is no identifier of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier of this kind")]
pub struct NotAnId;

impl<K: Kind> FromStr for Id<K> {
    type Err = NotAnId;

    fn from_str(s: &str) -> Result<Self, NotAnId> {
        let body = s.strip_prefix(K::PREFIX).and_then(|s| s.strip_prefix('_')).ok_or(NotAnId)?;
        if body.len() != 26 {
            return Err(NotAnId);
        }
        let mut n: u128 = 0;
        for (i, c) in body.bytes().enumerate() {
            let digit = ALPHABET.iter().position(|a| *a == c).ok_or(NotAnId)? as u128;
            if i == 0 && digit > 7 {
                return Err(NotAnId);
            }
            n = (n << 5) | digit;
        }
        Ok(Self::from_bytes(n.to_be_bytes()))
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.bytes.cmp(&other.bytes)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
    }
}
impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl<K: Kind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de, K: Kind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The identifier of a client: issued by us, or chosen by an operator (RFC 6749 §2.2).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientId(std::sync::Arc<str>);

impl ClientId {
    /// A new identifier of our own making.
    pub fn new(random: &Random) -> Self {
        Self(format!("cli_{}", random.token(16)).into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for ClientId {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}
impl From<String> for ClientId {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}
impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Debug for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_round_trips_and_keeps_the_order() {
        let random = Random::seeded(1);
        let a = AccountId::new(Time::from_unix(1_000), &random);
        let b = AccountId::new(Time::from_unix(2_000), &random);
        assert_eq!(a.to_string().parse(), Ok(a));
        assert!(a.to_string() < b.to_string() && a < b);
        let between = AccountId::earliest(Time::from_unix(2_000));
        assert!(a < between && between <= b && between.to_string() <= b.to_string());
    }

    #[test]
    fn another_kind_is_refused() {
        let id = AccountId::new(Time::from_unix(1), &Random::seeded(2)).to_string();
        assert!(id.parse::<GrantId>().is_err());
        for bad in ["", "acc_", "acc_u0000000000000000000000000", "acc_80000000000000000000000000", "acc_é"] {
            assert!(bad.parse::<AccountId>().is_err(), "{bad}");
        }
    }
}
