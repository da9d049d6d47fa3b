//! Logout tokens, and their way to the clients (OIDC Back-Channel Logout §2.4, §2.5).

use serde::Serialize;
use serde_json::{Value, json};
use url::Url;

use crate::app::App;
use crate::base::id::{AccountId, ClientId, SessionId};
use crate::base::{Fault, Seconds};
use crate::error::Error;
use crate::jose::Typ;
use crate::outbound::fetch::FetchError;
use crate::provider::clients::{self, Registered};
use crate::provider::{issue, tokens};

/// The one event of a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// How long a logout token is good for: each try makes a new one.
const LIFETIME: Seconds = Seconds::minutes(2);

#[derive(Serialize)]
struct LogoutToken<'a> {
    iss: &'a str,
    sub: String,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: &'a str,
    events: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
}

/// How telling a client went wrong.
#[derive(Debug)]
pub enum Untold {
    /// We could not make the token.
    Error(Error),
    /// The client did not take it.
    Fetch(FetchError),
}

/// Tells a client that a session, or every session of an account, is over. `jti` is the same at every try, so that a
/// client that had been told already can know it. A client that does not want to hear of it any more is passed over.
///
/// # Errors
/// When the token cannot be made, or the client does not take it.
pub async fn tell(
    app: &App,
    client: &ClientId,
    account: AccountId,
    session: Option<SessionId>,
    jti: &str,
) -> Result<(), Untold> {
    let found = clients::find(app, client).await.map_err(Untold::Error)?;
    let Some(client) = found.filter(|client| !client.is_disabled) else { return Ok(()) };
    let Some(uri) = &client.backchannel_logout_uri else { return Ok(()) };
    let token = token(app, &client, account, session, jti).await.map_err(Untold::Error)?;
    let broken = |e| Untold::Error(Fault::internal("read a backchannel_logout_uri", e).into());
    let url = Url::parse(uri).map_err(broken)?;
    app.fetch.post_form(&url, &[("logout_token", &token)]).await.map_err(Untold::Fetch)
}

async fn token(
    app: &App,
    client: &Registered,
    account: AccountId,
    session: Option<SessionId>,
    jti: &str,
) -> Result<String, Error> {
    let signer = issue::signer(app, client).await?;
    let now = app.now();
    let claims = LogoutToken {
        iss: app.config.issuer(),
        sub: tokens::subject(app, client, account),
        aud: client.id.as_str(),
        iat: now.unix(),
        exp: (now + LIFETIME).unix(),
        jti,
        events: json!({ EVENT: {} }),
        sid: session.map(|session| tokens::session_name(app, client, session)),
    };
    // Encrypted where the client's ID Tokens are (OIDC Back-Channel Logout §2.4).
    Ok(signer.seal(Typ::LogoutToken, &claims)?)
}
