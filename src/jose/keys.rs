//! JWK, JWK Set and thumbprints (RFC 7517, RFC 7638); keys that sign.

use std::fmt;
use std::sync::Arc;
use std::sync::OnceLock;

use josekit::jwk::Jwk as JosekitJwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jwk::alg::ed::EdCurve;
use josekit::jws;
use josekit::jws::{JwsSigner, JwsVerifier};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::base::{Fault, Secret};
use crate::jose::header::{Headers, Refused};
use crate::jose::jwe::{EncryptionKey, KeyAlg};
use crate::jose::material::{MOST_KID, Material, RSA_BITS, Unusable, holds_secret};
use crate::jose::{Alg, json};

/// Bytes of JSON that a JWK Set of a stranger may have.
pub const MOST_SET_BYTES: usize = 64 * 1024;
/// Keys that a JWK Set of a stranger may hold.
pub const MOST_KEYS: usize = 100;

/// A private key with its signer, built once.
pub struct SigningKey {
    alg: Alg,
    signer: Box<dyn JwsSigner>,
    headers: Headers,
    public: Jwk,
    private: Secret<Vec<u8>>,
}

impl SigningKey {
    /// Makes a new key. RSA takes a tenth of a second and more, so not on a request's path.
    pub fn generate(alg: Alg) -> Result<Self, Fault> {
        let made = match alg {
            Alg::Es256 => JosekitJwk::generate_ec_key(EcCurve::P256),
            Alg::EdDsa => JosekitJwk::generate_ed_key(EdCurve::Ed25519),
            Alg::Rs256 | Alg::Ps256 => JosekitJwk::generate_rsa_key(RSA_BITS),
        };
        let map: Map<String, Value> = made.map_err(|e| Fault::internal("make a signing key", e))?.into();
        Self::new(alg, map)
    }

    /// Reads what [`Self::private_jwk`] gave.
    pub fn from_private_jwk(bytes: &[u8]) -> Result<Self, Fault> {
        let map = json::object(bytes).map_err(|e| Fault::internal("read a signing key", e))?;
        let alg = map.get("alg").and_then(Value::as_str).and_then(|text| text.parse().ok());
        Self::new(alg.ok_or_else(|| Fault::broken("read a signing key: no alg"))?, map)
    }

    /// `kid`, if not in the key, is its algorithm and its thumbprint: RSA keys of two algorithms never share one.
    fn new(alg: Alg, mut map: Map<String, Value>) -> Result<Self, Fault> {
        let material = Material::read(&map).map_err(|_| Fault::broken("read a signing key: not a usable key"))?;
        if !material.fits(alg) {
            return Err(Fault::broken("read a signing key: alg and kty differ"));
        }
        let kid = match map.get("kid").and_then(Value::as_str) {
            Some(kid) => kid.to_owned(),
            None => format!("{}-{}", alg.as_str().to_ascii_lowercase(), material.thumbprint()),
        };
        for (name, value) in [("kid", kid.as_str()), ("alg", alg.as_str()), ("use", "sig")] {
            map.insert(name.to_owned(), value.into());
        }
        let private = serde_json::to_vec(&map).map_err(|e| Fault::internal("write a signing key", e))?;
        let jwk = JosekitJwk::from_map(map).map_err(|e| Fault::internal("read a signing key", e))?;
        let signer = signer(alg, &jwk).map_err(|e| Fault::internal("build a signer", e))?;
        let headers = Headers::of(alg, &kid);
        let public = Jwk::new(Some(kid), Some(alg), material);
        Ok(Self { alg, signer, headers, public, private: Secret::new(private) })
    }

    pub fn alg(&self) -> Alg {
        self.alg
    }

    pub fn kid(&self) -> &str {
        self.public.kid().unwrap_or_default()
    }

    /// The public half with `kid`, `alg` and `use`.
    pub fn public(&self) -> &Jwk {
        &self.public
    }

    /// The whole key as JSON, to be sealed before it is stored.
    pub fn private_jwk(&self) -> &Secret<Vec<u8>> {
        &self.private
    }

    pub(super) fn headers(&self) -> &Headers {
        &self.headers
    }

    pub(super) fn raw_signature(&self, message: &[u8]) -> Result<Vec<u8>, Fault> {
        self.signer.sign(message).map_err(|e| Fault::internal("sign a token", e))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.kid())
    }
}

/// Why a JWK Set cannot be used; the text is for the client that sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSet {
    #[error("the JWK Set is larger than 64 KiB")]
    TooLarge,
    #[error("the JWK Set is not JSON with a keys array of objects")]
    Malformed,
    #[error("the JWK Set holds more than 100 keys")]
    TooMany,
    #[error("the JWK Set holds a private or symmetric key; publish public keys only")]
    Private,
}

/// A public key that can check signatures.
#[derive(Clone)]
pub struct Jwk {
    kid: Option<String>,
    /// The one algorithm it is for; where the owner named none, each that its type fits.
    alg: Option<Alg>,
    material: Material,
    verifiers: [OnceLock<Option<Arc<dyn JwsVerifier>>>; Alg::ALL.len()],
}

impl Jwk {
    fn new(kid: Option<String>, alg: Option<Alg>, material: Material) -> Self {
        Self { kid, alg, material, verifiers: Default::default() }
    }

    /// Reads one public key. `None` when it is private, malformed, or not a key for these algorithms and for signatures.
    pub fn read(map: &Map<String, Value>) -> Option<Self> {
        (!holds_secret(map)).then(|| Self::read_public(map).ok()).flatten()
    }

    fn read_public(map: &Map<String, Value>) -> Result<Self, Unusable> {
        let text = |name: &str| match map.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str())),
            Some(_) => Err(Unusable),
        };
        let material = Material::read(map)?;
        let alg = text("alg")?.map(|alg| alg.parse::<Alg>().map_err(|_| Unusable)).transpose()?;
        let kid = text("kid")?.map(str::to_owned);
        let is_for_signatures = text("use")?.is_none_or(|u| u == "sig")
            && match map.get("key_ops") {
                None => true,
                Some(Value::Array(ops)) => ops.iter().any(|op| op == "verify"),
                Some(_) => false,
            };
        let fits = alg.is_none_or(|alg| material.fits(alg)) && kid.as_ref().is_none_or(|kid| kid.len() <= MOST_KID);
        (is_for_signatures && fits).then(|| Self::new(kid, alg, material)).ok_or(Unusable)
    }

    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    pub fn alg(&self) -> Option<Alg> {
        self.alg
    }

    /// Whether a signature by `alg` may be checked with it: its own `alg` where it has one, else its type.
    pub fn is_for(&self, alg: Alg) -> bool {
        self.alg.map_or_else(|| self.material.fits(alg), |own| own == alg)
    }

    /// SHA-256 over its required members, base64url (RFC 7638 §3).
    pub fn thumbprint(&self) -> String {
        self.material.thumbprint()
    }

    /// As published: public members, `kid`, `alg` and `use`.
    pub fn to_map(&self) -> Map<String, Value> {
        let mut map = self.material.members();
        let kid = self.kid.as_deref();
        for (name, value) in [("kid", kid), ("alg", self.alg.map(Alg::as_str)), ("use", Some("sig"))] {
            if let Some(value) = value {
                map.insert(name.to_owned(), value.into());
            }
        }
        map
    }

    /// Checks a signature. The verifier is built at the first use and kept.
    pub(super) fn check(&self, alg: Alg, message: &[u8], signature: &[u8]) -> Result<(), Refused> {
        if !self.is_for(alg) {
            return Err(Refused::AlgOfKey);
        }
        let verifier = self.verifiers[alg as usize].get_or_init(|| {
            let jwk = JosekitJwk::from_map(self.material.members()).ok()?;
            verifier(alg, &jwk).ok()
        });
        let verifier = verifier.as_ref().ok_or(Refused::UnusableKey)?;
        verifier.verify(message, signature).map_err(|_| Refused::Signature)
    }
}

impl PartialEq for Jwk {
    fn eq(&self, other: &Self) -> bool {
        (&self.kid, self.alg, &self.material) == (&other.kid, other.alg, &other.material)
    }
}
impl Eq for Jwk {}

impl fmt::Debug for Jwk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Jwk({:?}, {:?}, {})", self.kid, self.alg, self.thumbprint())
    }
}

impl Serialize for Jwk {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.to_map().serialize(s)
    }
}

/// The usable public keys of somebody, and their document as they wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JwkSet {
    keys: Vec<Jwk>,
    encryption: Vec<EncryptionKey>,
    source: Value,
}

impl JwkSet {
    /// Reads the JWK Set of a stranger (RFC 7517 §5).
    ///
    /// Keys that are for neither [`crate::jose::ALGORITHMS`] nor [`crate::jose::jwe::KEY_ALGS`] are left out; a private
    /// or symmetric key spoils the whole set, so that its owner hears of it.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadSet> {
        if bytes.len() > MOST_SET_BYTES {
            return Err(BadSet::TooLarge);
        }
        Self::read(json::value(bytes).map_err(|_| BadSet::Malformed)?)
    }

    /// As [`Self::parse`], for a set that is part of a larger document.
    pub fn read(source: Value) -> Result<Self, BadSet> {
        let listed = source.get("keys").and_then(Value::as_array).ok_or(BadSet::Malformed)?;
        if listed.len() > MOST_KEYS {
            return Err(BadSet::TooMany);
        }
        let (mut keys, mut encryption) = (Vec::new(), Vec::new());
        for key in listed {
            let map = key.as_object().ok_or(BadSet::Malformed)?;
            if holds_secret(map) {
                return Err(BadSet::Private);
            }
            keys.extend(Jwk::read_public(map).ok());
            encryption.extend(EncryptionKey::read(map));
        }
        Ok(Self { keys, encryption, source })
    }

    /// A set of keys that are known already.
    pub fn of(keys: Vec<Jwk>) -> Self {
        let listed: Vec<Value> = keys.iter().map(|key| Value::Object(key.to_map())).collect();
        let source = Value::Object(Map::from_iter([("keys".to_owned(), Value::Array(listed))]));
        Self { keys, encryption: Vec::new(), source }
    }

    /// The keys that can be used for signatures.
    pub fn keys(&self) -> &[Jwk] {
        &self.keys
    }

    /// The one key for a signature by `alg` under `kid` (OIDC Core §10.1: `kid` is needed where several fit).
    pub fn find(&self, kid: Option<&str>, alg: Alg) -> Result<&Jwk, Refused> {
        let named = || self.keys.iter().filter(|key| kid.is_none_or(|kid| key.kid() == Some(kid)));
        let mut fitting = named().filter(|key| key.is_for(alg));
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => Ok(key),
            (Some(_), Some(_)) => Err(Refused::AmbiguousKey),
            (None, _) if kid.is_some() && named().next().is_some() => Err(Refused::AlgOfKey),
            (None, _) => Err(Refused::UnknownKey),
        }
    }

    /// The key to encrypt to by `alg`: of several, one that says so itself, and of these the first.
    pub fn find_encryption(&self, alg: KeyAlg) -> Option<&EncryptionKey> {
        self.encryption.iter().rev().filter(|key| key.is_for(alg)).max_by_key(|key| key.preference())
    }
}

impl Serialize for JwkSet {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.source.serialize(s)
    }
}

impl<'de> Deserialize<'de> for JwkSet {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::read(Value::deserialize(d)?).map_err(D::Error::custom)
    }
}

fn signer(alg: Alg, jwk: &JosekitJwk) -> Result<Box<dyn JwsSigner>, josekit::JoseError> {
    Ok(match alg {
        Alg::Es256 => Box::new(jws::ES256.signer_from_jwk(jwk)?),
        Alg::EdDsa => Box::new(jws::EdDSA.signer_from_jwk(jwk)?),
        Alg::Rs256 => Box::new(jws::RS256.signer_from_jwk(jwk)?),
        Alg::Ps256 => Box::new(jws::PS256.signer_from_jwk(jwk)?),
    })
}

fn verifier(alg: Alg, jwk: &JosekitJwk) -> Result<Arc<dyn JwsVerifier>, josekit::JoseError> {
    Ok(match alg {
        Alg::Es256 => Arc::new(jws::ES256.verifier_from_jwk(jwk)?),
        Alg::EdDsa => Arc::new(jws::EdDSA.verifier_from_jwk(jwk)?),
        Alg::Rs256 => Arc::new(jws::RS256.verifier_from_jwk(jwk)?),
        Alg::Ps256 => Arc::new(jws::PS256.verifier_from_jwk(jwk)?),
    })
}

#[cfg(test)]
mod tests;
