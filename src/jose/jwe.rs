//! Encrypt and decrypt, compact form (RFC 7516).
//!
//! josekit does the cryptography. Around it stands what its reader leaves open: no compression (a few bytes may become
//! gigabytes), exact lengths of key, nonce and tag (a tag cut short is soon forged), the tag of CBC checked before
//! anything is decrypted, and one error for whatever went wrong inside (RFC 7516 §11.5).

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use josekit::jwe::{self, JweContentEncryption, JweDecrypter, JweEncrypter, JweHeader, enc};
use josekit::jwk::Jwk as JosekitJwk;
use josekit::jwk::alg::ec::EcCurve;
use serde_json::{Map, Value};
use sha2::{Sha256, Sha512};

use crate::base::{Fault, Random, Secret};
use crate::jose::json;
use crate::jose::material::{MOST_KID, Material, RSA_BITS, holds_secret};

/// Longest encrypted token that is looked at: the longest signed one, and what encryption adds to it.
const MOST_BYTES: usize = 16 * 1024;

/// One way to hand over the key of the content.
pub struct KeyManagement {
    pub alg: KeyAlg,
    /// The `alg` value, as registered with IANA.
    pub name: &'static str,
    /// The keys that it needs.
    pub kty: KeyType,
    /// How many bytes the encrypted key has beyond the key; `None` where its length is that of the RSA modulus.
    wrapping: Option<usize>,
    pub section: &'static str,
}

/// All of them, the preferred first. There is no RSA1_5, no symmetric key and no password.
pub const KEY_ALGS: &[KeyManagement] = &[
    key_alg(KeyAlg::EcdhEs, "ECDH-ES", KeyType::Ec, Some(0), "RFC 7518 §4.6"),
    key_alg(KeyAlg::EcdhEsA128Kw, "ECDH-ES+A128KW", KeyType::Ec, Some(8), "RFC 7518 §4.6"),
    key_alg(KeyAlg::EcdhEsA256Kw, "ECDH-ES+A256KW", KeyType::Ec, Some(8), "RFC 7518 §4.6"),
    key_alg(KeyAlg::RsaOaep256, "RSA-OAEP-256", KeyType::Rsa, None, "RFC 7518 §4.3"),
    key_alg(KeyAlg::RsaOaep, "RSA-OAEP", KeyType::Rsa, None, "RFC 7518 §4.3"),
];

const fn key_alg(
    alg: KeyAlg,
    name: &'static str,
    kty: KeyType,
    wrapping: Option<usize>,
    section: &'static str,
) -> KeyManagement {
    KeyManagement { alg, name, kty, wrapping, section }
}

/// A key management algorithm of [`KEY_ALGS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyAlg {
    EcdhEs,
    EcdhEsA128Kw,
    EcdhEsA256Kw,
    RsaOaep256,
    RsaOaep,
}

/// The types of keys that content keys are handed over by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyType {
    /// Of the curve P-256.
    Ec,
    Rsa,
}

impl KeyType {
    pub const ALL: [KeyType; 2] = [KeyType::Ec, KeyType::Rsa];

    fn of(material: &Material) -> Option<Self> {
        match material {
            Material::P256 { .. } => Some(Self::Ec),
            Material::Rsa { .. } => Some(Self::Rsa),
            Material::Ed25519 { .. } => None,
        }
    }
}

/// One way to encrypt the content. Lengths are in bytes.
pub struct ContentEncryption {
    pub enc: Enc,
    /// The `enc` value, as registered with IANA.
    pub name: &'static str,
    key: usize,
    nonce: usize,
    tag: usize,
    pub section: &'static str,
}

/// All of them. The first is what goes without saying (OIDC Registration §2).
pub const ENCS: &[ContentEncryption] = &[
    content(Enc::A128CbcHs256, "A128CBC-HS256", [32, 16, 16], "RFC 7518 §5.2.3"),
    content(Enc::A256CbcHs512, "A256CBC-HS512", [64, 16, 32], "RFC 7518 §5.2.5"),
    content(Enc::A128Gcm, "A128GCM", [16, 12, 16], "RFC 7518 §5.3"),
    content(Enc::A256Gcm, "A256GCM", [32, 12, 16], "RFC 7518 §5.3"),
];

const fn content(
    enc: Enc,
    name: &'static str,
    [key, nonce, tag]: [usize; 3],
    section: &'static str,
) -> ContentEncryption {
    ContentEncryption { enc, name, key, nonce, tag, section }
}

/// A content encryption of [`ENCS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enc {
    A128CbcHs256,
    A256CbcHs512,
    A128Gcm,
    A256Gcm,
}

impl KeyAlg {
    /// Its row in [`KEY_ALGS`].
    pub fn row(self) -> &'static KeyManagement {
        &KEY_ALGS[self as usize]
    }

    /// The algorithm of this name, upper and lower case included.
    pub fn find(name: &str) -> Option<Self> {
        KEY_ALGS.iter().find(|row| row.name == name).map(|row| row.alg)
    }

    fn encrypter(self, jwk: &JosekitJwk) -> Result<Box<dyn JweEncrypter>, josekit::JoseError> {
        Ok(match self {
            Self::EcdhEs => Box::new(jwe::ECDH_ES.encrypter_from_jwk(jwk)?),
            Self::EcdhEsA128Kw => Box::new(jwe::ECDH_ES_A128KW.encrypter_from_jwk(jwk)?),
            Self::EcdhEsA256Kw => Box::new(jwe::ECDH_ES_A256KW.encrypter_from_jwk(jwk)?),
            Self::RsaOaep256 => Box::new(jwe::RSA_OAEP_256.encrypter_from_jwk(jwk)?),
            Self::RsaOaep => Box::new(jwe::RSA_OAEP.encrypter_from_jwk(jwk)?),
        })
    }

    fn decrypter(self, jwk: &JosekitJwk) -> Result<Box<dyn JweDecrypter>, josekit::JoseError> {
        Ok(match self {
            Self::EcdhEs => Box::new(jwe::ECDH_ES.decrypter_from_jwk(jwk)?),
            Self::EcdhEsA128Kw => Box::new(jwe::ECDH_ES_A128KW.decrypter_from_jwk(jwk)?),
            Self::EcdhEsA256Kw => Box::new(jwe::ECDH_ES_A256KW.decrypter_from_jwk(jwk)?),
            Self::RsaOaep256 => Box::new(jwe::RSA_OAEP_256.decrypter_from_jwk(jwk)?),
            Self::RsaOaep => Box::new(jwe::RSA_OAEP.decrypter_from_jwk(jwk)?),
        })
    }
}

impl Enc {
    /// Its row in [`ENCS`].
    pub fn row(self) -> &'static ContentEncryption {
        &ENCS[self as usize]
    }

    /// The content encryption of this name, upper and lower case included.
    pub fn find(name: &str) -> Option<Self> {
        ENCS.iter().find(|row| row.name == name).map(|row| row.enc)
    }

    fn cipher(self) -> &'static dyn JweContentEncryption {
        match self {
            Self::A128CbcHs256 => &enc::A128CBC_HS256,
            Self::A256CbcHs512 => &enc::A256CBC_HS512,
            Self::A128Gcm => &enc::A128GCM,
            Self::A256Gcm => &enc::A256GCM,
        }
    }

    /// Whether a CBC tag is right (RFC 7518 §5.2.2.2), in constant time. GCM checks its own.
    fn is_authentic(self, key: &[u8], parts: [&[u8]; 3], tag: &[u8]) -> bool {
        let bits = ((parts[0].len() as u64) * 8).to_be_bytes();
        let [aad, nonce, ciphertext] = parts;
        let all = [aad, nonce, ciphertext, &bits];
        match self {
            Self::A128CbcHs256 => is_mac::<Hmac<Sha256>>(&key[..key.len() / 2], all, tag),
            Self::A256CbcHs512 => is_mac::<Hmac<Sha512>>(&key[..key.len() / 2], all, tag),
            Self::A128Gcm | Self::A256Gcm => true,
        }
    }
}

fn is_mac<M: Mac + KeyInit>(key: &[u8], parts: [&[u8]; 4], tag: &[u8]) -> bool {
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else { return false };
    parts.into_iter().for_each(|part| mac.update(part));
    mac.verify_truncated_left(tag).is_ok()
}

/// A public key that content keys can be encrypted to (RFC 7517 §4.2: `use` is `enc`, or is not there).
#[derive(Clone, PartialEq, Eq)]
pub struct EncryptionKey {
    kid: Option<String>,
    alg: Option<KeyAlg>,
    /// Whether its owner says that it is for encryption and for nothing else.
    is_marked: bool,
    material: Material,
}

impl EncryptionKey {
    /// Reads one public key. `None` when it is private, malformed, or not a key for [`KEY_ALGS`] and for encryption.
    pub fn read(map: &Map<String, Value>) -> Option<Self> {
        if holds_secret(map) {
            return None;
        }
        let text = |name: &str| match map.get(name) {
            None => Some(None),
            Some(Value::String(text)) => Some(Some(text.as_str())),
            Some(_) => None,
        };
        let material = Material::read(map).ok()?;
        let kty = KeyType::of(&material)?;
        let alg = match text("alg")? {
            None => None,
            Some(name) => Some(KeyAlg::find(name)?),
        };
        let kid = text("kid")?.map(str::to_owned);
        let is_marked = text("use")?.is_some_and(|u| u == "enc");
        let is_for_encryption = (is_marked || text("use")?.is_none())
            && match map.get("key_ops") {
                None => true,
                Some(Value::Array(ops)) => {
                    ops.iter().any(|op| op == "encrypt" || op == "wrapKey" || op == "deriveKey" || op == "deriveBits")
                }
                Some(_) => false,
            };
        let fits = alg.is_none_or(|alg| alg.row().kty == kty) && kid.as_ref().is_none_or(|kid| kid.len() <= MOST_KID);
        (is_for_encryption && fits).then_some(Self { kid, alg, is_marked, material })
    }

    /// Whether content keys may be handed over to it by `alg`.
    pub fn is_for(&self, alg: KeyAlg) -> bool {
        self.alg.map_or_else(|| KeyType::of(&self.material) == Some(alg.row().kty), |own| own == alg)
    }

    /// How well it fits where several do: one that was made for this is better than one for everything.
    pub(super) fn preference(&self) -> (bool, bool) {
        (self.is_marked, self.alg.is_some())
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EncryptionKey({:?}, {:?}, {})", self.kid, self.alg, self.material.thumbprint())
    }
}

/// To whom a token is encrypted, and how.
#[derive(Clone, Debug)]
pub struct Recipient {
    key: EncryptionKey,
    alg: KeyAlg,
    enc: Enc,
}

/// What a JWE holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// A signed token (RFC 7519 §5.2: `cty` is `JWT`).
    Token,
    /// A JSON object.
    Claims,
}

impl Recipient {
    /// `None` where the key is not one for this algorithm.
    pub fn new(key: &EncryptionKey, alg: KeyAlg, enc: Enc) -> Option<Self> {
        key.is_for(alg).then(|| Self { key: key.clone(), alg, enc })
    }

    /// Encrypts to the recipient's key. Fails only where the key is no point of its curve, or OpenSSL fails.
    pub fn encrypt(&self, payload: &[u8], content: Content) -> Result<String, Fault> {
        let fault = |e| Fault::internal("encrypt a token", e);
        let jwk = JosekitJwk::from_map(self.key.material.members()).map_err(fault)?;
        let encrypter = self.alg.encrypter(&jwk).map_err(fault)?;
        let mut header = JweHeader::new();
        header.set_algorithm(self.alg.row().name);
        header.set_content_encryption(self.enc.row().name);
        if let Some(kid) = &self.key.kid {
            header.set_key_id(kid);
        }
        if content == Content::Token {
            header.set_content_type("JWT");
        }
        jwe::serialize_compact(payload, &header, &*encrypter).map_err(fault)
    }
}

/// A private key of ours that opens what was encrypted to its public half.
pub struct DecryptionKey {
    kid: String,
    kty: KeyType,
    public: Map<String, Value>,
    jwk: JosekitJwk,
    private: Secret<Vec<u8>>,
}

impl DecryptionKey {
    /// Makes a new key. RSA takes a tenth of a second and more, so not on a request's path.
    pub fn generate(kty: KeyType) -> Result<Self, Fault> {
        let made = match kty {
            KeyType::Ec => JosekitJwk::generate_ec_key(EcCurve::P256),
            KeyType::Rsa => JosekitJwk::generate_rsa_key(RSA_BITS),
        };
        Self::new(made.map_err(|e| Fault::internal("make an encryption key", e))?.into())
    }

    /// Reads what [`Self::private_jwk`] gave.
    pub fn from_private_jwk(bytes: &[u8]) -> Result<Self, Fault> {
        Self::new(json::object(bytes).map_err(|e| Fault::internal("read an encryption key", e))?)
    }

    /// It has no `alg`: a client may use it with every algorithm of its type.
    fn new(mut map: Map<String, Value>) -> Result<Self, Fault> {
        let material = Material::read(&map).map_err(|_| Fault::broken("read an encryption key: not a usable key"))?;
        let kty = KeyType::of(&material).ok_or_else(|| Fault::broken("read an encryption key: wrong type"))?;
        let kid = match map.get("kid").and_then(Value::as_str) {
            Some(kid) => kid.to_owned(),
            None => format!("enc-{}", material.thumbprint()),
        };
        let mut public = material.members();
        for (name, value) in [("kid", kid.as_str()), ("use", "enc")] {
            map.insert(name.to_owned(), value.into());
            public.insert(name.to_owned(), value.into());
        }
        let private = serde_json::to_vec(&map).map_err(|e| Fault::internal("write an encryption key", e))?;
        let jwk = JosekitJwk::from_map(map).map_err(|e| Fault::internal("read an encryption key", e))?;
        Ok(Self { kid, kty, public, jwk, private: Secret::new(private) })
    }

    pub fn kid(&self) -> &str {
        &self.kid
    }

    pub fn kty(&self) -> KeyType {
        self.kty
    }

    /// As published: public members, `kid` and `use`.
    pub fn public(&self) -> &Map<String, Value> {
        &self.public
    }

    /// The whole key as JSON, to be sealed before it is stored.
    pub fn private_jwk(&self) -> &Secret<Vec<u8>> {
        &self.private
    }
}

impl fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecryptionKey({})", self.kid)
    }
}

/// Why an encrypted token cannot be read. The text may go into an error description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("the encrypted token is longer than 16 KiB")]
    TooLong,
    #[error("the token is not a JWE in compact form")]
    NotCompact,
    #[error("the header of the encrypted token is malformed")]
    Header,
    #[error("the encrypted token has a crit header, none of which is understood")]
    Critical,
    #[error("the encrypted token is compressed, which is not supported")]
    Compressed,
    #[error("the alg of the encrypted token is not supported")]
    Alg,
    #[error("the enc of the encrypted token is not supported")]
    Enc,
    #[error("the cty of the encrypted token is not JWT: sign first, then encrypt")]
    NotNested,
    #[error("the encrypted token is for a key that is not ours; read the jwks_uri again")]
    UnknownKey,
    #[error("the encrypted token cannot be decrypted")]
    Content,
}

/// Whether a token looks like an encrypted one.
pub fn is_jwe(token: &str) -> bool {
    token.bytes().filter(|byte| *byte == b'.').count() == 4
}

/// Opens an encrypted token that holds a signed one (RFC 7519 §5.2), with the one of `keys` that fits.
pub fn open_nested(token: &str, keys: &[Arc<DecryptionKey>]) -> Result<String, Unreadable> {
    if token.len() > MOST_BYTES {
        return Err(Unreadable::TooLong);
    }
    let parts: Vec<&str> = token.split('.').collect();
    let [header_text, rest @ ..] = &parts[..] else { return Err(Unreadable::NotCompact) };
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Unreadable::NotCompact);
    let header = json::object(&decode(header_text)?).map_err(|_| Unreadable::Header)?;
    let rest: Vec<Vec<u8>> = rest.iter().map(|part| decode(part)).collect::<Result<_, _>>()?;
    let [encrypted_key, nonce, ciphertext, tag] = &rest[..] else { return Err(Unreadable::NotCompact) };
    let (alg, enc, kid) = read_header(&header)?;
    // Without a kid, each of its type, the newest first: one may have just taken the place of another.
    let is_it = |key: &&Arc<DecryptionKey>| key.kty == alg.row().kty && kid.is_none_or(|kid| key.kid == kid);
    let mut fitting = keys.iter().rev().filter(is_it).peekable();
    fitting.peek().ok_or(Unreadable::UnknownKey)?;
    let row = enc.row();
    let key_fits = match alg.row().wrapping {
        Some(0) => encrypted_key.is_empty(),
        Some(more) => encrypted_key.len() == row.key + more,
        None => !encrypted_key.is_empty(),
    };
    if !key_fits || nonce.len() != row.nonce || tag.len() != row.tag || ciphertext.is_empty() {
        return Err(Unreadable::Content);
    }
    let aad = header_text.as_bytes();
    let opened = fitting.find_map(|key| {
        let content_key = content_key(key, alg, enc, encrypted_key, &header);
        if !enc.is_authentic(content_key.expose(), [aad, nonce, ciphertext], tag) {
            return None;
        }
        enc.cipher().decrypt(content_key.expose(), Some(nonce), ciphertext, aad, Some(tag)).ok()
    });
    String::from_utf8(opened.ok_or(Unreadable::Content)?).map_err(|_| Unreadable::Content)
}

fn read_header(header: &Map<String, Value>) -> Result<(KeyAlg, Enc, Option<&str>), Unreadable> {
    let text = |name: &str| match header.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(Unreadable::Header),
    };
    if header.contains_key("crit") {
        return Err(Unreadable::Critical);
    }
    if header.contains_key("zip") {
        return Err(Unreadable::Compressed);
    }
    let alg = KeyAlg::find(text("alg")?.ok_or(Unreadable::Header)?).ok_or(Unreadable::Alg)?;
    let enc = Enc::find(text("enc")?.ok_or(Unreadable::Header)?).ok_or(Unreadable::Enc)?;
    if !text("cty")?.is_some_and(|cty| cty.eq_ignore_ascii_case("jwt")) {
        return Err(Unreadable::NotNested);
    }
    if alg.row().kty == KeyType::Ec {
        // The sender's key must be one like ours; OpenSSL sees to it that it is a point of the curve.
        let epk = header.get("epk").and_then(Value::as_object).ok_or(Unreadable::Header)?;
        if !matches!(Material::read(epk), Ok(Material::P256 { .. })) {
            return Err(Unreadable::Header);
        }
    }
    Ok((alg, enc, text("kid")?))
}

/// The key of the content. Where it cannot be had, a random one, with which the content will not open either: nobody
/// learns which of the two it was (RFC 7516 §11.5).
fn content_key(
    key: &DecryptionKey,
    alg: KeyAlg,
    enc: Enc,
    encrypted_key: &[u8],
    header: &Map<String, Value>,
) -> Secret<Vec<u8>> {
    let mut random = vec![0; enc.row().key];
    Random::Os.fill(&mut random);
    let open = || {
        let header = JweHeader::from_map(header.clone()).ok()?;
        let decrypter = alg.decrypter(&key.jwk).ok()?;
        let encrypted_key = Some(encrypted_key).filter(|bytes| !bytes.is_empty());
        let opened = decrypter.decrypt(encrypted_key, enc.cipher(), &header).ok()?;
        (opened.len() == random.len()).then(|| opened.into_owned())
    };
    Secret::new(open().unwrap_or(random))
}

#[cfg(test)]
mod tests;
