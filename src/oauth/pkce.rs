//! Proof Key for Code Exchange (RFC 7636), with S256 alone.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::oauth::error::Error;
use crate::oauth::params::Params;

/// A challenge as it is kept with the code: base64url of a SHA-256, 43 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Challenge(String);

impl Challenge {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Reads `code_challenge` and `code_challenge_method` of an authorization request (RFC 7636 §4.3).
///
/// Fails with `invalid_request` where a challenge is `required` and absent, the method is not S256 (an absent method
/// means `plain`), or the challenge is not 43 characters of base64url.
pub fn challenge(params: &Params, required: bool) -> Result<Option<Challenge>, Error> {
    let Some(challenge) = params.get("code_challenge") else {
        if params.get("code_challenge_method").is_some() {
            return Err(Error::invalid_request("code_challenge_method needs a code_challenge"));
        }
        if required {
            return Err(Error::invalid_request("code_challenge is required for this client (RFC 7636)"));
        }
        return Ok(None);
    };
    if params.get("code_challenge_method") != Some("S256") {
        return Err(Error::invalid_request("code_challenge_method must be S256"));
    }
    let is_digest = URL_SAFE_NO_PAD.decode(challenge).is_ok_and(|bytes| bytes.len() == 32);
    if !is_digest {
        return Err(Error::invalid_request("code_challenge must be the base64url form of a SHA-256 digest"));
    }
    Ok(Some(Challenge(challenge.to_owned())))
}

/// The challenge that belongs to the `code_verifier` of a token request (RFC 7636 §4.5, §4.6); `None` without one.
///
/// The caller compares it with the kept one, absent with absent: a verifier that was not announced is refused like
/// one that is missing (RFC 9700 §2.1.1). Fails with `invalid_grant` where the verifier breaks the grammar of §4.1.
pub fn of_verifier(params: &Params) -> Result<Option<Challenge>, Error> {
    let Some(verifier) = params.get("code_verifier") else { return Ok(None) };
    let is_verifier = (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'));
    if !is_verifier {
        return Err(Error::invalid_grant("code_verifier must be 43 to 128 unreserved characters"));
    }
    Ok(Some(Challenge(URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::error::Code;

    fn params(query: &str) -> Params {
        Params::from_query(query).unwrap()
    }

    #[test]
    fn rfc7636_appendix_b_the_example() {
        let sent = params("code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        let challenge = of_verifier(&sent).unwrap().unwrap();
        assert_eq!(challenge.as_str(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        let asked = params("code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256");
        assert_eq!(super::challenge(&asked, true).unwrap().unwrap(), challenge);
    }

    #[test]
    fn rfc7636_s4_3_a_challenge_that_breaks_a_rule_is_refused() {
        let good = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        for (what, query, required) in [
            ("required and absent", String::new(), true),
            ("method without a challenge", "code_challenge_method=S256".to_owned(), false),
            ("no method means plain", format!("code_challenge={good}"), false),
            ("plain", format!("code_challenge={good}&code_challenge_method=plain"), false),
            ("42 characters", format!("code_challenge={}&code_challenge_method=S256", &good[1..]), false),
            ("44 characters", format!("code_challenge={good}A&code_challenge_method=S256"), false),
            ("not base64url", format!("code_challenge={}%2B&code_challenge_method=S256", &good[1..]), false),
        ] {
            let refused = challenge(&params(&query), required).expect_err(what);
            assert_eq!(refused.code(), Code::InvalidRequest, "{what}");
        }
        assert_eq!(challenge(&params("x=1"), false).unwrap(), None);
    }

    #[test]
    fn rfc7636_s4_1_a_verifier_that_breaks_the_grammar_is_refused() {
        assert_eq!(of_verifier(&params("x=1")).unwrap(), None);
        for bad in ["a".repeat(42), "a".repeat(129), format!("{}%20", "a".repeat(43))] {
            let refused = of_verifier(&params(&format!("code_verifier={bad}"))).expect_err(&bad);
            assert_eq!(refused.code(), Code::InvalidGrant);
        }
    }
}
