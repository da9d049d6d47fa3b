//! Writes an event in the caller's transaction.

use super::{Outcome, canonical};
use crate::app::App;
use crate::base::Fault;
use crate::base::id::{AccountId, ClientId, EventId, GrantId};
use crate::catalog::messages::News;
use crate::signals::{self, Happened};
use crate::store::database::audit::{self, Row};
use crate::store::database::{Conn, Json};

/// Where a call came from, as much of it as is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The network of the address: /24 or /48.
    pub address_prefix: Option<String>,
    /// Browser and system as two short marks (`Firefox/Linux`), never the raw header.
    pub agent: Option<String>,
    /// Finds the log line; empty where the house acts by itself.
    pub request_id: String,
}

impl Origin {
    /// The house itself: a job, the command line.
    pub fn house() -> Self {
        Self::default()
    }
}

/// What happened, to whom, through which door: names of claims, never their values.
#[derive(Debug, Clone)]
pub struct Record {
    /// A name of [`crate::catalog::EVENTS`].
    pub event: &'static str,
    pub account: Option<AccountId>,
    pub client: Option<ClientId>,
    pub grant: Option<GrantId>,
    pub channel: Option<&'static str>,
    pub outcome: Outcome,
    pub requested: Vec<String>,
    pub released: Vec<String>,
    pub reason: Option<&'static str>,
    /// What clients are told beside it, where the event sets a message off.
    pub news: News,
}

impl Record {
    /// Something that was done to or by an account.
    pub fn of(event: &'static str, account: AccountId) -> Self {
        Self { account: Some(account), ..Self::new(event) }
    }

    pub fn new(event: &'static str) -> Self {
        Self {
            event,
            account: None,
            client: None,
            grant: None,
            channel: None,
            outcome: Outcome::Ok,
            requested: Vec::new(),
            released: Vec::new(),
            reason: None,
            news: News::default(),
        }
    }

    pub fn refused(self, reason: &'static str) -> Self {
        Self { outcome: Outcome::Refused, reason: Some(reason), ..self }
    }

    pub fn because(self, reason: &'static str) -> Self {
        Self { reason: Some(reason), ..self }
    }
}

/// Writes the event, and the messages for clients that it sets off ([`crate::catalog::MESSAGES`]); kept or lost together
/// with the rest of the caller's unit.
///
/// # Errors
/// A fault when the database does not answer: then the act does not happen either.
pub async fn record(conn: &mut Conn<'_>, app: &App, record: &Record, origin: &Origin) -> Result<(), Fault> {
    let now = app.now();
    let names = |names: &Vec<String>| (!names.is_empty()).then(|| Json(names.clone()));
    let mut row = Row {
        id: EventId::new(now, &app.random),
        at: now,
        event: record.event.to_owned(),
        account_id: record.account,
        client_id: record.client.clone(),
        grant_id: record.grant,
        channel: record.channel.map(str::to_owned),
        outcome: record.outcome,
        requested: names(&record.requested),
        released: names(&record.released),
        reason: record.reason.map(str::to_owned),
        address_prefix: origin.address_prefix.clone(),
        agent: origin.agent.clone(),
        request_id: (!origin.request_id.is_empty()).then(|| origin.request_id.clone()),
        mac: None,
    };
    row.mac = Some(canonical::mac(app, &row));
    audit::insert(conn, &row).await?;
    if record.outcome != Outcome::Ok {
        return Ok(());
    }
    let mut news = record.news.clone();
    news.reason = news.reason.or_else(|| record.reason.map(str::to_owned));
    let (client, grant) = (record.client.as_ref(), record.grant);
    signals::of_event(conn, app, Happened { event: record.event, account: record.account, client, grant, news }).await
}
