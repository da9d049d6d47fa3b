//! Opening an account by oneself: address, code, password.

use super::challenge;
pub use super::challenge::Progress;
use super::open::{self, Opening};
use super::password;
use crate::app::App;
use crate::audit::Origin;
use crate::base::id::{AccountId, ChallengeId};
use crate::error::{Denied, Error};
use crate::store::database::accounts::Role;
use crate::store::database::challenges::{self, Purpose};

/// Sends a code to an address that wants a wallet. One that has a wallet walks the same steps: its owner is told so by
/// mail alone, and no code of that challenge is right.
///
/// # Errors
/// The field `email`; too many codes for this address; a fault.
pub async fn begin(app: &App, email: &str, locale: &str, origin: &Origin) -> Result<ChallengeId, Error> {
    challenge::begin(app, Purpose::Register, email, locale, origin).await
}

/// Takes a try with the code.
///
/// # Errors
/// The field `code`; `Expired` when it is too old or its tries are used up; a fault.
pub async fn prove(app: &App, id: ChallengeId, code: &str) -> Result<(), Error> {
    challenge::prove(app, id, Purpose::Register, code).await
}

/// How far it has come: the address may be proven by the link of the mail, perhaps in another browser.
///
/// # Errors
/// `Expired` once it is too late; a fault.
pub async fn progress(app: &App, id: ChallengeId) -> Result<Progress, Error> {
    challenge::progress(app, id, Purpose::Register).await
}

/// Sends a new code and link, which make the old ones void.
///
/// # Errors
/// `Expired`; too many codes for this address; a fault.
pub async fn resend(app: &App, id: ChallengeId) -> Result<(), Error> {
    challenge::resend(app, id, Purpose::Register).await
}

/// Opens the account that a right code has earned.
///
/// # Errors
/// The field `password`; `Expired`; a conflict where the address got a wallet meanwhile; a fault.
pub async fn finish(app: &App, id: ChallengeId, typed: &str, origin: &Origin) -> Result<AccountId, Error> {
    let (_, sent) = challenge::peek(app, id, Purpose::Register).await?;
    let allowed = password::check(app, typed, &[&sent.to])?;
    let hash = password::hash(app, &allowed).await?;
    let opening = Opening {
        email: sent.to,
        hash: Some(hash),
        locale: Some(sent.locale).filter(|l| !l.is_empty()),
        role: Role::Person,
        values: Vec::new(),
    };
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let taken = challenges::take(tx, id, Purpose::Register, unit.now()).await?;
                taken.ok_or(Error::Denied(Denied::Expired))?;
                open::open(tx, &unit, opening, &origin).await
            })
        })
        .await
}
