//! The UserInfo endpoint (OIDC Core §5.3), with the token in the header or in a form (RFC 6750 §2.1, §2.2).

use poem::Response;
use poem::http::HeaderValue;
use uuid::{Builder, Uuid};

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
    let mut response = match answer {
        UserInfo::Json(disclosure) => answer::json(&disclosure)?,
        UserInfo::Jwt(token) => answer::token(token, "application/jwt"),
    };
    if client.rules().names_interactions
        && let Ok(name) = HeaderValue::from_str(&interaction(call).to_string())
    {
        response.headers_mut().insert(INTERACTION, name);
    }
    Ok(response)
}

const INTERACTION: &str = "x-fapi-interaction-id";

/// The client's own name of this exchange, or a new one where it gives none that is a UUID (FAPI 1.0 Baseline
/// §6.2.1-11).
fn interaction(call: &Call) -> Uuid {
    let given = call.header(INTERACTION).and_then(|text| Uuid::try_parse(text).ok());
    given.unwrap_or_else(|| Builder::from_random_bytes(call.app.random.bytes()).into_uuid())
}
