//! The operations of the data API.

use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use poem::http::header::{ETAG, IF_NONE_MATCH, ORIGIN};
use poem::http::{HeaderValue, StatusCode};
use poem::web::Data;
use poem::{Body, IntoResponse, Response};
use poem_openapi::param::{Path, Query};
use poem_openapi::registry::{MetaHeader, MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiResponse, OpenApi, OpenApiService};

use super::awarding::Awarding;
use super::erasure::Erasure;
use super::schema::{Badges, Me, OneBadge, Profile};
use crate::app::App;
use crate::audit::Origin;
use crate::error::Error;
use crate::provider::access::Access;
use crate::provider::clients::Registered;
use crate::provider::data::badges::Wanted;
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

    pub fn app(&self) -> &App {
        &self.app
    }

    pub fn origin(&self) -> &Origin {
        self.visit.origin()
    }

    /// The token, once.
    pub fn take(&self) -> Result<Access, Error> {
        let access = self.access.lock().unwrap_or_else(PoisonError::into_inner).take();
        access.ok_or_else(|| crate::base::Fault::broken("use one access token twice in a request").into())
    }

    /// Notes which client it was, for the log and for CORS.
    pub(super) fn note(&self, client: &Arc<Registered>) {
        self.visit.set_client(client);
    }

    async fn read<S>(&self, what: Resource, fields: Option<String>) -> Answer<S> {
        self.read_badges(what, fields, Wanted::default()).await
    }

    async fn read_badges<S>(&self, what: Resource, fields: Option<String>, badges: Wanted) -> Answer<S> {
        let access = match self.take() {
            Ok(access) => access,
            Err(error) => return Answer::of(Err(error)),
        };
        let fields = fields.map(|fields| fields.split(',').map(|field| field.trim().to_owned()).collect());
        let how = How { fields, badges, ..self.how.clone() };
        let told = data::read(&self.app, access, what, how, self.visit.origin()).await;
        if let Ok(told) = &told {
            self.visit.set_client(&told.client);
        }
        Answer::of(told)
    }
}

/// The service that answers them, and can describe them.
pub fn service() -> OpenApiService<(Api, Awarding, Erasure), ()> {
    OpenApiService::new((Api, Awarding, Erasure), "Social Wallet data API", env!("CARGO_PKG_VERSION"))
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

    /// The badges that the person picked for you
    ///
    /// Each says what was checked, when, and until when that counts; never how. Those that the person did not pick and
    /// those that there are not look the same.
    #[oai(path = "/badges", method = "get", operation_id = "badges")]
    async fn badges(
        &self,
        reader: Data<&Reader>,
        /// Only badges of this kind; the kinds are at /badge-types.
        #[oai(name = "type")]
        kind: Query<Option<String>>,
        /// Only badges in this state: active, suspended or expired.
        status: Query<Option<String>>,
        /// The next_cursor of the page before; it works with the same type and status.
        cursor: Query<Option<String>>,
        /// How many at most, from 1 to 100; 25 without it.
        limit: Query<Option<u32>>,
    ) -> Answer<Badges> {
        let wanted = Wanted { id: None, kind: kind.0, status: status.0, cursor: cursor.0, limit: limit.0 };
        reader.read_badges(Resource::Badges, None, wanted).await
    }

    /// One badge, by the id that you were told
    ///
    /// An id works for the platforms of one sector alone.
    #[oai(path = "/badges/:id", method = "get", operation_id = "badge")]
    async fn badge(
        &self,
        reader: Data<&Reader>,
        /// The id of the badge.
        id: Path<String>,
    ) -> Answer<OneBadge> {
        reader.read_badges(Resource::Badge, None, Wanted { id: Some(id.0), ..Wanted::default() }).await
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
