//! The link beside the code of a mail. Opening it changes nothing, so that programs that look at mails confirm nothing;
//! the button on its page does, whoever's browser it is. It signs nobody in: the window that asked goes on.

use super::challenge::{self, PROVEN_FOR};
use super::contacts;
use crate::app::App;
use crate::audit::Origin;
use crate::base::{Digest, Fault};
use crate::error::{Denied, Error};
use crate::store::database::challenges::{self, Purpose};

/// What a link asks to be confirmed.
#[derive(Clone, PartialEq, Eq)]
pub struct Asked {
    pub address: String,
    /// Whether a wallet is to be made with it; else it is added to one.
    pub is_sign_up: bool,
    /// The browser that asked, as the header named it.
    pub device: String,
}

/// What a link is for.
///
/// # Errors
/// `Expired` where there is no such link, it is too old or was used; a fault.
pub async fn look(app: &App, token: &str) -> Result<Asked, Error> {
    let (link, now) = (Digest::of(token), app.now());
    let found = app.db.read::<_, Fault, _>(move |conn| Box::pin(challenges::find_by_link(conn, link))).await?;
    let is_open = |c: &challenges::Challenge| c.waits(now) && c.link_until.is_some_and(|until| until > now);
    let challenge = found.filter(is_open).ok_or(Denied::Expired)?;
    let sent = challenge::open(app, &challenge)?;
    Ok(Asked { address: sent.to, is_sign_up: challenge.purpose == Purpose::Register, device: sent.device })
}

/// Confirms it, once.
///
/// # Errors
/// As [`look`]; also where the address got a wallet meanwhile.
pub async fn confirm(app: &App, token: &str, origin: &Origin) -> Result<(), Error> {
    let (unit, origin, link) = (app.clone(), origin.clone(), Digest::of(token));
    let confirmed = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let (app, now) = (&unit, unit.now());
            match challenges::prove_by_link(tx, link, now, now + PROVEN_FOR).await? {
                Some(challenge) if challenge.purpose == Purpose::Email => {
                    contacts::keep_confirmed(tx, app, &challenge, &origin).await
                }
                Some(_) => Ok(Ok(())),
                None => Ok(Err(Denied::Expired)),
            }
        })
    });
    Ok(confirmed.await??)
}
