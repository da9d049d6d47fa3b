//! `RESOURCES`: the protected resources of the house, and their metadata (RFC 9728).

use serde_json::{Value, json};

use crate::catalog::scopes;
use crate::config::Config;
use crate::oauth::grant_management;
use crate::oauth::supported::Supported;
use crate::provider::{data, ssf};

/// Where the documents are; the path of the resource follows (RFC 9728 §3.1).
pub const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// One protected resource.
#[derive(Debug)]
pub struct Resource {
    /// The path of its identifier; empty for all that is under the issuer.
    pub path: &'static str,
    pub name: &'static str,
    /// How a token may be brought (RFC 6750 §2).
    bearer_methods: &'static [&'static str],
    scopes: fn(&Supported) -> Vec<&'static str>,
    /// Whether its answers may be signed.
    is_signed: bool,
    pub section: &'static str,
}

/// Every protected resource, the most general first.
pub const RESOURCES: &[Resource] = &[
    Resource {
        path: "",
        name: "Social Wallet",
        bearer_methods: &["header"],
        scopes: |supported| supported.scopes.iter().map(|scope| scope.name).collect(),
        is_signed: false,
        section: "RFC 9728 §3",
    },
    Resource {
        path: "/userinfo",
        name: "UserInfo",
        bearer_methods: &["header", "body"],
        scopes: |supported| {
            let tells = supported.scopes.iter().filter(|scope| !scope.claims.is_empty());
            tells.map(|scope| scope.name).collect()
        },
        is_signed: true,
        section: "OIDC Core §5.3",
    },
    Resource {
        path: data::BASE,
        name: "Social Wallet data API",
        bearer_methods: &["header"],
        scopes: |_| {
            let of_people =
                [data::Resource::Profile, data::Resource::Changes].into_iter().flat_map(|what| what.scopes());
            of_people.chain([scopes::CLIENT_CHANGES, scopes::GRANT_QUERY]).collect()
        },
        is_signed: false,
        section: "RFC 9728 §3",
    },
    Resource {
        path: "/grants",
        name: "Grant Management",
        bearer_methods: &["header"],
        scopes: |_| vec![grant_management::QUERY, grant_management::REVOKE],
        is_signed: false,
        section: "Grant Management §6",
    },
    Resource {
        path: ssf::BASE,
        name: "Shared Signals transmitter",
        bearer_methods: &["header"],
        scopes: |_| vec![scopes::SSF_READ, scopes::SSF_MANAGE],
        is_signed: false,
        section: "Shared Signals Framework §8",
    },
];

/// Whether a scope opens something with the settings of this house.
pub fn is_scope_offered(config: &Config, scope: &str, supported: &Supported) -> bool {
    let mut off = RESOURCES.iter().filter(|resource| !is_offered(config, resource));
    !off.any(|resource| resource.scopes(supported).contains(&scope))
}

/// Whether a resource is there with the settings of this house.
pub fn is_offered(config: &Config, resource: &Resource) -> bool {
    resource.path != ssf::BASE || config.ssf.enabled
}

/// The resource that a request is for, by its path and query.
pub fn at(here: &str) -> &'static Resource {
    let path = here.split('?').next().unwrap_or_default();
    let is_within =
        |row: &&Resource| path.strip_prefix(row.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    RESOURCES.iter().rfind(is_within).unwrap_or(&RESOURCES[0])
}

impl Resource {
    /// Where its metadata is.
    pub fn metadata_url(&self, issuer: &str) -> String {
        format!("{issuer}{WELL_KNOWN}{}", self.path)
    }

    /// The scopes that open something of it.
    fn scopes(&self, supported: &Supported) -> Vec<&'static str> {
        (self.scopes)(supported)
    }

    /// Its metadata (RFC 9728 §2).
    pub fn metadata(&self, config: &Config, supported: &Supported) -> Value {
        let issuer = config.issuer();
        let mut scopes = self.scopes(supported);
        scopes.retain(|scope| is_scope_offered(config, scope, supported));
        let mut document = json!({
            "resource": format!("{issuer}{}", self.path),
            "authorization_servers": [issuer],
            "scopes_supported": scopes,
            "bearer_methods_supported": self.bearer_methods,
            "resource_name": self.name,
            "resource_documentation": format!("{issuer}/developers"),
            "resource_policy_uri": format!("{issuer}/privacy"),
        });
        if self.is_signed {
            document["jwks_uri"] = json!(format!("{issuer}/jwks"));
            document["resource_signing_alg_values_supported"] = json!(supported.id_token_algs);
        }
        if !["/grants", ssf::BASE].contains(&self.path) {
            document["authorization_details_types_supported"] = json!(supported.authorization_details_types);
        }
        document
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc9728_s3_which_resource_a_path_belongs_to() {
        for (here, path) in [
            ("/userinfo", "/userinfo"),
            ("/userinfo?x=/grants", "/userinfo"),
            ("/grants/gr_x", "/grants"),
            ("/grantsx", ""),
            ("/wallet/v1/me", "/wallet/v1"),
            ("/wallet/v2", ""),
            ("", ""),
        ] {
            assert_eq!(at(here).path, path, "{here}");
        }
        for (index, row) in RESOURCES.iter().enumerate() {
            assert!(RESOURCES[..index].iter().all(|other| other.path != row.path) && row.section.contains('§'));
        }
    }
}
