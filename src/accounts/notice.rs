//! Mails to people: enqueued in the caller's unit, rendered and sent by the jobs.

use std::collections::BTreeMap;

use tokio::sync::Notify;

use super::challenge::Sent;
use super::sealing;
use crate::app::{App, Room};
use crate::audit::Origin;
use crate::base::Fault;
use crate::base::id::AccountId;
use crate::store::database::contacts::{self, ContactKind};
use crate::store::database::jobs::{self, Job};
use crate::store::database::{Conn, accounts};

/// Tells the runners of this process that a job was added: its mail need not wait for them to look by themselves.
pub struct Wake(Notify);

impl Room for Wake {
    fn open(_: &App) -> Self {
        Self(Notify::new())
    }
}

impl Wake {
    /// Tells them that there is one.
    pub fn tell(&self) {
        self.0.notify_one();
    }

    /// Waits for the next job. It may not be kept yet, or never.
    pub async fn next(&self) {
        self.0.notified().await;
    }
}

/// Mails an account at its primary address, in its language; nothing happens where it has none.
///
/// `mail` is a name of `jobs::deliver::MAILS`, which says what `values` it is filled with.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn notify(
    conn: &mut Conn<'_>,
    app: &App,
    account: AccountId,
    mail: &'static str,
    values: &[(&str, String)],
) -> Result<(), Fault> {
    let Some((to, locale)) = address(conn, app, account).await? else { return Ok(()) };
    enqueue(conn, app, mail, &Sent { to, locale }, values).await
}

/// Mails an address that was kept for it: whose account is gone has none any more.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn notify_kept(
    conn: &mut Conn<'_>,
    app: &App,
    (to, locale): (&str, &str),
    mail: &'static str,
    values: &[(&str, String)],
) -> Result<(), Fault> {
    enqueue(conn, app, mail, &Sent { to: to.to_owned(), locale: locale.to_owned() }, values).await
}

/// The primary address of an account and its language, where it has one.
///
/// # Errors
/// A fault when the database does not answer or the address cannot be opened.
pub async fn address(conn: &mut Conn<'_>, app: &App, account: AccountId) -> Result<Option<(String, String)>, Fault> {
    let Some(contact) = contacts::primary(conn, account, ContactKind::Email).await? else { return Ok(None) };
    let key = sealing::load_key(conn, app, account).await?;
    let locale = accounts::find(conn, account).await?.and_then(|a| a.locale).unwrap_or_default();
    Ok(Some((sealing::open_contact(&key, &contact)?, locale)))
}

/// Mails somebody who has no account: the contact of a client, in English.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn write_to(
    conn: &mut Conn<'_>,
    app: &App,
    mail: &'static str,
    address: &str,
    values: &[(&str, String)],
) -> Result<(), Fault> {
    enqueue(conn, app, mail, &Sent { to: address.to_owned(), locale: "en".to_owned() }, values).await
}

pub(super) async fn code(
    conn: &mut Conn<'_>,
    app: &App,
    mail: &'static str,
    sent: &Sent,
    code: &str,
) -> Result<(), Fault> {
    enqueue(conn, app, mail, sent, &code_values(app, code)).await
}

/// As much work as [`code`], and no mail: whoever asks for a stranger's address cannot tell by the time it takes.
pub(super) async fn no_code(
    conn: &mut Conn<'_>,
    app: &App,
    mail: &'static str,
    sent: &Sent,
    code: &str,
) -> Result<(), Fault> {
    let job = job(mail, sent, &code_values(app, code));
    jobs::pretend(conn, &job, &app.sealers.job, &app.random, app.now()).await?;
    Ok(())
}

fn code_values(app: &App, code: &str) -> [(&'static str, String); 2] {
    let minutes = (app.config.codes.lifetime.0 / 60).max(1).to_string();
    [("code", code.to_owned()), ("minutes", minutes)]
}

pub(super) async fn plain(conn: &mut Conn<'_>, app: &App, mail: &'static str, sent: &Sent) -> Result<(), Fault> {
    enqueue(conn, app, mail, sent, &[]).await
}

/// Sends a code to a phone.
pub(super) async fn sms(conn: &mut Conn<'_>, app: &App, sent: &Sent, code: &str) -> Result<(), Fault> {
    let minutes = (app.config.codes.lifetime.0 / 60).max(1);
    let job = Job::Sms { to: sent.to.clone(), locale: sent.locale.clone(), code: code.to_owned(), minutes };
    jobs::enqueue(conn, &job, &app.sealers.job, &app.random, app.now()).await?;
    wake(app);
    Ok(())
}

/// Tells the primary address that the addresses of the wallet have changed; `what` ends the name of a message,
/// `mail-contact-changed-…`.
pub(super) async fn contact_changed(
    conn: &mut Conn<'_>,
    app: &App,
    account: AccountId,
    what: &'static str,
    address: &str,
    origin: &Origin,
) -> Result<(), Fault> {
    let [at, device] = when_and_where(app, origin);
    let values = [("what", what.to_owned()), ("address", address.to_owned()), at, device];
    notify(conn, app, account, "contact_changed", &values).await
}

pub(super) async fn password_changed(
    conn: &mut Conn<'_>,
    app: &App,
    account: AccountId,
    origin: &Origin,
) -> Result<(), Fault> {
    notify(conn, app, account, "password_changed", &when_and_where(app, origin)).await
}

pub(super) async fn new_sign_in(
    conn: &mut Conn<'_>,
    app: &App,
    account: AccountId,
    origin: &Origin,
) -> Result<(), Fault> {
    notify(conn, app, account, "new_sign_in", &when_and_where(app, origin)).await
}

fn when_and_where(app: &App, origin: &Origin) -> [(&'static str, String); 2] {
    [("at", app.now().as_micros().to_string()), ("device", origin.agent.clone().unwrap_or_default())]
}

async fn enqueue(
    conn: &mut Conn<'_>,
    app: &App,
    mail: &'static str,
    sent: &Sent,
    values: &[(&str, String)],
) -> Result<(), Fault> {
    jobs::enqueue(conn, &job(mail, sent, values), &app.sealers.job, &app.random, app.now()).await?;
    wake(app);
    Ok(())
}

/// Tells the runners of this process that a job was added.
pub(super) fn wake(app: &App) {
    app.room::<Wake>().0.notify_one();
}

fn job(mail: &str, sent: &Sent, values: &[(&str, String)]) -> Job {
    Job::Mail {
        mail: mail.to_owned(),
        to: sent.to.clone(),
        locale: sent.locale.clone(),
        values: values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect::<BTreeMap<_, _>>(),
    }
}
