//! Sign and verify, compact form (RFC 7515).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::base::Fault;
use crate::jose::header::{MOST_TOKEN_BYTES, Refused, Typ};
use crate::jose::keys::{Jwk, JwkSet, SigningKey};
use crate::jose::{Alg, json};

impl SigningKey {
    /// Signs the JSON of `claims`. Fails only where memory or OpenSSL does.
    pub fn sign(&self, typ: Typ, claims: &impl Serialize) -> Result<String, Fault> {
        let payload = serde_json::to_vec(claims).map_err(|e| Fault::internal("write the claims of a token", e))?;
        self.sign_bytes(typ, &payload)
    }

    /// Signs bytes that are the payload already.
    pub fn sign_bytes(&self, typ: Typ, payload: &[u8]) -> Result<String, Fault> {
        let header = self.headers().for_typ(typ);
        // An RSA-2048 signature takes 342 characters, the others 86.
        let mut token = String::with_capacity(header.len() + payload.len().div_ceil(3) * 4 + 352);
        token.push_str(header);
        URL_SAFE_NO_PAD.encode_string(payload, &mut token);
        let signature = self.raw_signature(token.as_bytes())?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }
}

/// The header members that are read; others (`jku`, `x5u`, `x5c`, `b64`) are never used, and `jwk` by
/// [`Unverified::verify_with_own_key`] alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// `None` where a secret made the token ([`crate::jose::hmac`]).
    pub alg: Option<Alg>,
    pub kid: Option<String>,
    pub typ: Option<String>,
}

/// A well-formed token whose signature nobody has checked yet.
#[derive(Clone, Debug)]
pub struct Unverified<'a> {
    signed: &'a str,
    signature: Vec<u8>,
    header: Header,
    jwk: Option<Value>,
    claims: Map<String, Value>,
}

impl<'a> Unverified<'a> {
    /// Takes a token apart: at most [`MOST_TOKEN_BYTES`], three parts, a header without `crit` and with an algorithm of
    /// [`crate::jose::ALGORITHMS`], no member named twice.
    pub fn read(token: &'a str) -> Result<Self, Refused> {
        let mut parts = take_apart(token)?;
        let header = read_header(&parts.header)?;
        let jwk = parts.header.remove("jwk");
        Ok(Self { signed: parts.signed, signature: parts.signature, header, jwk, claims: parts.claims })
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    /// A text claim that nobody vouches for yet: good for finding whose keys to check with, and for nothing else.
    pub fn peek(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str()
    }

    /// Checks the signature with the one key of `keys` that the header names, by an algorithm of `allowed`.
    pub fn verify(self, keys: &JwkSet, allowed: &[Alg]) -> Result<Verified, Refused> {
        let alg = self.allowed(allowed)?;
        let key = keys.find(self.header.kid.as_deref(), alg)?;
        self.verify_with(key, allowed)
    }

    /// As [`Unverified::verify`], with a key that is known already, whatever `kid` the header has.
    pub fn verify_with(self, key: &Jwk, allowed: &[Alg]) -> Result<Verified, Refused> {
        key.check(self.allowed(allowed)?, self.signed.as_bytes(), &self.signature)?;
        Ok(Verified { header: self.header, claims: self.claims })
    }

    /// Checks the signature with the public key that the token itself brings in its `jwk` header, and gives that key.
    ///
    /// It proves that the sender holds the key, and nothing about whose it is: for DPoP proofs (RFC 9449 §4.2) and for
    /// nothing else.
    pub fn verify_with_own_key(mut self, allowed: &[Alg]) -> Result<(Verified, Jwk), Refused> {
        self.allowed(allowed)?;
        let jwk = self.jwk.take();
        let key = jwk.as_ref().and_then(Value::as_object).and_then(Jwk::read).ok_or(Refused::UnusableKey)?;
        Ok((self.verify_with(&key, allowed)?, key))
    }

    fn allowed(&self, allowed: &[Alg]) -> Result<Alg, Refused> {
        self.header.alg.filter(|alg| allowed.contains(alg)).ok_or(Refused::Alg)
    }
}

/// A token whose signature was right. What its claims are worth is for [`crate::jose::jwt::check`].
#[derive(Clone, Debug)]
pub struct Verified {
    header: Header,
    claims: Map<String, Value>,
}

impl Verified {
    pub(super) fn new(header: Header, claims: Map<String, Value>) -> Self {
        Self { header, claims }
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    pub fn into_claims(self) -> Map<String, Value> {
        self.claims
    }
}

/// Reads a token and checks its signature: [`Unverified::read`], then [`Unverified::verify`].
pub fn verify(token: &str, keys: &JwkSet, allowed: &[Alg]) -> Result<Verified, Refused> {
    Unverified::read(token)?.verify(keys, allowed)
}

/// The parts of a token, decoded.
pub(super) struct Parts<'a> {
    pub signed: &'a str,
    pub header: Map<String, Value>,
    pub claims: Map<String, Value>,
    pub signature: Vec<u8>,
}

/// Takes a token apart: at most [`MOST_TOKEN_BYTES`], three parts, no `crit`, no member named twice.
pub(super) fn take_apart(token: &str) -> Result<Parts<'_>, Refused> {
    if token.len() > MOST_TOKEN_BYTES {
        return Err(Refused::TooLong);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(Refused::NotCompact)?;
    let (header, payload) = signed.split_once('.').ok_or(Refused::NotCompact)?;
    if payload.contains('.') {
        return Err(Refused::NotCompact);
    }
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Refused::NotCompact);
    let header = json::object(&decode(header)?).map_err(|_| Refused::Header)?;
    if header.contains_key("crit") {
        return Err(Refused::Critical);
    }
    let claims = json::object(&decode(payload)?).map_err(|_| Refused::Payload)?;
    Ok(Parts { signed, header, claims, signature: decode(signature)? })
}

fn read_header(map: &Map<String, Value>) -> Result<Header, Refused> {
    let text = |name: &str| match map.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(Refused::Header),
    };
    let alg = text("alg")?.ok_or(Refused::Header)?.parse().map_err(|_| Refused::Alg)?;
    Ok(Header { alg: Some(alg), kid: text("kid")?.map(str::to_owned), typ: text("typ")?.map(str::to_owned) })
}

#[cfg(test)]
mod tests;
