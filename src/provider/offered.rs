//! What of the tables the settings of this house let happen: methods that need certificates or attesters, and a grant
//! type that needs an issuer to trust.

use serde_json::{Map, Value, json};

use crate::config::Config;
use crate::jose::ALGORITHMS;
use crate::provider::grant_types::jwt_bearer;

/// The members of the metadata that tell of certificates and attestations; what the settings have not is taken back.
pub fn describe(config: &Config, document: &mut Value) {
    let Some(members) = document.as_object_mut() else { return };
    for (name, value) in members.iter_mut() {
        if let Some(methods) = value.as_array_mut().filter(|_| name.ends_with("_auth_methods_supported")) {
            methods.retain(|method| method.as_str().is_none_or(|method| is_offered(config, method)));
        }
    }
    if let Some(grants) = members.get_mut("grant_types_supported").and_then(Value::as_array_mut) {
        grants.retain(|grant| grant.as_str().is_none_or(|grant| is_grant_offered(config, grant)));
    }
    if config.attestation.attesters.is_some() {
        let algs = ALGORITHMS.iter().map(|row| row.name).collect::<Vec<_>>();
        members.insert("client_attestation_signing_alg_values_supported".to_owned(), json!(algs));
        members.insert("client_attestation_pop_signing_alg_values_supported".to_owned(), json!(algs));
    }
    let Some(base) = config.mtls.base() else { return };
    let alias = |name: &String, value: &Value| {
        let path = value.as_str()?.strip_prefix(config.issuer())?;
        let is_for_clients = name.ends_with("_endpoint") && !FOR_BROWSERS.contains(&name.as_str());
        is_for_clients.then(|| (name.clone(), json!(format!("{base}{path}"))))
    };
    let aliases: Map<String, Value> = members.iter().filter_map(|(name, value)| alias(name, value)).collect();
    members.insert("tls_client_certificate_bound_access_tokens".to_owned(), json!(true));
    members.insert("mtls_endpoint_aliases".to_owned(), Value::Object(aliases));
}

/// Endpoints to which people go, who have no certificates (RFC 8705 §5).
const FOR_BROWSERS: [&str; 2] = ["authorization_endpoint", "end_session_endpoint"];

/// Whether the settings let clients authenticate by a method.
pub fn is_offered(config: &Config, method: &str) -> bool {
    match method {
        "tls_client_auth" => config.mtls.public_url.is_some() && config.mtls.authorities.is_some(),
        "self_signed_tls_client_auth" => config.mtls.public_url.is_some(),
        "attest_jwt_client_auth" => config.attestation.attesters.is_some(),
        _ => true,
    }
}

/// Whether the settings let a grant type give anything to anybody.
pub fn is_grant_offered(config: &Config, grant_type: &str) -> bool {
    grant_type != jwt_bearer::GRANT_TYPE || !config.trusted_issuers.is_empty()
}
