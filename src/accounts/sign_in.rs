//! Signing in with a password.

use super::password::{self, Verdict};
use super::{guard, sealing};
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::AccountId;
use crate::base::{Digest, Fault, text};
use crate::error::{self, Denied, Error};
use crate::store::database::accounts::AccountState;
use crate::store::database::contacts::{self, ContactKind};
use crate::store::database::{Conn, accounts, passwords, sessions};

/// What was found before the password is looked at.
struct Facts {
    account: Option<AccountId>,
    hash: Option<String>,
    /// The count that this try was taken from.
    count: Digest,
}

/// The account that an address and a password belong to.
///
/// A try is counted before the password is looked at, by address whether or not anybody has it; tries wait longer and
/// longer, and after a hundred only recovery helps. Browsers and networks that the person has signed in from before
/// are counted apart, so that a stranger's tries do not shut the owner out.
///
/// # Errors
/// The field `password` when the two do not belong together, whatever the reason; too many; locked; a fault.
pub async fn with_password(app: &App, identifier: &str, typed: &str, origin: &Origin) -> Result<AccountId, Error> {
    let result = try_password(app, identifier, typed, origin).await;
    app.metrics.count("sw_auth_attempts_total", &["password", error::outcome(&result)]);
    result
}

async fn try_password(app: &App, identifier: &str, typed: &str, origin: &Origin) -> Result<AccountId, Error> {
    let wrong = || Denied::field("password", "problem-credentials");
    if typed.is_empty() {
        return Err(Denied::field("password", "problem-password-empty").into());
    }
    let email = text::email(identifier).filter(|_| !password::is_too_long(typed)).ok_or_else(wrong)?;
    let (unit, from) = (app.clone(), origin.clone());
    let facts = app
        .db
        .write::<_, Fault, _>(move |tx| Box::pin(async move { gather(tx, &unit, &email, &from).await }))
        .await??;
    let verdict = password::verify(app, typed, facts.hash.clone()).await?;
    let (unit, origin) = (app.clone(), origin.clone());
    let account = app
        .db
        .write::<_, Fault, _>(move |tx| Box::pin(async move { settle(tx, &unit, facts, verdict, &origin).await }))
        .await?;
    account.ok_or_else(|| wrong().into())
}

async fn gather(conn: &mut Conn<'_>, app: &App, email: &str, origin: &Origin) -> Result<Result<Facts, Denied>, Fault> {
    let account =
        contacts::find_owner(conn, ContactKind::Email, sealing::lookup(app, ContactKind::Email, email)).await?;
    // A place that the person is known at has a count of its own.
    let mut lane = String::new();
    if let (Some(account), Some(prefix), Some(agent)) = (account, &origin.address_prefix, &origin.agent)
        && sessions::knows_place(conn, account, prefix, agent).await?
    {
        lane = format!("{prefix}\0{agent}");
    }
    let count = count_name(app, email, &lane);
    if let Err(denied) = guard::take(conn, app, count).await? {
        let record = Record { account, ..Record::new("sign_in.refused") }.refused("too_many");
        audit::record(conn, app, &record, origin).await?;
        return Ok(Err(denied));
    }
    let hash = match account {
        Some(account) => passwords::find(conn, account).await?,
        None => None,
    };
    Ok(Ok(Facts { account, hash, count }))
}

async fn settle(
    conn: &mut Conn<'_>,
    app: &App,
    facts: Facts,
    verdict: Verdict,
    origin: &Origin,
) -> Result<Option<AccountId>, Fault> {
    let refused = |reason| Record { account: facts.account, ..Record::new("sign_in.refused") }.refused(reason);
    let (Some(account), Verdict::Right { renewed }) = (facts.account, verdict) else {
        audit::record(conn, app, &refused("wrong_password"), origin).await?;
        return Ok(None);
    };
    guard::clear(conn, facts.count).await?;
    // Who wants the account deleted may come back to call it off; no session is opened for them.
    let state = accounts::find(conn, account).await?.map(|a| a.state);
    if !matches!(state, Some(AccountState::Active | AccountState::DeletionPending)) {
        audit::record(conn, app, &refused("account_closed"), origin).await?;
        return Ok(None);
    }
    if let (Some(old), Some(new)) = (&facts.hash, &renewed) {
        passwords::rehash(conn, account, old, new).await?;
    }
    Ok(Some(account))
}

/// The wrong tries of strangers are forgiven: the owner has proven the address.
pub(super) async fn forgive(conn: &mut Conn<'_>, app: &App, email: &str) -> Result<(), Fault> {
    guard::clear(conn, count_name(app, email, "")).await
}

fn count_name(app: &App, email: &str, lane: &str) -> Digest {
    guard::name(app, "sign-in", &format!("{}\0{lane}", text::email_key(email)))
}
