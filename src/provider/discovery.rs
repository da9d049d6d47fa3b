//! The published documents (OIDC Discovery §3, RFC 8414 §2): gathered from the tables that do the work.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::app::{App, Room};
use crate::oauth::grant_management;
use crate::oauth::jwt_answers::JWT_ANSWERS;
use crate::oauth::supported::Supported;
use crate::provider::resources::RESOURCES;
use crate::provider::supported::supported;

/// The endpoints at which clients authenticate.
pub const CLIENT_ENDPOINTS: [&str; 4] = ["/token", "/par", "/introspect", "/revoke"];

/// The document, made once.
struct Document(Bytes);

impl Room for Document {
    fn open(app: &App) -> Self {
        Self(Bytes::from(metadata(app.config.issuer(), supported()).to_string()))
    }
}

/// The metadata document, the same at both well-known paths.
pub fn document(app: &App) -> Bytes {
    app.room::<Document>().0.clone()
}

/// The metadata of a provider with this issuer.
pub fn metadata(issuer: &str, supported: &Supported) -> Value {
    let at = |path: &str| format!("{issuer}{path}");
    let with_credentials: Vec<&str> =
        supported.client_auth_methods.iter().copied().filter(|method| *method != "none").collect();
    let mut claims: Vec<&str> = vec!["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid"];
    claims.extend(&supported.claims);
    let scopes: Vec<&str> = supported.scopes.iter().map(|scope| scope.name).collect();
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "userinfo_endpoint": at("/userinfo"),
        "jwks_uri": at("/jwks"),
        "introspection_endpoint": at("/introspect"),
        "revocation_endpoint": at("/revoke"),
        "end_session_endpoint": at("/logout"),
        "service_documentation": at("/developers"),
        "op_policy_uri": at("/privacy"),
        "scopes_supported": scopes,
        "response_types_supported": supported.response_types,
        "response_modes_supported": supported.response_modes,
        "grant_types_supported": supported.grant_types,
        "acr_values_supported": supported.acr_values,
        "subject_types_supported": ["pairwise", "public"],
        "token_endpoint_auth_methods_supported": supported.client_auth_methods,
        "token_endpoint_auth_signing_alg_values_supported": supported.assertion_algs,
        "introspection_endpoint_auth_methods_supported": with_credentials,
        "introspection_endpoint_auth_signing_alg_values_supported": supported.assertion_algs,
        "revocation_endpoint_auth_methods_supported": supported.client_auth_methods,
        "revocation_endpoint_auth_signing_alg_values_supported": supported.assertion_algs,
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": supported.prompt_values,
        "display_values_supported": ["page", "popup", "touch", "wap"],
        "claim_types_supported": ["normal"],
        "claims_supported": claims,
        "ui_locales_supported": supported.ui_locales,
        "claims_parameter_supported": true,
        "pushed_authorization_request_endpoint": at("/par"),
        "require_pushed_authorization_requests": false,
        "request_parameter_supported": true,
        "request_uri_parameter_supported": true,
        "require_request_uri_registration": true,
        "request_object_signing_alg_values_supported": supported.assertion_algs,
        "authorization_details_types_supported": supported.authorization_details_types,
        "authorization_response_iss_parameter_supported": true,
        "protected_resources": protected_resources(issuer),
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
