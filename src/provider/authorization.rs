//! An authorization request at work: gathers the facts, lets the rules decide, answers.

use std::sync::Arc;

use crate::accounts::Session;
use crate::app::App;
use crate::audit::Origin;
use crate::base::Time;
use crate::base::id::{ClientId, InteractionId};
use crate::catalog::contexts;
use crate::error::Error;
use crate::oauth::authorization::reply::outcome;
use crate::oauth::authorization::{
    Approved, AuthorizationRequest, Fields, Rejection, Reply, ReplyTo, Step, Way, next, next_step, request,
};
use crate::oauth::grant::{Demand, Grant};
use crate::oauth::{self, Authentication, Params};
use crate::provider::clients::{self, Registered};
use crate::provider::respond::{self, Approval};
use crate::provider::supported::supported;
use crate::provider::{client_documents, consent, logout, parameters, resources, tokens};
use crate::store::database::grants::{self, KeptGrant};
use crate::store::ephemeral::entries::Interaction;
use crate::wallet::assurance;

/// Whose browser it is.
#[derive(Debug, Clone, Copy)]
pub struct Visitor<'a> {
    pub session: Option<&'a Session>,
    /// The digest of the cookie that binds pages to this browser; `None` where it sent none.
    pub browser: Option<&'a str>,
}

/// What follows an authorization request.
#[derive(Debug)]
pub enum Begun {
    /// It is answered at once; how, for the count.
    Reply(Reply, &'static str),
    /// A person must do something first.
    Ask(InteractionId),
}

/// Takes an authorization request in (RFC 6749 §4.1.1).
///
/// # Errors
/// A protocol error where nothing proves where an error could be sent (§4.1.2.1): it is for a page. A fault when a store
/// does not answer.
pub async fn begin(app: &App, params: &Params, visitor: Visitor<'_>, origin: &Origin) -> Result<Begun, Error> {
    let result = take_in(app, params, visitor, origin).await;
    let outcome = match &result {
        Ok(Begun::Reply(_, outcome)) => outcome,
        Ok(Begun::Ask(_)) => "asked",
        Err(error) => error.outcome(),
    };
    app.metrics.count("sw_authorize_total", &[outcome]);
    result
}

async fn take_in(app: &App, params: &Params, visitor: Visitor<'_>, origin: &Origin) -> Result<Begun, Error> {
    let began = app.now();
    let id = ClientId::from(params.require("client_id")?);
    client_documents::prepare(app, &id, origin).await?;
    let unknown = || oauth::Error::invalid_request("client_id is not the identifier of a registered client");
    let account = visitor.session.map(|session| session.account);
    let unit = app.clone();
    let found = app.db.read(move |conn| {
        Box::pin(async move {
            let Some(client) = clients::find_in(conn, &unit, &id).await? else { return Ok::<_, Error>(None) };
            let kept = match account {
                Some(account) => grants::active(conn, account, &id).await?,
                None => None,
            };
            Ok(Some((client, kept)))
        })
    });
    let (client, kept) = found.await?.filter(|(client, _)| !client.is_disabled).ok_or_else(unknown)?;
    let request = match read(app, params, &client).await? {
        Ok(request) => request,
        Err(Rejection::Page(error)) => return Err(error.into()),
        Err(Rejection::Reply(reply_to, error)) => {
            return reply(app, &client, &reply_to, ReplyTo::error(&error)).await;
        }
    };
    let scene = Scene::new(app, client, kept, visitor.session, &request).await?;
    match scene.next(app, &request, began) {
        Step::Respond(approved) => {
            let fields = respond(app, &scene.client, &approved, origin).await?;
            reply(app, &scene.client, &request.reply_to, fields).await
        }
        Step::Refuse(error) => reply(app, &scene.client, &request.reply_to, ReplyTo::error(&error)).await,
        Step::SignIn | Step::SignUp | Step::Consent => {
            let id = InteractionId::new(began, &app.random);
            let interaction = Interaction { request, browser: visitor.browser.map(str::to_owned), began };
            app.ephemeral.put(&id.to_string(), &interaction).await?;
            Ok(Begun::Ask(id))
        }
    }
}

async fn reply(app: &App, client: &Registered, reply_to: &ReplyTo, fields: Fields) -> Result<Begun, Error> {
    let outcome = outcome(&fields);
    Ok(Begun::Reply(respond::send(app, client, reply_to, fields).await?, outcome))
}

async fn read(
    app: &App,
    params: &Params,
    client: &Registered,
) -> Result<Result<AuthorizationRequest, Rejection>, Error> {
    let all = resources::all(app);
    let facts = |way, hinted| request::Facts {
        client,
        profile: client.rules(),
        supported: supported(),
        resources: &all,
        issuer: app.config.issuer(),
        way,
        hinted,
    };
    let gathered = match parameters::gather(app, client, params).await {
        Ok(gathered) => gathered,
        // What stands beside a request object that is not believed may still tell where the error goes.
        Err(Error::Protocol(error)) => return Ok(Err(request::refuse(params, &facts(&Way::default(), None), error))),
        Err(other) => return Err(other),
    };
    let hinted = hinted(app, &gathered.params, client).await?;
    Ok(request::read(&gathered.params, &facts(&gathered.way, hinted)))
}

/// Whom `id_token_hint` names, or why it names nobody.
pub(super) async fn hinted(
    app: &App,
    params: &Params,
    client: &Registered,
) -> Result<Option<Result<String, oauth::Error>>, Error> {
    match params.get("id_token_hint") {
        None => Ok(None),
        Some(token) => match logout::hinted_subject(app, token, &client.id).await {
            Ok(subject) => Ok(Some(Ok(subject))),
            Err(Error::Protocol(error)) => Ok(Some(Err(error))),
            Err(other) => Err(other),
        },
    }
}

/// The facts about a request, read at one moment.
#[derive(Debug)]
pub(super) struct Scene {
    pub client: Arc<Registered>,
    pub kept: Option<KeptGrant>,
    authentication: Option<Authentication>,
    subject: Option<String>,
    demand: Demand,
    /// Since when the wallet has what the request asks for of a checked document.
    verified_at: Option<Time>,
}

impl Scene {
    pub async fn new(
        app: &App,
        client: Arc<Registered>,
        kept: Option<KeptGrant>,
        session: Option<&Session>,
        request: &AuthorizationRequest,
    ) -> Result<Self, Error> {
        let demand = Demand::of(&request.scope, &request.claims, supported());
        let verified_at = match session.filter(|_| demand.has_verified()) {
            Some(session) => assurance::since(app, session.account).await?,
            None => None,
        };
        // Working a subject out costs a digest, and few requests name one.
        let named = request.subject.as_ref().and(session);
        Ok(Self {
            authentication: session.map(Session::authentication),
            subject: named.map(|session| tokens::subject(app, &client, session.account)),
            demand,
            verified_at,
            client,
            kept,
        })
    }

    /// Reads the facts anew for a request that waits.
    pub async fn gather(app: &App, request: &AuthorizationRequest, session: Option<&Session>) -> Result<Self, Error> {
        let (unit, id) = (app.clone(), request.client.clone());
        let account = session.map(|session| session.account);
        let found = app.db.read(move |conn| {
            Box::pin(async move {
                let client = clients::find_in(conn, &unit, &id).await?.filter(|client| !client.is_disabled);
                let kept = match account {
                    Some(account) => grants::active(conn, account, &id).await?,
                    None => None,
                };
                Ok::<_, Error>((client, kept))
            })
        });
        let (client, kept) = found.await?;
        let client = client.ok_or_else(|| oauth::Error::invalid_request("the client was removed or shut off"))?;
        Self::new(app, client, kept, session, request).await
    }

    pub fn next<'r>(&self, app: &App, request: &'r AuthorizationRequest, began: Time) -> Step<'r> {
        // A paused grant goes on when its person says so, on the page of the request.
        let is_same = |kept: &KeptGrant| kept.client_seen == consent::seen(&self.client) && kept.paused_at.is_none();
        let is_familiar = self.kept.as_ref().is_some_and(is_same);
        self.next_with(app, request, began, self.kept.as_ref().map(|kept| &kept.grant), is_familiar)
    }

    /// As [`Scene::next`], once the person has decided and the grant is another.
    pub fn next_with<'r>(
        &self,
        app: &App,
        request: &'r AuthorizationRequest,
        began: Time,
        grant: Option<&Grant>,
        is_familiar: bool,
    ) -> Step<'r> {
        let acr_order: Vec<&'static str> = contexts::acr_values().collect();
        let facts = next_step::Facts {
            now: app.now(),
            began,
            authentication: self.authentication.as_ref(),
            subject: self.subject.as_deref(),
            grant,
            is_familiar,
            demand: &self.demand,
            verified_at: self.verified_at,
            verified_acr: Some(assurance::least_acr(app)),
            acr_order: &acr_order,
        };
        next(request, &facts)
    }
}

/// Answers an approved request: its authorization and the record of it in one unit, then the fields of the answer.
pub(super) async fn respond(
    app: &App,
    client: &Arc<Registered>,
    approved: &Approved<'_>,
    origin: &Origin,
) -> Result<Fields, Error> {
    let signer = respond::signer(app, client, approved.request()).await?;
    let approval = Approval::from(approved);
    let (unit, registered, origin) = (app.clone(), Arc::clone(client), origin.clone());
    let kept = app
        .db
        .write(move |tx| Box::pin(async move { respond::keep(tx, &unit, &registered, approval, &origin).await }))
        .await?;
    respond::fields(app, client, kept, signer).await
}
