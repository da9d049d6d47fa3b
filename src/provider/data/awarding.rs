//! Badges that clients define and issue (WALLET.md §11.6): what a client does in its own name, about people who share
//! something with it.

use std::sync::Arc;

use serde_json::{Value, json};
use url::Url;

use super::day;
use crate::app::App;
use crate::audit::Origin;
use crate::base::Time;
use crate::base::id::{DefinitionId, OfferId, kind};
use crate::catalog::scopes::BADGES_ISSUE;
use crate::error::{Denied, Error};
use crate::oauth;
use crate::oauth::pairwise_id::Names;
use crate::provider::access::Access;
use crate::provider::clients::{self, Registered};
use crate::provider::tokens;
use crate::risk::limits;
use crate::store::database::{Conn, badge_definitions, grants, subjects};
use crate::wallet::definitions::{self, Definition, NewDefinition};
use crate::wallet::offers::{self, MOST_VALID, Offer, OfferState, Wish};

/// The longest address of evidence.
const MOST_URL: usize = 2048;

/// What a client asks to be issued, as it was sent.
#[derive(Debug, Clone)]
pub struct Issue {
    pub sub: String,
    pub definition: String,
    pub evidence_url: Option<String>,
    pub expires_at: Option<String>,
}

/// What was done, for the client that did it.
#[derive(Debug)]
pub struct Done {
    pub client: Arc<Registered>,
    /// Nothing where there is nothing to say.
    pub body: Option<Value>,
}

/// The client of a token that opens these.
async fn client(conn: &mut Conn<'_>, app: &App, access: &Access) -> Result<Arc<Registered>, Error> {
    let id = access.client(conn, app).await?;
    clients::find_in(conn, app, &id).await?.ok_or(Error::Denied(Denied::NotFound))
}

/// Keeps a definition for an operator to approve; the same one again is answered as it stands.
///
/// # Errors
/// `insufficient_scope`; `invalid_token`; a text that does not fit; a conflict; a fault.
pub async fn define(app: &App, access: Access, new: NewDefinition, origin: &Origin) -> Result<Done, Error> {
    access.require(BADGES_ISSUE)?;
    limits::check(app, "badge_issue", &access.counted_as()).await?;
    let unit = app.clone();
    let client = app.db.read(move |conn| Box::pin(async move { client(conn, &unit, &access).await })).await?;
    let definition = definitions::propose(app, &client.id, new.check()?, origin).await?;
    let body = json!({
        "id": definition.id,
        "type": definition.slug,
        "name": definition.name,
        "description": definition.description,
        "criteria": definition.criteria,
        "status": definition.state.as_str(),
    });
    Ok(Done { client, body: Some(body) })
}

/// Offers a badge to a person, or renews one that they took.
///
/// # Errors
/// As [`define`]; conflicts with codes of their own (WALLET.md §19).
pub async fn issue(app: &App, access: Access, asked: Issue, origin: &Origin) -> Result<Done, Error> {
    access.require(BADGES_ISSUE)?;
    limits::check(app, "badge_issue", &access.counted_as()).await?;
    let bad = |why: &'static str| Error::from(oauth::Error::invalid_request(why));
    let now = app.now();
    if asked.evidence_url.as_deref().is_some_and(|url| !is_evidence(url)) {
        return Err(bad("evidence_url must be an https URL of at most 2048 characters"));
    }
    let expires_at = match asked.expires_at.as_deref().map(Time::read_rfc3339) {
        None => now + MOST_VALID,
        Some(Some(at)) if now < at && at <= now + MOST_VALID => at,
        Some(_) => return Err(bad("expires_at must be a date-time of RFC 3339, in the next 36 months")),
    };
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let app = &unit;
                let client = client(tx, app, &access).await?;
                let definition = definition(tx, &client, &asked.definition).await?;
                let account = account(tx, app, &client, &asked.sub).await?;
                let wish = Wish {
                    app_name: client.display_name().to_owned(),
                    definition,
                    evidence_url: asked.evidence_url,
                    expires_at: expires_at.start_of_day(),
                };
                let offer = offers::issue(tx, app, account, &wish, &origin).await?;
                let body = told(app, &client, &wish.definition, &offer);
                Ok(Done { client, body: Some(body) })
            })
        })
        .await
}

/// Takes back what was offered or issued; again, nothing happens.
///
/// # Errors
/// As [`define`]; not found where this client never offered it.
pub async fn withdraw(app: &App, access: Access, name: &str, origin: &Origin) -> Result<Done, Error> {
    access.require(BADGES_ISSUE)?;
    let (unit, name, origin) = (app.clone(), name.to_owned(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let app = &unit;
                let client = client(tx, app, &access).await?;
                let id: OfferId = names(app, &client).read(&name).map_err(|_| Denied::NotFound)?;
                offers::withdraw(tx, app, &client.id, id, &origin).await?;
                Ok(Done { client, body: None })
            })
        })
        .await
}

/// A definition of this client, by its identifier or its type.
async fn definition(conn: &mut Conn<'_>, client: &Registered, named: &str) -> Result<Definition, Error> {
    let found = match named.parse::<DefinitionId>() {
        Ok(id) => badge_definitions::find(conn, id).await?,
        Err(_) => badge_definitions::find_by_slug(conn, named).await?,
    };
    let own = found.filter(|definition| definition.client_id == client.id);
    own.ok_or(Error::Denied(Denied::NotFound))
}

/// Whom this client knows by a `sub`, where they share something with it now. Whoever never did, and whoever stopped,
/// look the same.
async fn account(
    conn: &mut Conn<'_>,
    app: &App,
    client: &Registered,
    sub: &str,
) -> Result<crate::base::id::AccountId, Error> {
    let none = Error::Denied(Denied::Conflict("no_active_grant"));
    let known = subjects::find(conn, sub).await?.filter(|account| tokens::subject(app, client, *account) == sub);
    let Some(account) = known else { return Err(none) };
    match grants::active(conn, account, &client.id).await? {
        Some(kept) if kept.grant.is_live(app.now()) => Ok(account),
        _ => Err(none),
    }
}

fn names(app: &App, client: &Registered) -> Names {
    Names::of::<kind::Offer>(&app.keys.pepper, client.sector())
}

fn told(app: &App, client: &Registered, definition: &Definition, offer: &Offer) -> Value {
    let waits = offer.state == OfferState::Offered;
    json!({
        "id": names(app, client).name(offer.id),
        "type": definition.slug,
        "status": offer.state.as_str(),
        "expires_at": offer.expires_at.rfc3339(),
        "answer_by": waits.then(|| day(offer.answer_by)),
    })
}

fn is_evidence(url: &str) -> bool {
    let is_web = |url: Url| url.scheme() == "https" && url.username().is_empty() && url.password().is_none();
    url.len() <= MOST_URL && Url::parse(url).is_ok_and(is_web)
}
