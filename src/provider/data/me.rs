//! `/me`: who the person is to the client, and what it was given, as it stands (WALLET.md §14.2).

use serde_json::json;

use super::Content;
use super::scene::Scene;
use crate::app::App;
use crate::base::Time;
use crate::wallet::projection::Projection;

pub(super) fn content(scene: &Scene, app: &App) -> Content {
    let grant = scene.grant();
    let told = json!({
        "id": grant.id,
        "state": grant.state.name(),
        "duration": grant.duration.name(),
        "confirmed_at": grant.confirmed_at.rfc3339(),
        "expires_at": grant.expires_at.map(Time::rfc3339),
        "scopes": grant.allowed.scope.iter().collect::<Vec<_>>(),
        "claims": grant.allowed.claims,
    });
    Content {
        projection: Projection::default(),
        frame: vec![("sub", scene.sub(app)), ("grant", told)],
        under: None,
        requested: Vec::new(),
    }
}
