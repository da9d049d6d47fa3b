//! Who is told that a session is over: the clients that took part in it, by jobs of the same unit (OIDC Back-Channel
//! Logout §2.3).

use super::notice;
use crate::app::App;
use crate::base::Fault;
use crate::base::id::{AccountId, SessionId};
use crate::oauth::Client;
use crate::store::database::jobs::{self, Job};
use crate::store::database::{Conn, session_clients};

/// Tells the clients of a session that it has ended.
///
/// # Errors
/// A fault when the database does not answer.
pub(super) async fn tell(conn: &mut Conn<'_>, app: &App, account: AccountId, session: SessionId) -> Result<(), Fault> {
    for client in session_clients::of_session(conn, session).await? {
        if client.backchannel_logout_uri.is_some() {
            enqueue(conn, app, &client, account, Some(session)).await?;
        }
    }
    Ok(())
}

/// Tells a client that a person shares nothing with it any more: whoever is signed in there by our word is so no longer.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn tell_of_stop(conn: &mut Conn<'_>, app: &App, account: AccountId, client: &Client) -> Result<(), Fault> {
    if client.backchannel_logout_uri.is_none() {
        return Ok(());
    }
    if client.backchannel_logout_session_required {
        for session in session_clients::open_with(conn, account, &client.id).await? {
            enqueue(conn, app, client, account, Some(session)).await?;
        }
    } else {
        enqueue(conn, app, client, account, None).await?;
    }
    // It takes part in no session any more, so that it is not told twice.
    session_clients::forget(conn, account, &client.id).await
}

async fn enqueue(
    conn: &mut Conn<'_>,
    app: &App,
    client: &Client,
    account: AccountId,
    session: Option<SessionId>,
) -> Result<(), Fault> {
    let job = Job::Logout { client: client.id.clone(), account, session };
    jobs::enqueue(conn, &job, &app.sealers.job, &app.random, app.now()).await?;
    notice::wake(app);
    Ok(())
}
