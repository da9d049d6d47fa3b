//! Client-initiated backchannel authentication (CIBA): a client asks about a person whom it names; the person answers
//! in their own wallet, and the client fetches the tokens.
//!
//! A question is a row: asked in one unit with its mail, answered by one conditional UPDATE in the unit that keeps the
//! authorization, or its refusal, and the notification of the client.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::accounts;
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::{AccountId, FamilyId};
use crate::base::{Digest, Fault};
use crate::error::Error;
use crate::jose::{Alg, Unverified};
use crate::oauth::authorization::polled::By;
use crate::oauth::authorization::request::{self, Facts, Way};
use crate::oauth::authorization::{AuthorizationRequest, Polled};
use crate::oauth::backchannel::{self as rules, Hint, Question};
use crate::oauth::request_object::{self, RequestObject};
use crate::oauth::{self, Code, Params, polling};
use crate::provider::client_auth::AuthenticatedClient;
use crate::provider::clients::Registered;
use crate::provider::supported::supported;
use crate::provider::trusted::{self, Doubt};
use crate::provider::{client_keys, logout, resources, tokens};
use crate::risk::limits;
use crate::store::database::backchannel::{self, QuestionState, Row};
use crate::store::database::jobs::{self, Job};
use crate::store::database::{Conn, accounts as kept_accounts, revoked};

/// What the client polls with (CIBA §7.3).
pub const KIND: tokens::TokenKind = tokens::TokenKind { prefix: "sw_ar_", section: "CIBA §7.3" };

/// The answer to the client (CIBA §7.3).
#[derive(Debug, Serialize)]
pub struct Acknowledgement {
    pub auth_req_id: String,
    pub expires_in: i64,
    pub interval: i64,
}

/// What is kept of a question, sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Payload {
    pub request: AuthorizationRequest,
    notify: Option<Notify>,
}

/// Whom to tell of the answer.
#[derive(Clone, Serialize, Deserialize)]
struct Notify {
    endpoint: String,
    token: String,
    /// As the client knows it: a text that is made again would be another.
    auth_req_id: String,
}

impl std::fmt::Debug for Notify {
    /// Without the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.endpoint)
    }
}

/// Takes a client's question in (CIBA §7.1).
///
/// # Errors
/// The errors of CIBA §13; too many questions to one person; a fault when a store does not answer.
pub async fn begin(
    app: &App,
    client: &AuthenticatedClient,
    params: &Params,
    origin: &Origin,
) -> Result<Acknowledgement, Error> {
    if !client.has_grant_type(rules::GRANT_TYPE) {
        return Err(oauth::Error::unauthorized_client("the client is not registered for backchannel requests").into());
    }
    let object = signed(app, client, params).await?;
    let params = object.as_ref().map_or(params, RequestObject::params);
    let question = rules::read(params, client, app.config.tokens.backchannel)?;
    let account = person(app, client, &question.hint).await?;
    let now = app.now();
    let id = FamilyId::new(now, &app.random);
    let message = question.binding_message.map(str::to_owned);
    let by = By::Backchannel { binding_message: message.clone() };
    let expires_at = now + question.expires_in;
    let polled = Polled { id, by, from: origin.address_prefix.clone(), expires_at };
    let all = resources::all(app);
    let facts = Facts {
        client,
        profile: client.rules(),
        supported: supported(),
        resources: &all,
        issuer: app.config.issuer(),
        way: &Way::default(),
        // The one person who may answer.
        hinted: Some(Ok(tokens::subject(app, client, account))),
    };
    let request = request::read_polled(params, &facts, polled)?;
    limits::check(app, "backchannel", &format!("{account} {}", client.id)).await?;
    let once = object.as_ref().and_then(RequestObject::use_once).map(|(jti, until)| {
        (Digest::of([b"request-object\0", client.id.as_str().as_bytes(), b"\0", jti.as_bytes()].concat()), until)
    });
    let auth_req_id = tokens::write_polled(app, &KIND, id);
    let payload = Payload { request, notify: notify(client, &question, &auth_req_id) };
    let row = Row {
        id,
        client_id: client.id.clone(),
        account_id: account,
        state: QuestionState::Pending,
        payload: seal(app, id, &payload)?,
        created_at: now,
        expires_at,
    };
    let minutes = ((question.expires_in.0 + 59) / 60).max(1).to_string();
    let values =
        [("app", client.display_name().to_owned()), ("message", message.unwrap_or_default()), ("minutes", minutes)];
    let record = Record {
        client: Some(client.id.clone()),
        requested: payload.request.scope.iter().map(str::to_owned).collect(),
        ..Record::of("approval.requested", account)
    };
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if let Some((digest, until)) = once
                    && !revoked::use_assertion(tx, digest.as_bytes(), until).await?
                {
                    return Err(oauth::Error::invalid_request(
                        "the request object was used before; its jti must be new",
                    )
                    .into());
                }
                backchannel::insert(tx, &row).await?;
                audit::record(tx, &unit, &record, &origin).await?;
                accounts::notify(tx, &unit, account, "approval_wanted", &values).await?;
                Ok::<_, Error>(())
            })
        })
        .await?;
    Ok(Acknowledgement { auth_req_id, expires_in: question.expires_in.0, interval: polling::INTERVAL.0 })
}

/// The request object, where there is one; then nothing but it counts (CIBA §7.1.1).
async fn signed(app: &App, client: &AuthenticatedClient, params: &Params) -> Result<Option<RequestObject>, Error> {
    let bad = |why: String| Error::from(oauth::Error::invalid_request(why));
    let Some(token) = params.get("request") else {
        return match rules::must_sign(client, client.rules()) {
            true => Err(bad("the client must send a signed request object".to_owned())),
            false => Ok(None),
        };
    };
    const OUTSIDE: [&str; 9] = [
        "scope",
        "client_notification_token",
        "acr_values",
        "login_hint_token",
        "id_token_hint",
        "login_hint",
        "binding_message",
        "user_code",
        "requested_expiry",
    ];
    if let Some(name) = OUTSIDE.iter().find(|name| params.get(name).is_some()) {
        return Err(bad(format!("{name} must be in the request object")));
    }
    let registered = client.backchannel_authentication_request_signing_alg.as_deref();
    let algs = client.rules().algs.iter().filter(|alg| registered.is_none_or(|own| own == **alg));
    let algs: Vec<Alg> = algs.filter_map(|alg| alg.parse().ok()).collect();
    let audience = [app.config.issuer()];
    let rules = request_object::Rules {
        algs: &algs,
        issuer: client.id.as_str(),
        audience: &audience,
        ..request_object::Rules::BACKCHANNEL
    };
    let unverified = Unverified::read(token).map_err(|why| bad(why.to_string()))?;
    let keys = client_keys::load(app, client).await.map_err(|error| bad(error.description().to_owned()))?;
    let verified = match request_object::verify(unverified.clone(), &keys, &rules, app.now()) {
        Err(why) if why.may_be_rotation() => match client_keys::renew(app, client, &keys).await {
            Some(renewed) => request_object::verify(unverified, &renewed, &rules, app.now()),
            None => Err(why),
        },
        outcome => outcome,
    };
    verified.map(Some).map_err(|why| bad(why.to_string()))
}

/// Finds out who is meant.
async fn person(app: &App, client: &Registered, hint: &Hint<'_>) -> Result<AccountId, Error> {
    let found = match hint {
        Hint::Login(address) => trusted::by_email(app, address).await?,
        Hint::IdToken(token) => {
            let sub = logout::hinted_subject(app, token, &client.id).await?;
            trusted::by_subject(app, &sub).await?
        }
        Hint::LoginToken(token) => match trusted::check(app, client, token).await? {
            Ok(asserted) => Some(asserted.account),
            Err(Doubt::Nobody) => None,
            Err(Doubt::Expired) => {
                return Err(oauth::Error::new(Code::ExpiredLoginHintToken, "login_hint_token has expired").into());
            }
            Err(Doubt::Wrong(why)) => return Err(oauth::Error::invalid_request(why).into()),
        },
    };
    let unknown = || oauth::Error::new(Code::UnknownUserId, "the hint names nobody who could be asked");
    let account = found.ok_or_else(unknown)?;
    let kept = app.db.read::<_, Fault, _>(move |conn| Box::pin(kept_accounts::find(conn, account))).await?;
    Ok(kept.filter(kept_accounts::Account::is_active).map(|_| account).ok_or_else(unknown)?)
}

fn notify(client: &Registered, question: &Question<'_>, auth_req_id: &str) -> Option<Notify> {
    let endpoint = client.backchannel_client_notification_endpoint.clone()?;
    let token = question.notification_token?.to_owned();
    Some(Notify { endpoint, token, auth_req_id: auth_req_id.to_owned() })
}

fn seal(app: &App, id: FamilyId, payload: &Payload) -> Result<Vec<u8>, Fault> {
    let plain = serde_json::to_vec(payload).map_err(|e| Fault::internal("write a question", e))?;
    Ok(app.sealers.backchannel.seal(id.as_bytes(), &plain, &app.random))
}

/// What was asked.
///
/// # Errors
/// A fault where it was sealed under a lost key, or written by a house that knew more.
pub fn open(app: &App, row: &Row) -> Result<Payload, Fault> {
    let plain = app.sealers.backchannel.open(row.id.as_bytes(), &row.payload);
    let plain = plain.map_err(|e| Fault::internal("open a question", e))?;
    serde_json::from_slice(&plain).map_err(|e| Fault::internal("read a question", e))
}

/// A question, in whatever state.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn find(app: &App, id: FamilyId) -> Result<Option<Row>, Error> {
    Ok(app.db.read::<_, Fault, _>(move |conn| Box::pin(backchannel::find(conn, id))).await?)
}

/// Answers a question in the caller's unit, and has its client told; `false` where it was answered before or too late.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn answer(conn: &mut Conn<'_>, app: &App, id: FamilyId, state: QuestionState) -> Result<bool, Fault> {
    let now = app.now();
    let Some(row) = backchannel::answer(conn, id, state, now).await? else { return Ok(false) };
    if let Some(Notify { endpoint, token, auth_req_id }) = open(app, &row)?.notify {
        let job = Job::Ping { endpoint, token, auth_req_id };
        jobs::enqueue(conn, &job, &app.sealers.job, &app.random, now).await?;
    }
    Ok(true)
}

/// Notes that the person said no, or cannot say yes.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn refuse(app: &App, id: FamilyId) -> Result<bool, Error> {
    let unit = app.clone();
    Ok(app
        .db
        .write::<_, Fault, _>(move |tx| Box::pin(async move { answer(tx, &unit, id, QuestionState::Denied).await }))
        .await?)
}

/// The client that a question is of, for its page.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn waiting(app: &App, account: AccountId) -> Result<Vec<(Row, Arc<Registered>, Payload)>, Error> {
    /// More than anybody would look through; the oldest come first, and lapse.
    const MOST: i64 = 50;
    let (unit, now) = (app.clone(), app.now());
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let mut all = Vec::new();
                for row in backchannel::waiting(conn, account, now, MOST).await? {
                    let client = crate::provider::clients::find_in(conn, &unit, &row.client_id).await?;
                    if let Some(client) = client.filter(|client| !client.is_disabled) {
                        let payload = open(&unit, &row)?;
                        all.push((row, client, payload));
                    }
                }
                Ok::<_, Error>(all)
            })
        })
        .await
}
