//! The data API (WALLET.md §14): its operations and their schemas by poem-openapi, behind doors of the table of routes.

mod awarding;
pub mod catalogue;
mod document;
mod erasure;
mod feed;
mod operations;
pub mod problem;
mod schema;

use std::sync::{Arc, Mutex, PoisonError};

use poem::endpoint::BoxEndpoint;
use poem::{Endpoint, EndpointExt, Response};
use poem_openapi::error::ParseRequestPayloadError;

use self::operations::{Failure, Reader};
use crate::app::{App, Room};
use crate::base::Fault;
use crate::error::{Denied, Error};
use crate::oauth;
use crate::web::answer;
use crate::web::call::Call;
use crate::web::oauth::protected;
use crate::web::views::api::Operation;

/// The operations, ready to be called, and the document that describes them.
pub struct Service {
    endpoint: BoxEndpoint<'static, Response>,
    document: Arc<serde_json::Value>,
}

impl Room for Service {
    fn open(app: &App) -> Self {
        let service = operations::service();
        let document = document::of(&service.spec(), app.config.issuer());
        let endpoint = poem::Route::new().nest("/", service).map_to_response().boxed();
        Self { endpoint, document: Arc::new(document) }
    }
}

/// Answers an operation of the API: the access token is seen here, the rest by the operation.
///
/// # Errors
/// Whatever the token or the operation is refused for.
pub async fn serve(mut call: Call) -> Result<Response, Error> {
    let access = protected::access(&call).await?;
    call.buffer().await?;
    let reader = Reader::new(&call, access);
    let (app, visit) = (call.app.clone(), call.visit.clone());
    let mut request = call.into_request();
    request.extensions_mut().insert(reader);
    let answered = app.room::<Service>().endpoint.call(request).await;
    let mut response = answered.map_err(|error| unread(&error))?;
    if let Some(Failure(error)) = response.extensions_mut().remove::<Failure>() {
        let taken = error.lock().unwrap_or_else(PoisonError::into_inner).take();
        return Err(taken.unwrap_or_else(|| Fault::broken("answer an operation of the data API").into()));
    }
    problem::tell_policy(visit.app(), &mut response);
    Ok(response)
}

/// A request that did not reach its operation.
fn unread(error: &poem::Error) -> Error {
    // Which member it is, by our own words: never what was sent.
    if let Some(lacks) = error.downcast_ref::<ParseRequestPayloadError>() {
        let said = lacks.reason.rsplit(": ").next().unwrap_or_default();
        let is_ours = ["missing", "unknown", "object", "type"].iter().any(|end| said.ends_with(end));
        let why = if is_ours { said } else { "it is not JSON" };
        return oauth::Error::invalid_request(format!("the body does not fit its schema: {why}")).into();
    }
    match error.status().as_u16() {
        415 => oauth::Error::invalid_request("the body must be application/json").into(),
        404 | 405 => Denied::NotFound.into(),
        400..=499 => oauth::Error::invalid_request("a parameter is missing or does not fit its type").into(),
        _ => Fault::broken("route an operation of the data API").into(),
    }
}

/// The description of the API (OpenAPI 3.1).
///
/// # Errors
/// A fault when it cannot be written.
pub async fn document(call: Call) -> Result<Response, Error> {
    answer::json(&*call.app.room::<Service>().document)
}

/// The operations as a page shows them.
pub fn operations(app: &App) -> Vec<Operation> {
    document::operations(&app.room::<Service>().document)
}

impl Failure {
    fn new(error: Error) -> Self {
        Self(Arc::new(Mutex::new(Some(error))))
    }
}
