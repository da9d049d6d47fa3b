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

use super::schema::{Identity, Me, Profile};
use crate::app::App;
use crate::error::Error;
use crate::provider::access::Access;
use crate::provider::data::{self, How, Resource, Told};
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
        let how = How {
            page_origin: header(ORIGIN.as_str()),
            if_none_match: header(IF_NONE_MATCH.as_str()),
            ..How::default()
        };
        Self { app: call.app.clone(), visit: call.visit.clone(), access: Arc::new(Mutex::new(Some(access))), how }
    }

    async fn read<S>(&self, what: Resource, fields: Option<String>) -> Answer<S> {
        let fields = fields.map(|fields| fields.split(',').map(|field| field.trim().to_owned()).collect());
        self.read_as(what, How { fields, ..self.how.clone() }).await
    }

    async fn read_as<S>(&self, what: Resource, how: How) -> Answer<S> {
        let access = self.access.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(access) = access else {
            return Answer::of(Err(crate::base::Fault::broken("read twice with one request").into()));
        };
        let told = data::read(&self.app, access, what, how, self.visit.origin()).await;
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
        reader.read(Resource::Me, None).await
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
        reader.read(Resource::Profile, fields.0).await
    }

    /// Who the person is by a document that reviewers compared with them
    ///
    /// What UserInfo tells as verified_claims, by the request that the token was asked for with; without one, the claims
    /// of the scope. What does not meet the request and what there is not look the same: it is absent.
    #[oai(path = "/identity", method = "get", operation_id = "identity")]
    async fn identity(
        &self,
        reader: Data<&Reader>,
        /// How many seconds ago the person was verified at most; the day that is told counts.
        max_age: Query<Option<u64>>,
    ) -> Answer<Identity> {
        reader.read_as(Resource::Identity, How { max_age: max_age.0, ..reader.how.clone() }).await
    }
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
        let failed = |error: Error| {
            let mut response = Response::builder().status(StatusCode::INTERNAL_SERVER_ERROR).finish();
            response.extensions_mut().insert(Failure::new(error));
            response
        };
        let told = match self.outcome {
            Ok(told) => told,
            Err(error) => return failed(error),
        };
        let mut response = match &told.body {
            None => Response::builder().status(StatusCode::NOT_MODIFIED).finish(),
            Some(body) => match serde_json::to_vec(body) {
                Ok(bytes) => Response::builder().content_type("application/json").body(Body::from_vec(bytes)),
                Err(error) => return failed(crate::base::Fault::internal("write a JSON answer", error).into()),
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
