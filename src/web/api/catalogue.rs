//! What can be asked for, for programs: the tables of scopes, claims and badges (WALLET.md §14.2).

use poem::Response;
use serde_json::{Value, json};

use crate::catalog::claims::CLAIMS;
use crate::catalog::scopes::{SCOPES, Scope, Who};
use crate::catalog::{Claim, badges, claims};
use crate::error::Error;
use crate::web::answer;
use crate::web::call::Call;
use crate::words::Words;

/// # Errors
/// A fault when it cannot be written.
pub async fn serve(call: Call) -> Result<Response, Error> {
    let issuer = call.app.config.issuer();
    let badge = |badge: &badges::Badge| {
        json!({
            "type": badge.slug,
            "name": Words::English.t(badge.label),
            "criteria_uri": format!("{issuer}/badge-types/{}", badge.slug),
        })
    };
    answer::json(&json!({
        "scopes": SCOPES.iter().map(scope).collect::<Vec<_>>(),
        "claims": CLAIMS.iter().map(claim).collect::<Vec<_>>(),
        "badges": badges::BADGES.iter().map(badge).collect::<Vec<_>>(),
    }))
}

fn scope(scope: &Scope) -> Value {
    let asked = claims::in_scope(scope.name).filter(|claim| claim.is_asked_by_scope()).map(|claim| claim.name);
    json!({
        "name": scope.name,
        "title": Words::English.t(scope.title),
        "granted_by": if scope.who == Who::User { "person" } else { "operator" },
        "claims": asked.collect::<Vec<_>>(),
        "sensitive": scope.is_sensitive,
        "defined_in": scope.section,
    })
}

/// A claim that its scope does not ask for is asked for by name, with the `claims` parameter (OIDC Core §5.5).
fn claim(claim: &Claim) -> Value {
    json!({
        "name": claim.name,
        "title": Words::English.t(claim.label),
        "scope": claim.scope,
        "by_name_only": !claim.is_asked_by_scope(),
        "sensitive": claim.is_sensitive(),
        "verified_only": claim.is_verified(),
        "defined_in": claim.section,
    })
}
