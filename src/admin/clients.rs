//! What operators do with clients beyond registering them: vouch for their domains, count what is there.

use crate::app::App;
use crate::audit::Origin;
use crate::base::Fault;
use crate::base::id::ClientId;
use crate::error::Error;
use crate::provider;
use crate::store::database::accounts::Role;
use crate::store::database::{accounts, clients, grants, sessions};

/// Notes that an operator has seen to it that a client holds its domain: pages then show the mark.
///
/// # Errors
/// Not found where there is no such client; conflict where another change came between.
pub async fn verify_domain(app: &App, id: &ClientId, origin: &Origin) -> Result<(), Error> {
    let now = app.now();
    let change = |client: &mut crate::oauth::Client| {
        client.domain_verified_at.get_or_insert(now);
    };
    provider::clients::update(app, id, change, origin).await
}

/// Takes the mark back.
///
/// # Errors
/// As [`verify_domain`].
pub async fn unverify_domain(app: &App, id: &ClientId, origin: &Origin) -> Result<(), Error> {
    provider::clients::update(app, id, |client| client.domain_verified_at = None, origin).await
}

/// How many there are of what an operator looks after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub accounts: i64,
    pub clients: i64,
    /// Grants under which something may be read now.
    pub grants: i64,
    /// Browsers that are signed in.
    pub sessions: i64,
}

/// Counts for the overview, all of one moment.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn counts(app: &App) -> Result<Counts, Error> {
    let now = app.now();
    let idle_since = now - app.config.sessions.idle;
    let counts = app.db.read::<_, Fault, _>(move |conn| {
        Box::pin(async move {
            let people = accounts::count(conn, Role::Person).await?;
            let reviewers = accounts::count(conn, Role::Reviewer).await?;
            let operators = accounts::count(conn, Role::Operator).await?;
            Ok(Counts {
                accounts: people + reviewers + operators,
                clients: clients::count(conn).await?,
                grants: grants::count_live(conn, now).await?,
                sessions: sessions::count_live(conn, idle_since, now).await?,
            })
        })
    });
    Ok(counts.await?)
}
