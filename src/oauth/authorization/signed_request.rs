//! Signed authorization requests: whose words count, and what their envelope must say (RFC 9101, OIDC Core §6).

use crate::base::{Seconds, Time};
use crate::jose::jwt::{self, Audience, Rules, TypRule};
use crate::jose::{Alg, Verified};
use crate::oauth::client::Client;
use crate::oauth::error::{Code, Error};
use crate::oauth::params::Params;
use crate::oauth::profile::{Profile, RequestObjects};
use crate::oauth::request_object;

/// How far apart `nbf`, now and `exp` may lie where dates are demanded.
const MOST_LIFETIME: Seconds = Seconds::hours(1);

/// The `typ` values that are accepted where there is one (RFC 9101 §10.8).
const TYPES: &[&str] = &["oauth-authz-req+jwt", "JWT"];

/// The algorithms that a client's request objects may have: its profile's, and of these the one that it registered.
pub fn algs(client: &Client, profile: &Profile) -> Vec<Alg> {
    let registered = client.request_object_signing_alg.as_deref();
    let allowed = profile.algs.iter().filter(|alg| registered.is_none_or(|own| own == **alg));
    allowed.filter_map(|alg| alg.parse().ok()).collect()
}

/// `invalid_request_object`, saying why.
pub fn invalid(why: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(Code::InvalidRequestObject, why)
}

/// The parameters in a request object whose signature is right; `beside` are those that came along with it.
///
/// # Errors
/// `invalid_request_object` with the rule that was broken (RFC 9101 §6.1 and §6.3).
pub fn read(
    token: Verified,
    beside: &Params,
    client: &Client,
    profile: &Profile,
    issuer: &str,
    now: Time,
) -> Result<Params, Error> {
    let id = client.id.as_str();
    let is_dated = profile.request_objects == RequestObjects::Dated;
    let has_audience = token.claims().contains_key("aud");
    let ours = [issuer];
    let rules = Rules {
        typ: TypRule::AbsentOr(TYPES),
        required: if is_dated { &["aud", "exp", "nbf"] } else { &[] },
        issuer: token.claims().contains_key("iss").then_some(id),
        subject: None,
        audience: if is_dated || has_audience { Audience::Includes(&ours) } else { Audience::Any },
        may_be_expired: false,
        most_lifetime: is_dated.then_some(MOST_LIFETIME),
        most_age: is_dated.then_some(MOST_LIFETIME),
    };
    let checked = jwt::check(token, &rules, now).map_err(|why| invalid(why.to_string()))?;
    if rules.most_age.is_some_and(|most| request_object::began_before(checked.claims(), now - most - jwt::SKEW)) {
        return Err(invalid(request_object::Refused::TooOld.to_string()));
    }
    let inner = request_object::params(checked.claims()).map_err(|why| invalid(why.to_string()))?;
    if inner.get("client_id").is_some_and(|own| own != id) {
        return Err(invalid("client_id of the request object is another client's"));
    }
    // RFC 9101 §6.3 and OIDC Core §6.1: what must stand beside the object must say the same.
    for name in ["client_id", "response_type"] {
        let (inside, outside) = (inner.get(name), beside.get(name));
        if inside.is_some() && outside.is_some() && inside != outside {
            return Err(invalid(format!("{name} differs inside and outside of the request object")));
        }
    }
    Ok(match profile.request_objects {
        RequestObjects::Dated => inner,
        RequestObjects::Lenient => inner.over(beside),
    })
}

#[cfg(test)]
mod tests;
