//! The operations of the data API.

use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use poem::http::header::{ETAG, IF_NONE_MATCH, ORIGIN};
use poem::http::{HeaderValue, StatusCode};
use poem::web::Data;
use poem::{Body, IntoResponse, Response};
use poem_openapi::param::Query;
use poem_openapi::registry::{MetaHeader, MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiResponse, OpenApi, OpenApiService};

use super::schema::{Changes, ClientChanges, ClientGrants, Me, Profile};
use crate::app::App;
use crate::base::Fault;
use crate::error::Error;
use crate::provider::access::Access;
use crate::provider::data::changes::Wanted;
use crate::provider::data::{self, How, Resource, Told, client};
use crate::web::call::Call;
use crate::web::visit::Visit;

/// All of them.
pub struct Api;

/// Who reads, by which token, in which way.
#[derive(Clone)]
pub struct Reader {
    app: App,
    visit: Visit,
    /// Taken by the operation.
    access: Arc<Mutex<Option<Access>>>,
    how: How,
}

impl Reader {
    pub fn new(call: &Call, access: Access) -> Self {
        let header = |name: &str| call.header(name).map(str::to_owned);
        let how =
            How { page_origin: header(ORIGIN.as_str()), if_none_match: header(IF_NONE_MATCH.as_str()), ..How::default() };
        Self { app: call.app.clone(), visit: call.visit.clone(), access: Arc::new(Mutex::new(Some(access))), how }
    }

    fn access(&self) -> Result<Access, Error> {
        let access = self.access.lock().unwrap_or_else(PoisonError::into_inner).take();
        access.ok_or_else(|| Fault::broken("read twice with one request").into())
    }

    async fn profile<S>(&self, what: Resource, fields: Option<String>) -> Answer<S> {
        let fields = fields.map(|fields| fields.split(',').map(|field| field.trim().to_owned()).collect());
        self.read(what, How { fields, ..self.how.clone() }).await
    }

    async fn changed(&self, wanted: Wanted) -> Result<client::Told, Error> {
        client::changed(&self.app, self.access()?, wanted).await
    }

    async fn grants(&self, wanted: Wanted) -> Result<client::Told, Error> {
        client::list(&self.app, self.access()?, wanted).await
    }

    fn told<S>(&self, told: Result<client::Told, Error>) -> Own<S> {
        if let Ok(told) = &told {
            self.visit.set_client(&told.client);
        }
        Own { outcome: told.map(|told| told.body), schema: PhantomData }
    }

    async fn read<S>(&self, what: Resource, how: How) -> Answer<S> {
        let told = match self.access() {
            Ok(access) => data::read(&self.app, access, what, how, self.visit.origin()).await,
            Err(error) => Err(error),
        };
        if let Ok(told) = &told {
            self.visit.set_client(&told.client);
        }
        Answer::of(told)
    }
}

/// The service that answers them, and can describe them.
pub fn service() -> OpenApiService<Api, ()> {
    OpenApiService::new(Api, "Social Wallet data API", env!("CARGO_PKG_VERSION"))
}

#[OpenApi(prefix_path = "/wallet/v1")]
impl Api {
    /// Who the person is to you, and what you were given
    ///
    /// The subject identifier is the one of the ID Token. The grant is read at this moment: what the person takes away
    /// is missing from the next answer on.
    #[oai(path = "/me", method = "get", operation_id = "me")]
    async fn me(&self, reader: Data<&Reader>) -> Answer<Me> {
        reader.profile(Resource::Me, None).await
    }

    /// The profile, each field with where it comes from
    ///
    /// Fields that the person does not share and fields that the wallet does not hold look the same: they are absent.
    #[oai(path = "/profile", method = "get", operation_id = "profile")]
    async fn profile(
        &self,
        reader: Data<&Reader>,
        /// Names of fields, separated by commas; without it every field that is shared. An unknown name is refused.
        fields: Query<Option<String>>,
    ) -> Answer<Profile> {
        reader.profile(Resource::Profile, fields.0).await
    }

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
        let changes = Wanted { since: since.0, limit: limit.0 };
        reader.read(Resource::Changes, How { changes, ..reader.how.clone() }).await
    }

    /// Which of your people you should look at again
    ///
    /// For tokens of your own (RFC 6749 §4.4). It tells of those who let you keep up to date, and of grants that ended.
    /// A change is told some seconds after it happened.
    #[oai(path = "/client/changes", method = "get", operation_id = "client_changes")]
    async fn client_changes(
        &self,
        reader: Data<&Reader>,
        /// The `next_cursor` of the answer before; without it only one to begin with is told.
        since: Query<Option<String>>,
        /// How many at most, from 1 to 100; without it 25.
        limit: Query<Option<u32>>,
    ) -> Own<ClientChanges> {
        reader.told(reader.changed(Wanted { since: since.0, limit: limit.0 }).await)
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
        reader.told(reader.grants(Wanted { since: cursor.0, limit: limit.0 }).await)
    }
}

/// What a client is told about all of its people: a body of schema `S`, or a refusal.
pub struct Own<S> {
    outcome: Result<serde_json::Value, Error>,
    schema: PhantomData<fn() -> S>,
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

/// A refusal on its way to the door.
fn failed(error: Error) -> Response {
    let mut response = Response::builder().status(StatusCode::INTERNAL_SERVER_ERROR).finish();
    response.extensions_mut().insert(Failure::new(error));
    response
}

/// What an operation answers: a body of schema `S`, 304, or a refusal.
pub struct Answer<S> {
    outcome: Result<Told, Error>,
    schema: PhantomData<fn() -> S>,
}

impl<S> Answer<S> {
    fn of(outcome: Result<Told, Error>) -> Self {
        Self { outcome, schema: PhantomData }
    }
}

/// A refusal on its way through the router, for its door to tell.
#[derive(Clone)]
pub struct Failure(pub(super) Arc<Mutex<Option<Error>>>);

impl<S> IntoResponse for Answer<S> {
    fn into_response(self) -> Response {
        let told = match self.outcome {
            Ok(told) => told,
            Err(error) => return failed(error),
        };
        let mut response = match &told.body {
            None => Response::builder().status(StatusCode::NOT_MODIFIED).finish(),
            Some(body) => match serde_json::to_vec(body) {
                Ok(bytes) => Response::builder().content_type("application/json").body(Body::from_vec(bytes)),
                Err(error) => return failed(Fault::internal("write a JSON answer", error).into()),
            },
        };
        if let Ok(etag) = HeaderValue::from_str(&told.etag) {
            response.headers_mut().insert(ETAG, etag);
        }
        response
    }
}

impl<S: Type> ApiResponse for Answer<S> {
    fn meta() -> MetaResponses {
        let etag = || MetaHeader {
            name: "ETag".to_owned(),
            description: Some("A strong entity tag; send it back in If-None-Match (RFC 9110 §8.8.3).".to_owned()),
            required: true,
            deprecated: false,
            schema: String::schema_ref(),
        };
        let body = MetaMediaType { content_type: "application/json", schema: S::schema_ref() };
        let response = |description, status, content| MetaResponse {
            description,
            status: Some(status),
            status_range: None,
            content,
            headers: vec![etag()],
        };
        let fresh = response("What the person shares at this moment", 200, vec![body]);
        let unchanged = response("You hold it already (RFC 9110 §15.4.5)", 304, Vec::new());
        MetaResponses { responses: vec![fresh, unchanged] }
    }

    fn register(registry: &mut Registry) {
        S::register(registry);
    }
}
