//! The UserInfo endpoint (OIDC Core §5.3), with the token in the header or in a form (RFC 6750 §2.1, §2.2).

use poem::Response;

use crate::error::Error;
use crate::oauth;
use crate::provider::access;
use crate::provider::userinfo::{self, UserInfo};
use crate::web::answer;
use crate::web::call::Call;
use crate::web::error;

pub async fn get(call: Call) -> Result<Response, Error> {
    let token = in_header(&call)?.ok_or_else(error::no_token)?;
    answer_to(&call, &token).await
}

pub async fn post(mut call: Call) -> Result<Response, Error> {
    let in_header = in_header(&call)?;
    // A POST with the token in its header may have any body, or none.
    let in_body = match call.header("content-type").is_some_and(|t| t.starts_with("application/x-www-form-urlencoded"))
    {
        true => call.params().await?.get("access_token").map(str::to_owned),
        false => None,
    };
    let token = match (in_header, in_body) {
        (Some(_), Some(_)) => {
            return Err(oauth::Error::invalid_request("the access token came in two ways (RFC 6750 section 2)").into());
        }
        (one, other) => one.or(other).ok_or_else(error::no_token)?,
    };
    answer_to(&call, &token).await
}

/// The token of an `Authorization: Bearer` header; other schemes count as none.
pub(super) fn in_header(call: &Call) -> Result<Option<String>, Error> {
    let Some(header) = call.header("authorization") else { return Ok(None) };
    let Some((scheme, token)) = header.split_once(' ') else { return Ok(None) };
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Ok(None);
    }
    let token = token.trim();
    match token.is_empty() || token.contains([' ', ',', '"']) {
        true => Err(oauth::Error::invalid_request("the Authorization header is malformed").into()),
        false => Ok(Some(token.to_owned())),
    }
}

async fn answer_to(call: &Call, token: &str) -> Result<Response, Error> {
    let access = access::check(&call.app, token)?;
    let (client, answer) = userinfo::answer(&call.app, access, call.visit.origin()).await?;
    call.visit.set_client(&client);
    match answer {
        UserInfo::Json(disclosure) => answer::json(&disclosure),
        UserInfo::Jwt(token) => Ok(answer::token(token, "application/jwt")),
    }
}
