//! Resource indicators (RFC 8707): for which resource server a token is, and which of its scopes it may have.

use crate::oauth::error::Error;
use crate::oauth::params::Params;
use crate::oauth::scope::Scope;

/// A resource server that takes our tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceServer {
    /// Its absolute URI, without a fragment.
    pub identifier: String,
    pub scopes: Scope,
}

/// All of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resources(Vec<ResourceServer>);

/// For a house without any.
pub static NONE: Resources = Resources(Vec::new());

/// The most resources that a request may name.
const MOST: usize = 10;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience<'a> {
    /// Our own endpoints, such as UserInfo.
    Own,
    Server(&'a ResourceServer),
}

impl Resources {
    pub fn new(all: Vec<ResourceServer>) -> Self {
        Self(all)
    }

    pub fn find(&self, identifier: &str) -> Option<&ResourceServer> {
        self.0.iter().find(|server| server.identifier == identifier)
    }

    /// Whether a scope value is one of a resource server's.
    pub fn knows_scope(&self, value: &str) -> bool {
        self.0.iter().any(|server| server.scopes.contains(value))
    }

    pub fn iter(&self) -> impl Iterator<Item = &ResourceServer> {
        self.0.iter()
    }

    /// What the parameters `name` of a request name, each known; our issuer stands for our own endpoints.
    ///
    /// # Errors
    /// `invalid_target` for one that is no absolute URI, or not known (RFC 8707 §2).
    pub fn named(&self, p: &Params, name: &str, issuer: &str) -> Result<Vec<String>, Error> {
        let mut named: Vec<String> = Vec::new();
        for value in p.all(name) {
            if value != issuer && self.find(value).is_none() {
                return Err(Error::invalid_target(format!("{name} is not a resource that is registered here")));
            }
            if named.iter().all(|other| other != value) {
                named.push(value.to_owned());
            }
            if named.len() > MOST {
                return Err(Error::invalid_target(format!("{name} is there more than 10 times")));
            }
        }
        Ok(named)
    }

    /// What a token is for: what the token request names, else the one that the authorization named, else we ourselves.
    ///
    /// `authorized` is what the authorization named; where it named none, a resource of which a scope was granted is
    /// within it (RFC 8707 §2.2).
    ///
    /// # Errors
    /// `invalid_target` where several are named, and where the authorization does not reach it.
    pub fn choose(
        &self,
        asked: &[String],
        authorized: &[String],
        granted: &Scope,
        issuer: &str,
    ) -> Result<Audience<'_>, Error> {
        let identifier = match (asked, authorized) {
            ([one], _) => one,
            ([], [one]) => one,
            ([], _) => return Ok(Audience::Own),
            _ => return Err(Error::invalid_target("a token is for one resource; ask for one after the other")),
        };
        if identifier == issuer {
            return Ok(Audience::Own);
        }
        let server = self.find(identifier);
        let within = |server: &&ResourceServer| {
            let has_scope = !granted.narrow(&server.scopes).is_empty();
            has_scope && (authorized.is_empty() || authorized.contains(identifier))
        };
        let refused = || Error::invalid_target("the authorization does not reach this resource");
        server.filter(within).map(Audience::Server).ok_or_else(refused)
    }

    /// The part of a scope that belongs to an audience.
    pub fn part(&self, scope: &Scope, audience: Audience<'_>) -> Scope {
        match audience {
            Audience::Own => scope.filter(|value| !self.knows_scope(value)),
            Audience::Server(server) => scope.narrow(&server.scopes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::error::Code;

    const ISSUER: &str = "https://op.example";

    fn resources() -> Resources {
        let server = |identifier: &str, scopes: &[&str]| ResourceServer {
            identifier: identifier.to_owned(),
            scopes: Scope::of(scopes.iter().copied()),
        };
        Resources::new(vec![server("https://a.example/", &["a.read", "a.write"]), server("urn:b", &["b.read"])])
    }

    #[test]
    fn rfc8707_s2_what_may_be_named() {
        let named = |query: &str| resources().named(&Params::from_query(query).unwrap(), "resource", ISSUER);
        assert_eq!(named("resource=urn:b&resource=https://a.example/").unwrap(), ["urn:b", "https://a.example/"]);
        assert_eq!(named("resource=urn:b&resource=urn:b").unwrap(), ["urn:b"]);
        assert_eq!(named("resource=https://op.example").unwrap(), [ISSUER]);
        for bad in ["https://a.example", "https://a.example/%23x", "urn:c", "/x", "a"] {
            assert_eq!(named(&format!("resource={bad}")).unwrap_err().code(), Code::InvalidTarget, "{bad}");
        }
    }

    #[test]
    fn rfc8707_s2_2_what_a_token_is_for() {
        let resources = resources();
        let granted = Scope::of(["openid", "a.read"]);
        let choose = |asked: &[&str], authorized: &[&str]| {
            let owned = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
            let chosen = resources.choose(&owned(asked), &owned(authorized), &granted, ISSUER);
            chosen.map(|audience| match audience {
                Audience::Own => String::new(),
                Audience::Server(server) => server.identifier.clone(),
            })
        };
        let a = "https://a.example/";
        for (asked, authorized, wanted) in [
            (&[][..], &[][..], Some("")),
            (&[a], &[], Some(a)),
            (&[], &[a], Some(a)),
            (&[ISSUER], &[a], Some("")),
            (&[a], &[a, "urn:b"], Some(a)),
            (&[], &[a, "urn:b"], Some("")),
            (&[a], &["urn:b"], None),
            (&["urn:b"], &[], None),
            (&["urn:b"], &["urn:b"], None),
            (&[a, "urn:b"], &[], None),
        ] {
            let got = choose(asked, authorized);
            assert_eq!(got.as_deref().ok(), wanted, "{asked:?} {authorized:?}");
            assert!(got.is_ok() || got.unwrap_err().code() == Code::InvalidTarget);
        }
        let server = resources.find(a).unwrap();
        assert_eq!(resources.part(&granted, Audience::Own), Scope::of(["openid"]));
        assert_eq!(resources.part(&granted, Audience::Server(server)), Scope::of(["a.read"]));
    }
}
