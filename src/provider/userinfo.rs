//! UserInfo (OIDC Core §5.3): the claims that the grant allows now, through the gate.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::catalog::{Claim, claims as catalogue, contexts};
use crate::error::{self, Error};
use crate::jose::Typ;
use crate::oauth;
use crate::oauth::claims_request::ClaimsRequest;
use crate::oauth::jwt_answers;
use crate::oauth::step_up::StepUp;
use crate::oauth::verified_claims::{self, Element};
use crate::provider::access::{Access, Judged};
use crate::provider::clients::{self, Registered};
use crate::provider::envelope::Envelope;
use crate::provider::supported::supported;
use crate::provider::tokens;
use crate::risk::limits;
use crate::store::database::families::Family;
use crate::wallet::assurance::{self, Asking};
use crate::wallet::disclosure::{Channel, Disclosure, disclose};
use crate::wallet::holdings;
use crate::wallet::media::links;
use crate::wallet::projection::project;

/// The answer, in the form that the client has registered for.
#[derive(Debug)]
pub enum UserInfo {
    Json(Disclosure),
    /// Signed, encrypted or both (OIDC Core §5.3.2).
    Jwt(String),
}

/// The claims of the answer as a JWT.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    #[serde(flatten)]
    claims: Disclosure,
}

/// Answers with the client and the person's claims; the record is kept in the same unit, or nothing is told.
///
/// # Errors
/// `insufficient_scope` without `openid`; `invalid_token` where the token works no more; `invalid_request` where the
/// answer is to be encrypted and the client has no key; too many; a fault when the database does not answer.
pub async fn answer(app: &App, access: Access, origin: &Origin) -> Result<(Arc<Registered>, UserInfo), Error> {
    let result = read(app, access, origin).await;
    app.metrics.count("sw_data_reads_total", &["userinfo", error::outcome(&result)]);
    result
}

async fn read(app: &App, access: Access, origin: &Origin) -> Result<(Arc<Registered>, UserInfo), Error> {
    access.require("openid")?;
    limits::check(app, "userinfo", &access.counted_as()).await?;
    let access = Arc::new(access);
    let mut ready: Option<(i64, Envelope)> = None;
    loop {
        match tell(app, &access, ready.as_ref().map(|(version, _)| *version), origin).await?? {
            Told::Needs(client) => {
                // Outside of the unit: the keys of the client may have to be fetched.
                let envelope = Envelope::of(app, &client, &jwt_answers::USERINFO).await?;
                ready = Some((client.version, envelope));
            }
            Told::Claims(client, claims) => {
                let Some((_, envelope)) = ready.filter(|_| wants_jwt(&client)) else {
                    return Ok((client, UserInfo::Json(claims)));
                };
                let claims = Claims { iss: app.config.issuer(), aud: client.id.as_str(), claims };
                let token = envelope.seal(Typ::Absent, &claims)?;
                return Ok((client, UserInfo::Jwt(token)));
            }
        }
    }
}

fn wants_jwt(client: &Registered) -> bool {
    let chosen = (jwt_answers::USERINFO.chosen)(client);
    chosen.sign.is_some() || chosen.alg.is_some()
}

enum Told {
    Claims(Arc<Registered>, Disclosure),
    /// Nothing yet: the client wants a JWT, for which keys are needed first.
    Needs(Arc<Registered>),
}

/// Takes the claims through the gate, unless the client of this token wants a JWT and `ready` is not the version of its
/// registration that an envelope was made for.
async fn tell(
    app: &App,
    access: &Arc<Access>,
    ready: Option<i64>,
    origin: &Origin,
) -> Result<Result<Told, oauth::Error>, Error> {
    let (unit, access, origin) = (app.clone(), Arc::clone(access), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let standing = match access.stand(tx, &unit, "userinfo", &origin).await? {
                    Judged::Works(standing) => standing,
                    Judged::Refused(error) => return Ok::<_, Error>(Err(error)),
                };
                let (live, permit) = (&standing.live, &standing.permit);
                let (family, grant) = (&live.family, &live.standing.grant.grant);
                let version = live.standing.client_version;
                let client = clients::load_in(tx, &unit, &family.client_id, version).await?;
                if wants_jwt(&client) && ready != Some(client.version) {
                    return Ok(Ok(Told::Needs(client)));
                }
                let holdings = holdings::load(tx, &unit, family.account_id, live.standing.revision).await?;
                let none = ClaimsRequest::default();
                let request = family.claims.as_ref().map_or(&none, |c| &c.0);
                let asked = grant.userinfo_claims(access.scope(), request, supported());
                if let Err(error) = step_up(&unit, &asked, family) {
                    let record = Record {
                        client: Some(family.client_id.clone()),
                        grant: Some(family.grant_id),
                        channel: Some("userinfo"),
                        requested: asked.into_iter().collect(),
                        ..Record::of("data.refused", family.account_id)
                    };
                    audit::record(tx, &unit, &record.refused("step_up"), &origin).await?;
                    return Ok(Err(error));
                }
                let projection = {
                    let picture = |photo| links::to_picture(&unit, permit, photo);
                    project(&holdings, &grant.allowed, &asked, &request.userinfo, &picture)
                };
                let elements = assurance::elements(request.verified_userinfo.as_deref(), &asked);
                let asking = Asking { elements: &elements, sector: client.sector(), acr: &family.acr };
                let projection = assurance::add(projection, &unit, &holdings, grant, &asking);
                let frame = [("sub", Value::String(tokens::subject(&unit, &client, family.account_id)))];
                let mut requested = supported().claims_of(access.scope());
                requested.extend(request.userinfo.keys().cloned());
                requested.extend(request.verified_userinfo.iter().flatten().flat_map(Element::names));
                let requested = requested.into_iter().collect();
                let channel = Channel { name: "userinfo", requested, frame: &frame, under: None };
                let disclosure = disclose(tx, &unit, permit, projection, channel, &origin).await?;
                Ok(Ok(Told::Claims(client, disclosure)))
            })
        })
        .await
}

/// Whether the sign-in behind an authorization opens what is asked for (RFC 9470): the operator says what is needed for
/// sensitive claims, and for those of a checked document.
pub(super) fn step_up(app: &App, asked: &BTreeSet<String>, family: &Family) -> Result<(), oauth::Error> {
    let is_sensitive = |name: &String| catalogue::find(name).is_some_and(Claim::is_sensitive);
    if !asked.iter().any(is_sensitive) {
        return Ok(());
    }
    let rule = &app.config.step_up;
    let mut rule = StepUp { acr: rule.acr.clone(), max_age: rule.max_age };
    if asked.iter().any(|name| verified_claims::is_part(name)) {
        // The stronger of the two: there is one order for both.
        let least = assurance::least_acr(app);
        rule.acr = rule.acr.filter(|acr| contexts::reaches(acr, least)).or_else(|| Some(least.to_owned()));
    }
    let order: Vec<&str> = contexts::acr_values().collect();
    rule.check(&order, &family.acr, family.auth_time, app.now())
}
