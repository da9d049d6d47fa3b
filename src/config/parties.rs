//! Other parties that an operator names: resource servers, and issuers whose assertions are believed.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use url::Url;

use super::read;
use crate::base::Seconds;
use crate::jose::{Alg, JwkSet, json};
use crate::oauth::Scope;
use crate::oauth::scope::is_scope_token;

/// A resource server that takes our access tokens (RFC 8707, RFC 9068).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// Its resource indicator: an absolute URI without a fragment (RFC 8707 §2); `aud` of its tokens.
    pub identifier: String,
    /// What people know it by.
    pub name: String,
    /// Its scopes, each with what the page that asks calls it.
    pub scopes: BTreeMap<String, String>,
    /// What its tokens are signed with; `keys.default_alg` when it is not there.
    #[serde(default)]
    pub alg: Option<String>,
    /// How long its tokens work.
    #[serde(default = "lifetime", deserialize_with = "read::seconds")]
    pub lifetime: Seconds,
    /// The client identifiers under which it introspects and exchanges them.
    #[serde(default)]
    pub clients: Vec<String>,
    /// The resources for which those clients may exchange a token that was made for it (RFC 8693).
    #[serde(default)]
    pub may_call: Vec<String>,
}

/// An issuer of assertions about people (RFC 7523).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedIssuer {
    /// Its `iss`.
    pub issuer: String,
    /// Its keys as a JWK Set, or …
    #[serde(default)]
    pub jwks: Option<String>,
    /// … where it publishes them.
    #[serde(default)]
    pub jwks_uri: Option<String>,
    /// The clients that may bring its assertions.
    pub clients: Vec<String>,
    /// The most that they may get by one.
    pub scope: Scope,
    /// What its `sub` is.
    pub sub: SubjectIs,
}

/// How a trusted issuer names people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SubjectIs {
    /// By the mail address that they have proven here.
    Email,
    /// By the `sub` that we gave the client.
    Subject,
}

fn lifetime() -> Seconds {
    Seconds::minutes(5)
}

/// How long a JWT access token may work at most: nobody can take it back in the meantime.
const MOST_LIFETIME: Seconds = Seconds::minutes(10);

/// What cannot work about them, in words for the operator.
pub(super) fn problems(resources: &[Resource], issuers: &[TrustedIssuer]) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    let mut identifiers = BTreeSet::new();
    let mut scopes = BTreeSet::new();
    for resource in resources {
        let id = &resource.identifier;
        let mut when = |is_so: bool, what: &str, mend: &'static str| {
            if is_so {
                found.push((format!("resources: {id} {what}"), mend));
            }
        };
        let is_uri = Url::parse(id).is_ok_and(|url| url.fragment().is_none());
        when(!is_uri, "is not an absolute URI without a fragment", "Write it like https://api.example.org/.");
        when(!identifiers.insert(id.clone()), "is there twice", "Name each resource server once.");
        when(resource.name.trim().is_empty(), "has no name", "Say what people know it by.");
        let is_alg = resource.alg.as_ref().is_none_or(|alg| alg.parse::<Alg>().is_ok());
        when(!is_alg, "has an alg that we do not sign with", "Choose ES256, EdDSA, RS256 or PS256.");
        let fits = resource.lifetime > Seconds(0) && resource.lifetime <= MOST_LIFETIME;
        when(
            !fits,
            "has a lifetime that is not between 1s and 10min",
            "Its tokens cannot be revoked at once; 5min is usual.",
        );
        when(resource.scopes.is_empty(), "has no scopes", "Name at least one scope, and what people are told of it.");
        let is_known = |other: &String| resources.iter().any(|resource| resource.identifier == *other);
        when(
            !resource.may_call.iter().all(is_known),
            "may call one that is not there",
            "Name identifiers of resources.",
        );
        for (scope, label) in &resource.scopes {
            when(
                !is_scope_token(scope),
                "has a scope with a character that none may have",
                "RFC 6749 section 3.3 has the list.",
            );
            let is_ours = crate::catalog::SCOPES.iter().any(|row| row.name == scope);
            when(is_ours, "has a scope that is one of our own", "Give its scopes names of their own.");
            when(
                !scopes.insert(scope.clone()),
                "has a scope of another resource",
                "Give its scopes names of their own.",
            );
            when(label.trim().is_empty(), "has a scope without words", "Say what people are told of it.");
        }
    }
    let mut names = BTreeSet::new();
    for issuer in issuers {
        let id = &issuer.issuer;
        let mut when = |is_so: bool, what: &str, mend: &'static str| {
            if is_so {
                found.push((format!("trusted_issuers: {id} {what}"), mend));
            }
        };
        when(!names.insert(id.clone()), "is there twice", "Name each issuer once.");
        when(issuer.jwks.is_some() == issuer.jwks_uri.is_some(), "needs jwks or jwks_uri", "Set one of them.");
        let set = issuer.jwks.as_ref().map(|text| json::object(text.as_bytes()).ok());
        let is_set = set.is_none_or(|set| set.is_some_and(|set| JwkSet::read(set.into()).is_ok()));
        when(!is_set, "has jwks that are no JWK Set of public keys", "Write it as JSON: {\"keys\": [...]}.");
        let is_url = issuer.jwks_uri.as_ref().is_none_or(|uri| crate::base::url::web(uri).is_some());
        when(!is_url, "has a jwks_uri that is no https URL", "Write it like https://issuer.example.org/jwks.");
        when(issuer.clients.is_empty(), "has no clients", "Name the clients that may bring its assertions.");
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Both {
        #[serde(default)]
        resources: Vec<Resource>,
        #[serde(default)]
        trusted_issuers: Vec<TrustedIssuer>,
    }

    fn count(text: &str) -> usize {
        let both: Both = toml::from_str(text).unwrap();
        problems(&both.resources, &both.trusted_issuers).len()
    }

    #[test]
    fn each_mistake_is_one_problem() {
        let resource =
            |lines: &str| format!("[[resources]]\nidentifier = \"https://api.example/\"\nname = \"Api\"\n{lines}\n");
        let scopes = "scopes = { \"a.read\" = \"Read it\" }";
        assert_eq!(count(&resource(scopes)), 0);
        for bad in
            ["scopes = {}", "scopes = { \"openid\" = \"x\" }", "scopes = { \"a b\" = \"x\" }", "scopes = { a = \"\" }"]
        {
            assert_eq!(count(&resource(bad)), 1, "{bad}");
        }
        for more in ["alg = \"none\"", "may_call = [\"x\"]", "lifetime = \"1h\"", "lifetime = \"0s\""] {
            assert_eq!(count(&resource(&format!("{scopes}\n{more}"))), 1, "{more}");
        }
        assert_eq!(count(&(resource(scopes) + &resource("scopes = { b = \"B\" }"))), 1, "twice");
        assert_eq!(count(&resource(scopes).replace("https://api.example/", "https://api.example/#a")), 1);
        let issuer = |lines: &str| {
            format!(
                "[[trusted_issuers]]\nissuer = \"i\"\nclients = [\"c\"]\nscope = \"openid\"\nsub = \"email\"\n{lines}\n"
            )
        };
        assert_eq!(count(&issuer("jwks_uri = \"https://i.example/jwks\"")), 0);
        for bad in ["", "jwks = \"{}\"", "jwks = \"x\"", "jwks_uri = \"http://i.example/jwks\""] {
            assert_eq!(count(&issuer(bad)), 1, "{bad}");
        }
    }
}
