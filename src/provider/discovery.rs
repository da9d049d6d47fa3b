//! The published documents (OIDC Discovery §3, RFC 8414 §2): gathered from the tables that do the work.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::app::{App, Room};
use crate::jose::Alg;
use crate::oauth::sender::dpop;
use crate::oauth::supported::Supported;
use crate::provider::offered;
use crate::provider::supported::supported;

/// The endpoints at which clients authenticate.
pub const CLIENT_ENDPOINTS: [&str; 3] = ["/token", "/introspect", "/revoke"];

/// The document, made once.
struct Document(Bytes);

impl Room for Document {
    fn open(app: &App) -> Self {
        let mut document = metadata(app.config.issuer(), supported());
        offered::describe(&app.config, &mut document);
        Self(Bytes::from(document.to_string()))
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
    json!({
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
        "id_token_signing_alg_values_supported": supported.id_token_algs,
        "token_endpoint_auth_methods_supported": supported.client_auth_methods,
        "token_endpoint_auth_signing_alg_values_supported": supported.assertion_algs,
        "introspection_endpoint_auth_methods_supported": with_credentials,
        "introspection_endpoint_auth_signing_alg_values_supported": supported.assertion_algs,
        "revocation_endpoint_auth_methods_supported": supported.client_auth_methods,
        "revocation_endpoint_auth_signing_alg_values_supported": supported.assertion_algs,
        "code_challenge_methods_supported": ["S256"],
        "dpop_signing_alg_values_supported": dpop::ALGS.map(Alg::as_str),
        "prompt_values_supported": supported.prompt_values,
        "display_values_supported": ["page", "popup", "touch", "wap"],
        "claim_types_supported": ["normal"],
        "claims_supported": claims,
        "ui_locales_supported": supported.ui_locales,
        "claims_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "authorization_response_iss_parameter_supported": true,
    })
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
        assert_eq!(list("response_types_supported"), [json!("code")]);
        for (name, value) in document.as_object().unwrap() {
            if name.ends_with("_endpoint") || name == "jwks_uri" {
                assert!(value.as_str().unwrap().starts_with("https://wallet.example/"), "{name}");
            }
            assert!(!value.is_null(), "{name}");
        }
    }
}
