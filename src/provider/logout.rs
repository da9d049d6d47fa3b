//! RP-Initiated Logout: who asks, where to go afterwards, whether the person must say so first.

use std::sync::Arc;

use url::Url;

use crate::accounts::Session;
use crate::app::App;
use crate::base::Fault;
use crate::base::id::ClientId;
use crate::error::Error;
use crate::jose::jwt::{self, Rules};
use crate::jose::{Alg, verify};
use crate::oauth::{self, Params, params};
use crate::provider::clients::{self, Registered};
use crate::provider::{keys, tokens};
use crate::store::database::session_clients;

/// A request to sign out that kept the rules.
#[derive(Debug)]
pub struct Logout {
    pub client: Option<Arc<Registered>>,
    /// Where the browser goes once the session is over; exactly as registered, with `state` and nothing else.
    pub redirect: Option<String>,
    /// Whether the person is asked first: always, unless the client proves with a hint that the session is its own.
    pub needs_confirmation: bool,
}

/// Reads a sign-out request (OIDC RP-Initiated Logout §2).
///
/// Signing out is not refused for want of a hint; only a redirect needs one. All errors are for a page: nothing here
/// proves where an error could be sent.
///
/// # Errors
/// `invalid_request` for a hint that is not ours, for a redirect that is not registered or comes without a hint, and
/// for a `client_id` that is not the hint's.
pub async fn check(app: &App, params: &Params, session: Option<&Session>) -> Result<Logout, Error> {
    let bad = |what: &'static str| Error::from(oauth::Error::invalid_request(what));
    let hint = match params.get("id_token_hint") {
        Some(token) => Some(hint(app, token).await?),
        None => None,
    };
    let named = params.get("client_id").map(ClientId::from);
    let id = match (&hint, named) {
        (Some(hint), Some(named)) if hint.client != named => return Err(bad("client_id is not that of id_token_hint")),
        (Some(hint), _) => Some(hint.client.clone()),
        (None, named) => named,
    };
    let client = match &id {
        Some(id) => clients::find(app, id).await?,
        None => None,
    };
    let redirect = match params.get("post_logout_redirect_uri") {
        None => None,
        Some(_) if hint.is_none() => return Err(bad("post_logout_redirect_uri needs id_token_hint")),
        Some(uri) => {
            let registered = client.as_ref().is_some_and(|c| c.post_logout_redirect_uris.iter().any(|u| u == uri));
            if !registered {
                return Err(bad("post_logout_redirect_uri is not registered for this client"));
            }
            Some(with_state(uri, params.get("state")))
        }
    };
    let needs_confirmation = match (session, &hint, &client) {
        (None, ..) => false,
        (Some(session), Some(hint), Some(client)) => !hint.is_about(app, client, session),
        _ => true,
    };
    Ok(Logout { client, redirect, needs_confirmation })
}

/// What the browser opens, unseen, to tell the clients of a session that it is over (OIDC Front-Channel Logout §3).
///
/// # Errors
/// A fault when the database does not answer.
pub async fn frontchannel(app: &App, session: &Session) -> Result<Vec<Url>, Error> {
    let id = session.id;
    let clients = app.db.read::<_, Fault, _>(move |conn| Box::pin(session_clients::of_session(conn, id))).await?;
    let told = clients.iter().filter_map(|client| {
        let mut url = Url::parse(client.frontchannel_logout_uri.as_deref()?).ok()?;
        let sid = tokens::session_name(app, client, id);
        url.query_pairs_mut().append_pair("iss", app.config.issuer()).append_pair("sid", &sid);
        Some(url)
    });
    Ok(told.collect())
}

/// An ID Token of ours, whenever it expired.
struct Hint {
    client: ClientId,
    sub: String,
    sid: Option<String>,
}

impl Hint {
    fn is_about(&self, app: &App, client: &Registered, session: &Session) -> bool {
        match &self.sid {
            Some(sid) => *sid == tokens::session_name(app, client, session.id),
            None => self.sub == tokens::subject(app, client, session.account),
        }
    }
}

async fn hint(app: &App, token: &str) -> Result<Hint, Error> {
    let bad = || oauth::Error::invalid_request("id_token_hint is not an ID Token of ours");
    let keys = keys::set(app).await?;
    let verified = verify(token, keys.public(), &Alg::ALL).map_err(|_| bad())?;
    let rules = Rules { issuer: Some(app.config.issuer()), ..Rules::ID_TOKEN_HINT };
    let checked = jwt::check(verified, &rules, app.now()).map_err(|_| bad())?;
    let client = match checked.aud().as_slice() {
        [one] => ClientId::from(*one),
        _ => return Err(bad().into()),
    };
    Ok(Hint { client, sub: checked.sub().to_owned(), sid: checked.text("sid").map(str::to_owned) })
}

/// What an `id_token_hint` says whose client is known (OIDC Core §3.1.2.1): the subject it names.
pub(super) async fn hinted_subject(app: &App, token: &str, client: &ClientId) -> Result<String, Error> {
    let hint = hint(app, token).await?;
    match hint.client == *client {
        true => Ok(hint.sub),
        false => Err(oauth::Error::invalid_request("id_token_hint was issued to another client").into()),
    }
}

fn with_state(uri: &str, state: Option<&str>) -> String {
    let mut out = uri.to_owned();
    if let Some(state) = state {
        out.push(if uri.contains('?') { '&' } else { '?' });
        out.push_str("state=");
        params::encode(state, &mut out);
    }
    out
}
