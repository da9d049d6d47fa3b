//! RFC 8693: a token becomes another one: for another resource server, with less scope, for somebody who acts.
//!
//! Whose tokens a client may bring is narrow. Its own, of every kind; and access tokens that were made for a resource
//! server that it is, to call those on that an operator named: these never become tokens for our own endpoints. The new token
//! is of a family of its own under the same grant, and never outlives what it came of.

use std::sync::Arc;

use serde_json::Value;

use crate::app::App;
use crate::base::id::{FamilyId, SessionId};
use crate::base::{Fault, Time};
use crate::error::Error;
use crate::jose::jwt::{self, Rules};
use crate::jose::{Alg, verify};
use crate::oauth::grant::Grant;
use crate::oauth::resource::Audience;
use crate::oauth::token_exchange::{self as rules, Brought, TokenType};
use crate::oauth::{self, Binding, Scope};
use crate::provider::clients::{self, Registered};
use crate::provider::derived::{self, Derived};
use crate::provider::grant_types::Request;
use crate::provider::issue::{self, ForPerson, Issue};
use crate::provider::tokens::{self, Bearer};
use crate::provider::{access, keys, resources, trusted};
use crate::store::database::families::{self, FamilyState, Live};
use crate::store::database::grants;
use crate::wallet::disclosure::Permit;

/// What a token that was brought stands for.
struct Subject {
    grant: Grant,
    scope: Scope,
    session: Option<SessionId>,
    auth_time: Time,
    wants_auth_time: bool,
    acr: String,
    amr: Vec<String>,
    actor: Option<Value>,
    expires_at: Time,
    /// The resources that it reaches at most; `None` for one that opens our own endpoints.
    only_for: Option<Vec<String>>,
    /// What its holder must show beside it.
    binding: Option<Binding>,
}

/// # Errors
/// `invalid_request` for a token that is not taken (RFC 8693 §2.2.2), `invalid_target`, `invalid_scope` for more than
/// the token has.
pub async fn redeem(app: &App, request: &Request<'_>) -> Result<Issue, Error> {
    let exchange = rules::read(request.params)?;
    let asked = request.params.get("scope").map(Scope::read).transpose()?;
    let mut named = resources::all(app).named(request.params, "resource", app.config.issuer())?;
    for audience in request.params.all("audience") {
        let found = app.config.resources.iter().find(|resource| {
            resource.identifier == audience
                || resource.name == audience
                || resource.clients.iter().any(|c| c == audience)
        });
        let unknown = || oauth::Error::invalid_target("audience is not a resource that is registered here");
        let identifier = &found.ok_or_else(unknown)?.identifier;
        if !named.contains(identifier) {
            named.push(identifier.clone());
        }
    }
    let target = resources::asked_for(app, named).await?;
    let client = Arc::clone(request.client.registered());
    let subject = find(app, &client, exchange.subject).await?.ok_or_else(|| refusal("subject_token"))?;
    let actor = match exchange.actor {
        None => subject.actor.clone(),
        Some(actor) => Some(rules::act(&who(app, &client, actor).await?, subject.actor.as_ref())?),
    };
    let scope = match asked {
        Some(asked) if !asked.is_within(&subject.scope) => {
            return Err(oauth::Error::invalid_scope("scope has more than subject_token").into());
        }
        Some(asked) => asked,
        None => subject.scope.filter(|value| value != "offline_access"),
    };
    let target = target.choose(app, &[], &scope)?;
    if let Some(only_for) = &subject.only_for
        && target.as_ref().is_none_or(|target| !only_for.contains(&target.identifier))
    {
        return Err(oauth::Error::invalid_target("subject_token does not reach what the new token is for").into());
    }
    if target.is_none() && exchange.requested == TokenType::Jwt {
        return Err(oauth::Error::invalid_request("only tokens for a resource are JWTs; name it by resource").into());
    }
    if subject.binding.is_some() && subject.binding.as_ref() != request.binding {
        return Err(oauth::Error::invalid_request("subject_token is bound to what the request does not show").into());
    }
    let (unit, origin, binding) = (app.clone(), request.origin.clone(), request.binding.cloned());
    let expires_at = subject.expires_at.min(app.now() + issue::lifetime(app, &client));
    let person = app
        .db
        .write(move |tx| {
            Box::pin(async move {
                // Once more, in the unit that keeps what comes of it.
                let standing =
                    families::standing(tx, subject.grant.id).await?.ok_or_else(|| refusal("subject_token"))?;
                Permit::check(&standing, unit.now()).map_err(|_| refusal("subject_token"))?;
                let grant = standing.grant.grant;
                let scope = grant.scope_for(&scope);
                let known_to = match grant.client == client.id {
                    true => None,
                    false => clients::find_in(tx, &unit, &grant.client).await?,
                };
                let derived = Derived {
                    client: client.id.clone(),
                    scope: scope.clone(),
                    session: subject.session,
                    auth_time: subject.auth_time,
                    wants_auth_time: subject.wants_auth_time,
                    acr: subject.acr,
                    amr: subject.amr,
                    actor,
                    expires_at,
                    binding,
                };
                let family = derived::keep(tx, &unit, &grant, derived, "token.exchanged", &origin).await?;
                let person = ForPerson {
                    client,
                    family,
                    grant,
                    scope,
                    signer: None,
                    is_first: false,
                    claims: None,
                    target,
                    known_to,
                };
                Ok::<_, Error>(person)
            })
        })
        .await?;
    Ok(Issue::Exchanged(Box::new(person), exchange.requested))
}

fn refusal(name: &str) -> oauth::Error {
    oauth::Error::invalid_request(format!("{name} is none of ours, works no more, or is not this client's to exchange"))
}

/// What a token stands for; `None` for one that is not taken from this client.
async fn find(app: &App, client: &Arc<Registered>, brought: Brought<'_>) -> Result<Option<Subject>, Error> {
    match brought.kind {
        TokenType::Access | TokenType::Jwt => match tokens::open_access(app, brought.token) {
            Some(opened) if brought.kind == TokenType::Access => {
                let Bearer::Family { id, epoch } = opened.token.bearer else { return Ok(None) };
                let found = live(app, id, epoch, opened.jti).await?.filter(|live| live.family.client_id == client.id);
                let (until, binding) = (opened.token.expires_at, opened.token.binding);
                Ok(found.filter(|_| app.now() < until).map(|live| {
                    // What the authorization reaches at resource servers is not in a token for our own endpoints.
                    let granted = live.standing.grant.grant.scope_for(&live.family.scope);
                    let all = resources::all(app);
                    let scope = opened.token.scope.merge(&granted.without(&all.part(&granted, Audience::Own)));
                    Subject { binding, ..subject(live, scope, until, None) }
                }))
            }
            _ => jwt_access(app, client, brought.token).await,
        },
        TokenType::Refresh => refresh(app, client, brought.token).await,
        TokenType::Id => id_token(app, client, brought.token).await,
    }
}

async fn live(app: &App, id: FamilyId, epoch: u32, jti: Vec<u8>) -> Result<Option<Live>, Error> {
    let found = app.db.read::<_, Fault, _>(move |conn| Box::pin(async move { families::live(conn, id, &jti).await }));
    let now = app.now();
    Ok(found.await?.filter(|live| access::works(live, epoch, now).is_ok()))
}

fn subject(live: Live, scope: Scope, expires_at: Time, only_for: Option<Vec<String>>) -> Subject {
    let family = live.family;
    Subject {
        grant: live.standing.grant.grant,
        scope,
        session: family.session_id,
        auth_time: family.auth_time,
        wants_auth_time: family.wants_auth_time,
        acr: family.acr,
        amr: family.amr.0,
        actor: family.actor.map(|actor| actor.0),
        expires_at,
        only_for,
        binding: None,
    }
}

/// One for a resource server: its own server may bring it, and whom it was issued to.
async fn jwt_access(app: &App, client: &Registered, token: &str) -> Result<Option<Subject>, Error> {
    let Some(opened) = resources::open(app, token).await? else { return Ok(None) };
    let own = opened.text("client_id").is_some_and(|id| id == client.id.as_str());
    if !own && opened.readers.iter().all(|reader| reader != client.id.as_str()) {
        return Ok(None);
    }
    let Bearer::Family { id, epoch } = opened.bearer else { return Ok(None) };
    let (until, scope, binding) = (opened.expires_at(), opened.scope(), opened.binding());
    let mut reaches = opened.checked.aud().into_iter().map(str::to_owned).collect::<Vec<_>>();
    // The person granted the client more than this token has; its server reaches what an operator says of that.
    let on_behalf = if own { Vec::new() } else { opened.may_call };
    let Some(live) = live(app, id, epoch, opened.jti).await? else { return Ok(None) };
    let granted = live.standing.grant.grant.scope_for(&live.family.scope);
    let all = resources::all(app);
    let more = on_behalf.iter().filter_map(|identifier| all.find(identifier));
    let scope = more.fold(scope, |scope, server| scope.merge(&granted.narrow(&server.scopes)));
    reaches.extend(on_behalf);
    // Its server brings it as it came; only whom it was issued to has the key.
    Ok(Some(Subject { binding: binding.filter(|_| own), ..subject(live, scope, until, Some(reaches)) }))
}

async fn refresh(app: &App, client: &Registered, token: &str) -> Result<Option<Subject>, Error> {
    let Some((id, generation)) = tokens::open_refresh(app, token) else { return Ok(None) };
    let found = app.db.read::<_, Fault, _>(move |conn| Box::pin(async move { families::live(conn, id, &[]).await }));
    let now = app.now();
    let works = |live: &Live| {
        let (family, grant) = (&live.family, &live.standing.grant.grant);
        family.client_id == client.id
            && family.state == FamilyState::Active
            && family.offline
            && family.generation == generation
            && family.idle_expires_at.min(family.expires_at) > now
            && grant.keeps_offline(&family.scope)
            && Permit::check(&live.standing, now).is_ok()
    };
    Ok(found.await?.filter(works).map(|live| {
        let (scope, until) = (live.standing.grant.grant.scope_for(&live.family.scope), live.family.expires_at);
        subject(live, scope, until, None)
    }))
}

/// An ID Token of this client's that has not expired: it says who the person is; the grant says what they share.
async fn id_token(app: &App, client: &Registered, token: &str) -> Result<Option<Subject>, Error> {
    let keys = keys::set(app).await?;
    let rules = Rules { issuer: Some(app.config.issuer()), may_be_expired: false, ..Rules::ID_TOKEN_HINT };
    let checked = verify(token, keys.public(), &Alg::ALL).ok().and_then(|v| jwt::check(v, &rules, app.now()).ok());
    let Some(checked) = checked.filter(|checked| checked.aud() == [client.id.as_str()]) else { return Ok(None) };
    let Some(account) = trusted::by_subject(app, checked.sub()).await? else { return Ok(None) };
    let id = client.id.clone();
    let kept =
        app.db.read::<_, Fault, _>(move |conn| Box::pin(async move { grants::active(conn, account, &id).await }));
    let kept = kept.await?.filter(|kept| kept.grant.is_live(app.now()));
    let time = |name: &str| checked.claims().get(name).and_then(Value::as_i64).map(Time::from_unix);
    let amr = checked.claims().get("amr").and_then(|amr| serde_json::from_value(amr.clone()).ok());
    let expires_at = checked.exp().unwrap_or(app.now());
    Ok(kept.map(|kept| Subject {
        scope: kept.grant.allowed.scope.clone(),
        grant: kept.grant,
        session: None,
        // What does not say when the person signed in may be of any sign-in: of none that is young.
        auth_time: time("auth_time").unwrap_or(Time::from_unix(0)),
        wants_auth_time: checked.claims().contains_key("auth_time"),
        acr: checked.text("acr").unwrap_or("0").to_owned(),
        amr: amr.unwrap_or_default(),
        actor: None,
        expires_at,
        only_for: None,
        binding: None,
    }))
}

/// Who acts: the client itself, by a token for itself, or a person of its own.
async fn who(app: &App, client: &Arc<Registered>, actor: Brought<'_>) -> Result<String, Error> {
    if let (TokenType::Access, Some(opened)) = (actor.kind, tokens::open_access(app, actor.token))
        && let Bearer::Client(id) = &opened.token.bearer
    {
        let works = *id == client.id && app.now() < opened.token.expires_at;
        return works.then(|| id.to_string()).ok_or_else(|| refusal("actor_token").into());
    }
    let found = find(app, client, actor).await?.filter(|actor| actor.grant.client == client.id);
    let actor = found.ok_or_else(|| refusal("actor_token"))?;
    Ok(tokens::subject(app, client, actor.grant.account))
}
