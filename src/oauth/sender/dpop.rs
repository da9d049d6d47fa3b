//! DPoP proofs (RFC 9449): a JWT by the key that tokens are bound to, made for one request.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use url::Url;

use crate::base::{Seconds, Time};
use crate::jose::jwt::{self, Rules};
use crate::jose::{Alg, Unverified};
use crate::oauth::error::{Code, Error};
use crate::oauth::params::Params;

/// What a proof may be signed with. Nobody used DPoP before there was ES256, so RS256 is not among them (FAPI 2.0 SP
/// §5.4.1).
pub const ALGS: [Alg; 3] = [Alg::Es256, Alg::EdDsa, Alg::Ps256];

/// The request that a proof must be made for.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub method: &'a str,
    /// The addresses that the endpoint has; each is as good.
    pub uris: &'a [String],
    /// The access token that comes with it, at a protected resource (`ath`).
    pub access_token: Option<&'a str>,
}

/// The nonces that count now (RFC 9449 §8).
#[derive(Debug, Clone, Copy)]
pub struct Nonces<'a> {
    pub accepted: &'a [String],
    /// Whether a proof without one is refused. One that has another is refused in any case.
    pub are_demanded: bool,
}

/// A proof that fits its request. That it was not used before is for the caller to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The thumbprint of its key (RFC 7638).
    pub jkt: String,
    pub jti: String,
    /// Until when it would fit, and so must be remembered.
    pub until: Time,
}

/// Checks a proof against the request it came with (RFC 9449 §4.3).
///
/// # Errors
/// `invalid_dpop_proof` with the rule that was broken; `use_dpop_nonce` where its nonce is absent or old.
pub fn check(proof: &str, request: &Request<'_>, nonces: &Nonces<'_>, now: Time) -> Result<Proof, Error> {
    let (verified, key) =
        Unverified::read(proof).and_then(|unverified| unverified.verify_with_own_key(&ALGS)).map_err(bad)?;
    let checked = jwt::check(verified, &Rules::DPOP_PROOF, now).map_err(bad)?;
    if checked.text("htm") != Some(request.method) {
        return Err(Error::invalid_dpop_proof("the htm of the DPoP proof is not the method of the request"));
    }
    let named = checked.text("htu").and_then(target);
    if named.is_none() || !request.uris.iter().any(|uri| target(uri) == named) {
        return Err(Error::invalid_dpop_proof("the htu of the DPoP proof is not the address of the request"));
    }
    if let Some(token) = request.access_token {
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(token));
        if checked.text("ath") != Some(hash.as_str()) {
            return Err(Error::invalid_dpop_proof("the ath of the DPoP proof is not the hash of the access token"));
        }
    }
    match checked.claims().get("nonce") {
        None if !nonces.are_demanded => {}
        Some(nonce) if nonces.accepted.iter().any(|accepted| nonce == accepted) => {}
        _ => {
            let why = "the DPoP proof needs the nonce of the DPoP-Nonce header of this answer";
            return Err(Error::new(Code::UseDpopNonce, why));
        }
    }
    let (Some(jti), Some(iat)) = (checked.jti(), checked.iat()) else {
        return Err(Error::invalid_dpop_proof("the DPoP proof lacks jti or iat"));
    };
    let lifetime = Rules::DPOP_PROOF.most_age.unwrap_or(jwt::MOST_AHEAD);
    let until = iat + lifetime + jwt::SKEW + Seconds(1);
    Ok(Proof { jkt: key.thumbprint(), jti: jti.to_owned(), until })
}

fn bad(why: impl std::fmt::Display) -> Error {
    Error::invalid_dpop_proof(format!("the DPoP proof cannot be taken: {why}"))
}

/// What of an address counts: neither query nor fragment, nor how scheme, host and default port are written (RFC 9449
/// §4.3, RFC 3986 §6.2.2, §6.2.3).
fn target(uri: &str) -> Option<Url> {
    let mut url = Url::parse(uri).ok()?;
    url.set_query(None);
    url.set_fragment(None);
    Some(url)
}

/// `dpop_jkt`, the thumbprint of the key that the code will be redeemed with (RFC 9449 §10).
///
/// # Errors
/// `invalid_request` where it can be no SHA-256 thumbprint.
pub fn jkt(params: &Params) -> Result<Option<String>, Error> {
    let Some(text) = params.get("dpop_jkt") else { return Ok(None) };
    let is_thumbprint = URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32);
    match is_thumbprint {
        true => Ok(Some(text.to_owned())),
        false => Err(Error::invalid_request("dpop_jkt is not the SHA-256 thumbprint of a key in base64url")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc9449_s4_3_addresses_are_compared_once_normalised() {
        let ours = target("https://op.example/token");
        for same in [
            "https://op.example/token",
            "https://op.example/token?a=b",
            "https://op.example/token#x",
            "HTTPS://OP.EXAMPLE/token",
            "https://op.example:443/token",
            "https://op.example/./token",
        ] {
            assert_eq!(target(same), ours, "{same}");
        }
        for other in [
            "http://op.example/token",
            "https://op.example/token/",
            "https://op.example/Token",
            "https://op.example:8443/token",
            "https://u@op.example/token",
            "https://op.example.evil.example/token",
            "/token",
            "",
        ] {
            assert_ne!(target(other), ours, "{other}");
        }
    }

    #[test]
    fn rfc9449_s10_the_thumbprint_of_a_code() {
        let of = |text: &str| jkt(&Params::of([("dpop_jkt", text)]));
        assert_eq!(jkt(&Params::default()), Ok(None));
        let good = URL_SAFE_NO_PAD.encode([7; 32]);
        assert_eq!(of(&good), Ok(Some(good.clone())));
        for bad in [&good[1..], "x", "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9X=", &format!("{good}AAAA")] {
            assert_eq!(of(bad).unwrap_err().code(), Code::InvalidRequest, "{bad}");
        }
    }
}
