//! Security events: the transmitter's metadata, and the API with which a receiver keeps its stream (SSF §7, §8).

use poem::Response;
use poem::http::StatusCode;

use crate::base::id::StreamId;
use crate::error::Error;
use crate::provider::ssf::streams::{self, Extent};
use crate::provider::ssf::{self, poll};
use crate::web::answer;
use crate::web::call::Call;
use crate::web::oauth::protected;

/// The metadata of the transmitter.
pub async fn metadata(call: Call) -> Result<Response, Error> {
    answer::json(&ssf::metadata(&call.app)?)
}

/// The stream that the query names.
fn named(call: &Call) -> Result<Option<StreamId>, Error> {
    let query = call.query()?;
    query.get("stream_id").map(|text| streams::named(Some(text))).transpose()
}

fn nothing(status: StatusCode) -> Response {
    Response::builder().status(status).finish()
}

pub async fn create(mut call: Call) -> Result<Response, Error> {
    ssf::must_be_on(&call.app)?;
    let access = protected::access(&call).await?;
    let body = call.json_request().await?;
    let mut response = answer::json(&streams::create(&call.app, &access, &body, call.visit.origin()).await?)?;
    response.set_status(StatusCode::CREATED);
    Ok(response)
}

pub async fn read(call: Call) -> Result<Response, Error> {
    ssf::must_be_on(&call.app)?;
    let access = protected::access(&call).await?;
    answer::json(&streams::read_one(&call.app, &access, named(&call)?).await?)
}

pub async fn change(mut call: Call, extent: Extent) -> Result<Response, Error> {
    ssf::must_be_on(&call.app)?;
    let access = protected::access(&call).await?;
    let body = call.json_request().await?;
    answer::json(&streams::change(&call.app, &access, body, extent, call.visit.origin()).await?)
}

pub async fn remove(call: Call) -> Result<Response, Error> {
    ssf::must_be_on(&call.app)?;
    let access = protected::access(&call).await?;
    let query = call.query()?;
    let id = streams::named(query.get("stream_id"))?;
    streams::remove(&call.app, &access, id, call.visit.origin()).await?;
    Ok(nothing(StatusCode::NO_CONTENT))
}

pub async fn status(call: Call) -> Result<Response, Error> {
    ssf::must_be_on(&call.app)?;
    let access = protected::access(&call).await?;
    let query = call.query()?;
    let id = streams::named(query.get("stream_id"))?;
    answer::json(&streams::status(&call.app, &access, id).await?)
}

pub async fn set_status(mut call: Call) -> Result<Response, Error> {
    ssf::must_be_on(&call.app)?;
    let access = protected::access(&call).await?;
    let body = call.json_request().await?;
    answer::json(&streams::set_status(&call.app, &access, &body).await?)
}

pub async fn add_subject(call: Call) -> Result<Response, Error> {
    subject(call, false).await?;
    Ok(nothing(StatusCode::OK))
}

pub async fn remove_subject(call: Call) -> Result<Response, Error> {
    subject(call, true).await?;
    Ok(nothing(StatusCode::NO_CONTENT))
}

async fn subject(mut call: Call, is_removed: bool) -> Result<(), Error> {
    ssf::must_be_on(&call.app)?;
    let access = protected::access(&call).await?;
    let body = call.json_request().await?;
    streams::set_subject(&call.app, &access, &body, is_removed).await
}

pub async fn verify(mut call: Call) -> Result<Response, Error> {
    ssf::must_be_on(&call.app)?;
    let access = protected::access(&call).await?;
    let body = call.json_request().await?;
    streams::verify(&call.app, &access, &body).await?;
    Ok(nothing(StatusCode::NO_CONTENT))
}

/// Waits for events up to half a minute where none is there.
pub async fn poll(mut call: Call) -> Result<Response, Error> {
    ssf::must_be_on(&call.app)?;
    let access = protected::access(&call).await?;
    let id = call.id::<StreamId>("stream")?;
    let body = call.json_request().await?;
    answer::json(&poll::answer(&call.app, &access, id, &body).await?)
}
