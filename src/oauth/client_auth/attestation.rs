//! `attest_jwt_client_auth`: an attester vouches for an instance of a client, which proves that it holds the key that the
//! attestation names (draft-ietf-oauth-attestation-based-client-auth §5).

use crate::base::{Seconds, Secret, Time};
use crate::jose::jwt::{self, Audience, MOST_AHEAD, Rules, SKEW};
use crate::jose::{Alg, Jwk, Unverified, Verified};
use crate::oauth::client_auth::{Credentials, Presented, Proof, client_id};
use crate::oauth::error::Error;

/// How old a proof of possession may be.
const MOST_AGE: Seconds = Seconds::minutes(5);

/// The attestation of a request, with the client that its `sub` names.
pub(super) fn read(presented: &Presented<'_>) -> Result<Option<Credentials>, Error> {
    let (attestation, proof) = match (presented.attestations, presented.attestation_proofs) {
        ([], []) => return Ok(None),
        ([attestation], [proof]) => (attestation, proof),
        _ => {
            let why = "OAuth-Client-Attestation and OAuth-Client-Attestation-PoP come together, and once each";
            return Err(Error::invalid_request(why));
        }
    };
    let unverified = Unverified::read(attestation).map_err(|why| Error::invalid_client(why.to_string()))?;
    let subject = unverified.peek("sub").ok_or_else(|| Error::invalid_client("the attestation lacks the claim sub"))?;
    let client_id = client_id(subject)?;
    let [attestation, proof] = [attestation, proof].map(|text| Secret::new(text.clone()));
    let proof = Proof::Attestation { attestation, proof };
    Ok(Some(Credentials { client_id, method: "attest_jwt_client_auth", proof }))
}

/// Checks what an attestation says whose signature is a trusted attester's; gives the key of the instance.
///
/// # Errors
/// `invalid_client` with the rule that was broken.
pub fn check(attestation: Verified, client_id: &str, now: Time) -> Result<Jwk, Error> {
    let rules = Rules { subject: Some(client_id), ..Rules::CLIENT_ATTESTATION };
    let checked = jwt::check(attestation, &rules, now)
        .map_err(|why| Error::invalid_client(format!("the attestation cannot be taken: {why}")))?;
    let key = checked.claims().get("cnf").and_then(|cnf| cnf.get("jwk")).and_then(|jwk| jwk.as_object());
    let key = key.and_then(Jwk::read);
    key.ok_or_else(|| Error::invalid_client("the cnf of the attestation has no public key in jwk that is supported"))
}

/// A proof of possession that fits. That its `jti` is new is for the caller to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Possession {
    pub jti: String,
    /// Until when it would fit, and so must be remembered.
    pub until: Time,
}

/// Checks the proof that an instance holds the key of its attestation.
///
/// # Errors
/// `invalid_client` with the rule that was broken.
pub fn check_proof(
    proof: &str,
    key: &Jwk,
    client_id: &str,
    issuer: &str,
    algs: &[Alg],
    now: Time,
) -> Result<Possession, Error> {
    let bad = |why: String| Error::invalid_client(format!("the attestation's proof cannot be taken: {why}"));
    let verified = Unverified::read(proof).and_then(|token| token.verify_with(key, algs));
    let verified = verified.map_err(|why| bad(why.to_string()))?;
    let ours = [issuer];
    let rules = Rules { audience: Audience::Only(&ours), most_age: Some(MOST_AGE), ..Rules::CLIENT_ATTESTATION_POP };
    let checked = jwt::check(verified, &rules, now).map_err(|why| bad(why.to_string()))?;
    // Early drafts had iss, later ones have not: where it is, it is the client.
    if checked.claims().get("iss").is_some_and(|iss| iss != client_id) {
        return Err(bad("its iss is not the client".to_owned()));
    }
    let until = match (checked.iat(), checked.exp()) {
        (Some(iat), _) => iat + MOST_AGE,
        (None, Some(exp)) if exp <= now + MOST_AGE + MOST_AHEAD => exp,
        _ => return Err(bad("it has neither iat nor an exp of at most five minutes ahead".to_owned())),
    };
    let jti = checked.jti().ok_or_else(|| bad("it lacks jti".to_owned()))?.to_owned();
    Ok(Possession { jti, until: until + SKEW + Seconds(1) })
}
