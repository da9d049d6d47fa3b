//! Assertions of issuers that an operator trusts (RFC 7523 §3): who signed, about whom, for which of our clients.

use std::sync::{Arc, PoisonError, RwLock};

use url::Url;

use crate::accounts;
use crate::app::{App, Room};
use crate::base::id::AccountId;
use crate::base::{Digest, Fault, Seconds, Time, text};
use crate::config::{SubjectIs, TrustedIssuer};
use crate::error::Error;
use crate::jose::jwt::{self, Audience, Checked, Refused, Rules};
use crate::jose::keys::MOST_SET_BYTES;
use crate::jose::{Alg, JwkSet, Unverified, json};
use crate::oauth::Client;
use crate::store::database::contacts::{self, ContactKind};
use crate::store::database::subjects;

/// How long published keys are taken for current, and how often they are read at most when one does not fit.
const FRESH: Seconds = Seconds::minutes(10);
const READ_EVERY: Seconds = Seconds(30);
/// How long they are used when they cannot be read anew.
const STALE: Seconds = Seconds::days(1);

/// What an assertion of a trusted issuer says.
#[derive(Debug)]
pub struct Asserted<'a> {
    pub issuer: &'a TrustedIssuer,
    pub account: AccountId,
    /// The digest of its `jti` with its issuer, and how long it must be remembered.
    pub once: (Digest, Time),
}

/// Why an assertion is not believed; the text may go into an error description.
#[derive(Debug)]
pub enum Doubt {
    /// It is not for this, not right, or not from anybody whom we know.
    Wrong(String),
    Expired,
    /// It is right, and about nobody here.
    Nobody,
}

/// Checks an assertion that `client` brings.
///
/// # Errors
/// A fault when a store does not answer.
pub async fn check<'a>(app: &'a App, client: &Client, token: &str) -> Result<Result<Asserted<'a>, Doubt>, Error> {
    let wrong = |why: &str| Ok(Err(Doubt::Wrong(why.to_owned())));
    let unverified = match Unverified::read(token) {
        Ok(unverified) => unverified,
        Err(why) => return wrong(&why.to_string()),
    };
    let named = unverified.peek("iss").unwrap_or_default();
    let may_bring =
        |issuer: &&TrustedIssuer| issuer.issuer == named && issuer.clients.iter().any(|c| c == client.id.as_str());
    let Some(issuer) = app.config.trusted_issuers.iter().find(may_bring) else {
        return wrong("the iss of the token is not one that is trusted for this client");
    };
    let Some(keys) = keys(app, issuer, None).await else { return wrong("the keys of the issuer cannot be read") };
    let verified = match unverified.clone().verify(&keys, &Alg::ALL) {
        Err(why) if why.may_be_rotation() => match self::keys(app, issuer, Some(&keys)).await {
            Some(renewed) => unverified.verify(&renewed, &Alg::ALL),
            None => Err(why),
        },
        outcome => outcome,
    };
    let checked = match verified {
        Ok(verified) => {
            let token_endpoint = format!("{}/token", app.config.issuer());
            let ours = [app.config.issuer(), token_endpoint.as_str()];
            let rules =
                Rules { issuer: Some(&issuer.issuer), audience: Audience::Includes(&ours), ..Rules::CLIENT_ASSERTION };
            jwt::check(verified, &rules, app.now())
        }
        Err(why) => return wrong(&why.to_string()),
    };
    let checked = match checked {
        Ok(checked) => checked,
        Err(Refused::Expired) => return Ok(Err(Doubt::Expired)),
        Err(why) => return wrong(&why.to_string()),
    };
    let once = once(issuer, &checked)?;
    let account = account(app, issuer.sub, checked.sub()).await?;
    Ok(account.map(|account| Asserted { issuer, account, once }).ok_or(Doubt::Nobody))
}

fn once(issuer: &TrustedIssuer, checked: &Checked) -> Result<(Digest, Time), Fault> {
    let (Some(jti), Some(until)) = (checked.jti(), checked.remember_until()) else {
        return Err(Fault::broken("use an assertion without jti or exp"));
    };
    Ok((Digest::of([b"trusted-issuer\0", issuer.issuer.as_bytes(), b"\0", jti.as_bytes()].concat()), until))
}

async fn account(app: &App, by: SubjectIs, sub: &str) -> Result<Option<AccountId>, Error> {
    match by {
        SubjectIs::Email => by_email(app, sub).await,
        SubjectIs::Subject => by_subject(app, sub).await,
    }
}

/// Whose proven mail address it is.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn by_email(app: &App, address: &str) -> Result<Option<AccountId>, Error> {
    let Some(email) = text::email(address) else { return Ok(None) };
    let lookup = accounts::sealing::lookup(app, ContactKind::Email, &email);
    let found =
        app.db.read::<_, Fault, _>(move |conn| Box::pin(contacts::find_owner(conn, ContactKind::Email, lookup)));
    Ok(found.await?)
}

/// Whom a `sub` of ours means.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn by_subject(app: &App, sub: &str) -> Result<Option<AccountId>, Error> {
    let sub = sub.to_owned();
    let found = app.db.read::<_, Fault, _>(move |conn| Box::pin(async move { subjects::find(conn, &sub).await }));
    Ok(found.await?)
}

/// The keys of the trusted issuers, in their order.
struct Keys(Vec<Slot>);

/// Keys, and when they were read.
type Slot = RwLock<Option<(Arc<JwkSet>, Time)>>;

impl Room for Keys {
    fn open(app: &App) -> Self {
        Self(app.config.trusted_issuers.iter().map(|_| RwLock::default()).collect())
    }
}

/// The keys of an issuer; with `old`, newer ones than those, where there may be some.
async fn keys(app: &App, issuer: &TrustedIssuer, old: Option<&Arc<JwkSet>>) -> Option<Arc<JwkSet>> {
    let at = app.config.trusted_issuers.iter().position(|other| other.issuer == issuer.issuer)?;
    let room = app.room::<Keys>();
    let slot = room.0.get(at)?;
    let kept = slot.read().unwrap_or_else(PoisonError::into_inner).clone();
    let now = app.now();
    if let Some((set, read_at)) = kept.clone() {
        let lasts = if old.is_some() { READ_EVERY } else { FRESH };
        if now < read_at + lasts || issuer.jwks.is_some() {
            return old.is_none_or(|old| !Arc::ptr_eq(old, &set)).then_some(set);
        }
    }
    let read = match (&issuer.jwks, &issuer.jwks_uri) {
        (Some(text), _) => json::object(text.as_bytes()).ok().and_then(|set| JwkSet::read(set.into()).ok()),
        (None, Some(uri)) => {
            let fetched = app.fetch.get(&Url::parse(uri).ok()?, MOST_SET_BYTES).await;
            fetched.ok().and_then(|fetched| JwkSet::parse(&fetched.body).ok())
        }
        (None, None) => None,
    };
    let Some(set) = read else {
        // What was read before is used on for as long as the issuer cannot be reached, but not for ever.
        let usable = kept.filter(|(_, read_at)| old.is_none() && now < *read_at + STALE);
        return usable.map(|(set, _)| set);
    };
    let set = Arc::new(set);
    *slot.write().unwrap_or_else(PoisonError::into_inner) = Some((Arc::clone(&set), now));
    Some(set)
}
