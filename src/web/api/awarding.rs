//! The operations by which clients define and issue badges.

use std::marker::PhantomData;

use poem::http::StatusCode;
use poem::web::Data;
use poem::{Body, IntoResponse, Response};
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiResponse, OpenApi};

use super::operations::{Failure, Reader};
use super::schema::{BadgeDefinition, BadgeIssue, BadgeOffer, NewBadgeDefinition, Nothing};
use crate::error::Error;
use crate::provider::data::awarding::{self, Done, Issue};
use crate::wallet::definitions;

/// What they take: without members that are unknown.
pub const BODIES: &[&str] = &["NewBadgeDefinition", "BadgeIssue"];

/// All of them.
pub struct Awarding;

#[OpenApi(prefix_path = "/wallet/v1")]
impl Awarding {
    /// Define a badge
    ///
    /// An operator looks at it; until it is approved it cannot be issued. Send the same again to see how it stands.
    #[oai(path = "/badge-definitions", method = "post", operation_id = "define_badge")]
    async fn define(&self, reader: Data<&Reader>, new: Json<NewBadgeDefinition>) -> Outcome<BadgeDefinition> {
        let NewBadgeDefinition { name, description, criteria } = new.0;
        let new = definitions::NewDefinition { name, description, criteria };
        let done = match reader.take() {
            Ok(access) => awarding::define(reader.app(), access, new, reader.origin()).await,
            Err(error) => Err(error),
        };
        Outcome::of(reader.0, done)
    }

    /// Offer a badge to a person, or renew it
    ///
    /// The person has 30 days to take it. Who has taken it is not asked again: issuing it once more moves its end.
    #[oai(path = "/badges/issue", method = "post", operation_id = "issue_badge")]
    async fn issue(&self, reader: Data<&Reader>, asked: Json<BadgeIssue>) -> Outcome<BadgeOffer> {
        let BadgeIssue { sub, definition, evidence_url, expires_at } = asked.0;
        let asked = Issue { sub, definition, evidence_url, expires_at };
        let done = match reader.take() {
            Ok(access) => awarding::issue(reader.app(), access, asked, reader.origin()).await,
            Err(error) => Err(error),
        };
        Outcome::of(reader.0, done)
    }

    /// Take a badge back
    ///
    /// An offer that waits is gone; a badge that was taken is revoked. What is over already stays as it is.
    #[oai(path = "/badges/issued/:id", method = "delete", operation_id = "withdraw_badge")]
    async fn withdraw(
        &self,
        reader: Data<&Reader>,
        /// The id that you were given when you issued it.
        id: Path<String>,
    ) -> Outcome<Nothing> {
        let done = match reader.take() {
            Ok(access) => awarding::withdraw(reader.app(), access, &id.0, reader.origin()).await,
            Err(error) => Err(error),
        };
        Outcome::of(reader.0, done)
    }
}

/// What an operation answers: a body of schema `S` or none, or a refusal.
struct Outcome<S> {
    outcome: Result<Done, Error>,
    schema: PhantomData<fn() -> S>,
}

impl<S> Outcome<S> {
    fn of(reader: &Reader, outcome: Result<Done, Error>) -> Self {
        if let Ok(done) = &outcome {
            reader.note(&done.client);
        }
        Self { outcome, schema: PhantomData }
    }
}

impl<S> IntoResponse for Outcome<S> {
    fn into_response(self) -> Response {
        match self.outcome {
            Ok(Done { body: Some(body), .. }) => {
                Response::builder().content_type("application/json").body(Body::from(body.to_string()))
            }
            Ok(Done { body: None, .. }) => Response::builder().status(StatusCode::NO_CONTENT).finish(),
            Err(error) => {
                let mut response = Response::builder().status(StatusCode::INTERNAL_SERVER_ERROR).finish();
                response.extensions_mut().insert(Failure::new(error));
                response
            }
        }
    }
}

impl<S: Type + Told> ApiResponse for Outcome<S> {
    fn meta() -> MetaResponses {
        let body = MetaMediaType { content_type: "application/json", schema: S::schema_ref() };
        let (description, status, content) = match S::IS_NOTHING {
            false => ("How it stands now", 200, vec![body]),
            true => ("It is so", 204, Vec::new()),
        };
        let response =
            MetaResponse { description, status: Some(status), status_range: None, content, headers: Vec::new() };
        MetaResponses { responses: vec![response] }
    }

    fn register(registry: &mut Registry) {
        if !S::IS_NOTHING {
            S::register(registry);
        }
    }
}

/// Whether an answer has a body.
trait Told {
    const IS_NOTHING: bool = false;
}

impl Told for BadgeDefinition {}
impl Told for BadgeOffer {}
impl Told for Nothing {
    const IS_NOTHING: bool = true;
}
