//! `Scene`: one read of the data API as things stand in its unit: who asks, with what, and the answer.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::{CHANNEL, Content, How, Resource, Told, badges, changes, identity, me, media, profile};
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::{Fault, Time};
use crate::error::{Denied, Error};
use crate::oauth::Grant;
use crate::provider::access::{Access, Standing};
use crate::provider::clients::{self, Registered};
use crate::provider::{tokens, userinfo};
use crate::store::database::Conn;
use crate::wallet::disclosure::{Channel, disclose};
use crate::wallet::holdings::{self, Holdings};

/// One read: who asks, with what, and how things stand in this unit.
pub(super) struct Scene {
    pub access: Access,
    pub standing: Standing,
    pub client: Arc<Registered>,
}

impl Scene {
    pub async fn load(tx: &mut Conn<'_>, app: &App, access: Access, standing: Standing) -> Result<Self, Error> {
        let live = &standing.live;
        let client = clients::load_in(tx, app, &live.family.client_id, live.standing.client_version).await?;
        Ok(Self { access, standing, client })
    }

    /// Why nothing is told though the token works: the reason for the trail, and the answer.
    pub fn refusal(&self, app: &App, what: Resource, how: &How) -> Option<(&'static str, Error)> {
        let is_registered = |origin: &String| self.client.cors_origins.contains(origin);
        let own = app.config.http.public_url.origin().ascii_serialization();
        if how.page_origin.as_ref().is_some_and(|origin| *origin != own && !is_registered(origin)) {
            return Some(("origin_not_allowed", Denied::Forbidden.into()));
        }
        let asked = match what {
            Resource::Me | Resource::Changes | Resource::Media | Resource::MediaItem => Default::default(),
            Resource::Profile => profile::asked(self, how),
            Resource::Badges | Resource::Badge => ["wallet_badges".to_owned()].into(),
            Resource::Identity => identity::asked(self),
        };
        let error = userinfo::step_up(app, &asked, &self.standing.live.family).err()?;
        Some(("step_up", error.into()))
    }

    /// Tells the resource, with its record; or that the client holds it already.
    pub async fn tell(
        self,
        tx: &mut Conn<'_>,
        app: &App,
        what: Resource,
        how: &How,
        origin: &Origin,
    ) -> Result<Told, Error> {
        let page = badges::read(&self, app, &how.badges)?;
        // What is not there is not unchanged either.
        let one = match (what, &how.badges.id) {
            (Resource::Badge, Some(name)) => Some(badges::one(&self, tx, app, name).await?),
            _ => None,
        };
        // What is not there is not there, whatever the client holds.
        if what == Resource::MediaItem {
            media::found(&self, tx, app, how.media.item.as_deref().unwrap_or_default()).await?;
        }
        // An age is judged by the second: whether the answer is the same is seen in it alone.
        let identity = match what {
            Resource::Identity => Some(identity::content(&self, tx, app, how).await?),
            _ => None,
        };
        // A cursor that leads nowhere is no answer that was not modified.
        let since = changes::page(&self, app, &how.changes)?;
        let etag = self.etag(app, what, how, identity.as_ref());
        if holds(how.if_none_match.as_deref(), &etag) {
            audit::record(tx, app, &self.record("data.read", what).because("not_modified"), origin).await?;
            return Ok(Told { client: self.client, etag, body: None });
        }
        let content = match what {
            Resource::Me => me::content(&self, app),
            Resource::Profile => profile::content(&self, tx, app, how).await?,
            Resource::Changes => changes::content(&self, tx, app, &since).await?,
            Resource::Badges => badges::list(&self, tx, app, &how.badges, &page).await?,
            Resource::Badge => one.ok_or(Denied::NotFound)?,
            Resource::Media => media::list(&self, tx, app, how).await?,
            Resource::MediaItem => media::item(&self, tx, app, how).await?,
            Resource::Identity => identity.ok_or_else(|| Fault::broken("tell who a person is"))?,
        };
        let Content { projection, frame, under, requested } = content;
        let channel = Channel { name: CHANNEL, requested, frame: &frame, under };
        let body = disclose(tx, app, &self.standing.permit, projection, channel, origin).await?;
        Ok(Told { client: self.client, etag, body: Some(body) })
    }

    /// What the wallet holds at this moment.
    pub async fn holdings(&self, tx: &mut Conn<'_>, app: &App) -> Result<Arc<Holdings>, Fault> {
        let live = &self.standing.live;
        holdings::load(tx, app, live.family.account_id, live.standing.revision).await
    }

    /// The grant as it stands.
    pub fn grant(&self) -> &Grant {
        &self.standing.live.standing.grant.grant
    }

    /// What this client calls the person.
    pub fn sub(&self, app: &App) -> Value {
        Value::String(tokens::subject(app, &self.client, self.standing.live.family.account_id))
    }

    fn etag(&self, app: &App, what: Resource, how: &How, content: Option<&Content>) -> String {
        let live = &self.standing.live;
        let grant = self.grant();
        // Everything that an answer is made of. The key keeps two clients from comparing what they hold.
        let mut made_of = Map::new();
        made_of.insert("house".to_owned(), json!(env!("CARGO_PKG_VERSION")));
        made_of.insert(
            "what".to_owned(),
            json!([what.name(), how.fields, how.badges, how.media, how.max_age, how.changes]),
        );
        made_of.insert("grant".to_owned(), json!([grant.id, grant.epoch, grant.confirmed_at.as_micros()]));
        made_of.insert("allowed".to_owned(), json!([grant.allowed, grant.expires_at.map(Time::as_micros)]));
        if let Some(content) = content {
            made_of.insert("told".to_owned(), json!(content.projection.digest().as_bytes()));
        }
        made_of.insert("scope".to_owned(), json!(self.access.scope()));
        // Links to the picture of the person, cursors, and what follows from the day are new every day.
        made_of.insert("day".to_owned(), json!(app.now().start_of_day().unix()));
        made_of.insert("held".to_owned(), json!([live.standing.revision, live.standing.client_version]));
        let mac = app.keys.pepper.mac("data-api-etag", Value::Object(made_of).to_string().as_bytes());
        format!("\"{}\"", URL_SAFE_NO_PAD.encode(&mac[..16]))
    }

    pub fn record(&self, event: &'static str, what: Resource) -> Record {
        let family = &self.standing.live.family;
        Record {
            client: Some(family.client_id.clone()),
            grant: Some(family.grant_id),
            channel: Some(CHANNEL),
            requested: vec![what.name().to_owned()],
            ..Record::of(event, family.account_id)
        }
    }
}

/// Whether a client holds an answer already: `If-None-Match` with its tag, or `*` (RFC 9110 §13.1.2, weak comparison).
fn holds(if_none_match: Option<&str>, etag: &str) -> bool {
    let tags = if_none_match.unwrap_or_default().split(',').map(str::trim);
    tags.map(|tag| tag.strip_prefix("W/").unwrap_or(tag)).any(|tag| tag == "*" || tag == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc9110_s13_1_2_what_a_client_holds() {
        for (header, is_held) in [
            (None, false),
            (Some(""), false),
            (Some("\"a\""), true),
            (Some("W/\"a\""), true),
            (Some("\"b\", \"a\""), true),
            (Some("*"), true),
            (Some("a"), false),
            (Some("\"A\""), false),
        ] {
            assert_eq!(holds(header, "\"a\""), is_held, "{header:?}");
        }
    }
}
