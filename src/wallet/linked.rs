//! Accounts elsewhere: a person signs in there once and has a badge for a year (WALLET.md §10.1).
//!
//! Of the account there nothing is kept but a keyed hash, so that it proves one wallet alone, and what it is called,
//! sealed. Platforms are told with which provider it is, never which account.

use std::sync::Arc;

use url::Url;

use crate::accounts::sealing;
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::{AccountId, LinkId, SessionId};
use crate::base::seal::{Place, SealKey};
use crate::base::{Digest, Fault, Seconds, Time};
use crate::catalog::badges as kinds;
use crate::config::LinkedProvider;
use crate::error::{Denied, Error};
use crate::outbound::openid::{Answer, Expected, Proven, Refusal, RelyingParty};
use crate::risk::limits;
use crate::store::database::linked::{self as store, Row};
use crate::store::database::{Conn, accounts};
use crate::store::ephemeral::entries::Linking;
use crate::wallet::badges::{self, Award, State};

/// The most badges that were awarded to one wallet (WALLET.md §18).
pub const MOST_BADGES: usize = 50;

/// An account elsewhere as its owner sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct Linked {
    /// The operator's name of the provider: what people call it is told by [`name_of`].
    pub provider: String,
    /// What the account is called there.
    pub name: Option<String>,
    pub linked_at: Time,
    /// The state of its badge, and until when that counts; nothing where it was taken back.
    pub badge: Option<(State, Option<Time>)>,
}

/// Why an account elsewhere does not become a badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlinked {
    /// It was not shown to be the person's.
    Unproven(Refusal),
    /// The answer belongs to no sign-in of this session: it is too old, was used, or is somebody else's.
    Unknown,
    /// It proves another wallet.
    Taken,
    /// The person has another account of this provider linked.
    Other,
    /// The wallet holds as many badges as it may.
    Full,
}

impl Unlinked {
    /// For the trail.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Unproven(refusal) => refusal.reason(),
            Self::Unknown => "unknown_state",
            Self::Taken => "other_wallet",
            Self::Other => "other_account",
            Self::Full => "too_many_badges",
        }
    }
}

/// The provider of that name.
///
/// # Errors
/// Not found where the operator names none.
pub fn provider<'a>(app: &'a App, id: &str) -> Result<&'a LinkedProvider, Denied> {
    app.config.linked_providers.iter().find(|provider| provider.id == id).ok_or(Denied::NotFound)
}

/// What people and platforms know a provider by: the `thing` of a badge is the provider's id.
pub fn name_of(providers: &[LinkedProvider], id: &str) -> String {
    providers.iter().find(|provider| provider.id == id).map_or_else(|| id.to_owned(), |provider| provider.name.clone())
}

fn relying_party<'a>(app: &'a App, provider: &'a LinkedProvider) -> RelyingParty<'a> {
    let redirect_uri = format!("{}/account/linked/{}/callback", app.config.issuer(), provider.id);
    RelyingParty { fetch: &app.fetch, provider, redirect_uri }
}

/// Begins a sign-in at a provider; gives where the person goes.
///
/// # Errors
/// Not found; too many; a fault. Within: why the provider cannot be asked.
pub async fn begin(
    app: &App,
    account: AccountId,
    session: SessionId,
    id: &str,
) -> Result<Result<Url, Unlinked>, Error> {
    let provider = provider(app, id)?;
    limits::check(app, "link", &account.to_string()).await?;
    let begun = match relying_party(app, provider).begin(&app.random).await {
        Ok(begun) => begun,
        Err(refusal) => return Ok(Err(Unlinked::Unproven(refusal))),
    };
    let linking = Linking {
        account,
        session,
        provider: provider.id.clone(),
        nonce: begun.nonce.expose().clone(),
        verifier: begun.verifier.expose().clone(),
        says_issuer: begun.says_issuer,
    };
    app.ephemeral.put(begun.state.expose(), &linking).await?;
    Ok(Ok(begun.url))
}

/// Takes what a person came back with, once, in the session that began it.
///
/// # Errors
/// Not found; a fault. Within: why the account does not become a badge.
pub async fn finish(
    app: &App,
    account: AccountId,
    session: SessionId,
    id: &str,
    state: &str,
    answer: &Answer,
    origin: &Origin,
) -> Result<Result<(), Unlinked>, Error> {
    let provider = provider(app, id)?;
    let outcome = match take(app, account, session, id, state).await? {
        None => Err(Unlinked::Unknown),
        Some(linking) => {
            let expected =
                Expected { nonce: &linking.nonce, verifier: &linking.verifier, says_issuer: linking.says_issuer };
            let proven = relying_party(app, provider).finish(&expected, answer).await;
            match proven {
                Ok(proven) => keep(app, account, provider, proven, origin).await?,
                Err(refusal) => Err(Unlinked::Unproven(refusal)),
            }
        }
    };
    if let Err(why) = outcome {
        let (unit, origin) = (app.clone(), origin.clone());
        let record = Record::of("linked.refused", account).refused(why.reason());
        app.db
            .write::<_, Fault, _>(move |tx| Box::pin(async move { audit::record(tx, &unit, &record, &origin).await }))
            .await?;
    }
    Ok(outcome)
}

/// What was begun under this state by this session at this provider; it is void from then on. What another session began
/// is left to it.
async fn take(
    app: &App,
    account: AccountId,
    session: SessionId,
    provider: &str,
    state: &str,
) -> Result<Option<Linking>, Fault> {
    let is_own =
        |linking: &Linking| linking.account == account && linking.session == session && linking.provider == provider;
    match app.ephemeral.find::<Linking>(state).await?.filter(is_own) {
        None => Ok(None),
        Some(_) => Ok(app.ephemeral.take::<Linking>(state).await?.filter(is_own)),
    }
}

async fn keep(
    app: &App,
    account: AccountId,
    provider: &LinkedProvider,
    proven: Proven,
    origin: &Origin,
) -> Result<Result<(), Unlinked>, Fault> {
    let lookup = lookup(app, &provider.issuer, &proven.subject);
    let (unit, provider, proven, origin) = (app.clone(), provider.clone(), Arc::new(proven), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let app = &unit;
                // Writing the account's row lets one unit of it through at a time.
                accounts::touch(tx, account, app.now()).await?;
                let key = sealing::load_key(tx, app, account).await?;
                let own = store::list(tx, account).await?.into_iter().find(|row| row.provider == provider.id);
                match (&own, store::find_by_lookup(tx, lookup).await?) {
                    (_, Some(held)) if held.account_id != account => return Ok(Err(Unlinked::Taken)),
                    (Some(own), held) if held.as_ref().is_none_or(|held| held.id != own.id) => {
                        return Ok(Err(Unlinked::Other));
                    }
                    // The operator gave its provider another id.
                    (None, Some(_)) => return Ok(Err(Unlinked::Other)),
                    _ => {}
                }
                if own.is_none() && badges::active(tx, app, account).await?.len() >= MOST_BADGES {
                    return Ok(Err(Unlinked::Full));
                }
                let id = own.as_ref().map_or_else(|| LinkId::new(app.now(), &app.random), |own| own.id);
                let name = proven.name.as_ref().map(|name| seal(app, &key, id, name));
                match own {
                    Some(_) => store::renew(tx, id, name.as_deref(), app.now()).await?,
                    None => {
                        let (provider, issuer) = (provider.id.clone(), provider.issuer.clone());
                        let row = Row { id, account_id: account, provider, issuer, lookup, name, linked_at: app.now() };
                        if !store::insert(tx, &row).await? {
                            // Another wallet was faster.
                            return Ok(Err(Unlinked::Taken));
                        }
                        audit::record(tx, app, &Record::of("linked.added", account), &origin).await?;
                    }
                }
                let days = kinds::find(kinds::LINKED).and_then(kinds::Badge::most_days);
                let award = Award {
                    thing: provider.id.clone(),
                    detail: proven.name.clone(),
                    expires_at: days.map(|days| app.now() + Seconds::days(i64::from(days))),
                    ..Award::of(kinds::LINKED, app.now())
                };
                badges::award(tx, app, account, award, &origin).await?;
                Ok(Ok(()))
            })
        })
        .await
}

/// The accounts elsewhere of a person, oldest first.
///
/// # Errors
/// A fault when the database does not answer or a name cannot be opened.
pub async fn list(app: &App, account: AccountId) -> Result<Vec<Linked>, Fault> {
    let unit = app.clone();
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let key = sealing::load_key(conn, &unit, account).await?;
                let now = unit.now();
                let held = badges::live(conn, &unit, account).await?;
                let badge = |provider: &str| {
                    let badge = held.iter().find(|badge| badge.kind == kinds::LINKED && badge.thing == provider)?;
                    Some((badge.state_at(now), badge.expires_at))
                };
                let rows = store::list(conn, account).await?.into_iter();
                rows.map(|row| {
                    let name = row.name.as_ref().map(|sealed| open(&key, row.id, sealed)).transpose()?;
                    let badge = badge(&row.provider);
                    Ok(Linked { provider: row.provider, name, linked_at: row.linked_at, badge })
                })
                .collect()
            })
        })
        .await
}

/// Forgets an account elsewhere, with its badge. From then on it may prove another wallet.
///
/// # Errors
/// Not found where there is none; a fault.
pub async fn unlink(app: &App, account: AccountId, provider: &str, origin: &Origin) -> Result<(), Error> {
    let (unit, provider, origin) = (app.clone(), provider.to_owned(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let app = &unit;
                accounts::touch(tx, account, app.now()).await?;
                let held = badges::live(tx, app, account).await?;
                let badge = held.iter().find(|badge| badge.kind == kinds::LINKED && badge.thing == provider);
                let is_gone = match badge {
                    // The link goes with it.
                    Some(badge) => badges::remove(tx, app, account, badge.id, "unlinked", &origin).await?,
                    None => forget(tx, app, account, &provider, &origin).await?,
                };
                if is_gone { Ok(()) } else { Err(Denied::NotFound.into()) }
            })
        })
        .await
}

/// Forgets a link that has no badge any more.
async fn forget(
    conn: &mut Conn<'_>,
    app: &App,
    account: AccountId,
    provider: &str,
    origin: &Origin,
) -> Result<bool, Fault> {
    let is_gone = store::delete(conn, account, provider).await?;
    if is_gone {
        audit::record(conn, app, &Record::of("linked.removed", account), origin).await?;
    }
    Ok(is_gone)
}

/// The blind index of an account elsewhere: keyed, so that the database alone cannot be asked whose it is.
fn lookup(app: &App, issuer: &str, subject: &str) -> Digest {
    let message = format!("{issuer}\0{subject}");
    Digest::from_bytes(app.keys.pepper.mac("linked-account", message.as_bytes()))
}

fn seal(app: &App, key: &SealKey, id: LinkId, name: &str) -> Vec<u8> {
    key.seal_at(place(&id.to_string()), name.as_bytes(), &app.random)
}

fn open(key: &SealKey, id: LinkId, sealed: &[u8]) -> Result<String, Fault> {
    let attempted = "open the name of an account elsewhere";
    let plain = key.open_at(place(&id.to_string()), sealed).map_err(|e| Fault::internal(attempted, e))?;
    String::from_utf8(plain).map_err(|e| Fault::internal(attempted, e.utf8_error()))
}

fn place(row: &str) -> Place<'_> {
    Place { table: "linked_accounts", column: "name", row }
}
