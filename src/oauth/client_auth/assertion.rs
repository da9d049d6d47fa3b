//! `private_key_jwt`: a JWT that the client signed, and the rules that it must keep (RFC 7523 §3, OIDC Core §9).

use crate::base::{Secret, Time};
use crate::jose::jwt::{self, Audience, Checked, Rules};
use crate::jose::{Alg, Unverified, Verified};
use crate::oauth::Client;
use crate::oauth::client_auth::{Credentials, Presented, Proof, client_id};
use crate::oauth::error::Error;
use crate::oauth::profile::{AssertionAudience, Profile};

/// The one `client_assertion_type` (RFC 7523 §2.2).
pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The assertion of a request, with the client that its `sub` names.
pub(super) fn read(presented: &Presented<'_>) -> Result<Option<Credentials>, Error> {
    let params = presented.params;
    let token = match (params.get("client_assertion_type"), params.get("client_assertion")) {
        (None, None) => return Ok(None),
        (Some(_), None) => return Err(Error::invalid_request("client_assertion_type comes without client_assertion")),
        (None, Some(_)) => return Err(Error::invalid_request("client_assertion comes without client_assertion_type")),
        (Some(kind), Some(token)) if kind == TYPE => token,
        (Some(_), Some(_)) => return Err(Error::invalid_client("client_assertion_type is not supported")),
    };
    let unverified = Unverified::read(token).map_err(|why| Error::invalid_client(why.to_string()))?;
    let subject = unverified.peek("sub").ok_or_else(|| Error::invalid_client("the token lacks the claim sub"))?;
    let proof = Proof::Assertion(Secret::new(token.to_owned()));
    Ok(Some(Credentials { client_id: client_id(subject)?, method: "private_key_jwt", proof }))
}

/// The algorithms that a client's assertions may have: its profile's, and of these the one that it registered.
pub fn algs(client: &Client, profile: &Profile) -> Vec<Alg> {
    let registered = client.token_endpoint_auth_signing_alg.as_deref();
    let allowed = profile.algs.iter().filter(|alg| registered.is_none_or(|own| own == **alg));
    allowed.filter_map(|alg| alg.parse().ok()).collect()
}

/// Who we are: what an assertion may name as its audience.
#[derive(Debug, Clone, Copy)]
pub struct Ourselves<'a> {
    pub issuer: &'a str,
    /// Our endpoints, which clients with `legacy_assertion_aud` may name (OIDC Core §9).
    pub endpoints: &'a [&'a str],
}

/// Checks what the claims of a signed assertion say.
///
/// `iss` and `sub` are the client, `aud` is the issuer and stands alone, `jti` is there, and `exp` is at most the
/// profile's `assertion_lifetime` ahead. That the `jti` is new is for the caller to see.
///
/// # Errors
/// `invalid_client` with the rule that was broken.
pub fn check(
    token: Verified,
    client: &Client,
    profile: &Profile,
    ourselves: Ourselves<'_>,
    now: Time,
) -> Result<Checked, Error> {
    let id = client.id.as_str();
    let is_lenient = match profile.assertion_audience {
        AssertionAudience::Issuer => false,
        AssertionAudience::AnyOfOurs => true,
        AssertionAudience::ByClient => client.legacy_assertion_aud,
    };
    let mut ours = vec![ourselves.issuer];
    if is_lenient {
        ours.extend(ourselves.endpoints);
    }
    let audience = if is_lenient { Audience::Only(&ours) } else { Audience::Single(&ours) };
    let rules = Rules {
        issuer: Some(id),
        subject: Some(id),
        audience,
        most_lifetime: Some(profile.assertion_lifetime),
        ..Rules::CLIENT_ASSERTION
    };
    jwt::check(token, &rules, now).map_err(|why| Error::invalid_client(why.to_string()))
}
