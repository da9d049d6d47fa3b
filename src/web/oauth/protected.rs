//! The access token of a request for a protected resource (RFC 6750 §2, RFC 9449 §7.1): in its header, or in a form.

use crate::error::Error;
use crate::oauth;
use crate::provider::access::{self, Access, Scheme};
use crate::web::call::Call;
use crate::web::error;

/// The token of the `Authorization` header, opened and seen with what it is bound to.
///
/// # Errors
/// What [`access::check`] refuses, and a request without a token.
pub async fn access(call: &Call) -> Result<Access, Error> {
    let (scheme, token) = in_header(call)?.ok_or_else(error::no_token)?;
    access::check(&call.app, &token, scheme, &call.shown()?).await
}

/// As [`access`]; the token may also come in a form (RFC 6750 §2.2).
///
/// # Errors
/// As [`access`]; `invalid_request` where it comes in two ways.
pub async fn access_by_post(call: &mut Call) -> Result<Access, Error> {
    let in_header = in_header(call)?;
    // A POST with the token in its header may have any body, or none.
    let is_form = call.header("content-type").is_some_and(|t| t.starts_with("application/x-www-form-urlencoded"));
    let in_body = match is_form {
        true => call.params().await?.get("access_token").map(|token| (Scheme::Bearer, token.to_owned())),
        false => None,
    };
    let (scheme, token) = match (in_header, in_body) {
        (Some(_), Some(_)) => {
            return Err(oauth::Error::invalid_request("the access token came in two ways (RFC 6750 section 2)").into());
        }
        (one, other) => one.or(other).ok_or_else(error::no_token)?,
    };
    access::check(&call.app, &token, scheme, &call.shown()?).await
}

/// The token of an `Authorization: Bearer` header, for what is no access token of ours to look into; other schemes count as
/// none.
///
/// # Errors
/// `invalid_request` for a malformed header.
pub fn bearer(call: &Call) -> Result<Option<String>, Error> {
    Ok(in_header(call)?.filter(|(scheme, _)| *scheme == Scheme::Bearer).map(|(_, token)| token))
}

/// The token of an `Authorization` header by the scheme Bearer or DPoP; other schemes count as none.
fn in_header(call: &Call) -> Result<Option<(Scheme, String)>, Error> {
    let Some(header) = call.authorization()? else { return Ok(None) };
    let Some((scheme, token)) = header.split_once(' ') else { return Ok(None) };
    let scheme = match scheme {
        scheme if scheme.eq_ignore_ascii_case("bearer") => Scheme::Bearer,
        scheme if scheme.eq_ignore_ascii_case("dpop") => {
            call.visit.note_dpop();
            Scheme::Dpop
        }
        _ => return Ok(None),
    };
    let token = token.trim();
    match token.is_empty() || token.contains([' ', ',', '"']) {
        true => Err(oauth::Error::invalid_request("the Authorization header is malformed").into()),
        false => Ok(Some((scheme, token.to_owned()))),
    }
}
