//! Cursors: where a client goes on in a list, in a form that says nothing (WALLET.md §14.5).
//!
//! A cursor is the position encrypted and authenticated under a key of the client, the grant and the list, so it works
//! nowhere else and two clients cannot compare theirs. The same position is the same text as long as it has the same
//! end, so a page that has not changed is the same byte for byte (a synthetic IV, as in RFC 5297, from HMACs).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::base::Time;
use crate::base::id::{ClientId, GrantId};
use crate::base::seal::Pepper;

/// The most bytes that a position has.
pub const LONGEST: usize = 24;
const TAG: usize = 16;

/// The cursors of one list, for one client under one grant.
pub struct Cursors<'a> {
    pepper: &'a Pepper,
    of: Vec<u8>,
}

/// Why a cursor leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCursor {
    #[error("not a cursor of this list")]
    Unknown,
    #[error("the cursor has been kept for too long")]
    Expired,
}

impl<'a> Cursors<'a> {
    /// Of the list `what`, its filters included. `grant` is absent where a client asks for itself.
    pub fn of(pepper: &'a Pepper, client: &ClientId, grant: Option<GrantId>, what: &str) -> Self {
        let mut of = Vec::with_capacity(96);
        for part in [client.as_str().as_bytes(), grant.as_ref().map_or(&[][..], |id| id.as_bytes()), what.as_bytes()] {
            of.extend_from_slice(&(part.len() as u64).to_be_bytes());
            of.extend_from_slice(part);
        }
        Self { pepper, of }
    }

    /// The cursor that goes on behind `position` (at most [`LONGEST`] bytes) and works before `until`.
    pub fn write(&self, position: &[u8], until: Time) -> String {
        debug_assert!(position.len() <= LONGEST, "a position of {} bytes", position.len());
        let mut plain = until.unix().to_be_bytes().to_vec();
        plain.extend_from_slice(position);
        let tag = self.tag(&plain);
        let mut cursor = tag.to_vec();
        cursor.extend(self.masked(&tag, &plain));
        URL_SAFE_NO_PAD.encode(cursor)
    }

    /// The position that a cursor goes on behind.
    ///
    /// # Errors
    /// Unknown for what this list never gave this client under this grant; expired from its end on.
    pub fn read(&self, cursor: &str, now: Time) -> Result<Vec<u8>, BadCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| BadCursor::Unknown)?;
        if !(TAG + 8..=TAG + 8 + LONGEST).contains(&bytes.len()) {
            return Err(BadCursor::Unknown);
        }
        let (tag, hidden) = bytes.split_at(TAG);
        let plain = self.masked(tag, hidden);
        // In constant time: a forger must not learn how much of a tag is right.
        if !openssl::memcmp::eq(&self.tag(&plain), tag) {
            return Err(BadCursor::Unknown);
        }
        let (until, position) = plain.split_at(8);
        let until = Time::from_unix(i64::from_be_bytes(until.try_into().map_err(|_| BadCursor::Unknown)?));
        if now < until { Ok(position.to_vec()) } else { Err(BadCursor::Expired) }
    }

    fn tag(&self, plain: &[u8]) -> [u8; TAG] {
        let mac = self.pepper.mac("cursor", &[&self.of[..], plain].concat());
        let mut tag = [0; TAG];
        tag.copy_from_slice(&mac[..TAG]);
        tag
    }

    fn masked(&self, tag: &[u8], bytes: &[u8]) -> Vec<u8> {
        let stream = self.pepper.mac("cursor-stream", tag);
        bytes.iter().zip(stream).map(|(byte, mask)| byte ^ mask).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Random;

    const NOW: Time = Time::from_unix(1_795_000_000);
    const LATER: Time = Time::from_unix(1_795_086_400);

    #[test]
    fn wallet_s14_5_a_cursor_works_in_its_list_for_its_client_and_time() {
        let pepper = Pepper::new([9; 32]);
        let grant = GrantId::new(NOW, &Random::seeded(1));
        let of = |client: &str, grant, what| Cursors::of(&pepper, &client.into(), grant, what);
        let own = of("orbit", Some(grant), "media?kind=photo");
        let cursor = own.write(b"position of 16 b", LATER);
        assert_eq!(own.read(&cursor, NOW), Ok(b"position of 16 b".to_vec()));
        assert_eq!(own.write(b"position of 16 b", LATER), cursor, "the same page is the same bytes");
        assert_ne!(own.write(b"position of 16 c", LATER)[..22], cursor[..22]);
        assert_eq!(own.read(&cursor, LATER), Err(BadCursor::Expired));
        let others = [
            of("other", Some(grant), "media?kind=photo"),
            of("orbit", None, "media?kind=photo"),
            of("orbit", Some(grant), "media?kind=video"),
        ];
        for other in others {
            assert_eq!(other.read(&cursor, NOW), Err(BadCursor::Unknown));
            assert_ne!(other.write(b"position of 16 b", LATER)[..22], cursor[..22]);
        }
        let longest = own.write(&[7; LONGEST], LATER);
        assert_eq!(own.read(&longest, NOW), Ok(vec![7; LONGEST]));
        assert_eq!(own.read(&own.write(b"", LATER), NOW), Ok(Vec::new()));
    }

    #[test]
    fn every_changed_byte_is_seen() {
        let pepper = Pepper::new([9; 32]);
        let own = Cursors::of(&pepper, &"orbit".into(), None, "changes");
        let bytes = URL_SAFE_NO_PAD.decode(own.write(&[1, 2, 3], LATER)).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(own.read(&URL_SAFE_NO_PAD.encode(&changed), NOW), Err(BadCursor::Unknown), "byte {at}");
        }
        for bad in ["", "AAAA", "%%", &"A".repeat(64), &"A".repeat(200)] {
            assert_eq!(own.read(bad, NOW), Err(BadCursor::Unknown), "{bad}");
        }
    }
}
