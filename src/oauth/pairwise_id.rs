//! What a client calls a thing of a person (`bdg_…`, `med_…`): another name in every sector, read back without a table.
//!
//! An identifier of the house is one block of a cipher whose key belongs to the kind and the sector (as `sub` does,
//! OIDC Core §8.1), so two sectors hold unrelated names of one thing and neither sees when it was made. A name says
//! nothing of whether the thing is there: that, and whose it is, is asked afterwards, with the same answer for both.

use aes::Aes256;
use aes::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::base::id::{Id, Kind, NotAnId};
use crate::base::seal::Pepper;

/// The names of one kind of thing in one sector.
pub struct Names {
    cipher: Aes256,
}

impl Names {
    /// Of things of kind `K` in `sector` (see [`crate::oauth::subject::sector`]).
    pub fn of<K: Kind>(pepper: &Pepper, sector: &str) -> Self {
        let message = [K::PREFIX.as_bytes(), &[0], sector.as_bytes()].concat();
        Self { cipher: Aes256::new(&Array::from(pepper.mac("pairwise-id", &message))) }
    }

    /// What clients of the sector call it: the prefix of its kind and 22 characters.
    pub fn name<K: Kind>(&self, id: Id<K>) -> String {
        let mut block = Array::from(*id.as_bytes());
        self.cipher.encrypt_block(&mut block);
        format!("{}_{}", K::PREFIX, URL_SAFE_NO_PAD.encode(block))
    }

    /// The thing of that name, were there one.
    ///
    /// # Errors
    /// [`NotAnId`] for a text that no client was ever told.
    pub fn read<K: Kind>(&self, name: &str) -> Result<Id<K>, NotAnId> {
        let body = name.strip_prefix(K::PREFIX).and_then(|rest| rest.strip_prefix('_')).ok_or(NotAnId)?;
        let block: [u8; 16] = URL_SAFE_NO_PAD.decode(body).ok().and_then(|b| b.try_into().ok()).ok_or(NotAnId)?;
        let mut block = Array::from(block);
        self.cipher.decrypt_block(&mut block);
        Ok(Id::from_bytes(block.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::{BadgeId, MediaId, kind};
    use crate::base::{Random, Time};

    #[test]
    fn wallet_s2_4_two_sectors_hold_unrelated_names() {
        let pepper = Pepper::new([9; 32]);
        let id = MediaId::new(Time::from_unix(1_795_000_000), &Random::seeded(1));
        let next = MediaId::from_bytes((u128::from_be_bytes(*id.as_bytes()) + 1).to_be_bytes());
        let a = Names::of::<kind::Media>(&pepper, "a.example");
        let b = Names::of::<kind::Media>(&pepper, "b.example");
        let others = [a.name(next), b.name(id), Names::of::<kind::Media>(&Pepper::new([8; 32]), "a.example").name(id)];
        let name = a.name(id);
        assert_eq!((name.len(), &name[..4], a.read(&name)), (26, "med_", Ok(id)));
        assert_eq!(name, Names::of::<kind::Media>(&pepper, "a.example").name(id), "the same for ever");
        for other in others {
            assert_ne!(other[..12], name[..12]);
        }
        assert_ne!(b.read(&name), Ok(id), "a name of another sector is no name of this one's");
        let badge = BadgeId::from_bytes(*id.as_bytes());
        assert_ne!(Names::of::<kind::Badge>(&pepper, "a.example").name(badge)[4..], name[4..]);
    }

    #[test]
    fn texts_that_were_never_told_are_refused() {
        let names = Names::of::<kind::Media>(&Pepper::new([9; 32]), "a.example");
        let long = format!("med_{}", "A".repeat(23));
        for bad in ["", "med_", "med_AAAA", "bdg_AAAAAAAAAAAAAAAAAAAAAA", "med_AAAAAAAAAAAAAAAAAAAAA=", &long, "med_é"]
        {
            assert!(names.read::<kind::Media>(bad).is_err(), "{bad}");
        }
    }
}
