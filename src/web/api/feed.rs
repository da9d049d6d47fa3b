//! What changed: under one grant, and for all of a client's people at once.

use std::marker::PhantomData;

use poem::web::Data;
use poem::{IntoResponse, Response};
use poem_openapi::param::Query;
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiResponse, OpenApi};

use super::operations::{Answer, Reader, failed};
use super::schema::changes::{Changes, ClientChanges, ClientGrants};
use crate::error::Error;
use crate::provider::data::changes::Wanted;
use crate::provider::data::{Resource, client};

pub struct Feed;

#[OpenApi(prefix_path = "/wallet/v1")]
impl Feed {
    /// What changed of the things that you see
    ///
    /// Without a cursor it gives one to begin with: read all that you were given, then ask for what changed since. Each
    /// change names a thing; what it is now is read where it is. A cursor works for 29 days at least; then begin anew.
    #[oai(path = "/changes", method = "get", operation_id = "changes")]
    async fn changes(
        &self,
        reader: Data<&Reader>,
        /// The `next_cursor` of the answer before.
        since: Query<Option<String>>,
        /// How many at most, from 1 to 100; without it 25.
        limit: Query<Option<u32>>,
    ) -> Answer<Changes> {
        reader.changes(Resource::Changes, Wanted { since: since.0, limit: limit.0 }).await
    }

    /// Which of your people you should look at again
    ///
    /// For tokens of your own (RFC 6749 §4.4). It tells of those who let you keep up to date, and of grants that changed
    /// or ended. A change is told some seconds after it happened.
    #[oai(path = "/client/changes", method = "get", operation_id = "client_changes")]
    async fn client_changes(
        &self,
        reader: Data<&Reader>,
        /// The `next_cursor` of the answer before; without it only one to begin with is told.
        since: Query<Option<String>>,
        /// How many at most, from 1 to 100; without it 25.
        limit: Query<Option<u32>>,
    ) -> Own<ClientChanges> {
        let wanted = Wanted { since: since.0, limit: limit.0 };
        Own::of(
            match reader.take() {
                Ok(access) => client::changed(reader.app(), access, wanted).await,
                Err(error) => Err(error),
            },
            &reader,
        )
    }

    /// Whose grants you hold
    ///
    /// For tokens of your own (RFC 6749 §4.4). Follow `next_cursor` for the next page.
    #[oai(path = "/client/grants", method = "get", operation_id = "client_grants")]
    async fn client_grants(
        &self,
        reader: Data<&Reader>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// How many at most, from 1 to 100; without it 25.
        limit: Query<Option<u32>>,
    ) -> Own<ClientGrants> {
        let wanted = Wanted { since: cursor.0, limit: limit.0 };
        Own::of(
            match reader.take() {
                Ok(access) => client::list(reader.app(), access, wanted).await,
                Err(error) => Err(error),
            },
            &reader,
        )
    }
}

/// What a client is told about all of its people: a body of schema `S`, or a refusal.
struct Own<S> {
    outcome: Result<serde_json::Value, Error>,
    schema: PhantomData<fn() -> S>,
}

impl<S> Own<S> {
    fn of(told: Result<client::Told, Error>, reader: &Reader) -> Self {
        if let Ok(told) = &told {
            reader.note(&told.client);
        }
        Self { outcome: told.map(|told| told.body), schema: PhantomData }
    }
}

impl<S> IntoResponse for Own<S> {
    fn into_response(self) -> Response {
        match self.outcome {
            Ok(body) => Response::builder().content_type("application/json").body(body.to_string()),
            Err(error) => failed(error),
        }
    }
}

impl<S: Type> ApiResponse for Own<S> {
    fn meta() -> MetaResponses {
        let body = MetaMediaType { content_type: "application/json", schema: S::schema_ref() };
        let response = MetaResponse {
            description: "As it stands at this moment",
            status: Some(200),
            status_range: None,
            content: vec![body],
            headers: Vec::new(),
        };
        MetaResponses { responses: vec![response] }
    }

    fn register(registry: &mut Registry) {
        S::register(registry);
    }
}
