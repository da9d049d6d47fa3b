//! What authorization, registration and discovery may promise, gathered from the tables that do the work.

use std::sync::LazyLock;

use crate::catalog::{CLAIMS, SCOPES, Who, claims, contexts, scopes};
use crate::jose::jwe::{ENCS, KEY_ALGS};
use crate::jose::{ALGORITHMS, hmac};
use crate::oauth::authorization_details::DETAIL_TYPES;
use crate::oauth::client_auth::CLIENT_AUTH_METHODS;
use crate::oauth::profile::{PROFILES, Profile};
use crate::oauth::prompt::PROMPT_VALUES;
use crate::oauth::supported::{Supported, SupportedScope};
use crate::provider::grant_types::GRANT_TYPES;

/// Languages of the pages, as the folders of `templates/locales` are named.
pub const UI_LOCALES: &[&str] = &["en", "ar"];

/// The lists, made once.
pub fn supported() -> &'static Supported {
    static SUPPORTED: LazyLock<Supported> = LazyLock::new(gather);
    &SUPPORTED
}

fn gather() -> Supported {
    let scope = |scope: &'static crate::catalog::Scope| SupportedScope {
        name: scope.name,
        claims: claims::in_scope(scope.name)
            .filter(|claim| claim.is_asked_by_scope())
            .map(|claim| claim.name)
            .collect(),
        is_for_clients: scope.who == Who::Client,
        is_reviewed: scopes::REVIEWED.contains(&scope.name),
    };
    let algs: Vec<&'static str> = ALGORITHMS.iter().map(|row| row.name).collect();
    Supported {
        scopes: SCOPES.iter().map(scope).collect(),
        claims: CLAIMS.iter().map(|claim| claim.name).filter(|name| *name != "sub").collect(),
        acr_values: contexts::acr_values().collect(),
        ui_locales: UI_LOCALES.iter().map(|tag| (*tag).to_owned()).collect(),
        grant_types: GRANT_TYPES.iter().map(|row| row.name).chain(["implicit"]).collect(),
        response_types: of_profiles(|p| p.response_types),
        response_modes: of_profiles(|p| p.response_modes),
        authorization_details_types: DETAIL_TYPES.iter().map(|row| row.name).collect(),
        prompt_values: PROMPT_VALUES.to_vec(),
        client_auth_methods: CLIENT_AUTH_METHODS
            .iter()
            .map(|row| row.name)
            .filter(|name| PROFILES.iter().any(|p| p.client_auth_methods.contains(name)))
            .collect(),
        id_token_algs: algs.clone(),
        encryption_algs: KEY_ALGS.iter().map(|row| row.name).collect(),
        encryption_encs: ENCS.iter().map(|row| row.name).collect(),
        assertion_algs: algs.into_iter().chain([hmac::ALG]).collect(),
    }
}

fn of_profiles(list: impl Fn(&Profile) -> &'static [&'static str]) -> Vec<&'static str> {
    let mut all: Vec<&'static str> = Vec::new();
    for name in PROFILES.iter().flat_map(|p| list(p).iter().copied()) {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}
