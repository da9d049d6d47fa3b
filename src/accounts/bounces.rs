//! Mail that came back: after a hard bounce an address counts as not confirmed, until its person confirms it again.

use std::str::FromStr;

use super::sealing;
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::{Fault, Time, text};
use crate::error::{Denied, Error};
use crate::store::database::contacts::ContactKind;
use crate::store::database::{accounts, challenges, contacts};

/// How a mail came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bounce {
    /// It will never arrive.
    Hard,
    /// Whoever sends our mail tries again.
    Soft,
}

impl Bounce {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hard => "hard_bounce",
            Self::Soft => "soft_bounce",
        }
    }
}

impl FromStr for Bounce {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Hard, Self::Soft].into_iter().find(|one| one.as_str() == text).ok_or(())
    }
}

/// Takes the news of a mail that came back, told at a time. The same news may come again: an address that was confirmed
/// since is not touched by it.
///
/// # Errors
/// The field `recipient`; a fault.
pub async fn hear(app: &App, bounce: Bounce, recipient: &str, at: Time) -> Result<(), Error> {
    let email = text::email(recipient).ok_or_else(|| Denied::field("recipient", "problem-email"))?;
    app.metrics.count("sw_mail_bounces_total", &[bounce.as_str()]);
    if bounce == Bounce::Soft {
        return Ok(());
    }
    let lookup = sealing::lookup(app, ContactKind::Email, &email);
    let unit = app.clone();
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let (app, now) = (&unit, unit.now());
                challenges::mark_undeliverable(tx, lookup, now).await?;
                for contact in contacts::mark_undeliverable(tx, lookup, at).await? {
                    accounts::touch(tx, contact.account_id, now).await?;
                    let record = Record::of("email.undeliverable", contact.account_id);
                    audit::record(tx, app, &record, &Origin::house()).await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(())
}
