//! The data API's verbs: what a client reads with an access token, through the gate (WALLET.md §14).

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::{Fault, Time};
use crate::catalog::{Claim, Line, claims};
use crate::error::{self, Denied, Error};
use crate::oauth::claims_request::WantedClaims;
use crate::oauth::{self, Code};
use crate::provider::access::{Access, Judged, Standing};
use crate::provider::clients::{self, Registered};
use crate::provider::supported::supported;
use crate::provider::{tokens, userinfo};
use crate::risk::limits;
use crate::store::database::Conn;
use crate::wallet::disclosure::{Channel, Disclosure, disclose};
use crate::wallet::holdings;
use crate::wallet::projection::{self, Projection};

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
}

impl Resource {
    pub fn name(self) -> &'static str {
        match self {
            Self::Me => "me",
            Self::Profile => "profile",
        }
    }

    /// The scopes of which a token needs one.
    pub fn scopes(self) -> Vec<&'static str> {
        let of_people = supported().scopes.iter().filter(|scope| !scope.is_for_clients).map(|scope| scope.name);
        match self {
            Self::Me => of_people.filter(|name| name.starts_with("wallet.")).collect(),
            Self::Profile => of_people.filter(|name| fields().any(|(_, claim)| claim.scope == *name)).collect(),
        }
    }
}

/// The fields of the profile: the name that the API has for each claim with a line of its own.
pub fn fields() -> impl Iterator<Item = (&'static str, &'static Claim)> {
    let told = claims::lines().filter(|claim| claim.name != "sub" && claim.line == Line::Own);
    told.map(|claim| (claim.name.strip_prefix("wallet_").unwrap_or(claim.name), claim))
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
    if !what.scopes().iter().any(|scope| access.scope().contains(scope)) {
        let why = "the access token has none of the scopes that open this";
        return Err(oauth::Error::new(Code::InsufficientScope, why).into());
    }
    if let Some(unknown) = how.fields.iter().flatten().find(|name| !fields().any(|(field, _)| field == *name)) {
        tracing::debug!(field = %unknown.chars().take(40).collect::<String>(), "an unknown field was asked for");
        return Err(Denied::field("fields", "unknown_field").into());
    }
    limits::check(app, "data_api", &access.counted_as()).await?;
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let standing = match access.stand(tx, &unit, CHANNEL, &origin).await? {
                    Judged::Works(standing) => standing,
                    Judged::Refused(error) => return Ok::<_, Error>(Err(error.into())),
                };
                let scene = Scene::load(tx, &unit, access, *standing).await?;
                match scene.refusal(&unit, what, &how) {
                    Some((reason, error)) => {
                        audit::record(tx, &unit, &scene.record("data.refused", what).refused(reason), &origin).await?;
                        Ok(Err(error))
                    }
                    None => Ok(Ok(scene.tell(tx, &unit, what, &how, &origin).await?)),
                }
            })
        })
        .await?
}

/// One read: who asks, with what, and how things stand in this unit.
struct Scene {
    access: Access,
    standing: Standing,
    client: Arc<Registered>,
}

impl Scene {
    async fn load(tx: &mut Conn<'_>, app: &App, access: Access, standing: Standing) -> Result<Self, Error> {
        let live = &standing.live;
        let client = clients::load_in(tx, app, &live.family.client_id, live.standing.client_version).await?;
        Ok(Self { access, standing, client })
    }

    /// Why nothing is told though the token works: the reason for the trail, and the answer.
    fn refusal(&self, app: &App, what: Resource, how: &How) -> Option<(&'static str, Error)> {
        let is_registered = |origin: &String| self.client.cors_origins.contains(origin);
        let own = app.config.http.public_url.origin().ascii_serialization();
        if how.page_origin.as_ref().is_some_and(|origin| *origin != own && !is_registered(origin)) {
            return Some(("origin_not_allowed", Denied::Forbidden.into()));
        }
        let asked = self.asked(what, how);
        let error = userinfo::step_up(app, &asked, &self.standing.live.family).err()?;
        Some(("step_up", error.into()))
    }

    /// The claims that this read is about, by the scope of its token.
    fn asked(&self, what: Resource, how: &How) -> BTreeSet<String> {
        let of_scope = supported().claims_of(self.access.scope());
        let is_wanted = |field: &str| how.fields.as_ref().is_none_or(|wanted| wanted.iter().any(|name| name == field));
        match what {
            Resource::Me => BTreeSet::new(),
            Resource::Profile => fields()
                .filter(|(field, claim)| is_wanted(field) && of_scope.contains(claim.name))
                .map(|(_, claim)| claim.name.to_owned())
                .collect(),
        }
    }

    async fn tell(
        self,
        tx: &mut Conn<'_>,
        app: &App,
        what: Resource,
        how: &How,
        origin: &Origin,
    ) -> Result<Told, Fault> {
        let etag = self.etag(app, what, how);
        if holds(how.if_none_match.as_deref(), &etag) {
            audit::record(tx, app, &self.record("data.read", what).because("not_modified"), origin).await?;
            return Ok(Told { client: self.client, etag, body: None });
        }
        let live = &self.standing.live;
        let grant = &live.standing.grant.grant;
        let sub = Value::String(tokens::subject(app, &self.client, live.family.account_id));
        let asked = self.asked(what, how);
        let requested = asked.iter().cloned().collect();
        let (projection, frame) = match what {
            Resource::Me => (Projection::default(), vec![("sub", sub), ("grant", self.grant())]),
            Resource::Profile => {
                let holdings = holdings::load(tx, app, live.family.account_id, live.standing.revision).await?;
                let wanted = WantedClaims::new();
                let projection = projection::project(&holdings, &grant.allowed, &asked, &wanted);
                let granted: Vec<&str> =
                    fields().filter(|(_, claim)| grant.allowed.claims.contains(claim.name)).map(|(f, _)| f).collect();
                let fields = self.with_sources(&holdings, &projection);
                (fields, vec![("sub", sub), ("meta", json!({ "granted_fields": granted }))])
            }
        };
        let under = (what == Resource::Profile).then_some("fields");
        let channel = Channel { name: CHANNEL, requested, frame: &frame, under };
        let body = disclose(tx, app, &self.standing.permit, projection, channel, origin).await?;
        Ok(Told { client: self.client, etag, body: Some(body) })
    }

    /// What the client was given, as it stands (WALLET.md §14.2).
    fn grant(&self) -> Value {
        let grant = &self.standing.live.standing.grant.grant;
        json!({
            "id": grant.id,
            "state": grant.state.name(),
            "duration": grant.duration.name(),
            "confirmed_at": grant.confirmed_at.rfc3339(),
            "expires_at": grant.expires_at.map(Time::rfc3339),
            "scopes": grant.allowed.scope.iter().collect::<Vec<_>>(),
            "claims": grant.allowed.claims,
        })
    }

    /// The claims by the names of their fields, each with its source and times.
    fn with_sources(&self, holdings: &holdings::Holdings, projection: &Projection) -> Projection {
        let picks = &self.standing.live.standing.grant.grant.allowed.picks;
        projection.each(|name, value| {
            let (field, _) = fields().find(|(_, claim)| claim.name == name)?;
            let held = holdings.picked(name, picks)?;
            let member = json!({
                "value": value,
                "source": held.source.as_str(),
                "verified_at": held.verified_at.map(day),
                "updated_at": day(held.updated_at),
                "expires_at": held.expires_at(name).map(day),
            });
            Some((field, member))
        })
    }

    fn etag(&self, app: &App, what: Resource, how: &How) -> String {
        let live = &self.standing.live;
        let grant = &live.standing.grant.grant;
        // Everything that an answer is made of. The key keeps two clients from comparing what they hold.
        let mut made_of = Map::new();
        made_of.insert("house".to_owned(), json!(env!("CARGO_PKG_VERSION")));
        made_of.insert("what".to_owned(), json!([what.name(), how.fields]));
        made_of.insert("grant".to_owned(), json!([grant.id, grant.epoch, grant.confirmed_at.as_micros()]));
        made_of.insert("allowed".to_owned(), json!([grant.allowed, grant.expires_at.map(Time::as_micros)]));
        made_of.insert("scope".to_owned(), json!(self.access.scope()));
        made_of.insert("held".to_owned(), json!([live.standing.revision, live.standing.client_version]));
        let mac = app.keys.pepper.mac("data-api-etag", Value::Object(made_of).to_string().as_bytes());
        format!("\"{}\"", URL_SAFE_NO_PAD.encode(&mac[..16]))
    }

    fn record(&self, event: &'static str, what: Resource) -> Record {
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

/// The day of a time: by its seconds two platforms could tell that they know the same person.
fn day(time: Time) -> String {
    time.start_of_day().rfc3339()
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

    #[test]
    fn every_line_has_one_field() {
        let names: Vec<&str> = fields().map(|(name, _)| name).collect();
        let unique: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(names.len(), unique.len());
        assert!(unique.contains("bio") && unique.contains("email") && !unique.contains("sub"));
        assert_eq!(Resource::Me.scopes(), ["wallet.profile"]);
        assert_eq!(Resource::Profile.scopes(), ["profile", "email", "phone", "address", "wallet.profile"]);
    }
}
