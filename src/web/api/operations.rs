//! The operations of the data API.

use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use poem::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH, ORIGIN};
use poem::http::{HeaderValue, StatusCode};
use poem::web::Data;
use poem::{Body, IntoResponse, Response};
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::registry::{
    MetaHeader, MetaMediaType, MetaResponse, MetaResponses, MetaSchema, MetaSchemaRef, Registry,
};
use poem_openapi::types::Type;
use poem_openapi::{ApiResponse, Object, OpenApi, OpenApiService};

use super::awarding::Awarding;
use super::erasure::Erasure;
use super::feed::Feed;
use super::schema::{Badges, Identity, Me, MediaItem, MediaLink, MediaList, OneBadge, Profile};
use crate::app::App;
use crate::audit::Origin;
use crate::base::Fault;
use crate::error::Error;
use crate::provider::access::Access;
use crate::provider::clients::Registered;
use crate::provider::data::badges::Wanted;
use crate::provider::data::changes;
use crate::provider::data::media::{self, Wish};
use crate::provider::data::{self, How, Resource, Told};
use crate::wallet::media::Format;
use crate::web::bytes::{self, Manner, Wishes};
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
    wishes: Wishes,
}

impl Reader {
    pub fn new(call: &Call, access: Access) -> Self {
        let header = |name: &str| call.header(name).map(str::to_owned);
        let how = How {
            page_origin: header(ORIGIN.as_str()),
            if_none_match: header(IF_NONE_MATCH.as_str()),
            ..How::default()
        };
        let access = Arc::new(Mutex::new(Some(access)));
        Self { app: call.app.clone(), visit: call.visit.clone(), access, how, wishes: Wishes::of(call) }
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
        access.ok_or_else(|| Fault::broken("use one access token twice in a request").into())
    }

    /// Notes which client it was, for the log and for CORS.
    pub(super) fn note(&self, client: &Arc<Registered>) {
        self.visit.set_client(client);
    }

    async fn profile<S>(&self, what: Resource, fields: Option<String>) -> Answer<S> {
        let fields = fields.map(|fields| fields.split(',').map(|field| field.trim().to_owned()).collect());
        self.read(what, How { fields, ..self.how.clone() }).await
    }

    async fn badges<S>(&self, what: Resource, badges: Wanted) -> Answer<S> {
        self.read(what, How { badges, ..self.how.clone() }).await
    }

    pub(super) async fn changes<S>(&self, what: Resource, changes: changes::Wanted) -> Answer<S> {
        self.read(what, How { changes, ..self.how.clone() }).await
    }

    async fn media<S>(&self, what: Resource, media: media::Query) -> Answer<S> {
        self.read(what, How { media, ..self.how.clone() }).await
    }

    async fn read<S>(&self, what: Resource, how: How) -> Answer<S> {
        let told = match self.take() {
            Ok(access) => data::read(&self.app, access, what, how, self.visit.origin()).await,
            Err(error) => Err(error),
        };
        if let Ok(told) = &told {
            self.visit.set_client(&told.client);
        }
        Answer::of(told)
    }

    fn item(&self, id: String) -> How {
        How { media: media::Query { item: Some(id), ..media::Query::default() }, ..self.how.clone() }
    }

    async fn content(&self, id: String, variant: Option<String>) -> Result<Response, Error> {
        let how = self.item(id.clone());
        let found = media::content(&self.app, self.take()?, variant, how, self.visit.origin()).await?;
        self.visit.set_client(&found.client);
        // The client may keep it while it asks each time whether it still may.
        let manner = Manner { name: &id, cache: "private, no-cache", readers: "cross-origin" };
        Ok(bytes::answer(&self.visit, &self.wishes, &found.opened, &manner))
    }

    async fn link(&self, id: String, wish: Wish) -> Result<Response, Error> {
        let linked = media::link(&self.app, self.take()?, wish, self.item(id), self.visit.origin()).await?;
        self.visit.set_client(&linked.client);
        let bytes = serde_json::to_vec(&linked.body).map_err(|e| Fault::internal("write a JSON answer", e))?;
        let response = Response::builder().header(CACHE_CONTROL, "no-store").content_type("application/json");
        Ok(response.body(Body::from_vec(bytes)))
    }
}

/// The service that answers them, and can describe them.
pub fn service() -> OpenApiService<(Api, Awarding, Erasure, Feed), ()> {
    OpenApiService::new((Api, Awarding, Erasure, Feed), "Social Wallet data API", env!("CARGO_PKG_VERSION"))
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
        reader.read(Resource::Identity, How { max_age: max_age.0, ..reader.how.clone() }).await
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
        reader.badges(Resource::Badges, wanted).await
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
        reader.badges(Resource::Badge, Wanted { id: Some(id.0), ..Wanted::default() }).await
    }

    /// The photos and videos that the person picked for you, newest first
    ///
    /// What the person adds to the wallet later is not among them. Follow `next_cursor` for the next page; it works for
    /// a day and a part of another.
    #[oai(path = "/media", method = "get", operation_id = "media")]
    async fn media(
        &self,
        reader: Data<&Reader>,
        /// `photo` or `video`; without it all that your scopes open.
        kind: Query<Option<String>>,
        /// The name of an album: those of it alone.
        album: Query<Option<String>>,
        /// The `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// How many at most, from 1 to 100; without it 25.
        limit: Query<Option<u32>>,
    ) -> Answer<MediaList> {
        let query =
            media::Query { kind: kind.0, album: album.0, cursor: cursor.0, limit: limit.0, ..Default::default() };
        reader.media(Resource::Media, query).await
    }

    /// One of the photos and videos that the person picked for you
    ///
    /// Its `id` is another one for every sector, as the subject identifier is.
    #[oai(path = "/media/:id", method = "get", operation_id = "media_item")]
    async fn media_item(
        &self,
        reader: Data<&Reader>,
        /// The `id` of a list.
        id: Path<String>,
    ) -> Answer<MediaItem> {
        reader.media(Resource::MediaItem, media::Query { item: Some(id.0), ..Default::default() }).await
    }

    /// The bytes of a photo or video
    ///
    /// Ranges and conditional requests work (RFC 9110 §13, §14).
    #[oai(path = "/media/:id/content", method = "get", operation_id = "media_content")]
    async fn media_content(
        &self,
        reader: Data<&Reader>,
        /// The `id` of a list.
        id: Path<String>,
        /// The `name` of one of its variants; without it `l1600` of a photo and `play` of a video.
        variant: Query<Option<String>>,
    ) -> Bytes {
        Bytes(reader.content(id.0, variant.0).await)
    }

    /// A link to a photo or video, for pages that show it
    ///
    /// It works without a token until it ends, and not a moment longer than the person shares the item with you.
    #[oai(path = "/media/:id/links", method = "post", operation_id = "media_link")]
    async fn media_link(
        &self,
        reader: Data<&Reader>,
        /// The `id` of a list.
        id: Path<String>,
        wanted: Json<LinkWish>,
    ) -> Linked {
        let LinkWish { variant, ttl } = wanted.0;
        Linked(reader.link(id.0, Wish { variant, ttl }).await)
    }
}

/// Which link is wanted.
#[derive(Object)]
struct LinkWish {
    /// The `name` of one of its variants; without it `l1600` of a photo and `play` of a video.
    variant: Option<String>,
    /// For how many seconds it works, from 1 to 3600; without it 300. Under a grant for once at most 600.
    ttl: Option<i64>,
}

/// The bytes of a photo or video, or a refusal.
struct Bytes(Result<Response, Error>);

/// A link, or a refusal.
struct Linked(Result<Response, Error>);

impl IntoResponse for Bytes {
    fn into_response(self) -> Response {
        self.0.unwrap_or_else(failed)
    }
}

impl IntoResponse for Linked {
    fn into_response(self) -> Response {
        self.0.unwrap_or_else(failed)
    }
}

fn described(description: &'static str, status: u16, content: Vec<MetaMediaType>) -> MetaResponse {
    MetaResponse { description, status: Some(status), status_range: None, content, headers: Vec::new() }
}

impl ApiResponse for Bytes {
    fn meta() -> MetaResponses {
        let body = || {
            let one = |format: &Format| MetaMediaType {
                content_type: format.mime(),
                schema: MetaSchemaRef::Inline(Box::new(MetaSchema::new_with_format("string", "binary"))),
            };
            [Format::Jpeg, Format::Png, Format::Mp4, Format::Mov, Format::Webm].iter().map(one).collect()
        };
        let responses = vec![
            described("All of it", 200, body()),
            described("The range that was asked for (RFC 9110 §15.3.7)", 206, body()),
            described("You hold it already (RFC 9110 §15.4.5)", 304, Vec::new()),
            described("Nothing of this range is there (RFC 9110 §15.5.17)", 416, Vec::new()),
        ];
        MetaResponses { responses }
    }

    fn register(_: &mut Registry) {}
}

impl ApiResponse for Linked {
    fn meta() -> MetaResponses {
        let body = MetaMediaType { content_type: "application/json", schema: MediaLink::schema_ref() };
        MetaResponses { responses: vec![described("A new link", 200, vec![body])] }
    }

    fn register(registry: &mut Registry) {
        MediaLink::register(registry);
    }
}

pub(super) fn failed(error: Error) -> Response {
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
