//! The data API's verbs: what a client reads with an access token, through the gate (WALLET.md §14).
//!
//! One file a resource says what it is made of ([`Content`]); this one asks who may, keeps the record, and tells.

pub mod awarding;
pub mod badges;
pub mod changes;
pub mod client;
pub mod cursor;
mod identity;
mod me;
pub mod media;
pub mod profile;
mod scene;

use std::sync::Arc;

use serde_json::Value;

use self::scene::Scene;
use crate::app::App;
use crate::audit::{self, Origin};
use crate::base::Time;
use crate::catalog::scopes;
use crate::error::{self, Error};
use crate::oauth::{self, Code};
use crate::provider::access::{Access, Judged};
use crate::provider::clients::Registered;
use crate::provider::supported::supported;
use crate::risk::limits;
use crate::store::database::Conn;
use crate::wallet::disclosure::Disclosure;
use crate::wallet::media::Kind;
use crate::wallet::projection::Projection;

/// The path of the API, and so of its protected resource.
pub const BASE: &str = "/wallet/v1";

/// How the trail calls this door.
const CHANNEL: &str = "data_api";

/// How a read is asked for, beside what.
#[derive(Debug, Clone, Default)]
pub struct How {
    /// The origin of the page that asks, where a browser says so.
    pub page_origin: Option<String>,
    /// Entity tags that the client holds (RFC 9110 §13.1.2).
    pub if_none_match: Option<String>,
    /// Which fields are wanted; `None` for all.
    pub fields: Option<Vec<String>>,
    /// Which changes are wanted.
    pub changes: changes::Wanted,
    pub badges: badges::Wanted,
    /// Which photos and videos are wanted.
    pub media: media::Query,
    /// How old a verification may be, in seconds.
    pub max_age: Option<u64>,
}

/// What a read gives.
#[derive(Debug)]
pub struct Told {
    pub client: Arc<Registered>,
    /// A strong entity tag: the same as long as the answer is, byte for byte.
    pub etag: String,
    /// `None` where the client holds it already.
    pub body: Option<Disclosure>,
}

/// What can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// Who the person is to this client, and what it was given.
    Me,
    /// The fields of the profile, each with where it comes from.
    Profile,
    /// What changed of what the client sees.
    Changes,
    /// The badges that were picked.
    Badges,
    /// One of them.
    Badge,
    /// The photos and videos that were picked.
    Media,
    /// One of them.
    MediaItem,
    /// Who the person is by a document.
    Identity,
}

impl Resource {
    pub fn name(self) -> &'static str {
        match self {
            Self::Me => "me",
            Self::Profile => "profile",
            Self::Changes => "changes",
            Self::Badges => "badges",
            Self::Badge => "badge",
            Self::Media => "media",
            Self::MediaItem => "media_item",
            Self::Identity => "identity",
        }
    }

    /// The scopes of which a token needs one.
    pub fn scopes(self) -> Vec<&'static str> {
        let of_people = supported().scopes.iter().filter(|scope| !scope.is_for_clients).map(|scope| scope.name);
        match self {
            Self::Me => of_people.filter(|name| name.starts_with("wallet.")).collect(),
            Self::Profile => {
                of_people.filter(|name| profile::fields().any(|(_, claim)| claim.scope == *name)).collect()
            }
            Self::Changes => vec![scopes::CHANGES],
            Self::Badges | Self::Badge => vec!["wallet.badges"],
            Self::Media | Self::MediaItem => Kind::ALL.map(Kind::scope).to_vec(),
            Self::Identity => vec![scopes::IDENTITY],
        }
    }

    /// Sees whether a token opens this, and how often it was tried.
    async fn admit(self, app: &App, access: &Access, limit: &'static str) -> Result<(), Error> {
        if !self.scopes().iter().any(|scope| access.scope().contains(scope)) {
            let why = "the access token has none of the scopes that open this";
            return Err(oauth::Error::new(Code::InsufficientScope, why).into());
        }
        Ok(limits::check(app, limit, &access.counted_as()).await?)
    }
}

/// What an answer is made of, before it passes the gate.
struct Content {
    /// What the person shares.
    projection: Projection,
    /// What the API itself says beside it.
    frame: Vec<(&'static str, Value)>,
    /// The member that the projection is under; `None` where it stands beside the frame.
    under: Option<&'static str>,
    /// Names of what was asked for, for the record.
    requested: Vec<String>,
}

/// Reads a resource; the record is kept in the same unit, or nothing is told.
///
/// # Errors
/// `insufficient_scope` without a scope that opens it; `invalid_token` where the token works no more; forbidden from
/// pages of an origin that the client has not registered; a field that is unknown; too many; a fault.
pub async fn read(app: &App, access: Access, what: Resource, how: How, origin: &Origin) -> Result<Told, Error> {
    let result = tell(app, access, what, how, origin).await;
    app.metrics.count("sw_data_reads_total", &[CHANNEL, error::outcome(&result)]);
    result
}

async fn tell(app: &App, access: Access, what: Resource, how: How, origin: &Origin) -> Result<Told, Error> {
    profile::know(how.fields.as_deref().unwrap_or_default())?;
    what.admit(app, &access, "data_api").await?;
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                match enter(tx, &unit, access, what, &how, &origin).await? {
                    Ok(scene) => Ok::<_, Error>(Ok(scene.tell(tx, &unit, what, &how, &origin).await?)),
                    Err(error) => Ok(Err(error)),
                }
            })
        })
        .await?
}

/// Reads how things stand. The inner error is a refusal whose record is kept with the unit.
async fn enter(
    tx: &mut Conn<'_>,
    app: &App,
    access: Access,
    what: Resource,
    how: &How,
    origin: &Origin,
) -> Result<Result<Scene, Error>, Error> {
    let standing = match access.stand(tx, app, CHANNEL, origin).await? {
        Judged::Works(standing) => standing,
        Judged::Refused(error) => return Ok(Err(error.into())),
    };
    let scene = Scene::load(tx, app, access, *standing).await?;
    match scene.refusal(app, what, how) {
        Some((reason, error)) => {
            audit::record(tx, app, &scene.record("data.refused", what).refused(reason), origin).await?;
            Ok(Err(error))
        }
        None => Ok(Ok(scene)),
    }
}

/// The day of a time: by its seconds two platforms could tell that they know the same person.
fn day(time: Time) -> String {
    time.start_of_day().rfc3339()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wallet_s14_2_scopes_open_resources() {
        assert_eq!(
            Resource::Me.scopes(),
            [
                "wallet.profile",
                "wallet.photos",
                "wallet.videos",
                "wallet.trust",
                "wallet.badges",
                "wallet.age",
                "wallet.changes",
                "wallet.identity"
            ]
        );
        assert_eq!(Resource::Media.scopes(), ["wallet.photos", "wallet.videos"]);
        assert_eq!(Resource::Identity.scopes(), ["wallet.identity"]);
        assert_eq!(Resource::Profile.scopes(), ["profile", "email", "phone", "address", "wallet.profile"]);
    }
}
