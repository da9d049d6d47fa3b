//! What a client answers to people who want their data deleted.

use poem::http::StatusCode;
use poem::web::Data;
use poem::{IntoResponse, Response};
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi};

use super::operations::{Failure, Reader};
use crate::error::Error;
use crate::provider::wishes::{self, Standing};
use crate::store::database::wishes::WishState;

pub struct Erasure;

/// How a client deals with a request.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "snake_case")]
pub enum State {
    /// It is on it.
    Acknowledged,
    /// The data is deleted.
    Completed,
    /// It does not delete the data; `reason` says why.
    Refused,
}

/// Of `POST /wallet/v1/erasure-requests/{id}/status`.
#[derive(Object, Debug)]
#[oai(deny_unknown_fields)]
pub struct ErasureStatus {
    state: State,
    /// A page on which the person sees how it goes.
    status_uri: Option<String>,
    /// What the person quotes when they ask about it.
    confirmation_code: Option<String>,
    /// Why the data is kept, in words for the person.
    reason: Option<String>,
}

/// How the request stands.
#[derive(Object, Debug)]
pub struct ErasureStanding {
    /// The request, as the mail or the webhook names it.
    id: String,
    /// `acknowledged`, `completed`, `refused`, or `overdue` where more than a month went by.
    state: String,
}

#[OpenApi(prefix_path = "/wallet/v1")]
impl Erasure {
    /// Say how you deal with a person's request to delete their data
    ///
    /// The person reads it beside your name. A month without an end makes a request overdue. The access token is one of
    /// your own (client_credentials).
    #[oai(path = "/erasure-requests/:id/status", method = "post", operation_id = "erasure_status")]
    async fn status(&self, reader: Data<&Reader>, id: Path<String>, body: Json<ErasureStatus>) -> Answered {
        let access = match reader.take() {
            Ok(access) => access,
            Err(error) => return Answered(Err(error)),
        };
        let ErasureStatus { state, status_uri, confirmation_code, reason } = body.0;
        let state = match state {
            State::Acknowledged => WishState::Acknowledged,
            State::Completed => WishState::Completed,
            State::Refused => WishState::Refused,
        };
        let answer = wishes::Answer { state, status_uri, confirmation_code, reason };
        Answered(wishes::answer(reader.app(), access, &id.0, answer, reader.origin()).await)
    }
}

pub struct Answered(Result<Standing, Error>);

impl IntoResponse for Answered {
    fn into_response(self) -> Response {
        let body = self.0.and_then(|standing| {
            serde_json::to_vec(&standing).map_err(|e| crate::base::Fault::internal("write a JSON answer", e).into())
        });
        match body {
            Ok(body) => Response::builder().content_type("application/json").body(body),
            Err(error) => {
                let mut response = Response::builder().status(StatusCode::INTERNAL_SERVER_ERROR).finish();
                response.extensions_mut().insert(Failure::new(error));
                response
            }
        }
    }
}

impl ApiResponse for Answered {
    fn meta() -> MetaResponses {
        let body = MetaMediaType { content_type: "application/json", schema: ErasureStanding::schema_ref() };
        MetaResponses {
            responses: vec![MetaResponse {
                description: "How the request stands now",
                status: Some(200),
                status_range: None,
                content: vec![body],
                headers: Vec::new(),
            }],
        }
    }

    fn register(registry: &mut Registry) {
        ErasureStanding::register(registry);
    }
}
