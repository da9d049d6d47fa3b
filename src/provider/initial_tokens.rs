//! Initial access tokens (RFC 7591 §3): made by operators, each for so many registrations and so long.

use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::InitialTokenId;
use crate::base::{Digest, Fault, Seconds, Secret};
use crate::error::{Denied, Error};
use crate::store::database::registrations::{self, InitialToken};

/// What scanners know it by.
const PREFIX: &str = "sw_it_";

/// Makes a token; it is kept nowhere but in this answer.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn make(
    app: &App,
    label: &str,
    most_uses: i32,
    life: Seconds,
    origin: &Origin,
) -> Result<(InitialToken, Secret<String>), Error> {
    let token = Secret::new(format!("{PREFIX}{}", app.random.token(32)));
    let now = app.now();
    let row = InitialToken {
        id: InitialTokenId::new(now, &app.random),
        digest: Digest::of(token.expose()),
        label: label.to_owned(),
        uses: 0,
        most_uses,
        created_at: now,
        expires_at: now + life,
    };
    let (unit, origin, kept) = (app.clone(), origin.clone(), row.clone());
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                registrations::insert_initial(tx, &kept).await?;
                audit::record(tx, &unit, &Record::new("client.initial_token_made"), &origin).await
            })
        })
        .await?;
    Ok((row, token))
}

/// All tokens, the oldest first; those that have expired are swept away after a while.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn list(app: &App) -> Result<Vec<InitialToken>, Error> {
    Ok(app.db.read::<_, Fault, _>(|conn| Box::pin(registrations::list_initial(conn))).await?)
}

/// Takes a token back: nobody can register with it any more.
///
/// # Errors
/// Not found where there is none.
pub async fn remove(app: &App, id: InitialTokenId, origin: &Origin) -> Result<(), Error> {
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if !registrations::delete_initial(tx, id).await? {
                    return Err(Error::from(Denied::NotFound));
                }
                Ok(audit::record(tx, &unit, &Record::new("client.initial_token_removed"), &origin).await?)
            })
        })
        .await
}
