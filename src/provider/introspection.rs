//! Token introspection (RFC 7662): what a token is, told to the client that it was issued to.
//!
//! Every answer is read from the tables; nothing is cached. Another client's token is `active: false` and no more:
//! whom a token is for is checked before anything is said about it.

use serde::Serialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::base::Digest;
use crate::base::id::FamilyId;
use crate::error::Error;
use crate::jose::Typ;
use crate::oauth::authorization_details::Detail;
use crate::oauth::{Binding, Params, jwt_answers};
use crate::provider::access;
use crate::provider::client_auth::AuthenticatedClient;
use crate::provider::envelope::Envelope;
use crate::provider::resources::{self, OpenedJwt};
use crate::provider::tokens::{self, Bearer};
use crate::store::database::families::{self, FamilyState, Live};
use crate::store::database::revoked;
use crate::wallet::disclosure::Permit;

/// The answer (RFC 7662 §2.2).
#[derive(Debug, Default, Serialize, PartialEq, Eq)]
pub struct Introspection {
    pub active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// How and when the person signed in (RFC 9470 §6.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// What the sender must show beside the token (RFC 7800).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Value>,
    /// What was granted of what was asked for item by item (RFC 9396 §9.2).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<Detail>,
    /// The resource server that the token is for (RFC 9068).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<String>,
    /// Who acts for the person (RFC 8693 §4.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<Value>,
}

/// # Errors
/// `invalid_request` without a token; a fault when the database does not answer, never `active: false`.
pub async fn answer(app: &App, client: &AuthenticatedClient, params: &Params) -> Result<Introspection, Error> {
    let text = params.require("token")?;
    if client.is_public() {
        // RFC 7662 §2.1: the endpoint needs authorization, and a name alone is none.
        return Err(crate::oauth::Error::invalid_client("a client without credentials cannot introspect").into());
    }
    if let Some(opened) = tokens::open_access(app, text) {
        return access_token(app, client, opened).await;
    }
    if let Some(opened) = resources::open(app, text).await? {
        return jwt_access_token(app, client, opened).await;
    }
    match tokens::open_refresh(app, text) {
        Some((family, generation)) => refresh_token(app, client, family, generation).await,
        None => Ok(Introspection::default()),
    }
}

/// The media type of an answer as a JWT (RFC 9701 §5).
pub const JWT: &str = "application/token-introspection+jwt";

/// As [`answer`], as the one JWT that the client can keep and show (RFC 9701 §5).
///
/// # Errors
/// As [`answer`], and `invalid_request` where the answer is to be encrypted and the client has no key.
pub async fn signed(app: &App, client: &AuthenticatedClient, params: &Params) -> Result<String, Error> {
    let envelope = Envelope::of(app, client.registered(), &jwt_answers::INTROSPECTION).await?;
    let answer = answer(app, client, params).await?;
    let claims = json!({
        "iss": app.config.issuer(),
        "aud": client.id,
        "iat": app.now().unix(),
        "token_introspection": answer,
    });
    Ok(envelope.seal(Typ::Introspection, &claims)?)
}

async fn access_token(
    app: &App,
    client: &AuthenticatedClient,
    opened: tokens::OpenedAccess,
) -> Result<Introspection, Error> {
    let (token, now) = (opened.token, app.now());
    if token.expires_at <= now {
        return Ok(Introspection::default());
    }
    let about = Introspection {
        active: true,
        iss: Some(app.config.issuer().to_owned()),
        client_id: Some(client.id.to_string()),
        sub: None,
        scope: token.scope.text(),
        token_type: Some(Binding::token_type(token.binding.as_ref())),
        acr: None,
        auth_time: None,
        cnf: token.binding.as_ref().map(Binding::cnf),
        exp: Some(token.expires_at.unix()),
        iat: Some(token.issued_at.unix()),
        jti: Some(name(&opened.jti)),
        ..Introspection::default()
    };
    match token.bearer {
        Bearer::Client(id) if id == client.id => {
            let jti = opened.jti;
            let is_revoked = app
                .db
                .read(move |conn| Box::pin(async move { Ok::<_, Error>(revoked::contains(conn, &jti).await?) }))
                .await?;
            Ok(if is_revoked {
                Introspection::default()
            } else {
                Introspection { sub: about.client_id.clone(), ..about }
            })
        }
        Bearer::Client(_) => Ok(Introspection::default()),
        Bearer::Family { id, epoch } => {
            let live = live(app, id, opened.jti).await?;
            let Some(live) = live.filter(|live| live.family.client_id == client.id) else {
                return Ok(Introspection::default());
            };
            if access::works(&live, epoch, now).is_err() {
                return Ok(Introspection::default());
            }
            let sub = tokens::subject(app, client, live.family.account_id);
            let granted = &live.standing.grant.grant.allowed.claims;
            let details = live.family.authorization_details.iter().flat_map(|details| &details.0);
            let authorization_details = details.filter_map(|detail| detail.within(granted)).collect();
            let auth_time = live.family.told_auth_time();
            let acr = Some(live.family.acr);
            let act = live.family.actor.map(|actor| actor.0);
            Ok(Introspection { sub: Some(sub), acr, auth_time, authorization_details, act, ..about })
        }
    }
}

/// A token for another resource server: told to that server, and to the client that it was issued to.
async fn jwt_access_token(app: &App, client: &AuthenticatedClient, opened: OpenedJwt) -> Result<Introspection, Error> {
    let id = client.id.as_str();
    let owner = opened.text("client_id");
    if owner.as_deref() != Some(id) && opened.readers.iter().all(|reader| reader != id) {
        return Ok(Introspection::default());
    }
    let works = match &opened.bearer {
        Bearer::Family { id, epoch } => {
            let live = live(app, *id, opened.jti.clone()).await?;
            live.is_some_and(|live| access::works(&live, *epoch, app.now()).is_ok())
        }
        Bearer::Client(_) => {
            let jti = opened.jti.clone();
            let found =
                app.db.read(move |conn| Box::pin(async move { Ok::<_, Error>(revoked::contains(conn, &jti).await?) }));
            !found.await?
        }
    };
    if !works {
        return Ok(Introspection::default());
    }
    let (checked, binding) = (&opened.checked, opened.binding());
    Ok(Introspection {
        active: true,
        iss: Some(app.config.issuer().to_owned()),
        sub: Some(checked.sub().to_owned()),
        scope: opened.text("scope"),
        token_type: Some(Binding::token_type(binding.as_ref())),
        exp: checked.exp().map(|at| at.unix()),
        iat: checked.iat().map(|at| at.unix()),
        jti: checked.jti().map(str::to_owned),
        cnf: binding.as_ref().map(Binding::cnf),
        aud: checked.aud().first().map(|aud| (*aud).to_owned()),
        act: checked.claims().get("act").cloned(),
        client_id: owner,
        ..Introspection::default()
    })
}

async fn refresh_token(
    app: &App,
    client: &AuthenticatedClient,
    id: FamilyId,
    generation: i32,
) -> Result<Introspection, Error> {
    let now = app.now();
    let live = live(app, id, Vec::new()).await?;
    let Some(live) = live.filter(|live| live.family.client_id == client.id) else {
        return Ok(Introspection::default());
    };
    let (family, grant) = (&live.family, &live.standing.grant.grant);
    let works = family.state == FamilyState::Active
        && family.offline
        && family.generation == generation
        && family.idle_expires_at.min(family.expires_at) > now
        && grant.keeps_offline(&family.scope)
        && Permit::check(&live.standing, now).is_ok();
    if !works {
        return Ok(Introspection::default());
    }
    Ok(Introspection {
        active: true,
        iss: Some(app.config.issuer().to_owned()),
        client_id: Some(client.id.to_string()),
        sub: Some(tokens::subject(app, client, family.account_id)),
        scope: grant.scope_for(&family.scope).text(),
        token_type: None,
        exp: Some(family.idle_expires_at.min(family.expires_at).unix()),
        iat: Some(family.rotated_at.unwrap_or(family.created_at).unix()),
        ..Introspection::default()
    })
}

async fn live(app: &App, id: FamilyId, jti: Vec<u8>) -> Result<Option<Live>, Error> {
    app.db.read(move |conn| Box::pin(async move { Ok::<_, Error>(families::live(conn, id, &jti).await?) })).await
}

/// A `jti` as text: a digest, since the bytes themselves are part of the token.
fn name(jti: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&Digest::of(jti).as_bytes()[..16])
}
