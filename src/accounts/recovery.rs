//! A forgotten password: address, code, new password.

use super::{challenge, password, sessions, sign_in};
use crate::app::App;
use crate::audit::Origin;
use crate::base::Fault;
use crate::base::id::{AccountId, ChallengeId};
use crate::error::{Denied, Error};
use crate::store::database::accounts;
use crate::store::database::challenges::{self, Purpose};
use crate::store::database::contacts::{self, ContactKind};

/// Sends a code to an address; where nobody has it, the steps and the answers are the same and no code is right.
///
/// # Errors
/// The field `email`; too many codes for this address; a fault.
pub async fn begin(app: &App, email: &str, locale: &str, origin: &Origin) -> Result<ChallengeId, Error> {
    challenge::begin(app, Purpose::Recover, email, locale, origin).await
}

/// Takes a try with the code.
///
/// # Errors
/// The field `code`; `Expired` when it is too old or its tries are used up; a fault.
pub async fn prove(app: &App, id: ChallengeId, code: &str) -> Result<(), Error> {
    challenge::prove(app, id, Purpose::Recover, code).await
}

/// Sends a new code, which makes the old one void.
///
/// # Errors
/// `Expired`; too many codes for this address; a fault.
pub async fn resend(app: &App, id: ChallengeId) -> Result<(), Error> {
    challenge::resend(app, id, Purpose::Recover).await
}

/// Sets the new password, ends every session, forgives the wrong tries, and tells the owner by mail.
///
/// # Errors
/// The field `password`; `Expired`; a fault.
pub async fn finish(app: &App, id: ChallengeId, typed: &str, origin: &Origin) -> Result<AccountId, Error> {
    let (challenge, sent) = challenge::peek(app, id, Purpose::Recover).await?;
    let account = challenge.account_id.ok_or(Denied::Expired)?;
    let unit = app.clone();
    let own = app
        .db
        .read::<_, Fault, _>(move |conn| Box::pin(async move { password::own_words(conn, &unit, account).await }))
        .await?;
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    let allowed = password::check(app, typed, &own)?;
    let hash = password::hash(app, &allowed).await?;
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let taken = challenges::take(tx, id, Purpose::Recover, unit.now()).await?;
                let taken = taken.ok_or(Error::Denied(Denied::Expired))?;
                // The code came back from the address: it is theirs still.
                contacts::renew(tx, account, ContactKind::Email, taken.lookup, unit.now()).await?;
                accounts::touch(tx, account, unit.now()).await?;
                sign_in::forgive(tx, &unit, &sent.to).await?;
                sessions::end_all(tx, &unit, account, None, "password_reset", &origin).await?;
                password::set(tx, &unit, account, &hash, "password.reset", &origin).await?;
                Ok(account)
            })
        })
        .await
}
