//! `client_secret_basic`, `client_secret_post`, and `none` (RFC 6749 §2.3.1, §3.2.1).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::base::Secret;
use crate::oauth::client_auth::{Credentials, Presented, Proof, client_id};
use crate::oauth::error::Error;
use crate::oauth::params;

/// The most bytes of an `Authorization` header.
const MOST_BYTES: usize = 8 * 1024;

/// The name alone.
pub(super) fn none(presented: &Presented<'_>) -> Result<Option<Credentials>, Error> {
    let Some(id) = presented.params.get("client_id") else { return Ok(None) };
    Ok(Some(Credentials { client_id: client_id(id)?, method: "none", proof: Proof::None }))
}

/// Name and secret in the body.
pub(super) fn post(presented: &Presented<'_>) -> Result<Option<Credentials>, Error> {
    let Some(secret) = presented.params.get("client_secret") else { return Ok(None) };
    let id = presented.params.get("client_id");
    let id = id.ok_or_else(|| Error::invalid_request("client_secret comes without client_id"))?;
    let proof = Proof::Secret(Secret::new(secret.to_owned()));
    Ok(Some(Credentials { client_id: client_id(id)?, method: "client_secret_post", proof }))
}

/// Name and secret in the header: each form-encoded, joined by a colon, then base64 (RFC 7617 §2).
pub(super) fn basic(presented: &Presented<'_>) -> Result<Option<Credentials>, Error> {
    let Some(header) = presented.authorization else { return Ok(None) };
    if header.len() > MOST_BYTES {
        return Err(malformed());
    }
    let (scheme, encoded) = header.split_once(' ').unwrap_or((header, ""));
    if !scheme.eq_ignore_ascii_case("basic") {
        let wrong = Error::invalid_client("clients authenticate by the scheme Basic or in the body");
        return Err(wrong.with_challenge());
    }
    let pair = STANDARD.decode(encoded.trim_matches(' ')).map_err(|_| malformed())?;
    let at = pair.iter().position(|b| *b == b':').ok_or_else(malformed)?;
    let decode = |half: &[u8]| params::decode(half).map_err(|_| malformed());
    let (id, secret) = (decode(&pair[..at])?, decode(&pair[at + 1..])?);
    let proof = Proof::Secret(Secret::new(secret));
    Ok(Some(Credentials { client_id: client_id(&id)?, method: "client_secret_basic", proof }))
}

fn malformed() -> Error {
    Error::invalid_request("the Authorization header is not Basic with client_id and client_secret form-encoded")
}
