//! The end of an authorization request: a token family, its record, and the answer that goes to the client.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::FamilyId;
use crate::base::{Seconds, Time};
use crate::error::{Denied, Error};
use crate::jose::Typ;
use crate::oauth::authentication::Authentication;
use crate::oauth::authorization::{Approved, AuthorizationRequest, Fields, Reply, ReplyTo, ResponseType};
use crate::oauth::client::IdTokenClaims;
use crate::oauth::grant::Grant;
use crate::oauth::{self, Binding, Scope, jwt_answers};
use crate::provider::clients::Registered;
use crate::provider::envelope::Envelope;
use crate::provider::issue::{self, Basis, IdToken};
use crate::provider::{polling, pushed, session_state, tokens};
use crate::store::database::families::{self, Family, FamilyState};
use crate::store::database::{Conn, Json, session_clients};
use crate::wallet::disclosure::{Disclosure, Permit};

/// How long the refresh tokens of a client without credentials live at most.
const PUBLIC_ABSOLUTE: Seconds = Seconds::days(30);
/// How long the row of an authorization without refresh tokens is kept: a replayed code is met all that time.
const KEPT: Seconds = Seconds::days(1);

/// How long a signed answer is good (JARM §2.1 recommends ten minutes at most).
const RESPONSE_LIVES: Seconds = Seconds::minutes(5);

/// What was approved, and what its code will be redeemed with. Only an [`Approved`] request becomes one.
#[derive(Debug, Clone)]
pub struct Approval {
    authentication: Authentication,
    grant: Grant,
    request: AuthorizationRequest,
}

impl From<&Approved<'_>> for Approval {
    fn from(approved: &Approved<'_>) -> Self {
        let (authentication, grant) = (approved.authentication().clone(), approved.grant().clone());
        Self { authentication, grant, request: approved.request().clone() }
    }
}

/// An authorization that is kept, from which its answer is made.
#[derive(Debug)]
pub struct Kept {
    family: Family,
    response: ResponseType,
    state: Option<String>,
    pushed: Option<String>,
    /// What the tokens in the answer are made from, where it has any.
    front: Option<Front>,
}

#[derive(Debug)]
struct Front {
    grant: Grant,
    scope: Scope,
    claims: Option<Disclosure>,
}

/// Keeps an approved authorization with its record.
///
/// # Errors
/// `invalid_request_uri` where the pushed request was answered before; expired where another answer to the same poller was
/// kept; a fault when the database does not answer.
pub async fn keep(
    conn: &mut Conn<'_>,
    app: &App,
    client: &Registered,
    approval: Approval,
    origin: &Origin,
) -> Result<Kept, Error> {
    let now = app.now();
    let pushed = approval.request.way.pushed.clone();
    if let Some(uri) = &pushed {
        pushed::spend(conn, uri, now).await?;
    }
    let response = approval.request.response;
    let state = approval.request.reply_to.state().map(str::to_owned);
    let polled = approval.request.reply_to.polled().cloned();
    let family = family(app, client, approval, now);
    match &polled {
        None => families::insert(conn, &family).await?,
        Some(polled) => {
            if !polling::approve(conn, app, polled, &family).await? {
                return Err(Denied::Expired.into());
            }
        }
    }
    if let Some(session) = family.session_id.filter(|_| client.hears_of_sign_outs()) {
        session_clients::insert(conn, session, &client.id, family.account_id).await?;
    }
    let record = Record {
        client: Some(family.client_id.clone()),
        grant: Some(family.grant_id),
        requested: family.scope.iter().map(str::to_owned).collect(),
        ..Record::of("authorization.approved", family.account_id)
    };
    audit::record(conn, app, &record, origin).await?;
    let front = match response.is_front() {
        true => Some(front(conn, app, client, &family, response, origin).await?),
        false => None,
    };
    Ok(Kept { family, response, state, pushed, front })
}

/// What the tokens of the answer are made from: the grant as it stands, the ID Token's claims through the gate.
async fn front(
    conn: &mut Conn<'_>,
    app: &App,
    client: &Registered,
    family: &Family,
    response: ResponseType,
    origin: &Origin,
) -> Result<Front, Error> {
    let stopped = || oauth::Error::new(oauth::Code::AccessDenied, "the person has stopped sharing");
    let standing = families::standing(conn, family.grant_id).await?.ok_or_else(stopped)?;
    let permit = Permit::check(&standing, app.now()).map_err(|_| stopped())?;
    // OIDC Core §5.4: with no access token to ask UserInfo by, the claims of the scope are in the ID Token.
    let claims = match (response.code, response.token) {
        (false, false) => IdTokenClaims::Granted,
        _ => client.id_token_claims,
    };
    let basis = Basis { client, family, standing: &standing, permit: &permit, claims };
    let (scope, claims) = issue::record(conn, app, "token.issued", &basis, origin).await?;
    Ok(Front { grant: standing.grant.grant, scope, claims })
}

/// What makes the ID Token of an answer, where it has one; asked for before anything is kept.
///
/// # Errors
/// As [`Envelope::of`], for the ID Token and for the answer as a whole.
pub async fn signer(
    app: &App,
    client: &Registered,
    request: &AuthorizationRequest,
) -> Result<Option<Arc<Envelope>>, Error> {
    if request.reply_to.is_jwt() {
        Envelope::of(app, client, &jwt_answers::AUTHORIZATION).await?;
    }
    match request.response.id_token {
        true => Ok(Some(issue::signer(app, client).await?)),
        false => Ok(None),
    }
}

/// The fields of the answer (RFC 6749 §4.1.2, OIDC Core §3.2.2.5 and §3.3.2.5).
///
/// # Errors
/// A fault when signing fails.
pub async fn fields(
    app: &App,
    client: &Registered,
    kept: Kept,
    signer: Option<Arc<Envelope>>,
) -> Result<Fields, Error> {
    let (now, family) = (app.now(), &kept.family);
    let code = kept.response.code.then(|| tokens::write_code(app, family.id));
    let mut fields = Fields::new();
    fields.extend(code.clone().map(|code| ("code", code)));
    if let Some(front) = &kept.front {
        let access =
            kept.response.token.then(|| issue::own_answer(app, client, family, &front.grant, &front.scope, now));
        if let Some(signer) = signer {
            let token = IdToken {
                client,
                family,
                nonce: family.nonce.as_deref(),
                access_token: access.as_ref().map(|answer| answer.access_token.as_str()),
                code: code.as_deref(),
                state: kept.state.as_deref(),
                claims: front.claims.as_ref(),
            };
            fields.push(("id_token", token.sign(app, &signer, now)?));
        }
        if let Some(access) = access {
            fields.push(("access_token", access.access_token));
            fields.push(("token_type", access.token_type.to_owned()));
            fields.push(("expires_in", access.expires_in.to_string()));
            fields.extend(access.scope.map(|scope| ("scope", scope)));
        }
    }
    fields.extend(session_state::of(app, family).map(|state| ("session_state", state)));
    if let Some(uri) = &kept.pushed {
        pushed::forget(app, uri).await?;
    }
    Ok(fields)
}

/// Sends an answer on its way, as the one JWT that it may have to be (JARM §2).
///
/// # Errors
/// As [`Envelope::of`].
pub async fn send(app: &App, client: &Registered, reply_to: &ReplyTo, fields: Fields) -> Result<Reply, Error> {
    let fields = reply_to.complete(fields);
    if !reply_to.is_jwt() {
        return Ok(reply_to.carry(&fields));
    }
    let envelope = Envelope::of(app, client, &jwt_answers::AUTHORIZATION).await?;
    let mut claims: Map<String, Value> =
        fields.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect();
    claims.insert("aud".to_owned(), client.id.as_str().into());
    claims.insert("exp".to_owned(), (app.now() + RESPONSE_LIVES).unix().into());
    let response = envelope.seal(Typ::Absent, &claims)?;
    Ok(reply_to.carry(&vec![("response", response)]))
}

fn family(app: &App, client: &Registered, approval: Approval, now: Time) -> Family {
    let limits = &app.config.tokens;
    let Approval { authentication, grant, request } = approval;
    let offline = grant.keeps_offline(&request.scope) && client.has_grant_type("refresh_token");
    let absolute = match (offline, client.is_public()) {
        (false, _) => KEPT,
        (true, false) => limits.refresh_absolute,
        (true, true) => limits.refresh_absolute.min(PUBLIC_ABSOLUTE),
    };
    let Authentication { account, session, auth_time, acr, amr } = authentication;
    let polled = request.reply_to.polled();
    // To who asked for a sign-in, or for its time: to others it is one more thing by which two could know a person.
    let asked = request.max_age.is_some() || request.prompt.login || request.prompt.select_account;
    let wants_auth_time = asked || client.require_auth_time || request.claims.asks_auth_time();
    Family {
        id: polled.map_or_else(|| FamilyId::new(now, &app.random), |polled| polled.id),
        state: if request.response.code { FamilyState::Code } else { FamilyState::Active },
        client_id: client.id.clone(),
        account_id: account,
        grant_id: grant.id,
        grant_epoch: grant.epoch as i32,
        // Who polls is not this browser: signing out of it does not sign them out.
        session_id: polled.is_none().then_some(session),
        code_expires_at: polled.map_or(now + limits.code.min(client.rules().code_lifetime), |polled| polled.expires_at),
        redirect_uri: request.reply_to.redirect_uri().to_owned(),
        code_challenge: request.code_challenge.map(|challenge| challenge.as_str().to_owned()),
        nonce: request.nonce,
        scope: request.scope,
        claims: (!request.claims.is_empty()).then_some(Json(request.claims)),
        authorization_details: (!request.authorization_details.is_empty())
            .then_some(Json(request.authorization_details)),
        acr,
        amr: Json(amr),
        auth_time,
        wants_auth_time,
        binding: request.dpop_jkt.map(Binding::Jkt),
        offline,
        generation: 0,
        rotated_at: None,
        created_at: now,
        idle_expires_at: now + limits.refresh_idle,
        expires_at: now + absolute,
        ended_at: None,
        end_reason: None,
        resources: (!request.resources.is_empty()).then_some(Json(request.resources)),
        actor: None,
    }
}
