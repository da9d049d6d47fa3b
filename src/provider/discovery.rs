//! The published documents (OIDC Discovery §3, RFC 8414 §2): gathered from the tables that do the work.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::app::{App, Room};
use crate::config::RegistrationMode;
use crate::jose::Alg;
use crate::oauth::backchannel::DELIVERY_MODES;
use crate::oauth::grant_management;
use crate::oauth::jwt_answers::JWT_ANSWERS;
use crate::oauth::sender::dpop;
use crate::oauth::supported::Supported;
use crate::oauth::verified_claims;
use crate::provider::protected::{self, RESOURCES};
use crate::provider::supported::supported;
use crate::provider::{offered, services};
use crate::wallet::assurance;
use crate::wallet::identity::DocumentKind;

/// The endpoints at which clients authenticate.
pub const CLIENT_ENDPOINTS: [&str; 6] =
    ["/token", "/par", "/introspect", "/revoke", "/device_authorization", "/bc-authorize"];

/// The document, made once.
struct Document(Bytes);

impl Room for Document {
    fn open(app: &App) -> Self {
        let mut document = metadata(app.config.issuer(), supported());
        registration(&mut document, app);
        let resources = services::all(app);
        if let Some(scopes) = document["scopes_supported"].as_array_mut() {
            scopes.extend(resources.iter().flat_map(|resource| resource.scopes.iter()).map(Value::from));
        }
        // RFC 9728 §4: ours, and those of others.
        if let Some(all) = document["protected_resources"].as_array_mut() {
            all.extend(resources.iter().map(|one| Value::from(&*one.identifier)));
        }
        only_offered(&mut document, app);
        offered::describe(&app.config, &mut document);
        Self(Bytes::from(document.to_string()))
    }
}

/// The metadata document, the same at both well-known paths.
pub fn document(app: &App) -> Bytes {
    app.room::<Document>().0.clone()
}

/// Takes out what the settings turn off.
fn only_offered(document: &mut Value, app: &App) {
    let issuer = app.config.issuer();
    let off = RESOURCES.iter().filter(|resource| !protected::is_offered(&app.config, resource));
    if let Some(all) = document["protected_resources"].as_array_mut() {
        all.retain(|one| !off.clone().any(|resource| *one == json!(format!("{issuer}{}", resource.path))));
    }
    if let Some(scopes) = document["scopes_supported"].as_array_mut() {
        let is_offered = |scope: &str| protected::is_scope_offered(&app.config, scope, supported());
        scopes.retain(|scope| scope.as_str().is_none_or(is_offered));
    }
}

/// How clients may come by themselves: only where the settings let them (RFC 8414 §2).
fn registration(document: &mut Value, app: &App) {
    let settings = &app.config.registration;
    if settings.mode != RegistrationMode::Off {
        document["registration_endpoint"] = json!(format!("{}/register", app.config.issuer()));
    }
    if settings.metadata_documents {
        document["client_id_metadata_document_supported"] = json!(true);
    }
}

/// The metadata of a provider with this issuer.
pub fn metadata(issuer: &str, supported: &Supported) -> Value {
    let at = |path: &str| format!("{issuer}{path}");
    let sections = [
        of_house(issuer, &at, supported),
        of_identity(issuer),
        of_requests(&at, supported),
        of_tokens(&at, supported),
        of_logout(&at),
    ];
    let mut all = serde_json::Map::new();
    for section in sections {
        if let Value::Object(members) = section {
            all.extend(members);
        }
    }
    Value::Object(all)
}

fn of_house(issuer: &str, at: &impl Fn(&str) -> String, supported: &Supported) -> Value {
    let mut claims: Vec<&str> = vec!["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid"];
    claims.extend(supported.claims.iter().filter(|name| !verified_claims::is_part(name)));
    claims.push(verified_claims::MEMBER);
    let scopes: Vec<&str> = supported.scopes.iter().map(|scope| scope.name).collect();
    json!({
        "issuer": issuer,
        "protected_resources": protected_resources(issuer),
        "jwks_uri": at("/jwks"),
        "userinfo_endpoint": at("/userinfo"),
        "service_documentation": at("/developers"),
        "op_policy_uri": at("/privacy"),
        "scopes_supported": scopes,
        "acr_values_supported": supported.acr_values,
        "subject_types_supported": ["pairwise", "public"],
        "claim_types_supported": ["normal"],
        "claims_supported": claims,
        "ui_locales_supported": supported.ui_locales,
    })
}

/// OpenID Identity Assurance §8; `verified_claims_supported` is of its drafts, for clients that look for it.
fn of_identity(issuer: &str) -> Value {
    json!({
        "verified_claims_supported": true,
        "trust_frameworks_supported": [assurance::trust_framework(issuer)],
        "claims_in_verified_claims_supported": assurance::claims().collect::<Vec<_>>(),
        "evidence_supported": assurance::EVIDENCE,
        "documents_supported": DocumentKind::ALL.map(DocumentKind::as_str),
        "documents_check_methods_supported": assurance::CHECK_METHODS,
    })
}

/// RFC 6749 §3.1, OIDC Core §3.1.2.1, RFC 9101, RFC 9126, RFC 9207, RFC 9396, JARM.
fn of_requests(at: &impl Fn(&str) -> String, supported: &Supported) -> Value {
    let mut document = json!({
        "authorization_endpoint": at("/authorize"),
        "response_types_supported": supported.response_types,
        "response_modes_supported": supported.response_modes,
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": supported.prompt_values,
        "display_values_supported": ["page", "popup", "touch", "wap"],
        "claims_parameter_supported": true,
        "pushed_authorization_request_endpoint": at("/par"),
        "require_pushed_authorization_requests": false,
        "request_parameter_supported": true,
        "request_uri_parameter_supported": true,
        "require_request_uri_registration": true,
        "request_object_signing_alg_values_supported": supported.id_token_algs,
        "authorization_details_types_supported": supported.authorization_details_types,
        "authorization_response_iss_parameter_supported": true,
        "grant_management_endpoint": at("/grants"),
        "grant_management_actions_supported": grant_management::ACTIONS,
        "grant_management_action_required": false,
    });
    // What signs ID Tokens signs every other answer, too.
    for row in JWT_ANSWERS {
        document[format!("{}_signing_alg_values_supported", row.name)] = json!(supported.id_token_algs);
    }
    for name in JWT_ANSWERS.iter().map(|row| row.name).chain(["request_object"]) {
        document[format!("{name}_encryption_alg_values_supported")] = json!(supported.encryption_algs);
        document[format!("{name}_encryption_enc_values_supported")] = json!(supported.encryption_encs);
    }
    document
}

/// RFC 6749 §3.2, RFC 7009, RFC 7662, RFC 8628, CIBA: the endpoints where clients authenticate.
fn of_tokens(at: &impl Fn(&str) -> String, supported: &Supported) -> Value {
    let with_credentials: Vec<&str> =
        supported.client_auth_methods.iter().copied().filter(|method| *method != "none").collect();
    json!({
        "token_endpoint": at("/token"),
        "introspection_endpoint": at("/introspect"),
        "revocation_endpoint": at("/revoke"),
        "grant_types_supported": supported.grant_types,
        "device_authorization_endpoint": at("/device_authorization"),
        "backchannel_authentication_endpoint": at("/bc-authorize"),
        "backchannel_token_delivery_modes_supported": DELIVERY_MODES,
        "backchannel_authentication_request_signing_alg_values_supported": supported.id_token_algs,
        "backchannel_user_code_parameter_supported": false,
        "token_endpoint_auth_methods_supported": supported.client_auth_methods,
        "token_endpoint_auth_signing_alg_values_supported": supported.assertion_algs,
        "introspection_endpoint_auth_methods_supported": with_credentials,
        "introspection_endpoint_auth_signing_alg_values_supported": supported.assertion_algs,
        "revocation_endpoint_auth_methods_supported": supported.client_auth_methods,
        "revocation_endpoint_auth_signing_alg_values_supported": supported.assertion_algs,
        "dpop_signing_alg_values_supported": dpop::ALGS.map(Alg::as_str),
    })
}

/// OIDC RP-Initiated, Front-Channel and Back-Channel Logout, Session Management.
fn of_logout(at: &impl Fn(&str) -> String) -> Value {
    json!({
        "end_session_endpoint": at("/logout"),
        "check_session_iframe": at("/check_session"),
        "frontchannel_logout_supported": true,
        "frontchannel_logout_session_supported": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
    })
}

/// What tokens of ours open (RFC 9728 §4).
fn protected_resources(issuer: &str) -> Vec<String> {
    RESOURCES.iter().map(|resource| format!("{issuer}{}", resource.path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conformance_s2_5_config_op() {
        let document = metadata("https://wallet.example", supported());
        let list = |name: &str| document[name].as_array().unwrap().clone();
        assert!(list("id_token_signing_alg_values_supported").contains(&json!("RS256")));
        assert!(list("scopes_supported").contains(&json!("openid")));
        assert_eq!(list("response_types_supported")[0], json!("code"));
        for (name, value) in document.as_object().unwrap() {
            if name.ends_with("_endpoint") || name == "jwks_uri" {
                assert!(value.as_str().unwrap().starts_with("https://wallet.example/"), "{name}");
            }
            assert!(!value.is_null(), "{name}");
        }
    }
}
