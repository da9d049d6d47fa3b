//! `/identity`: who the person is by a document, as UserInfo tells it (WALLET.md §6, §14.2).

use std::collections::BTreeSet;

use super::scene::Scene;
use super::{Content, How};
use crate::app::App;
use crate::base::Fault;
use crate::catalog::scopes;
use crate::oauth::claims_request::ClaimsRequest;
use crate::oauth::verified_claims::{Element, is_part, within};
use crate::provider::supported::supported;
use crate::store::database::Conn;
use crate::wallet::assurance::{self, Asking};
use crate::wallet::projection::Projection;

fn requested(scene: &Scene) -> Option<&[Element]> {
    let request: Option<&ClaimsRequest> = scene.standing.live.family.claims.as_ref().map(|claims| &claims.0);
    request.and_then(|request| request.verified_userinfo.as_deref())
}

/// The claims that a read is about, by what its token was asked for with.
pub(super) fn asked(scene: &Scene) -> BTreeSet<String> {
    let none = ClaimsRequest::default();
    let request = scene.standing.live.family.claims.as_ref().map_or(&none, |claims| &claims.0);
    let mut asked = scene.grant().userinfo_claims(scene.access.scope(), request, supported());
    asked.retain(|name| is_part(name));
    asked
}

pub(super) async fn content(scene: &Scene, tx: &mut Conn<'_>, app: &App, how: &How) -> Result<Content, Fault> {
    let holdings = scene.holdings(tx, app).await?;
    let asked = asked(scene);
    let mut elements = assurance::elements(requested(scene), &asked);
    if let Some(most) = how.max_age {
        elements = within(&elements, i64::try_from(most).unwrap_or(i64::MAX));
    }
    let acr = &scene.standing.live.family.acr;
    let asking = Asking { elements: &elements, sector: scene.client.sector(), acr };
    let projection = assurance::add(Projection::default(), app, &holdings, scene.grant(), &asking);
    let of_scope = supported().scope(scopes::IDENTITY).map(|scope| scope.claims.clone()).unwrap_or_default();
    let requested = match requested(scene) {
        Some(elements) => elements.iter().flat_map(Element::names).collect::<BTreeSet<_>>().into_iter().collect(),
        None => of_scope.into_iter().map(str::to_owned).collect(),
    };
    Ok(Content { projection, frame: vec![("sub", scene.sub(app))], under: None, requested })
}
