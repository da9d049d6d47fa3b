//! The UserInfo endpoint (OIDC Core §5.3), with the token in the header or in a form (RFC 6750 §2.1, §2.2).

use poem::Response;

use crate::error::Error;
use crate::provider::access::Access;
use crate::provider::userinfo::{self, UserInfo};
use crate::web::answer;
use crate::web::call::Call;
use crate::web::oauth::protected;

pub async fn get(call: Call) -> Result<Response, Error> {
    let access = protected::access(&call).await?;
    answer_to(&call, access).await
}

pub async fn post(mut call: Call) -> Result<Response, Error> {
    let access = protected::access_by_post(&mut call).await?;
    answer_to(&call, access).await
}

async fn answer_to(call: &Call, access: Access) -> Result<Response, Error> {
    let (client, answer) = userinfo::answer(&call.app, access, call.visit.origin()).await?;
    call.visit.set_client(&client);
    match answer {
        UserInfo::Json(disclosure) => answer::json(&disclosure),
        UserInfo::Jwt(token) => Ok(answer::token(token, "application/jwt")),
    }
}
