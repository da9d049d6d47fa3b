//! A request that waits for a person: takes the browser from step to step, and to its end.
//!
//! What is kept is the request and the browser it belongs to. Which step is next is worked out anew at every return
//! ([`crate::oauth::authorization::next`]). A request ends once: whoever takes it out of the store answers it.

use std::sync::Arc;

use crate::accounts;
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::{GrantId, InteractionId};
use crate::base::secret::same;
use crate::error::{Denied, Error};
use crate::oauth::authorization::reply::outcome;
use crate::oauth::authorization::{Fields, Reply, ReplyTo, Step};
use crate::oauth::grant::{self, Grant};
use crate::oauth::grant_management::Managed;
use crate::oauth::{Code, Error as OAuthError};
use crate::provider::authorization::{Scene, Visitor, respond};
use crate::provider::clients::Registered;
use crate::provider::consent::{self, Asked, ConsentAsk};
use crate::provider::grant_management;
use crate::provider::grants as own;
use crate::provider::receipts::Event;
use crate::provider::respond::{self as response, Approval};
use crate::provider::{lasting, polling, resources, tokens};
use crate::store::database::grants::{self, KeptGrant};
use crate::store::database::subjects;
use crate::store::ephemeral::entries::{Interaction, Leaving};
use crate::wallet::holdings;

/// Where the browser goes.
#[derive(Debug)]
pub enum Next {
    SignIn,
    SignUp,
    Consent(Box<ConsentAsk>),
    /// The answer is ready: [`leaving`] has it.
    Leave,
}

/// What the pages on the way need to know of a request.
#[derive(Debug, Clone)]
pub struct About {
    pub client: Arc<Registered>,
    pub login_hint: Option<String>,
    /// The languages that the client would like, the best first.
    pub ui_locales: Vec<String>,
}

/// The request of an identifier, if it is this browser's; bound to the first browser that comes.
async fn load(app: &App, id: InteractionId, visitor: Visitor<'_>) -> Result<Interaction, Error> {
    let found: Option<Interaction> = app.ephemeral.find(&id.to_string()).await?;
    let is_waiting = |i: &Interaction| {
        let polled_until = i.request.reply_to.polled().map(|polled| polled.expires_at);
        app.now() < i.began + app.config.sessions.interaction && polled_until.is_none_or(|until| app.now() < until)
    };
    let mut interaction = found.filter(is_waiting).ok_or(Denied::Expired)?;
    let browser = visitor.browser.ok_or(Denied::Expired)?;
    match &interaction.browser {
        Some(own) if same(own.as_bytes(), browser.as_bytes()) => {}
        Some(_) => return Err(Denied::Expired.into()),
        // A request that came from the client's page by POST had no cookie with it (SameSite=Lax).
        None => {
            interaction.browser = Some(browser.to_owned());
            app.ephemeral.put(&id.to_string(), &interaction).await?;
        }
    }
    Ok(interaction)
}

/// What the pages on the way need to know.
///
/// # Errors
/// Expired where there is no such request, or it is another browser's; a fault when a store does not answer.
pub async fn about(app: &App, id: InteractionId, visitor: Visitor<'_>) -> Result<About, Error> {
    let Interaction { request, .. } = load(app, id, visitor).await?;
    let scene = Scene::gather(app, &request, None).await?;
    Ok(About { client: scene.client, login_hint: request.login_hint, ui_locales: request.ui_locales })
}

/// Works out the next step; where it is the last, the request is answered.
///
/// # Errors
/// As [`about`].
pub async fn advance(app: &App, id: InteractionId, visitor: Visitor<'_>, origin: &Origin) -> Result<Next, Error> {
    let interaction = load(app, id, visitor).await?;
    let request = &interaction.request;
    let scene = Scene::gather(app, request, visitor.session).await?;
    match step(app, &scene, &interaction) {
        Step::SignIn => Ok(Next::SignIn),
        Step::SignUp => Ok(Next::SignUp),
        Step::Consent => Ok(Next::Consent(Box::new(ask(app, &interaction, &scene, visitor).await?))),
        Step::Refuse(error) => {
            take(app, id).await?;
            leave(app, id, &interaction, &scene.client, ReplyTo::error(&error)).await?;
            Ok(Next::Leave)
        }
        Step::Respond(approved) => {
            take(app, id).await?;
            let fields = put_back(app, id, &interaction, respond(app, &scene.client, &approved, origin).await).await?;
            leave(app, id, &interaction, &scene.client, fields).await?;
            Ok(Next::Leave)
        }
    }
}

/// The next step. Where the answer is fetched by polling the person is asked in any case (RFC 8628 §5.4): nobody else
/// can tell whether the device is theirs.
fn step<'r>(app: &App, scene: &Scene, interaction: &'r Interaction) -> Step<'r> {
    match scene.next(app, &interaction.request, interaction.began) {
        Step::Respond(_) if interaction.request.reply_to.polled().is_some() => Step::Consent,
        step => step,
    }
}

async fn ask(app: &App, interaction: &Interaction, scene: &Scene, visitor: Visitor<'_>) -> Result<ConsentAsk, Error> {
    let account = visitor.session.map(|session| session.account).ok_or(Denied::Expired)?;
    let unit = app.clone();
    let holdings = app
        .db
        .read(move |conn| Box::pin(async move { Ok::<_, Error>(holdings::current(conn, &unit, account).await?) }))
        .await?;
    let request = &interaction.request;
    let asked = Asked {
        client: &scene.client,
        scope: &request.scope,
        claims: &request.claims,
        redirect_uri: request.reply_to.redirect_uri(),
        wants_consent: request.prompt.consent || request.managed.as_ref().is_some_and(Managed::asks_anew),
    };
    let mut ask = ConsentAsk::new(&asked, &holdings, scene.kept.as_ref(), app.now());
    ask.polled = request.reply_to.polled().cloned();
    ask.services = resources::services(app, &request.scope);
    Ok(ask)
}

/// Takes the answer of the consent page. Whether the request is answered with it; else the facts have changed, and the
/// browser starts from [`advance`] again.
///
/// # Errors
/// As [`about`]; conflict where the grant was changed at the same moment.
pub async fn answer(
    app: &App,
    id: InteractionId,
    visitor: Visitor<'_>,
    answer: &consent::Answer,
    origin: &Origin,
) -> Result<bool, Error> {
    let interaction = load(app, id, visitor).await?;
    let scene = Scene::gather(app, &interaction.request, visitor.session).await?;
    if !matches!(step(app, &scene, &interaction), Step::Consent) {
        return Ok(false);
    }
    let ask = ask(app, &interaction, &scene, visitor).await?;
    if answer.allows && consent::has_too_many(&answer.picks) {
        return Err(Denied::field("pick", "problem-too-many-picks").into());
    }
    take(app, id).await?;
    let decision = if answer.allows { "allow" } else { "deny" };
    app.metrics.count("sw_consent_total", &[decision, ask.reason.name()]);
    let outcome = match answer.allows {
        true => allow(app, &interaction, &scene, &ask.decide(answer), visitor, origin).await,
        false => refuse(app, &interaction, &scene, visitor, origin).await,
    };
    let fields = put_back(app, id, &interaction, outcome).await?;
    leave(app, id, &interaction, &scene.client, fields).await?;
    Ok(true)
}

async fn refuse(
    app: &App,
    interaction: &Interaction,
    scene: &Scene,
    visitor: Visitor<'_>,
    origin: &Origin,
) -> Result<Fields, Error> {
    let record = Record {
        account: visitor.session.map(|session| session.account),
        client: Some(scene.client.id.clone()),
        requested: interaction.request.scope.iter().map(str::to_owned).collect(),
        ..Record::new("consent.refused")
    };
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| Box::pin(async move { Ok::<_, Error>(audit::record(tx, &unit, &record, &origin).await?) }))
        .await?;
    Ok(ReplyTo::error(&OAuthError::new(Code::AccessDenied, "the person chose not to share")))
}

/// Keeps the grant, its record, the authorization and its record in one unit; the owner is told of a new app by mail.
async fn allow(
    app: &App,
    interaction: &Interaction,
    scene: &Scene,
    decided: &grant::Answer,
    visitor: Visitor<'_>,
    origin: &Origin,
) -> Result<Fields, Error> {
    let request = &interaction.request;
    let account = visitor.session.map(|session| session.account).ok_or(Denied::Expired)?;
    let now = app.now();
    let before = scene.kept.clone();
    let is_fresh = request.managed == Some(Managed::Create);
    let after = match &before {
        Some(kept) if matches!(request.managed, Some(Managed::Replace(_))) => kept.grant.replace(decided, now),
        Some(kept) if !is_fresh => kept.grant.merge(decided, now),
        _ => Grant::open(GrantId::new(now, &app.random), account, scene.client.id.clone(), decided, now),
    };
    let Step::Respond(approved) = scene.next_with(app, request, interaction.began, Some(&after), true) else {
        return Err(Denied::Expired.into());
    };
    let signer = response::signer(app, &scene.client, request).await?;
    let receipts = lasting::signer(app).await?;
    let approval = Approval::from(&*approved);
    let (unit, client, origin) = (app.clone(), Arc::clone(&scene.client), origin.clone());
    let kept = app
        .db
        .write(move |tx| {
            Box::pin(async move {
                let seen = consent::seen(&client);
                if let Some(old) = before.as_ref().filter(|_| is_fresh) {
                    grant_management::terminate(tx, &unit, &receipts, old, "replaced", &origin).await?;
                }
                let is_kept = match before.as_ref().filter(|_| !is_fresh) {
                    Some(KeptGrant { grant, .. }) => grants::replace(tx, grant, &after, seen).await?,
                    None => grants::insert(tx, &after, seen).await?,
                };
                if !is_kept {
                    return Err(Error::from(Denied::Conflict("grant")));
                }
                let sub = tokens::subject(&unit, &client, account);
                subjects::remember(tx, &sub, account).await?;
                if before.as_ref().is_some_and(|kept| kept.paused_at.is_some()) && !is_fresh {
                    grants::pause(tx, account, after.id, None).await?;
                }
                let event = if before.is_some() { Event::Renewed } else { Event::Given };
                own::note(tx, &unit, &receipts, event, &after, None, &origin).await?;
                if before.is_none() {
                    let claims = after.allowed.claims.iter().cloned().collect::<Vec<_>>().join(" ");
                    let values = [
                        ("app", client.display_name().to_owned()),
                        ("claims", claims),
                        ("at", now.as_micros().to_string()),
                        ("grant", after.id.to_string()),
                    ];
                    accounts::notify(tx, &unit, account, "app_connected", &values).await?;
                }
                response::keep(tx, &unit, &client, approval, &origin).await
            })
        })
        .await?;
    response::fields(app, &scene.client, kept, signer).await
}

/// Takes the request out of the store: of two that race, one gets it.
async fn take(app: &App, id: InteractionId) -> Result<(), Error> {
    let taken: Option<Interaction> = app.ephemeral.take(&id.to_string()).await?;
    taken.map(drop).ok_or(Error::Denied(Denied::Expired))
}

/// A request that could not be answered waits on: nothing is lost by a store that was away for a moment.
async fn put_back(
    app: &App,
    id: InteractionId,
    interaction: &Interaction,
    outcome: Result<Fields, Error>,
) -> Result<Fields, Error> {
    if outcome.is_err() {
        app.ephemeral.put(&id.to_string(), interaction).await?;
    }
    outcome
}

async fn leave(
    app: &App,
    id: InteractionId,
    interaction: &Interaction,
    client: &Registered,
    fields: Fields,
) -> Result<(), Error> {
    app.metrics.count("sw_authorize_total", &[outcome(&fields)]);
    let reply = response::send(app, client, &interaction.request.reply_to, fields).await?;
    if let (Some(polled), Reply::Polled { is_allowed: false }) = (interaction.request.reply_to.polled(), &reply) {
        polling::refuse(app, polled).await?;
    }
    let leaving = Leaving { reply, client: interaction.request.client.clone(), browser: interaction.browser.clone() };
    Ok(app.ephemeral.put(&id.to_string(), &leaving).await?)
}

/// The answer that the browser carries to the client; may be asked for again for a short while, by the same browser.
///
/// # Errors
/// Expired where there is none; a fault when the store does not answer.
pub async fn leaving(app: &App, id: InteractionId, visitor: Visitor<'_>) -> Result<Leaving, Error> {
    let found: Option<Leaving> = app.ephemeral.find(&id.to_string()).await?;
    let is_own = |leaving: &Leaving| match (&leaving.browser, visitor.browser) {
        (Some(own), Some(browser)) => same(own.as_bytes(), browser.as_bytes()),
        _ => false,
    };
    Ok(found.filter(is_own).ok_or(Denied::Expired)?)
}
