//! The first administrator: a link that works once, for half an hour, made on the server itself.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::accounts::{self, NewAccount};
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::AccountId;
use crate::base::{Digest, Fault, Seconds, Secret, Time};
use crate::error::{Denied, Error};
use crate::store::database::accounts::Role;
use crate::store::database::settings;

/// How long a link works.
pub const LIFETIME: Seconds = Seconds::minutes(30);

/// The setting that keeps the digest and the end of the one open link.
const LINK: &str = "admin.setup_link";

/// What the first administrator types.
#[derive(Debug, Clone)]
pub struct NewAdmin {
    pub email: String,
    /// May be empty.
    pub name: String,
    pub password: Secret<String>,
}

/// Makes the token of a new link, which voids the one before. It is kept nowhere but in this answer.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn make_link(app: &App, origin: &Origin) -> Result<Secret<String>, Error> {
    let token = Secret::new(app.random.token(32));
    let kept = Link { digest: Digest::of(token.expose()), until: app.now() + LIFETIME }.to_string();
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                settings::put(tx, LINK, &kept).await?;
                audit::record(tx, &unit, &Record::new("admin.link_made"), &origin).await
            })
        })
        .await?;
    Ok(token)
}

/// Where the token is used: `{issuer}/setup/{token}`.
pub fn href(app: &App, token: &Secret<String>) -> String {
    format!("{}/setup/{}", app.config.issuer(), token.expose())
}

/// Whether a link still works.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn is_open(app: &App, token: &str) -> Result<bool, Error> {
    Ok(find(app, token).await?.is_some())
}

/// Uses the link: opens the account of an operator, whose address counts as proven.
///
/// Of several that race with one link, one gets an account. Where this fails, the link still works.
///
/// # Errors
/// `Expired` when the link was used, is too old, or a newer one was made; fields that do not fit; a conflict where the
/// address has an account; a fault.
pub async fn finish(app: &App, token: &str, new: NewAdmin, origin: &Origin) -> Result<AccountId, Error> {
    // Before the password is hashed, which is work that strangers must not be able to ask for.
    let kept = find(app, token).await?.ok_or(Denied::Expired)?;
    let name = new.name.trim();
    let opening = accounts::prepare(
        app,
        NewAccount {
            email: new.email,
            password: Some(new.password),
            locale: None,
            role: Role::Operator,
            values: if name.is_empty() { Vec::new() } else { vec![("name".to_owned(), name.to_owned())] },
        },
    );
    let opening = opening.await?;
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if !settings::take(tx, LINK, &kept).await? {
                    return Err(Error::Denied(Denied::Expired));
                }
                let id = accounts::open(tx, &unit, opening, &origin).await?;
                audit::record(tx, &unit, &Record::of("admin.created", id), &origin).await?;
                Ok(id)
            })
        })
        .await
}

/// The kept text of the link that a token opens.
async fn find(app: &App, token: &str) -> Result<Option<String>, Fault> {
    let kept = app.db.read::<_, Fault, _>(|conn| Box::pin(settings::find(conn, LINK))).await?;
    let (now, digest) = (app.now(), Digest::of(token));
    let opens = |kept: &String| Link::read(kept).is_some_and(|link| link.digest == digest && now < link.until);
    Ok(kept.filter(opens))
}

/// The digest of a token and when it stops working.
struct Link {
    digest: Digest,
    until: Time,
}

impl Link {
    fn read(kept: &str) -> Option<Self> {
        let (digest, until) = kept.split_once('.')?;
        let digest: [u8; 32] = URL_SAFE_NO_PAD.decode(digest).ok()?.try_into().ok()?;
        Some(Self { digest: Digest::from_bytes(digest), until: Time::from_micros(until.parse().ok()?) })
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", URL_SAFE_NO_PAD.encode(self.digest.as_bytes()), self.until.as_micros())
    }
}
