//! `/profile`: the fields of the profile, each with where it comes from (WALLET.md §14.2).

use std::collections::BTreeSet;

use serde_json::json;

use super::scene::Scene;
use super::{Content, How, day};
use crate::app::App;
use crate::base::Fault;
use crate::catalog::claims::Source;
use crate::catalog::{Claim, ValueType, claims};
use crate::error::{Denied, Error};
use crate::oauth::claims_request::WantedClaims;
use crate::provider::supported::supported;
use crate::store::database::Conn;
use crate::wallet::holdings::Holdings;
use crate::wallet::media::links;
use crate::wallet::projection::{self, Projection};

/// The fields of the profile: the name that the API has for each claim with a line of its own.
pub fn fields() -> impl Iterator<Item = (&'static str, &'static Claim)> {
    // Photos and videos have a resource of their own, and so has what a document says.
    let is_field =
        |claim: &&Claim| !matches!(claim.source, Source::System | Source::Document) && claim.value != ValueType::Media;
    let told = claims::lines().filter(is_field);
    told.map(|claim| (claim.name.strip_prefix("wallet_").unwrap_or(claim.name), claim))
}

/// Refuses names of fields that the API does not have.
///
/// # Errors
/// `unknown_field`.
pub(super) fn know(wanted: &[String]) -> Result<(), Error> {
    let Some(unknown) = wanted.iter().find(|name| !fields().any(|(field, _)| field == *name)) else { return Ok(()) };
    tracing::debug!(field = %unknown.chars().take(40).collect::<String>(), "an unknown field was asked for");
    Err(Denied::field("fields", "unknown_field").into())
}

/// The claims that a read is about, by the scope of its token.
pub(super) fn asked(scene: &Scene, how: &How) -> BTreeSet<String> {
    let of_scope = supported().claims_of(scene.access.scope());
    let is_wanted = |field: &str| how.fields.as_ref().is_none_or(|wanted| wanted.iter().any(|name| name == field));
    let asked = fields().filter(|(field, claim)| is_wanted(field) && of_scope.contains(claim.name));
    asked.map(|(_, claim)| claim.name.to_owned()).collect()
}

pub(super) async fn content(scene: &Scene, tx: &mut Conn<'_>, app: &App, how: &How) -> Result<Content, Fault> {
    let holdings = scene.holdings(tx, app).await?;
    let asked = asked(scene, how);
    let allowed = &scene.grant().allowed;
    let picture = |photo| links::to_picture(app, &scene.standing.permit, photo);
    let projection = projection::project(&holdings, allowed, &asked, &WantedClaims::new(), &picture);
    let granted: Vec<&str> =
        fields().filter(|(_, claim)| allowed.claims.contains(claim.name)).map(|(field, _)| field).collect();
    Ok(Content {
        projection: with_sources(scene, &holdings, &projection),
        frame: vec![("sub", scene.sub(app)), ("meta", json!({ "granted_fields": granted }))],
        under: Some("fields"),
        requested: asked.into_iter().collect(),
    })
}

/// The claims by the names of their fields, each with its source and times.
fn with_sources(scene: &Scene, holdings: &Holdings, projection: &Projection) -> Projection {
    let picks = &scene.grant().allowed.picks;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_one_field() {
        let names: Vec<&str> = fields().map(|(name, _)| name).collect();
        let unique: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(names.len(), unique.len());
        assert!(unique.contains("bio") && unique.contains("email") && !unique.contains("sub"));
    }
}
